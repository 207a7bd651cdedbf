// One lane to a gateway, as the agent sees it: opens sessions on the servers of its own
// configuration and carries their bytes. A gateway cannot make it dial anything else.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "link/lane.h"
#include "net/event_loop.h"
#include "portreeve/link.pb.h"
#include "upstream/upstream_session.h"

namespace portreeve::tunnel {

using Servers = std::map<std::string, std::shared_ptr<const upstream::Server>>;

// A lane's server side: the thread that reads the servers of its sessions. Outlives its lanes.
class UpstreamLoop {
 public:
  explicit UpstreamLoop(base::Logger& logger);
  ~UpstreamLoop();

  net::EventLoop& events() { return events_; }
  upstream::UpstreamWorld world() { return {events_, resolver_, logger_, scratch_}; }

  // Loop thread. Runs at the end of this turn and is forgotten.
  void AtTurnEnd(std::function<void()> work) { at_turn_end_.push_back(std::move(work)); }

 private:
  base::Logger& logger_;
  net::EventLoop events_;
  std::vector<char> scratch_;
  std::vector<std::function<void()>> at_turn_end_;
  upstream::Resolver resolver_;
  std::thread thread_;
};

class AgentLane final : public link::LaneHandler,
                        public upstream::FrameOutput,
                        public std::enable_shared_from_this<AgentLane> {
 public:
  using Closed = std::function<void(const absl::Status&)>;

  // `closed` runs once, on the polling thread.
  AgentLane(link::Hello hello, std::shared_ptr<const Servers> servers, UpstreamLoop& loop,
            base::Logger& logger, Closed closed)
      : hello_(std::move(hello)),
        servers_(std::move(servers)),
        loop_(loop),
        logger_(logger),
        closed_(std::move(closed)) {}

  // Any thread. Asks the gateway for no new sessions; before the lane is open, as soon as it is.
  void Drain();
  // Also before the lane is open: it then ends as soon as it is.
  void Close(std::string_view reason);
  size_t session_count() const { return session_count_.load(); }

  // link::LaneHandler, on the polling thread.
  void OnOpened(std::shared_ptr<link::Lane> lane) override;
  absl::Status OnData(const link::FrameHeader& header, std::string_view piece, bool last) override;
  absl::Status OnFrame(const link::FrameHeader& header, std::string_view payload) override;
  void OnBatchEnd() override;
  void OnClosed(const absl::Status& status) override;

  // upstream::FrameOutput.
  void Queue(const link::FrameHeader& header, std::string_view payload) override;
  void SendNow(const link::FrameHeader& header, std::string_view payload) override;
  void Forget(uint64_t session) override;

 private:
  static constexpr size_t kMaxSessions = 10'000;
  // A turn's frames leave early beyond this.
  static constexpr size_t kMaxBatchBytes = 512 * 1024;
  // A longer queue towards the gateway is not made longer by answers to PING.
  static constexpr size_t kMaxPendingForPong = 1024 * 1024;

  void OnPing(std::string_view payload);
  absl::Status OnOpen(const link::FrameHeader& header, std::string_view payload);
  void Refuse(uint64_t session, const char* sqlstate, const std::string& message);
  std::shared_ptr<upstream::UpstreamSession> Find(uint64_t session);
  void SendBatch();

  const link::Hello hello_;
  const std::shared_ptr<const Servers> servers_;
  UpstreamLoop& loop_;
  base::Logger& logger_;
  const Closed closed_;
  std::atomic<size_t> session_count_{0};

  std::string batch_;  // Loop thread.

  // Polling thread.
  uint64_t current_id_ = 0;
  bool in_frame_ = false;  // More of a data frame is to come.
  std::shared_ptr<upstream::UpstreamSession> current_;
  std::vector<std::shared_ptr<upstream::UpstreamSession>> touched_;

  std::mutex mutex_;
  std::shared_ptr<link::Lane> lane_;  // mutex_, as below.
  bool draining_ = false;
  bool closing_ = false;
  std::unordered_map<uint64_t, std::shared_ptr<upstream::UpstreamSession>> sessions_;
};

}  // namespace portreeve::tunnel
