// Reads what the client asks, message by message, and lets pass what was decided and recorded. Its
// one rule: a message leaves whole, after its record, or not at all. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/refusal.h"
#include "session/answer_hand.h"
#include "session/conversation.h"
#include "session/gatekeeper.h"
#include "session/name_table.h"
#include "wire/body_scanner.h"
#include "wire/framing.h"

namespace portreeve::session {

// Where the request hand puts what may go on.
class RequestSink {
 public:
  virtual ~RequestSink() = default;
  // Bytes for the server, in order. They leave when the turn's records are kept.
  virtual void ToServer(std::string_view bytes) = 0;
  // What follows must wait until the journal is durable up to the gatekeeper's position.
  virtual void HoldUntilDurable() = 0;
};

class RequestHand {
 public:
  // A message that must be seen whole, beyond its SQL text: names and parameter types.
  static constexpr size_t kMaxBesideText = 256 * 1024;
  // The two names of a Bind that is too large to be held.
  static constexpr size_t kMaxNamesBytes = 8 * 1024;

  enum class Next : uint8_t {
    kMore,       // Everything was taken, or the rest is an incomplete message.
    kWait,       // An answer must come first; the rest stays with the caller.
    kTerminate,  // The client said goodbye; Terminate has been passed on.
    kFatal,      // The client broke the protocol; fatal() says how.
  };
  struct Progress {
    size_t taken = 0;
    Next next = Next::kMore;
  };

  RequestHand(Conversation& conversation, const AnswerHand& answers, Gatekeeper& gatekeeper,
              RequestSink& sink, size_t statement_bytes)
      : conversation_(conversation),
        answers_(answers),
        gatekeeper_(gatekeeper),
        sink_(sink),
        statement_bytes_(statement_bytes) {}

  Progress Process(std::string_view bytes, int64_t now_us);
  const base::Refusal& fatal() const { return fatal_; }
  // True while a message is passed on in pieces.
  bool inside_message() const { return !std::holds_alternative<std::monostate>(streaming_); }

 private:
  // A message that passes in pieces.
  struct PassBody {
    uint32_t left;
  };
  struct DropBody {
    uint32_t left;
  };
  // A large Bind or FunctionCall, already decided by its first bytes; checked to its last.
  struct CheckedBody {
    std::variant<wire::BindScanner, wire::FunctionCallScanner> scanner;
    uint32_t left;
    bool dropped;
  };

  bool MustWait();
  bool copying();
  Next Step(std::string_view rest, size_t& taken);
  Next StepStreaming(std::string_view rest, size_t& taken);
  Next StepChecked(CheckedBody& body, std::string_view rest, size_t& taken);
  Next Begin(wire::Header header, std::string_view rest, size_t& taken);
  Next BeginLargeBind(wire::Header header, std::string_view rest, size_t& taken);
  Next BeginLargeCall(wire::Header header, std::string_view rest, size_t& taken);
  Next BeginOversized(wire::Header header, std::string_view rest, size_t& taken);
  Next BeginCopyData(wire::Header header, std::string_view rest, size_t& taken);
  Next OnMessage(wire::Header header, std::string_view whole);
  Next OnQuery(std::string_view whole);
  Next OnParse(std::string_view whole);
  Next OnBind(std::string_view portal, std::string_view statement, std::string_view whole);
  Next OnDescribe(std::string_view whole);
  Next OnExecute(std::string_view whole);
  Next OnClose(std::string_view whole);
  Next OnSync(std::string_view whole);
  Next OnCopyEnd(char type, std::string_view whole);
  Next OnCall(uint32_t function_oid, int arguments, std::string_view whole);
  Next Fatal(std::string_view sqlstate, std::string_view message);
  Next Fatal(const absl::Status& status);

  // Passes on bytes of the input; adjoining ones leave together.
  void Pass(std::string_view bytes);
  void FlushRun();
  void Substitute(std::string bytes);
  void Expect(Turn turn, size_t copies_in = 0);
  Turn MakeTurn(TurnKind kind, Gatekeeper::Ruling& ruling) const;
  size_t MaxHeldBytes() const { return statement_bytes_ + kMaxBesideText; }

  Conversation& conversation_;
  const AnswerHand& answers_;
  Gatekeeper& gatekeeper_;
  RequestSink& sink_;
  const size_t statement_bytes_;

  NameTable statements_;
  NameTable portals_;
  uint64_t segment_ = 0;  // Syncs sent.
  int64_t now_us_ = 0;
  std::string_view run_;  // Adjoining bytes that pass.
  std::variant<std::monostate, PassBody, DropBody, CheckedBody> streaming_;
  bool substituted_ = false;  // The message at hand was refused.
  base::Refusal fatal_;
};

}  // namespace portreeve::session
