#include "policy/read_rule.h"

#include <algorithm>
#include <optional>

namespace portreeve::policy {
namespace {

using yaml::MapReader;
using yaml::Node;

// Known words that this version does not enforce.
constexpr std::string_view kLater[] = {"databases", "connections", "approval"};

void ReadClasses(MapReader& reader, const Node& node, Rule& rule, yaml::Diagnostics& diagnostics) {
  const auto names = yaml::ReadStrings(node, diagnostics);
  for (const std::string& name : names.value_or(std::vector<std::string>())) {
    if (rule.classes.Add(name)) continue;
    const std::string nearest = yaml::Nearest(name, ClassSet::AllNames());
    reader.Error("class", "there is no class `" + name + "`" +
                              (nearest.empty() ? "" : "; did you mean `" + nearest + "`?"));
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
  for (const std::string& text : ReadPatterns(reader, key)) {
    if (auto pattern = Kind::Parse(text)) {
      into.push_back(*std::move(pattern));
    } else {
      reader.Error(key, "`" + text + "` is not of the form " + std::string(shape));
    }
  }
}

void ReadAction(MapReader& reader, RuleKind kind, Rule& rule, yaml::Diagnostics& diagnostics) {
  const Node* action = reader.Require("action");
  if (action == nullptr) return;
  if (action->kind == Node::Kind::kScalar && action->scalar == "hold") {
    return diagnostics.Error(action->mark, "`hold` is not supported yet");
  }
  if (kind == RuleKind::kGuardrail) {
    reader.Choice("action", {"refuse"});
  } else if (reader.Choice("action", {"allow", "refuse"}) == size_t{0}) {
    rule.action = Action::kAllow;
  }
}

// Conditions that cannot hold together, or that give nothing.
void CheckConditions(MapReader& reader, const Rule& rule) {
  if (!rule.except.empty() && rule.functions.empty() && !rule.classes.empty() &&
      !rule.classes.Covers(sql::StatementClass::kFunction, sql::SubClass::kCall)) {
    reader.Error("except", "leaves functions out, and the rule means none");
  }
  if (rule.action != Action::kAllow) return;
  if (!rule.columns.empty()) reader.Error("columns", "are for rules that refuse");
  if (rule.where_absent) reader.Error("where", "is for rules that refuse");
  if (!rule.tables.empty() && !rule.functions.empty()) {
    reader.Error("functions", "needs a rule of its own, without `tables`");
  }
}

bool IsUnconditional(const Rule& rule) {
  return !rule.has_objects() && rule.except.empty() && !rule.where_absent;
}

}  // namespace

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char character) {
    return static_cast<unsigned char>(character) < ' ' || character == '\x7f';
  });
}

std::vector<std::string> ReadPatterns(MapReader& reader, std::string_view key) {
  auto patterns = reader.Strings(key).value_or(std::vector<std::string>());
  for (const std::string& pattern : patterns) {
    if (pattern.size() > kMaxPatternBytes) reader.Error(key, "a pattern has at most 256 bytes");
  }
  return patterns;
}

Rule ReadRule(MapReader& reader, RuleKind kind, yaml::Diagnostics& diagnostics) {
  Rule rule;
  const Node* classes =
      kind == RuleKind::kGuardrail ? reader.Find("class") : reader.Require("class");
  if (classes != nullptr) ReadClasses(reader, *classes, rule, diagnostics);
  ReadObjects(reader, "tables", "schema.table", rule.tables);
  ReadObjects(reader, "columns", "schema.table.column", rule.columns);
  ReadObjects(reader, "functions", "name, schema.name or schema.name(types)", rule.functions);
  ReadObjects(reader, "except", "name, schema.name or schema.name(types)", rule.except);
  if (reader.Find("where") != nullptr) {
    rule.where_absent = reader.Choice("where", {"absent"}).has_value();
  }
  ReadAction(reader, kind, rule, diagnostics);
  rule.message = reader.String("message").value_or("");
  if (HasControl(rule.message) || rule.message.size() > kMaxMessageBytes) {
    reader.Error("message", "must be one printable line of at most 500 bytes");
  }
  if (kind == RuleKind::kGuardrail && classes == nullptr && IsUnconditional(rule)) {
    reader.Error("class", "a guardrail needs `class`, `tables`, `columns`, `functions` or `where`");
  }
  CheckConditions(reader, rule);
  for (const std::string_view key : kLater) reader.NotSupportedYet(key);
  return rule;
}

// A housekeeping statement is refused by the name of its class only, never by `any`.
std::string_view WhyIdle(const Rule& rule, const Rule& other, bool other_is_earlier) {
  if (!IsUnconditional(other)) return {};
  if (rule.action == Action::kAllow && other.action == Action::kRefuse) {
    return other.classes.Includes(rule.classes) ? " refuses all its classes" : "";
  }
  if (rule.action != other.action || !other_is_earlier) return {};
  const bool covered = rule.action == Action::kAllow ? other.classes.Includes(rule.classes)
                                                     : other.classes.NamesAllOf(rule.classes);
  return covered ? " covers all its classes" : "";
}

}  // namespace portreeve::policy
