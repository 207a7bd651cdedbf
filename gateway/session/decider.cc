#include "session/decider.h"

#include <algorithm>
#include <atomic>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "policy/mask_functions.h"
#include "sql/redact.h"

namespace portreeve::session {
namespace {

// A client hears so much of each part of a refusal.
constexpr size_t kMaxToldBytes = 1'000;
// Of a column in a mask plan.
constexpr size_t kNameBytes = 64;

uint64_t NextSerial() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

// Reads are with the operating system before they go out; what changes something, or may, is on
// disk. What EXECUTE and FETCH run was decided under another text.
bool MustBeDurable(const sql::Facts& facts, std::span<const catalog::Findings> findings) {
  const auto harmless = [](sql::StatementClass found) {
    return found == sql::StatementClass::kRead || found == sql::StatementClass::kMisc;
  };
  return facts.syntax_error.has_value() || facts.not_examined.has_value() ||
         !std::all_of(facts.statements.begin(), facts.statements.end(),
                      [&](const auto& each) { return harmless(each.statement_class); }) ||
         !std::all_of(findings.begin(), findings.end(),
                      [&](const auto& each) { return harmless(each.statement_class); });
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

// What was not understood may hold some.
bool MayHoldSecrets(const sql::Facts& facts) {
  return facts.syntax_error.has_value() || facts.not_examined.has_value() ||
         std::any_of(facts.statements.begin(), facts.statements.end(),
                     [](const auto& statement) { return !statement.secrets.empty(); });
}

// Near enough to what is held, and never less than what a client makes it hold.
size_t HeldBytesOf(const PreparedStatement& held) {
  size_t bytes = sizeof(PreparedStatement) + held.text.size() + held.redacted.size() +
                 sql::HeldBytes(held.facts);
  if (const auto& refusal = held.judgement.refusal; refusal != nullptr) {
    bytes += refusal->message.size() + refusal->detail.size() + refusal->hint.size();
  }
  for (const auto& plan : held.judgement.plans) {
    bytes += sizeof(plan);
    if (plan == nullptr) continue;
    bytes += sizeof(*plan) + plan->outputs.size() * (sizeof(policy::MaskPlan::Output) + kNameBytes);
  }
  return bytes;
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

base::Refusal TooLarge(size_t limit_bytes) {
  return {std::string(base::sqlstate::kProgramLimitExceeded),
          "the statement is larger than " + std::to_string(limit_bytes) + " bytes",
          "A statement that cannot be examined is not passed on.",
          "Use COPY or bind parameters for bulk data."};
}

Decider::Decider(Standing standing, policy::ConnectionRef connection, const sql::Limits& limits,
                 DecisionCache& cache, MaskStock& stock)
    : standing_(std::move(standing)),
      connection_(std::move(connection)),
      limits_(limits),
      cache_(cache),
      stock_(stock) {
  StandAnew();
}

void Decider::StandAnew() {
  masks_ = standing_.masks == nullptr ? nullptr : stock_.Of(standing_.masks, names_.snapshot);
  // Where names are not asked for, their meaning makes no difference.
  footing_ = cache_.FootingOf(standing_.policy, *standing_.grant, connection_,
                              standing_.needs_catalog() ? names_ : catalog::NameSpace(),
                              standing_.masks == nullptr ? "" : standing_.masks->key);
  anew_.clear();
}

void Decider::set_standing(Standing standing) {
  standing_ = std::move(standing);
  StandAnew();
}

void Decider::set_names(catalog::NameSpace names) {
  names_ = std::move(names);
  StandAnew();
}

Judgement Decider::FromDecision(policy::Decision decision) const {
  Judgement judgement;
  judgement.action = decision.action;
  judgement.rule = decision.rule;
  judgement.approval = decision.approval;
  judgement.observed = decision.observed;
  judgement.position = decision.position;
  if (decision.action != policy::Action::kAllow && !decision.observed) {
    judgement.refusal =
        std::make_shared<const base::Refusal>(Shortened(std::move(decision.refusal)));
  }
  return judgement;
}

void Decider::ApplyMasks(std::string_view text, const sql::Facts& facts, const sql::LexerMode& mode,
                         std::span<const catalog::Findings> findings, Judgement& judgement) const {
  policy::MaskRuling refused;
  if (masks_->columns == nullptr && !masks_->hides_columns()) return;
  if (masks_->columns == nullptr) {
    const auto reaches = [](const catalog::Findings& each) {
      return !each.relations.empty() || !each.functions.empty();
    };
    if (std::none_of(findings.begin(), findings.end(), reaches)) return;
    refused.rule = policy::kNotFollowedRule;
    refused.refusal = policy::NotFollowed("the catalog of the database is not known");
  } else {
    auto rulings =
        policy::RuleOnMasks({text, limits_, mode, facts, findings, names_}, masks_->columns);
    for (policy::MaskRuling& ruling : rulings) {
      if (!ruling.rule.empty()) {
        refused = std::move(ruling);
        break;
      }
      if (ruling.plan == nullptr && judgement.plans.empty()) continue;
      judgement.plans.resize(rulings.size());
      judgement.plans[static_cast<size_t>(&ruling - rulings.data())] = std::move(ruling.plan);
    }
  }
  if (refused.rule.empty()) return;
  judgement.plans.clear();
  judgement.action = policy::Action::kRefuse;
  judgement.rule = refused.rule;
  judgement.refusal = std::make_shared<const base::Refusal>(Shortened(std::move(refused.refusal)));
}

Judgement Decider::Judge(std::string_view text, const sql::Facts& facts,
                         const sql::LexerMode& mode) const {
  Judgement judgement;
  if (text.size() > limits_.max_text_bytes) {
    judgement.rule = kStatementBytesRule;
    judgement.refusal = std::make_shared<const base::Refusal>(TooLarge(limits_.max_text_bytes));
    judgement.durable_first = true;
    return judgement;
  }
  const std::vector<catalog::Findings> findings =
      standing_.needs_catalog() ? catalog::Resolve(facts, names_) : policy::FindingsOfParser(facts);
  judgement =
      FromDecision(standing_.policy->Decide(*standing_.grant, facts, findings, &connection_));
  if (judgement.refusal == nullptr && masks_ != nullptr) {
    ApplyMasks(text, facts, mode, findings, judgement);
  }
  judgement.durable_first = MustBeDurable(facts, findings);
  judgement.traits = TraitsOf(facts, findings);
  return judgement;
}

std::unique_ptr<base::Refusal> Decider::ObjectionToUnseen(std::string_view what) const {
  if (masks_ == nullptr || !masks_->hides_columns() ||
      policy::TrustsAll(standing_.policy->trusted_functions())) {
    return nullptr;
  }
  return std::make_unique<base::Refusal>(policy::NotFollowed(what));
}

Judgement Decider::JudgeFunctionCall() const {
  Judgement judgement =
      FromDecision(standing_.policy->DecideFunctionCall(*standing_.grant, &connection_));
  judgement.durable_first = true;
  judgement.traits.acts = true;
  judgement.traits.changes_catalog = true;
  judgement.traits.charged = 1;
  return judgement;
}

std::shared_ptr<PreparedStatement> Decider::Decided(std::string_view text, sql::Facts facts,
                                                    const sql::LexerMode& mode) const {
  auto statement = std::make_shared<PreparedStatement>();
  statement->serial = NextSerial();
  statement->text = text;
  statement->facts = std::move(facts);
  statement->footing = footing_;
  statement->mode = mode;
  statement->judgement = Judge(text, statement->facts, mode);
  statement->copies_in = CopiesIn(statement->facts);
  statement->uses_names = UsesNames(statement->facts);
  if (MayHoldSecrets(statement->facts)) {
    std::string kept = sql::Redacted(text, statement->facts);
    if (kept != text) statement->redacted = std::move(kept);
  }
  statement->bytes = HeldBytesOf(*statement);
  return statement;
}

std::shared_ptr<const PreparedStatement> Decider::Examine(std::string_view text,
                                                          const Reading& reading) {
  if (auto known = cache_.Find({text, reading, footing_})) return known;
  const sql::LexerMode mode{reading.standard_conforming_strings};
  auto statement = Decided(text, ReadFacts(text, reading, limits_), mode);
  const auto& all = statement->facts.statements;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].name_use != sql::NameUse::kPrepare && all[i].name_use != sql::NameUse::kDeclare) {
      continue;
    }
    sql::Facts made;
    made.statements.push_back(all[i]);
    made.statements[0].name_use = sql::NameUse::kNone;
    made.statements[0].offset = 0;
    made.statements[0].secrets.clear();
    statement->makes.resize(all.size());
    statement->makes[i] = Decided(text.substr(all[i].offset, all[i].length), std::move(made), mode);
  }
  cache_.Put(reading, statement);
  return statement;
}

const Judgement& Decider::JudgementOn(const PreparedStatement& statement) {
  if (statement.footing == footing_) return statement.judgement;
  const auto found = anew_.find(statement.serial);
  if (found != anew_.end()) return found->second;
  if (anew_.size() >= kMaxAnew) anew_.clear();
  return anew_.emplace(statement.serial, Judge(statement.text, statement.facts, statement.mode))
      .first->second;
}

}  // namespace portreeve::session
