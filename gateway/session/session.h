// One session: a client, the grant it runs under, and the server at the other end of the tunnel.
// Owns the client's stream; its request hand runs on the loop's thread, its answer hand on the
// lane's.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/journal.h"
#include "base/clock.h"
#include "fleet/tunnel.h"
#include "identity/principal.h"
#include "link/credit.h"
#include "net/event_loop.h"
#include "net/output_queue.h"
#include "net/stream.h"
#include "session/answer_hand.h"
#include "session/cancel_keys.h"
#include "session/conversation.h"
#include "session/database_catalog.h"
#include "session/gatekeeper.h"
#include "session/rates.h"
#include "session/request_hand.h"
#include "session/session_loop.h"

namespace portreeve::session {

// Everything that is settled about a session before it begins. Fixed from then on.
struct SessionPlan {
  uint64_t id = 0;
  identity::Principal principal;
  Standing standing;
  bool grant_chosen_by_default = false;  // The client is told which it is.
  std::string connection;
  std::vector<std::pair<std::string, std::string>> labels;
  std::string database;  // As asked for; empty: the connection's own.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string application_name;
  uint32_t protocol_version = 0;
  std::string client_address;
  int64_t credential_ends_unix_s = 0;        // End of what the client proved itself with.
  std::shared_ptr<DatabaseCatalog> catalog;  // Null: nothing can be known of the database.
  size_t statement_bytes = 0;
};

// "s-" and 16 hex digits.
std::string SessionName(uint64_t id);

// What sessions share. All must outlive them.
struct SessionWorld {
  audit::Journal& journal;
  CancelKeys& cancel_keys;
  const base::Clock& clock;
  base::Logger& logger;
  Rates& rates;
};

class Session final : public net::EventLoop::Handler,
                      public fleet::TunnelSession,
                      public RequestSink,
                      public StatementEndListener,
                      public LoopMember,
                      public std::enable_shared_from_this<Session> {
 public:
  Session(SessionPlan plan, std::unique_ptr<net::Stream> stream,
          std::shared_ptr<fleet::Tunnel> tunnel, SessionLoop& loop, SessionWorld world,
          std::function<void(const Session&)> on_end);
  ~Session() override;

  // Loop thread. Asks the agent for the server; the client hears of it when it is ready.
  void Begin();
  // Any thread. Ends the session with a FATAL that says `refusal`; `reason` goes into the record.
  void End(base::Refusal refusal, std::string reason);
  // Any thread. Asks the server to cancel; `done` runs once, when the server has taken the request
  // or the session is over.
  void Cancel(std::function<void()> done);
  // Loop thread. A new policy is in force: the session goes on under it, or ends.
  void Adopt(const std::shared_ptr<const policy::Policy>& policy);

  const SessionPlan& plan() const { return plan_; }
  SessionLoop& loop() { return loop_; }
  int64_t opened_unix_us() const { return opened_unix_us_; }
  const std::string& agent_id() const { return tunnel_->agent_id(); }

  // EventLoop::Handler.
  void OnReady(uint32_t events) override;
  // fleet::TunnelSession, on the lane's polling thread.
  link::FrameOrder& order() override { return order_; }
  void OnReady(link::SessionReady ready) override;
  void OnFailed(link::SessionFailed failed) override;
  absl::Status OnAnswer(std::string_view piece) override;
  void OnBatchEnd() override;
  void OnCredit(uint32_t bytes) override;
  void OnServerClosed(link::CloseSession closed) override;
  void OnCancelled() override;
  void OnLinkLost(const absl::Status& status) override;
  // RequestSink.
  void ToServer(std::string_view bytes) override;
  void HoldUntilDurable() override;
  void OnCatalogChanged() override;
  // StatementEndListener, under the conversation's mutex.
  void OnStatementEnd(const StatementEnd& end) override;
  // LoopMember.
  void OnDurable() override;
  void OnJournalFailure() override;

 private:
  enum class State : uint8_t { kOpening, kOpen, kHalfClosed, kEnded };

  void Greet(const link::SessionReady& ready);
  void ReadClient();
  // Takes what can be taken and keeps the rest in held_. False: reading must stop for now.
  bool Take(std::string_view bytes);
  bool OnProgress(const RequestHand::Progress& progress);
  bool MustPause() const { return to_server_.exhausted() || parking_ || cancelling_; }
  void SetPaused(bool paused);
  void Resume();
  // Any thread.
  void ResumeSoon();
  // The client asks nothing more; what it is owed is brought to it, within limits.
  void FinishClient(const std::string& reason, link::CloseSession::Manner manner);
  bool AnswersOwed();
  void OnLingering(uint32_t events);
  // session_watch.cc.
  void Stand(Standing standing);
  void BeginNames();
  void TakeSnapshot();
  void TakeCatalogChange();
  void ReadCatalog();
  void OnCatalogRead(uint64_t number, const absl::Status& status);
  // Asks the server to stop the front turn; nothing more goes out before it has been asked.
  void CancelForLimit();
  void OnLimitReached();
  void WatchStatement();
  void WatchAgainAt(int64_t at_us);
  void OnStatementTime();
  void ArmTimer();
  void CheckTimes();
  // On the monotonic clock: the earlier end of grant and credential.
  int64_t EndUs() const;
  int64_t WindowEndUs() const;
  // A frame for the agent, behind what is parked: only the order to abort overtakes that.
  void SendFrame(link::FrameKind kind, std::string_view payload);
  void SendClose(link::CloseSession::Manner manner, std::string_view reason);
  // What the agent may send again: bytes of the server that have left the process, one way or
  // another. Write lock held.
  size_t TakeDueLocked();
  void WriteAnswersLocked();
  // Any thread, without the lock.
  void Grant(size_t bytes);
  void EndOnLoop(const std::optional<base::Refusal>& fatal, const std::string& reason,
                 link::CloseSession::Manner manner);
  std::optional<base::Refusal> ServerLost();
  void CloseClient(const std::optional<base::Refusal>& fatal);
  void DropClientLocked();
  void SendCancel();
  void OnCancelTaken();
  void RunCancels();
  void UpdateInterestLocked();

  const SessionPlan plan_;
  const std::shared_ptr<fleet::Tunnel> tunnel_;
  SessionLoop& loop_;
  SessionWorld world_;
  std::function<void(const Session&)> on_end_;
  const std::string name_;
  const int64_t opened_unix_us_;

  Conversation conversation_;
  AnswerHand answer_hand_;
  Gatekeeper gatekeeper_;
  RequestHand request_hand_;

  // Loop thread.
  State state_ = State::kOpening;
  std::string held_;          // What was read and not yet taken.
  size_t wanted_ = 0;         // Fewer bytes of it are not worth a look.
  uint64_t sequence_ = 0;     // Of the ordered frames towards the agent.
  bool parking_ = false;      // Ordered frames go to parked_ until the journal is durable.
  bool terminating_ = false;  // The client has said goodbye; what it asked is still parked.
  bool finished_ = false;     // The agent knows that no more requests will come.
  bool cancelling_ = false;   // The session itself has asked the server to stop.
  bool cancel_under_way_ = false;
  std::vector<std::function<void()>> riding_cancels_;  // Answered when it has been taken.
  std::string parked_;
  int64_t opened_us_ = 0;
  int64_t credential_ends_us_ = 0;
  int64_t last_request_us_ = 0;
  int64_t half_closed_us_ = 0;
  std::optional<net::EventLoop::TimerId> timer_;
  std::optional<net::EventLoop::TimerId> statement_timer_;
  int cancels_in_vain_ = 0;
  uint64_t refreshes_ = 0;     // Readings of the catalog that were asked for.
  uint64_t generation_ = 0;    // Of the catalog, as it was last looked at.
  bool catalog_lost_ = false;  // The last reading that was asked for has failed.
  std::optional<CancelKey> cancel_key_;
  uint64_t bytes_from_client_ = 0;

  link::SendCredit to_server_;
  link::ReceiveCredit from_server_;
  std::atomic<bool> paused_{false};
  std::atomic<bool> wake_{false};  // An answer may change what held_ means.
  std::atomic<bool> resume_posted_{false};
  std::atomic<uint64_t> bytes_to_client_{0};

  // Lane thread.
  link::FrameOrder order_;
  AnswerBytes answers_;
  size_t arrived_ = 0;   // Bytes of the server since the last OnBatchEnd.
  bool broken_ = false;  // The server broke the protocol.

  std::mutex cancel_mutex_;
  std::vector<std::function<void()>> cancels_;  // cancel_mutex_; for the next cancel
  bool cancels_over_ = false;                   // cancel_mutex_

  std::mutex write_mutex_;  // The client's stream and all below.
  std::unique_ptr<net::Stream> stream_;
  net::OutputQueue output_;
  std::string early_;  // What the server said before the client was greeted.
  bool greeted_ = false;
  // Server's bytes that were written or dropped and not granted again, less those of the gateway's
  // own that were written in between.
  int64_t credit_due_ = 0;
  bool watching_ = false;
  bool want_read_ = true;
  bool closed_ = false;         // Nothing may be written any more.
  bool whole_messages_ = true;  // What the client got ends with a whole message.
};

}  // namespace portreeve::session
