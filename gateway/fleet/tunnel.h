// One lane of one agent, as the gateway sees it: sorts what arrives to the sessions it belongs to.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "link/frame_order.h"
#include "link/lane.h"
#include "portreeve/link.pb.h"

namespace portreeve::fleet {

// What a session hears from its agent. All calls come from the lane's polling thread, one at a
// time, and must not wait.
class TunnelSession {
 public:
  virtual ~TunnelSession() = default;
  // Of what the agent sends for this session.
  virtual link::FrameOrder& order() = 0;
  virtual void OnReady(link::SessionReady ready) = 0;
  virtual void OnFailed(link::SessionFailed failed) = 0;
  // Bytes of the server, valid until OnBatchEnd. An error ends the whole lane: the agent
  // misbehaves.
  virtual absl::Status OnAnswer(std::string_view piece) = 0;
  virtual void OnBatchEnd() = 0;
  virtual void OnCredit(uint32_t bytes) = 0;
  virtual void OnServerClosed(link::CloseSession closed) = 0;
  virtual void OnCancelled() = 0;
  virtual void OnLinkLost(const absl::Status& status) = 0;
};

// Hears of a lane's beginning and end.
class Tunnel;
class TunnelListener {
 public:
  virtual ~TunnelListener() = default;
  virtual void OnTunnelOpen(const std::shared_ptr<Tunnel>& tunnel) = 0;
  virtual void OnTunnelClosed(const std::shared_ptr<Tunnel>& tunnel,
                              const absl::Status& status) = 0;
};

class Tunnel final : public link::LaneHandler, public std::enable_shared_from_this<Tunnel> {
 public:
  Tunnel(size_t lane_index, std::string agent_id, std::string certificate_serial,
         std::string address, TunnelListener& listener)
      : lane_index_(lane_index),
        agent_id_(std::move(agent_id)),
        certificate_serial_(std::move(certificate_serial)),
        address_(std::move(address)),
        listener_(listener) {}

  size_t lane_index() const { return lane_index_; }
  const std::string& agent_id() const { return agent_id_; }
  const std::string& certificate_serial() const { return certificate_serial_; }
  const std::string& address() const { return address_; }
  // Set before OnTunnelOpen, unchanged after it.
  const link::Hello& hello() const { return hello_; }
  size_t session_count() const { return session_count_.load(std::memory_order_relaxed); }
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  bool draining() const { return draining_.load(std::memory_order_relaxed); }

  // Any thread. False if the lane is gone or has such a session: the listener will hear nothing.
  bool Attach(uint64_t session, std::shared_ptr<TunnelSession> listener);
  void Detach(uint64_t session);

  // Any thread; frames for a closed lane are dropped.
  void Send(std::string frames);
  void Close(std::string_view reason);

  void OnOpened(std::shared_ptr<link::Lane> lane) override;
  absl::Status OnData(const link::FrameHeader& header, std::string_view piece, bool last) override;
  absl::Status OnFrame(const link::FrameHeader& header, std::string_view payload) override;
  void OnBatchEnd() override;
  void OnClosed(const absl::Status& status) override;

 private:
  // A longer queue towards the agent is not made longer by answers to PING.
  static constexpr size_t kMaxPendingForPong = 1024 * 1024;

  absl::Status OnHello(std::string_view payload);
  void OnPing(std::string_view payload);
  absl::Status OnLaneFrame(const link::FrameHeader& header, std::string_view payload);
  absl::Status OnSessionFrame(const link::FrameHeader& header, std::string_view payload);
  std::shared_ptr<TunnelSession> Find(uint64_t session);

  const size_t lane_index_;
  const std::string agent_id_;
  const std::string certificate_serial_;
  const std::string address_;
  TunnelListener& listener_;
  link::Hello hello_;
  bool hello_seen_ = false;
  std::atomic<size_t> session_count_{0};
  std::atomic<bool> draining_{false};

  // Polling thread only.
  uint64_t current_id_ = 0;
  bool in_frame_ = false;  // More of a data frame is to come.
  std::shared_ptr<TunnelSession> current_;
  std::vector<std::shared_ptr<TunnelSession>> touched_;

  mutable std::mutex mutex_;
  std::shared_ptr<link::Lane> lane_;                                       // mutex_
  std::unordered_map<uint64_t, std::shared_ptr<TunnelSession>> sessions_;  // mutex_
  bool closed_ = false;                                                    // mutex_
};

}  // namespace portreeve::fleet
