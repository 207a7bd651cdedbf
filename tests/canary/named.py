"""The ways round a mask that are known by name, each said in full, and questions of which each
answer is one bit of a masked value."""

from bare import HOLDERS
from speaker import Case, Step

# (name, statements...). In one transaction, which is rolled back.
WAYS = (
    # Errors that print values, in message, detail, hint or context.
    ("22P02 in the message", "SELECT ssn::int FROM people"),
    ("22P02 in WHERE", "SELECT 1 FROM people WHERE id = 1 AND ssn::int = 7"),
    ("22003 of a number", "SELECT (salary::bigint)::int FROM people"),
    ("22007 of a date", "SELECT ssn::date FROM people"),
    ("22008 of a date", "SELECT (born || '9')::date FROM people"),
    ("23514 with the whole row", "UPDATE people SET visits = -1 WHERE id = 1"),
    ("23514 of a domain", "UPDATE people SET code = left(code, 2) WHERE id = 1"),
    ("23502 with the whole row", "UPDATE people SET name = NULL WHERE id = 2"),
    ("23505 by a foreign row", "INSERT INTO people (id, name, ssn) SELECT 99, 'x', ssn FROM people"),
    ("23505 of the rows themselves", "UPDATE people SET ssn = (SELECT ssn FROM people LIMIT 1)"),
    ("23503 still referenced", "UPDATE people SET ssn = 'given' WHERE id = 3"),
    ("23503 at deletion", "DELETE FROM orders", "DELETE FROM accounts",
     "UPDATE claims SET person_id = NULL", "DELETE FROM people WHERE id = 4"),
    ("23514 by a new constraint", "ALTER TABLE people ADD CHECK (ssn = '')"),
    ("23505 by a new index", "UPDATE drafts SET content = 'a'",
     "CREATE UNIQUE INDEX ON people (left(ssn, 7))"),
    ("23P01 by an exclusion", "CREATE EXTENSION btree_gist",
     "ALTER TABLE people ADD EXCLUDE USING gist (left(ssn, 7) WITH =)"),
    ("23514 at a partition", "UPDATE accounts_low SET id = 50 WHERE id = 1"),
    ("23514 at a view's check", "CREATE VIEW v AS SELECT * FROM people WHERE id < 5 WITH CHECK "
     "OPTION", "UPDATE v SET id = 70 WHERE id = 1"),
    ("a trigger's notice", "UPDATE claims SET state = 'notice' WHERE id = 1"),
    ("a trigger's error", "UPDATE claims SET state = 'error' WHERE id = 2"),
    ("a trigger's error naming a column", "UPDATE claims SET state = 'column' WHERE id = 2"),
    ("a trigger's copy", "UPDATE claims SET state = 'copy'", "SELECT content FROM drafts"),
    ("a trigger's ParameterStatus", "UPDATE claims SET state = 'name' WHERE id = 3"),
    ("a trigger's setting", "UPDATE claims SET state = 'name' WHERE id = 3",
     "SELECT current_setting('application_name')", "SHOW application_name"),
    ("a trigger of the session", "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
     "RAISE NOTICE '%', NEW.ssn; RETURN NEW; END $$", "CREATE TRIGGER t BEFORE UPDATE ON people "
     "FOR EACH ROW EXECUTE FUNCTION t()", "UPDATE people SET id = id"),
    ("an event trigger", "CREATE FUNCTION t() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN "
     "RAISE NOTICE '%', (SELECT ssn FROM people LIMIT 1); END $$", "CREATE EVENT TRIGGER t ON "
     "ddl_command_end EXECUTE FUNCTION t()", "CREATE TABLE t ()"),
    ("tsvector trigger", "CREATE TRIGGER t BEFORE UPDATE ON drafts FOR EACH ROW EXECUTE FUNCTION "
     "tsvector_update_trigger(content, 'pg_catalog.simple', content)", "UPDATE drafts SET id = 1"),
    # EXPLAIN.
    ("EXPLAIN of a constant fold", "EXPLAIN SELECT * FROM people WHERE name = reveal(1)"),
    ("EXPLAIN ANALYZE counts rows", "EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT 1 FROM people "
     "WHERE ssn LIKE 'CANARY-G%'"),
    ("EXPLAIN VERBOSE of a subquery", "EXPLAIN (VERBOSE, FORMAT json) SELECT ssn FROM people"),
    ("EXPLAIN EXECUTE", "PREPARE e AS SELECT ssn FROM people", "EXPLAIN ANALYZE EXECUTE e"),
    ("EXPLAIN that raises", "EXPLAIN ANALYZE SELECT ssn::int FROM people"),
    ("EXPLAIN by statistics", "EXPLAIN SELECT 1 FROM people WHERE badge < 1700000000"),
    ("EXPLAIN of most common values", "EXPLAIN (FORMAT yaml) SELECT 1 FROM people WHERE ssn > 'M'"),
    # What the catalog holds.
    ("pg_stats", "SELECT * FROM pg_stats WHERE tablename = 'people'"),
    ("pg_stats, its bounds", "SELECT histogram_bounds::text FROM pg_stats"),
    ("pg_stats through a cast", "SELECT histogram_bounds::text::text[] FROM pg_catalog.pg_stats s "
     "WHERE s.attname = 'ssn'"),
    ("pg_statistic", "SELECT stavalues1 FROM pg_statistic"),
    ("pg_statistic, another slot", "SELECT s FROM pg_statistic s"),
    ("pg_stats by COPY", "COPY (SELECT * FROM pg_stats) TO STDOUT"),
    ("pg_statistic by COPY", "COPY pg_statistic TO STDOUT", "COPY pg_statistic TO STDOUT BINARY"),
    ("pg_stats_ext", "SELECT * FROM pg_stats_ext", "SELECT * FROM pg_statistic_ext_data"),
    ("pg_stats_ext_exprs", "SELECT * FROM pg_stats_ext_exprs"),
    ("pg_stats by a view of the session", "CREATE TEMP VIEW v AS SELECT * FROM pg_stats",
     "SELECT * FROM v"),
    ("pg_stats by inheritance", "TABLE pg_stats"), ("pg_stats as rows", "SELECT p FROM pg_stats p"),
    ("pg_stat_activity", "SELECT query FROM pg_stat_activity"),
    ("pg_stat_get_activity", "SELECT query FROM pg_stat_get_activity(NULL)"),
    ("pg_stat_get_backend_activity", "SELECT pg_stat_get_backend_activity(b) FROM "
     "pg_stat_get_backend_idset() b"), ("pg_stat_activity, all of it", "TABLE pg_stat_activity"),
    ("pg_stat_statements", "SELECT query FROM pg_stat_statements"),
    ("pg_prepared_statements", "PREPARE w AS SELECT 1", "SELECT * FROM pg_prepared_statements"),
    ("pg_cursors", "DECLARE w CURSOR FOR SELECT ssn FROM people", "SELECT * FROM pg_cursors"),
    ("pg_locks", "SELECT * FROM pg_locks", "SELECT classid, objid FROM pg_locks"),
    ("advisory locks as a channel", "SELECT pg_advisory_xact_lock(badge) FROM people",
     "SELECT classid, objid::bigint FROM pg_locks WHERE locktype = 'advisory'"),
    ("advisory locks of others", "SELECT (classid::bigint << 32 | objid::bigint) FROM pg_locks "
     "WHERE locktype = 'advisory'"),
    ("sequences", "SELECT setval('ticket', big) FROM people WHERE id = 1", "SELECT last_value FROM "
     "ticket", "SELECT currval('ticket')", "SELECT * FROM pg_sequences"),
    ("sequences by DDL", "CREATE SEQUENCE l START 5", "SELECT setval('l', (SELECT big FROM people "
     "LIMIT 1))", "SELECT nextval('l')"),
    ("large objects", "SELECT lo_from_bytea(815, ssn::bytea) FROM people WHERE id = 1",
     "SELECT lo_get(815)", "SELECT data FROM pg_largeobject"),
    ("large objects by descriptors", "SELECT lowrite(lo_open(4711, 131072), ssn::bytea) FROM people "
     "LIMIT 1", "SELECT loread(lo_open(4711, 262144), 99)", "SELECT lo_get(4711)"),
    ("large objects by lo_put", "SELECT lo_put(4711, 0, secret) FROM people WHERE id = 1",
     "SELECT lo_get(4711)"),
    ("comments", "COMMENT ON TABLE drafts IS 'plain'", "SELECT obj_description('drafts'::regclass)"),
    ("comments by DO", "DO $$ BEGIN EXECUTE format('COMMENT ON TABLE drafts IS %L', (SELECT ssn FROM "
     "people LIMIT 1)); END $$", "SELECT obj_description('drafts'::regclass)"),
    ("enum labels by DO", "DO $$ BEGIN EXECUTE format('ALTER TYPE colour ADD VALUE %L', (SELECT ssn "
     "FROM people LIMIT 1)); END $$", "SELECT enumlabel FROM pg_enum"),
    ("defaults by DO", "DO $$ BEGIN EXECUTE format('ALTER TABLE drafts ALTER content SET DEFAULT %L',"
     " (SELECT ssn FROM people LIMIT 1)); END $$", "INSERT INTO drafts DEFAULT VALUES RETURNING *"),
    ("a default that reads", "ALTER TABLE drafts ALTER content SET DEFAULT reveal(1)",
     "INSERT INTO drafts (id) VALUES (1) RETURNING content"),
    ("names of tables by DO", "DO $$ BEGIN EXECUTE format('CREATE TABLE %I ()', (SELECT ssn FROM "
     "people LIMIT 1)); END $$", "SELECT relname FROM pg_class"),
    ("a partition's bounds", "DO $$ BEGIN EXECUTE format('CREATE TABLE l (v text) PARTITION BY LIST "
     "(v); CREATE TABLE m PARTITION OF l FOR VALUES IN (%L)', (SELECT ssn FROM people LIMIT 1)); "
     "END $$", "SELECT pg_get_expr(relpartbound, oid) FROM pg_class"),
    # Settings, notifications, code.
    ("set_config", "SELECT set_config('a.b', ssn, true) FROM people", "SHOW a.b",
     "SELECT current_setting('a.b')", "SELECT setting FROM pg_settings WHERE name = 'a.b'"),
    ("application_name", "SELECT set_config('application_name', ssn, false) FROM people LIMIT 1",
     "SHOW application_name", "SELECT application_name FROM pg_stat_activity"),
    ("SET from a subquery", "SET a.b = (SELECT ssn FROM people)"),
    ("pg_settings by UPDATE", "UPDATE pg_settings SET setting = (SELECT ssn FROM people LIMIT 1) "
     "WHERE name = 'application_name'", "SHOW application_name"),
    ("DO with a notice", "DO $$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM people LIMIT 1); END $$"),
    ("DO with an error", "DO $$ BEGIN RAISE '%', (SELECT ssn FROM people LIMIT 1); END $$"),
    ("DO with a table", "DO $$ BEGIN INSERT INTO drafts SELECT 1, ssn FROM people; END $$",
     "TABLE drafts"),
    ("DO with an assertion", "DO $$ BEGIN ASSERT false, (SELECT ssn FROM people LIMIT 1); END $$"),
    ("CALL", "CALL tell_all()"), ("CALL with an argument", "CREATE PROCEDURE p(INOUT a text) LANGUAGE "
     "sql AS 'SELECT $1'", "CALL p((SELECT ssn FROM people LIMIT 1))"),
    ("a function of users", "SELECT reveal(1)"), ("one in FROM", "SELECT * FROM reveal(2)"),
    ("one that gives rows", "SELECT * FROM reveal_all()"), ("its rows", "SELECT reveal_all()"),
    ("a field of its rows", "SELECT (reveal_all()).ssn"), ("one in WHERE", "SELECT id FROM people "
     "WHERE shout(ssn) = 'done'"), ("dynamic SQL", "SELECT reveal_later()"),
    ("a function in ORDER BY", "SELECT 1 FROM people ORDER BY shout(ssn)"),
    ("a function by another's default", "CREATE FUNCTION f(a text DEFAULT reveal(1)) RETURNS text "
     "LANGUAGE sql AS 'SELECT a'", "SELECT f()"),
    ("a column by function notation", "SELECT ssn(p) FROM people p", "SELECT id(p) FROM people p"),
    ("a function by field notation", "CREATE FUNCTION f(people) RETURNS text LANGUAGE sql AS "
     "'SELECT $1.ssn'", "SELECT p.f FROM people p"),
    # SQL given as text.
    ("query_to_xml", "SELECT query_to_xml('SELECT ssn FROM people', true, true, '')"),
    ("table_to_xml", "SELECT table_to_xml('people', true, true, '')"),
    ("schema_to_xml", "SELECT schema_to_xml('public', true, true, '')"),
    ("database_to_xml", "SELECT database_to_xml(true, true, '')"),
    ("cursor_to_xml", "DECLARE w CURSOR FOR SELECT ssn FROM people",
     "SELECT cursor_to_xml('w', 5, true, true, '')"),
    ("query_to_xml_and_xmlschema", "SELECT query_to_xml_and_xmlschema('TABLE people', true, true, '')"),
    ("ts_stat", "SELECT * FROM ts_stat('SELECT to_tsvector(''simple'', ssn) FROM people')"),
    ("ts_rewrite", "SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, plainto_tsquery("
     "''simple'', ssn) FROM people')"),
    ("dblink", "CREATE EXTENSION dblink", "SELECT * FROM dblink('far', 'SELECT ssn FROM people') "
     "AS t(a text)"),
    ("crosstab", "CREATE EXTENSION tablefunc", "SELECT * FROM crosstab('SELECT id::text, ''a'', ssn "
     "FROM people') AS t(a text, b text)"),
    ("pg_read_file", "SELECT pg_read_file('postgresql.conf')", "SELECT pg_ls_dir('base')"),
    ("COPY to a file", "COPY people TO '/tmp/portreeve-canary-copy'"),
    ("COPY to a program", "COPY people TO PROGRAM 'cat >&2'"),
    ("a foreign table of the session", "CREATE FOREIGN TABLE f (id int, x text OPTIONS (column_name "
     "'ssn')) SERVER far OPTIONS (schema_name 'public', table_name 'people')", "SELECT x FROM f"),
    ("a foreign schema", "CREATE SCHEMA f", "IMPORT FOREIGN SCHEMA public LIMIT TO (people) FROM "
     "SERVER far INTO f", "SELECT ssn FROM f.people"),
    # Names.
    ("search_path and a prepared statement", "SET search_path = other, public",
     "PREPARE w AS SELECT ssn FROM people", "EXECUTE w", "SET search_path = public", "EXECUTE w"),
    ("search_path by set_config", "SELECT set_config('search_path', 'other', false)",
     "PREPARE w2 AS SELECT ssn FROM people", "SELECT set_config('search_path', 'public', false)",
     "EXECUTE w2"),
    ("search_path, one text", "SET search_path = other; SELECT ssn FROM people; SET search_path = "
     "public; SELECT ssn FROM people"),
    ("SET LOCAL that ends", "SET LOCAL search_path = other", "SELECT ssn FROM people", "COMMIT",
     "BEGIN", "SELECT ssn FROM people"),
    ("search_path that a savepoint takes back", "SAVEPOINT s", "SET search_path = other",
     "SELECT ssn FROM people", "ROLLBACK TO s", "SELECT ssn FROM people"),
    ("a CTE that hides a table", "WITH people AS (SELECT * FROM public.people) SELECT ssn FROM people"),
    ("a CTE out of its scope", "SELECT (WITH people AS (SELECT 'mine' AS ssn) SELECT ssn FROM people "
     "LIMIT 1), ssn FROM people"),
    ("a temporary table that hides", "CREATE TEMP TABLE people (id int, ssn text)",
     "SELECT ssn FROM people", "DROP TABLE pg_temp.people", "SELECT ssn FROM people"),
    ("a temporary view that hides", "CREATE TEMP VIEW people AS SELECT id, ssn FROM public.people",
     "SELECT ssn FROM people"),
    ("a type that hides", "CREATE DOMAIN pg_temp.text AS pg_catalog.text",
     "SELECT ssn::text FROM people"),
    ("quoted names", 'SELECT "people"."ssn" FROM "public"."people" "people"', 'SELECT U&"s\\0073n" '
     "FROM people", 'SELECT "SSN" FROM people'),
    ("client_encoding", "SET client_encoding = 'LATIN1'", "SELECT ssn FROM people",
     "SET client_encoding = 'UTF8'"),
    ("client_encoding by SJIS", "SET client_encoding = 'SJIS'", "SELECT ssn FROM people"),
    ("bytea_output", "SET LOCAL bytea_output = 'escape'", "SELECT secret FROM people"),
    ("DateStyle", "SET LOCAL DateStyle = 'German'", "SELECT born, seen FROM people"),
    ("DateStyle, SQL", "SET LOCAL DateStyle = 'SQL, MDY'", "SELECT born, seen FROM people",
     "COPY people (born, seen) TO STDOUT CSV"),
    ("DateStyle, Postgres", "SET LOCAL DateStyle = 'Postgres, DMY'", "SELECT born, seen FROM people"),
    ("extra_float_digits", "SET LOCAL extra_float_digits = 0", "SELECT ratio FROM people"),
    ("xmloption", "SET LOCAL xmloption = document", "SELECT dossier FROM people"),
    ("debug_print_parse", "SET LOCAL client_min_messages = debug5", "SET LOCAL debug_print_parse = on",
     "SELECT ssn FROM people WHERE id = 1"),
    ("log to the client", "SET LOCAL client_min_messages = log", "SET LOCAL log_statement_stats = on",
     "SELECT ssn FROM people"), ("auto_explain", "LOAD 'auto_explain'", "SET auto_explain."
     "log_min_duration = 0", "SET client_min_messages = log", "SELECT ssn FROM people"),
    # What moves.
    ("FETCH in a function's cursor", "CREATE FUNCTION f(refcursor) RETURNS refcursor LANGUAGE plpgsql "
     "AS $$ BEGIN OPEN $1 FOR SELECT ssn FROM people; RETURN $1; END $$", "SELECT f('w3')",
     "FETCH ALL FROM w3"),
    ("a cursor by a variable name", 'DECLARE "W 4" CURSOR FOR SELECT ssn FROM people',
     'FETCH ALL "W 4"', 'MOVE BACKWARD ALL "W 4"', 'FETCH RELATIVE 1 FROM "W 4"'),
    ("a cursor's plan after DDL", "DECLARE w5 CURSOR FOR SELECT name FROM people_names",
     "CREATE OR REPLACE VIEW people_names AS SELECT id, ssn AS name, city FROM people",
     "FETCH ALL FROM w5", "SELECT name FROM people_names"),
    ("a view replaced", "SELECT content FROM drafts LIMIT 1", "ALTER TABLE drafts RENAME TO kept",
     "CREATE VIEW drafts AS SELECT id, ssn AS content, 1 AS amount FROM people",
     "SELECT content FROM drafts"),
    ("a prepared statement after a view changes", "CREATE VIEW v AS SELECT 'x' AS a",
     "PREPARE w6 AS SELECT a FROM v", "EXECUTE w6", "CREATE OR REPLACE VIEW v AS SELECT ssn AS a FROM "
     "people", "EXECUTE w6"),
    ("a column renamed to a free name", "ALTER TABLE people RENAME name TO was",
     "ALTER TABLE people RENAME ssn TO name", "SELECT name FROM people"),
    ("a column dropped", "ALTER TABLE people DROP COLUMN name CASCADE", "SELECT ssn FROM people"),
    ("a materialized view refreshed", "REFRESH MATERIALIZED VIEW people_mat", "TABLE people_mat"),
    ("a whole row by its table's name", "SELECT people FROM people", "SELECT people.* FROM people",
     "SELECT (people).ssn FROM people", "SELECT people::text FROM people"),
    ("a row of a join", "SELECT j FROM (people p JOIN orders o ON o.person_id = p.id) j"),
    ("rows as JSON", "SELECT row_to_json(people) FROM people", "SELECT json_agg(people) FROM people",
     "SELECT to_jsonb(p) - 'ssn' FROM people p"), ("rows as hstore", "SELECT hstore(p) FROM people p"),
    ("rows compared", "SELECT p = p, p > ROW(1) FROM people p"),
    ("rows unnested", "SELECT u.* FROM unnest(ARRAY(SELECT p FROM people p)) u"),
    ("jsonb_populate_record", "SELECT (jsonb_populate_record(NULL::people, to_jsonb(p))).ssn FROM "
     "people p"), ("LIMIT by a value", "SELECT 1 FROM orders LIMIT (SELECT badge % 7 FROM people "
     "WHERE id = 1)"), ("OFFSET by a value", "SELECT id FROM orders ORDER BY id OFFSET (SELECT badge "
     "% 9 FROM people WHERE id = 1)"), ("generate_series by a value", "SELECT generate_series(1, "
     "(badge % 20)::int) FROM people"), ("characters one by one", "SELECT ascii(substr(ssn, i, 1)) "
     "FROM people, generate_series(1, 19) i"), ("characters as rows", "SELECT regexp_split_to_table("
     "ssn, '') FROM people"), ("chr by chr", "SELECT substr(ssn, 8, 1), substr(ssn, 9, 1) FROM people"),
    ("two-phase commit", "INSERT INTO drafts SELECT 1, ssn FROM people", "PREPARE TRANSACTION 'l'"),
    ("logical decoding", "SELECT pg_create_logical_replication_slot('l', 'test_decoding')"),
    ("pg_logical_emit_message", "SELECT pg_logical_emit_message(true, 'a', ssn) FROM people"),
    ("replication", "IDENTIFY_SYSTEM"), ("pageinspect", "CREATE EXTENSION pageinspect",
     "SELECT get_raw_page('people', 0)"), ("row locks", "SELECT ssn FROM people FOR UPDATE NOWAIT"),
    ("amcheck by pgstattuple", "CREATE EXTENSION pgrowlocks", "SELECT * FROM pgrowlocks('people')"),
    ("a toast table", "SELECT chunk_data FROM pg_toast.pg_toast_2619"),
    ("pg_get_viewdef of a constant", "CREATE VIEW v AS SELECT ssn FROM people WHERE ssn = reveal(1)",
     "SELECT pg_get_viewdef('v')"), ("an index-only scan", "SET LOCAL enable_seqscan = off",
     "SELECT ssn FROM people WHERE ssn > ''"), ("a row security policy", "ALTER TABLE drafts ENABLE "
     "ROW LEVEL SECURITY", "CREATE POLICY l ON drafts USING (shout(reveal(1)) = 'done')",
     "TABLE drafts"), ("SET ROLE", "SET ROLE app_readonly", "SELECT ssn FROM people"),
    ("SET SESSION AUTHORIZATION", "SET SESSION AUTHORIZATION app_rw", "SELECT ssn FROM people"),
)

# Committed, since only then is a notification delivered.
COMMITTED = (
    ("NOTIFY with a payload", "LISTEN news", "SELECT pg_notify('news', ssn) FROM people"),
    ("NOTIFY by a trigger", "LISTEN news", "UPDATE claims SET state = 'notify' WHERE id = 5"),
    ("NOTIFY by channel", "LISTEN news", "SELECT pg_notify(ssn, 'x') FROM people"),
    ("LISTEN by name", "SELECT * FROM pg_listening_channels()", "UNLISTEN *"),
)

# Each is true or false, many or few, first or last, by a masked value.
PROBES = (
    "SELECT id FROM people WHERE ssn LIKE 'CANARY-{a}%'", "SELECT count(*) FROM people WHERE ssn < "
    "'CANARY-{a}'", "SELECT id FROM people WHERE substr(ssn, 8, 1) = '{a}'", "SELECT id FROM people "
    "WHERE ascii(substr(ssn, {n}, 1)) > 77", "SELECT id FROM people ORDER BY ssn", "SELECT "
    "row_number() OVER (ORDER BY ssn), id FROM people ORDER BY id", "SELECT id, rank() OVER (ORDER "
    "BY salary) FROM people", "SELECT ssn > 'CANARY-{a}' FROM people", "SELECT ssn ~ '{a}' FROM "
    "people", "SELECT position('{a}' in ssn) FROM people", "SELECT length(replace(ssn, '{a}', '')) "
    "FROM people", "SELECT CASE WHEN ssn < 'CANARY-{a}' THEN 1 ELSE 1/0 END FROM people WHERE id = "
    "{n}", "SELECT 1/(CASE WHEN salary > {n}000000000000000 THEN 0 ELSE 1 END) FROM people WHERE id "
    "= 1", "SELECT max(id) FROM people GROUP BY ssn < 'CANARY-{a}'", "SELECT id FROM people GROUP BY "
    "id HAVING max(ssn) < 'CANARY-{a}'", "SELECT count(*) FILTER (WHERE ssn < 'CANARY-{a}') FROM "
    "people", "SELECT p.id FROM people p JOIN drafts d ON p.ssn > 'CANARY-{a}' AND d.id = 1",
    "SELECT p.id FROM people p, drafts d WHERE p.ssn > d.content", "SELECT id FROM orders LIMIT "
    "(SELECT count(*) FROM people WHERE ssn < 'CANARY-{a}')", "SELECT badge % {n} FROM people",
    "SELECT sign(salary - {n}000000000000000) FROM people", "SELECT ascii(substr(ssn, {n}, 1)) FROM "
    "people", "SELECT hashtext(ssn) % {n} FROM people", "SELECT md5(ssn) < '8' FROM people",
    "SELECT ssn IN ('a', 'b') OR ssn < 'CANARY-{a}' FROM people", "SELECT id FROM people WHERE ssn "
    "BETWEEN 'CANARY-A' AND 'CANARY-{a}'", "SELECT id FROM people WHERE born > '{n}500-01-01'",
    "SELECT extract(dow from born) FROM people", "SELECT id FROM people WHERE notes @> '{{\"a\": 1}}' "
    "OR notes::text > '{{\"a\": {{\"b\": [\"CANARY-{a}\"'", "SELECT id FROM people WHERE (tags)[1] > "
    "'CANARY-{a}'", "SELECT id FROM people WHERE (home).street > 'CANARY-{a}'", "SELECT id FROM "
    "accounts WHERE balance > {n}000000000000000", "SELECT id FROM claims WHERE diagnosis > "
    "'CANARY-{a}'", "SELECT id FROM people_view WHERE ssn > 'CANARY-{a}'", "SELECT id FROM "
    "people_mat WHERE salary > {n}000000000000000", "SELECT quantity FROM people_deep WHERE number > "
    "'CANARY-{a}'", "SELECT id FROM people_lower WHERE low > 'canary-{a}'", "SELECT id FROM "
    "people_file WHERE code > 'CANARY-{a}'", "SELECT id FROM people_far WHERE ssn > 'CANARY-{a}'",
    "UPDATE people SET visits = 0 WHERE ssn > 'CANARY-{a}'", "DELETE FROM accounts WHERE iban > "
    "'CANARY-{a}' RETURNING id", "UPDATE drafts SET amount = (SELECT count(*) FROM people WHERE ssn "
    "> 'CANARY-{a}')", "INSERT INTO drafts SELECT id FROM people WHERE ssn > 'CANARY-{a}'",
    "SELECT EXISTS (SELECT 1 FROM people WHERE ssn > 'CANARY-{a}' AND id = {n})", "SELECT (SELECT "
    "ssn FROM people WHERE id = {n}) > 'CANARY-{a}'", "SELECT id FROM people WHERE people > "
    "ROW({n}, 'x')::people", "SELECT id FROM people p WHERE p::text LIKE '%-{a}%'", "SELECT DISTINCT "
    "left(ssn, 8) = 'CANARY-{a}' FROM people", "SELECT corr(badge, id) > 0 FROM people", "SELECT "
    "sum(badge) > {n}000000000 FROM people", "SELECT id FROM people UNION SELECT id FROM people "
    "WHERE ssn > 'CANARY-{a}' EXCEPT SELECT id FROM people_names", "EXPLAIN ANALYZE SELECT 1 FROM "
    "people WHERE ssn > 'CANARY-{a}'", "MERGE INTO drafts d USING people p ON d.id = p.id AND p.ssn > "
    "'CANARY-{a}' WHEN MATCHED THEN DELETE", "COPY (SELECT id FROM people WHERE ssn > 'CANARY-{a}') TO "
    "STDOUT", "SELECT lead(id) OVER (ORDER BY token) FROM people", "SELECT width_bucket(badge, 0, "
    "2000000000, {n}) FROM people", "SELECT id FROM people WHERE ssn >= ALL (SELECT ssn FROM people)",
    "SELECT first_value(id) OVER (ORDER BY email) FROM people LIMIT 1", "SELECT (array_agg(id ORDER "
    "BY phone))[{n}] FROM people", "SELECT string_agg(name, ',' ORDER BY ssn) FROM people",
    "SELECT id FROM people FETCH FIRST (SELECT badge % 8 FROM people WHERE id = {n}) ROWS ONLY",
    "SELECT bool_or(ssn > 'CANARY-{a}') FROM people WHERE id = {n}", "SELECT DISTINCT ON (left(ssn, "
    "8)) id FROM people ORDER BY left(ssn, 8)", "SELECT count(DISTINCT left(ssn, 8)) FROM people",
)


def _ways():
    for name, *statements in WAYS:
        # What PREPARE makes outlives a transaction.
        close = tuple(Step(each, "close") for each in ("w", "w2", "w6", "e"))
        for mode in ("simple", "undescribed", "binary"):
            yield Case("named ways", f"{name}, {mode}",
                       close + tuple(Step(each, mode) for each in statements))
        yield Case("named ways", f"{name}, at once",
                   close + tuple(Step(each) for each in statements), pipelined=True)
    for name, *statements in COMMITTED:
        yield Case("named ways", name, tuple(Step(each) for each in statements), end="commit")
    yield Case("named ways", "errors that abort do not hide",
               (Step("SAVEPOINT s"), Step("SELECT ssn::int FROM people"), Step("ROLLBACK TO s"),
                Step("SELECT ssn FROM people")))


def function_calls(oids):
    """By FunctionCall messages; `oids` are those of reveal, pg_read_file and lo_get."""
    for name, (oid, argument) in oids.items():
        yield Case("named ways", f"FunctionCall of {name}",
                   (Step(str(oid), "function call", values=(argument,)),), end="none")


def mixed_formats():
    """Every other column in binary."""
    for relation, columns in HOLDERS.items():
        for wanted in (columns, ("id", *columns)):
            yield Case("named ways", f"mixed formats of {relation}",
                       (Step(f"SELECT {', '.join(wanted)} FROM {relation}",
                             f"mixed formats of {len(wanted)}"),))


def named_ways():
    return list(_ways()) + list(mixed_formats())


def probes(rng, count):
    for at in range(count):
        text = PROBES[at % len(PROBES)].format(a=rng.choice("CDFHKMPRTVX"), n=rng.randint(2, 8))
        mode = rng.choice(("simple", "undescribed", "binary", "described", "limited"))
        yield Case("probes", str(at), (Step(text, mode),))
