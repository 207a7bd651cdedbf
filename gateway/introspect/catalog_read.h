// One reading of one database's catalog: a session of its own through a tunnel, as any client's.
// Its one rule: nothing is asked before that is on record, and what comes back is bounded.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "fleet/tunnel.h"
#include "introspect/catalog_answer.h"
#include "link/credit.h"
#include "net/event_loop.h"

namespace portreeve::introspect {

// Begin() and Abort() belong to the loop's thread, and so do the callbacks; the tunnel calls from
// the lane's thread.
class CatalogRead final : public fleet::TunnelSession,
                          public std::enable_shared_from_this<CatalogRead> {
 public:
  // Of a catalog of 50,000 tables with twenty columns each it is about half.
  static constexpr size_t kMaxAnswerBytes = size_t{128} << 20;

  // The loop is told of what the lane brings, also when whoever made this has gone.
  CatalogRead(std::shared_ptr<net::EventLoop> loop, std::shared_ptr<fleet::Tunnel> tunnel);

  using Record = std::function<absl::Status()>;
  struct Answer {
    enum class Scope : uint8_t {
      kNothing,  // The catalog has the stamp that was known.
      kOfUsers,  // What initdb made has.
      kWhole,
    };
    Scope scope = Scope::kWhole;
    std::string text;
  };
  using Done = std::function<void(absl::StatusOr<Answer> answer)>;

  // Opens the session. `record` runs before anything is asked; an error of it ends the reading.
  // With a `known` stamp only what may differ is read. `done` runs once, unless Abort() comes
  // before it.
  void Begin(const std::string& connection, const std::string& database, std::optional<Stamp> known,
             Record record, Done done);
  void Abort(std::string_view reason);

  const std::string& agent_id() const { return tunnel_->agent_id(); }

  link::FrameOrder& order() override { return order_; }
  void OnReady(link::SessionReady ready) override;
  void OnFailed(link::SessionFailed failed) override;
  absl::Status OnAnswer(std::string_view piece) override;
  void OnBatchEnd() override;
  void OnCredit(uint32_t bytes) override;
  void OnServerClosed(link::CloseSession closed) override;
  void OnCancelled() override;
  void OnLinkLost(const absl::Status& status) override;

 private:
  void AskFirst();
  void Ask(const std::string& text);
  void OnStamp(std::string_view answer);
  void Send(const link::FrameHeader& header, std::string_view payload);
  void Close(link::CloseSession::Manner manner, std::string_view reason);
  void End(absl::StatusOr<Answer> answer, link::CloseSession::Manner manner);
  void EndSoon(absl::Status status);

  const std::shared_ptr<net::EventLoop> loop_;
  const std::shared_ptr<fleet::Tunnel> tunnel_;
  const uint64_t id_;

  // Loop thread.
  std::optional<Stamp> known_;
  Answer::Scope scope_ = Answer::Scope::kWhole;  // Of what has been asked last.
  Record record_;
  Done done_;
  uint64_t sequence_ = 0;  // Of the ordered frames towards the agent.
  bool over_ = false;

  // Lane thread.
  link::FrameOrder order_;
  std::string answer_;
  AnswerEnd end_;
  bool stamp_first_ = false;  // Its answer is to come. Settled before anything is asked.
  size_t arrived_ = 0;        // Since the last OnBatchEnd.
  bool deaf_ = false;         // What still comes is dropped.

  link::ReceiveCredit credit_;
};

}  // namespace portreeve::introspect
