// Grants of the policy file.

#include <algorithm>
#include <string>
#include <utility>

#include "policy/loading.h"
#include "policy/read_rule.h"
#include "re2/re2.h"

namespace portreeve::policy {
namespace {

using yaml::MapReader;
using yaml::Node;

// PostgreSQL cuts longer names.
constexpr size_t kMaxRoleBytes = 63;
constexpr int64_t kMaxCount = 1'000'000'000;
constexpr int64_t kDefaultMaxUs = int64_t{8} * 3600 * 1'000'000;

// Whether a statement's names can make a difference.
bool NeedsCatalog(const Grant& grant, const std::vector<Rule>& guardrails) {
  if (!guardrails.empty()) return true;
  ClassSet any;
  any.Add("any");
  const auto allows = [](const Rule& rule) { return rule.action == Action::kAllow; };
  return !std::all_of(grant.rules.begin(), grant.rules.end(), allows) ||
         !std::any_of(grant.rules.begin(), grant.rules.end(), [&any](const Rule& rule) {
           return rule.is_unconditional() && rule.classes.Includes(any);
         });
}

class GrantLoader {
 public:
  GrantLoader(const Node& node, Names& names, Loading& loading)
      : node_(node), names_(names), loading_(loading), diagnostics_(loading.diagnostics) {}

  Grant Load() {
    grant_.max_us = kDefaultMaxUs;
    MapReader reader(node_, "grant", diagnostics_);
    grant_.name_text = reader.RequireText("name");
    if (!grant_.name_text.empty()) {
      names_.Add(grant_.name_text, reader.Find("name")->mark, diagnostics_);
    }
    if (reader.Require("who") != nullptr) grant_.who = loading_.Groups(reader, "who");
    if (const Node* on = reader.Require("on")) LoadOn(*on);
    if (const Node* as = reader.Find("as")) LoadAs(*as);
    if (const Node* session = reader.Find("session")) LoadSession(*session);
    if (const Node* rules = reader.Require("rules")) LoadRules(*rules);
    if (const Node* limits = reader.Find("limits")) LoadLimits(*limits);
    grant_.needs_catalog = NeedsCatalog(grant_, loading_.contents.guardrails);
    reader.Finish();
    return std::move(grant_);
  }

 private:
  std::string Path(std::string_view part) const {
    return "grants/" + grant_.name_text + "/" + std::string(part);
  }

  void LoadOn(const Node& node) {
    MapReader reader(node, "`on`", diagnostics_);
    grant_.labels = reader.Texts("labels");
    if (reader.Find("connections") != nullptr) {
      grant_.connections = ReadPatterns(reader, "connections");
    }
    if (reader.Find("databases") != nullptr) grant_.databases = ReadPatterns(reader, "databases");
    reader.Finish();
    // `labels: {}` says as little as nothing; every connection is `connections: "*"`.
    const bool says_nothing =
        std::all_of(node.entries.begin(), node.entries.end(), [](const Node::Entry& entry) {
          return entry.value.kind == Node::Kind::kMap && entry.value.entries.empty();
        });
    if (node.kind == Node::Kind::kMap && says_nothing) {
      diagnostics_.Error(node.mark, "`on` needs `labels`, `connections` or `databases`");
    }
  }

  void CheckRole(MapReader& reader, std::string_view key, const std::string& role) {
    if (HasControl(role) || role.size() > kMaxRoleBytes) {
      reader.Error(key, "must be printable and at most 63 bytes");
    }
  }

  void LoadAs(const Node& node) {
    MapReader reader(node, "`as`", diagnostics_);
    if (reader.Find("role") != nullptr) {
      grant_.role_text = reader.RequireText("role");
      CheckRole(reader, "role", grant_.role_text);
    }
    if (const Node* ephemeral = reader.Find("ephemeral")) {
      MapReader inner(*ephemeral, "`ephemeral`", diagnostics_);
      if (inner.Require("member_of") != nullptr) {
        grant_.member_of = inner.Strings("member_of").value_or(std::vector<std::string>());
      }
      for (const std::string& role : grant_.member_of) CheckRole(inner, "member_of", role);
      inner.Finish();
      if (reader.Find("role") != nullptr) {
        reader.Error("ephemeral", "stands instead of `role`, not beside it");
      }
      loading_.NotEnforcedYet(reader, "ephemeral", Path("as/ephemeral"));
    }
    reader.Finish();
  }

  void LoadReason(MapReader& reader) {
    if (reader.Find("reason") == nullptr) return;
    grant_.reason = reader.RequireText("reason");
    if (grant_.reason.size() > kMaxPatternBytes) {
      reader.Error("reason", "a pattern has at most 256 bytes");
    } else {
      const re2::RE2 expression(grant_.reason, re2::RE2::Quiet);
      if (!expression.ok()) {
        reader.Error("reason", "is no regular expression: " + expression.error());
      }
    }
    loading_.NotEnforcedYet(reader, "reason", Path("session/reason"));
  }

  void LoadSession(const Node& node) {
    MapReader reader(node, "`session`", diagnostics_);
    grant_.max_us = reader.Duration("max").value_or(kDefaultMaxUs);
    grant_.idle_us = reader.Duration("idle").value_or(0);
    if (reader.Find("window") != nullptr) {
      grant_.window_name = reader.RequireText("window");
      if (loading_.windows.Refer(grant_.window_name, "window", reader, diagnostics_)) {
        grant_.window = WindowNamed(grant_.window_name);
      }
    }
    if (reader.Find("approval") != nullptr) {
      grant_.approval = reader.RequireText("approval");
      loading_.approvals.Refer(grant_.approval, "approval", reader, diagnostics_);
      loading_.NotEnforcedYet(reader, "approval", Path("session/approval"));
    }
    LoadReason(reader);
    reader.Finish();
  }

  std::optional<Window> WindowNamed(const std::string& name) const {
    for (const NamedWindow& entry : loading_.contents.windows) {
      if (entry.name == name) return entry.window;
    }
    return std::nullopt;
  }

  // `unlimited`, or nothing, where there is no limit.
  std::optional<uint64_t> Count(MapReader& reader, std::string_view key, int64_t least) {
    const Node* node = reader.Find(key);
    if (node == nullptr || node->scalar == "unlimited") return std::nullopt;
    const auto count = reader.Integer(key, least, kMaxCount);
    return count ? std::optional<uint64_t>(static_cast<uint64_t>(*count)) : std::nullopt;
  }

  void LoadLimits(const Node& node) {
    Limits& limits = grant_.limits;
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

  void LoadRules(const Node& node) {
    if (node.kind != Node::Kind::kList || node.items.empty()) {
      return diagnostics_.Error(node.mark, "`rules` must be a list with at least one rule");
    }
    if (node.items.size() > kMaxRules) {
      return diagnostics_.Error(node.mark, "a grant has at most 1000 rules");
    }
    const size_t errors = diagnostics_.count();
    Names names("rule");
    for (const Node& item : node.items) {
      MapReader reader(item, "rule", diagnostics_);
      std::string name = std::to_string(grant_.rules.size() + 1);
      if (reader.Find("name") != nullptr) {
        name = reader.RequireText("name");
        if (!name.empty()) names.Add(name, reader.Find("name")->mark, diagnostics_);
        // It would read as the number of a rule without a name.
        if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos) {
          reader.Error("name", "must not be a number");
        }
      }
      Rule rule = ReadRule(reader, RuleKind::kOfGrant, loading_);
      reader.Finish();
      rule.path = Path("rules/" + name);
      grant_.rules.push_back(std::move(rule));
    }
    // Of a rule that was not understood nothing can be said.
    if (diagnostics_.count() != errors) return;
    for (size_t i = 0; i < grant_.rules.size(); ++i) CheckEffect(node.items[i].mark, i);
    const auto gives = [](const Rule& rule) { return rule.action != Action::kRefuse; };
    if (std::none_of(grant_.rules.begin(), grant_.rules.end(), gives)) {
      diagnostics_.Warning(node.mark, "the grant allows nothing");
    }
  }

  void CheckEffect(yaml::Mark mark, size_t index) {
    if (loading_.IsIdle(grant_.rules, index, mark)) return;
    // A guardrail may stand there for some time only.
    for (const Rule& guardrail : loading_.contents.guardrails) {
      const std::string_view why = loading_.effects.WhyIdle(grant_.rules[index], guardrail, true);
      if (why.empty()) continue;
      return diagnostics_.Warning(mark, kNoEffect + guardrail.path + std::string(why));
    }
  }

  const Node& node_;
  Names& names_;
  Loading& loading_;
  yaml::Diagnostics& diagnostics_;
  Grant grant_;
};

}  // namespace

void LoadGrants(const Node& node, Loading& loading) {
  if (node.kind != Node::Kind::kList || node.items.empty()) {
    return loading.diagnostics.Error(node.mark, "`grants` must be a list with at least one grant");
  }
  Names names("grant");
  for (const Node& item : node.items) {
    loading.contents.grants.push_back(GrantLoader(item, names, loading).Load());
  }
}

}  // namespace portreeve::policy
