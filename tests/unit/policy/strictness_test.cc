// No combination of rules lets a statement pass whose class no allow rule names: every pair of
// rules with every kind of statement, held against a reading of the rules by their words alone.

#include <algorithm>
#include <string>
#include <utility>

#include "policies.h"

namespace portreeve::policy {
namespace {

struct Words {
  std::vector<std::string_view> names;
  Action action;

  bool Has(std::string_view name) const {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
};

Rule ToRule(const Words& words, int number) {
  Rule rule;
  for (const std::string_view name : words.names) REQUIRE(rule.classes.Add(name));
  rule.action = words.action;
  if (rule.action == Action::kHold) rule.approval = "peer";
  rule.path = "rules/" + std::to_string(number);
  return rule;
}

struct Kind {
  sql::StatementClass statement_class;
  sql::SubClass sub_class;
  bool housekeeping;
};

// `ddl`, `role` and `unknown` are names of classes; the sub-classes of the same name go with them.
bool IsClass(std::string_view name) {
  for (size_t i = 0; i < kClasses; ++i) {
    if (name == sql::Name(static_cast<sql::StatementClass>(i))) return true;
  }
  return false;
}

bool NamesIt(const Words& words, const Kind& kind) {
  const std::string_view finer = sql::Name(kind.sub_class);
  return words.Has(sql::Name(kind.statement_class)) || (!IsClass(finer) && words.Has(finer));
}

// What the documents promise, word by word.
Action Promised(const std::vector<Words>& rules, const Kind& kind) {
  const bool understood = kind.statement_class != sql::StatementClass::kUnknown &&
                          kind.sub_class != sql::SubClass::kFunctionCall;
  Action given = kind.housekeeping ? Action::kAllow : Action::kRefuse;
  Action strictest = Action::kAllow;
  for (const Words& rule : rules) {
    const bool by_any = understood && rule.Has("any");
    if (rule.action != Action::kRefuse && (NamesIt(rule, kind) || by_any)) {
      given = std::min(given, rule.action);
    }
    if (rule.action != Action::kAllow && (NamesIt(rule, kind) || (by_any && !kind.housekeeping))) {
      strictest = std::max(strictest, rule.action);
    }
  }
  return std::max(given, strictest);
}

std::vector<Kind> AllKinds() {
  std::vector<Kind> kinds;
  for (size_t c = 0; c < kClasses; ++c) {
    for (size_t s = 0; s < kSubClasses; ++s) {
      const auto statement_class = static_cast<sql::StatementClass>(c);
      const auto sub_class = static_cast<sql::SubClass>(s);
      kinds.push_back({statement_class, sub_class, false});
      if (statement_class == sql::StatementClass::kMisc) {
        kinds.push_back({statement_class, sub_class, true});
      }
    }
  }
  return kinds;
}

int Compare(const Policy& policy, const std::vector<Words>& rules, const std::vector<Kind>& kinds) {
  Grant grant;
  grant.name_text = "g";
  int number = 0;
  for (const Words& words : rules) grant.rules.push_back(ToRule(words, ++number));
  int wrong = 0;
  sql::Facts facts;
  facts.statements.resize(1);
  for (const Kind& kind : kinds) {
    sql::StatementFacts& statement = facts.statements.front();
    statement.statement_class = kind.statement_class;
    statement.sub_class = kind.sub_class;
    statement.housekeeping = kind.housekeeping;
    const Action action = policy.Decide(grant, facts, FindingsOfParser(facts)).action;
    if (action == Promised(rules, kind)) continue;
    ++wrong;
    UNSCOPED_INFO(sql::Name(kind.statement_class) << "/" << sql::Name(kind.sub_class));
  }
  return wrong;
}

// With all pairs of names: in every order.
constexpr std::pair<Action, Action> kPairs[] = {
    {Action::kAllow, Action::kAllow},  {Action::kAllow, Action::kHold},
    {Action::kRefuse, Action::kAllow}, {Action::kHold, Action::kHold},
    {Action::kHold, Action::kRefuse},  {Action::kRefuse, Action::kRefuse}};

TEST_CASE("no pair of rules lets a statement pass whose class no allow rule names") {
  const auto policy = WithRules({"{ class: read, action: allow }"});
  const std::vector<Kind> kinds = AllKinds();
  const std::vector<std::string_view> names = ClassSet::AllNames();
  for (const std::string_view first : names) {
    for (const std::string_view second : names) {
      for (const auto& [one, other] : kPairs) {
        const std::vector<Words> rules = {{{first}, one}, {{second}, other}};
        if (Compare(*policy, rules, kinds) == 0) continue;
        FAIL(first << " and " << second);
      }
    }
  }
}

TEST_CASE("no longer list of rules lets more pass than its words say") {
  const auto policy = WithRules({"{ class: read, action: allow }"});
  const std::vector<Kind> kinds = AllKinds();
  const std::vector<std::string_view> names = ClassSet::AllNames();
  uint64_t state = 42;  // The same lists in every run.
  const auto next = [&state](uint64_t below) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return (state >> 33) % below;
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<Words> rules(1 + next(6));
    for (Words& words : rules) {
      words.action = Action(next(3));
      for (uint64_t i = next(4) + 1; i > 0; --i) words.names.push_back(names[next(names.size())]);
    }
    REQUIRE(Compare(*policy, rules, kinds) == 0);
  }
}

TEST_CASE("of several statements the strictest decision stands, whatever their order") {
  const auto policy = WithRules({"{ class: [read, insert], action: allow }"});
  const Grant& grant = policy->grants().front();
  const Kind allowed[] = {{sql::StatementClass::kRead, sql::SubClass::kSelect, false},
                          {sql::StatementClass::kWrite, sql::SubClass::kInsert, false},
                          {sql::StatementClass::kMisc, sql::SubClass::kTransaction, true}};
  for (size_t place = 0; place < 4; ++place) {
    for (const Kind& stranger : AllKinds()) {
      sql::Facts facts;
      for (size_t i = 0; i < 4; ++i) {
        const Kind& kind = i == place ? stranger : allowed[i % 3];
        sql::StatementFacts& statement = facts.statements.emplace_back();
        statement.statement_class = kind.statement_class;
        statement.sub_class = kind.sub_class;
        statement.housekeeping = kind.housekeeping;
      }
      const bool passes =
          policy->Decide(grant, facts, FindingsOfParser(facts)).action == Action::kAllow;
      const bool may = stranger.housekeeping ||
                       stranger.statement_class == sql::StatementClass::kRead ||
                       stranger.sub_class == sql::SubClass::kInsert;
      REQUIRE(passes == may);
    }
  }
}

TEST_CASE("every name that the loader offers is a class, and no other is") {
  for (const std::string_view name : ClassSet::AllNames()) {
    ClassSet classes;
    CHECK(classes.Add(name));
  }
  for (const char* name : {"", "ANY", "read ", "selects", "*"}) {
    ClassSet classes;
    CHECK_FALSE(classes.Add(name));
  }
}

}  // namespace
}  // namespace portreeve::policy
