// The explanation for people: the same values in lines.

#include <string>
#include <string_view>

#include "cli/explanation.h"
#include "cli/table.h"

namespace portreeve::cli {
namespace {

using nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

std::string Text(const ordered_json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || found->is_null()) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->dump();
}

bool On(const ordered_json& object, const char* field) { return Text(object, field) == "true"; }

std::string Lines(Rows rows, std::string_view indent) {
  for (auto& row : rows) {
    for (std::string& cell : row) cell = OneLine(cell);
  }
  return AlignedText(rows, indent);
}

std::string Heard(const ordered_json& heard) {
  Rows rows = {{"SQLSTATE", Text(heard, "sqlstate")}, {"message", Text(heard, "message")}};
  for (const char* part : {"detail", "hint"}) {
    if (!Text(heard, part).empty()) rows.push_back({part, Text(heard, part)});
  }
  return "  the client hears:\n" + Lines(rows, "    ");
}

std::string SessionText(const ordered_json& session) {
  std::string text = "Session\n";
  if (On(session, "opens")) {
    const std::string role = Text(session, "role");
    text += "  under the grant " + OneLine(Text(session, "grant")) + ", " +
            Text(session, "chosen") + (role.empty() ? "" : ", as role " + OneLine(role)) + "\n";
    const std::string window = Text(session, "window_not_looked_at");
    if (!window.empty()) {
      text += "  only while its window " + window + " is open: --at says when that is asked\n";
    }
  } else {
    text += "  does not open\n" + Heard(session["heard"]);
  }
  Rows rows;
  for (const ordered_json& other : session["other_grants"]) {
    rows.push_back({"not " + Text(other, "grant"), Text(other, "why_not")});
  }
  return text + Lines(rows, "  ");
}

std::string Qualified(const ordered_json& object, const char* field) {
  const std::string schema = Text(object, "schema");
  return (schema.empty() ? "" : schema + ".") + Text(object, field);
}

ordered_json ListIn(const ordered_json& object, const char* field) {
  return object.value(field, ordered_json::array());
}

std::string FactsText(const ordered_json& facts) {
  std::string kind = Text(facts, "class");
  const std::string finer = Text(facts, "sub_class");
  if (!finer.empty() && finer != kind) kind += " (" + finer + ")";
  if (On(facts, "housekeeping")) kind += ", keeps the session going";
  Rows rows = {{"class", kind}};
  const std::string reason = Text(facts, "not_understood");
  if (!reason.empty()) rows.push_back({"unknown", reason});
  if (!Text(facts, "where").empty()) rows.push_back({"where", Text(facts, "where")});
  for (const ordered_json& touch : ListIn(facts, "relations")) {
    std::string how = Text(touch, "access");
    if (!On(touch, "known")) how += ", not known: it may be any relation";
    if (!On(touch, "direct")) how += ", reached through another";
    rows.push_back({"relation", Qualified(touch, "name") + "  " + how});
  }
  for (const ordered_json& touch : ListIn(facts, "columns")) {
    const std::string relation = Qualified(touch, "relation");
    rows.push_back({"column", (relation.empty() ? "" : relation + ".") + Text(touch, "column") +
                                  "  " + Text(touch, "usage")});
  }
  for (const ordered_json& touch : ListIn(facts, "functions")) {
    const std::string how = !On(touch, "known")     ? "not known: it may do anything"
                            : On(touch, "harmless") ? "only computes"
                                                    : "needs a rule";
    rows.push_back(
        {"function", Qualified(touch, "name") + "(" + Text(touch, "arguments") + ")  " + how});
  }
  for (const ordered_json& use : ListIn(facts, "settings")) {
    const std::string name = Text(use, "name").empty() ? "one that is computed" : Text(use, "name");
    rows.push_back({"setting", On(use, "resets")       ? "resets " + name
                               : use.contains("value") ? name + " = " + Text(use, "value")
                                                       : name + ", to a computed value"});
  }
  return Lines(rows, "  ");
}

std::string PathText(const ordered_json& path) {
  Rows rows;
  for (const ordered_json& rule : path["rules"]) {
    const bool matches = On(rule, "matches");
    rows.push_back({matches ? "*" : " ", Text(rule, "rule"), Text(rule, "action"),
                    matches ? "matches" : "does not match",
                    Text(rule, matches ? "object" : "why_not")});
  }
  std::string text = Lines(rows, "  ");
  rows.clear();
  for (const ordered_json& need : path["needs"]) {
    const std::string giver = Text(need, "given_by");
    rows.push_back(
        {"needs", Text(need, "act"), giver.empty() ? "no rule gives it" : "given by " + giver});
  }
  return text + Lines(rows, "  ");
}

std::string How(const ordered_json& where, const char* field) {
  return Text(where, field) + (On(where, "through_view") ? ", in a view" : "");
}

std::string LineageText(const ordered_json& lineage) {
  Rows rows;
  const std::string lost = Text(lineage, "not_followed");
  if (!lost.empty()) rows.push_back({"not followed", lost});
  for (const ordered_json& output : ListIn(lineage, "outputs")) {
    std::string from;
    for (const ordered_json& origin : output["from"]) {
      from += (from.empty() ? "from " : ", ") + Text(origin, "column") + " (" + How(origin, "how") +
              ")";
    }
    if (from.empty()) from = "from no column";
    if (On(output, "not_followed")) from += ", or anything that the statement reaches";
    const std::string mask = Text(output, "masked_by");
    rows.push_back(
        {"output " + Text(output, "column"), from, mask.empty() ? "" : "masked by " + mask});
  }
  for (const ordered_json& use : ListIn(lineage, "uses")) {
    rows.push_back({"uses", Text(use, "column"), "as " + How(use, "as")});
  }
  return Lines(rows, "  ");
}

std::string DecisionText(const ordered_json& explanation) {
  const ordered_json& decision = explanation["decision"];
  std::string text = "Decision\n  " + Text(decision, "action") + " by " + Text(decision, "rule");
  if (!Text(decision, "approval").empty()) text += ", approval " + Text(decision, "approval");
  text += "\n";
  if (On(decision, "observed")) {
    text += "  but the policy observes: the statement passes, and the decision is recorded\n";
  }
  if (decision.contains("heard")) text += Heard(decision["heard"]);
  Rows rows;
  for (const auto& [name, value] : explanation["limits"].items()) {
    rows.push_back({"limit", name, value.dump()});
  }
  for (const ordered_json& mask : explanation["masks"]) {
    if (On(mask, "in_force")) continue;
    rows.push_back({"mask", Text(mask, "mask"), "does not hold for this session"});
  }
  return text + Lines(rows, "  ");
}

}  // namespace

std::string ExplanationText(const ordered_json& explanation) {
  std::string text = SessionText(explanation["session"]);
  if (!explanation.contains("decision")) return text;
  if (On(explanation, "without_catalog")) {
    text +=
        "\nWithout --catalog no relation and no function of a user is known, and each may be "
        "any.\n";
  }
  size_t number = 0;
  for (const ordered_json& statement : explanation["statements"]) {
    const std::string said = OneLine(Text(statement, "text"));
    text += "\nStatement " + std::to_string(++number) + (said.empty() ? "" : ": " + said) + "\n";
    text += FactsText(statement["facts"]) + PathText(statement["path"]);
    if (statement.contains("lineage")) text += LineageText(statement["lineage"]);
  }
  return text + "\n" + DecisionText(explanation);
}

}  // namespace portreeve::cli
