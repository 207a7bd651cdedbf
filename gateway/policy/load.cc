// The policy file: strict, and honest about what is not enforced yet.

#include <openssl/sha.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/encoding.h"
#include "policy/policy.h"
#include "policy/read_rule.h"
#include "yaml/document.h"
#include "yaml/map_reader.h"

namespace portreeve::policy {
namespace {

using yaml::MapReader;
using yaml::Node;

constexpr size_t kMaxNameBytes = 63;
constexpr size_t kMaxRules = 1'000;
constexpr int64_t kMaxCount = 1'000'000'000;
constexpr int64_t kDefaultMaxUs = int64_t{8} * 3600 * 1'000'000;

// Known words of the policy language that this version does not enforce. What stands here is
// refused when it is loaded, never ignored when it is needed.
constexpr std::string_view kLaterTop[] = {"windows", "approvals", "masks"};
constexpr std::string_view kLaterAs[] = {"ephemeral"};
constexpr std::string_view kLaterSession[] = {"window", "approval", "reason"};

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

// Whether a statement's names can make a difference.
bool NeedsCatalog(const Grant& grant, const std::vector<Rule>& guardrails) {
  if (!guardrails.empty()) return true;
  ClassSet any;
  any.Add("any");
  const auto allows = [](const Rule& rule) { return rule.action == Action::kAllow; };
  return !std::all_of(grant.rules.begin(), grant.rules.end(), allows) ||
         !std::any_of(grant.rules.begin(), grant.rules.end(), [&any](const Rule& rule) {
           return !rule.has_objects() && rule.except.empty() && rule.classes.Includes(any);
         });
}

class Loader {
 public:
  Loader(std::vector<Group>& groups, std::vector<Rule>& guardrails, std::vector<Grant>& grants,
         yaml::Diagnostics& diagnostics)
      : groups_(groups), guardrails_(guardrails), grants_(grants), diagnostics_(diagnostics) {}

  void Load(const Node& root) {
    MapReader reader(root, "the policy", diagnostics_);
    if (reader.Require("version") != nullptr) reader.Integer("version", 1, 1);
    if (const Node* groups = reader.Require("groups")) LoadGroups(*groups);
    if (const Node* guardrails = reader.Find("guardrails")) LoadGuardrails(*guardrails);
    if (const Node* grants = reader.Require("grants")) LoadGrants(*grants);
    if (const Node* defaults = reader.Find("defaults")) LoadDefaults(*defaults);
    for (const std::string_view key : kLaterTop) reader.NotSupportedYet(key);
    reader.Finish();
  }

 private:
  void LoadGroups(const Node& node) {
    if (node.kind != Node::Kind::kMap) {
      return diagnostics_.Error(node.mark, "`groups` must be a map of names");
    }
    for (const Node::Entry& entry : node.entries) {
      if (!IsName(entry.key)) NameError(entry.mark, entry.key);
      Group group;
      group.name = entry.key;
      MapReader reader(entry.value, "group", diagnostics_);
      group.claim = reader.RequireText("claim");
      if (reader.Require("any_of") != nullptr) group.any_of = ReadPatterns(reader, "any_of");
      reader.Finish();
      groups_.push_back(std::move(group));
    }
  }

  void LoadGrants(const Node& node) {
    if (node.kind != Node::Kind::kList || node.items.empty()) {
      return diagnostics_.Error(node.mark, "`grants` must be a list with at least one grant");
    }
    std::set<std::string> names;
    for (const Node& item : node.items) {
      Grant grant = LoadGrant(item);
      if (!grant.name_text.empty() && !names.insert(grant.name_text).second) {
        diagnostics_.Error(item.mark, "there are two grants named `" + grant.name_text + "`");
      }
      grants_.push_back(std::move(grant));
    }
  }

  Grant LoadGrant(const Node& node) {
    Grant grant;
    grant.max_us = kDefaultMaxUs;
    MapReader reader(node, "grant", diagnostics_);
    grant.name_text = reader.RequireText("name");
    if (!grant.name_text.empty() && !IsName(grant.name_text)) {
      NameError(reader.Find("name")->mark, grant.name_text);
    }
    if (reader.Require("who") != nullptr) {
      grant.who = reader.Strings("who").value_or(std::vector<std::string>());
    }
    for (const std::string& group : grant.who) CheckGroup(reader, group);
    if (const Node* on = reader.Require("on")) LoadOn(*on, grant);
    if (const Node* as = reader.Find("as")) LoadAs(*as, grant);
    if (const Node* session = reader.Find("session")) LoadSession(*session, grant);
    if (const Node* rules = reader.Require("rules")) LoadRules(*rules, grant);
    if (const Node* limits = reader.Find("limits")) LoadLimits(*limits, grant.limits);
    grant.needs_catalog = NeedsCatalog(grant, guardrails_);
    reader.Finish();
    return grant;
  }

  void CheckGroup(MapReader& reader, const std::string& name) {
    std::vector<std::string_view> names;
    for (const Group& group : groups_) names.push_back(group.name);
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    const std::string nearest = yaml::Nearest(name, names);
    reader.Error("who", "there is no group `" + name + "`" +
                            (nearest.empty() ? "" : "; did you mean `" + nearest + "`?"));
  }

  void LoadOn(const Node& node, Grant& grant) {
    MapReader reader(node, "`on`", diagnostics_);
    if (const Node* labels = reader.Find("labels")) {
      MapReader label_reader(*labels, "`labels`", diagnostics_);
      for (const Node::Entry& entry : labels->entries) {
        if (auto value = label_reader.String(entry.key)) {
          grant.labels.emplace_back(entry.key, *value);
        }
      }
    }
    if (reader.Find("connections") != nullptr)
      grant.connections = ReadPatterns(reader, "connections");
    reader.Finish();
    // `labels: {}` says as little as nothing; every connection is `connections: "*"`.
    const bool says_nothing =
        std::all_of(node.entries.begin(), node.entries.end(), [](const Node::Entry& entry) {
          return entry.value.kind == Node::Kind::kMap && entry.value.entries.empty();
        });
    if (node.kind == Node::Kind::kMap && says_nothing) {
      diagnostics_.Error(node.mark, "`on` needs `labels` or `connections`");
    }
  }

  void LoadAs(const Node& node, Grant& grant) {
    MapReader reader(node, "`as`", diagnostics_);
    if (reader.Find("role") != nullptr) grant.role_text = reader.RequireText("role");
    if (HasControl(grant.role_text) || grant.role_text.size() > kMaxNameBytes) {
      reader.Error("role", "must be printable and at most 63 bytes");
    }
    for (const std::string_view key : kLaterAs) reader.NotSupportedYet(key);
    reader.Finish();
  }

  void LoadSession(const Node& node, Grant& grant) {
    MapReader reader(node, "`session`", diagnostics_);
    grant.max_us = reader.Duration("max").value_or(kDefaultMaxUs);
    grant.idle_us = reader.Duration("idle").value_or(0);
    for (const std::string_view key : kLaterSession) reader.NotSupportedYet(key);
    reader.Finish();
  }

  // `unlimited`, or nothing, where there is no limit.
  std::optional<uint64_t> Count(MapReader& reader, std::string_view key, int64_t least) {
    const Node* node = reader.Find(key);
    if (node == nullptr || node->scalar == "unlimited") return std::nullopt;
    const auto count = reader.Integer(key, least, kMaxCount);
    return count ? std::optional<uint64_t>(static_cast<uint64_t>(*count)) : std::nullopt;
  }

  void LoadLimits(const Node& node, Limits& limits) {
    MapReader reader(node, "`limits`", diagnostics_);
    limits.rows = Count(reader, "rows", 0);
    if (const Node* bytes = reader.Find("bytes");
        bytes != nullptr && bytes->scalar != "unlimited") {
      if (const auto size = reader.Size("bytes")) limits.bytes = static_cast<uint64_t>(*size);
    }
    limits.affects_at_most = Count(reader, "affects_at_most", 0);
    limits.statement_time_us = reader.Duration("statement_time").value_or(0);
    limits.per_minute = static_cast<uint32_t>(Count(reader, "per_minute", 1).value_or(0));
    reader.Finish();
  }

  void LoadRules(const Node& node, Grant& grant) {
    if (node.kind != Node::Kind::kList || node.items.empty()) {
      return diagnostics_.Error(node.mark, "`rules` must be a list with at least one rule");
    }
    if (node.items.size() > kMaxRules) {
      return diagnostics_.Error(node.mark, "a grant has at most 1000 rules");
    }
    const size_t errors = diagnostics_.count();
    for (const Node& item : node.items) {
      MapReader reader(item, "rule", diagnostics_);
      Rule rule = ReadRule(reader, RuleKind::kOfGrant, diagnostics_);
      reader.NotSupportedYet("name");
      reader.Finish();
      rule.path = "grants/" + grant.name_text + "/rules/" + std::to_string(grant.rules.size() + 1);
      grant.rules.push_back(std::move(rule));
    }
    // Of a rule that was not understood nothing can be said.
    if (diagnostics_.count() != errors) return;
    for (size_t i = 0; i < grant.rules.size(); ++i) CheckEffect(node.items[i].mark, grant, i);
  }

  void CheckEffect(yaml::Mark mark, const Grant& grant, size_t index) {
    for (size_t i = 0; i < grant.rules.size(); ++i) {
      const std::string_view why =
          i == index ? "" : WhyIdle(grant.rules[index], grant.rules[i], i < index);
      if (why.empty()) continue;
      return diagnostics_.Error(
          mark, "this rule has no effect: " + grant.rules[i].path + std::string(why));
    }
  }

  void LoadGuardrails(const Node& node) {
    if (node.kind != Node::Kind::kList || node.items.empty()) {
      return diagnostics_.Error(node.mark,
                                "`guardrails` must be a list with at least one guardrail");
    }
    if (node.items.size() > kMaxRules) {
      return diagnostics_.Error(node.mark, "there are at most 1000 guardrails");
    }
    std::set<std::string> names;
    for (const Node& item : node.items) {
      MapReader reader(item, "guardrail", diagnostics_);
      const std::string name = reader.RequireText("name");
      if (!name.empty() && !IsName(name)) NameError(reader.Find("name")->mark, name);
      if (!name.empty() && !names.insert(name).second) {
        diagnostics_.Error(item.mark, "there are two guardrails named `" + name + "`");
      }
      Rule rule = ReadRule(reader, RuleKind::kGuardrail, diagnostics_);
      rule.path = "guardrails/" + name;
      reader.Finish();
      guardrails_.push_back(std::move(rule));
    }
  }

  void LoadDefaults(const Node& node) {
    MapReader reader(node, "`defaults`", diagnostics_);
    reader.Choice("action", {"refuse"});
    if (const Node* mode = reader.Find("mode")) {
      if (mode->scalar == "observe") {
        diagnostics_.Error(mode->mark, "`observe` is not supported yet");
      } else {
        reader.Choice("mode", {"enforce"});
      }
    }
    reader.Finish();
  }

  void NameError(yaml::Mark mark, const std::string& name) {
    diagnostics_.Error(mark,
                       "`" + name + "` is no name: use a-z, 0-9, `-` and `_`, at most 63 of them");
  }

  std::vector<Group>& groups_;
  std::vector<Rule>& guardrails_;
  std::vector<Grant>& grants_;
  yaml::Diagnostics& diagnostics_;
};

}  // namespace

std::shared_ptr<const Policy> Policy::Load(std::string_view text, yaml::Diagnostics& diagnostics) {
  const auto root = yaml::Parse(text, diagnostics);
  if (root == nullptr) return nullptr;
  std::shared_ptr<Policy> policy(new Policy);
  Loader(policy->groups_, policy->guardrails_, policy->grants_, diagnostics).Load(*root);
  if (!diagnostics.ok()) return nullptr;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  policy->version_ = base::HexEncode({reinterpret_cast<const char*>(digest), 8});
  return policy;
}

}  // namespace portreeve::policy
