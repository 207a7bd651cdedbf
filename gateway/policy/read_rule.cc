#include "policy/read_rule.h"

#include <algorithm>
#include <optional>

namespace portreeve::policy {
namespace {

using yaml::MapReader;
using yaml::Node;

constexpr size_t kMaxMessageBytes = 500;  // It goes out with every refusal.

void ReadClasses(MapReader& reader, const Node& node, Rule& rule, yaml::Diagnostics& diagnostics) {
  const auto names = yaml::ReadStrings(node, diagnostics);
  for (const std::string& name : names.value_or(std::vector<std::string>())) {
    if (rule.classes.Add(name)) continue;
    reader.Error("class", "there is no class `" + name + "`" +
                              diagnostics.DidYouMean(name, ClassSet::AllNames()));
  }
}

// An empty list would be no condition at all.
template <typename Kind>
void ReadObjects(MapReader& reader, std::string_view key, std::string_view shape,
                 std::vector<Kind>& into) {
  const Node* node = reader.Find(key);
  if (node == nullptr) return;
  if (node->kind == Node::Kind::kList && node->items.empty()) {
    return reader.Error(key, "must name at least one");
  }
  ReadObjectPatterns(reader, key, shape, into);
}

void ReadAction(MapReader& reader, RuleKind kind, Rule& rule) {
  if (reader.Require("action") == nullptr) return;
  if (kind == RuleKind::kGuardrail) {
    if (reader.Choice("action", {"hold", "refuse"}) == size_t{0}) rule.action = Action::kHold;
  } else if (const auto action = reader.Choice("action", {"allow", "hold", "refuse"})) {
    rule.action = Action(*action);
  }
}

void ReadApproval(MapReader& reader, Rule& rule, Loading& loading) {
  if (rule.action != Action::kHold) {
    if (reader.Find("approval") != nullptr) reader.Error("approval", "is for rules that hold");
    return;
  }
  if (reader.Require("approval") == nullptr) return;
  rule.approval = reader.RequireText("approval");
  if (rule.approval.empty() ||
      !loading.approvals.Refer(rule.approval, "approval", reader, loading.diagnostics)) {
    return;
  }
  for (const Approval& approval : loading.contents.approvals) {
    if (approval.name == rule.approval) rule.quorum = approval.quorum;
  }
}

}  // namespace

void ReadPlaces(MapReader& reader, std::string_view key, std::vector<Pattern>& into) {
  if (reader.Find(key) == nullptr) return;
  for (const std::string& text : ReadPatterns(reader, key)) into.emplace_back(text);
}

Rule ReadRule(MapReader& reader, RuleKind kind, Loading& loading) {
  Rule rule;
  const Node* classes =
      kind == RuleKind::kGuardrail ? reader.Find("class") : reader.Require("class");
  if (classes != nullptr) ReadClasses(reader, *classes, rule, loading.diagnostics);
  ReadObjects(reader, "tables", "schema.table", rule.tables);
  ReadObjects(reader, "columns", "schema.table.column", rule.columns);
  ReadObjects(reader, "functions", "name, schema.name or schema.name(types)", rule.functions);
  ReadObjects(reader, "except", "name, schema.name or schema.name(types)", rule.except);
  if (reader.Find("where") != nullptr) {
    rule.where_absent = reader.Choice("where", {"absent"}).has_value();
  }
  ReadPlaces(reader, "databases", rule.databases);
  ReadPlaces(reader, "connections", rule.connections);
  ReadAction(reader, kind, rule);
  ReadApproval(reader, rule, loading);
  rule.message = reader.String("message").value_or("");
  if (HasControl(rule.message) || rule.message.size() > kMaxMessageBytes) {
    reader.Error("message", "must be one printable line of at most 500 bytes");
  }
  if (kind == RuleKind::kGuardrail && classes == nullptr && !rule.has_objects() &&
      !rule.where_absent) {
    reader.Error("class", "a guardrail needs `class`, `tables`, `columns`, `functions` or `where`");
  }
  CheckConditions(reader, rule, loading.diagnostics);
  return rule;
}

}  // namespace portreeve::policy
