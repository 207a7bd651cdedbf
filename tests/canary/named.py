"""The ways round a mask that are known by name, each said in full, and questions of which each
answer is one bit of a masked value."""

from bare import HOLDERS
from speaker import Case, Step
from texts import scripts, statements

# (name, statements...). In one transaction, which is rolled back.
WAYS = scripts("named_ways")

# Committed, since only then is a notification delivered.
COMMITTED = scripts("committed_ways")

# Known to leak. Whoever closes one moves it to the others.
NOT_DEFENDED = scripts("not_defended")

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


# (name, (mode, SQL)...): what becomes of a prepared statement whose names mean something else.
LIVES = (
    ("prepared on another path", ("simple", "SET search_path = other, public"),
     ("parse s8", "SELECT ssn FROM people"), ("run s8", ""),
     ("simple", "SET search_path = public"), ("run s8", "")),
    ("prepared on another path, set by a function",
     ("simple", "SELECT set_config('search_path', 'other', true)"),
     ("parse s8", "SELECT ssn, id FROM people"), ("run s8", ""),
     ("simple", "SELECT set_config('search_path', 'public', true)"), ("run s8", "")),
    ("prepared on a path that ends", ("simple", "SAVEPOINT s"),
     ("simple", "SET LOCAL search_path = other"), ("parse s8", "TABLE people"), ("run s8", ""),
     ("simple", "ROLLBACK TO s"), ("run s8", "")),
    ("prepared behind a temporary table", ("simple", "CREATE TEMP TABLE people (ssn text)"),
     ("parse s8", "SELECT ssn FROM people"), ("run s8", ""),
     ("simple", "DROP TABLE pg_temp.people"), ("run s8", "")),
    ("prepared before a view changes", ("simple", "CREATE VIEW l AS SELECT 'x'::text AS v"),
     ("parse s8", "SELECT v FROM l"), ("run s8", ""),
     ("simple", "CREATE OR REPLACE VIEW l AS SELECT ssn AS v FROM people"), ("run s8", "")),
    ("prepared before a column is renamed", ("parse s8", "SELECT name FROM people"),
     ("run s8", ""), ("simple", "ALTER TABLE people RENAME name TO was"),
     ("simple", "ALTER TABLE people RENAME ssn TO name"), ("run s8", "")),
    ("prepared before a table is exchanged", ("parse s8", "SELECT content FROM drafts"),
     ("run s8", ""), ("simple", "ALTER TABLE drafts RENAME TO was"),
     ("simple", "ALTER TABLE claims RENAME TO drafts"),
     ("simple", "ALTER TABLE drafts RENAME diagnosis TO content"), ("run s8", "")),
    ("prepared as EXECUTE of another", ("simple", "PREPARE w AS SELECT 'x'"),
     ("parse s8", "EXECUTE w"), ("run s8", ""), ("simple", "DEALLOCATE w"),
     ("simple", "PREPARE w AS SELECT ssn FROM people"), ("run s8", "")),
    ("prepared as FETCH of another", ("simple", "DECLARE w CURSOR FOR SELECT 'x'"),
     ("parse s8", "FETCH w"), ("run s8", ""), ("simple", "CLOSE w"),
     ("simple", "DECLARE w CURSOR FOR SELECT ssn FROM people"), ("run s8", "")),
    ("discarded and prepared again", ("parse s8", "SELECT 'x'"), ("run s8", ""),
     ("simple", "DEALLOCATE ALL"), ("parse s8", "SELECT ssn FROM people"), ("run s8", ""),
     ("simple", "EXECUTE s8")),
    ("discarded plans", ("simple", "SET search_path = other"),
     ("parse s8", "SELECT ssn FROM people"), ("simple", "SET search_path = public"),
     ("simple", "DISCARD PLANS"), ("run s8", "")),
    ("prepared with a parameter in place of a name", ("parse s8", "SELECT 1 FROM people LIMIT 1"),
     ("run s8", ""), ("parse s8", "SELECT ssn FROM people"), ("run s8", "")),
)


def _lives():
    for name, *steps in LIVES:
        for pipelined in (False, True):
            yield Case("named ways", f"{name}{', at once' * pipelined}",
                       (Step("w", "close"), *(Step(sql, mode) for mode, sql in steps)),
                       pipelined=pipelined)


def not_defended():
    for name, *texts in NOT_DEFENDED:
        yield Case("not defended", name, tuple(Step(each) for each in texts))


def ways_by_oid(server):
    """Those that name an OID of this server."""
    for name, argument in (("reveal", 1), ("pg_read_file", "postgresql.conf"), ("lo_get", 4711)):
        oid = server.sql(f"SELECT oid FROM pg_proc WHERE proname = '{name}' ORDER BY pronargs")
        yield Case("named ways", f"FunctionCall of {name}",
                   (Step(oid.split()[0], "function call", values=(argument,)),), end="none")
    toast = server.sql("SELECT reltoastrelid::regclass FROM pg_class WHERE relname = 'documents'")
    for mode in ("simple", "binary", "copy binary"):
        yield Case("named ways", f"a toast table, {mode}",
                   (Step(f"SELECT chunk_data FROM {toast}", mode),))
    yield Case("named ways", "a toast table, copied", (Step(f"COPY {toast} TO STDOUT"),))


def mixed_formats():
    """Every other column in binary."""
    for relation, columns in HOLDERS.items():
        for wanted in (columns, ("id", *columns)):
            yield Case("named ways", f"mixed formats of {relation}",
                       (Step(f"SELECT {', '.join(wanted)} FROM {relation}",
                             f"mixed formats of {len(wanted)}"),))


def named_ways():
    return list(_ways()) + list(_lives()) + list(mixed_formats())


def probes(rng, count):
    for at in range(count):
        text = PROBES[at % len(PROBES)].format(a=rng.choice("CDFHKMPRTVX"), n=rng.randint(2, 8))
        mode = rng.choice(("simple", "undescribed", "binary", "described", "limited"))
        yield Case("probes", str(at), (Step(text, mode),))
