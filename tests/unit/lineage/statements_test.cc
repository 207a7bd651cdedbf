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
  names.made = {{"", "customers", true}};
  CHECK(Traced("SELECT email FROM customers", names) ==
        Lines{"email: =customers.email =made customers.email"});
  names.made.clear();
  names.search_paths = {"hr", "public"};
  CHECK(Traced("SELECT id FROM customers", names) == Lines{"id: =customers.id =hr.customers.id"});
}

}  // namespace
}  // namespace portreeve::lineage
