// A Lane over one gRPC stream of raw byte buffers, driven by a completion queue. At most one read
// and one write are under way; what is sent meanwhile leaves in one batch.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/byte_buffer.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/status.h"
#include "link/lane.h"

namespace portreeve::link {

// What is put on a completion queue. Proceed runs on the queue's polling thread.
class CompletionTag {
 public:
  virtual void Proceed(bool ok) = 0;

 protected:
  ~CompletionTag() = default;
};

// What a thread has made is gRPC's from here on, up to Proceed. ThreadSanitizer does not see how
// gRPC hands it over; nothing else needs to be told.
void ReleaseTag(void* tag);

// Polls one completion queue until it is shut down and drained.
class CompletionThread {
 public:
  explicit CompletionThread(grpc::CompletionQueue* queue);
  ~CompletionThread() { Join(); }
  void Join();

 private:
  std::thread thread_;
};

// The parts that differ between the dialling and the accepting side.
class RawStream {
 public:
  virtual ~RawStream() = default;
  virtual void Read(grpc::ByteBuffer* into, void* tag) = 0;
  virtual void Write(const grpc::ByteBuffer& message, void* tag) = 0;
  // Completes the call; the tag comes when nothing of the stream is left under way.
  virtual void Finish(void* tag) = 0;
  virtual void Cancel() = 0;
  // Valid once the tag of Finish has come.
  virtual absl::Status final_status() const = 0;
};

class GrpcLane final : public Lane, public std::enable_shared_from_this<GrpcLane> {
 public:
  GrpcLane(std::unique_ptr<RawStream> stream, std::shared_ptr<LaneHandler> handler);

  // Call on the polling thread (or before it runs), once the stream is established.
  void Start();

  void Send(std::string frames) override;
  size_t pending_bytes() const override;
  void Close(std::string_view reason) override;

 private:
  struct ReadTag final : CompletionTag {
    GrpcLane* lane;
    void Proceed(bool ok) override { lane->OnRead(ok); }
  };
  struct WriteTag final : CompletionTag {
    GrpcLane* lane;
    void Proceed(bool ok) override { lane->OnWritten(ok); }
  };
  struct FinishTag final : CompletionTag {
    GrpcLane* lane;
    void Proceed(bool ok) override { lane->OnFinished(); }
  };

  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished();
  absl::Status FeedBatch();
  // Starts what is to be started: writes, the next read, the end. One thread at a time: two would
  // meet inside gRPC, which then gives one's work to a third. Who comes second leaves it to the
  // first.
  void Pump();
  void WriteUnlocking(std::unique_lock<std::mutex>& lock);
  // Cuts what is too long for one message.
  void QueueLocked(std::string frames);
  grpc::ByteBuffer TakeBatchLocked();
  void CloseLocked(absl::Status reason);
  // Asks for the end of the call once neither read nor write is under way.
  void MaybeFinishLocked();

  const std::unique_ptr<RawStream> stream_;
  const std::shared_ptr<LaneHandler> handler_;
  ReadTag read_tag_;
  WriteTag write_tag_;
  FinishTag finish_tag_;
  grpc::ByteBuffer incoming_;
  FrameReader reader_;
  std::shared_ptr<GrpcLane> self_;  // Alive until the call has finished.

  mutable std::mutex mutex_;
  std::deque<std::string> pending_;  // Guarded by mutex_, as all below.
  size_t pending_bytes_ = 0;         // In pending_, of which none is longer than a message.
  bool calling_ = false;             // A thread is in Pump().
  bool reading_ = false;             // From the wish to read until what was read has been heard.
  bool read_wanted_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool finishing_ = false;
  absl::Status close_reason_;
};

}  // namespace portreeve::link
