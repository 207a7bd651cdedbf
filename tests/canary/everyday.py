"""What programs say all day: mappers' queries, changes with constants, cursors, copies, questions
about the catalog, settings, and mistakes. None of it has to do with a masked column."""

from speaker import AS_IT_IS, Case, Step

QUERIES = ("simple", "simple", "described", "undescribed", "binary", "named", "limited", "crossed",
           "pipelined", "cursor", "copy csv")

MAPPERS = (
    "SELECT people_1.id AS people_1_id, people_1.name AS people_1_name, people_1.city AS "
    "people_1_city FROM people AS people_1 WHERE people_1.id = {n}",
    "SELECT people.id AS people_id, anon_1.count AS anon_1_count FROM people LEFT OUTER JOIN "
    "(SELECT orders.person_id AS person_id, count(orders.id) AS count FROM orders GROUP BY "
    "orders.person_id) AS anon_1 ON people.id = anon_1.person_id ORDER BY people.id LIMIT {n}",
    'SELECT "people"."id", "people"."name", "people"."visits" FROM "people" INNER JOIN "orders" '
    'ON ("people"."id" = "orders"."person_id") WHERE ("orders"."quantity" > {n} AND NOT '
    '("people"."active" = false)) ORDER BY "people"."id" ASC, "orders"."id" LIMIT 21',
    'SELECT COUNT(*) AS "__count" FROM "people" WHERE "people"."id" > {n}',
    'SELECT (1) AS "a" FROM "people" WHERE "people"."id" = {n} LIMIT 1',
    'SELECT T3."id", T3."name" FROM "orders" INNER JOIN "people" T3 ON ("orders"."person_id" = '
    'T3."id") WHERE "orders"."id" IN ({n}, {m}) ORDER BY T3."id"',
    "select p1_0.id,p1_0.city,p1_0.name,o1_0.person_id,o1_0.id,o1_0.quantity from people p1_0 left "
    "join orders o1_0 on p1_0.id=o1_0.person_id where p1_0.id={n} order by o1_0.id",
    "select count(p1_0.id) from people p1_0 where p1_0.city='city {k}' fetch first {n} rows only",
    'SELECT "people"."id" FROM "people" WHERE "people"."id" IN (SELECT DISTINCT "orders".'
    '"person_id" FROM "orders" WHERE "orders"."quantity" >= {k}) ORDER BY "people"."id" DESC',
    'SELECT 1 AS one FROM "people" WHERE "people"."name" = \'name {n}\' LIMIT 1',
    'SELECT "t0"."id", COALESCE("o"."_aggr_count", 0) FROM "public"."people" "t0" LEFT JOIN '
    '(SELECT "person_id", COUNT(*) AS "_aggr_count" FROM "public"."orders" WHERE 1=1 GROUP BY '
    '"person_id") AS "o" ON "t0"."id" = "o"."person_id" WHERE "t0"."visits" > {n} ORDER BY 1',
    "SELECT json_build_object('id', p.id, 'name', p.name) FROM people p WHERE p.id < {n}",
    "SELECT jsonb_agg(jsonb_build_object('q', o.quantity) ORDER BY o.id) FROM people p JOIN "
    "orders o ON o.person_id = p.id WHERE p.id = {k}",
    "SELECT row_to_json(x) FROM (SELECT id, name FROM people WHERE id <= {n}) x ORDER BY x.id",
    "SELECT array(SELECT name FROM people WHERE id < {n} ORDER BY id)",
    "SELECT p.id, (SELECT max(o.quantity) FROM orders o WHERE o.person_id = p.id) FROM people p "
    "WHERE p.id <> {n} ORDER BY p.id",
    "SELECT ctid, tableoid::regclass, id FROM people WHERE id = {n}",
    "SELECT tableoid::regclass, id, kind FROM accounts ORDER BY id LIMIT {n}",
    "SELECT d.tableoid::regclass, d.title FROM documents d ORDER BY d.id LIMIT {n}",
    "SELECT id FROM people WHERE id = {n} FOR UPDATE", "SELECT id FROM people FOR SHARE OF people",
    "SELECT id FROM people ORDER BY id FOR UPDATE SKIP LOCKED LIMIT {n}",
    "SELECT p.* FROM people_names p WHERE p.id < {n}", "SELECT o.*, p.label FROM orders o JOIN "
    "products p ON p.id = o.product_id WHERE o.id < {n} ORDER BY o.id",
    "SELECT count(*), count(id), bool_or(active) FROM people WHERE visits >= {n}",
    "SELECT EXISTS (SELECT 1 FROM people WHERE name = 'name {n}')",
    "SELECT EXISTS (SELECT * FROM people WHERE id = {n})", "SELECT count(*) FROM people p, orders",
    "SELECT city, count(*) FROM people GROUP BY city HAVING count(*) > {k} ORDER BY city",
    "SELECT generate_series(1, {n})", "VALUES ({n}, 'a'), ({m}, 'b')", "SELECT now() > '2020-01-01'",
    "SELECT c.id, c.state, p.name FROM claims c JOIN people p ON p.id = c.person_id ORDER BY 1",
    "SELECT contracts.title, signed FROM contracts WHERE pages = {k}",
    "SELECT low.id FROM people_lower low WHERE low.id = {n}", "SELECT s.id FROM people_star s",
    "SELECT r.id FROM people_rows r ORDER BY r.id", "SELECT ssn FROM other.people ORDER BY id",
    "SELECT * FROM other.people WHERE ssn LIKE 'd%' AND id < {n}",
    "SELECT p.id, o.ssn FROM people p JOIN other.people o ON o.id = p.id ORDER BY 1",
    "SELECT ssn FROM (VALUES ({n}, 'x')) AS v(id, ssn)",
    "WITH people AS (SELECT 1 AS id, 'mine' AS ssn) SELECT ssn FROM people",
)

# With results that can be said in every way, and others.
CHANGES = (
    "INSERT INTO people (id, name, ssn, email) VALUES (5{n}, 'new', 'given {n}', 'a@b.c')",
    "INSERT INTO people (id, name, ssn) VALUES (6{n}, 'new', 'given {n}') RETURNING id, name",
    "INSERT INTO people VALUES (7{n}, 'n')", "INSERT INTO accounts (id, owner, iban) VALUES "
    "(5{k}, 1, 'given') RETURNING tableoid::regclass, id",
    "INSERT INTO documents (id, title, body) VALUES (9{n}, 't', 'given')",
    "UPDATE people SET ssn = 'given {n}' WHERE id = {k} AND name = 'nobody'",
    "UPDATE people SET salary = {n}, email = NULL WHERE id = {n} RETURNING id, visits",
    "UPDATE people SET visits = visits + 1 WHERE id IN ({n}, {m}) RETURNING visits, name",
    "UPDATE people p SET city = o.comment FROM orders o WHERE o.person_id = p.id AND o.id = {n}",
    "UPDATE accounts SET kind = 'other', balance = 0 WHERE id = {n} RETURNING kind",
    "UPDATE claims SET amount = amount + {n} WHERE id = {n} RETURNING amount, state",
    "DELETE FROM accounts WHERE id = {n} RETURNING id, kind", "DELETE FROM drafts WHERE id < {k}",
    "DELETE FROM claims WHERE person_id = {n} RETURNING id",
    "DELETE FROM contracts USING people p WHERE contracts.pages = p.id AND p.id = {n}",
    "INSERT INTO drafts SELECT id, name, visits FROM people WHERE id < {n} RETURNING *",
    "INSERT INTO drafts (id, content) SELECT id, title FROM documents",
    "INSERT INTO orders (id, person_id, quantity, placed) VALUES (20{n}, 1, 2, '2024-05-05') "
    "RETURNING *", "UPDATE products SET price = price * 2 WHERE id = {n} RETURNING *",
    "INSERT INTO products (id, label) VALUES ({n}, 'again') ON CONFLICT (id) DO UPDATE SET "
    "label = EXCLUDED.label || products.id RETURNING label",
    "INSERT INTO people (id, name, ssn) VALUES ({k}, 'again', 'given') ON CONFLICT DO NOTHING",
    "WITH gone AS (DELETE FROM orders WHERE id = {n} RETURNING *) SELECT * FROM gone",
    "WITH moved AS (UPDATE people SET city = 'x' WHERE id = {k} RETURNING id) "
    "SELECT count(*) FROM moved",
    "MERGE INTO drafts d USING people p ON d.id = p.id WHEN MATCHED THEN UPDATE SET amount = "
    "p.visits WHEN NOT MATCHED THEN INSERT (id, content) VALUES (p.id, p.name)",
    "CREATE TEMP TABLE mine AS SELECT id, name FROM people WHERE id < {n}",
    "SELECT id, city INTO TEMP mine FROM people", "TRUNCATE drafts", "LOCK TABLE people",
    "CREATE TEMP VIEW mine AS SELECT id, visits FROM people", "CREATE INDEX ON people (city)",
)

SCRIPTS = (
    ("CREATE TEMP TABLE t (i int PRIMARY KEY, n text)", "INSERT INTO t VALUES ({n}, 'a')",
     "SELECT * FROM t", "INSERT INTO t VALUES ({n}, 'b')"),
    ("SAVEPOINT a", "INSERT INTO drafts VALUES ({n}, 'x', 1)", "ROLLBACK TO a", "RELEASE a",
     "SELECT count(*) FROM drafts"),
    ("PREPARE p (int) AS SELECT name FROM people WHERE id = $1", "EXECUTE p ({n})",
     "EXECUTE p ({m})", "DEALLOCATE p"),
    ("DECLARE c CURSOR FOR SELECT id, name FROM people ORDER BY id", "FETCH {k} FROM c",
     "MOVE 1 IN c", "FETCH ALL FROM c", "CLOSE c"),
    ("SET LOCAL DateStyle = 'German'", "SELECT joined FROM people WHERE id = {n}"),
    ("SET LOCAL work_mem = '1MB'", "SHOW work_mem"), ("SHOW server_version", "SHOW DateStyle"),
    ("CREATE TEMP TABLE mine (LIKE drafts)", "INSERT INTO mine SELECT * FROM drafts",
     "TABLE mine"),
    ("SET LOCAL search_path = other, public", "SELECT ssn FROM people WHERE id = {k}"),
    ("LISTEN quiet", "NOTIFY quiet, 'said {n}'", "UNLISTEN quiet"),
    ("SELECT pg_advisory_xact_lock({n})", "SELECT nextval('ticket')", "SELECT lastval()"),
    ("EXPLAIN (COSTS off) SELECT name FROM people WHERE id = {n}",
     "EXPLAIN (COSTS off) SELECT p.name FROM people p JOIN orders o ON o.person_id = p.id"),
    ("SELECT lo_get(4711)", "SELECT txid_current_if_assigned() IS NULL"),
    ("BEGIN", "COMMIT AND CHAIN", "SELECT {n}"),
)

MISTAKES = (
    "SELECT * FROM nowhere", "SELECT nothing FROM orders", "SELECT 1/0", "SELECT 'x{n}'::int",
    "INSERT INTO orders (person_id, product_id, quantity, placed) VALUES (1, 999, 1, 'now')",
    "INSERT INTO products VALUES ({n}, 'label {n}')", "UPDATE products SET price = -{n}",
    "SELECT nofunction({n})", "INSERT INTO products (id) VALUES (99)", "SELECT '{{'::json",
    "SELECT quantity::smallint * 30000::smallint FROM orders", "SELECT id FROM people WHERE nope",
    "SELECT people.id, orders.nope FROM people JOIN orders ON true", "FETCH 1 FROM nothing",
    "INSERT INTO drafts (id) SELECT 'x' || name FROM people", "SELECT count(*) FROM people LIMIT -1",
    "SELECT 1 WHERE", "DROP TABLE nowhere", "EXECUTE nothing", "SET nothing = 1",
)

CATALOG = (
    "SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = "
    "c.relnamespace WHERE n.nspname = 'public' ORDER BY 2 LIMIT {n}",
    "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull FROM "
    "pg_catalog.pg_attribute a WHERE a.attrelid = 'people'::regclass AND a.attnum > 0 AND NOT "
    "a.attisdropped ORDER BY a.attnum LIMIT 1{n}",
    "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name "
    "= 'people' ORDER BY ordinal_position OFFSET {n}",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = "
    "'people'::regclass ORDER BY 1 LIMIT {n}", "SELECT to_regclass('people'), 'people'::regclass",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1 LIMIT {n}",
    "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'public' "
    "ORDER BY 1 LIMIT {n}", "SELECT pg_get_viewdef('people_view'::regclass)",
    "SELECT t.typname, e.enumlabel FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid "
    "ORDER BY e.enumsortorder", "SELECT version()", "SELECT current_schema(), current_database()",
    "SELECT d.description FROM pg_description d WHERE d.objoid = 'people'::regclass",
    "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1 LIMIT {n}",
    "SELECT kcu.column_name FROM information_schema.table_constraints tc JOIN "
    "information_schema.key_column_usage kcu USING (constraint_name) WHERE tc.table_name = "
    "'orders' AND constraint_type = 'FOREIGN KEY' ORDER BY 1",
    "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef ORDER BY adrelid, adnum LIMIT {n}",
    "SELECT typname, typtype FROM pg_type WHERE typname LIKE 'addr%' ORDER BY 1",
    "SELECT has_table_privilege('people', 'SELECT')", "SELECT name FROM pg_settings LIMIT {n}",
    "SELECT rolname FROM pg_roles WHERE rolname LIKE 'app%' ORDER BY 1",
)


class Everyday:
    def __init__(self, rng):
        self.rng = rng

    def fill(self, text):
        n = self.rng.randint(1, 9)
        return text.format(n=n, m=n + 2, k=self.rng.randint(1, 4))

    def _single(self, family, texts, modes, count):
        for at in range(count):
            text = self.fill(texts[at % len(texts)])
            yield Case(family, str(at), (Step(text, self.rng.choice(modes)),),
                       pipelined=self.rng.random() < 0.2)

    def _scripts(self, count):
        for at in range(count):
            mode = self.rng.choice(("simple", "simple", "undescribed", "described", "binary"))
            steps = tuple(Step(self.fill(text), mode) for text in SCRIPTS[at % len(SCRIPTS)])
            yield Case("innocent scripts", str(at), steps)

    def _copies(self, count):
        kinds = (("drafts", b"1\tx\t2\n"), ("people (id, name, ssn)", b"91\tx\tgiven\n"),
                 ("products (id, label)", b"77\ty\n"), ("accounts (id, kind)", b"55\tk\n56\tl\n"))
        for at in range(count):
            table, data = kinds[at % len(kinds)]
            out = self.rng.choice(("orders", "drafts", "people (id, name, city)",
                                   "accounts_low (id, kind)", "products", "claims (amount)"))
            how = self.rng.choice(("", "(FORMAT csv, HEADER)", "(FORMAT binary)", "CSV"))
            yield Case("innocent copies", str(at), (
                Step(f"COPY {table} FROM STDIN", "copy in", data=data),
                Step("ROLLBACK"), Step("BEGIN"),
                Step(f"COPY {out} TO STDOUT {how}",
                     self.rng.choice(("simple", "undescribed", "described")))))

    def cases(self, count):
        """About so many in all."""
        yield from self._single("innocent mappers", MAPPERS, QUERIES, count * 4 // 10)
        yield from self._single("innocent changes", CHANGES, AS_IT_IS, count * 2 // 10)
        yield from self._single("innocent catalog", CATALOG, QUERIES, count // 10)
        yield from self._single("innocent mistakes", MISTAKES, AS_IT_IS, count // 10)
        yield from self._scripts(count // 10)
        yield from self._copies(count // 10)
