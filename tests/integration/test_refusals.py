"""A refused statement: what the client hears, and that everything else stays as it was.

The server itself is the measure: the same conversation on a direct connection, with a statement in
the place of the refused one that the server rejects by itself, has the same shape.
"""

import pytest

from testbed import POLICY
from wire import (COPY_DONE, FLUSH, SYNC, Client, bind, close, copy_data, describe, direct, errors,
                  execute, function_call, kinds, parse, query, rows, signed_in, token_of)

BED = {"policy": POLICY + """\
  - name: no-ddl
    who: [owners]
    on: { labels: { env: test } }
    rules:
      - { class: [ddl, role], action: refuse, message: "not here" }
      - { class: any, action: allow }
"""}

# Refused under analyst-read, and what a server rejects at the same place.
REFUSED, REJECTED = "DELETE FROM customers", "DELETE FRM customers"


def analyst(bed, **options):
    return signed_in(bed, "analyst-read", token=token_of(bed, "data-eu"), **options)


def run_of(statement, name="", portal=""):
    return parse(statement, name) + bind(statement=name, portal=portal) + execute(portal)


SHAPES = {
    "simple": lambda bad: [(query(bad), 1), (query("SELECT 1"), 1)],
    "first of several statements": lambda bad: [(query(f"{bad}; SELECT 1"), 1)],
    "last of several statements": lambda bad: [(query(f"SELECT 1; SELECT 2; {bad}"), 1)],
    "in a transaction block": lambda bad: [
        (query("BEGIN"), 1), (query("SELECT 1"), 1), (query(bad), 1), (query("SELECT 2"), 1),
        (query("COMMIT"), 1)],
    "in a block that has failed already": lambda bad: [
        (query("BEGIN"), 1), (query("SELECT 1/0"), 1), (query(bad), 1), (query("ROLLBACK"), 1)],
    "behind a savepoint": lambda bad: [
        (query("BEGIN; SAVEPOINT s"), 1), (query(bad), 1), (query("ROLLBACK TO s"), 1),
        (query("SELECT 1"), 1), (query("COMMIT"), 1)],
    "extended": lambda bad: [
        (parse(bad) + bind() + describe() + execute() + SYNC, 1), (run_of("SELECT 1") + SYNC, 1)],
    "extended in a transaction block": lambda bad: [
        (query("BEGIN"), 1), (run_of(bad) + SYNC, 1), (run_of("SELECT 1") + SYNC, 1),
        (query("ROLLBACK"), 1)],
    "named and used later": lambda bad: [
        (parse(bad, "s") + SYNC, 1), (bind(statement="s") + execute() + SYNC, 1),
        (describe("S", "s") + SYNC, 1), (close("S", "s") + SYNC, 1), (query("SELECT 1"), 1)],
    "named like one that is good": lambda bad: [
        (parse("SELECT 1", "s") + SYNC, 1), (close("S", "s") + parse(bad, "s") + SYNC, 1),
        (bind(statement="s") + execute() + SYNC, 1)],
    "in place of the unnamed statement": lambda bad: [
        (parse("SELECT 1") + SYNC, 1), (parse(bad) + SYNC, 1), (bind() + execute() + SYNC, 1)],
    "in the middle of a pipeline": lambda bad: [
        (run_of("SELECT 1") + run_of(bad) + run_of("SELECT 2") + SYNC + run_of("SELECT 3") + SYNC,
         2)],
    "in a pipeline of simple queries": lambda bad: [
        (query("SELECT 1") + query(bad) + query("SELECT 2") + query(bad), 4)],
    "flushed": lambda bad: [
        (parse(bad) + FLUSH, "E"), (bind() + execute() + SYNC, 1), (query("SELECT 1"), 1)],
    "twice in one pipeline": lambda bad: [
        (run_of(bad) + run_of(bad) + SYNC + run_of(bad) + SYNC, 2)],
    "before a COPY": lambda bad: [
        (run_of(bad) + run_of("COPY customers TO STDOUT") + SYNC, 1),
        (query("COPY (SELECT 1) TO STDOUT"), 1)],
}


@pytest.mark.parametrize("where", SHAPES)
def test_a_refusal_leaves_the_session_as_the_servers_own_error_does(bed, where):
    heard = {}
    for connect, bad in ((direct, REJECTED), (analyst, REFUSED)):
        with connect(bed) as client:
            messages = []
            for sent, awaited in SHAPES[where](bad):
                client.send(sent)
                messages += (client.answers(awaited) if isinstance(awaited, int)
                             else client.receive_until(awaited, "Z"))
            heard[connect] = messages
    assert kinds(heard[analyst]) == kinds(heard[direct])
    codes = [[each["C"] for each in errors(heard[connect])] for connect in (direct, analyst)]
    # Every error stands at the same place; the rejected text's own code is the refusal's.
    assert [code.replace("42601", "42501") for code in codes[0]] == codes[1]
    assert "42501" in codes[1]


def test_a_refusal_names_the_rule_and_what_to_do(bed):
    with analyst(bed) as client:
        refusal = errors(client.ask(query("DROP TABLE customers")))[0]
        assert refusal["S"] == refusal["V"] == "ERROR"
        assert refusal["C"] == "42501"
        assert refusal["M"] == "use the migrations grant"
        assert "grants/analyst-read/rules/2" in refusal["D"] and "class ddl" in refusal["D"]
        assert "analyst-read" in refusal["H"]
        by_default = errors(client.ask(query("DELETE FROM customers")))[0]
        assert "DELETE" in by_default["M"] and "Rule defaults" in by_default["D"]


def test_a_refusal_can_be_found_in_the_journal_by_its_decision_id(bed):
    with analyst(bed) as client:
        detail = errors(client.ask(query("DELETE FROM customers WHERE id = 4")))[0]["D"]
    decision = detail.rpartition("Decision ")[2].rstrip(".")
    found = [each["statement"] for each in bed.records()
             if each.get("statement", {}).get("decision_id") == decision]
    assert [each["sql"] for each in found] == ["DELETE FROM customers WHERE id = 4"]
    assert found[0]["decision"] == "REFUSE"


def test_several_statements_are_decided_as_a_whole(bed):
    with signed_in(bed, "write", token=token_of(bed, "sre")) as client:
        text = "INSERT INTO customers VALUES (7001, 'n'); DROP TABLE customers; SELECT 1"
        assert kinds(client.ask(query(text))) == "EZI"
        assert rows(client.ask(query("SELECT count(*) FROM customers WHERE id = 7001"))) == [["0"]]


def test_nothing_of_a_refused_statement_reaches_the_server(bed):
    bed.postgres.sql("ALTER SYSTEM SET log_statement = 'all'")
    bed.postgres.sql("SELECT pg_reload_conf()")
    try:
        with analyst(bed) as client:
            client.ask(query("SELECT 'allowed-marker'"))
            client.ask(query("SELECT 1; DELETE FROM customers WHERE name = 'refused-marker'"))
            client.ask(run_of("DELETE FROM customers WHERE name = 'refused-marker'") + SYNC)
        log = (bed.postgres.folder / "postgres.log").read_text()
        assert "allowed-marker" in log
        assert "refused-marker" not in log
    finally:
        bed.postgres.sql("ALTER SYSTEM RESET log_statement")
        bed.postgres.sql("SELECT pg_reload_conf()")


@pytest.mark.parametrize("statement", [
    "WITH gone AS (DELETE FROM customers RETURNING *) SELECT * FROM gone",
    "EXPLAIN ANALYZE DELETE FROM customers", "PREPARE p AS DELETE FROM customers",
    "SELECT * INTO copied FROM customers", "COPY customers FROM STDIN",
    "COPY (DELETE FROM customers RETURNING *) TO STDOUT",
    "DO $$ BEGIN DELETE FROM customers; END $$",
    "CREATE TEMP TABLE copied AS SELECT 1", "SELECT lo_create(0)", "CALL something()",
    "SELECT 1 FROM customers FOR UPDATE NOWAIT; DELETE FROM customers", "VACUUM customers",
    "COPY customers TO '/tmp/file'", "COPY customers TO PROGRAM 'cat'",
    "/* x */ delete from customers",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM customers RETURNING 1'"])
def test_what_writes_is_refused_however_it_is_dressed(bed, statement):
    with analyst(bed) as client:
        for message in (query(statement), parse(statement) + SYNC):
            messages = client.ask(message)
            assert kinds(messages) == "EZI"
            assert errors(messages)[0]["C"] == "42501"
        # The data of a refused COPY is passed over.
        assert kinds(client.ask(copy_data(b"x\n") + COPY_DONE + query("SELECT 1"))) == "TDCZI"
    assert bed.postgres.sql("SELECT count(*) FROM customers") == "1000"


def test_a_function_call_message_is_refused_unless_a_rule_names_it(bed):
    with analyst(bed) as client:
        messages = client.ask(function_call(1598) + query("SELECT 1"), ready=2)
        assert kinds(messages) == "EZITDCZI"
        assert errors(messages)[0]["C"] == "42501"
        assert "FunctionCall" in errors(messages)[0]["M"]


# A UTF-8 reader sees one string. A server that reads GBK sees it end before the DROP: the last byte
# of the letter takes the backslash with it.
SMUGGLED = "SELECT E'\u3042\\' ; DROP TABLE smuggled; --'"
UNESCAPED = "SELECT '\\'; DROP TABLE smuggled; --'"

SETTINGS = [
    ["SET client_encoding = 'GBK'"], ["SET CLIENT_ENCODING TO gbk"], ["SET NAMES 'GBK'"],
    ["SELECT set_config('client_encoding', 'GBK', false)"],
    ["BEGIN", "SET LOCAL client_encoding = GBK"], ["SET standard_conforming_strings = off"],
    ["UPDATE pg_settings SET setting = 'GBK' WHERE name = 'client_encoding'"]]


@pytest.fixture
def smuggled(bed):
    bed.postgres.sql("CREATE TABLE IF NOT EXISTS smuggled (a int)")
    yield
    assert bed.postgres.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'smuggled'") == "1"


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda each: each[-1])
def test_no_setting_makes_the_server_read_another_statement_than_the_gateway(
        bed, smuggled, settings):
    with signed_in(bed, "no-ddl") as client:
        # Without waiting: the server's report of the change would come too late.
        client.send(*map(query, [*settings, SMUGGLED, "COMMIT", UNESCAPED]))
        client.answers(len(settings) + 3)


@pytest.mark.parametrize("parameters", [
    {"client_encoding": "GBK"}, {"options": "-c client_encoding=GBK"},
    {"options": "-c standard_conforming_strings=off"}], ids=str)
def test_no_start_up_parameter_does_so_either(bed, smuggled, parameters):
    with Client(("localhost", bed.port)) as client:
        messages = client.login("no-ddl", "demo", token_of(bed), **parameters)
        if messages[-1].type == "Z":
            client.ask(query(SMUGGLED) + query(UNESCAPED), ready=2)


def test_no_default_of_a_role_or_database_does_so_either(bed, smuggled):
    bed.postgres.sql("ALTER DATABASE postgres SET client_encoding = 'GBK'")
    try:
        with Client(("localhost", bed.port)) as client:
            messages = client.login("no-ddl", "demo", token_of(bed))
            if messages[-1].type == "Z":
                client.ask(query(SMUGGLED))
    finally:
        bed.postgres.sql("ALTER DATABASE postgres RESET client_encoding")
