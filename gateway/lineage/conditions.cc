#include "catalog/search_path.h"
#include "lineage/tracer.h"

namespace portreeve::lineage {

using sql::NodeKind;
using sql::NodeRole;

bool Tracer::IsConstant(uint32_t node) const {
  const sql::OutlineNode& at = At(node);
  if (at.kind == NodeKind::kConstant || at.kind == NodeKind::kParameter) return true;
  // Casts, arrays and the like of constants.
  if (at.kind != NodeKind::kCast && at.kind != NodeKind::kExpression) return false;
  for (uint32_t child = at.first_child; child != 0; child = At(child).next) {
    if (!IsConstant(child)) return false;
  }
  return true;
}

// A column, not only something that is made of one. What it is made of further inside is used as a
// condition.
bool Tracer::RecordBare(uint32_t node, Place place, UseKind kind, uint64_t constants) {
  if (At(node).kind != NodeKind::kColumn || At(node).Has(sql::kStar)) return false;
  const Found found = Lookup(node, place.scope);
  if (failed_) return true;
  if (found.whole_row) return false;
  for (const Flow& flow : found.value.flows) {
    uses_.emplace(flow.source, flow.direct ? kind : KindOf(flow, UseKind::kCondition));
    if (kind == UseKind::kEquality && flow.direct) NoteComparison(flow.source, constants);
  }
  return true;
}

// Of the right side of a comparison that has constants only; 0: they cannot be counted, as an array
// may hold any number of them.
uint64_t Tracer::ConstantsIn(uint32_t comparison, uint32_t right) const {
  const bool any = At(comparison).value == static_cast<int>(sql::OperatorForm::kAny);
  uint64_t constants = 0;
  if (!any) {
    for (uint32_t one = right; one != 0; one = input_.outline.Next(one)) ++constants;
    return constants;
  }
  if (At(right).kind != NodeKind::kExpression) return 0;
  for (uint32_t child = At(right).first_child; child != 0; child = At(child).next) {
    const NodeKind kind = At(child).kind;
    // Under a cast an element may be an array itself.
    if (kind != NodeKind::kConstant && kind != NodeKind::kParameter) return 0;
    ++constants;
  }
  return constants;
}

void Tracer::NoteComparison(uint32_t source, uint64_t constants) {
  const auto [it, added] = compared_.try_emplace(source, constants);
  if (!added) it->second = it->second == 0 || constants == 0 ? 0 : it->second + constants;
}

// column = constant, column IN (constants), column = ANY (parameter).
bool Tracer::Compares(uint32_t node, Place place) {
  const sql::OutlineNode& at = At(node);
  const std::string_view schema = Text(at.schema);
  if (Text(at.name) != "=" || (!schema.empty() && schema != catalog::kCatalogSchema)) return false;
  if (at.value == static_cast<int>(sql::OperatorForm::kOther)) return false;
  const uint32_t left = input_.outline.FirstChild(node, NodeRole::kLeft);
  const uint32_t right = input_.outline.FirstChild(node, NodeRole::kRight);
  if (left == 0 || right == 0) return false;
  bool constant = true;
  for (uint32_t one = right; one != 0; one = input_.outline.Next(one)) {
    constant = constant && IsConstant(one);
  }
  if (constant) return RecordBare(left, place, UseKind::kEquality, ConstantsIn(node, right));
  return at.value == static_cast<int>(sql::OperatorForm::kPlain) && IsConstant(left) &&
         RecordBare(right, place, UseKind::kEquality, 1);
}

void Tracer::Condition(uint32_t node, Place place) {
  if (!Spend(1)) return;
  const sql::OutlineNode& at = At(node);
  const uint32_t only = input_.outline.FirstChild(node, NodeRole::kArgument);
  if (at.kind == NodeKind::kBool && at.value == static_cast<int>(sql::BoolForm::kAnd)) {
    return ForEach(node, NodeRole::kArgument, [&](uint32_t part) { Condition(part, place); });
  }
  if (at.kind == NodeKind::kOperator && Compares(node, place)) return;
  if (at.kind == NodeKind::kNullTest && only != 0 && RecordBare(only, place, UseKind::kNullTest)) {
    return;
  }
  Computed(node, place, UseKind::kCondition);
}

}  // namespace portreeve::lineage
