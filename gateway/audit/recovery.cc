// What Chain does when it is opened: finds the end of what earlier processes wrote.

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "audit/chain.h"
#include "audit/segment_file.h"
#include "base/file.h"

namespace portreeve::audit {
namespace {

bool IsAllZeros(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

absl::Status Damaged(const std::string& path, uint64_t offset, std::string_view what) {
  return base::DataLoss(path + " at byte " + std::to_string(offset) + ": " + std::string(what));
}

}  // namespace

absl::Status Chain::Recover() {
  ASSIGN_OR_RETURN(SegmentList list, ListSegments(options_.dir));
  const std::set<uint64_t>& numbers = list[options_.lane];
  if (numbers.empty()) return absl::OkStatus();
  const uint64_t newest = *numbers.rbegin();
  ASSIGN_OR_RETURN(const bool begun, RecoverSegment(newest));
  if (begun) return newest > 1 ? SyncAsFound(newest - 1) : absl::OkStatus();
  if (newest == 1) return absl::OkStatus();
  // The newest was made ready and never begun, so the one before it is where the chain ends.
  base::UniqueFd ready = std::exchange(next_, base::UniqueFd());
  ASSIGN_OR_RETURN(const bool earlier_begun, RecoverSegment(newest - 1));
  if (!earlier_begun) {
    return base::DataLoss(PathOf(SegmentName(options_.lane, newest - 1)) + " holds no records");
  }
  next_ = std::move(ready);
  return newest > 2 ? SyncAsFound(newest - 2) : absl::OkStatus();
}

// False: the segment was never begun; it is now next_.
absl::StatusOr<bool> Chain::RecoverSegment(uint64_t number) {
  auto segment = std::make_shared<Segment>();
  segment->number = number;
  segment->name = SegmentName(options_.lane, number);
  const std::string path = PathOf(segment->name);
  segment->fd = base::UniqueFd(openat(folder_.get(), segment->name.c_str(), O_RDWR | O_CLOEXEC));
  if (!segment->fd.valid()) {
    if (errno == ENOENT) return base::DataLoss(path + " is missing from the chain");
    return base::ErrnoStatus("cannot open " + path, errno);
  }
  ASSIGN_OR_RETURN(const std::string content, base::ReadFile(path, kMaxSegmentFileBytes));
  if (content.size() < kSegmentHeaderBytes || IsAllZeros(content)) {
    if (!content.empty() && options_.disk->Truncate(segment->fd.get(), 0) != 0) {
      return base::ErrnoStatus("cannot truncate " + path, errno);
    }
    next_ = std::move(segment->fd);
    return false;
  }
  const absl::StatusOr<SegmentHeader> header = DecodeSegmentHeader(content);
  if (!header.ok()) return Damaged(path, 0, base::FromAbsl(header.status().message()));
  if (header->journal_id != options_.journal_id) {
    return Damaged(path, 0, "the segment is of another journal");
  }
  if (header->lane != options_.lane || header->number != number) {
    return Damaged(path, 0, "the segment was written under another name");
  }
  segment->seed = ChecksumSeed(content);
  next_sequence_ = header->first_sequence;
  RETURN_IF_ERROR(CutTail(*segment, content));
  current_ = std::move(segment);
  return true;
}

// Walks the records, takes up their sequence and cuts off what is torn behind the last whole one.
absl::Status Chain::CutTail(Segment& segment, std::string_view content) {
  const std::string path = PathOf(segment.name);
  size_t at = kSegmentHeaderBytes;
  Frame frame;
  for (; at < content.size(); at += kFrameHeaderBytes + frame.payload.size()) {
    frame = ReadFrame(content.substr(at), segment.seed);
    if (frame.state != FrameState::kWhole) break;
    if (frame.sequence != next_sequence_) {
      return Damaged(path, at,
                     "the record is number " + std::to_string(frame.sequence) + " where " +
                         std::to_string(next_sequence_) + " belongs");
    }
    ++next_sequence_;
  }
  segment.size = at;
  if (at < content.size()) {
    const std::string_view tail = content.substr(at);
    if (const auto later = FindFrame(tail.substr(1), next_sequence_, segment.seed)) {
      return Damaged(
          path, at,
          "the record is damaged; a whole one follows at byte " + std::to_string(at + 1 + *later));
    }
    if (options_.disk->Truncate(segment.fd.get(), static_cast<off_t>(at)) != 0) {
      return base::ErrnoStatus("cannot truncate " + path, errno);
    }
    options_.logger->Warn("cut the torn tail of the audit journal",
                          {{"lane", std::to_string(options_.lane)},
                           {"file", segment.name},
                           {"offset", std::to_string(at)},
                           {"bytes", std::to_string(tail.size())}});
  }
  // What an earlier process wrote may still be with the operating system only.
  if (options_.disk->Sync(segment.fd.get()) != 0) {
    return base::ErrnoStatus("cannot sync " + path, errno);
  }
  segment.synced = at;
  return absl::OkStatus();
}

// The process before may have died between beginning a segment and syncing the one before it.
absl::Status Chain::SyncAsFound(uint64_t number) {
  const std::string path = PathOf(SegmentName(options_.lane, number));
  const base::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return absl::OkStatus();  // Archived and removed.
  if (options_.disk->Sync(fd.get()) != 0) return base::ErrnoStatus("cannot sync " + path, errno);
  return absl::OkStatus();
}

}  // namespace portreeve::audit
