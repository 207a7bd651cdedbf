"""What programs say all day: mappers' queries, changes with constants, cursors, copies, questions
about the catalog, settings, and mistakes. None of it has to do with a masked column."""

from speaker import AS_IT_IS, Case, Step
from texts import scripts, statements

QUERIES = ("simple", "simple", "described", "undescribed", "binary", "named", "limited", "crossed",
           "pipelined", "cursor", "copy csv", "name reused", "name taken")

MAPPERS = statements("mappers")

# With results that can be said in every way, and others.
CHANGES = statements("innocent_changes")

SCRIPTS = scripts("scripts")

MISTAKES = statements("mistakes")

CATALOG = statements("catalog")

# With values of parameters.
ASKED = (
    ("SELECT name, city FROM people WHERE id = $1", (3,)),
    ("SELECT p.id, p.name FROM people p WHERE p.name = $1 OR p.id = $2", ("name 2", 5)),
    ("SELECT id FROM people WHERE id = ANY ($1::int[]) ORDER BY id", ("{1,3,5}",)),
    ("SELECT $1::text || name FROM people WHERE visits > $2 LIMIT $3", ("x ", 10, 4)),
    ("SELECT count(*) FROM accounts WHERE owner = $1 AND kind = $2", (2, "kind 0")),
    ("INSERT INTO people (id, name, ssn) VALUES ($1, $2, $3) RETURNING id", (77, "n", "given")),
    ("UPDATE people SET email = $1, salary = $2 WHERE id = $3", ("given", "7.5", 2)),
    ("UPDATE claims SET amount = amount + $1 WHERE id = $2 RETURNING amount", (5, 1)),
    ("DELETE FROM drafts WHERE id = $1 RETURNING *", (2,)),
    ("SELECT o.*, p.label FROM orders o JOIN products p ON p.id = o.product_id WHERE o.id < $1",
     (9,)), ("SELECT $1::int, $2::text", (1, None)),
    ("SELECT title FROM documents WHERE title ILIKE $1 ORDER BY title", ("%3%",)))


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

    def _asked(self, count):
        for at in range(count):
            text, values = ASKED[at % len(ASKED)]
            mode = self.rng.choice(("described", "undescribed", "binary", "named", "limited",
                                    "pipelined", "binary undescribed", "crossed", "name reused"))
            yield Case("innocent parameters", str(at), (Step(text, mode, values=values),))

    def _scripts(self, count):
        for at in range(count):
            mode = self.rng.choice(("simple", "simple", "undescribed", "described", "binary"))
            steps = tuple(Step(self.fill(text), mode) for text in SCRIPTS[at % len(SCRIPTS)][1:])
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
        yield from self._single("innocent mappers", MAPPERS, QUERIES, count * 3 // 10)
        yield from self._single("innocent changes", CHANGES, AS_IT_IS, count * 2 // 10)
        yield from self._single("innocent catalog", CATALOG, QUERIES, count // 10)
        yield from self._single("innocent mistakes", MISTAKES, AS_IT_IS, count // 10)
        yield from self._asked(count // 10)
        yield from self._scripts(count // 10)
        yield from self._copies(count // 10)
