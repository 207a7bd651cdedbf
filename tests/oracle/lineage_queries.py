"""Queries over lineage_shop.sql at random, such as people do not think of."""

TABLES = {
    "customers": ["id", "name", "email", "ssn", "region"],
    "orders": ["id", "customer_id", "note", "place"],
    "hr.people": ["id", "name", "grade", "boss"],
    "hr.badges": ["id", "email", "badge"],
    "events": ["id", "what", "who"],
    "contacts": ["id", "who", "mail"],
    "letters": ["id", "start"],
    "everyone": ["id", "x"],
    "sums": ["region", "n", "note"],
    "chain": ["id", "path"],
    "kept": ["id", "mail"],
}
NUMBERS = {"id", "customer_id", "boss", "n"}


class Maker:
    """Every column of the queries that it makes is a text or an int, by its name."""

    def __init__(self, rng):
        self.rng = rng
        self.names = 0

    def name(self, stem="t"):
        self.names += 1
        return f"{stem}{self.names}"

    def column(self, scope, number=None):
        """[(alias, column, is a number)]"""
        fitting = [each for each in scope if number is None or each[2] == number]
        if not fitting:
            return ("1" if number else "'c'"), bool(number)
        alias, name, is_number = self.rng.choice(fitting)
        only = sum(each[1] == name for each in scope) == 1
        return (name if only and self.rng.random() < 0.4 else f"{alias}.{name}"), is_number

    def text(self, scope, depth):
        column = self.column(scope, False)[0]
        other = self.column(scope, False)[0]
        number = self.column(scope, True)[0]
        choices = [column] * 8 + [
            f"upper({column})", f"{column} || {other}", f"coalesce({column}, {other})",
            f"CASE WHEN {number} > 1 THEN {column} ELSE {other} END", f"{column}::varchar",
            f"{column} COLLATE \"C\"", f"nullif({column}, {other})", f"left({column}, 3)",
            f"CAST({number} AS text)", f"greatest({column}, {other})", f"({column})",
            f"(ARRAY[{column}, {other}])[1]", f"concat({column}, {number})",
            f"(jsonb_build_object('k', {column}) ->> 'k')", f"format('%s', {column})",
            f"(ROW({column}, {number})::text)",
        ]
        if depth > 0:
            choices += [self.scalar(scope, depth - 1)] * 3
        return self.rng.choice(choices)

    def number(self, scope, depth):
        column = self.column(scope, True)[0]
        text = self.column(scope, False)[0]
        return self.rng.choice([column] * 5 + [f"{column} + 1", f"length({text})", "7",
                                               f"({text} IS NULL)::int", f"abs({column})"])

    def scalar(self, scope, depth):
        inner, rows = self.source(depth, scope)
        return f"(SELECT min({self.column(rows, False)[0]}) FROM {inner})" \
            if self.rng.random() < 0.5 else \
            f"(SELECT {self.column(rows, False)[0]} FROM {inner} LIMIT 1)"

    def condition(self, scope, depth):
        text, number = self.column(scope, False)[0], self.column(scope, True)[0]
        other = self.column(scope, True)[0]
        choices = [f"{number} = {other}", f"{text} IS NOT NULL", f"{text} LIKE '%1'",
                   f"{number} IN (1, 2, 3)", f"{text} > {self.column(scope, False)[0]}",
                   f"{number} > 1", f"NOT ({text} = 'x')", f"{number} = ANY (ARRAY[1, 2])"]
        if depth > 0:
            inner, rows = self.source(depth - 1, scope)
            both = scope + rows
            choices += [f"EXISTS (SELECT 1 FROM {inner} WHERE {self.condition(both, 0)})",
                        f"{number} IN (SELECT {self.column(rows, True)[0]} FROM {inner})",
                        f"{text} <> ALL (SELECT {self.column(rows, False)[0]} FROM {inner})"]
        return self.rng.choice(choices)

    def table(self):
        name = self.rng.choice(list(TABLES))
        alias = self.name()
        columns = list(TABLES[name])
        text = f"{name} {alias}"
        if self.rng.random() < 0.15:
            renamed = [self.name("c") for _ in columns[:2]]
            text = f"{name} AS {alias}({', '.join(renamed)})"
            return text, [(alias, new, old in NUMBERS)
                          for old, new in zip(columns, renamed + columns[2:])]
        return text, [(alias, column, column in NUMBERS) for column in columns]

    def source(self, depth, outer=()):
        """What can stand in FROM, and the columns that it has."""
        kind = self.rng.random()
        if depth <= 0 or kind < 0.35:
            return self.table()
        if kind < 0.6:
            alias = self.name("s")
            query, columns = self.query(depth - 1)
            return f"({query}) {alias}", [(alias, *column) for column in columns]
        left, left_rows = self.source(depth - 1)
        right, right_rows = self.source(depth - 1)
        if kind < 0.7:
            alias = self.name("l")
            query, columns = self.query(0, left_rows)
            rows = left_rows + [(alias, *column) for column in columns]
            return f"{left} CROSS JOIN LATERAL ({query}) {alias}", rows
        common = {each[1:] for each in left_rows} & {each[1:] for each in right_rows}
        twice = any(sum(other[1] == name for other in rows) > 1
                    for name, _ in common for rows in (left_rows, right_rows))
        if common and not twice and self.rng.random() < 0.4:
            name, number = self.rng.choice(sorted(common))
            kind = self.rng.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
            joined = f"{left} {kind} {right} USING ({name})"
            rows = left_rows + right_rows
            if self.rng.random() < 0.3:
                alias = self.name("j")
                kept = [(alias, *each[1:]) for each in rows if each[1] != name]
                kept = [each for each in kept if sum(x[1] == each[1] for x in kept) == 1]
                return f"({joined}) AS {alias}", [(alias, name, number), *kept]
            return joined, rows
        both = left_rows + right_rows
        kind = self.rng.choice(["JOIN", "LEFT JOIN", "FULL JOIN", "JOIN"])
        condition = f"{self.column(left_rows, True)[0]} = {self.column(right_rows, True)[0]}" \
            if kind == "FULL JOIN" else self.condition(both, 0)
        return f"{left} {kind} {right} ON {condition}", both

    def query(self, depth, outer=()):
        """And its columns: [(name, is a number)]"""
        if depth > 0 and self.rng.random() < 0.12:
            return self.union(depth)
        prefix = ""
        source, rows = self.source(depth)
        if depth > 0 and self.rng.random() < 0.2:
            name, alias = self.name("w"), self.name()
            inner, columns = self.query(depth - 1)
            prefix = f"WITH {name} AS ({inner}) "
            source += f" CROSS JOIN {name} {alias}"
            rows = rows + [(alias, *column) for column in columns]
        scope = rows + [each for each in outer]
        if self.rng.random() < 0.15:
            alias = self.rng.choice(rows)[0]
            columns = [each[1:] for each in rows if each[0] == alias]
            return f"{prefix}SELECT {alias}.* FROM {source}", columns
        if self.rng.random() < 0.15:
            column, number = self.column(rows)
            text = self.column(rows, False)[0]
            how = self.rng.choice(["min({})", "max({})", "string_agg({}, ',' ORDER BY {})",
                                   "count({})::text", "(array_agg({}))[1]",
                                   "min({}) FILTER (WHERE {} IS NOT NULL)"]).format(text, text)
            having = f" HAVING count({text}) > 0" if self.rng.random() < 0.3 else ""
            first, second = self.name("g"), self.name("a")
            return (f"{prefix}SELECT {column} AS {first}, {how} AS {second} FROM {source} "
                    f"GROUP BY {column}{having}", [(first, number), (second, False)])
        outputs, columns = [], []
        for _ in range(self.rng.randint(1, 3)):
            number = self.rng.random() < 0.3
            value = (self.number if number else self.text)(scope, depth)
            name = self.name("o")
            outputs.append(f"{value} AS {name}")
            columns.append((name, number))
        if self.rng.random() < 0.1:
            name = self.name("o")
            number, text = self.column(rows, True)[0], self.column(rows, False)[0]
            outputs.append(f"first_value({text}) OVER (ORDER BY {number}) AS {name}")
            columns.append((name, False))
        distinct = "DISTINCT " if self.rng.random() < 0.1 else ""
        text = f"{prefix}SELECT {distinct}{', '.join(outputs)} FROM {source}"
        if self.rng.random() < 0.5:
            text += f" WHERE {self.condition(scope, depth)}"
        if self.rng.random() < 0.3:
            text += f" ORDER BY {self.rng.choice(['1', columns[0][0]])}"
            if self.rng.random() < 0.5:
                text += f" LIMIT {self.rng.randint(1, 5)}"
        return text, columns

    def union(self, depth):
        left, columns = self.query(depth - 1)
        right, others = self.query(depth - 1)
        kind = self.rng.choice(["UNION", "UNION ALL", "EXCEPT", "INTERSECT", "UNION ALL"])
        if [each[1] for each in columns] != [each[1] for each in others]:
            right = "SELECT " + ", ".join(
                ("id" if number else "name") for _, number in columns) + " FROM customers"
        return f"({left}) {kind} ({right})", columns
