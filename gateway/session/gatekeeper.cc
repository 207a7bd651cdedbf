#include "session/gatekeeper.h"

#include <utility>
#include <vector>

namespace portreeve::session {
namespace {

// Reads are with the operating system before they go out; what changes something, or may, is on
// disk.
bool MustBeDurable(const sql::Facts& facts) {
  for (const sql::StatementFacts& statement : facts.statements) {
    switch (statement.statement_class) {
      case sql::StatementClass::kRead:
        break;
      case sql::StatementClass::kMisc:
        // EXECUTE runs what was prepared under another text.
        if (statement.sub_class == sql::SubClass::kExecute) return true;
        break;
      default:
        return true;
    }
  }
  return facts.syntax_error.has_value() || facts.not_examined.has_value();
}

constexpr std::string_view kStatementBytes = "limits/statement_bytes";

base::Refusal TooLarge(size_t limit_bytes) {
  return {std::string(base::sqlstate::kProgramLimitExceeded),
          "the statement is larger than " + std::to_string(limit_bytes) + " bytes",
          "A statement that cannot be examined is not passed on.",
          "Use COPY or bind parameters for bulk data."};
}

bool CopiesIn(const sql::Facts& facts) {
  for (const sql::StatementFacts& statement : facts.statements) {
    if (statement.copies_in) return true;
  }
  return false;
}

}  // namespace

std::shared_ptr<const PreparedStatement> Gatekeeper::Examine(
    std::string_view text, bool standard_conforming_strings) const {
  auto statement = std::make_shared<PreparedStatement>();
  statement->text = text;
  if (text.size() > limits_.max_text_bytes) {
    statement->rule = kStatementBytes;
    statement->refusal = std::make_shared<const base::Refusal>(TooLarge(limits_.max_text_bytes));
    return statement;
  }
  statement->facts = sql::Analyse(
      text, limits_, sql::LexerMode{.standard_conforming_strings = standard_conforming_strings});
  auto decision = standing_.policy->Decide(*standing_.grant, statement->facts);
  statement->rule = decision.rule;
  statement->position = decision.position;
  if (decision.action == policy::Action::kRefuse) {
    statement->refusal = std::make_shared<const base::Refusal>(std::move(decision.refusal));
  }
  statement->durable_first = MustBeDurable(statement->facts);
  statement->may_copy_in = CopiesIn(statement->facts);
  return statement;
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

Gatekeeper::Ruling Gatekeeper::Refuse(audit::StatementRecord& record, const Occasion& occasion,
                                      base::Refusal refusal, uint32_t position) {
  const std::string decision_id = session_id_ + "/" + std::to_string(next_statement_);
  record.decision = audit::Decision::kRefuse;
  record.decision_id = decision_id;
  record.reason = refusal.message;
  Stage(record, occasion);
  refusal.detail += refusal.detail.empty() ? "" : " ";
  refusal.detail += "Decision " + decision_id + ".";
  Ruling ruling;
  ruling.statement = record.statement;
  ruling.refused = std::make_unique<RefusedAnswer>(RefusedAnswer{std::move(refusal), position});
  return ruling;
}

Gatekeeper::Ruling Gatekeeper::Rule(const PreparedStatement& statement, const Occasion& occasion) {
  audit::StatementRecord record;
  record.sql = statement.text;
  record.rule = statement.rule;
  std::vector<audit::ClassNote> classes;
  classes.reserve(statement.facts.statements.size());
  for (const sql::StatementFacts& facts : statement.facts.statements) {
    classes.push_back({sql::Name(facts.statement_class), sql::Name(facts.sub_class)});
  }
  record.classes = classes;
  if (statement.refusal != nullptr) {
    return Refuse(record, occasion, *statement.refusal, statement.position);
  }
  if (journal_.failed()) {
    return Refuse(record, occasion,
                  {std::string(base::sqlstate::kDiskFull),
                   "the statement cannot be recorded, so it was not executed", "",
                   "Ask the gateway's operator to look at its journal."},
                  0);
  }
  record.decision = audit::Decision::kAllow;
  Stage(record, occasion);
  Ruling ruling;
  ruling.statement = record.statement;
  ruling.durable_first = statement.durable_first;
  return ruling;
}

Gatekeeper::Ruling Gatekeeper::RefuseOversized(std::string_view beginning, uint64_t length,
                                               const Occasion& occasion) {
  audit::StatementRecord record;
  record.sql = beginning;
  record.text_truncated = true;
  record.sql_length = length;
  record.rule = kStatementBytes;
  return Refuse(record, occasion, TooLarge(limits_.max_text_bytes), 0);
}

Gatekeeper::Ruling Gatekeeper::RuleFunctionCall(const Occasion& occasion) {
  auto decision = standing_.policy->DecideFunctionCall(*standing_.grant);
  audit::StatementRecord record;
  const std::string rule(decision.rule);
  record.rule = rule;
  const audit::ClassNote note{sql::Name(sql::StatementClass::kFunction),
                              sql::Name(sql::SubClass::kFunctionCall)};
  record.classes = {&note, 1};
  if (decision.action == policy::Action::kRefuse) {
    return Refuse(record, occasion, std::move(decision.refusal), 0);
  }
  record.decision = audit::Decision::kAllow;
  Stage(record, occasion);
  Ruling ruling;
  ruling.statement = record.statement;
  ruling.durable_first = true;
  return ruling;
}

Gatekeeper::Ruling Gatekeeper::RuleUnknownPortal(const Occasion& occasion) {
  audit::StatementRecord record;
  record.rule = "decided where it was declared or prepared";
  const audit::ClassNote note{sql::Name(sql::StatementClass::kMisc),
                              sql::Name(sql::SubClass::kExecute)};
  record.classes = {&note, 1};
  record.decision = audit::Decision::kAllow;
  Stage(record, occasion);
  Ruling ruling;
  ruling.statement = record.statement;
  ruling.durable_first = true;
  return ruling;
}

}  // namespace portreeve::session
