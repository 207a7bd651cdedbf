// Where the client's messages begin and end, and what becomes of those that are never held whole.

#include <algorithm>
#include <utility>

#include "session/request_hand.h"
#include "session/substitute.h"
#include "wire/frontend.h"

namespace portreeve::session {
namespace {

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
  Attend();
  while (progress.next == Next::kMore && progress.taken < bytes.size()) {
    progress.wanted = 0;
    if (!inside_message()) progress.next = BeforeMessage();
    if (progress.next != Next::kMore) break;
    const size_t before = progress.taken;
    progress.next = Step(bytes.substr(before), progress);
    if (progress.taken == before) break;
  }
  FlushRun();
  NoteAlone(progress);
  return progress;
}

RequestHand::Next RequestHand::BeforeMessage() {
  if (gatekeeper_.must_yield()) return Next::kYield;
  Attend();
  bool catalog_changed = false;
  {
    const std::lock_guard lock(conversation_.mutex());
    view_ = conversation_.view();
    catalog_changed = conversation_.TakeCatalogChanged();
  }
  if (catalog_changed) sink_.OnCatalogChanged();
  if (view_.must_wait) return Next::kWait;
  // What is already under way must come to its end.
  if (awaits_catalog_ && view_.idle) return Next::kWait;
  return Next::kMore;
}

RequestHand::Next RequestHand::Step(std::string_view rest, Progress& progress) {
  if (inside_message()) return StepStreaming(rest, progress.taken);
  const auto header = wire::ReadHeader(rest);
  if (!header) {
    progress.wanted = wire::kHeaderBytes;
    return Next::kMore;
  }
  if (const absl::Status status = wire::CheckFrontend(*header); !status.ok()) return Fatal(status);
  return Begin(*header, rest, progress);
}

RequestHand::Next RequestHand::Begin(wire::Header header, std::string_view rest,
                                     Progress& progress) {
  if (header.type == wire::CopyData::kTag) return BeginCopyData(header, rest, progress.taken);
  TakeNews();
  if (view_.copy_phase == CopyPhase::kCopying) {
    if (!MayStandInCopy(header.type)) {
      return Fatal(base::sqlstate::kProtocolViolation, "unexpected message type during COPY");
    }
    if (header.type == wire::Sync::kTag) return PassOverSync(rest, progress);
  }
  if (rest.size() >= header.message_bytes()) {
    const Next next = OnMessage(header, rest.substr(0, header.message_bytes()));
    if (next == Next::kMore || next == Next::kTerminate) progress.taken += header.message_bytes();
    return next;
  }
  if (header.message_bytes() > MaxHeldBytes()) return BeginLarge(header, rest, progress);
  progress.wanted = header.message_bytes();
  return Next::kMore;
}

// During a copy the server ignores Sync (PostgreSQL 55.2.6). But if it has failed at the data
// before it, Sync ends the passing over: that is not known before more comes from either side.
RequestHand::Next RequestHand::PassOverSync(std::string_view rest, Progress& progress) {
  if (view_.copy_has_data && rest.size() == wire::kHeaderBytes) {
    progress.may_wake = true;
  } else {
    progress.taken += wire::kHeaderBytes;
  }
  return Next::kMore;
}

RequestHand::Next RequestHand::BeginLarge(wire::Header header, std::string_view rest,
                                          Progress& progress) {
  substituted_ = false;
  switch (header.type) {
    case wire::Bind::kTag:
      return BeginLargeBind(header, rest, progress);
    case wire::FunctionCall::kTag:
      return BeginLargeCall(header, rest, progress);
    default:
      return BeginOversized(header, rest, progress);
  }
}

// What decides a large Bind or FunctionCall stands in its first bytes; the rest need not be held.
RequestHand::Next RequestHand::BeginLargeBind(wire::Header header, std::string_view rest,
                                              Progress& progress) {
  progress.wanted = kMaxNamesBytes;
  if (rest.size() < kMaxNamesBytes) return Next::kMore;
  const std::string_view names = BodyOf(rest.substr(0, kMaxNamesBytes));
  const size_t portal_end = names.find('\0');
  const size_t statement_end =
      portal_end == std::string_view::npos ? portal_end : names.find('\0', portal_end + 1);
  if (statement_end == std::string_view::npos) {
    return Fatal(base::sqlstate::kProgramLimitExceeded, "the names in a Bind are too long");
  }
  const Next next = OnBind(names.substr(0, portal_end),
                           names.substr(portal_end + 1, statement_end - portal_end - 1),
                           rest.substr(0, wire::kHeaderBytes));
  if (next != Next::kMore) return next;
  streaming_ =
      CheckedBody{wire::BindScanner(header.body_bytes()), header.body_bytes(), substituted_};
  progress.taken += wire::kHeaderBytes;
  return Next::kMore;
}

RequestHand::Next RequestHand::BeginLargeCall(wire::Header header, std::string_view rest,
                                              Progress& progress) {
  constexpr size_t kOidBytes = 4;
  progress.wanted = wire::kHeaderBytes + kOidBytes;
  if (rest.size() < progress.wanted) return Next::kMore;
  wire::FunctionCallScanner head(header.body_bytes());
  const absl::Status status = head.Feed(BodyOf(rest).substr(0, kOidBytes));
  if (!status.ok()) return Fatal(status);
  const Next next =
      OnCall(head.function_oid(), head.argument_count(), rest.substr(0, wire::kHeaderBytes));
  if (next != Next::kMore) return next;
  streaming_ = CheckedBody{wire::FunctionCallScanner(header.body_bytes()), header.body_bytes(),
                           substituted_};
  progress.taken += wire::kHeaderBytes;
  return Next::kMore;
}

// A Query or Parse that is too large to be examined is refused; its body is read and dropped.
RequestHand::Next RequestHand::BeginOversized(wire::Header header, std::string_view rest,
                                              Progress& progress) {
  constexpr size_t kRecordedBytes = 4096;
  progress.wanted = kRecordedBytes;
  if (rest.size() < kRecordedBytes) return Next::kMore;
  std::string_view beginning = BodyOf(rest.substr(0, kRecordedBytes));
  const bool is_parse = header.type == wire::Parse::kTag;
  const bool named = is_parse && beginning.front() != '\0';
  Gatekeeper::Occasion occasion;
  if (is_parse) {
    const size_t name_end = std::min(beginning.find('\0'), beginning.size() - 1);
    occasion.kind = audit::MessageKind::kParse;
    occasion.statement_name = beginning.substr(0, name_end);
    beginning.remove_prefix(name_end + 1);
  }
  auto ruling = gatekeeper_.RefuseOversized(beginning, header.body_bytes(), occasion);
  const uint64_t number = ruling.statement;
  Expect(MakeTurn(is_parse ? TurnKind::kParse : TurnKind::kQuery, ruling));
  Substitute(is_parse ? SubstituteParse(number, named) : SubstituteQuery(number));
  streaming_ = DropBody{header.body_bytes()};
  progress.taken += wire::kHeaderBytes;
  return Next::kMore;
}

RequestHand::Next RequestHand::StepStreaming(std::string_view rest, size_t& taken) {
  if (auto* body = std::get_if<CheckedBody>(&streaming_)) return StepChecked(*body, rest, taken);
  uint32_t* left = nullptr;
  std::string_view piece;
  if (auto* pass = std::get_if<PassBody>(&streaming_)) {
    left = &pass->left;
    piece = rest.substr(0, *left);
    Pass(piece);
  } else {
    left = &std::get<DropBody>(streaming_).left;
    piece = rest.substr(0, *left);
    FlushRun();
  }
  taken += piece.size();
  *left -= static_cast<uint32_t>(piece.size());
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
  taken += piece.size();
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
  if (view_.copy_phase != CopyPhase::kCopying) {
    streaming_ = DropBody{bytes};
  } else {
    streaming_ = PassBody{bytes};
    if (!view_.copy_has_data) {
      const std::lock_guard lock(conversation_.mutex());
      conversation_.NoteCopyData();
    }
  }
  return StepStreaming(rest, taken);
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

void RequestHand::Substitute(std::string_view bytes) {
  FlushRun();
  substituted_ = true;
  sink_.ToServer(bytes);
}

}  // namespace portreeve::session
