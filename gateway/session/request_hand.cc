#include "session/request_hand.h"

#include <algorithm>
#include <utility>

#include "session/substitute.h"
#include "wire/frontend.h"

namespace portreeve::session {
namespace {

std::string_view BodyOf(std::string_view whole) { return whole.substr(wire::kHeaderBytes); }

bool IsAscii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c & '\x80'; });
}

base::Refusal TooManyNames() {
  return {std::string(base::sqlstate::kProgramLimitExceeded),
          "the session has too many prepared statements or portals", "",
          "Close those that are not needed any more."};
}

// Two spellings could be one name for the server, or one spelling two.
base::Refusal UncertainName() {
  return {std::string(base::sqlstate::kFeatureNotSupported),
          "this name of a prepared statement or portal is not supported", "",
          "Use ASCII characters, or UTF8 on both sides and no more than 63 bytes."};
}

constexpr std::string_view kNamesRule = "limits/names";

// SQL cannot prepare a COPY, but Parse can, and EXECUTE runs it. One too many only waits longer.
size_t CopiesIn(const PreparedStatement& statement, const Reliance& reliance) {
  size_t copies = statement.copies_in;
  for (const auto& relied_on : reliance.on) copies += relied_on->copies_in;
  return copies;
}

}  // namespace

RequestHand::Next RequestHand::OnMessage(wire::Header header, std::string_view whole) {
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
  turn.manner = ruling.manner;
  turn.limits = ruling.limits;
  turn.changes_catalog = ruling.changes_catalog;
  return turn;
}

void RequestHand::Expect(Turn turn) {
  const std::lock_guard lock(conversation_.mutex());
  conversation_.Expect(std::move(turn));
}

void RequestHand::NoteStanding() {
  names_.portals().set_counts(gatekeeper_.limits().bounds_results());
  if (gatekeeper_.masks() == nullptr) return;
  const std::lock_guard lock(conversation_.mutex());
  conversation_.set_masked();
}

void RequestHand::TakeNews() {
  name_space_.Settle(view_);
  if (name_space_.TakeChanged()) gatekeeper_.set_names(name_space_.names());
}

// Nothing is in doubt while nothing is under way: ParameterStatus comes before ReadyForQuery.
Reading RequestHand::CurrentReading() const {
  Reading reading = answers_.settings().reading();
  reading.strings_in_doubt = (reading.strings_in_doubt || strings_touched_) && !view_.idle;
  reading.encoding_in_doubt = (reading.encoding_in_doubt || encoding_touched_) && !view_.idle;
  return reading;
}

std::shared_ptr<const PreparedStatement> RequestHand::Examine(std::string_view text) {
  const Reading reading = CurrentReading();
  if (waiting_ != nullptr && waiting_->text == text && waiting_reading_ == reading) {
    return std::exchange(waiting_, nullptr);
  }
  waiting_reading_ = reading;
  return gatekeeper_.Examine(text, reading);
}

bool RequestHand::IsCertain(std::string_view name) const {
  if (IsAscii(name)) return true;
  return name.size() <= NameTable::kMaxNameBytes && !encoding_touched_ &&
         answers_.settings().utf8_throughout();
}

bool RequestHand::AreCertain(const PreparedStatement& statement) const {
  if (!statement.uses_names) return true;
  return std::all_of(statement.facts.statements.begin(), statement.facts.statements.end(),
                     [this](const auto& facts) { return IsCertain(facts.name); });
}

void RequestHand::NoteRun(const PreparedStatement& statement, const Reliance& reliance,
                          Turn& turn) {
  const auto note = [&](const PreparedStatement& run) {
    name_space_.NoteRun(run, gatekeeper_.JudgementOn(run), view_, turn);
    for (const sql::StatementFacts& facts : run.facts.statements) {
      strings_touched_ |= facts.changes_strings;
      encoding_touched_ |= facts.changes_encoding;
    }
  };
  note(statement);
  for (const auto& relied_on : reliance.on) note(*relied_on);
}

Gatekeeper::Ruling RequestHand::RuleQuery(const PreparedStatement& statement,
                                          const Reliance& reliance) {
  if (!AreCertain(statement)) {
    return gatekeeper_.RefuseByLimit(Gatekeeper::Recordable(statement), kNamesRule, UncertainName(),
                                     {});
  }
  const bool room = names_.HasRoomFor(statement) && !names_.full();
  if (!statement.makes.empty() && !room) {
    return gatekeeper_.RefuseByLimit(Gatekeeper::Recordable(statement), kNamesRule, TooManyNames(),
                                     {});
  }
  Gatekeeper::Occasion occasion;
  occasion.now_us = now_us_;
  return gatekeeper_.Rule(statement, occasion, reliance);
}

RequestHand::Next RequestHand::OnQuery(std::string_view whole) {
  const auto query = wire::Query::Decode(BodyOf(whole));
  if (!query.ok()) return Fatal(query.status());
  auto statement = Examine(query->text);
  names_.ForgetPortals(view_);
  Reliance reliance;
  if (!names_.Resolve(*statement, segment_, reliance)) {
    waiting_ = std::move(statement);
    return Next::kWait;
  }
  auto ruling = RuleQuery(*statement, reliance);
  Turn turn = MakeTurn(TurnKind::kQuery, ruling);
  if (turn.refused != nullptr) {
    Expect(std::move(turn));
    Substitute(SubstituteQuery(ruling.statement));
    return Next::kMore;
  }
  turn.copies_in = CopiesIn(*statement, reliance);
  NoteMasks(*statement, reliance, turn);
  turn.counts = std::move(reliance.counts);
  // An error in it does not keep the server from what follows.
  names_.Change(*statement, NameTable::kNoSegment, turn);
  NoteRun(*statement, reliance, turn);
  const bool guarded = turn.manner == Manner::kGuarded;
  stands_alone_ |= turn.manner != Manner::kFreely;
  if (guarded) NoteGuarded(std::move(statement), turn);
  Expect(std::move(turn));
  if (guarded) {
    SendGuarded(query->text, ruling.durable_first);
  } else {
    SendRuled(whole, ruling.durable_first);
  }
  return Next::kMore;
}

Gatekeeper::Ruling RequestHand::RuleParse(const PreparedStatement& statement,
                                          std::string_view name) {
  Gatekeeper::Occasion occasion;
  occasion.kind = audit::MessageKind::kParse;
  occasion.statement_name = name;
  if (!IsCertain(name) || !AreCertain(statement)) {
    return gatekeeper_.RefuseByLimit(Gatekeeper::Recordable(statement), kNamesRule, UncertainName(),
                                     occasion);
  }
  if (!names_.HasRoomFor(statement) || (!name.empty() && names_.statements().full())) {
    return gatekeeper_.RefuseByLimit(Gatekeeper::Recordable(statement), kNamesRule, TooManyNames(),
                                     occasion);
  }
  return gatekeeper_.Rule(statement, occasion);
}

RequestHand::Next RequestHand::OnParse(std::string_view whole) {
  const auto parse = wire::Parse::Decode(BodyOf(whole));
  if (!parse.ok()) return Fatal(parse.status());
  const auto statement = Examine(parse->text);
  auto ruling = RuleParse(*statement, parse->name);
  Turn turn = MakeTurn(TurnKind::kParse, ruling);
  const bool refused = turn.refused != nullptr;
  // What binds a refused statement before Sync is refused with it.
  if (!refused || gatekeeper_.JudgementOn(*statement).refusal != nullptr) {
    turn.entry = names_.statements().Set(parse->name, segment_, names_.Hold(statement));
  }
  Expect(std::move(turn));
  if (refused) {
    Substitute(SubstituteParse(ruling.statement, !parse->name.empty()));
  } else {
    Pass(whole);
  }
  return Next::kMore;
}

RequestHand::Next RequestHand::OnBind(std::string_view portal, std::string_view statement,
                                      std::string_view whole) {
  Turn turn;
  turn.kind = TurnKind::kBind;
  std::shared_ptr<const PreparedStatement> bound;
  if (names_.statements().Find(statement, segment_, bound) == Lookup::kUndecided) {
    return Next::kWait;
  }
  names_.ForgetPortals(view_);
  if (bound != nullptr) turn.refused = gatekeeper_.RefusalOf(*bound);
  bool named = true;
  if (!IsCertain(portal) || !IsCertain(statement)) {
    turn.refused = std::make_unique<RefusedAnswer>(RefusedAnswer{UncertainName(), 0});
    named = false;
  } else if (!portal.empty() && names_.portals().full()) {
    turn.refused = std::make_unique<RefusedAnswer>(RefusedAnswer{TooManyNames(), 0});
    named = false;
  }
  const bool refused = turn.refused != nullptr;
  if (named) turn.entry = names_.portals().Set(portal, segment_, bound);
  Expect(std::move(turn));
  if (refused) {
    Substitute(SubstituteBind());
  } else {
    Pass(whole);
  }
  return Next::kMore;
}

RequestHand::Next RequestHand::OnDescribe(std::string_view whole) {
  const auto describe = wire::Describe::Decode(BodyOf(whole));
  if (!describe.ok()) return Fatal(describe.status());
  Turn turn;
  turn.kind = TurnKind::kDescribe;
  const bool portal = describe->target == wire::Target::kPortal;
  if (portal && !NoteDescribed(describe->name, turn)) return Next::kWait;
  Expect(std::move(turn));
  Pass(whole);
  return Next::kMore;
}

RequestHand::Next RequestHand::OnExecute(std::string_view whole) {
  const auto execute = wire::Execute::Decode(BodyOf(whole));
  if (!execute.ok()) return Fatal(execute.status());
  names_.ForgetPortals(view_);
  std::shared_ptr<const PreparedStatement> statement;
  std::shared_ptr<NameEntry> entry;
  if (names_.portals().Find(execute->portal, segment_, statement, &entry) == Lookup::kUndecided) {
    return Next::kWait;
  }
  Reliance reliance;
  if (statement != nullptr && !names_.Resolve(*statement, segment_, reliance)) return Next::kWait;
  Gatekeeper::Occasion occasion;
  occasion.kind = audit::MessageKind::kExecute;
  occasion.portal_name = execute->portal;
  occasion.now_us = now_us_;
  Gatekeeper::Ruling ruling;
  if (!IsCertain(execute->portal)) {
    ruling = gatekeeper_.RefuseByLimit({}, kNamesRule, UncertainName(), occasion);
  } else if (statement == nullptr) {
    ruling = gatekeeper_.RuleUnknownPortal(occasion);
  } else {
    ruling = gatekeeper_.Rule(*statement, occasion, reliance);
  }
  Turn turn = MakeTurn(TurnKind::kExecute, ruling);
  if (turn.refused != nullptr) {
    Expect(std::move(turn));
    Substitute(SubstituteExecute());
    return Next::kMore;
  }
  if (statement != nullptr) {
    turn.copies_in = CopiesIn(*statement, reliance);
    turn.counts = std::move(reliance.counts);
    if (entry->count != nullptr) turn.counts.push_back({0, entry->count});
    NotePortalMasks(*statement, reliance, *entry, turn);
    if (turn.portal != nullptr) DescribeForMasks(execute->portal, turn);
    names_.Change(*statement, segment_, turn);
    NoteRun(*statement, reliance, turn);
  }
  const bool alone = turn.manner != Manner::kFreely;
  stands_alone_ |= alone;
  Expect(std::move(turn));
  SendRuled(whole, ruling.durable_first);
  // Its answer is waited for here.
  if (alone) Inject(FlushBytes());
  return Next::kMore;
}

RequestHand::Next RequestHand::OnClose(std::string_view whole) {
  const auto close = wire::Close::Decode(BodyOf(whole));
  if (!close.ok()) return Fatal(close.status());
  Turn turn;
  turn.kind = TurnKind::kClose;
  NameTable& names =
      close->target == wire::Target::kStatement ? names_.statements() : names_.portals();
  turn.entry = names.Set(close->name, segment_, nullptr);
  Expect(std::move(turn));
  Pass(whole);
  return Next::kMore;
}

RequestHand::Next RequestHand::OnSync(std::string_view whole) {
  Turn turn;
  turn.kind = TurnKind::kSync;
  Expect(std::move(turn));
  ++segment_;
  Pass(whole);
  return Next::kMore;
}

// Outside a copy the server ignores both (PostgreSQL 55.2.6), and they are dropped here.
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
  // After the end of its data an Execute that stands alone still has to answer.
  if (view_.alone) Inject(FlushBytes());
  return Next::kMore;
}

RequestHand::Next RequestHand::OnCall(uint32_t function_oid, int arguments,
                                      std::string_view whole) {
  Gatekeeper::Occasion occasion;
  occasion.kind = audit::MessageKind::kFunctionCall;
  occasion.function_oid = function_oid;
  occasion.parameter_count = static_cast<uint32_t>(std::max(arguments, 0));
  occasion.now_us = now_us_;
  auto ruling = gatekeeper_.RuleFunctionCall(occasion);
  Turn turn = MakeTurn(TurnKind::kFunctionCall, ruling);
  const bool refused = turn.refused != nullptr;
  Expect(std::move(turn));
  if (refused) {
    Substitute(SubstituteFunctionCall());
  } else {
    SendRuled(whole, ruling.durable_first);
  }
  return Next::kMore;
}

}  // namespace portreeve::session
