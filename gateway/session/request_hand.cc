#include "session/request_hand.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "session/substitute.h"
#include "wire/frontend.h"

namespace portreeve::session {
namespace {

size_t CopiesIn(const sql::Facts& facts) {
  return static_cast<size_t>(
      std::count_if(facts.statements.begin(), facts.statements.end(),
                    [](const sql::StatementFacts& statement) { return statement.copies_in; }));
}

// What a client may send while the server waits for its data (PostgreSQL 55.2.6).
bool MayStandInCopy(char type) {
  return type == wire::CopyDone::kTag || type == wire::CopyFail::kTag ||
         type == wire::Flush::kTag || type == wire::Sync::kTag || type == wire::Terminate::kTag;
}

std::string_view BodyOf(std::string_view whole) { return whole.substr(wire::kHeaderBytes); }

}  // namespace

RequestHand::Progress RequestHand::Process(std::string_view bytes, int64_t now_us) {
  now_us_ = now_us;
  Progress progress;
  while (progress.next == Next::kMore && progress.taken < bytes.size()) {
    if (!inside_message() && MustWait()) {
      progress.next = Next::kWait;
      break;
    }
    size_t taken = 0;
    progress.next = Step(bytes.substr(progress.taken), taken);
    progress.taken += taken;
    if (taken == 0) break;
  }
  FlushRun();
  return progress;
}

bool RequestHand::MustWait() {
  const std::lock_guard lock(conversation_.mutex());
  return conversation_.copy_phase() == CopyPhase::kAwaited ||
         conversation_.turns() >= Conversation::kMaxTurns;
}

RequestHand::Next RequestHand::Step(std::string_view rest, size_t& taken) {
  if (inside_message()) return StepStreaming(rest, taken);
  const auto header = wire::ReadHeader(rest);
  if (!header) return Next::kMore;
  if (const absl::Status status = wire::CheckFrontend(*header); !status.ok()) return Fatal(status);
  return Begin(*header, rest, taken);
}

RequestHand::Next RequestHand::Begin(wire::Header header, std::string_view rest, size_t& taken) {
  if (header.type == wire::CopyData::kTag) return BeginCopyData(header, rest, taken);
  if (rest.size() >= header.message_bytes()) {
    const Next next = OnMessage(header, rest.substr(0, header.message_bytes()));
    if (next == Next::kMore || next == Next::kTerminate) taken = header.message_bytes();
    return next;
  }
  if (header.message_bytes() <= MaxHeldBytes()) return Next::kMore;
  switch (header.type) {
    case wire::Bind::kTag:
      return BeginLargeBind(header, rest, taken);
    case wire::FunctionCall::kTag:
      return BeginLargeCall(header, rest, taken);
    default:
      return BeginOversized(header, rest, taken);
  }
}

// What decides a large Bind or FunctionCall stands in its first bytes; the rest need not be held.
RequestHand::Next RequestHand::BeginLargeBind(wire::Header header, std::string_view rest,
                                              size_t& taken) {
  if (rest.size() < kMaxNamesBytes) return Next::kMore;
  const std::string_view names = BodyOf(rest.substr(0, kMaxNamesBytes));
  const size_t portal_end = names.find('\0');
  const size_t statement_end =
      portal_end == std::string_view::npos ? portal_end : names.find('\0', portal_end + 1);
  if (statement_end == std::string_view::npos) {
    return Fatal(base::sqlstate::kProgramLimitExceeded, "the names in a Bind are too long");
  }
  substituted_ = false;
  const Next next = OnBind(names.substr(0, portal_end),
                           names.substr(portal_end + 1, statement_end - portal_end - 1),
                           rest.substr(0, wire::kHeaderBytes));
  if (next != Next::kMore) return next;
  streaming_ =
      CheckedBody{wire::BindScanner(header.body_bytes()), header.body_bytes(), substituted_};
  taken = wire::kHeaderBytes;
  return Next::kMore;
}

RequestHand::Next RequestHand::BeginLargeCall(wire::Header header, std::string_view rest,
                                              size_t& taken) {
  constexpr size_t kOidBytes = 4;
  if (rest.size() < wire::kHeaderBytes + kOidBytes) return Next::kMore;
  wire::FunctionCallScanner head(header.body_bytes());
  const absl::Status status = head.Feed(BodyOf(rest).substr(0, kOidBytes));
  if (!status.ok()) return Fatal(status);
  substituted_ = false;
  const Next next =
      OnCall(head.function_oid(), head.argument_count(), rest.substr(0, wire::kHeaderBytes));
  if (next != Next::kMore) return next;
  streaming_ = CheckedBody{wire::FunctionCallScanner(header.body_bytes()), header.body_bytes(),
                           substituted_};
  taken = wire::kHeaderBytes;
  return Next::kMore;
}

// A Query or Parse that is too large to be examined is refused; its body is read and dropped.
RequestHand::Next RequestHand::BeginOversized(wire::Header header, std::string_view rest,
                                              size_t& taken) {
  constexpr size_t kRecordedBytes = 4096;
  if (rest.size() < kRecordedBytes) return Next::kMore;
  std::string_view beginning = BodyOf(rest.substr(0, kRecordedBytes));
  const bool is_parse = header.type == wire::Parse::kTag;
  Gatekeeper::Occasion occasion;
  if (is_parse) {
    occasion.kind = audit::MessageKind::kParse;
    beginning.remove_prefix(std::min(beginning.size(), beginning.find('\0') + 1));
  }
  auto ruling = gatekeeper_.RefuseOversized(beginning, header.body_bytes(), occasion);
  Substitute(is_parse ? SubstituteParse(ruling.statement) : SubstituteQuery(ruling.statement));
  Expect(MakeTurn(is_parse ? TurnKind::kParse : TurnKind::kQuery, ruling));
  streaming_ = DropBody{header.body_bytes()};
  taken = wire::kHeaderBytes;
  return Next::kMore;
}

RequestHand::Next RequestHand::StepStreaming(std::string_view rest, size_t& taken) {
  if (auto* body = std::get_if<CheckedBody>(&streaming_)) return StepChecked(*body, rest, taken);
  uint32_t* left = nullptr;
  if (auto* pass = std::get_if<PassBody>(&streaming_)) {
    left = &pass->left;
    taken = std::min<size_t>(rest.size(), *left);
    Pass(rest.substr(0, taken));
  } else {
    left = &std::get<DropBody>(streaming_).left;
    taken = std::min<size_t>(rest.size(), *left);
    FlushRun();
  }
  *left -= static_cast<uint32_t>(taken);
  if (*left == 0) streaming_ = std::monostate{};
  return Next::kMore;
}

// The last bytes go out only when the whole body was right: the server never acts on a malformed
// one.
RequestHand::Next RequestHand::StepChecked(CheckedBody& body, std::string_view rest,
                                           size_t& taken) {
  const std::string_view piece = rest.substr(0, body.left);
  const absl::Status status =
      std::visit([piece](auto& scanner) { return scanner.Feed(piece); }, body.scanner);
  if (!status.ok()) return Fatal(status);
  taken = piece.size();
  body.left -= static_cast<uint32_t>(piece.size());
  const bool complete =
      std::visit([](const auto& scanner) { return scanner.complete(); }, body.scanner);
  if (body.left == 0 && !complete) {
    return Fatal(base::sqlstate::kProtocolViolation, "a message ends too early");
  }
  if (!body.dropped) Pass(piece);
  if (body.left == 0) streaming_ = std::monostate{};
  return Next::kMore;
}

// CopyData is the only message that is never looked into. Outside a copy the server ignores it
// (PostgreSQL 55.2.6), so it is dropped here.
RequestHand::Next RequestHand::BeginCopyData(wire::Header header, std::string_view rest,
                                             size_t& taken) {
  const auto bytes = static_cast<uint32_t>(header.message_bytes());
  if (copying()) {
    streaming_ = PassBody{bytes};
  } else {
    streaming_ = DropBody{bytes};
  }
  return StepStreaming(rest, taken);
}

bool RequestHand::copying() {
  const std::lock_guard lock(conversation_.mutex());
  return conversation_.copy_phase() == CopyPhase::kCopying;
}

RequestHand::Next RequestHand::OnMessage(wire::Header header, std::string_view whole) {
  if (copying() && !MayStandInCopy(header.type)) {
    return Fatal(base::sqlstate::kProtocolViolation, "unexpected message type during COPY");
  }
  switch (header.type) {
    case wire::Query::kTag:
      return OnQuery(whole);
    case wire::Parse::kTag:
      return OnParse(whole);
    case wire::Bind::kTag: {
      const auto bind = wire::Bind::Decode(BodyOf(whole));
      if (!bind.ok()) return Fatal(bind.status());
      return OnBind(bind->portal, bind->statement, whole);
    }
    case wire::Describe::kTag:
      return OnDescribe(whole);
    case wire::Execute::kTag:
      return OnExecute(whole);
    case wire::Close::kTag:
      return OnClose(whole);
    case wire::Sync::kTag:
      return OnSync(whole);
    case wire::Flush::kTag:
      Pass(whole);
      return Next::kMore;
    case wire::CopyDone::kTag:
    case wire::CopyFail::kTag:
      return OnCopyEnd(header.type, whole);
    case wire::FunctionCall::kTag: {
      const auto call = wire::FunctionCall::Decode(BodyOf(whole));
      if (!call.ok()) return Fatal(call.status());
      return OnCall(call->function_oid, static_cast<int>(call->arguments.size()), whole);
    }
    case wire::Terminate::kTag:
      Pass(whole);
      return Next::kTerminate;
    default:
      return Fatal(base::sqlstate::kProtocolViolation,
                   "this message is not allowed after authentication");
  }
}

Turn RequestHand::MakeTurn(TurnKind kind, Gatekeeper::Ruling& ruling) const {
  Turn turn;
  turn.kind = kind;
  turn.statement = ruling.statement;
  turn.started_us = now_us_;
  turn.refused = std::move(ruling.refused);
  return turn;
}

void RequestHand::Expect(Turn turn, size_t copies_in) {
  turn.may_copy_in = copies_in > 0;
  const std::lock_guard lock(conversation_.mutex());
  conversation_.Expect(std::move(turn), copies_in);
}

RequestHand::Next RequestHand::OnQuery(std::string_view whole) {
  const auto query = wire::Query::Decode(BodyOf(whole));
  if (!query.ok()) return Fatal(query.status());
  const auto statement = gatekeeper_.Examine(query->text, answers_.standard_conforming_strings());
  auto ruling = gatekeeper_.Rule(*statement, {});
  const bool durable_first = ruling.durable_first;
  const uint64_t number = ruling.statement;
  const bool refused = ruling.refused != nullptr;
  Expect(MakeTurn(TurnKind::kQuery, ruling), refused ? 0 : CopiesIn(statement->facts));
  if (refused) {
    Substitute(SubstituteQuery(number));
    return Next::kMore;
  }
  if (durable_first) {
    FlushRun();
    sink_.HoldUntilDurable();
  }
  Pass(whole);
  return Next::kMore;
}

RequestHand::Next RequestHand::OnParse(std::string_view whole) {
  const auto parse = wire::Parse::Decode(BodyOf(whole));
  if (!parse.ok()) return Fatal(parse.status());
  if (statements_.full()) {
    return Fatal(base::sqlstate::kProgramLimitExceeded, "too many prepared statements");
  }
  const auto statement = gatekeeper_.Examine(parse->text, answers_.standard_conforming_strings());
  Gatekeeper::Occasion occasion;
  occasion.kind = audit::MessageKind::kParse;
  occasion.statement_name = parse->name;
  auto ruling = gatekeeper_.Rule(*statement, occasion);
  const uint64_t number = ruling.statement;
  const bool refused = ruling.refused != nullptr;
  Turn turn = MakeTurn(TurnKind::kParse, ruling);
  turn.entry = statements_.Set(parse->name, segment_, statement);
  Expect(std::move(turn));
  if (refused) {
    Substitute(SubstituteParse(number));
  } else {
    Pass(whole);
  }
  return Next::kMore;
}

RequestHand::Next RequestHand::OnBind(std::string_view portal, std::string_view statement,
                                      std::string_view whole) {
  std::shared_ptr<const PreparedStatement> bound;
  if (statements_.Find(statement, segment_, bound) == Lookup::kUndecided) return Next::kWait;
  if (portals_.full()) return Fatal(base::sqlstate::kProgramLimitExceeded, "too many portals");
  Turn turn;
  turn.kind = TurnKind::kBind;
  if (bound != nullptr && bound->refusal != nullptr) {
    turn.refused = std::make_unique<RefusedAnswer>(RefusedAnswer{*bound->refusal, 0});
    turn.entry = portals_.Set(portal, segment_, bound);
    Expect(std::move(turn));
    Substitute(SubstituteBind());
    return Next::kMore;
  }
  turn.entry = portals_.Set(portal, segment_, bound);
  Expect(std::move(turn));
  Pass(whole);
  return Next::kMore;
}

RequestHand::Next RequestHand::OnDescribe(std::string_view whole) {
  const auto describe = wire::Describe::Decode(BodyOf(whole));
  if (!describe.ok()) return Fatal(describe.status());
  Turn turn;
  turn.kind = TurnKind::kDescribe;
  Expect(std::move(turn));
  Pass(whole);
  return Next::kMore;
}

RequestHand::Next RequestHand::OnExecute(std::string_view whole) {
  const auto execute = wire::Execute::Decode(BodyOf(whole));
  if (!execute.ok()) return Fatal(execute.status());
  std::shared_ptr<const PreparedStatement> statement;
  if (portals_.Find(execute->portal, segment_, statement) == Lookup::kUndecided) {
    return Next::kWait;
  }
  Gatekeeper::Occasion occasion;
  occasion.kind = audit::MessageKind::kExecute;
  occasion.portal_name = execute->portal;
  auto ruling = statement != nullptr ? gatekeeper_.Rule(*statement, occasion)
                                     : gatekeeper_.RuleUnknownPortal(occasion);
  const bool durable_first = ruling.durable_first;
  const bool refused = ruling.refused != nullptr;
  const size_t copies_in = statement != nullptr && !refused ? CopiesIn(statement->facts) : 0;
  Expect(MakeTurn(TurnKind::kExecute, ruling), copies_in);
  if (refused) {
    Substitute(SubstituteExecute());
    return Next::kMore;
  }
  if (durable_first) {
    FlushRun();
    sink_.HoldUntilDurable();
  }
  Pass(whole);
  return Next::kMore;
}

RequestHand::Next RequestHand::OnClose(std::string_view whole) {
  const auto close = wire::Close::Decode(BodyOf(whole));
  if (!close.ok()) return Fatal(close.status());
  Turn turn;
  turn.kind = TurnKind::kClose;
  NameTable& names = close->target == wire::Target::kStatement ? statements_ : portals_;
  turn.entry = names.Set(close->name, segment_, nullptr);
  Expect(std::move(turn));
  Pass(whole);
  return Next::kMore;
}

RequestHand::Next RequestHand::OnSync(std::string_view whole) {
  {
    const std::lock_guard lock(conversation_.mutex());
    // During a copy the server ignores it and gives no answer (PostgreSQL 55.2.6).
    if (conversation_.copy_phase() == CopyPhase::kCopying) return Next::kMore;
    Turn turn;
    turn.kind = TurnKind::kSync;
    conversation_.Expect(std::move(turn), 0);
  }
  ++segment_;
  Pass(whole);
  return Next::kMore;
}

RequestHand::Next RequestHand::OnCopyEnd(char type, std::string_view whole) {
  if (type == wire::CopyFail::kTag) {
    const auto fail = wire::CopyFail::Decode(BodyOf(whole));
    if (!fail.ok()) return Fatal(fail.status());
  }
  {
    const std::lock_guard lock(conversation_.mutex());
    if (conversation_.copy_phase() != CopyPhase::kCopying) return Next::kMore;
    conversation_.EndCopyIn();
  }
  Pass(whole);
  return Next::kMore;
}

RequestHand::Next RequestHand::OnCall(uint32_t function_oid, int arguments,
                                      std::string_view whole) {
  Gatekeeper::Occasion occasion;
  occasion.kind = audit::MessageKind::kFunctionCall;
  occasion.function_oid = function_oid;
  occasion.parameter_count = static_cast<uint32_t>(std::max(arguments, 0));
  auto ruling = gatekeeper_.RuleFunctionCall(occasion);
  const bool durable_first = ruling.durable_first;
  const bool refused = ruling.refused != nullptr;
  Expect(MakeTurn(TurnKind::kFunctionCall, ruling));
  if (refused) {
    Substitute(SubstituteFunctionCall());
    return Next::kMore;
  }
  if (durable_first) {
    FlushRun();
    sink_.HoldUntilDurable();
  }
  Pass(whole);
  return Next::kMore;
}

RequestHand::Next RequestHand::Fatal(std::string_view sqlstate, std::string_view message) {
  fatal_.sqlstate = sqlstate;
  fatal_.message = message;
  return Next::kFatal;
}

RequestHand::Next RequestHand::Fatal(const absl::Status& status) {
  return Fatal(base::sqlstate::kProtocolViolation, base::FromAbsl(status.message()));
}

void RequestHand::Pass(std::string_view bytes) {
  if (!run_.empty() && run_.data() + run_.size() == bytes.data()) {
    run_ = {run_.data(), run_.size() + bytes.size()};
    return;
  }
  FlushRun();
  run_ = bytes;
}

void RequestHand::FlushRun() {
  if (run_.empty()) return;
  sink_.ToServer(run_);
  run_ = {};
}

void RequestHand::Substitute(std::string bytes) {
  FlushRun();
  substituted_ = true;
  sink_.ToServer(bytes);
}

}  // namespace portreeve::session
