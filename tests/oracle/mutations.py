"""Statements made from others: parts exchanged, wrapped into one another, tokens lost and doubled,
and the same written in another way."""

import random
import re

from statements import TOKEN

WRAPPERS = (
    "WITH w AS ({}) SELECT * FROM w", "WITH w AS MATERIALIZED ({}), x AS (SELECT 1) TABLE w",
    "WITH RECURSIVE w AS ({}) SELECT 1", "SELECT * FROM ({}) w", "SELECT EXISTS ({})",
    "SELECT ARRAY({})", "SELECT 1 FROM people, LATERAL ({}) w", "VALUES (({}))", "({})",
    "({}) UNION ALL SELECT 1", "SELECT 1 EXCEPT ({})", "EXPLAIN {}", "EXPLAIN ANALYZE {}",
    "EXPLAIN (ANALYZE off, COSTS off) {}", "EXPLAIN (ANALYZE on) {}", "PREPARE w AS {}",
    "DECLARE w CURSOR FOR {}", "COPY ({}) TO STDOUT", "CREATE TEMP TABLE w AS {}",
    "CREATE VIEW w AS {}", "INSERT INTO copy {}", "SELECT 1 WHERE 1 IN ({})",
    "SELECT 1 ORDER BY ({})", "SELECT count(*) OVER (ORDER BY ({})) FROM people",
    "SELECT 1 LIMIT ({})", "SELECT coalesce(({}), 'x')", "MERGE INTO people USING ({}) w ON true "
    "WHEN MATCHED THEN DO NOTHING", "UPDATE people SET name = ({})", "SELECT 1; {}", "{}; SELECT 1",
)
BLANKS = (" ", "\n", "\t", " /* ; delete */ ", " /* a /* nested */ one */ ", " -- ; insert\n", "\f")


def tokens_of(statement):
    return [token.group() for token in TOKEN.finditer(statement)]


def groups_of(tokens):
    """Where brackets open and close."""
    stack, groups = [], []
    for at, token in enumerate(tokens):
        if token == "(":
            stack.append(at)
        elif token == ")" and stack:
            groups.append((stack.pop(), at))
    return groups


def written_otherwise(statement, rng):
    """Means the same to the server."""
    out = []
    for token in tokens_of(statement):
        if token.isspace() or token.startswith(("--", "/*")):
            token = rng.choice(BLANKS)
        elif re.fullmatch(r"[A-Za-z_]\w*", token):
            token = "".join(rng.choice((c.lower(), c.upper())) for c in token)
        out.append(token)
    return "".join(out)


class Mutator:
    def __init__(self, statements, seed):
        self.statements = statements
        self.rng = random.Random(seed)

    def _exchanged(self):
        tokens, others = (tokens_of(self.rng.choice(self.statements)) for _ in range(2))
        groups, parts = groups_of(tokens), groups_of(others)
        if not groups or not parts:
            return self._wrapped()
        begin, end = self.rng.choice(groups)
        first, last = self.rng.choice(parts)
        return "".join(tokens[:begin] + others[first:last + 1] + tokens[end + 1:])

    def _wrapped(self):
        statement = self.rng.choice(self.statements)
        for _ in range(self.rng.randint(1, 3)):
            statement = self.rng.choice(WRAPPERS).format(statement)
        return statement

    def _damaged(self):
        tokens = tokens_of(self.rng.choice(self.statements))
        for _ in range(self.rng.randint(1, 2)):
            at = self.rng.randrange(len(tokens))
            other = self.rng.choice(tokens_of(self.rng.choice(self.statements)))
            changes = ([], [tokens[at]] * 2, [other], [tokens[at], other])
            tokens[at:at + 1] = self.rng.choice(changes)
            tokens = tokens or [";"]
        return "".join(tokens)

    def next(self):
        made = self.rng.choice((self._exchanged, self._wrapped, self._damaged))()
        return written_otherwise(made, self.rng) if self.rng.random() < 0.2 else made
