#include "link/grpc_lane.h"

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

#include <absl/synchronization/mutex.h>
#include <grpc/slice.h>

#include <utility>
#include <vector>

namespace portreeve::link {
namespace {

grpc::Slice OwningSlice(std::string bytes) {
  auto* owner = new std::string(std::move(bytes));
  return grpc::Slice(
      owner->data(), owner->size(), [](void* user) { delete static_cast<std::string*>(user); },
      owner);
}

#ifdef __SANITIZE_THREAD__
void AcquireTag(void* tag) { __tsan_acquire(tag); }
#else
void AcquireTag(void*) {}
#endif

}  // namespace

#ifdef __SANITIZE_THREAD__
void ReleaseTag(void* tag) { __tsan_release(tag); }
#else
void ReleaseTag(void*) {}
#endif

CompletionThread::CompletionThread(grpc::CompletionQueue* queue)
    : thread_([queue] {
        // Debian's Abseil looks for lock cycles at every lock that gRPC takes.
        absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
        void* tag = nullptr;
        bool ok = false;
        while (queue->Next(&tag, &ok)) {
          AcquireTag(tag);
          static_cast<CompletionTag*>(tag)->Proceed(ok);
        }
      }) {}

void CompletionThread::Join() {
  if (thread_.joinable()) thread_.join();
}

GrpcLane::GrpcLane(std::unique_ptr<RawStream> stream, std::shared_ptr<LaneHandler> handler)
    : stream_(std::move(stream)), handler_(std::move(handler)) {
  read_tag_.lane = this;
  write_tag_.lane = this;
  finish_tag_.lane = this;
}

void GrpcLane::Start() {
  self_ = shared_from_this();
  handler_->OnOpened(self_);
  {
    const std::lock_guard lock(mutex_);
    reading_ = true;
    read_wanted_ = true;
  }
  Pump();
}

void GrpcLane::Send(std::string frames) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || frames.empty()) return;
    pending_bytes_ += frames.size();
    if (pending_bytes_ > kMaxPendingBytes) {
      CloseLocked(base::ResourceExhausted("the other side does not read"));
    } else {
      QueueLocked(std::move(frames));
    }
  }
  Pump();
}

void GrpcLane::QueueLocked(std::string frames) {
  std::string_view rest = frames;
  while (rest.size() > kMaxMessageBytes) {
    const size_t leading = LeadingFrames(rest, kMaxMessageBytes);
    pending_.emplace_back(rest.substr(0, leading));
    rest.remove_prefix(leading);
  }
  if (rest.size() == frames.size()) {
    pending_.push_back(std::move(frames));
  } else if (!rest.empty()) {
    pending_.emplace_back(rest);
  }
}

size_t GrpcLane::pending_bytes() const {
  const std::lock_guard lock(mutex_);
  return pending_bytes_;
}

void GrpcLane::Pump() {
  std::unique_lock lock(mutex_);
  if (calling_) return;
  calling_ = true;
  for (;;) {
    if (closing_) {
      pending_.clear();
      pending_bytes_ = 0;
      if (std::exchange(read_wanted_, false)) reading_ = false;
    }
    if (!pending_.empty() && !writing_) {
      WriteUnlocking(lock);
    } else if (std::exchange(read_wanted_, false)) {
      lock.unlock();
      stream_->Read(&incoming_, static_cast<CompletionTag*>(&read_tag_));
      lock.lock();
    } else {
      break;
    }
  }
  calling_ = false;
  if (closing_) MaybeFinishLocked();
}

void GrpcLane::WriteUnlocking(std::unique_lock<std::mutex>& lock) {
  const grpc::ByteBuffer batch = TakeBatchLocked();
  writing_ = true;
  lock.unlock();
  stream_->Write(batch, static_cast<CompletionTag*>(&write_tag_));
  lock.lock();
}

grpc::ByteBuffer GrpcLane::TakeBatchLocked() {
  std::vector<grpc::Slice> slices;
  size_t bytes = 0;
  while (!pending_.empty() && bytes + pending_.front().size() <= kMaxMessageBytes) {
    bytes += pending_.front().size();
    slices.push_back(OwningSlice(std::move(pending_.front())));
    pending_.pop_front();
  }
  pending_bytes_ -= bytes;
  return grpc::ByteBuffer(slices.data(), slices.size());
}

void GrpcLane::OnWritten(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) closing_ = true;
  }
  Pump();
}

absl::Status GrpcLane::FeedBatch() {
  std::vector<grpc::Slice> slices;
  if (!incoming_.Dump(&slices).ok()) return base::DataLoss("a batch cannot be read");
  absl::Status status;
  for (const grpc::Slice& slice : slices) {
    status = reader_.Feed({reinterpret_cast<const char*>(slice.begin()), slice.size()}, *handler_);
    if (!status.ok()) break;
  }
  // Also after an error: the handler holds pieces of this batch.
  handler_->OnBatchEnd();
  slices.clear();
  incoming_.Clear();
  RETURN_IF_ERROR(status);
  if (!reader_.at_boundary()) return base::DataLoss("a batch ends inside a frame");
  return absl::OkStatus();
}

void GrpcLane::OnRead(bool ok) {
  absl::Status status;
  if (ok) status = FeedBatch();
  {
    const std::lock_guard lock(mutex_);
    if (ok && status.ok() && !closing_) {
      read_wanted_ = true;
    } else {
      reading_ = false;
      closing_ = true;
      if (close_reason_.ok()) close_reason_ = status;
      stream_->Cancel();
    }
  }
  Pump();
}

void GrpcLane::Close(std::string_view reason) {
  const std::lock_guard lock(mutex_);
  if (!closing_) CloseLocked(base::Unavailable(reason));
}

void GrpcLane::CloseLocked(absl::Status reason) {
  closing_ = true;
  close_reason_ = std::move(reason);
  // The read that is under way ends, and with it the call.
  stream_->Cancel();
}

void GrpcLane::MaybeFinishLocked() {
  if (reading_ || writing_ || finishing_) return;
  finishing_ = true;
  stream_->Finish(static_cast<CompletionTag*>(&finish_tag_));
}

void GrpcLane::OnFinished() {
  absl::Status status;
  {
    const std::lock_guard lock(mutex_);
    status = close_reason_.ok() ? stream_->final_status() : close_reason_;
  }
  handler_->OnClosed(status);
  // May be the last owner: nothing of this object is touched afterwards.
  const auto self = std::move(self_);
}

}  // namespace portreeve::link
