// The policy file: strict, and honest about what is not enforced yet.

#include <openssl/sha.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/encoding.h"
#include "policy/loading.h"
#include "policy/policy.h"
#include "policy/read_rule.h"
#include "yaml/document.h"
#include "yaml/map_reader.h"

namespace portreeve::policy {
namespace {

using yaml::MapReader;
using yaml::Node;

void LoadDefaults(const Node& node, Loading& loading) {
  MapReader reader(node, "`defaults`", loading.diagnostics);
  reader.Choice("action", {"refuse"});
  loading.contents.observes = reader.Choice("mode", {"enforce", "observe"}) == size_t{1};
  reader.Finish();
}

bool Holds(const std::vector<Rule>& rules) {
  return std::any_of(rules.begin(), rules.end(),
                     [](const Rule& rule) { return rule.action == Action::kHold; });
}

bool Holds(const Contents& contents) {
  return Holds(contents.guardrails) ||
         std::any_of(contents.grants.begin(), contents.grants.end(),
                     [](const Grant& grant) { return Holds(grant.rules); });
}

void LoadAll(const Node& root, Loading& loading) {
  MapReader reader(root, "the policy", loading.diagnostics);
  if (reader.Require("version") != nullptr) reader.Integer("version", 1, 1);
  if (const Node* groups = reader.Require("groups")) LoadGroups(*groups, loading);
  if (const Node* windows = reader.Find("windows")) LoadWindows(*windows, loading);
  if (const Node* approvals = reader.Find("approvals")) LoadApprovals(*approvals, loading);
  if (const Node* masks = reader.Find("masks")) LoadMasks(*masks, loading);
  LoadTrustedFunctions(reader, loading);
  if (const Node* guardrails = reader.Find("guardrails")) LoadGuardrails(*guardrails, loading);
  if (const Node* grants = reader.Require("grants")) LoadGrants(*grants, loading);
  if (const Node* defaults = reader.Find("defaults")) LoadDefaults(*defaults, loading);
  if (Holds(loading.contents)) {
    loading.diagnostics.Warning(reader.KeyMark("approvals"),
                                "approvals cannot be asked for yet: what rules hold is refused");
  }
  if (loading.contents.observes && !loading.contents.masks.empty()) {
    loading.diagnostics.Warning(reader.KeyMark("masks"),
                                "with `mode: observe` nothing is masked: callers see all values");
  }
  reader.Finish();
}

}  // namespace

void LoadGroups(const Node& node, Loading& loading) {
  if (node.kind != Node::Kind::kMap) {
    return loading.diagnostics.Error(node.mark, "`groups` must be a map of names");
  }
  for (const Node::Entry& entry : node.entries) {
    loading.groups.Add(entry.key, entry.mark, loading.diagnostics);
    Group group;
    group.name = entry.key;
    MapReader reader(entry.value, "group", loading.diagnostics);
    group.claim = reader.RequireText("claim");
    if (reader.Require("any_of") != nullptr) group.any_of = ReadPatterns(reader, "any_of");
    if (std::any_of(group.any_of.begin(), group.any_of.end(), HasControl)) {
      reader.Error("any_of", "fits nothing: no claim has control characters");
    }
    reader.Finish();
    loading.contents.groups.push_back(std::move(group));
  }
}

void LoadGuardrails(const Node& node, Loading& loading) {
  if (node.kind != Node::Kind::kList || node.items.empty()) {
    return loading.diagnostics.Error(node.mark,
                                     "`guardrails` must be a list with at least one guardrail");
  }
  if (node.items.size() > kMaxRules) {
    return loading.diagnostics.Error(node.mark, "there are at most 1000 guardrails");
  }
  Names names("guardrail");
  auto& guardrails = loading.contents.guardrails;
  const size_t errors = loading.diagnostics.count();
  for (const Node& item : node.items) {
    MapReader reader(item, "guardrail", loading.diagnostics);
    const std::string name = reader.RequireText("name");
    if (!name.empty()) names.Add(name, reader.Find("name")->mark, loading.diagnostics);
    Rule rule = ReadRule(reader, RuleKind::kGuardrail, loading);
    rule.path = "guardrails/" + name;
    reader.Finish();
    guardrails.push_back(std::move(rule));
  }
  // Of a rule that was not understood nothing can be said.
  if (loading.diagnostics.count() != errors) return;
  for (size_t i = 0; i < guardrails.size(); ++i) {
    loading.IsIdle(guardrails, i, node.items[i].mark);
  }
}

std::shared_ptr<const Policy> Policy::Load(std::string_view text, yaml::Diagnostics& diagnostics,
                                           Purpose purpose) {
  const auto root = yaml::Parse(text, diagnostics);
  if (root == nullptr) return nullptr;
  Loading loading{diagnostics, purpose};
  LoadAll(*root, loading);
  for (const Names* names : {&loading.groups, &loading.windows, &loading.approvals}) {
    names->WarnOfUnused(diagnostics);
  }
  if (!diagnostics.ok()) return nullptr;
  auto& parts = loading.contents.not_enforced;
  std::stable_sort(parts.begin(), parts.end(),
                   [](const NotEnforced& left, const NotEnforced& right) {
                     return std::pair(left.mark.line, left.mark.column) <
                            std::pair(right.mark.line, right.mark.column);
                   });
  std::shared_ptr<Policy> policy(new Policy(std::move(loading.contents)));
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  policy->version_ = base::HexEncode({reinterpret_cast<const char*>(digest), 8});
  return policy;
}

}  // namespace portreeve::policy
