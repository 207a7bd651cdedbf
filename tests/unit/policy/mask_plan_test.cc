// From the text of a statement to what of its result is masked, or why it is refused.

#include "policy/mask_plan.h"

#include "policies.h"
#include "unit/lineage/shop.h"

namespace portreeve::policy {
namespace {

using Catch::Matchers::Contains;

constexpr const char* kMasks = R"(masks:
  - { name: ssn, columns: ["public.customers.ssn"], with: redact }
  - { name: email, columns: ["*.customers.email"], with: partial_email, use: searchable }
  - { name: pay, columns: ["hr.people.salary"], with: null_value, use: aggregatable, min_group: 3 }
  - { name: note, columns: ["public.orders.note"], with: hash, use: open }
)";

class Asked {
 public:
  explicit Asked(const std::string& masks = kMasks, const std::string& more = "")
      : policy_(Valid(With("grants:", masks + more + "\ngrants:"))),
        snapshot_(catalog::Snapshot::Make(lineage::ShopParts())),
        columns_(std::make_shared<const MaskedColumns>(MasksFor(policy_, {}, {"orders", {}}),
                                                       snapshot_)) {}

  std::vector<MaskRuling> All(std::string_view sql,
                              std::vector<sql::MadeRelation> made = {}) const {
    const catalog::NameSpace names{snapshot_, "reader", {"public"}, std::move(made)};
    const sql::Facts facts = sql::Analyse(sql, {}, {});
    const auto findings = catalog::Resolve(facts, names);
    return RuleOnMasks({sql, {}, {}, facts, findings, names}, columns_);
  }
  // "clean", "refused by RULE: MESSAGE", or the masks of the columns: "-,ssn".
  std::string Says(std::string_view sql) const {
    const auto rulings = All(sql);
    REQUIRE(rulings.size() == 1);
    if (!rulings[0].rule.empty()) {
      return "refused by " + std::string(rulings[0].rule) + ": " + rulings[0].refusal.message;
    }
    if (rulings[0].plan == nullptr) return "untouched";
    std::string said;
    for (const MaskPlan::Output& output : rulings[0].plan->outputs) {
      said += (said.empty() ? "" : ",") + (output.mask == nullptr ? "-" : output.mask->name);
    }
    return said;
  }
  const MaskedColumns& columns() const { return *columns_; }

 private:
  std::shared_ptr<const Policy> policy_;
  std::shared_ptr<const catalog::Snapshot> snapshot_;
  std::shared_ptr<const MaskedColumns> columns_;
};

TEST_CASE("each column of a result has the mask of the column that it shows") {
  const Asked asked;
  CHECK(asked.Says("SELECT id, ssn, email FROM customers") == "-,ssn,email");
  CHECK(asked.Says("SELECT * FROM customers") == "-,-,email,ssn,-");
  CHECK(asked.Says("SELECT c.ssn AS id FROM public.customers c") == "ssn");
  CHECK(asked.Says("WITH w AS (SELECT ssn s FROM customers) SELECT s, 1 FROM w") == "ssn,-");
  CHECK(asked.Says("SELECT ssn FROM customers UNION ALL SELECT 'x'") == "ssn");
  CHECK(asked.Says("UPDATE customers SET name = 'x' WHERE id = 1 RETURNING ssn, id") == "ssn,-");
  CHECK(asked.Says("PREPARE p AS SELECT ssn FROM customers") == "ssn");
  CHECK(asked.Says("COPY customers (id, ssn) TO STDOUT") == "-,ssn");
}

TEST_CASE("a column that shows several masked ones becomes NULL") {
  const Asked asked;
  CHECK(asked.Says("SELECT ssn FROM customers UNION ALL SELECT email FROM customers") ==
        "several masks");
}

TEST_CASE("what touches nothing masked is not looked at") {
  const Asked asked;
  for (const char* sql : {"SELECT 1", "SELECT id FROM items", "SELECT now()", "BEGIN",
                          "INSERT INTO items VALUES (1, 'a', 2)", "SHOW work_mem"}) {
    INFO(sql);
    CHECK_THAT(asked.Says(sql), !Contains("refused"));
  }
  CHECK(asked.Says("SELECT sku FROM items") == "untouched");
  CHECK(asked.Says("SELECT name FROM customers WHERE id = 1") == "-");
}

TEST_CASE("a use is allowed by the class of the mask, and refused by the column's name otherwise") {
  const Asked asked;
  CHECK_THAT(asked.Says("SELECT id FROM customers WHERE ssn = '1'"),
             Contains("refused by masks/ssn: column public.customers.ssn is masked"));
  CHECK(asked.Says("SELECT id FROM customers WHERE email = 'a@b.c'") == "-");
  CHECK(asked.Says("SELECT count(email) FROM customers WHERE email IS NOT NULL") == "-");
  for (const char* sql :
       {"SELECT id FROM customers WHERE email LIKE 'a%'", "SELECT lower(email) FROM customers",
        "SELECT id FROM customers ORDER BY email", "SELECT DISTINCT email FROM customers",
        "SELECT min(email) FROM customers", "SELECT c FROM customers c",
        "SELECT id FROM customers WHERE email = name"}) {
    INFO(sql);
    CHECK_THAT(asked.Says(sql), Contains("refused by masks/"));
  }
  // With `open`, what is computed is masked whole.
  CHECK(asked.Says("SELECT upper(note) FROM orders ORDER BY note") == "note");
}

TEST_CASE("what is looked for is counted, and what cannot be counted is refused") {
  const Asked asked;
  const auto searches = [&](const std::string& sql) {
    const auto rulings = asked.All(sql);
    REQUIRE(rulings.size() == 1);
    INFO(sql);
    CHECK(rulings[0].rule.empty());
    uint64_t constants = 0;
    for (const MaskPlan::Search& search : rulings[0].plan->searches) {
      CHECK(search.mask->name == "email");
      constants += search.constants;
    }
    return constants;
  };
  CHECK(searches("SELECT id FROM customers") == 0);
  CHECK(searches("SELECT id FROM customers WHERE email IS NULL") == 0);
  CHECK(searches("SELECT id FROM customers WHERE email = 'a'") == 1);
  CHECK(searches("SELECT count(*) FROM customers WHERE $1 = email AND email = 'b'") == 2);
  CHECK(searches("SELECT id FROM customers WHERE email IN ('a', $1, 'c'::text)") == 3);
  CHECK(searches("SELECT id FROM customers WHERE email = ANY (ARRAY['a', 'b'])") == 2);
  CHECK(searches("EXPLAIN ANALYZE SELECT id FROM customers WHERE email = 'a'") == 1);
  CHECK(searches("DELETE FROM customers WHERE email = 'a'") == 1);
  CHECK(searches("SELECT 1 FROM customers a, customers b WHERE a.email = 'a' AND b.email = 'b'") ==
        2);
  for (const char* array : {"$1", "'{a,b}'", "'{a,b}'::text[]", "ARRAY['{a,b}'::text[]]"}) {
    INFO(array);
    CHECK_THAT(
        asked.Says("SELECT id FROM customers WHERE email = ANY (" + std::string(array) + ")"),
        Contains("cannot be counted"));
  }
  const Asked free(
      "masks: [{ name: email, columns: '*.customers.email', with: hash, "
      "use: searchable, searches: unlimited }]\n");
  CHECK_THAT(free.Says("SELECT id FROM customers WHERE email = ANY ($1)"), !Contains("refused"));
}

TEST_CASE("sums and averages need a floor for the size of their groups") {
  const Asked asked;
  CHECK_THAT(asked.Says("SELECT avg(salary) FROM hr.people"), Contains("its groups are too small"));
  CHECK_THAT(asked.Says("SELECT avg(salary) FROM hr.people HAVING count(salary) >= 2"),
             Contains("its groups are too small"));
  CHECK(asked.Says("SELECT avg(salary) FROM hr.people HAVING count(salary) >= 3") == "-");
  CHECK(asked.Says("SELECT manager_id, sum(salary) FROM hr.people GROUP BY manager_id "
                   "HAVING count(salary) > 2") == "-,-");
  CHECK_THAT(asked.Says("SELECT max(salary) FROM hr.people HAVING count(salary) >= 3"),
             Contains("refused by masks/pay"));
}

TEST_CASE("a copy of masked values into a relation is refused whatever the class of use") {
  const Asked asked;
  for (const char* sql :
       {"INSERT INTO items (sku) SELECT note FROM orders",
        "CREATE TABLE t AS SELECT note FROM orders", "UPDATE items SET sku = note FROM orders",
        "SELECT note INTO t FROM orders", "CREATE VIEW v AS SELECT note FROM orders",
        "COPY orders TO '/x'", "COPY orders TO PROGRAM 'x'"}) {
    INFO(sql);
    CHECK_THAT(asked.Says(sql), Contains("refused by masks"));
  }
}

TEST_CASE("code is not made, called or run unless it is trusted") {
  const Asked asked;
  for (const char* sql : {"DO 'BEGIN END'", "SELECT nowhere(1)", "SELECT pg_read_file('x')",
                          "SELECT query_to_xml('SELECT 1', true, true, '')",
                          "SELECT * FROM pg_stat_get_activity(NULL)",
                          "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                          "CREATE FOREIGN TABLE t (a int) SERVER s"}) {
    INFO(sql);
    CHECK_THAT(asked.Says(sql), Contains("refused by masks"));
  }
  for (const char* sql :
       {"SELECT pg_sleep(0)", "SELECT nextval('s')", "SELECT pg_notify('a', 'b')"}) {
    INFO(sql);
    CHECK_THAT(asked.Says(sql), !Contains("refused"));
  }
  const Asked trusting(kMasks, "trusted_functions: ['*']\n");
  CHECK_THAT(trusting.Says("DO 'BEGIN END'"), !Contains("refused"));
  CHECK_THAT(trusting.Says("CREATE FOREIGN TABLE t (a int) SERVER s"), !Contains("refused"));
}

TEST_CASE("a function that is trusted gives out what it is given, and nothing else") {
  const Asked trusting(kMasks, "trusted_functions: ['public.leak(*)']\n");
  CHECK(trusting.Says("SELECT email, public.leak(name) FROM customers") == "email,-");
  CHECK_THAT(trusting.Says("SELECT public.leak(email) FROM customers"),
             Contains("refused by masks/email"));
}

TEST_CASE(
    "a relation that nobody knows may be anything, but one that the session made is its own") {
  const Asked asked;
  CHECK_THAT(asked.Says("SELECT * FROM nowhere"), Contains("is not known to the gateway"));
  const auto made = asked.All("SELECT * FROM mine", {{"", "mine", true}});
  CHECK(made[0].rule.empty());
  const auto both = asked.All("CREATE TEMP TABLE mine (a int); SELECT * FROM mine");
  CHECK(both[1].rule.empty());
}

TEST_CASE("the statements of a text are ruled on one by one") {
  const Asked asked;
  const auto rulings =
      asked.All("SELECT ssn FROM customers; SELECT upper(ssn) FROM customers; SELECT 1");
  REQUIRE(rulings.size() == 3);
  CHECK(rulings[0].plan->masks);
  CHECK(rulings[1].rule == "masks/ssn");
  CHECK(rulings[2].plan == nullptr);
}

TEST_CASE("values and statements that PostgreSQL itself repeats are masked as well") {
  const Asked asked;
  CHECK(asked.Says("SELECT attname, most_common_vals FROM pg_stats") == "-,statistics");
  CHECK(asked.Says("SELECT pid, query FROM pg_stat_activity") == "-,statistics");
  CHECK(asked.Says("SELECT histogram_bounds::text FROM pg_stats") == "statistics");
  CHECK(asked.Says("SELECT CASE WHEN histogram_bounds::text > 'x' THEN 1 END FROM pg_stats") ==
        "statistics");
  CHECK(asked.Says("SELECT v FROM (SELECT max(stavalues1::text) AS v FROM pg_statistic) s") ==
        "statistics");
  for (const char* refused :
       {"SELECT attname FROM pg_stats WHERE histogram_bounds::text > 'x'",
        "SELECT 1 FROM (SELECT histogram_bounds::text AS v FROM pg_stats) s WHERE v > 'x'",
        "SELECT starelid FROM pg_statistic ORDER BY upper(stavalues1::text)",
        "SELECT count(*) FROM pg_stats GROUP BY histogram_bounds::text",
        "SELECT count(*) FILTER (WHERE stavalues1::text > 'x') FROM pg_statistic",
        "SELECT s FROM pg_stats s", "CREATE TEMP TABLE t AS SELECT stavalues1 FROM pg_statistic"}) {
    CHECK_THAT(asked.Says(refused), Contains("refused"));
  }
}

TEST_CASE("a result's description is known by the numbers of its columns") {
  const Asked asked;
  CHECK(asked.columns().OfField(20001, 4).mask != nullptr);
  CHECK(asked.columns().OfField(20001, 0).mask != nullptr);
  CHECK(asked.columns().OfField(20001, 1).known);
  CHECK(asked.columns().OfField(20001, 1).mask == nullptr);
  CHECK_FALSE(asked.columns().OfField(20001, 99).known);
  CHECK_FALSE(asked.columns().OfField(999999, 1).known);
}

}  // namespace
}  // namespace portreeve::policy
