"""Masked columns as they are, wherever a column can stand: masked or refused, never raw."""

from schema import PEOPLE
from speaker import AS_IT_IS, MODES, Case, Step
from texts import statements

# relation: the columns of it that hold canaries.
HOLDERS = {
    "people": tuple(PEOPLE), "people_star": tuple(PEOPLE), "accounts": ("iban", "balance"),
    "accounts_low": ("iban", "balance"), "accounts_high": ("iban",), "documents": ("body",),
    "contracts": ("body", "terms"), "claims": ("diagnosis", "ssn"), "people_file": ("code",),
    "people_far": ("ssn",), "people_view": ("ssn", "salary", "born"), "people_deep": ("number",),
    "people_mat": ("ssn", "email", "salary"), "people_lower": ("low", "mail"),
    "people_rows": ("whole",)}

# {r}: the relation, {c}: the column, {n}: a small number.
QUERIES = statements("bare_queries")

RETURNING = statements("bare_returning")
CHANGED = ("people", "accounts", "accounts_low", "documents", "contracts", "people_star",
           "people_view")

COPIES = statements("bare_copies")

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
