"""Statements that have nothing to do with a masked column, though they may touch a masked table.

Made by a grammar over the columns that no mask covers. What the gateway answers to them must be
what the server answers, byte for byte.
"""

from speaker import Case, Step

# relation: {column: kind}, the clean ones. i: int, t: text, n: numeric, d: date, s: timestamptz,
# b: boolean, j: jsonb, a: text[].
CLEAN = {
    "people": {"id": "i", "name": "t", "city": "t", "active": "b", "joined": "d", "visits": "i"},
    "products": {"id": "i", "label": "t", "price": "n", "tags": "a", "spec": "j", "priced": "t"},
    "orders": {"id": "i", "person_id": "i", "product_id": "i", "quantity": "i", "placed": "s",
               "comment": "t"},
    "accounts": {"id": "i", "owner": "i", "kind": "t", "opened": "d"},
    "accounts_low": {"id": "i", "owner": "i", "kind": "t", "opened": "d"},
    "documents": {"id": "i", "title": "t", "pages": "i"},
    "contracts": {"id": "i", "title": "t", "pages": "i", "signed": "d"},
    "claims": {"id": "i", "person_id": "i", "amount": "i", "state": "t"},
    "drafts": {"id": "i", "content": "t", "amount": "i"},
    "people_names": {"id": "i", "name": "t", "city": "t"},
    "people_view": {"id": "i", "name": "t"},
    "people_deep": {"id": "i", "quantity": "i"},
    "people_mat": {"id": "i", "name": "t"},
    "order_lines": {"id": "i", "label": "t", "worth": "n"},
    "sales_mat": {"product_id": "i", "sold": "i"},
    "people_file": {"id": "i", "name": "t"},
    "people_far": {"id": "i", "name": "t"},
    "other.people": {"id": "i", "name": "t", "ssn": "t"},
}
# (relation, column, relation, column)
JOINS = (("people", "id", "orders", "person_id"), ("products", "id", "orders", "product_id"),
         ("people", "id", "accounts", "owner"), ("people", "id", "claims", "person_id"),
         ("people_names", "id", "orders", "person_id"), ("people_view", "id", "claims", "id"),
         ("products", "id", "sales_mat", "product_id"), ("people_mat", "id", "accounts", "owner"),
         ("people", "id", "people_file", "id"), ("contracts", "pages", "documents", "id"))
AGGREGATES = {"i": ("sum({})", "avg({})", "max({})", "count({})", "count(DISTINCT {})",
                    "array_agg({0} ORDER BY {0})", "stddev({})", "bit_or({})"),
              "t": ("max({})", "count({})", "string_agg({0}, ',' ORDER BY {0})"),
              "n": ("sum({})", "avg({})", "min({})"), "d": ("min({})", "max({})"),
              "s": ("min({})", "count({})"), "b": ("bool_and({})", "count({})"),
              "j": ("count({})", "jsonb_agg({} -> 'size')"), "a": ("count({})",)}
SCALARS = {
    "i": ("{}", "{} + 1", "{} * 2 - 3", "abs({})", "{}::text", "-{}", "coalesce({}, 0)",
          "CASE WHEN {} > 3 THEN 'many' ELSE 'few' END", "{}::bigint", "to_char({}, 'FM000')",
          "greatest({}, 5)", "nullif({}, 2)", "ARRAY[{0}, {0}]", "{} % 3", "least(4, {})"),
    "t": ("{}", "upper({})", "lower({}) || '!'", "length({})", "substring({} from 2 for 3)",
          "left({}, 4)", "replace({}, ' ', '_')", "coalesce({}, 'none')", "md5({})",
          "{}::varchar(5)",
          "split_part({}, ' ', 1)", "concat({}, '-', 1)", "quote_literal({})", "format('%s', {})",
          "position('a' in {})", "reverse({})", "trim({})", "{} COLLATE \"C\"", "initcap({})"),
    "n": ("{}", "round({}, 1)", "{} * 1.19", "{}::int", "trunc({})", "{}::float8"),
    "d": ("{}", "{} + 7", "extract(year from {})", "date_trunc('month', {})", "{}::text",
          "to_char({}, 'YYYY-MM')", "age({}, '2019-01-01')"),
    "s": ("{}", "date_trunc('day', {})", "{}::date", "extract(epoch from {})",
          "{} AT TIME ZONE 'UTC'", "{} - interval '1 day'"),
    "b": ("{}", "NOT {}", "{}::int", "coalesce({}, false)"),
    "j": ("{}", "{} -> 'size'", "{} ->> 'size'", "{} #>> '{{parts,1}}'", "jsonb_typeof({})",
          "jsonb_pretty({})"),
    "a": ("{}", "{}[1]", "array_length({}, 1)", "array_to_string({}, '|')", "cardinality({})"),
}
TESTS = {
    "i": ("{} = 3", "{} > 2", "{} IN (1, 2, 5)", "{} BETWEEN 2 AND 6", "{} % 2 = 0",
          "{} = ANY (ARRAY[1, 4])", "{} IS NOT NULL", "NOT {} < 4", "{} <> 2"),
    "t": ("{} LIKE '%1%'", "{} = 'name 3'", "{} > 'c'", "{} ILIKE 'NAME%'", "{} ~ '[24]$'",
          "{} IS NULL", "length({}) > 6", "{} IN ('name 1', 'city 2')", "starts_with({}, 'n')"),
    "n": ("{} > 5", "{} BETWEEN 2 AND 12.5"), "d": ("{} > '2020-01-04'", "{} IS NOT NULL"),
    "s": ("{} < '2024-01-02'", "extract(hour from {}) < 12"), "b": ("{}", "{} IS NOT TRUE"),
    "j": ("{} ? 'size'", "{} @> '{{\"size\": 3}}'"), "a": ("'t3' = ANY ({})", "{} && '{{t1,t2}}'"),
}
WINDOWS = ("row_number() OVER ({})", "rank() OVER ({})", "sum({1}) OVER ({0})",
           "lag({1}) OVER ({0})", "first_value({1}) OVER ({0})", "ntile(3) OVER ({})",
           "count(*) OVER ({} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", "dense_rank() OVER ({})")
MODES = ("simple",) * 6 + ("described", "undescribed", "binary", "binary undescribed", "named",
                           "limited", "across sync", "pipelined", "crossed", "several",
                           "name reused", "name taken",
                           "sql prepared", "sql prepared, by protocol", "cursor", "binary cursor",
                           "portal by fetch", "copy text", "copy csv", "copy binary",
                           "copy extended", "copy binary extended", "copy old")


class Innocent:
    def __init__(self, rng):
        self.rng = rng
        self.aliases = 0

    def pick(self, *options):
        return self.rng.choice(options)

    def _alias(self, relation):
        self.aliases += 1
        name = relation.rpartition(".")[2]
        return self.pick(name[0] + str(self.aliases % 7), f"{name}_{self.aliases % 5}",
                         f'"{name}{self.aliases % 3}"')

    def relation(self):
        return self.rng.choice(list(CLEAN))

    def scope(self):
        """(FROM clause, [(column as it is written, kind)])"""
        if self.rng.random() < 0.45:
            return self._joined()
        relation = self.relation()
        alias = self._alias(relation)
        wrote = f"{relation} {self.pick('', 'AS ')}{alias}"
        if relation == "documents" and self.rng.random() < 0.5:
            wrote = f"ONLY {wrote}"
        return wrote, [(f"{alias}.{column}", kind) for column, kind in CLEAN[relation].items()]

    def _joined(self):
        left, left_key, right, right_key = self.rng.choice(JOINS)
        a, b = self._alias(left) + "x", self._alias(right) + "y"
        a, b = (each.replace('"', "") for each in (a, b))
        columns = [(f"{a}.{column}", kind) for column, kind in CLEAN[left].items()]
        columns += [(f"{b}.{column}", kind) for column, kind in CLEAN[right].items()]
        how = self.pick("JOIN", "LEFT JOIN", "LEFT OUTER JOIN", "INNER JOIN", "RIGHT JOIN")
        clause = f"{left} {a} {how} {right} {b} ON {a}.{left_key} = {b}.{right_key}"
        if self.rng.random() < 0.25:
            clause = f"{left} {a}, {right} {b}"
            columns.append((f"{a}.{left_key}", "i"))
        return clause, columns

    def column(self, columns, kinds=None):
        fitting = [each for each in columns if kinds is None or each[1] in kinds]
        return self.rng.choice(fitting or columns)

    def scalar(self, columns):
        name, kind = self.column(columns)
        return self.rng.choice(SCALARS[kind]).format(name)

    def test(self, columns, depth=0):
        if depth < 2 and self.rng.random() < 0.3:
            both = self.test(columns, depth + 1), self.test(columns, depth + 1)
            return f"({both[0]} {self.pick('AND', 'OR')} {both[1]})"
        if depth == 0 and self.rng.random() < 0.12:
            inner, inside = self.scope()
            return self.pick(
                f"EXISTS (SELECT 1 FROM {inner} WHERE {self.test(inside, 2)})",
                f"{self.column(columns, 'i')[0]} IN (SELECT {self.column(inside, 'i')[0]}"
                f" FROM {inner} WHERE {self.test(inside, 2)})"
                if any(kind == "i" for _, kind in columns) else "true")
        name, kind = self.column(columns)
        return self.rng.choice(TESTS[kind]).format(name)

    def tail(self, columns):
        parts = []
        if self.rng.random() < 0.6:
            parts.append(f"WHERE {self.test(columns)}")
        if self.rng.random() < 0.6:
            order = self.column(columns, "itnds")[0]
            parts.append(f"ORDER BY {order} {self.pick('', 'DESC', 'ASC NULLS FIRST')}")
        if self.rng.random() < 0.4:
            parts.append(f"LIMIT {self.rng.randint(1, 9)}{self.pick('', ' OFFSET 1')}")
        return " ".join(parts)

    def select(self):
        clause, columns = self.scope()
        wanted = ", ".join(self.scalar(columns) + self.pick("", "", f' AS "c{at}"')
                           for at in range(self.rng.randint(1, 4)))
        return f"SELECT {self.pick('', '', 'ALL')} {wanted} FROM {clause} " \
            + self.tail(columns)

    def plain_star(self):
        """The stars of what has no masked column."""
        relation = self.pick("products", "orders", "drafts", "people_names", "order_lines",
                             "sales_mat", "other.people")
        return f"{self.pick('SELECT * FROM', 'TABLE')} {relation}"

    def grouped(self):
        clause, columns = self.scope()
        key = self.column(columns, "itbd")
        wanted = []
        for _ in range(self.rng.randint(1, 3)):
            name, kind = self.column(columns)
            made = self.rng.choice(AGGREGATES[kind]).format(name)
            filtered = f" FILTER (WHERE {self.test(columns, 2)})" if self.rng.random() < 0.2 else ""
            wanted.append(made + filtered)
        group = self.pick(key[0], "1", f"ROLLUP ({key[0]})", f"GROUPING SETS (({key[0]}), ())")
        having = f" HAVING count(*) > {self.rng.randint(0, 3)}" if self.rng.random() < 0.4 else ""
        where = f" WHERE {self.test(columns)}" if self.rng.random() < 0.5 else ""
        return f"SELECT {key[0]}, {', '.join(wanted)}, count(*) FROM {clause}{where}" \
            f" GROUP BY {group}{having} ORDER BY 1"

    def windowed(self):
        clause, columns = self.scope()
        over = f"PARTITION BY {self.column(columns, 'itb')[0]} ORDER BY " \
            f"{', '.join(name for name, kind in columns[:3])}"
        if self.rng.random() < 0.3:
            over = f"ORDER BY {columns[0][0]}"
        made = self.rng.choice(WINDOWS).format(over, self.column(columns, "i")[0])
        if self.column(columns, "i")[1] != "i":
            made = f"row_number() OVER ({over})"
        return f"SELECT {columns[0][0]}, {made} FROM {clause} {self.tail(columns)}"

    def with_query(self):
        inner = self.pick(self.select, self.grouped)()
        how = self.rng.random()
        if how < 0.3:
            return f"WITH w {self.pick('', '(c1)')} AS {self.pick('', 'MATERIALIZED ')}({inner})" \
                " SELECT * FROM w"
        if how < 0.5:
            return "WITH RECURSIVE r(n, id) AS (SELECT 1, id FROM people WHERE id < 3 UNION " \
                f"{self.pick('ALL ', '')}SELECT n + 1, r.id FROM r WHERE n < " \
                f"{self.rng.randint(2, 6)}) SELECT r.n, p.name FROM r JOIN people p USING (id)" \
                " ORDER BY 1, 2"
        if how < 0.7:
            return f"SELECT count(*), {self.rng.randint(1, 99)} FROM ({inner}) AS sub"
        if how < 0.85:
            return f"SELECT x.* FROM people p, LATERAL (SELECT o.id, o.quantity FROM orders o " \
                f"WHERE o.person_id = p.id ORDER BY o.id LIMIT {self.rng.randint(1, 4)}) x " \
                "ORDER BY p.id, x.id"
        return f"WITH a AS ({self.select()}), b AS ({self.select()}) " \
            "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)"

    def combined(self):
        clause, columns = self.scope()
        other, others = self.scope()
        left = f"SELECT {self.column(columns, 'i')[0]}::text AS v FROM {clause}"
        right = f"SELECT {self.column(others, 'i')[0]}::text FROM {other}"
        return f"{left} {self.pick('UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT')} {right}" \
            " ORDER BY 1 LIMIT 20"

    def query(self):
        return self.rng.choices((self.select, self.grouped, self.windowed, self.with_query,
                                 self.combined, self.plain_star), (8, 4, 2, 3, 2, 1))[0]()

    def cases(self, count):
        """`count` queries, each in one of the ways to say it."""
        for at in range(count):
            yield Case("innocent queries", str(at), (Step(self.query(), self.pick(*MODES)),),
                       pipelined=self.rng.random() < 0.2)
