#include "unit/lineage/traced.h"

namespace portreeve::lineage {
namespace {

TEST_CASE("changes give out what RETURNING names") {
  CheckRows({
      {"INSERT INTO customers (email) VALUES ($1) RETURNING id, email",
       {"id: =customers.id", "email: =customers.email"}},
      {"INSERT INTO customers (email) VALUES ($1) ON CONFLICT (id) DO UPDATE "
       "SET email = excluded.email",
       {"use equality customers.id"}},
      {"INSERT INTO orders (note) SELECT email FROM customers RETURNING note",
       {"note: =orders.note ~copy into a relation customers.email",
        "use copy into a relation customers.email"}},
      {"UPDATE orders SET note = c.email FROM customers c WHERE c.id = orders.customer_id "
       "RETURNING orders.id, c.name",
       {"id: =orders.id ~copy into a relation customers.email",
        "name: =customers.name ~copy into a relation customers.email", "use condition customers.id",
        "use condition orders.customer_id", "use copy into a relation customers.email"}},
      {"DELETE FROM orders USING customers c WHERE c.ssn = '1' RETURNING *",
       {"id: =orders.id", "customer_id: =orders.customer_id", "total: =orders.total",
        "note: =orders.note", "placed: =orders.placed", "id: =customers.id",
        "name: =customers.name", "email: =customers.email", "ssn: =customers.ssn",
        "region: =customers.region", "use equality customers.ssn"}},
      {"WITH d AS (DELETE FROM customers RETURNING email AS e) SELECT e FROM d",
       {"e: =customers.email"}},
      {"MERGE INTO orders o USING customers c ON c.id = o.customer_id "
       "WHEN MATCHED AND c.region = 'x' THEN UPDATE SET note = c.email "
       "WHEN NOT MATCHED THEN INSERT (id) VALUES (c.id)",
       {"use condition customers.id", "use condition orders.customer_id",
        "use copy into a relation customers.email", "use copy into a relation customers.id",
        "use equality customers.region"}},
  });
}

TEST_CASE("copies, cursors and prepared statements are followed into what they give") {
  CheckRows({
      {"COPY customers (id, email) TO STDOUT", {"id: =customers.id", "email: =customers.email"}},
      {"COPY items TO STDOUT",
       {"order_id: =items.order_id", "sku: =items.sku", "quantity: =items.quantity"}},
      {"COPY (SELECT email FROM customers) TO STDOUT", {"email: =customers.email"}},
      {"COPY customers FROM STDIN", {}},
      {"PREPARE p AS SELECT email FROM customers WHERE id = $1",
       {"email: =customers.email", "use equality customers.id"}},
      {"DECLARE c CURSOR FOR SELECT email FROM customers", {"email: =customers.email"}},
      {"EXPLAIN SELECT email FROM customers WHERE ssn = '1'",
       {"QUERY PLAN:", "use equality customers.ssn"}},
      {"CREATE TABLE t AS SELECT email FROM customers",
       {"use copy into a relation customers.email"}},
      {"SELECT email INTO t FROM customers", {"use copy into a relation customers.email"}},
      {"CREATE VIEW v AS SELECT email FROM customers",
       {"use copy into a relation customers.email"}},
      {"SET search_path = public", {}},
      {"SHOW server_version", {":"}},
  });
}

TEST_CASE("definitions keep what they make of columns") {
  CheckRows({
      {"CREATE INDEX ON customers (email, lower(ssn)) WHERE region = 'x'",
       {"use copy into a relation customers.email", "use copy into a relation customers.region",
        "use copy into a relation customers.ssn"}},
      {"ALTER TABLE customers ADD shout text GENERATED ALWAYS AS (upper(email)) STORED",
       {"use copy into a relation customers.email"}},
      {"ALTER TABLE customers ALTER name TYPE text USING ssn",
       {"use copy into a relation customers.ssn"}},
      {"ALTER TABLE customers DROP name", {}},
      {"ALTER SEQUENCE nowhere RESTART", {}},
      {"CREATE TABLE t (a int CHECK (a > 1), b text)", {}},
      {"CREATE RULE r AS ON INSERT TO orders DO ALSO SELECT 1",
       {"unknown: what it defines is not followed"}},
      {"CREATE TABLE t PARTITION OF orders FOR VALUES FROM (MINVALUE) TO (5)", {}},
  });
}

TEST_CASE("an aggregate has a floor if each group of its level is counted") {
  const auto floors = [](std::string_view sql) {
    Lines lines;
    for (const std::string& line : Traced(sql)) {
      if (line.starts_with("floor")) lines.push_back(line);
    }
    return lines;
  };
  const std::string query = "SELECT avg(salary) FROM hr.people GROUP BY manager_id HAVING ";
  const Lines five = {"floor hr.people.salary 5"};
  CHECK(floors(query + "count(salary) >= 5") == five);
  CHECK(floors(query + "count(salary) > 4 AND min(id) > 0") == five);
  CHECK(floors("SELECT sum(p.salary) FROM hr.people p HAVING count(p.salary) >= 5") == five);
  CHECK(floors(query + "count(*) >= 5").empty());
  CHECK(floors(query + "count(id) >= 5").empty());
  CHECK(floors(query + "count(DISTINCT salary) >= 5").empty());
  CHECK(floors(query + "count(salary) >= 5 OR true").empty());
  CHECK(floors(query + "count(salary) FILTER (WHERE true) >= 5").empty());
  CHECK(floors("SELECT avg(salary) FROM hr.people, generate_series(1, 5) HAVING count(salary) > 4")
            .empty());
  CHECK(floors("WITH people AS (SELECT * FROM hr.people UNION ALL SELECT * FROM hr.people) "
               "SELECT avg(salary) FROM people HAVING count(salary) >= 5")
            .empty());
  CHECK(floors(query + "count(salary) >= 5 UNION SELECT avg(salary) FROM hr.people").empty());
  CHECK(floors(query + "count(salary) >= 5 UNION " + query + "count(salary) >= 9") == five);
}

TEST_CASE("an aggregate of chosen rows or in a window is no aggregate of its group") {
  CheckRows({
      {"SELECT sum(salary) FILTER (WHERE id = 5) FROM hr.people",
       {"sum: ~expression hr.people.salary", "use condition hr.people.id",
        "use expression hr.people.salary"}},
      {"SELECT sum(salary) OVER (ORDER BY id) FROM hr.people",
       {"sum: ~expression hr.people.salary", "use expression hr.people.salary",
        "use ordering hr.people.id"}},
  });
}

TEST_CASE("a change of what has rules may answer with anything") {
  catalog::SnapshotParts parts = ShopParts();
  parts.relations.push_back(MakeTable(40000, "public", "ruled", "id"));
  parts.relations.back().reaches = {20001};
  parts.relations.push_back(MakeView(40001, "plain", "id", "SELECT items.sku FROM public.items"));
  parts.relations.push_back(
      MakeView(40002, "replaced", "id", "SELECT items.sku FROM public.items"));
  parts.relations.back().reaches = {20001};
  catalog::NameSpace names = InShop();
  names.snapshot = catalog::Snapshot::Make(std::move(parts));
  CHECK(Traced("DELETE FROM ruled", names) == Lines{"unknown: public.ruled has rules"});
  CHECK(Traced("INSERT INTO ruled VALUES (1)", names) == Lines{"unknown: public.ruled has rules"});
  CHECK(Traced("SELECT id FROM ruled", names) == Lines{"id: =ruled.id"});
  CHECK(Traced("UPDATE plain SET id = 'x' RETURNING id", names) ==
        Lines{"id: =items.sku =plain.id"});
  CHECK(Traced("DELETE FROM replaced", names) == Lines{"unknown: public.replaced has rules"});
}

TEST_CASE("what is made of counts and averages says no more than they do") {
  CheckRows({
      {"SELECT region, count(email) AS n FROM customers GROUP BY region ORDER BY n DESC",
       {"region: =customers.region", "n: ~count customers.email", "use count customers.email",
        "use grouping customers.region"}},
      {"SELECT n + 1 AS m FROM (SELECT count(email) AS n FROM customers) s WHERE n > 2",
       {"m: ~count customers.email", "use count customers.email"}},
      {"SELECT manager_id FROM hr.people GROUP BY 1 HAVING avg(salary) > 5 "
       "AND count(salary) >= 5 ORDER BY sum(salary)",
       {"manager_id: =hr.people.manager_id", "floor hr.people.salary 5",
        "use aggregate hr.people.salary", "use count hr.people.salary",
        "use grouping hr.people.manager_id"}},
      {"CREATE TABLE t AS SELECT count(email) FROM customers",
       {"use copy into a relation customers.email", "use count customers.email"}},
      {"SELECT max(n) FROM (SELECT count(DISTINCT email) AS n FROM customers) s",
       {"max: ~count customers.email", "use count customers.email",
        "use grouping customers.email"}},
  });
}

TEST_CASE("a name that is not known makes the statement unknown") {
  CheckRows({
      {"SELECT nothing FROM customers", {"unknown: it is not known what nothing means"}},
      {"SELECT * FROM nowhere", {"unknown: the relation nowhere is not known"}},
      {"UPDATE customers SET email = 'x' RETURNING old.email",
       {"unknown: it is not known what old means"}},
      {"SELECT old FROM customers", {"unknown: it is not known what old means"}},
  });
}

TEST_CASE("a function of a user may give anything") {
  CheckRows({
      {"SELECT leak(name) FROM customers",
       {"leak: ~expression customers.name ?", "use expression customers.name",
        "calls what is not known"}},
      {"SELECT id FROM customers WHERE leak(name) = 'x'",
       {"id: =customers.id", "use condition customers.name", "calls what is not known"}},
  });
}

TEST_CASE("relations that the session made hide and are hidden in every way that is possible") {
  catalog::NameSpace names = InShop();
  names.made = {{"", "scratch", true}};
  CHECK(Traced("SELECT x FROM scratch", names) == Lines{"x: =made scratch.x"});
  CHECK(Traced("SELECT s.x, c.email FROM scratch s JOIN customers c ON c.id = s.id", names) ==
        Lines{"x: =made scratch.x", "email: =customers.email", "use condition customers.id",
              "use condition made scratch.id"});
  CHECK(Traced("SELECT email FROM scratch s, customers c", names) ==
        Lines{"email: =customers.email =made scratch.email"});
  CHECK(Traced("SELECT * FROM scratch", names) ==
        Lines{"unknown: the number of its columns is not known"});
  CHECK(Traced("SELECT id FROM (SELECT s.* FROM scratch s, customers c ORDER BY email LIMIT 1) t",
               names) == Lines{"id: =made scratch.id", "use ordering customers.email",
                               "use ordering made scratch.email"});
  CHECK(Traced("SELECT a FROM scratch s(a)", names) == Lines{"a: =made scratch.* =made scratch.a"});
  names.made = {{"", "customers", true}};
  // Of the relation that is known, `f` can only be a function of its row.
  CHECK(Traced("SELECT c.f FROM customers c", names).front().find("customers.*") !=
        std::string::npos);
  CHECK(Traced("SELECT email FROM customers", names) ==
        Lines{"email: =customers.email =made customers.email"});
  names.made.clear();
  names.search_paths = {"hr", "public"};
  CHECK(Traced("SELECT id FROM customers", names) == Lines{"id: =customers.id =hr.customers.id"});
}

}  // namespace
}  // namespace portreeve::lineage
