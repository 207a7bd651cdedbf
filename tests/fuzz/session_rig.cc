#include "session_rig.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "wire/backend.h"
#include "wire/framing.h"
#include "wire/frontend.h"
#include "yaml/diagnostics.h"

namespace portreeve::session {
namespace {

using Policies = std::array<std::shared_ptr<const policy::Policy>, kRuleSets>;

Standing StandingOf(size_t rules) {
  static const Policies policies = [] {
    Policies made;
    for (size_t i = 0; i < kRuleSets; ++i) {
      yaml::Diagnostics diagnostics("policy.yaml");
      std::string text =
          "version: 1\n"
          "groups: { all: { claim: sub, any_of: [\"*\"] } }\n"
          "grants:\n"
          "  - name: test\n"
          "    who: [all]\n"
          "    on: { connections: [\"*\"] }\n";
      if (i == kTimedRules) text += "    limits: { statement_time: 1h }\n";
      text += std::string("    rules: [") + kRules[i] + "]\n";
      made[i] = policy::Policy::Load(text, diagnostics);
      PORTREEVE_CHECK(made[i] != nullptr);
    }
    return made;
  }();
  return {policies[rules], &policies[rules]->grants().front()};
}

// What goes wrong on purpose: the canary shows that each of them is found.
enum class Plant : uint8_t { kNone, kRecordLost, kNotDurable, kRefusedPasses, kAnswerCut };

Plant Planted() {
  static const char* const asked = std::getenv("PORTREEVE_FUZZ_PLANT");
  return asked == nullptr ? Plant::kNone : static_cast<Plant>(asked[0] - '0');
}

sql::Limits Limits() {
  sql::Limits limits;
  limits.max_text_bytes = SessionRig::kStatementBytes;
  return limits;
}

bool HasRecord(char type) {
  return type == wire::Query::kTag || type == wire::Parse::kTag || type == wire::Execute::kTag ||
         type == wire::FunctionCall::kTag;
}

std::string SqlOf(const proto::audit::Statement& record) {
  return record.sql() + record.sql_not_utf8();
}

// A name as records keep it.
bool SameName(const std::string& recorded, std::string_view name) {
  return !base::IsUtf8(name) || recorded == name;
}

}  // namespace

SessionRig::SessionRig(MemoryLane& lane, size_t rules)
    : lane_(lane),
      rules_(rules),
      gatekeeper_("s-fuzz", Decider(StandingOf(rules), {"test", {}}, Limits(), decisions_, stock_),
                  lane.writer()),
      requests_(conversation_, answers_, gatekeeper_, *this, kStatementBytes) {
  Adopt(rules);
  requests_.name_space().Begin("", std::nullopt);
  for (const char* name : {"client_encoding", "server_encoding"}) {
    answers_.NoteParameter(name, "UTF8");
  }
}

void SessionRig::Adopt(size_t rules) {
  rules_ = rules;
  gatekeeper_.set_standing(StandingOf(rules), nullptr);
  requests_.NoteStanding();
}

void SessionRig::Arrive(size_t bytes) {
  if (over() || waits()) return;
  held_ += unsent_.substr(0, bytes);
  unsent_.erase(0, bytes);
  if (progress_.next == RequestHand::Next::kMore && held_.size() < progress_.wanted) return;
  Process();
}

void SessionRig::Process() {
  // Of its own size, so that a sanitizer sees a step beyond it.
  const std::string input = std::exchange(held_, {});
  now_us_ += 10;
  progress_ = requests_.Process(input, now_us_);
  PORTREEVE_CHECK(progress_.taken <= input.size());
  // What is kept for the client is bounded.
  PORTREEVE_CHECK(progress_.wanted <= kStatementBytes + RequestHand::kMaxBesideText);
  held_ = input.substr(progress_.taken);
  PORTREEVE_CHECK(progress_.next != RequestHand::Next::kMore || held_.empty() ||
                  held_.size() < progress_.wanted || progress_.may_wake);
  OpenGate();
}

void SessionRig::ToServer(std::string_view bytes) {
  // A large message is decided by what stands when it begins.
  if (passing_.empty()) passing_rules_ = rules_;
  passing_ += bytes;
  while (const auto header = wire::ReadHeader(passing_)) {
    PORTREEVE_CHECK(wire::CheckFrontend(*header).ok());
    if (passing_.size() < header->message_bytes()) return;
    Passed message;
    message.type = header->type;
    message.body = passing_.substr(wire::kHeaderBytes, header->body_bytes());
    message.rules = std::exchange(passing_rules_, rules_);
    OnPassed(std::move(message));
    passing_.erase(0, header->message_bytes());
  }
}

void SessionRig::OnPassed(Passed message) {
  if (Planted() == Plant::kRefusedPasses && message.type == wire::Query::kTag &&
      message.body.starts_with(kSubstitute)) {
    message.body = std::string("DELETE FROM t") + '\0';
  }
  PORTREEVE_CHECK(wire::DecodeFrontend(message.type, message.body).ok());
  if (HasRecord(message.type)) {
    message.statement = ++statements_;
    message.durable = durable_ >= statements_;
    PORTREEVE_CHECK(statements_ <= gatekeeper_.statements());
  }
  gated_.push_back(std::move(message));
}

void SessionRig::HoldUntilDurable() {
  if (Planted() != Plant::kNotDurable) durable_ = gatekeeper_.statements();
}

// The end of a turn: its records are written, and what they speak of leaves.
void SessionRig::OpenGate() {
  for (auto& record : lane_.Commit()) records_.push_back(std::move(record));
  if (Planted() == Plant::kRecordLost && !records_.empty()) records_.pop_back();
  PORTREEVE_CHECK(records_.size() == gatekeeper_.statements());
  for (Passed& message : gated_) {
    if (message.statement != 0) {
      message.record = records_[message.statement - 1];
      CheckRecord(message);
    }
    inbox_.push_back(std::move(message));
  }
  gated_.clear();
}

// The record tells of this message, and what was refused is not in it.
void SessionRig::CheckRecord(const Passed& message) const {
  const proto::audit::Statement& record = message.record;
  PORTREEVE_CHECK(record.statement() == message.statement && record.session() == "s-fuzz");
  const bool refused = record.decision() != proto::audit::ALLOW;
  const std::string substitute =
      std::string(kSubstitute) + " statement " + std::to_string(message.statement);
  if (message.type == wire::Query::kTag) {
    const auto query = wire::Query::Decode(message.body);
    PORTREEVE_CHECK(record.kind() == proto::audit::QUERY);
    PORTREEVE_CHECK(query->text == (refused ? substitute : SqlOf(record)));
  } else if (message.type == wire::Parse::kTag) {
    const auto parse = wire::Parse::Decode(message.body);
    PORTREEVE_CHECK(record.kind() == proto::audit::PARSE);
    PORTREEVE_CHECK(parse->text == (refused ? substitute : SqlOf(record)));
    PORTREEVE_CHECK(refused || SameName(record.statement_name(), parse->name));
  } else if (message.type == wire::Execute::kTag) {
    const auto execute = wire::Execute::Decode(message.body);
    PORTREEVE_CHECK(record.kind() == proto::audit::EXECUTE);
    PORTREEVE_CHECK(refused ? execute->portal.starts_with(kSubstitute)
                            : SameName(record.portal_name(), execute->portal));
  } else {
    const auto call = wire::FunctionCall::Decode(message.body);
    PORTREEVE_CHECK(record.kind() == proto::audit::FUNCTION_CALL);
    PORTREEVE_CHECK(call->function_oid == (refused ? 0 : record.function_oid()));
  }
}

void SessionRig::Serve(size_t messages) {
  for (; messages > 0 && !inbox_.empty(); --messages) {
    server_.Take(inbox_.front());
    inbox_.pop_front();
  }
}

void SessionRig::Answer(size_t bytes) {
  std::string piece(server_.out().substr(answered_, bytes));
  if (piece.empty()) return;
  answered_ += piece.size();
  if (Planted() == Plant::kAnswerCut && piece.size() > wire::kHeaderBytes) piece.pop_back();
  now_us_ += 10;
  AnswerBytes out;
  {
    const std::lock_guard lock(conversation_.mutex());
    PORTREEVE_CHECK(answers_.Feed(piece, now_us_, out).ok());
  }
  for (const iovec& part : out.pieces()) {
    Hears({static_cast<const char*>(part.iov_base), part.iov_len});
  }
  PORTREEVE_CHECK(answers_.at_boundary() == heard_.empty());
  if (!over() && (waits() || progress_.may_wake)) Process();
}

// What the client hears is what the server said, but for refusals.
void SessionRig::Hears(std::string_view bytes) {
  heard_ += bytes;
  while (const auto header = wire::ReadHeader(heard_)) {
    PORTREEVE_CHECK(wire::CheckBackend(*header).ok());
    if (heard_.size() < header->message_bytes()) return;
    const std::string message = heard_.substr(0, header->message_bytes());
    heard_.erase(0, message.size());
    PORTREEVE_CHECK(heard_messages_ < server_.said().size());
    const ModelServer::Said& said = server_.said()[heard_messages_++];
    if (said.bytes == message) continue;
    PORTREEVE_CHECK(said.replaced && header->type == wire::ErrorResponse::kTag);
    PORTREEVE_CHECK(wire::DecodeBackend(header->type, message.substr(wire::kHeaderBytes)).ok());
  }
}

void SessionRig::OnStatementEnd(const StatementEnd& end) {
  PORTREEVE_CHECK(end.statement > 0 && end.statement <= gatekeeper_.statements());
  PORTREEVE_CHECK(endings_.emplace(end.statement, end.ending).second);
}

void SessionRig::Finish() {
  // Each round but the last gets one thing further at least.
  size_t rounds = unsent_.size() + held_.size() + 100;
  for (bool more = true; more; --rounds) {
    PORTREEVE_CHECK(rounds > 0);
    const size_t before = unsent_.size() + held_.size() + inbox_.size();
    Arrive(unsent_.size());
    Serve(inbox_.size());
    Answer(server_.out().size() - answered_);
    if (progress_.next == RequestHand::Next::kYield) Process();
    more = unsent_.size() + held_.size() + inbox_.size() < before || !inbox_.empty() ||
           answered_ < server_.out().size();
  }
  CheckBalance();
  {
    const std::lock_guard lock(conversation_.mutex());
    conversation_.Abandon(now_us_);
  }
  CheckEndings();
}

void SessionRig::CheckBalance() {
  PORTREEVE_CHECK(heard_.empty() && heard_messages_ == server_.said().size());
  // A client that breaks off within a message has asked for what its record tells.
  const uint64_t begun =
      requests_.inside_message() && !passing_.empty() && HasRecord(passing_.front()) ? 1 : 0;
  PORTREEVE_CHECK(statements_ + begun == gatekeeper_.statements() || over());
  const std::lock_guard lock(conversation_.mutex());
  const Conversation::View view = conversation_.view();
  if (over() || requests_.inside_message()) return;
  PORTREEVE_CHECK(!waits());
  PORTREEVE_CHECK(conversation_.turns() == (server_.copying() ? 1 : 0));
  PORTREEVE_CHECK((view.copy_phase == CopyPhase::kCopying) == server_.copying());
  if (!view.idle) return;
  PORTREEVE_CHECK(!server_.copying() && !server_.skipping());
  PORTREEVE_CHECK(view.in_transaction == (server_.block() != 'I'));
}

// Each record has one outcome, and it is the truth.
void SessionRig::CheckEndings() {
  PORTREEVE_CHECK(endings_.size() == gatekeeper_.statements());
  for (uint64_t number = 1; number <= server_.statements(); ++number) {
    PORTREEVE_CHECK(endings_.at(number) == server_.EndingOf(number));
  }
}

}  // namespace portreeve::session
