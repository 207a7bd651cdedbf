// The server's end of one session: opens and logs in, then passes bytes both ways without looking
// at them. When the gateway goes away it sees to it that nothing of the session goes on in the
// server.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/refusal.h"
#include "link/credit.h"
#include "link/frame.h"
#include "link/frame_order.h"
#include "net/event_loop.h"
#include "net/output_queue.h"
#include "net/stream.h"
#include "upstream/connector.h"
#include "upstream/read_pace.h"
#include "upstream/resolver.h"
#include "upstream/server.h"
#include "upstream/server_login.h"

namespace portreeve::upstream {

// Where the session's frames go. Any thread; batched by the implementation.
class FrameOutput {
 public:
  virtual ~FrameOutput() = default;
  // On the loop's thread: leaves at the end of the turn.
  virtual void Queue(const link::FrameHeader& header, std::string_view payload) = 0;
  // Any thread: leaves at once.
  virtual void SendNow(const link::FrameHeader& header, std::string_view payload) = 0;
  // The session is over and must be forgotten. On the loop's thread.
  virtual void Forget(uint64_t session) = 0;
};

// What sessions of one lane share. All must outlive them.
struct UpstreamWorld {
  net::EventLoop& loop;
  Resolver& resolver;
  base::Logger& logger;
  std::vector<char>& scratch;  // For reads on the loop's thread.
};

class UpstreamSession final : public net::EventLoop::Handler,
                              public std::enable_shared_from_this<UpstreamSession> {
 public:
  // Bytes read from a server at once.
  static constexpr size_t kReadBytes = link::kMaxDataBytes;

  UpstreamSession(uint64_t id, std::shared_ptr<const Server> server, std::string database,
                  std::vector<std::pair<std::string, std::string>> parameters,
                  std::shared_ptr<FrameOutput> output, UpstreamWorld world);

  // Any thread.
  void Open();
  void Cancel();
  // The gateway will ask no more: the server gets an end of input once it has all of it.
  void FinishRequests();
  // Stop what runs, and close.
  void Abort();
  void OnCredit(uint32_t bytes);

  // The lane's polling thread. Of what the gateway sends for this session.
  link::FrameOrder& order() { return order_; }
  // The lane's polling thread. The bytes must live until OnBatchEnd. kResourceExhausted: the
  // gateway sent more than it was granted.
  absl::Status OnRequest(std::string_view piece);
  void OnBatchEnd();

  void OnReady(uint32_t events) override;

 private:
  enum class State : uint8_t { kConnecting, kLogin, kPassing, kAborting, kOver };

  void StartLogin(absl::StatusOr<Connected> connected);
  void ContinueLogin();
  void FinishLogin();
  void FailLogin(const absl::Status& status);
  void FailRefused(const base::Refusal& refusal);
  void SendFailed(const base::Refusal& refusal);
  void ReadServer();
  void OnServerGone(const std::string& reason);
  void FlushServer();
  void DrainAborting();
  void CancelUntilGone();
  void SetPaused(bool paused);
  void ResumeSoon();
  void UpdateInterestLocked();
  // A paused session does not watch a server that has closed: it would hear of it without end.
  void LookAwayIfPaused();
  // False: it cannot be watched any more.
  bool LookAgain();
  void End();
  void Grant(size_t bytes);

  const uint64_t id_;
  const std::shared_ptr<const Server> server_;
  const std::string database_;
  std::vector<std::pair<std::string, std::string>> parameters_;
  const std::shared_ptr<FrameOutput> output_frames_;
  UpstreamWorld world_;

  // Loop thread.
  State state_ = State::kConnecting;
  uint64_t sequence_ = 0;
  std::shared_ptr<Connector> connector_;
  std::unique_ptr<ServerLogin> login_;
  uint32_t process_id_ = 0;
  std::string secret_;
  std::optional<net::EventLoop::TimerId> timer_;
  int cancels_sent_ = 0;
  bool finishing_ = false;
  ReadPace pace_;

  link::SendCredit to_gateway_;
  link::ReceiveCredit from_gateway_{link::kMaxRequestOvershootBytes};
  std::atomic<bool> paused_{false};

  // Lane thread.
  link::FrameOrder order_;
  std::vector<iovec> pieces_;

  std::mutex write_mutex_;  // The stream and all below.
  std::unique_ptr<net::Stream> stream_;
  net::OutputQueue output_;
  bool passing_ = false;
  bool watching_ = false;
};

}  // namespace portreeve::upstream
