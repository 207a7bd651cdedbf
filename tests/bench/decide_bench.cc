// How long a decision takes: from the text to what the policy says of it, cold and from the cache.
// Not part of the default build: cmake --build --preset release --target decide_bench.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "base/check.h"
#include "catalog/resolve.h"
#include "policy/policy.h"
#include "session/decider.h"
#include "session/decision_cache.h"
#include "yaml/diagnostics.h"

namespace portreeve::session {
namespace {

constexpr char kPgbench[] = "SELECT abalance FROM pgbench_accounts WHERE aid = 4711";
// 370 bytes, as an ORM writes them.
constexpr char kJoin[] =
    "SELECT \"orders\".\"id\", \"orders\".\"placed_at\", \"customers\".\"name\", "
    "sum(\"lines\".\"quantity\" * \"lines\".\"price\") AS \"total\" FROM \"orders\" "
    "INNER JOIN \"customers\" ON \"customers\".\"id\" = \"orders\".\"customer_id\" "
    "LEFT JOIN \"lines\" ON \"lines\".\"order_id\" = \"orders\".\"id\" "
    "WHERE \"customers\".\"region\" = 'north' AND \"orders\".\"status\" <> 'void' GROUP BY 1, 2, 3 "
    "ORDER BY 4 DESC LIMIT 50";

constexpr char kPolicy[] = R"(version: 1
groups: { all: { claim: sub, any_of: ["*"] } }
grants:
  - name: read
    who: [all]
    on: { connections: ["*"] }
    rules:
      - { class: [ddl, role], action: refuse }
      - { class: read, action: allow }
)";

catalog::Relation Table(const std::string& name, catalog::Oid oid,
                        const std::vector<std::string>& columns) {
  catalog::Relation relation;
  relation.oid = oid;
  relation.schema = "public";
  relation.name = name;
  for (const std::string& column : columns) {
    relation.columns.push_back({static_cast<int16_t>(relation.columns.size() + 1), column, 23});
  }
  return relation;
}

catalog::NameSpace Names() {
  catalog::SnapshotParts parts;
  parts.login_role = "app";
  parts.default_search_path = "\"$user\", public";
  parts.schemas = {"public", "hr", "pg_catalog"};
  parts.relations = {Table("pgbench_accounts", 20'001, {"aid", "bid", "abalance", "filler"}),
                     Table("orders", 20'002, {"id", "placed_at", "customer_id", "status"}),
                     Table("customers", 20'003, {"id", "name", "region"}),
                     Table("lines", 20'004, {"id", "order_id", "quantity", "price"})};
  for (catalog::Oid i = 0; i < 2'000; ++i) {
    parts.relations.push_back(Table("other_" + std::to_string(i), 30'000 + i, {"id", "value"}));
  }
  for (const char* arguments : {"integer", "bigint", "numeric", "real", "money"}) {
    catalog::Function sum;
    sum.oid = 2'100 + static_cast<catalog::Oid>(parts.functions.size());
    sum.schema = "pg_catalog";
    sum.name = "sum";
    sum.arguments = arguments;
    sum.min_arguments = sum.max_arguments = 1;
    sum.kind = 'a';
    sum.volatility = catalog::Volatility::kImmutable;
    sum.language = "internal";
    parts.functions.push_back(std::move(sum));
  }
  catalog::NameSpace names;
  names.snapshot = catalog::Snapshot::Make(std::move(parts));
  names.role = "app";
  names.search_paths = {"\"$user\", public"};
  return names;
}

struct Bench {
  Bench() : decider(TheStanding(), {"orders", {}, "db"}, sql::Limits{}, cache, stock) {
    decider.set_names(Names());
  }

  Standing TheStanding() {
    yaml::Diagnostics diagnostics("policy.yaml");
    policy = policy::Policy::Load(kPolicy, diagnostics);
    PORTREEVE_CHECK(policy != nullptr);
    return {policy, &policy->grants().front()};
  }

  std::shared_ptr<const policy::Policy> policy;
  DecisionCache cache;
  MaskStock stock{mask::HashKey::FromSecret("bench")};
  Decider decider;
};

void Cold(benchmark::State& state, const char* text) {
  Bench bench;
  const catalog::NameSpace names = Names();
  const policy::Grant& grant = bench.policy->grants().front();
  for (auto _ : state) {
    const sql::Facts facts = sql::Analyse(text, {}, {});
    const auto findings = catalog::Resolve(facts, names);
    auto decision = bench.policy->Decide(grant, facts, findings);
    if (decision.action != policy::Action::kAllow) state.SkipWithError("it is refused");
    benchmark::DoNotOptimize(decision);
  }
}

void Cached(benchmark::State& state, const char* text) {
  Bench bench;
  bench.decider.Examine(text, {});
  for (auto _ : state) {
    auto statement = bench.decider.Examine(text, {});
    benchmark::DoNotOptimize(statement);
  }
}

BENCHMARK_CAPTURE(Cold, pgbench_select, kPgbench);
BENCHMARK_CAPTURE(Cold, orm_join, kJoin);
BENCHMARK_CAPTURE(Cached, pgbench_select, kPgbench);
BENCHMARK_CAPTURE(Cached, orm_join, kJoin);

}  // namespace
}  // namespace portreeve::session

BENCHMARK_MAIN();
