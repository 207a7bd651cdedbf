#include "net/output_queue.h"

#include <algorithm>

namespace portreeve::net {
namespace {

constexpr size_t kMaxPiecesPerWrite = 256;

}  // namespace

IoResult OutputQueue::Write(Stream& stream, std::span<const iovec> pieces) {
  IoResult total = Flush(stream);
  if (total.state == IoState::kError) return total;
  size_t written = 0;
  while (empty() && !pieces.empty()) {
    const auto group = pieces.first(std::min(pieces.size(), kMaxPiecesPerWrite));
    size_t group_bytes = 0;
    for (const iovec& piece : group) group_bytes += piece.iov_len;
    const IoResult result = stream.Write(group);
    if (result.state == IoState::kError) return result;
    written = result.bytes;
    total.bytes += result.bytes;
    if (result.bytes < group_bytes) {
      KeepRest(pieces, written);
      return total;
    }
    pieces = pieces.subspan(group.size());
  }
  if (!pieces.empty()) KeepRest(pieces, 0);
  return total;
}

IoResult OutputQueue::Flush(Stream& stream) {
  IoResult total;
  while (!empty()) {
    const iovec rest{kept_.data() + sent_, kept_.size() - sent_};
    const IoResult result = stream.Write({&rest, 1});
    if (result.state == IoState::kError) return result;
    if (result.bytes == 0) return total;
    sent_ += result.bytes;
    total.bytes += result.bytes;
  }
  // An idle session keeps no buffer.
  if (kept_.capacity() > 0) std::string().swap(kept_);
  sent_ = 0;
  return total;
}

void OutputQueue::KeepRest(std::span<const iovec> pieces, size_t skip) {
  if (sent_ > 0) {
    kept_.erase(0, sent_);
    sent_ = 0;
  }
  for (const iovec& piece : pieces) {
    if (skip >= piece.iov_len) {
      skip -= piece.iov_len;
      continue;
    }
    kept_.append(static_cast<const char*>(piece.iov_base) + skip, piece.iov_len - skip);
    skip = 0;
  }
}

}  // namespace portreeve::net
