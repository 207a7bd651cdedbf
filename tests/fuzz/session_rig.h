// Both hands of a session between a client that says anything and a model of the server, with every
// step in the hands of the fuzzer. Its one rule: it does what Session does, and checks what may be
// seen from outside.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "memory_lane.h"
#include "model_server.h"
#include "session/answer_hand.h"
#include "session/request_hand.h"

namespace portreeve::session {

class SessionRig : public RequestSink, public StatementEndListener {
 public:
  // Small, so that texts beyond it are common.
  static constexpr size_t kStatementBytes = 2048;

  SessionRig(MemoryLane& lane, size_t rules);

  // Adds to what the client is about to send.
  void Says(std::string_view bytes) { unsent_ += bytes; }
  // So many of its bytes arrive together.
  void Arrive(size_t bytes);
  // The server takes up to so many messages.
  void Serve(size_t messages);
  // So many bytes of its answers arrive together.
  void Answer(size_t bytes);
  // Another policy comes into force.
  void Adopt(size_t rules);
  ModelServer& server() { return server_; }
  // Everything arrives everywhere, and what must be so at the end is checked.
  void Finish();

  // RequestSink.
  void ToServer(std::string_view bytes) override;
  void HoldUntilDurable() override;
  void OnCatalogChanged() override {}
  // StatementEndListener.
  void OnStatementEnd(const StatementEnd& end) override;

 private:
  void Process();
  void OnPassed(Passed message);
  void OpenGate();
  void CheckRecord(const Passed& message) const;
  void Hears(std::string_view bytes);
  bool waits() const { return progress_.next == RequestHand::Next::kWait; }
  // The client has said goodbye or broken the protocol: nothing of it is read any more.
  bool over() const {
    return progress_.next == RequestHand::Next::kTerminate ||
           progress_.next == RequestHand::Next::kFatal;
  }
  void CheckBalance();
  void CheckEndings();

  MemoryLane& lane_;
  ModelServer server_;
  size_t rules_;
  Conversation conversation_{*this};
  AnswerHand answers_{conversation_};
  DecisionCache decisions_;
  MaskStock stock_{mask::HashKey::FromSecret("test")};
  Gatekeeper gatekeeper_;
  RequestHand requests_;

  std::string unsent_;
  std::string held_;
  RequestHand::Progress progress_;
  int64_t now_us_ = 1'000'000;

  std::string passing_;       // The beginning of a message on its way to the server.
  size_t passing_rules_ = 0;  // Those under which it began.
  std::vector<Passed> gated_;
  std::deque<Passed> inbox_;
  uint64_t statements_ = 0;  // Messages with a record, passed so far.
  uint64_t durable_ = 0;     // Records that were waited for.
  std::vector<proto::audit::Statement> records_;

  size_t answered_ = 0;  // Bytes of the server that the answer hand has had.
  std::string heard_;    // The beginning of a message on its way to the client.
  size_t heard_messages_ = 0;
  std::map<uint64_t, audit::Ending> endings_;
};

}  // namespace portreeve::session
