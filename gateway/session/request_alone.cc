// Turns that stand alone: how they are sent, and what the hand sends by itself to end them.

#include <utility>

#include "session/request_hand.h"
#include "session/substitute.h"
#include "wire/frontend.h"

namespace portreeve::session {
namespace {

std::string SyncBytes() {
  std::string out;
  wire::Sync{}.Encode(out);
  return out;
}

}  // namespace

std::string RequestHand::FlushBytes() {
  std::string out;
  wire::Flush{}.Encode(out);
  return out;
}

void RequestHand::Inject(std::string_view bytes) {
  FlushRun();
  sink_.ToServer(bytes);
}

void RequestHand::SendRuled(std::string_view whole, bool durable_first) {
  if (durable_first) {
    FlushRun();
    sink_.HoldUntilDurable();
  }
  Pass(whole);
}

// It leaves the server with an unnamed statement and portal that a Query does not leave.
void RequestHand::NoteGuarded(std::shared_ptr<const PreparedStatement> statement, Turn& turn) {
  const auto held = names_.Hold(std::move(statement));
  turn.changes.push_back(
      {NameChange::kAtParse, names_.statements().Set("", NameTable::kNoSegment, held)});
  turn.changes.push_back(
      {NameChange::kAtBind, names_.portals().Set("", NameTable::kNoSegment, held)});
}

void RequestHand::SendGuarded(std::string_view text, bool durable_first) {
  std::string out;
  wire::Parse parse;
  parse.text = text;
  parse.Encode(out);
  wire::Bind{}.Encode(out);
  wire::Describe{wire::Target::kPortal, ""}.Encode(out);
  wire::Execute{}.Encode(out);
  FlushRun();
  if (durable_first) sink_.HoldUntilDurable();
  sink_.ToServer(out + FlushBytes());
}

void RequestHand::Attend() {
  if (!stands_alone_ || inside_message()) return;
  Conversation::Due due;
  {
    const std::lock_guard lock(conversation_.mutex());
    due = conversation_.TakeStep();
    stands_alone_ = conversation_.view().alone;
  }
  if (due.step == AloneStep::kSync) return Inject(SyncBytes());
  if (due.step != AloneStep::kFail) return;
  if (due.kind == TurnKind::kExecute) return Inject(SubstituteExecute() + FlushBytes());
  if (due.guarded) return Inject(SubstituteExecute() + SyncBytes());
  Inject(SubstituteQuery(due.statement));
}

void RequestHand::NoteAlone(Progress& progress) {
  if (!stands_alone_) return;
  const std::lock_guard lock(conversation_.mutex());
  const Conversation::View now = conversation_.view();
  stands_alone_ = now.alone;
  if (!now.alone) return;
  progress.may_wake = true;
  // The client's end must not be taken for a goodbye before this is final.
  if (now.must_wait && progress.next == Next::kMore && !inside_message()) {
    progress.next = Next::kWait;
  }
}

}  // namespace portreeve::session
