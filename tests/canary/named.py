"""The ways round a mask that are known by name, each said in full, and questions of which each
answer is one bit of a masked value."""

from bare import HOLDERS
from speaker import Case, Step
from texts import scripts, statements

# (name, statements...). In one transaction, which is rolled back.
WAYS = scripts("named_ways")

# Committed, since only then is a notification delivered.
COMMITTED = scripts("committed_ways")

# Each is true or false, many or few, first or last, by a masked value.
PROBES = statements("probes")


def _ways():
    for name, *texts in WAYS:
        # What PREPARE makes outlives a transaction.
        close = tuple(Step(each, "close") for each in ("w", "w2", "w6", "e"))
        for mode in ("simple", "undescribed", "binary"):
            yield Case("named ways", f"{name}, {mode}",
                       close + tuple(Step(each, mode) for each in texts))
        yield Case("named ways", f"{name}, at once",
                   close + tuple(Step(each) for each in texts), pipelined=True)
    # What no parser takes leaves open what the session has made since.
    for name, *texts in WAYS:
        if "field notation" in name or "hides" in name:
            yield Case("named ways", f"{name}, behind a syntax error",
                       (Step("COMMIT"), Step("SELEC 1"), Step("BEGIN"),
                        *(Step(each) for each in texts)))
    for name, *texts in COMMITTED:
        yield Case("named ways", name, tuple(Step(each) for each in texts), end="commit")
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
