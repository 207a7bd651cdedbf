#include "session/gatekeeper.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.h"
#include "session/reading.h"
#include "sql/redact.h"

namespace portreeve::session {
namespace {

// A client hears so much of each part of a refusal.
constexpr size_t kMaxToldBytes = 1'000;

// Reads are with the operating system before they go out; what changes something, or may, is on
// disk. What EXECUTE and FETCH run was decided under another text.
bool MustBeDurable(const sql::Facts& facts) {
  for (const sql::StatementFacts& statement : facts.statements) {
    if (statement.statement_class != sql::StatementClass::kRead &&
        statement.statement_class != sql::StatementClass::kMisc) {
      return true;
    }
  }
  return facts.syntax_error.has_value() || facts.not_examined.has_value();
}

size_t CopiesIn(const sql::Facts& facts) {
  return static_cast<size_t>(
      std::count_if(facts.statements.begin(), facts.statements.end(),
                    [](const sql::StatementFacts& statement) { return statement.copies_in; }));
}

bool UsesNames(const sql::Facts& facts) {
  return std::any_of(facts.statements.begin(), facts.statements.end(),
                     [](const sql::StatementFacts& statement) {
                       return statement.name_use != sql::NameUse::kNone;
                     });
}

constexpr std::string_view kStatementBytes = "limits/statement_bytes";

base::Refusal TooLarge(size_t limit_bytes) {
  return {std::string(base::sqlstate::kProgramLimitExceeded),
          "the statement is larger than " + std::to_string(limit_bytes) + " bytes",
          "A statement that cannot be examined is not passed on.",
          "Use COPY or bind parameters for bulk data."};
}

base::Refusal NotRecorded() {
  return {std::string(base::sqlstate::kDiskFull),
          "the statement cannot be recorded, so it was not executed", "",
          "Ask the gateway's operator to look at its journal."};
}

// A token of any length can stand in a syntax error.
base::Refusal Shortened(base::Refusal refusal) {
  for (std::string* part : {&refusal.message, &refusal.detail, &refusal.hint}) {
    if (part->size() <= kMaxToldBytes) continue;
    const auto kept = std::string_view(*part).substr(0, kMaxToldBytes);
    part->resize(base::Utf8PrefixLength(kept));
    *part += "...";
  }
  return refusal;
}

}  // namespace

void Gatekeeper::set_standing(Standing standing) {
  standing_ = std::move(standing);
  ++standing_number_;
}

std::shared_ptr<PreparedStatement> Gatekeeper::Decided(std::string_view text,
                                                       sql::Facts facts) const {
  auto statement = std::make_shared<PreparedStatement>(held_);
  statement->text = text;
  statement->facts = std::move(facts);
  Verdict verdict = Decide(*statement);
  statement->standing = standing_number_;
  statement->rule = verdict.rule;
  statement->refusal = std::move(verdict.refusal);
  statement->position = verdict.position;
  statement->durable_first = MustBeDurable(statement->facts);
  statement->copies_in = CopiesIn(statement->facts);
  statement->uses_names = UsesNames(statement->facts);
  std::string kept = sql::Redacted(text, statement->facts);
  if (kept != text) statement->redacted = std::move(kept);
  statement->Count(sizeof(PreparedStatement) + text.size() + statement->redacted.size() +
                   sql::HeldBytes(statement->facts));
  return statement;
}

std::shared_ptr<const PreparedStatement> Gatekeeper::Examine(std::string_view text,
                                                             Reading reading) const {
  auto statement = Decided(text, ReadFacts(text, reading, limits_));
  const auto& all = statement->facts.statements;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].name_use != sql::NameUse::kPrepare && all[i].name_use != sql::NameUse::kDeclare) {
      continue;
    }
    sql::Facts made;
    made.statements.push_back(all[i]);
    made.statements[0].name_use = sql::NameUse::kNone;
    statement->makes.resize(all.size());
    statement->makes[i] = Decided(text.substr(all[i].offset, all[i].length), std::move(made));
  }
  return statement;
}

Gatekeeper::Verdict Gatekeeper::Decide(const PreparedStatement& statement) const {
  if (statement.text.size() > limits_.max_text_bytes) {
    const auto refusal = TooLarge(limits_.max_text_bytes);
    return {kStatementBytes, std::make_shared<const base::Refusal>(refusal), 0};
  }
  auto decision = standing_.policy->Decide(*standing_.grant, statement.facts);
  Verdict verdict{decision.rule, nullptr, decision.position};
  if (decision.action == policy::Action::kRefuse) {
    verdict.refusal = std::make_shared<const base::Refusal>(Shortened(std::move(decision.refusal)));
  }
  return verdict;
}

Gatekeeper::Verdict Gatekeeper::VerdictOn(const PreparedStatement& statement) const {
  if (statement.standing != standing_number_) return Decide(statement);
  return {statement.rule, statement.refusal, statement.position};
}

std::unique_ptr<RefusedAnswer> Gatekeeper::RefusalOf(const PreparedStatement& statement) const {
  const Verdict verdict = VerdictOn(statement);
  if (verdict.refusal == nullptr) return nullptr;
  return std::make_unique<RefusedAnswer>(RefusedAnswer{*verdict.refusal, 0});
}

void Gatekeeper::Stage(audit::StatementRecord& record, const Occasion& occasion) {
  record.session = session_id_;
  record.statement = next_statement_++;
  record.kind = occasion.kind;
  record.statement_name = occasion.statement_name;
  record.portal_name = occasion.portal_name;
  record.parameter_count = occasion.parameter_count;
  record.function_oid = occasion.function_oid;
  position_ = journal_.Stage(record);
}

Gatekeeper::Ruling Gatekeeper::Allow(audit::StatementRecord& record, const Occasion& occasion,
                                     bool durable_first) {
  if (journal_.failed()) return Refuse(record, occasion, NotRecorded(), 0);
  record.decision = audit::Decision::kAllow;
  Stage(record, occasion);
  Ruling ruling;
  ruling.statement = record.statement;
  ruling.durable_first = durable_first;
  return ruling;
}

Gatekeeper::Ruling Gatekeeper::Refuse(audit::StatementRecord& record, const Occasion& occasion,
                                      base::Refusal refusal, uint32_t position) {
  const std::string decision_id = session_id_ + "/" + std::to_string(next_statement_);
  record.decision = audit::Decision::kRefuse;
  record.decision_id = decision_id;
  if (record.reason.empty()) record.reason = refusal.message;
  Stage(record, occasion);
  refusal.detail += refusal.detail.empty() ? "" : " ";
  refusal.detail += "Decision " + decision_id + ".";
  Ruling ruling;
  ruling.statement = record.statement;
  ruling.refused = std::make_unique<RefusedAnswer>(RefusedAnswer{std::move(refusal), position});
  return ruling;
}

Gatekeeper::Ruling Gatekeeper::Rule(const PreparedStatement& statement, const Occasion& occasion,
                                    const Reliance& reliance) {
  const Verdict verdict = VerdictOn(statement);
  audit::StatementRecord record;
  record.sql = statement.redacted.empty() ? statement.text : statement.redacted;
  record.rule = verdict.rule;
  std::vector<audit::ClassNote> classes;
  classes.reserve(statement.facts.statements.size());
  for (const sql::StatementFacts& facts : statement.facts.statements) {
    classes.push_back({sql::Name(facts.statement_class), sql::Name(facts.sub_class)});
  }
  record.classes = classes;
  if (verdict.refusal != nullptr) {
    // A syntax error repeats a part of the text.
    const bool repeats = statement.facts.syntax_error && !statement.redacted.empty();
    if (repeats) record.reason = "syntax error";
    return Refuse(record, occasion, *verdict.refusal, verdict.position);
  }
  bool durable_first = statement.durable_first || reliance.unknown;
  for (const auto& relied_on : reliance.on) {
    const Verdict other = VerdictOn(*relied_on);
    if (other.refusal != nullptr) {
      record.rule = other.rule;
      return Refuse(record, occasion, *other.refusal, 0);
    }
    // Its own effect on names would not be seen.
    if (relied_on->uses_names) {
      record.rule = "limits/nested_names";
      return Refuse(record, occasion,
                    {std::string(base::sqlstate::kFeatureNotSupported),
                     "portreeve does not follow a statement through two names", "",
                     "Execute the inner statement itself."},
                    0);
    }
    durable_first |= relied_on->durable_first;
  }
  return Allow(record, occasion, durable_first);
}

Gatekeeper::Ruling Gatekeeper::RefuseOversized(std::string_view beginning, uint64_t length,
                                               const Occasion& occasion) {
  audit::StatementRecord record;
  const std::string kept = sql::RedactedUnread(beginning);
  record.sql = kept;
  record.text_truncated = true;
  record.sql_length = length;
  record.rule = kStatementBytes;
  return Refuse(record, occasion, TooLarge(limits_.max_text_bytes), 0);
}

Gatekeeper::Ruling Gatekeeper::RefuseByLimit(std::string_view text, std::string_view rule,
                                             base::Refusal refusal, const Occasion& occasion) {
  audit::StatementRecord record;
  const std::string kept = sql::RedactedUnread(text);
  record.sql = kept;
  record.rule = rule;
  return Refuse(record, occasion, std::move(refusal), 0);
}

Gatekeeper::Ruling Gatekeeper::RuleFunctionCall(const Occasion& occasion) {
  auto decision = standing_.policy->DecideFunctionCall(*standing_.grant);
  audit::StatementRecord record;
  record.rule = decision.rule;
  const audit::ClassNote note{sql::Name(sql::StatementClass::kFunction),
                              sql::Name(sql::SubClass::kFunctionCall)};
  record.classes = {&note, 1};
  if (decision.action == policy::Action::kRefuse) {
    return Refuse(record, occasion, std::move(decision.refusal), 0);
  }
  return Allow(record, occasion, true);
}

Gatekeeper::Ruling Gatekeeper::RuleUnknownPortal(const Occasion& occasion) {
  sql::Facts facts;
  auto& fetch = facts.statements.emplace_back();
  fetch.statement_class = sql::StatementClass::kMisc;
  fetch.sub_class = sql::SubClass::kFetch;
  fetch.housekeeping = true;
  auto decision = standing_.policy->Decide(*standing_.grant, facts);
  audit::StatementRecord record;
  record.rule = decision.rule;
  const audit::ClassNote note{sql::Name(fetch.statement_class), sql::Name(fetch.sub_class)};
  record.classes = {&note, 1};
  if (decision.action == policy::Action::kRefuse) {
    return Refuse(record, occasion, std::move(decision.refusal), 0);
  }
  return Allow(record, occasion, true);
}

}  // namespace portreeve::session
