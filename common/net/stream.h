// A non-blocking byte stream over one socket, in clear or in TLS. Its one rule: no call waits.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "base/unique_fd.h"

namespace portreeve::net {

enum class IoState {
  kDone,        // `bytes` were moved; there may be more.
  kWouldBlock,  // Nothing moved; wait for readiness of the socket.
  kEof,         // The peer ended its half in an orderly way. Reads only.
  kError,       // The stream is dead; `last_error()` says why.
};

struct IoResult {
  size_t bytes = 0;
  IoState state = IoState::kDone;
};

// One thread may read while another writes. Destroying a Stream closes its socket.
class Stream {
 public:
  virtual ~Stream() = default;

  virtual IoResult Read(std::span<char> into) = 0;
  // Writes as much as fits. Short writes are kDone with fewer bytes.
  virtual IoResult Write(std::span<const iovec> pieces) = 0;
  // Sends what ends the stream in an orderly way (TLS close_notify, then FIN). Best effort.
  virtual void ShutdownWrite() = 0;

  virtual int fd() const = 0;
  // Bytes that were read off the socket but not yet by Read(): poll would not report them.
  virtual bool has_buffered_input() const { return false; }
  // For operators' logs; never shown to the peer.
  virtual std::string last_error() const = 0;
};

// In clear, over a connected non-blocking TCP or Unix socket.
class SocketStream final : public Stream {
 public:
  explicit SocketStream(base::UniqueFd fd) : fd_(std::move(fd)) {}

  IoResult Read(std::span<char> into) override;
  IoResult Write(std::span<const iovec> pieces) override;
  void ShutdownWrite() override;
  int fd() const override { return fd_.get(); }
  std::string last_error() const override;

  // Gives the socket away, to be wrapped in TLS.
  base::UniqueFd Release() { return std::move(fd_); }

 private:
  base::UniqueFd fd_;
  int error_ = 0;
};

}  // namespace portreeve::net
