// A lane's client side: one thread that reads the clients of its sessions. All records of one turn
// are written together, and only then leaves what they speak of (the output gate).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "audit/lane_writer.h"
#include "base/log.h"
#include "fleet/tunnel.h"
#include "net/event_loop.h"
#include "session/decision_cache.h"
#include "session/session_masks.h"

namespace portreeve::session {

class SessionLoop;

// A session as its loop sees it. Loop thread only.
class LoopMember {
 public:
  virtual ~LoopMember() = default;
  // The journal took what the member waited for.
  virtual void OnDurable() = 0;
  // The records of this turn could not be kept: nothing of it was sent. What the member sends now
  // goes out by itself and may speak of no record.
  virtual void OnJournalFailure() = 0;
};

class SessionLoop {
 public:
  // Bytes read from a client at once.
  static constexpr size_t kScratchBytes = 256 * 1024;

  // Both must outlive the loop.
  SessionLoop(size_t index, audit::LaneWriter& journal, base::Logger& logger,
              const mask::HashKey& mask_key);
  ~SessionLoop();

  void Start();
  // Any thread; joins. Sessions that are still there are told nothing.
  void Stop();

  size_t index() const { return index_; }
  net::EventLoop& events() { return events_; }
  audit::LaneWriter& journal() { return journal_; }
  base::Logger& logger() { return logger_; }
  std::vector<char>& scratch() { return scratch_; }
  DecisionCache& decisions() { return decisions_; }
  MaskStock& mask_stock() { return mask_stock_; }

  // Frames that leave at the end of the turn, when its records are kept: to be appended to. The
  // sender must exist until the turn ends.
  std::string& Outgoing(const std::shared_ptr<fleet::Tunnel>& tunnel, LoopMember& sender);
  // The member's records up to `position` must be fsynced before it hears OnDurable.
  void AwaitDurable(std::weak_ptr<LoopMember> member, audit::Position position);

 private:
  struct Batch {
    std::shared_ptr<fleet::Tunnel> tunnel;
    std::string frames;
  };
  struct Waiter {
    std::weak_ptr<LoopMember> member;
    audit::Position position;
    bool committed = false;  // The record is in the file.
  };

  void OnTurnEnd();
  void OnCommitFailed(const absl::Status& status, const std::vector<LoopMember*>& senders);
  void OnSynced(const absl::Status& status);

  const size_t index_;
  audit::LaneWriter& journal_;
  base::Logger& logger_;
  net::EventLoop events_;
  std::vector<char> scratch_;
  DecisionCache decisions_;
  MaskStock mask_stock_;
  std::vector<Batch> batches_;
  std::vector<LoopMember*> senders_;  // Of this turn.
  std::vector<Waiter> waiters_;
  audit::Position requested_;  // As far as durability has been asked for.
  std::thread thread_;
};

}  // namespace portreeve::session
