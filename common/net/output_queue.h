// Bytes on their way into one Stream: written at once as far as the socket takes them, the rest
// kept until it is writable again. Bounded by whoever feeds it (a credit window); holds no memory
// when empty.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "net/stream.h"

namespace portreeve::net {

class OutputQueue {
 public:
  // Writes what fits and keeps the rest. Returns the bytes that reached the socket in this call,
  // kept ones of earlier calls included, or kError.
  IoResult Write(Stream& stream, std::span<const iovec> pieces);
  // Call when the socket is writable again.
  IoResult Flush(Stream& stream);

  void Append(std::string_view bytes) { kept_.append(bytes); }
  bool empty() const { return sent_ == kept_.size(); }
  size_t size() const { return kept_.size() - sent_; }

 private:
  void KeepRest(std::span<const iovec> pieces, size_t skip);

  std::string kept_;
  size_t sent_ = 0;  // Leading bytes of kept_ that are out already.
};

}  // namespace portreeve::net
