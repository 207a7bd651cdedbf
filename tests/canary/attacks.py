"""Values of masked columns worked into something else: a grammar of expressions over a masked
column, and of the places where an expression can stand."""

from bare import FORMS, HOLDERS
from speaker import AS_IT_IS, Case, Step

# {e}: an expression of type text; what they give is one as well.
WRAPS = (
    "{e} || ''", "'x' || {e}", "upper({e})", "lower({e})", "substring({e} from 3)", "left({e}, 99)",
    "right({e}, 14)", "concat({e}, 1)", "concat_ws('-', 'a', {e})", "format('<%s>', {e})",
    "format('%L', {e})", "quote_literal({e})", "quote_nullable({e})", "quote_ident({e})",
    "repeat({e}, 2)", "trim({e})", "btrim({e}, 'x')", "lpad({e}, 40, '.')", "rpad({e}, 50)",
    "replace({e}, 'q', 'q')", "translate({e}, '', '')", "overlay({e} placing 'a' from 1 for 1)",
    "regexp_replace({e}, 'zzz', '')", "(regexp_match({e}, '.*'))[1]", "coalesce({e}, 'none')",
    "(regexp_split_to_array({e}, 'zzz'))[1]", "split_part({e}, '~', 1)", "CASE WHEN true THEN {e} END",
    "coalesce(NULL, {e})", "nullif({e}, 'x')", "greatest({e}, 'A')", "least({e}, '~~~~')",
    "CASE {e} WHEN 'x' THEN 'y' ELSE {e} END", "{e}::varchar::text", "CAST({e} AS char(80))::text",
    "{e}::name::text", "({e})::text COLLATE \"C\"", "(ARRAY[{e}])[1]", "ARRAY[{e}]::text",
    "array_to_string(ARRAY[{e}], ',')", "(string_to_array({e}, '~'))[1]", "ROW({e}, 1)::text",
    "array_append(NULL, {e})::text", "array_cat(ARRAY['x'], ARRAY[{e}])::text",
    "to_json({e})::text", "to_jsonb({e}) #>> '{{}}'", "json_build_object('k', {e})::text",
    "json_build_object({e}, 1)::text", "jsonb_build_array({e}) ->> 0", "row_to_json(ROW({e}))::text",
    "jsonb_set('{{}}', '{{a}}', to_jsonb({e}))::text", "json_object(ARRAY['k', {e}])::text",
    "jsonb_object(ARRAY[{e}, 'v'])::text", "array_to_json(ARRAY[{e}])::text",
    "hstore('k', {e})::text", "hstore('k', {e}) -> 'k'", "akeys(hstore({e}, 'v'))::text",
    "xmlelement(name a, {e})::text", "xmlforest({e} AS a)::text", "xmlcomment({e})::text",
    "xmlconcat(xmlelement(name b, xmlattributes({e} AS c)))::text", "xmlpi(name p, {e})::text",
    "encode(convert_to({e}, 'UTF8'), 'hex')", "encode({e}::bytea, 'base64')",
    "encode({e}::bytea, 'escape')", "convert_from({e}::bytea, 'UTF8')", "{e}::bytea::text",
    "('x' || encode({e}::bytea, 'hex'))", "unistr({e})", "normalize({e})", "{e}::tsvector::text",
    "to_tsvector('simple', {e})::text", "plainto_tsquery('simple', {e})::text",
    "ts_headline('simple', {e}, 'x'::tsquery)", "(SELECT {e})", "(SELECT max(v) FROM (VALUES ({e})) "
    "s(v))", "(WITH w AS (SELECT {e} AS v) SELECT v FROM w)", "(SELECT string_agg(v, '') FROM "
    "unnest(ARRAY[{e}]) v)", "(ROW({e}, 'Town', 1)::address).street", "array_fill({e}, "
    "ARRAY[1])::text", "({e} || chr(65))", "'{{\"a\": 1}}'::jsonb #>> ARRAY[{e}] || {e}",
    "initcap({e})", "trim(leading 'a' from {e})", "md5('x') || {e}", "{e} || now()::text",
    "ascii({e})::text || {e}", "convert({e}::bytea, 'UTF8', 'UTF8')::text", "min({e}) OVER ()",
    "lag({e}, 0) OVER (ORDER BY 1)", "jsonb_path_query_first(jsonb_build_array({e}), '$[0]')::text",
    "to_char(1, quote_literal({e}))", "set_config('portreeve.x', {e}, true)", "reveal(1) || {e}",
    "current_setting(set_config('a.b', {e}, true)) || {e}", "shout({e}) || {e}",
)

# {e}: an expression, {r}: the relation as x, {c}: the column itself.
PLACES = (
    ("SELECT {e} FROM {r} x",) * 4 + ("SELECT id, {e} AS name FROM {r} x ORDER BY id",
    "SELECT max({e}) FROM {r} x", "SELECT string_agg({e}, ',') FROM {r} x",
    "SELECT array_agg({e} ORDER BY id) FROM {r} x", "SELECT json_agg({e}) FROM {r} x",
    "SELECT jsonb_object_agg(id, {e}) FROM {r} x", "SELECT xmlagg(xmlelement(name v, {e})) FROM {r} "
    "x", "SELECT count(*), {e} FROM {r} x GROUP BY {e}", "SELECT DISTINCT {e} FROM {r} x",
    "SELECT mode() WITHIN GROUP (ORDER BY {e}) FROM {r} x", "SELECT percentile_disc(0.5) WITHIN "
    "GROUP (ORDER BY {e}) FROM {r} x", "SELECT v FROM (SELECT {e} AS v FROM {r} x) s",
    "WITH w AS (SELECT {e} AS v FROM {r} x) SELECT v || '' FROM w", "SELECT s.v FROM {r} x, LATERAL "
    "(SELECT {e} AS v) s", "SELECT v FROM {r} x, unnest(ARRAY[{e}]) v", "SELECT v FROM {r} x, "
    "string_to_table({e}, '~') v", "SELECT v FROM {r} x, regexp_split_to_table({e}, '~') v",
    "SELECT j.value FROM {r} x, jsonb_array_elements_text(jsonb_build_array({e})) j",
    "SELECT j.* FROM {r} x, json_each_text(json_build_object('k', {e})) j",
    "SELECT k FROM {r} x, json_object_keys(json_build_object({e}, 1)) k",
    "SELECT r.* FROM {r} x, json_to_record(json_build_object('k', {e})) AS r(k text)",
    "SELECT * FROM {r} x, ROWS FROM (unnest(ARRAY[{e}]), generate_series(1, 2)) AS f(a, b)",
    "SELECT {e} FROM {r} x UNION SELECT 'a'", "SELECT 'a' UNION ALL SELECT {e} FROM {r} x",
    "SELECT v FROM (SELECT 'a' AS v UNION ALL SELECT {e} FROM {r} x) s", "VALUES ((SELECT {e} FROM "
    "{r} x LIMIT 1))", "SELECT * FROM (VALUES (1, (SELECT {e} FROM {r} x LIMIT 1))) v(a, b)",
    "WITH RECURSIVE w(v, n) AS (SELECT {e}, 1 FROM {r} x UNION ALL SELECT v || '', n + 1 FROM w "
    "WHERE n < 3) SELECT v FROM w", "SELECT (SELECT {e}) FROM {r} x", "SELECT ARRAY(SELECT {e} FROM "
    "{r} x)", "SELECT id FROM people_names WHERE name = (SELECT {e} FROM {r} x LIMIT 1) UNION ALL "
    "SELECT length((SELECT {e} FROM {r} x LIMIT 1))", "SELECT first_value({e}) OVER (ORDER BY id) "
    "FROM {r} x", "SELECT {e}::int FROM {r} x", "SELECT {e}::date FROM {r} x", "SELECT {e}::json "
    "FROM {r} x", "SELECT {e}::inet FROM {r} x", "SELECT {e}::numeric FROM {r} x", "SELECT "
    "{e}::regclass FROM {r} x", "SELECT to_date({e}, 'YYYY') FROM {r} x", "SELECT {e}::uuid FROM "
    "{r} x", "SELECT {e}::boolean FROM {r} x", "SELECT {e}::colour FROM {r} x", "SELECT {e}::xml "
    "FROM {r} x", "SELECT ('1 ' || {e})::interval FROM {r} x", "SELECT {e}::point FROM {r} x",
    "SELECT ('{{' || {e})::int[] FROM {r} x", "SELECT to_timestamp({e}, 'YYYY') FROM {r} x",
    "SELECT id FROM {r} x WHERE {e}::int = 1", "SELECT id FROM {r} x ORDER BY {e}::int",
    "SELECT 1 FROM {r} x GROUP BY {e}::int", "SELECT id FROM {r} x WHERE {e} ~ '['",
    "SELECT 'a' ~ ('[' || {e}) FROM {r} x", "SELECT id FROM {r} x JOIN orders o USING (id) WHERE "
    "{e}::date > now()", "SELECT current_setting({e}) FROM {r} x", "SELECT nextval({e}) FROM {r} x",
    "SELECT jsonb_path_query('{{}}', {e}::jsonpath) FROM {r} x", "SELECT {e}::regproc FROM {r} x",
    "SELECT encode('a', {e}) FROM {r} x", "SELECT has_table_privilege({e}, 'SELECT') FROM {r} x",
    "SELECT to_tsvector({e}::regconfig, 'a') FROM {r} x", "SELECT convert_from('a', {e}) FROM {r} x",
    "SELECT date_trunc({e}, now()) FROM {r} x", "SELECT extract(epoch from {e}::timestamptz) FROM "
    "{r} x", "SELECT now() AT TIME ZONE {e} FROM {r} x", "SELECT pg_size_bytes({e}) FROM {r} x",
    "SELECT lo_import({e}) FROM {r} x", "SELECT pg_read_file({e}) FROM {r} x",
    "SELECT query_to_xml('SELECT ' || quote_literal({e}), true, true, '') FROM {r} x",
    "SELECT has_column_privilege('people', {e}, 'SELECT') FROM {r} x"))

CHANGES = (
    "INSERT INTO drafts (content) SELECT {e} FROM {r} x RETURNING content", "INSERT INTO drafts "
    "(content) VALUES ((SELECT {e} FROM {r} x LIMIT 1)) RETURNING *", "UPDATE drafts SET content = "
    "(SELECT {e} FROM {r} x LIMIT 1) RETURNING content", "UPDATE drafts d SET content = {e} FROM {r} "
    "x WHERE x.id = d.id RETURNING d.content", "UPDATE drafts d SET (content, amount) = (SELECT {e}, "
    "1 FROM {r} x LIMIT 1) RETURNING *", "UPDATE {r} x SET id = x.id RETURNING {e}",
    "DELETE FROM {r} x WHERE id = 7 RETURNING {e}", "INSERT INTO products (id, label) SELECT 90 + "
    "id, {e} FROM {r} x RETURNING label", "INSERT INTO products (id, label) SELECT id, {e} FROM {r} "
    "x ON CONFLICT (id) DO UPDATE SET label = EXCLUDED.label RETURNING *", "WITH i AS (INSERT INTO "
    "drafts (content) SELECT {e} FROM {r} x RETURNING content) SELECT * FROM i", "INSERT INTO drafts "
    "(id) SELECT {e}::int FROM {r} x", "UPDATE drafts SET amount = (SELECT {e}::int FROM {r} x LIMIT "
    "1)", "INSERT INTO products (id, label, price) SELECT 50 + id, {e}, -1 FROM {r} x",
    "MERGE INTO drafts d USING {r} x ON d.id = x.id WHEN MATCHED THEN UPDATE SET content = {e}",
    "UPDATE people_names SET name = {e} FROM {r} x WHERE x.id = people_names.id RETURNING name",
    "UPDATE people p SET name = {e} FROM {r} x WHERE x.id = p.id RETURNING p.name",
    "UPDATE people SET city = p.ssn FROM people p WHERE p.id = people.id RETURNING people.city",
    "UPDATE people SET name = ssn RETURNING name", "INSERT INTO people (id, name) SELECT 100 + x.id, "
    "{e} FROM {r} x RETURNING name", "UPDATE people SET name = ssn, ssn = 'given' WHERE id = 1 "
    "RETURNING name", "UPDATE claims SET state = {e} FROM {r} x WHERE x.id = claims.id RETURNING "
    "state",
)

# What is written comes out by another statement of the same session.
LAUNDERING = (
    ("CREATE TEMP TABLE l AS SELECT id, {e} AS v FROM {r} x", "SELECT * FROM l"),
    ("SELECT {e} AS v INTO TEMP l FROM {r} x", "TABLE l"),
    ("CREATE TEMP VIEW l AS SELECT {e} AS v FROM {r} x", "SELECT v FROM l"),
    ("CREATE VIEW l (a) AS SELECT {e} FROM {r} x", "SELECT a FROM l", "COPY (TABLE l) TO STDOUT"),
    ("CREATE MATERIALIZED VIEW l AS SELECT {e} AS v FROM {r} x", "SELECT v FROM l"),
    ("CREATE TEMP TABLE l (v text)", "INSERT INTO l SELECT {e} FROM {r} x", "TABLE l"),
    ("INSERT INTO drafts (id, content) SELECT id, {e} FROM {r} x", "SELECT content FROM drafts"),
    ("UPDATE people SET name = {c}::text", "SELECT name FROM people"),
    ("CREATE TEMP TABLE l AS TABLE {r}", "SELECT * FROM l"),
    ("CREATE TEMP TABLE l AS SELECT x FROM {r} x", "SELECT (x).{c} FROM l"),
    ("CREATE TEMP TABLE l (v) AS SELECT ARRAY(SELECT {e} FROM {r} x)", "SELECT v FROM l"),
    ("CREATE FUNCTION l() RETURNS SETOF text LANGUAGE sql AS $$SELECT {e} FROM {r} x$$",
     "SELECT * FROM l()", "SELECT l()"),
    ("CREATE FUNCTION l() RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC SELECT {e} FROM {r} x; END",
     "SELECT l()"),
    ("CREATE FUNCTION pg_temp.l(t text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', "
     "t; RETURN t; END $$", "SELECT pg_temp.l({e}) FROM {r} x"),
    ("CREATE FUNCTION l({r}) RETURNS text LANGUAGE sql AS $$SELECT ($1).{c}::text$$",
     "SELECT x.l FROM {r} x", "SELECT l(x) FROM {r} x"),
    ("CREATE AGGREGATE l (text) (SFUNC = textcat, STYPE = text, INITCOND = '')",
     "SELECT l({e}) FROM {r} x"),
    ("CREATE OPERATOR public.<+> (LEFTARG = text, RIGHTARG = text, FUNCTION = textcat)",
     "SELECT {e} <+> '' FROM {r} x"),
    ("CREATE CAST (people AS text) WITH INOUT", "SELECT x::text FROM people x"),
    ("PREPARE l AS SELECT {e} FROM {r} x", "EXECUTE l", "CREATE TEMP TABLE m AS EXECUTE l",
     "TABLE m"),
    ("PREPARE l (text) AS SELECT $1", "EXECUTE l ((SELECT {e} FROM {r} x LIMIT 1))"),
    ("DECLARE l CURSOR FOR SELECT {e} FROM {r} x", "FETCH ALL FROM l"),
    ("DECLARE l CURSOR WITH HOLD FOR SELECT {e} FROM {r} x", "FETCH ALL FROM l", "CLOSE l"),
    ("CREATE TABLE l (LIKE {r} INCLUDING ALL)", "INSERT INTO l SELECT * FROM {r}", "TABLE l"),
    ("CREATE TABLE l () INHERITS (drafts)", "INSERT INTO l (content) SELECT {e} FROM {r} x",
     "SELECT * FROM drafts"),
    ("CREATE RULE l AS ON INSERT TO drafts DO ALSO SELECT {c} FROM {r}",
     "INSERT INTO drafts VALUES (1)"),
    ("CREATE RULE l AS ON UPDATE TO {r} DO ALSO INSERT INTO drafts (content) VALUES "
     "(OLD.{c}::text)", "UPDATE {r} SET id = id", "TABLE drafts"),
    ("ALTER TABLE drafts ADD COLUMN extra text DEFAULT (reveal(1))", "TABLE drafts"),
    ("ALTER TABLE {r} RENAME COLUMN {c} TO innocent", "SELECT innocent FROM {r}"),
    ("ALTER TABLE {r} RENAME TO innocent", "SELECT * FROM innocent"),
    ("ALTER TABLE {r} SET SCHEMA other", "SET LOCAL search_path = other", "SELECT {c} FROM {r}"),
    ("ALTER TABLE {r} ALTER COLUMN name TYPE text USING {c}::text", "SELECT name FROM {r}"),
    ("ALTER TABLE {r} ADD COLUMN twin text GENERATED ALWAYS AS (upper({c}::text)) STORED",
     "SELECT twin FROM {r}"),
    ("ALTER TABLE {r} ADD CHECK ({c} IS NULL)",), ("ALTER TABLE {r} ADD UNIQUE ({c}, id)",),
    ("CREATE INDEX ON {r} ((({c}::text)::int))",), ("CREATE STATISTICS l ON id, {c} FROM {r}",
                                                   "ANALYZE {r}", "SELECT * FROM pg_stats_ext"),
    ("CREATE TEMP TABLE l PARTITION OF accounts DEFAULT", "SELECT * FROM l"),
    ("ALTER TABLE accounts DETACH PARTITION accounts_low", "SELECT * FROM accounts_low"),
    ("CREATE TABLE l () INHERITS ({r})", "INSERT INTO l (id, {c}) SELECT 99, {c} FROM {r} LIMIT 1",
     "SELECT {c} FROM l"),
)


class Attacks:
    def __init__(self, rng):
        self.rng = rng

    def target(self):
        relation = self.rng.choice(list(HOLDERS))
        return relation, self.rng.choice(HOLDERS[relation])

    def expression(self, column):
        made = f"x.{column}::text"
        if self.rng.random() < 0.2:
            made = f"{self.rng.choice(('x', '(x)', 'ROW(x.*)', 'to_jsonb(x)'))}::text"
        for _ in range(self.rng.choice((0, 1, 1, 1, 2, 2, 3))):
            made = self.rng.choice(WRAPS).format(e=made)
        return made

    def fill(self, text):
        relation, column = self.target()
        return text.format(r=relation, c=column, e=self.expression(column))

    def _each_wrap(self):
        for at, wrap in enumerate(WRAPS):
            relation, column = self.target()
            made = wrap.format(e=f"x.{column}::text")
            yield Case("attack wraps", str(at), (Step(f"SELECT {made} FROM {relation} x",
                                                      self.rng.choice(FORMS)),))

    def _launderings(self, count):
        for at in range(count):
            relation, column = self.target()
            expression = self.expression(column)
            mode = self.rng.choice(("simple", "simple", "undescribed", "binary"))
            steps = [Step("l", "close")]
            for text in LAUNDERING[at % len(LAUNDERING)]:
                steps.append(Step(text.format(r=relation, c=column, e=expression), mode))
            yield Case("attack laundering", str(at), tuple(steps),
                       pipelined=self.rng.random() < 0.3)

    def cases(self, count):
        """Besides one for each way to wrap, so many."""
        yield from self._each_wrap()
        for at in range(count * 7 // 10):
            yield Case("attack expressions", str(at), (Step(self.fill(PLACES[at % len(PLACES)]),
                                                            self.rng.choice(FORMS)),),
                       pipelined=self.rng.random() < 0.3)
        for at in range(count * 15 // 100):
            yield Case("attack changes", str(at), (Step(self.fill(CHANGES[at % len(CHANGES)]),
                                                        self.rng.choice(AS_IT_IS)),))
        yield from self._launderings(count * 15 // 100)
