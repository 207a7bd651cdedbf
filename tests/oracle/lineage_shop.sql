-- What lineages are judged over: every text says which column it stands in.
CREATE SCHEMA hr;
CREATE TABLE customers (id int, name text, email text, ssn text, region text, tags text[]);
INSERT INTO customers SELECT i, '<customers.name>' || i, '<customers.email>' || i,
  '<customers.ssn>' || i, '<customers.region>' || i % 2, ARRAY['<customers.tags>' || i]
  FROM generate_series(1, 3) i;
CREATE TABLE orders (id int, customer_id int, note text, place text, details jsonb);
INSERT INTO orders SELECT i, 1 + i % 3, '<orders.note>' || i, '<orders.place>' || i % 3,
  jsonb_build_object('k', '<orders.details>' || i) FROM generate_series(1, 4) i;
CREATE TABLE hr.people (id int, name text, grade text, boss int);
INSERT INTO hr.people SELECT i, '<hr.people.name>' || i, '<hr.people.grade>' || i % 2, i / 2
  FROM generate_series(1, 3) i;
CREATE TABLE hr.badges (id int, email text, badge text);
INSERT INTO hr.badges SELECT i, '<hr.badges.email>' || i, '<hr.badges.badge>' || i
  FROM generate_series(1, 3) i;
CREATE TABLE events (id int, what text, who text) PARTITION BY RANGE (id);
CREATE TABLE events_a PARTITION OF events FOR VALUES FROM (0) TO (3);
CREATE TABLE events_b PARTITION OF events FOR VALUES FROM (3) TO (100);
CREATE TABLE events_c PARTITION OF events DEFAULT;
INSERT INTO events SELECT i, '<events.what>' || i, '<events.who>' || i FROM generate_series(1, 3) i;
CREATE VIEW contacts AS SELECT id, name AS who, email AS mail FROM customers;
CREATE VIEW letters AS SELECT id, left(ssn, 17) AS start FROM customers WHERE region IS NOT NULL;
CREATE VIEW everyone AS SELECT id, mail AS x FROM contacts UNION ALL SELECT id, name FROM hr.people;
CREATE VIEW sums AS SELECT c.region, count(*) AS n, min(o.note) AS note
  FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.region;
CREATE VIEW chain AS WITH RECURSIVE r(id, path) AS (SELECT id, name FROM hr.people WHERE boss = 0
  UNION ALL SELECT p.id, r.path || p.name FROM hr.people p JOIN r ON p.boss = r.id)
  SELECT * FROM r;
CREATE MATERIALIZED VIEW kept AS SELECT id, email AS mail FROM customers;
