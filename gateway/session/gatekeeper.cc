#include "session/gatekeeper.h"

#include <algorithm>
#include <utility>

#include "sql/redact.h"

namespace portreeve::session {
namespace {

base::Refusal NotRecorded() {
  return {std::string(base::sqlstate::kDiskFull),
          "the statement cannot be recorded, so it was not executed", "",
          "Ask the gateway's operator to look at its journal."};
}

constexpr std::string_view kNestedNamesRule = "limits/nested_names";

base::Refusal NestedNames() {
  return {std::string(base::sqlstate::kFeatureNotSupported),
          "portreeve does not follow a statement through two names", "",
          "Execute the inner statement itself."};
}

constexpr std::string_view kUnseenName =
    "a prepared statement or cursor that was not seen to be made cannot be run";

// What the `place`th statement of a text runs by its name.
struct Run {
  size_t place = 0;
  const PreparedStatement* statement = nullptr;
};

// Also what one statement of the text makes and a later one runs.
std::vector<Run> RunsOf(const PreparedStatement& statement, const Reliance& reliance) {
  std::vector<Run> runs;
  for (size_t i = 0; i < reliance.on.size(); ++i) {
    runs.push_back({reliance.places[i], reliance.on[i].get()});
  }
  const auto& all = statement.facts.statements;
  for (size_t i = 0; i < statement.makes.size(); ++i) {
    if (statement.makes[i] == nullptr) continue;
    const sql::NameUse use =
        all[i].name_use == sql::NameUse::kPrepare ? sql::NameUse::kExecute : sql::NameUse::kFetch;
    for (size_t j = i + 1; j < all.size(); ++j) {
      if (all[j].name_use == use && all[j].name == all[i].name) {
        runs.push_back({j, statement.makes[i].get()});
      }
    }
  }
  return runs;
}

bool Masks(const Judgement& judgement) {
  return std::any_of(judgement.plans.begin(), judgement.plans.end(),
                     [](const auto& plan) { return plan != nullptr && plan->masks; });
}

// CREATE TABLE ... AS EXECUTE.
bool Stores(const sql::StatementFacts& facts) {
  return facts.sub_class != sql::SubClass::kExecute && facts.sub_class != sql::SubClass::kFetch &&
         facts.sub_class != sql::SubClass::kExplain;
}

audit::Decision Recorded(policy::Action action) {
  switch (action) {
    case policy::Action::kAllow:
      return audit::Decision::kAllow;
    case policy::Action::kHold:
      return audit::Decision::kHold;
    case policy::Action::kRefuse:
      break;
  }
  return audit::Decision::kRefuse;
}

}  // namespace

std::string_view Gatekeeper::Recordable(const PreparedStatement& statement) {
  return statement.redacted.empty() ? statement.text : statement.redacted;
}

void Gatekeeper::set_standing(Standing standing, std::shared_ptr<RateMeter> meter) {
  decider_.set_standing(std::move(standing));
  const auto& now = decider_.standing();
  // A policy that only observes refuses nothing.
  static const policy::Grant kUnlimited;
  limits_.Adopt(now.policy->observes() ? kUnlimited : *now.grant, std::move(meter));
}

std::unique_ptr<RefusedAnswer> Gatekeeper::RefusalOf(const PreparedStatement& statement) {
  const Judgement& judgement = decider_.JudgementOn(statement);
  if (judgement.refusal == nullptr) return nullptr;
  return std::make_unique<RefusedAnswer>(RefusedAnswer{*judgement.refusal, 0});
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

void Gatekeeper::Describe(const Judgement& judgement, audit::StatementRecord& record) {
  record.rule = judgement.rule;
  record.decision = Recorded(judgement.action);
  record.observed = judgement.observed;
}

Gatekeeper::Ruling Gatekeeper::Allow(audit::StatementRecord& record, const Occasion& occasion,
                                     const Whole& whole) {
  if (journal_.failed()) return Refuse(record, occasion, NotRecorded(), 0);
  const bool runs = occasion.kind != audit::MessageKind::kParse;
  if (runs) {
    if (auto objection = limits_.Object(whole.traits, occasion.now_us)) {
      record.rule = objection->rule;
      return Refuse(record, occasion, std::move(objection->refusal), 0);
    }
  }
  Stage(record, occasion);
  Ruling ruling;
  ruling.statement = record.statement;
  ruling.durable_first = whole.durable_first;
  if (!runs) return ruling;
  ruling.manner = limits_.MannerOf(whole.traits);
  if (ruling.manner != Manner::kFreely) ruling.limits = limits_.For(whole.traits);
  ruling.changes_catalog = whole.traits.changes_catalog;
  return ruling;
}

Gatekeeper::Ruling Gatekeeper::Refuse(audit::StatementRecord& record, const Occasion& occasion,
                                      base::Refusal refusal, uint32_t position) {
  const std::string decision_id = session_id_ + "/" + std::to_string(next_statement_);
  if (record.decision != audit::Decision::kHold) record.decision = audit::Decision::kRefuse;
  record.observed = false;
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

std::unique_ptr<Gatekeeper::Ruling> Gatekeeper::RuleReliance(const PreparedStatement& statement,
                                                             const Reliance& reliance,
                                                             audit::StatementRecord& record,
                                                             const Occasion& occasion,
                                                             Whole& whole) {
  if (auto refusal = ObjectionByMasks(statement, reliance)) {
    record.rule = policy::kNotFollowedRule;
    return std::make_unique<Ruling>(Refuse(record, occasion, *std::move(refusal), 0));
  }
  whole.durable_first |= reliance.unknown;
  whole.traits.acts |= reliance.unknown;
  whole.traits.changes |= reliance.unknown_statement;
  std::vector<StatementTraits> relied_on;
  for (const auto& run : reliance.on) {
    const Judgement& other = decider_.JudgementOn(*run);
    if (other.action != policy::Action::kAllow || other.refusal != nullptr) {
      Describe(other, record);
      // The next judgement may take the place of this one.
      whole.rule = other.rule;
      record.rule = whole.rule;
    }
    if (other.refusal != nullptr) {
      return std::make_unique<Ruling>(Refuse(record, occasion, *other.refusal, 0));
    }
    // Its own effect on names would not be seen.
    if (run->uses_names) {
      record.rule = kNestedNamesRule;
      return std::make_unique<Ruling>(Refuse(record, occasion, NestedNames(), 0));
    }
    whole.durable_first |= other.durable_first;
    relied_on.push_back(other.traits);
  }
  whole.traits = SessionLimits::Together(whole.traits, relied_on);
  return nullptr;
}

std::optional<SessionLimits::Objection> Gatekeeper::ChargeSearches(
    const PreparedStatement& statement, const Occasion& occasion, const Reliance& reliance) {
  const bool runs = occasion.kind != audit::MessageKind::kParse;
  if (!runs || masks() == nullptr || !search_budget_) return std::nullopt;
  if (statement.uses_names) {
    return search_budget_->Charge(PlansOf(statement, reliance), occasion.now_us);
  }
  return search_budget_->Charge(decider_.JudgementOn(statement).plans, occasion.now_us);
}

Gatekeeper::Ruling Gatekeeper::Rule(const PreparedStatement& statement, const Occasion& occasion,
                                    const Reliance& reliance) {
  const Judgement& judgement = decider_.JudgementOn(statement);
  audit::StatementRecord record;
  record.sql = Recordable(statement);
  Describe(judgement, record);
  std::vector<audit::ClassNote> classes;
  classes.reserve(statement.facts.statements.size());
  for (const sql::StatementFacts& facts : statement.facts.statements) {
    classes.push_back({sql::Name(facts.statement_class), sql::Name(facts.sub_class)});
  }
  record.classes = classes;
  if (judgement.refusal != nullptr) {
    // A syntax error repeats a part of the text.
    const bool repeats = statement.facts.syntax_error && !statement.redacted.empty();
    if (repeats) record.reason = "syntax error";
    return Refuse(record, occasion, *judgement.refusal, judgement.position);
  }
  Whole whole{judgement.traits, judgement.durable_first};
  if (!reliance.on.empty()) {
    // The next judgement may take the place of this one.
    whole.rule = judgement.rule;
    record.rule = whole.rule;
  }
  if (auto refused = RuleReliance(statement, reliance, record, occasion, whole)) {
    return std::move(*refused);
  }
  if (auto objection = ChargeSearches(statement, occasion, reliance)) {
    record.rule = objection->rule;
    return Refuse(record, occasion, std::move(objection->refusal), 0);
  }
  return Allow(record, occasion, whole);
}

Gatekeeper::Ruling Gatekeeper::RefuseOversized(std::string_view beginning, uint64_t length,
                                               const Occasion& occasion) {
  audit::StatementRecord record;
  const std::string kept = sql::RedactedUnread(beginning);
  record.sql = kept;
  record.text_truncated = true;
  record.sql_length = length;
  record.rule = kStatementBytesRule;
  return Refuse(record, occasion, TooLarge(decider_.max_text_bytes()), 0);
}

Gatekeeper::Ruling Gatekeeper::RefuseByLimit(std::string_view text, std::string_view rule,
                                             base::Refusal refusal, const Occasion& occasion) {
  audit::StatementRecord record;
  record.sql = text;
  record.rule = rule;
  return Refuse(record, occasion, std::move(refusal), 0);
}

Gatekeeper::Ruling Gatekeeper::RuleMessage(const Judgement& judgement, const audit::ClassNote& note,
                                           const Occasion& occasion) {
  audit::StatementRecord record;
  Describe(judgement, record);
  record.classes = {&note, 1};
  if (judgement.refusal != nullptr) return Refuse(record, occasion, *judgement.refusal, 0);
  return Allow(record, occasion, {judgement.traits, true});
}

void Gatekeeper::ObjectToUnseen(std::string_view what, Judgement& judgement) const {
  auto objection = decider_.ObjectionToUnseen(what);
  if (objection == nullptr || judgement.refusal != nullptr) return;
  judgement.rule = policy::kNotFollowedRule;
  judgement.action = policy::Action::kRefuse;
  judgement.refusal = std::make_shared<const base::Refusal>(*std::move(objection));
}

Gatekeeper::Ruling Gatekeeper::RuleFunctionCall(const Occasion& occasion) {
  const audit::ClassNote note{sql::Name(sql::StatementClass::kFunction),
                              sql::Name(sql::SubClass::kFunctionCall)};
  Judgement judgement = decider_.JudgeFunctionCall();
  ObjectToUnseen("a function cannot be called by a message of the protocol", judgement);
  return RuleMessage(judgement, note, occasion);
}

std::vector<std::shared_ptr<const policy::MaskPlan>> Gatekeeper::PlansOf(
    const PreparedStatement& statement, const Reliance& reliance) {
  if (masks() == nullptr) return {};
  auto plans = decider_.JudgementOn(statement).plans;
  if (!statement.uses_names) return plans;
  for (const Run& run : RunsOf(statement, reliance)) {
    const auto& others = decider_.JudgementOn(*run.statement).plans;
    if (others.empty() || others[0] == nullptr) continue;
    plans.resize(statement.facts.statements.size());
    const bool explained =
        statement.facts.statements[run.place].sub_class == sql::SubClass::kExplain;
    plans[run.place] = explained ? policy::Explained(*others[0]) : others[0];
  }
  return plans;
}

std::unique_ptr<base::Refusal> Gatekeeper::ObjectionByMasks(const PreparedStatement& statement,
                                                            const Reliance& reliance) {
  if (masks() == nullptr || !statement.uses_names) return nullptr;
  if (reliance.unknown) {
    if (auto objection = decider_.ObjectionToUnseen(kUnseenName)) return objection;
  }
  for (const Run& run : RunsOf(statement, reliance)) {
    if (Masks(decider_.JudgementOn(*run.statement)) &&
        Stores(statement.facts.statements[run.place])) {
      return std::make_unique<base::Refusal>(
          policy::NotFollowed("what a prepared statement gives cannot be stored"));
    }
  }
  return nullptr;
}

Gatekeeper::Ruling Gatekeeper::RuleUnknownPortal(const Occasion& occasion) {
  sql::Facts facts;
  auto& fetch = facts.statements.emplace_back();
  fetch.statement_class = sql::StatementClass::kMisc;
  fetch.sub_class = sql::SubClass::kFetch;
  fetch.housekeeping = true;
  const audit::ClassNote note{sql::Name(fetch.statement_class), sql::Name(fetch.sub_class)};
  Judgement judgement = decider_.Judge("", facts, {});
  ObjectToUnseen(kUnseenName, judgement);
  // It may be of anything.
  judgement.traits.acts = true;
  return RuleMessage(judgement, note, occasion);
}

}  // namespace portreeve::session
