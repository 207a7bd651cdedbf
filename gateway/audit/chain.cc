#include "audit/chain.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "audit/segment_file.h"

namespace portreeve::audit {
namespace {

constexpr size_t kCopyBytes = size_t{1} << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<Chain>> Chain::Open(const ChainOptions& options) {
  std::unique_ptr<Chain> chain(new Chain(options));
  ASSIGN_OR_RETURN(chain->folder_, OpenFolder(options.dir));
  RETURN_IF_ERROR(chain->Recover());
  const std::lock_guard lock(chain->mutex_);
  if (chain->current_ == nullptr) RETURN_IF_ERROR(chain->BeginSegmentLocked());
  return chain;
}

absl::Status Chain::Append(std::string& frames) {
  const std::lock_guard lock(mutex_);
  absl::Status status = AppendLocked(frames);
  // An empty batch proves nothing.
  if (status.ok() == failing_ && !(status.ok() && frames.empty())) {
    failing_ = !status.ok();
    if (failing_) {
      options_.logger->Error("the audit journal cannot be written",
                             {{"lane", std::to_string(options_.lane)},
                              {"error", std::string(base::FromAbsl(status.message()))}});
    } else {
      options_.logger->Info("the audit journal is written again",
                            {{"lane", std::to_string(options_.lane)}});
    }
  }
  return status;
}

absl::Status Chain::AppendLocked(std::string& frames) {
  if (sync_failed_) return base::Unavailable("the journal's disk did not take a sync");
  if (torn_) RETURN_IF_ERROR(CutBackLocked());
  if (current_->size >= options_.segment_bytes) RETURN_IF_ERROR(BeginSegmentLocked());
  const uint64_t count = SealFrames(frames, next_sequence_, current_->seed);
  const absl::Status status = Write(*current_, frames, current_->size);
  if (!status.ok()) {
    torn_ = true;
    // At once if it can be, so that no reader sees what is not kept.
    CutBackLocked().IgnoreError();
    return status;
  }
  current_->size += frames.size();
  next_sequence_ += count;
  return absl::OkStatus();
}

absl::Status Chain::CutBackLocked() {
  if (options_.disk->Truncate(current_->fd.get(), static_cast<off_t>(current_->size)) != 0) {
    return base::ErrnoStatus("cannot truncate " + PathOf(current_->name), errno);
  }
  torn_ = false;
  return absl::OkStatus();
}

absl::Status Chain::BeginSegmentLocked() {
  auto segment = std::make_shared<Segment>();
  segment->number = current_ == nullptr ? 1 : current_->number + 1;
  segment->name = SegmentName(options_.lane, segment->number);
  if (!next_.valid()) {
    ASSIGN_OR_RETURN(next_, CreateFile(segment->number));
    folder_changed_ = true;
  }
  const std::string header = EncodeSegmentHeader({.journal_id = options_.journal_id,
                                                  .lane = options_.lane,
                                                  .number = segment->number,
                                                  .first_sequence = next_sequence_,
                                                  .created_unix_us = options_.clock->UnixMicros()});
  segment->seed = ChecksumSeed(header);
  segment->size = header.size();
  segment->fd = std::move(next_);
  const absl::Status status = Write(*segment, header, 0);
  if (!status.ok()) {
    // A header that is not whole counts as none; the next attempt writes over it.
    next_ = std::move(segment->fd);
    return status;
  }
  if (current_ != nullptr) full_.push_back(std::move(current_));
  current_ = std::move(segment);
  return absl::OkStatus();
}

absl::StatusOr<base::UniqueFd> Chain::CreateFile(uint64_t number) {
  const std::string name = SegmentName(options_.lane, number);
  base::UniqueFd fd(options_.disk->Create(folder_.get(), name.c_str()));
  if (!fd.valid()) return base::ErrnoStatus("cannot create " + PathOf(name), errno);
  ASSIGN_OR_RETURN(const uint64_t size, FileSize(fd.get()));
  if (size != 0) return base::Unavailable(PathOf(name) + " is in use already");
  return fd;
}

absl::Status Chain::Write(const Segment& segment, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t put = options_.disk->Write(segment.fd.get(), bytes.data(), bytes.size(),
                                             static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      return base::ErrnoStatus("cannot write " + PathOf(segment.name), put == 0 ? EIO : errno);
    }
    bytes.remove_prefix(static_cast<size_t>(put));
    offset += static_cast<uint64_t>(put);
  }
  return absl::OkStatus();
}

absl::Status Chain::Sync() {
  struct Job {
    std::shared_ptr<Segment> segment;
    uint64_t upto;
  };
  std::vector<Job> jobs;
  std::unique_lock lock(mutex_);
  for (const auto& segment : full_) jobs.push_back({segment, segment->size});
  if (current_->size > current_->synced) jobs.push_back({current_, current_->size});
  const bool again = sync_failed_;
  const bool folder_changed = std::exchange(folder_changed_, false);
  lock.unlock();

  absl::Status status;
  if (folder_changed && options_.disk->SyncFolder(folder_.get()) != 0) {
    status = base::ErrnoStatus("cannot sync " + options_.dir.string(), errno);
  }
  const bool folder_done = status.ok();
  size_t done = 0;
  for (; done < jobs.size() && status.ok(); ++done) {
    const Job& job = jobs[done];
    if (again) status = WriteAgain(*job.segment, job.upto);
    if (status.ok() && options_.disk->Sync(job.segment->fd.get()) != 0) {
      status = base::ErrnoStatus("cannot sync " + PathOf(job.segment->name), errno);
    }
    if (!status.ok()) break;
  }

  lock.lock();
  for (size_t i = 0; i < done; ++i) jobs[i].segment->synced = jobs[i].upto;
  std::erase_if(full_, [](const auto& segment) { return segment->synced == segment->size; });
  if (!folder_done) folder_changed_ = true;
  if (sync_failed_ == status.ok()) {
    sync_failed_ = !status.ok();
    if (sync_failed_) {
      options_.logger->Error("the audit journal cannot be synced",
                             {{"lane", std::to_string(options_.lane)},
                              {"error", std::string(base::FromAbsl(status.message()))}});
    } else {
      options_.logger->Info("the audit journal is synced again",
                            {{"lane", std::to_string(options_.lane)}});
    }
  }
  return status;
}

absl::Status Chain::WriteAgain(const Segment& segment, uint64_t upto) {
  std::string bytes;
  for (uint64_t at = segment.synced; at < upto; at += bytes.size()) {
    bytes.clear();
    ASSIGN_OR_RETURN(const size_t got, ReadAt(segment.fd.get(), at,
                                              std::min<uint64_t>(kCopyBytes, upto - at), bytes));
    if (got == 0) return base::DataLoss(PathOf(segment.name) + " is shorter than it was written");
    RETURN_IF_ERROR(Write(segment, bytes, at));
  }
  return absl::OkStatus();
}

void Chain::PrepareNext() {
  std::unique_lock lock(mutex_);
  if (next_.valid() || current_->size < options_.segment_bytes / 2) return;
  const uint64_t number = current_->number + 1;
  // Not under the lock, for which the appending thread must never wait long. If that thread needs
  // the file just now both open the same one, and the descriptor made here is dropped.
  lock.unlock();
  absl::StatusOr<base::UniqueFd> fd = CreateFile(number);
  lock.lock();
  if (!fd.ok() || next_.valid() || current_->number + 1 != number) return;
  next_ = *std::move(fd);
  folder_changed_ = true;
}

bool Chain::has_unsynced() const {
  const std::lock_guard lock(mutex_);
  return sync_failed_ || folder_changed_ || !full_.empty() || current_->size > current_->synced;
}

bool Chain::has_unsynced_full_segment() const {
  const std::lock_guard lock(mutex_);
  return sync_failed_ || !full_.empty();
}

}  // namespace portreeve::audit
