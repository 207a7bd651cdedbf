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
#include "session/name_space.h"
#include "session/session_names.h"
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
  // A statement that may have changed the database's catalog is complete.
  virtual void OnCatalogChanged() = 0;
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
    kYield,      // The records so far must be written first; the rest stays with the caller.
    kTerminate,  // The client said goodbye; Terminate has been passed on.
    kFatal,      // The client broke the protocol; fatal() says how.
  };
  struct Progress {
    size_t taken = 0;
    Next next = Next::kMore;
    size_t wanted = 0;      // kMore: there is no use in calling before the rest has so many bytes.
    bool may_wake = false;  // An answer may change what the rest means, or what must be sent.
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
  // What it is to know of the database's names.
  NameSpaceTracker& name_space() { return name_space_; }
  // Statements wait until it is known what the catalog has become.
  void set_awaits_catalog(bool awaits) { awaits_catalog_ = awaits; }
  // After a change of the standing.
  void NoteStanding();
  // A turn stands alone: it may be for the hand to end it, also when the client says nothing.
  bool stands_alone() const { return stands_alone_; }
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

  // request_stream.cc: where messages begin and end, and those that are never held whole.
  Next BeforeMessage();
  Next Step(std::string_view rest, Progress& progress);
  Next StepStreaming(std::string_view rest, size_t& taken);
  Next StepChecked(CheckedBody& body, std::string_view rest, size_t& taken);
  Next Begin(wire::Header header, std::string_view rest, Progress& progress);
  Next BeginLarge(wire::Header header, std::string_view rest, Progress& progress);
  Next BeginLargeBind(wire::Header header, std::string_view rest, Progress& progress);
  Next BeginLargeCall(wire::Header header, std::string_view rest, Progress& progress);
  Next BeginOversized(wire::Header header, std::string_view rest, Progress& progress);
  Next BeginCopyData(wire::Header header, std::string_view rest, size_t& taken);
  Next PassOverSync(std::string_view rest, Progress& progress);
  Next Fatal(std::string_view sqlstate, std::string_view message);
  Next Fatal(const absl::Status& status);
  // Passes on bytes of the input; adjoining ones leave together.
  void Pass(std::string_view bytes);
  void FlushRun();
  void Substitute(std::string_view bytes);
  size_t MaxHeldBytes() const { return statement_bytes_ + kMaxBesideText; }

  // request_alone.cc: turns that stand alone.
  void Attend();
  void NoteAlone(Progress& progress);
  void SendRuled(std::string_view whole, bool durable_first);
  void NoteGuarded(std::shared_ptr<const PreparedStatement> statement, Turn& turn);
  void SendGuarded(std::string_view text, bool durable_first);
  void Inject(std::string_view bytes);
  static std::string FlushBytes();

  // request_hand.cc: what each message asks for.
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
  void TakeNews();
  Reading CurrentReading() const;
  bool IsCertain(std::string_view name) const;
  bool AreCertain(const PreparedStatement& statement) const;
  std::shared_ptr<const PreparedStatement> Examine(std::string_view text);
  Gatekeeper::Ruling RuleQuery(const PreparedStatement& statement, const Reliance& reliance);
  Gatekeeper::Ruling RuleParse(const PreparedStatement& statement, std::string_view name);
  // request_masks.cc: what is masked in the answer to the turn.
  void NoteMasks(const PreparedStatement& statement, const Reliance& reliance, Turn& turn);
  // The same for a message that names a portal, whose description must come before its rows.
  void NotePortalMasks(const PreparedStatement& statement, const Reliance& reliance,
                       NameEntry& portal, Turn& turn);
  void DescribeForMasks(std::string_view portal, const Turn& turn);
  // False: what the portal is depends on answers still to come.
  bool NoteDescribed(std::string_view portal, Turn& turn);
  // The statement is about to run.
  void NoteRun(const PreparedStatement& statement, const Reliance& reliance, Turn& turn);
  void Expect(Turn turn);
  Turn MakeTurn(TurnKind kind, Gatekeeper::Ruling& ruling) const;

  Conversation& conversation_;
  const AnswerHand& answers_;
  Gatekeeper& gatekeeper_;
  RequestSink& sink_;
  const size_t statement_bytes_;

  SessionNames names_;
  NameSpaceTracker name_space_;
  bool awaits_catalog_ = false;
  bool stands_alone_ = false;
  uint64_t segment_ = 0;  // Syncs sent.
  // Something that was sent may have changed how texts are read.
  bool strings_touched_ = false;
  bool encoding_touched_ = false;
  // A statement that an answer must come before, so that it is not examined again and again.
  std::shared_ptr<const PreparedStatement> waiting_;
  Reading waiting_reading_;

  // Of the message at hand.
  int64_t now_us_ = 0;
  Conversation::View view_;
  std::string_view run_;  // Adjoining bytes that pass.
  std::variant<std::monostate, PassBody, DropBody, CheckedBody> streaming_;
  bool substituted_ = false;  // It was refused.
  base::Refusal fatal_;
};

}  // namespace portreeve::session
