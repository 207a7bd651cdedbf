#include "audit/lane_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "audit/segment_file.h"

namespace portreeve::audit {
namespace {

constexpr size_t kReadBytes = size_t{256} << 10;

}  // namespace

LaneReader::LaneReader(std::filesystem::path dir, std::string journal_id, uint32_t lane,
                       uint64_t number)
    : dir_(std::move(dir)), journal_id_(std::move(journal_id)), lane_(lane), number_(number) {}

absl::StatusOr<const proto::audit::Record*> LaneReader::Head() {
  while (!has_head_) {
    ASSIGN_OR_RETURN(const Step step, Advance());
    if (step == Step::kEnd) return nullptr;
  }
  return &head_;
}

absl::StatusOr<LaneReader::Step> LaneReader::Advance() {
  if (!fd_.valid()) {
    ASSIGN_OR_RETURN(const bool opened, OpenSegment());
    if (!opened) return Step::kEnd;
  }
  const Frame frame = ReadFrame(unread(), seed_);
  if (frame.state != FrameState::kWhole) return AtBadFrame(frame);
  RETURN_IF_ERROR(Decode(frame));
  return Step::kRecord;
}

absl::Status LaneReader::Decode(const Frame& frame) {
  if (frame.sequence != next_sequence_) {
    return Damage(offset_, "the record is number " + std::to_string(frame.sequence) + " where " +
                               std::to_string(next_sequence_) + " belongs");
  }
  if (!head_.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size()))) {
    return Damage(offset_, "the record does not parse");
  }
  if (head_.lane() != lane_ || head_.sequence() != frame.sequence) {
    return Damage(offset_, "the record names another lane or sequence");
  }
  has_head_ = true;
  head_file_ = name_;
  head_offset_ = offset_;
  const size_t bytes = kFrameHeaderBytes + frame.payload.size();
  used_ += bytes;
  offset_ += bytes;
  ++next_sequence_;
  read_again_ = false;
  return absl::OkStatus();
}

// The buffer ends within a frame, or holds bytes that a writer has cut off and written over since.
absl::StatusOr<LaneReader::Step> LaneReader::AtBadFrame(const Frame& frame) {
  if (frame.state == FrameState::kIncomplete) {
    ASSIGN_OR_RETURN(const size_t got, Fill());
    if (got > 0) return Step::kAgain;
  }
  if (!unread().empty() && !read_again_) {
    buffer_.clear();
    used_ = 0;
    for (;;) {
      ASSIGN_OR_RETURN(const size_t got, Fill());
      if (got == 0) break;
    }
    read_again_ = true;
    return Step::kAgain;
  }
  // The next time that it is asked it looks at the file afresh.
  read_again_ = false;
  return AtEnd(frame);
}

// The file holds nothing more, or a frame that stays bad.
absl::StatusOr<LaneReader::Step> LaneReader::AtEnd(const Frame& frame) {
  const char* const what =
      frame.state == FrameState::kDamaged ? frame.damage : "the segment ends within a record";
  ASSIGN_OR_RETURN(const bool next_has_begun, NextHasBegun());
  if (!next_has_begun) {
    if (!unread().empty()) {
      const auto later = FindFrame(unread().substr(1), next_sequence_, seed_);
      if (later) return Damage(offset_, what);
    }
    return Step::kEnd;
  }
  // The writer begins a segment after its last write to the one before: look once more.
  ASSIGN_OR_RETURN(const size_t got, Fill());
  if (got > 0) return Step::kAgain;
  if (!unread().empty()) return Damage(offset_, what);
  ++number_;
  fd_.Reset();
  return Step::kAgain;
}

// False: the segment has not begun yet.
absl::StatusOr<bool> LaneReader::OpenSegment() {
  name_ = SegmentName(lane_, number_);
  base::UniqueFd fd(open((dir_ / name_).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ENOENT && newest_ <= number_) return false;
    return base::ErrnoStatus("cannot open " + (dir_ / name_).string(), errno);
  }
  std::string bytes;
  ASSIGN_OR_RETURN(const size_t got, ReadAt(fd.get(), 0, kSegmentHeaderBytes, bytes));
  // All zeros are what a crash can leave of a segment that was just being begun.
  if (got < kSegmentHeaderBytes || bytes.find_first_not_of('\0') == bytes.npos) {
    // The file of a segment is made only when the one before it has begun.
    if (newest_ > number_) return Damage(0, "the segment has no header");
    return false;
  }
  const absl::StatusOr<SegmentHeader> header = DecodeSegmentHeader(bytes);
  if (!header.ok()) return Damage(0, base::FromAbsl(header.status().message()));
  if (header->journal_id != journal_id_) return Damage(0, "the segment is of another journal");
  if (header->lane != lane_ || header->number != number_) {
    return Damage(0, "the segment was written under another name");
  }
  if (next_sequence_ != 0 && header->first_sequence != next_sequence_) {
    return Damage(0, "the segment begins with record " + std::to_string(header->first_sequence) +
                         " where " + std::to_string(next_sequence_) + " belongs");
  }
  next_sequence_ = header->first_sequence;
  seed_ = ChecksumSeed(bytes);
  fd_ = std::move(fd);
  offset_ = kSegmentHeaderBytes;
  buffer_.clear();
  used_ = 0;
  read_again_ = false;
  return true;
}

absl::StatusOr<bool> LaneReader::NextHasBegun() const {
  const std::filesystem::path path = dir_ / SegmentName(lane_, number_ + 1);
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) {
    return info.st_size >= static_cast<off_t>(kSegmentHeaderBytes) || newest_ > number_ + 1;
  }
  if (errno != ENOENT) return base::ErrnoStatus("cannot stat " + path.string(), errno);
  if (newest_ > number_) return base::DataLoss(path.string() + " is missing from the chain");
  return false;
}

// Reads on behind what is buffered; 0 at the end of the file.
absl::StatusOr<size_t> LaneReader::Fill() {
  buffer_.erase(0, used_);
  used_ = 0;
  const uint64_t at = offset_ + buffer_.size();
  if (at >= kMaxSegmentFileBytes) {
    ASSIGN_OR_RETURN(const uint64_t size, FileSize(fd_.get()));
    if (size > kMaxSegmentFileBytes) return Damage(at, "the segment is larger than any can be");
  }
  absl::StatusOr<size_t> got = ReadAt(fd_.get(), at, kReadBytes, buffer_);
  if (!got.ok()) return base::Annotate(got.status(), (dir_ / name_).string());
  return got;
}

absl::Status LaneReader::Damage(uint64_t offset, std::string_view what) const {
  return base::DataLoss((dir_ / name_).string() + " at byte " + std::to_string(offset) + ": " +
                        std::string(what));
}

}  // namespace portreeve::audit
