"""Masked columns as they are, wherever a column can stand: masked or refused, never raw."""

from schema import PEOPLE
from speaker import AS_IT_IS, MODES, Case, Step

# relation: the columns of it that hold canaries.
HOLDERS = {
    "people": tuple(PEOPLE), "people_star": tuple(PEOPLE), "accounts": ("iban", "balance"),
    "accounts_low": ("iban", "balance"), "accounts_high": ("iban",), "documents": ("body",),
    "contracts": ("body", "terms"), "claims": ("diagnosis", "ssn"), "people_file": ("code",),
    "people_far": ("ssn",), "people_view": ("ssn", "salary", "born"), "people_deep": ("number",),
    "people_mat": ("ssn", "email", "salary"), "people_lower": ("low", "mail"),
    "people_rows": ("whole",)}

# {r}: the relation, {c}: the column, {n}: a small number.
QUERIES = (
    "SELECT {c} FROM {r}", "SELECT id, {c} FROM {r} ORDER BY id", "SELECT {c} AS id FROM {r}",
    "SELECT * FROM {r}", "TABLE {r}", "SELECT x.* FROM {r} x", "SELECT x.{c} AS y FROM {r} AS x",
    "SELECT {r}.{c}, {r}.{c} FROM {r} LIMIT {n}", "SELECT public.{r}.{c} FROM public.{r}",
    'SELECT "{c}" "innocent" FROM "public"."{r}"', "SELECT {c} FROM ONLY {r}",
    "SELECT v FROM (SELECT {c} AS v FROM {r}) s", "SELECT s.* FROM (SELECT id, {c} FROM {r}) s",
    "SELECT v FROM (SELECT {c} FROM {r}) AS s(v)", "SELECT w FROM (SELECT v AS w FROM (SELECT {c} "
    "AS v FROM {r}) a) b", "SELECT x FROM (SELECT * FROM {r}) AS s(x) LIMIT {n}",
    "WITH w AS (SELECT {c} FROM {r}) SELECT * FROM w", "WITH w(a) AS (SELECT {c} FROM {r}), v AS "
    "(SELECT a AS b FROM w) SELECT b FROM v", "WITH w AS MATERIALIZED (TABLE {r}) TABLE w",
    "WITH RECURSIVE w(v, n) AS (SELECT {c}, 1 FROM {r} UNION ALL SELECT v, n + 1 FROM w WHERE "
    "n < 2) SELECT v FROM w", "WITH RECURSIVE w(v, k, n) AS (SELECT NULL::text, 'x', 1 UNION ALL "
    "SELECT k, (SELECT {c}::text FROM {r} LIMIT 1), n + 1 FROM w WHERE n < 4) SELECT v FROM w",
    "SELECT l.v FROM people p, LATERAL (SELECT {c} AS v FROM {r} x WHERE x.id = p.id) l",
    "SELECT l.v FROM {r} x CROSS JOIN LATERAL (SELECT x.{c} AS v) l",
    "SELECT l.v FROM {r} x, LATERAL (VALUES (x.{c})) AS l(v)",
    "SELECT (SELECT {c} FROM {r} ORDER BY id LIMIT 1)", "SELECT (SELECT x.{c}) FROM {r} x",
    "SELECT ARRAY(SELECT {c} FROM {r})", "VALUES ((SELECT {c} FROM {r} WHERE id = {n}))",
    "SELECT {c}::text FROM {r} UNION ALL SELECT 'constant'", "SELECT 'constant' UNION SELECT "
    "{c}::text FROM {r}", "SELECT name, {c}::text FROM people_star UNION ALL SELECT {c}::text, "
    "'x' FROM {r}", "SELECT {c} FROM {r} UNION ALL SELECT {c} FROM {r}",
    "SELECT NULL UNION ALL SELECT {c} FROM {r}", "(SELECT {c} FROM {r} LIMIT 1) UNION ALL (SELECT "
    "{c} FROM {r} OFFSET 1)", "SELECT {c} FROM {r} EXCEPT ALL SELECT {c} FROM {r} WHERE id = 1",
    "SELECT {c} FROM {r} INTERSECT ALL TABLE {r}", "SELECT j.* FROM ({r} x JOIN orders o ON o.id "
    "= x.id) AS j", "SELECT * FROM {r} JOIN orders USING (id)", "SELECT x.{c}, o.* FROM orders o "
    "LEFT JOIN {r} x ON x.id = o.person_id", "SELECT * FROM {r} NATURAL JOIN people_names",
    "SELECT * FROM {r} a JOIN {r} b USING (id) WHERE id = {n}", "SELECT * FROM {r} a NATURAL "
    "JOIN {r} b", "SELECT {c} FROM {r} a JOIN {r} b USING ({c})",
    "SELECT {c} FROM {r} FOR UPDATE", "SELECT {c} FROM {r} WHERE id = {n}", "SELECT DISTINCT {c} "
    "FROM {r}", "SELECT {c} FROM {r} GROUP BY {c}", "SELECT {c} FROM {r} ORDER BY {c}",
    "SELECT {c} FROM {r} ORDER BY 1", "SELECT DISTINCT ON (id) id, {c} FROM {r}",
    "SELECT {c} FROM {r} TABLESAMPLE BERNOULLI (100)", "SELECT * FROM {r} WHERE id IN (1, {n})",
    "SELECT first_value({c}) OVER (ORDER BY id) FROM {r}", "SELECT lag({c}) OVER () FROM {r}",
    "SELECT min({c}) FROM {r}", "SELECT (array_agg({c}))[1] FROM {r}", "SELECT {c} FROM {r} "
    "OFFSET 2 ROWS FETCH NEXT 2 ROWS WITH TIES", "SELECT {c} IS NULL FROM {r}",
    "SELECT count({c}) FROM {r}", "SELECT coalesce({c}, {c}) FROM {r}", "SELECT nullif({c}, NULL) "
    "FROM {r}", "SELECT CASE WHEN id > 0 THEN {c} END FROM {r}", "SELECT ({c}) FROM {r}",
    "SELECT greatest({c}, {c}) FROM {r}", "SELECT x.{c} FROM {r} x, {r} y WHERE x.id = y.id",
    "SELECT a.{c} FROM {r} a WHERE EXISTS (SELECT b.{c} FROM {r} b WHERE b.id = a.id)",
    "SELECT (x).{c} FROM (SELECT r AS x FROM {r} r) s", "SELECT (r).* FROM {r} r",
    "SELECT r FROM {r} r", "SELECT {r} FROM {r}", "SELECT ROW(r.*) FROM {r} r",
    "SELECT x.{c} FROM {r} AS x (id)", "SELECT {c} FROM {r}, (SELECT 1) one",
    "SELECT unnest(ARRAY(SELECT {c} FROM {r}))", "SELECT {c} COLLATE \"C\" FROM {r}",
)

RETURNING = (
    "UPDATE {r} SET id = id WHERE id = {n} RETURNING {c}", "UPDATE {r} SET id = id RETURNING *",
    "UPDATE {r} x SET id = x.id FROM orders o WHERE o.id = x.id RETURNING x.{c} AS y, o.*",
    "DELETE FROM {r} WHERE id = 7 RETURNING {c}", "DELETE FROM {r} x USING {r} y WHERE x.id = y.id "
    "AND x.id = 8 RETURNING y.{c}", "WITH u AS (UPDATE {r} SET id = id RETURNING {c} AS v) SELECT v "
    "FROM u", "WITH u AS (DELETE FROM {r} RETURNING *) TABLE u", "UPDATE drafts d SET id = 1 FROM "
    "{r} x WHERE x.id = d.id RETURNING x.{c}", "UPDATE {r} SET id = id RETURNING (SELECT y.{c} FROM "
    "{r} y WHERE y.id = {r}.id)", "DELETE FROM {r} RETURNING {r}",
    "INSERT INTO drafts SELECT 1 RETURNING (SELECT {c} FROM {r} LIMIT 1)",
)
CHANGED = ("people", "accounts", "accounts_low", "documents", "contracts", "people_star",
           "people_view")

COPIES = ("COPY {r} TO STDOUT", "COPY {r} ({c}) TO STDOUT", "COPY {r} (id, {c}) TO STDOUT (FORMAT "
          "csv, HEADER)", "COPY {r} TO STDOUT (FORMAT binary)", "COPY {r} ({c}) TO STDOUT WITH CSV "
          "QUOTE '''' ESCAPE '\\' DELIMITER '|'", "COPY BINARY {r} TO STDOUT", "COPY {r} ({c}) TO "
          "STDOUT (FORMAT csv, FORCE_QUOTE ({c}))", "COPY {r} TO STDOUT (DELIMITER 'x', NULL '')",
          "COPY {r} ({c}) TO STDOUT (ENCODING 'LATIN1')", "COPY public.{r} TO STDOUT (FORMAT text)")

# By how they are said.
FORMS = tuple(MODES)


def every_way():
    """Each column of each relation, plain, in each way to say a query."""
    for relation, columns in HOLDERS.items():
        for column in columns:
            for mode in FORMS:
                yield Case("bare columns", f"{relation}.{column}, {mode}",
                           (Step(f"SELECT id, {column} FROM {relation} ORDER BY id", mode),))


class Bare:
    def __init__(self, rng):
        self.rng = rng

    def fill(self, text, relations=tuple(HOLDERS)):
        relation = self.rng.choice(relations)
        return text.format(r=relation, c=self.rng.choice(HOLDERS[relation]),
                           n=self.rng.randint(1, 8))

    def cases(self, count):
        """Besides every_way(), so many."""
        yield from every_way()
        for at in range(count * 7 // 10):
            yield Case("bare positions", str(at), (Step(self.fill(QUERIES[at % len(QUERIES)]),
                                                        self.rng.choice(FORMS)),),
                       pipelined=self.rng.random() < 0.3)
        for at in range(count * 2 // 10):
            yield Case("bare returning", str(at),
                       (Step(self.fill(RETURNING[at % len(RETURNING)], CHANGED),
                             self.rng.choice(AS_IT_IS)),), pipelined=self.rng.random() < 0.3)
        for at in range(count // 10):
            relations = [each for each in HOLDERS if not each.startswith("people_")
                         or each == "people_mat"]
            yield Case("bare copies", str(at),
                       (Step(self.fill(COPIES[at % len(COPIES)], relations),
                             self.rng.choice(("simple", "undescribed", "described", "binary"))),))
