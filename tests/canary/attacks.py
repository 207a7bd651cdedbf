"""Values of masked columns worked into something else: a grammar of expressions over a masked
column, and of the places where an expression can stand."""

from bare import FORMS, HOLDERS
from speaker import AS_IT_IS, Case, Step
from texts import scripts, statements

# {e}: an expression of type text; what they give is one as well.
WRAPS = statements("wraps")

# {e}: an expression, {r}: the relation as x, {c}: the column itself.
PLACES = statements("places")

CHANGES = statements("changes")

# What is written comes out by another statement of the same session.
LAUNDERING = scripts("launderings")


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
            sql = f"SELECT {wrap.format(e=f'x.{column}::text')} FROM {relation} x"
            yield Case("attack wraps", str(at), (Step(sql, self.rng.choice(FORMS)),))

    def _launderings(self, count):
        for at in range(count):
            relation, column = self.target()
            expression = self.expression(column)
            mode = self.rng.choice(("simple", "simple", "undescribed", "binary"))
            steps = [Step("l", "close")]
            for text in LAUNDERING[at % len(LAUNDERING)][1:]:
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
