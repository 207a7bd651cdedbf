#include "unit/lineage/traced.h"

namespace portreeve::lineage {
namespace {

TEST_CASE("a bare column is given out as it is") {
  CheckRows({
      {"SELECT email FROM customers", {"email: =customers.email"}},
      {"SELECT c.email AS e FROM customers c", {"e: =customers.email"}},
      {"SELECT public.customers.email FROM public.customers", {"email: =customers.email"}},
      {"SELECT total FROM orders", {"total: =orders.total"}},
      {"SELECT badge FROM hr.customers", {"badge: =hr.customers.badge"}},
      {"TABLE items",
       {"order_id: =items.order_id", "sku: =items.sku", "quantity: =items.quantity"}},
      {"SELECT 1, 'x' AS y, $1, now()", {"?column?:", "y:", "?column?:", "now:"}},
      {"SELECT ctid, tableoid, xmin FROM customers", {"ctid:", "tableoid:", "xmin:"}},
      {"SELECT (c).email FROM customers c", {"email: =customers.email"}},
  });
}

TEST_CASE("stars are the columns of what they stand for") {
  const Lines items = {"order_id: =items.order_id", "sku: =items.sku", "quantity: =items.quantity"};
  CheckRows({
      {"SELECT * FROM items", items},
      {"SELECT i.* FROM items i, orders o", items},
      {"SELECT items.* FROM public.items", items},
      {"SELECT public.items.* FROM public.items", items},
      {"SELECT (i).* FROM items i", items},
      {"SELECT * FROM items AS i(a, b)",
       {"a: =items.order_id", "b: =items.sku", "quantity: =items.quantity"}},
      {"SELECT * FROM (SELECT sku FROM items) s, (SELECT id FROM orders) o",
       {"sku: =items.sku", "id: =orders.id"}},
  });
}

TEST_CASE("a join on clean columns leaves its outputs clean") {
  CheckRows({
      {"SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id",
       {"id: =orders.id", "name: =customers.name", "use condition customers.id",
        "use condition orders.customer_id"}},
      {"SELECT o.total FROM orders o LEFT JOIN customers c ON c.id = o.customer_id "
       "WHERE c.region = 'eu' ORDER BY o.placed DESC LIMIT 10",
       {"total: =orders.total", "use condition customers.id", "use condition orders.customer_id",
        "use equality customers.region", "use ordering orders.placed"}},
  });
}

TEST_CASE("USING and NATURAL merge columns and compare them") {
  CheckRows({
      {"SELECT * FROM (SELECT id, name FROM customers) a JOIN (SELECT id, total FROM orders) b "
       "USING (id)",
       {"id: =customers.id =orders.id", "name: =customers.name", "total: =orders.total",
        "use condition customers.id", "use condition orders.id"}},
      {"SELECT id FROM customers NATURAL JOIN hr.customers h",
       {"id: =customers.id =hr.customers.id", "use condition customers.id",
        "use condition hr.customers.id"}},
      {"SELECT customers.id, h.id FROM customers JOIN hr.customers h USING (id)",
       {"id: =customers.id", "id: =hr.customers.id", "use condition customers.id",
        "use condition hr.customers.id"}},
      {"SELECT j.* FROM (customers JOIN hr.customers h USING (id)) AS j(a, b, c)",
       {"a: =customers.id =hr.customers.id", "b: =customers.name", "c: =customers.email",
        "ssn: =customers.ssn", "region: =customers.region", "badge: =hr.customers.badge",
        "use condition customers.id", "use condition hr.customers.id"}},
      {"SELECT u.id FROM customers JOIN hr.customers h USING (id) AS u",
       {"id: =customers.id =hr.customers.id", "use condition customers.id",
        "use condition hr.customers.id"}},
      {"SELECT customers.id FROM (customers JOIN hr.customers h USING (id)) AS j",
       {"unknown: it is not known what customers means"}},
  });
}

TEST_CASE("subqueries and WITH queries hand columns on") {
  CheckRows({
      {"SELECT e FROM (SELECT email FROM customers) s(e)", {"e: =customers.email"}},
      {"SELECT id FROM (SELECT * FROM customers) s", {"id: =customers.id"}},
      {"WITH w AS (SELECT email AS m, id FROM customers) SELECT m FROM w", {"m: =customers.email"}},
      {"WITH w(a) AS (SELECT email FROM customers) SELECT x.a FROM w x", {"a: =customers.email"}},
      {"WITH customers AS (SELECT 1 AS email) SELECT email FROM customers", {"email:"}},
      {"WITH customers AS (SELECT 1 AS email) SELECT email FROM public.customers",
       {"email: =customers.email"}},
      {"WITH a AS (SELECT id FROM orders), b AS (SELECT * FROM a) SELECT * FROM b",
       {"id: =orders.id"}},
      {"SELECT (SELECT email FROM customers LIMIT 1)", {"email: =customers.email"}},
      {"SELECT o.id, (SELECT c.email FROM customers c WHERE c.id = o.customer_id) FROM orders o",
       {"id: =orders.id", "email: =customers.email", "use condition customers.id",
        "use condition orders.customer_id"}},
      {"SELECT x.e FROM orders o, LATERAL (SELECT c.email AS e FROM customers c "
       "WHERE c.id = o.customer_id) x",
       {"e: =customers.email", "use condition customers.id", "use condition orders.customer_id"}},
  });
}

TEST_CASE("a recursive query gives what all its steps give") {
  CheckRows({
      {"WITH RECURSIVE r(id, boss) AS (SELECT id, name FROM hr.people UNION ALL "
       "SELECT p.id, r.boss FROM hr.people p JOIN r ON p.manager_id = r.id) SELECT boss FROM r",
       {"boss: =hr.people.name", "use condition hr.people.id",
        "use condition hr.people.manager_id"}},
      {"WITH RECURSIVE r(a, b) AS (SELECT 1, 'x' UNION ALL SELECT c.id, r.b || c.email "
       "FROM customers c, r) SELECT b, a FROM r",
       {"b: ~expression customers.email", "a: =customers.id", "use expression customers.email"}},
      {"WITH RECURSIVE r(a, b, c) AS (SELECT id, 1, 2 FROM customers UNION ALL "
       "SELECT 0, a, b FROM r) SELECT c FROM r",
       {"c: =customers.id"}},
      {"WITH RECURSIVE b AS (SELECT * FROM a), a AS (SELECT id FROM orders) SELECT * FROM b",
       {"id: =orders.id"}},
  });
}

TEST_CASE("set operations put columns together by their position") {
  CheckRows({
      {"SELECT id, name FROM customers UNION ALL SELECT total, email FROM orders, customers",
       {"id: =customers.id =orders.total", "name: =customers.email =customers.name"}},
      {"SELECT region FROM customers UNION SELECT note FROM orders",
       {"region: =customers.region =orders.note", "use grouping customers.region",
        "use grouping orders.note"}},
      {"SELECT id FROM orders EXCEPT SELECT id FROM customers ORDER BY id",
       {"id: =customers.id =orders.id", "use grouping customers.id", "use grouping orders.id",
        "use ordering customers.id", "use ordering orders.id"}},
      {"VALUES (1, 'a'), (2, 'b')", {"column1:", "column2:"}},
      {"SELECT v.column2 FROM customers c, LATERAL (VALUES (1, c.email)) v",
       {"column2: =customers.email"}},
  });
}

TEST_CASE("what is made of columns is not given out as they are") {
  CheckRows({
      {"SELECT upper(email) FROM customers",
       {"upper: ~expression customers.email", "use expression customers.email"}},
      {"SELECT email::text FROM customers",
       {"email: ~expression customers.email", "use expression customers.email"}},
      {"SELECT name || ssn AS x FROM customers",
       {"x: ~expression customers.name ~expression customers.ssn", "use expression customers.name",
        "use expression customers.ssn"}},
      {"SELECT count(*), count(email), sum(id), max(ssn) FROM customers",
       {"count:", "count: ~count customers.email", "sum: ~aggregate customers.id",
        "max: ~expression customers.ssn", "use aggregate customers.id", "use count customers.email",
        "use expression customers.ssn"}},
      {"SELECT CASE WHEN ssn LIKE '1%' THEN id END FROM customers",
       {"case: ~expression customers.id ~expression customers.ssn", "use expression customers.id",
        "use expression customers.ssn"}},
      {"SELECT c FROM customers c", {"c: ~whole row customers.*", "use whole row customers.*"}},
      {"SELECT row_to_json(c) FROM customers c",
       {"row_to_json: ~whole row customers.*", "use expression customers.*",
        "use whole row customers.*"}},
      {"SELECT s FROM (SELECT ssn FROM customers) s",
       {"s: ~whole row customers.ssn", "use whole row customers.ssn"}},
      {"SELECT array(SELECT email FROM customers)",
       {"array: ~expression customers.email", "use expression customers.email"}},
      {"SELECT EXISTS (SELECT 1 FROM customers WHERE ssn = '1')",
       {"exists:", "use equality customers.ssn"}},
      {"SELECT id IN (SELECT customer_id FROM orders) AS x FROM customers",
       {"x: ~expression customers.id ~expression orders.customer_id", "use expression customers.id",
        "use expression orders.customer_id"}},
      {"SELECT rank() OVER (PARTITION BY region ORDER BY ssn) FROM customers",
       {"rank:", "use ordering customers.region", "use ordering customers.ssn"}},
  });
}

TEST_CASE("the other uses of columns are told apart") {
  CheckRows({
      {"SELECT id FROM customers WHERE email = 'x' AND ssn IS NULL AND name = ANY ($1) "
       "AND region IN ('a', 'b')",
       {"id: =customers.id", "use equality customers.email", "use equality customers.name",
        "use equality customers.region", "use null test customers.ssn"}},
      {"SELECT id FROM customers WHERE email = ANY (ARRAY['a', $1]) AND name = 'x' COLLATE \"C\"",
       {"id: =customers.id", "use equality customers.email", "use equality customers.name"}},
      {"SELECT id FROM customers WHERE email = lower('A') AND name = ANY (ARRAY[region])",
       {"id: =customers.id", "use condition customers.email", "use condition customers.name",
        "use condition customers.region"}},
      {"SELECT id FROM customers WHERE $1 = email OR ssn IS NULL",
       {"id: =customers.id", "use condition customers.email", "use condition customers.ssn"}},
      {"SELECT id FROM customers WHERE email = name",
       {"id: =customers.id", "use condition customers.email", "use condition customers.name"}},
      {"SELECT region, count(*) FROM customers GROUP BY 1 ORDER BY 2",
       {"region: =customers.region", "count:", "use grouping customers.region"}},
      {"SELECT region AS r FROM customers GROUP BY r HAVING count(email) > 5 ORDER BY r",
       {"r: =customers.region", "use count customers.email", "use grouping customers.region",
        "use ordering customers.region"}},
      {"SELECT DISTINCT region FROM customers",
       {"region: =customers.region", "use grouping customers.region"}},
      {"SELECT id FROM customers ORDER BY lower(email)",
       {"id: =customers.id", "use ordering customers.email"}},
      {"SELECT x FROM (SELECT upper(email) AS x FROM customers) s WHERE x = 'A'",
       {"x: ~expression customers.email", "use condition customers.email",
        "use expression customers.email"}},
  });
}

TEST_CASE("columns of views are their own and those of what they are made of") {
  CheckRows({
      {"SELECT mail FROM contacts", {"mail: =contacts.mail =customers.email"}},
      {"SELECT initial FROM initials",
       {"initial: =initials.initial ~via customers.email", "via use expression customers.email",
        "via use null test customers.ssn"}},
      {"SELECT x FROM joined", {"x: =contacts.mail =customers.email =hr.people.name =joined.x"}},
      {"SELECT mail FROM kept", {"mail: =customers.email =kept.mail"}},
      {"SELECT upper(mail) FROM contacts WHERE mail = 'x'",
       {"upper: ~expression contacts.mail ~expression customers.email",
        "use equality contacts.mail", "use equality customers.email",
        "use expression contacts.mail", "use expression customers.email"}},
  });
}

}  // namespace
}  // namespace portreeve::lineage
