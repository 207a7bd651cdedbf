#include "policy/mask_plan.h"

#include <algorithm>
#include <utility>

#include "policy/mask_functions.h"

namespace portreeve::policy {
namespace {

using catalog::Findings;
using catalog::RelationTouch;
using lineage::UseKind;

std::string_view Name(Mask::Use use) {
  switch (use) {
    case Mask::Use::kSealed:
      return "sealed";
    case Mask::Use::kSearchable:
      return "searchable";
    case Mask::Use::kAggregatable:
      return "aggregatable";
    case Mask::Use::kOpen:
      return "open";
  }
  return "?";
}

// The least that a mask's class of use must be.
std::optional<Mask::Use> Needed(UseKind kind) {
  switch (kind) {
    case UseKind::kEquality:
    case UseKind::kNullTest:
    case UseKind::kCount:
      return Mask::Use::kSearchable;
    case UseKind::kAggregate:
      return Mask::Use::kAggregatable;
    case UseKind::kCondition:
    case UseKind::kOrdering:
    case UseKind::kGrouping:
    case UseKind::kComputed:
    case UseKind::kWholeRow:
      return Mask::Use::kOpen;
    case UseKind::kStored:
    case UseKind::kArgument:
      break;
  }
  return std::nullopt;
}

MaskRuling Refused(std::string_view rule, std::string message, std::string detail,
                   std::string hint) {
  MaskRuling ruling;
  ruling.rule = rule;
  ruling.refusal = {std::string(base::sqlstate::kInsufficientPrivilege), std::move(message),
                    std::move(detail), std::move(hint)};
  return ruling;
}

class Judge {
 public:
  Judge(const MaskQuestion& question, const std::shared_ptr<const MaskedColumns>& columns)
      : question_(question), columns_(columns), snapshot_(columns->snapshot()) {}

  // Of the `index`th statement.
  bool Touches(size_t index);
  std::optional<MaskRuling> Objection(size_t index);
  MaskRuling Rule(size_t index, const lineage::Lineage& traced);

 private:
  bool IsMade(size_t index, std::string_view name) const;
  bool IsMasked(const RelationTouch& touch) const;
  // Rows whose values the policy itself masks, not only PostgreSQL's samples of them.
  bool ReachesRows(size_t index) const;
  std::optional<MaskRuling> ObjectionToUse(const lineage::Use& use,
                                           const lineage::Lineage& traced) const;
  bool HasFloor(const lineage::Source& source, uint32_t size, const lineage::Lineage& traced) const;
  std::optional<MaskRuling> NoteSearch(const lineage::Comparison& comparison, MaskPlan& plan) const;
  MaskPlan::Output OutputOf(const lineage::OutputColumn& column) const;

  const MaskQuestion& question_;
  const std::shared_ptr<const MaskedColumns>& columns_;
  const catalog::Snapshot& snapshot_;
};

bool Judge::IsMade(size_t index, std::string_view name) const {
  const auto is_it = [name](const sql::MadeRelation& made) { return made.name == name; };
  if (std::ranges::any_of(question_.names.made, is_it)) return true;
  for (size_t i = 0; i <= index; ++i) {
    if (std::ranges::any_of(question_.facts.statements[i].makes_relations, is_it)) return true;
  }
  return false;
}

bool Judge::IsMasked(const RelationTouch& touch) const {
  const catalog::Relation* relation = snapshot_.FindRelation(touch.schema, touch.name);
  return relation != nullptr && columns_->Has(relation->oid);
}

bool Judge::Touches(size_t index) {
  return std::ranges::any_of(question_.findings[index].relations,
                             [&](const RelationTouch& touch) { return IsMasked(touch); });
}

bool Judge::ReachesRows(size_t index) const {
  return std::ranges::any_of(question_.findings[index].relations, [&](const RelationTouch& touch) {
    const catalog::Relation* relation = snapshot_.FindRelation(touch.schema, touch.name);
    return relation != nullptr && columns_->HasOfPolicy(relation->oid);
  });
}

// What is refused without a look at the columns.
std::optional<MaskRuling> Judge::Objection(size_t index) {
  const Findings& findings = question_.findings[index];
  const MasksInForce& masks = columns_->masks();
  const bool trusts_all = TrustsAll(masks.policy->trusted_functions());
  if (const auto name = UntrustedCall(findings, snapshot_, masks.policy->trusted_functions())) {
    return Refused(kNotFollowedRule, *name + " may give out what is masked, and is not trusted",
                   "While columns are masked, only functions that are known to do no more than "
                   "compute can be called.",
                   "The owner of the policy can name it under trusted_functions.");
  }
  if (question_.facts.statements[index].makes_code && !trusts_all) {
    return Refused(kNotFollowedRule,
                   "code and foreign tables cannot be made while columns are masked",
                   "What they give out of masked columns cannot be followed.",
                   "Those who may see the values can make them.");
  }
  for (const RelationTouch& touch : findings.relations) {
    const bool defines = touch.access == sql::Access::kDdl;
    if (!touch.known && !defines && !trusts_all && !IsMade(index, touch.name)) {
      return Refused(kNotFollowedRule,
                     "relation \"" + touch.name + "\" is not known to the gateway", "",
                     "The catalog is read again within a minute.");
    }
    if (!touch.direct || !IsMasked(touch)) continue;
    const bool leaves = findings.sub_class == sql::SubClass::kCopyFile ||
                        findings.sub_class == sql::SubClass::kCopyProgram;
    if (leaves || (defines && findings.sub_class == sql::SubClass::kDdl)) {
      return Refused(kNotFollowedRule,
                     "relation " + touch.schema + "." + touch.name + " has masked columns", "",
                     "It can be changed and copied by those only who may see them.");
    }
  }
  return std::nullopt;
}

bool Judge::HasFloor(const lineage::Source& source, uint32_t size,
                     const lineage::Lineage& traced) const {
  return std::ranges::any_of(traced.floors, [&](const lineage::GroupFloor& floor) {
    return floor.source == source && floor.size >= size;
  });
}

std::optional<MaskRuling> Judge::ObjectionToUse(const lineage::Use& use,
                                                const lineage::Lineage& traced) const {
  // What a view's owner has chosen reaches the result masked, or does no more than choose rows.
  if (use.through_view && use.kind != UseKind::kStored) return std::nullopt;
  const Mask* mask = columns_->Of(use.source.relation, use.source.column);
  if (mask == nullptr) return std::nullopt;
  // pg_dump computes with them; what comes out is masked all the same.
  if (mask == &StatisticsMask() && use.kind == UseKind::kComputed) return std::nullopt;
  const auto needed = Needed(use.kind);
  const std::string column = lineage::NameOf(use.source, snapshot_);
  const std::string detail =
      "Mask " + mask->name + " (" + std::string(Name(mask->use)) + ") does not allow this use.";
  if (!needed || mask->use < *needed) {
    return Refused(mask->path,
                   "column " + column + " is masked and cannot be used as " +
                       (use.kind == UseKind::kEquality || use.kind == UseKind::kAggregate ||
                                use.kind == UseKind::kArgument || use.kind == UseKind::kOrdering
                            ? "an "
                            : "a ") +
                       std::string(lineage::Name(use.kind)),
                   detail, "It can be selected as it is, and is masked then.");
  }
  if (use.kind == UseKind::kAggregate && mask->use == Mask::Use::kAggregatable &&
      !HasFloor(use.source, mask->min_group, traced)) {
    return Refused(mask->path, "column " + column + " is masked: its groups are too small", detail,
                   "Add HAVING count(" + use.source.column +
                       ") >= " + std::to_string(mask->min_group) + " to the query.");
  }
  return std::nullopt;
}

// Only what is allowed as a search, and nothing else, is held against the budget of searches.
std::optional<MaskRuling> Judge::NoteSearch(const lineage::Comparison& comparison,
                                            MaskPlan& plan) const {
  const Mask* mask = columns_->Of(comparison.source.relation, comparison.source.column);
  if (mask == nullptr || mask->searches == 0) return std::nullopt;
  if (mask->use != Mask::Use::kSearchable && mask->use != Mask::Use::kAggregatable) {
    return std::nullopt;
  }
  if (comparison.constants == 0) {
    return Refused(mask->path,
                   "column " + lineage::NameOf(comparison.source, snapshot_) +
                       " is masked: with how many values it is compared cannot be counted",
                   "Mask " + mask->name + " allows " + std::to_string(mask->searches) +
                       " searches in an hour.",
                   "Write = ANY (ARRAY[...]) without casts, or IN (...).");
  }
  plan.searches.push_back({mask, comparison.constants});
  return std::nullopt;
}

MaskPlan::Output Judge::OutputOf(const lineage::OutputColumn& column) const {
  MaskPlan::Output output;
  for (const lineage::Origin& origin : column.origins) {
    const Mask* mask = columns_->Of(origin.source.relation, origin.source.column);
    if (mask == nullptr) continue;
    // These say no more than the mask allows: the use was allowed.
    const bool allowed = !origin.direct && !origin.through_view &&
                         (origin.kind == UseKind::kCount || origin.kind == UseKind::kAggregate);
    if (allowed) continue;
    if (output.column.empty()) output.column = lineage::NameOf(origin.source, snapshot_);
    const bool whole = origin.kind == UseKind::kWholeRow && !origin.direct;
    output.mask = !whole && (output.mask == nullptr || output.mask == mask) ? mask : &NullMask();
  }
  for (const lineage::Origin& origin : column.origins) {
    const catalog::Relation* relation = snapshot_.FindRelation(origin.source.relation);
    if (!origin.direct || relation == nullptr) continue;
    for (const catalog::Column& each : relation->columns) {
      if (each.name == origin.source.column) output.type = each.type;
    }
  }
  return output;
}

MaskRuling Judge::Rule(size_t index, const lineage::Lineage& traced) {
  const sql::StatementFacts& facts = question_.facts.statements[index];
  if (!traced.unknown_reason.empty() || facts.statement_class == sql::StatementClass::kUnknown) {
    return Refused(kNotFollowedRule,
                   "what the statement does with masked columns cannot be followed",
                   traced.unknown_reason, "Write it in a simpler way.");
  }
  for (const lineage::Use& use : traced.uses) {
    if (auto objection = ObjectionToUse(use, traced)) return *std::move(objection);
  }
  auto plan = std::make_shared<MaskPlan>();
  plan->columns = columns_;
  plan->copies_out = traced.copies_out;
  plan->hides_reports = ReachesRows(index);
  for (const lineage::Comparison& comparison : traced.comparisons) {
    if (auto objection = NoteSearch(comparison, *plan)) return *std::move(objection);
  }
  for (const lineage::OutputColumn& column : traced.outputs) {
    if (column.unknown) {
      return Refused(kNotFollowedRule,
                     "column \"" + column.name + "\" of the result may hold masked values", "",
                     "Write it in a simpler way.");
    }
    plan->outputs.push_back(OutputOf(column));
    plan->masks |= plan->outputs.back().mask != nullptr;
  }
  MaskRuling ruling;
  ruling.plan = std::move(plan);
  return ruling;
}

}  // namespace

base::Refusal NotFollowed(std::string_view what) {
  return {std::string(base::sqlstate::kInsufficientPrivilege),
          std::string(what) + " while columns are masked",
          "What it gives out of them cannot be followed.", ""};
}

std::shared_ptr<const MaskPlan> Explained(const MaskPlan& plan) {
  auto explained = std::make_shared<MaskPlan>();
  explained->columns = plan.columns;
  explained->hides_reports = plan.hides_reports;
  explained->searches = plan.searches;
  explained->outputs.resize(1);
  return explained;
}

std::vector<MaskRuling> RuleOnMasks(const MaskQuestion& question,
                                    const std::shared_ptr<const MaskedColumns>& columns) {
  std::vector<MaskRuling> rulings(question.facts.statements.size());
  const bool hides = !columns->masks().columns.empty();
  const bool detects = !columns->masks().detectors.empty();
  Judge judge(question, columns);
  std::optional<std::vector<lineage::Lineage>> traced;
  for (size_t i = 0; i < rulings.size(); ++i) {
    if (hides) {
      if (auto objection = judge.Objection(i)) {
        rulings[i] = *std::move(objection);
        continue;
      }
    }
    // How a copy is written must be known to look into it.
    const bool copies = question.facts.statements[i].sub_class == sql::SubClass::kCopyOut;
    if (!(hides && judge.Touches(i)) && !(detects && copies)) continue;
    if (!traced) {
      traced = lineage::Trace(question.text, question.limits, question.mode, question.names,
                              &columns->views());
    }
    lineage::Lineage lost;
    lost.unknown_reason = "its text cannot be taken apart";
    rulings[i] = judge.Rule(i, traced->size() == rulings.size() ? (*traced)[i] : lost);
  }
  return rulings;
}

}  // namespace portreeve::policy
