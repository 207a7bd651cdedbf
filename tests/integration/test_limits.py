"""The limits of a grant against a real server: what is cut off, what is undone, what the client
hears, and that the session goes on."""

import time

import pytest

from testbed import wait_until
from wire import (COPY_DONE, SYNC, bind, copy_data, copy_fail, describe, direct, errors, execute,
                  kinds, parse, query, rows, signed_in)

GRANT = """\
  - name: {name}
    who: [owners]
    on: {{ connections: ["*"] }}
    rules: [{{ class: any, action: allow }}]
    limits: {limits}
"""
LIMITS = {"rows": "{ rows: 10 }", "bytes": "{ bytes: 2000 }", "few": "{ affects_at_most: 3 }",
          "both": "{ rows: 10, affects_at_most: 3 }", "quick": "{ statement_time: 1s }",
          "rare": "{ per_minute: 5 }"}
BED = {"policy": """\
version: 1
groups:
  owners: { claim: groups, any_of: ["dba"] }
grants:
  - name: everything
    who: [owners]
    on: { connections: ["*"] }
    rules: [{ class: any, action: allow }]
""" + "".join(GRANT.format(name=name, limits=limits) for name, limits in LIMITS.items())}

BEGIN, COMMIT, ROLLBACK = query("BEGIN"), query("COMMIT"), query("ROLLBACK")
LONG = "SELECT i FROM generate_series(1, 10000000) i"
FEW, MANY = "DELETE FROM things WHERE id <= 3", "DELETE FROM things"


def run_of(statement, name="", portal="", most=0):
    return parse(statement, name) + bind(statement=name, portal=portal) + execute(portal, most)


@pytest.fixture(autouse=True)
def things(bed):
    bed.postgres.sql("DROP TABLE IF EXISTS things; CREATE TABLE things (id int PRIMARY KEY, "
                     "name text); INSERT INTO things SELECT i, 'x' FROM generate_series(1, 20) i")


def count(bed):
    return int(bed.postgres.sql("SELECT count(*) FROM things"))


def outcome(messages):
    """Their kinds with repeated rows as one, and the codes of the errors."""
    word = kinds(messages)
    while "DD" in word:
        word = word.replace("DD", "D")
    while "dd" in word:
        word = word.replace("dd", "d")
    return word, [each["C"] for each in errors(messages)]


# ---- rows and bytes

@pytest.mark.parametrize("statement", [LONG, "SELECT i FROM generate_series(1, 11) i"])
@pytest.mark.parametrize("extended", [False, True])
def test_a_result_ends_at_the_limit_of_rows(bed, statement, extended):
    with signed_in(bed, "rows") as client:
        sent = run_of(statement) + SYNC if extended else query(statement)
        messages = client.ask(sent)
        word = "12DEZI" if extended else "TDEZI"
        assert outcome(messages) == (word, ["53400"])
        assert len(rows(messages)) == 10
        assert "grants/rows/limits/rows" in errors(messages)[0]["D"]
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"
        assert kinds(client.ask(run_of("SELECT 1") + SYNC)) == "12DCZI"


def test_a_result_within_the_limit_is_whole(bed):
    with signed_in(bed, "rows") as client, direct(bed) as server:
        for sent in (query("SELECT id FROM things LIMIT 10"),
                     query("SELECT 1; SELECT id FROM things LIMIT 10; SELECT 2"),
                     run_of("SELECT id FROM things LIMIT 10") + run_of("SELECT 3") + SYNC,
                     parse("SELECT id FROM things LIMIT 10") + bind() + describe() + execute("", 4)
                     + execute("", 4) + execute("", 4) + SYNC, query("")):
            assert client.ask(sent) == server.ask(sent)


@pytest.mark.parametrize("statement", [LONG, "SELECT i FROM generate_series(1, 11) i"])
@pytest.mark.parametrize("extended", [False, True])
def test_in_a_block_the_limit_fails_the_transaction(bed, statement, extended):
    with signed_in(bed, "rows") as client:
        client.ask(BEGIN, query("INSERT INTO things VALUES (100, 'new')"), ready=2)
        sent = run_of(statement) + SYNC if extended else query(statement)
        assert outcome(client.ask(sent))[0].endswith("EZE")
        assert errors(client.ask(query("SELECT 1")))[0]["C"] == "25P02"
        assert kinds(client.ask(COMMIT)) == "CZI"
    assert count(bed) == 20


def test_a_pipeline_is_skipped_behind_the_limit(bed):
    with signed_in(bed, "rows") as client:
        sent = (run_of("INSERT INTO things VALUES (100, 'new')") + run_of("SELECT id FROM things")
                + run_of("INSERT INTO things VALUES (101, 'new')") + SYNC + run_of("SELECT 1")
                + SYNC)
        assert outcome(client.ask(sent, ready=2)) == ("12C12DEZI12DCZI", ["53400"])
    assert count(bed) == 20


def test_a_portal_is_counted_over_all_its_executions(bed):
    with signed_in(bed, "rows") as client:
        client.ask(BEGIN)
        sent = parse("SELECT id FROM things") + bind(portal="p") + SYNC
        client.ask(sent)
        assert kinds(client.ask(execute("p", 6) + SYNC)) == "D" * 6 + "sZT"
        assert kinds(client.ask(execute("p", 6) + SYNC)) == "D" * 4 + "EZE"
        client.ask(ROLLBACK)
        client.ask(BEGIN, query("DECLARE c CURSOR FOR SELECT id FROM things"), ready=2)
        assert kinds(client.ask(query("FETCH 6 FROM c"))) == "T" + "D" * 6 + "CZT"
        assert kinds(client.ask(query("FETCH 6 FROM c"))) == "T" + "D" * 4 + "EZE"
        client.ask(ROLLBACK)


@pytest.mark.parametrize("extended", [False, True])
def test_copy_to_the_client_ends_at_the_limit_of_bytes(bed, extended):
    statement = f"COPY ({LONG}) TO STDOUT"
    with signed_in(bed, "bytes") as client:
        sent = run_of(statement) + SYNC if extended else query(statement)
        messages = client.ask(sent)
        assert outcome(messages) == ("12HdEZI" if extended else "HdEZI", ["53400"])
        assert sum(len(each.body) for each in messages if each.type == "d") <= 2000
        assert outcome(client.ask(query("COPY things TO STDOUT")))[0] == "HdcCZI"


def test_rows_that_a_change_gives_are_bounded_and_it_is_undone(bed):
    with signed_in(bed, "rows") as client:
        assert outcome(client.ask(query(f"{MANY} RETURNING id"))) == ("TDEZI", ["53400"])
        assert outcome(client.ask(run_of(f"{MANY} RETURNING id") + SYNC)) == ("12DEZI", ["53400"])
        assert count(bed) == 20
        assert outcome(client.ask(query(f"{FEW} RETURNING id")))[0] == "TDCZI"
    assert count(bed) == 17


# ---- affects_at_most

SENT = {
    "simple": lambda change: (query(change), 1),
    "extended": lambda change: (run_of(change) + SYNC, 1),
    "described": lambda change: (parse(change, "s") + describe("S", "s") + bind(statement="s")
                                 + describe() + execute() + SYNC, 1),
    "with reads around it": lambda change: (
        run_of("SELECT 1") + run_of(change) + run_of("SELECT 2") + SYNC, 1),
    "simple, more behind it": lambda change: (query(change) + query("SELECT 1"), 2),
    "prepared": lambda change: (query(f"PREPARE p AS {change}") + query("EXECUTE p"), 2),
    "prepared, by the extended protocol": lambda change: (
        query(f"PREPARE p AS {change}") + run_of("EXECUTE p") + SYNC, 2),
}


@pytest.mark.parametrize("how", SENT)
@pytest.mark.parametrize("grant", ["few", "both"])
def test_few_changes_pass_as_they_would_directly(bed, how, grant):
    sent, ready = SENT[how](FEW)
    with direct(bed) as server:
        server.ask(BEGIN)
        expected = kinds(server.ask(sent, ready=ready)).replace("ZT", "ZI")
        server.ask(ROLLBACK)
    with signed_in(bed, grant) as client:
        assert kinds(client.ask(sent, ready=ready)) == expected
    assert count(bed) == 17


@pytest.mark.parametrize("how", SENT)
@pytest.mark.parametrize("grant", ["few", "both"])
def test_too_many_changes_are_undone(bed, how, grant):
    sent, ready = SENT[how](MANY)
    with signed_in(bed, grant) as client:
        messages = client.ask(sent, ready=ready)
        assert [each["C"] for each in errors(messages)] == ["53400"]
        assert "20 rows" in errors(messages)[0]["M"]
        assert count(bed) == 20
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"
    assert count(bed) == 20


@pytest.mark.parametrize("how", SENT)
def test_too_many_changes_fail_the_block_that_they_stand_in(bed, how):
    sent, ready = SENT[how](MANY)
    with signed_in(bed, "few") as client:
        client.ask(BEGIN, query(FEW), ready=2)
        messages = client.ask(sent, ready=ready)
        assert errors(messages)[0]["C"] == "53400"
        assert messages[-1].body == b"E"
        assert kinds(client.ask(COMMIT)) == "CZI"
    assert count(bed) == 20


def test_a_savepoint_saves_what_was_before(bed):
    with signed_in(bed, "few") as client:
        client.ask(BEGIN, query(FEW), query("SAVEPOINT s"), ready=3)
        assert kinds(client.ask(query(MANY))) == "EZE"
        assert kinds(client.ask(query("ROLLBACK TO s") + COMMIT, ready=2)) == "CZTCZI"
    assert count(bed) == 17


def test_a_client_that_goes_at_once_changes_no_more_than_it_may(bed):
    for sent in (query(MANY), run_of(MANY) + SYNC):
        with signed_in(bed, "few") as client:
            client.send(sent)
        with signed_in(bed, "few") as client:
            client.send(sent + b"X\0\0\0\4")
            client.rest()
    wait_until(lambda: bed.backends() == 0, 10, "the sessions to end")
    assert count(bed) == 20


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("amount, left", [(3, 23), (4, 20)])
def test_copy_from_the_client_is_counted(bed, extended, amount, left):
    statement = "COPY things FROM STDIN"
    data = b"".join(copy_data(b"%d\tnew\n" % (100 + i)) for i in range(amount)) + COPY_DONE
    with signed_in(bed, "few") as client:
        if extended:
            client.send(run_of(statement) + SYNC)
            assert kinds(client.receive_until("G")) == "12G"
            client.send(data + SYNC)
        else:
            client.send(query(statement))
            assert kinds(client.receive_until("G")) == "G"
            client.send(data)
        assert kinds(client.answers()) == ("CZI" if left == 23 else "EZI")
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"
    assert count(bed) == left


@pytest.mark.parametrize("data, code", [(copy_data(b"no number\n") + COPY_DONE, "22P02"),
                                        (copy_data(b"200\tx\n") + copy_fail("no"), "57014")])
def test_a_copy_that_fails_fails_as_it_would_directly(bed, data, code):
    for connect, arguments in ((direct, ()), (signed_in, ("few",))):
        with connect(bed, *arguments) as client:
            client.send(query("COPY things FROM STDIN"))
            client.receive_until("G")
            messages = client.ask(data)
            assert (kinds(messages), errors(messages)[0]["C"]) == ("EZI", code)
            assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"


@pytest.mark.parametrize("statement", [
    "TRUNCATE things", f"{MANY}; SELECT 1", f"BEGIN; {MANY}; COMMIT",
    "WITH gone AS (DELETE FROM things RETURNING id) SELECT count(*) FROM gone",
    "WITH gone AS (DELETE FROM things RETURNING id) DELETE FROM things WHERE id < 2",
    "COPY (WITH gone AS (DELETE FROM things RETURNING id) SELECT count(*) FROM gone) TO STDOUT",
    "COPY (DELETE FROM things RETURNING id) TO STDOUT",
    "EXPLAIN ANALYZE DELETE FROM things"])
def test_what_cannot_be_counted_is_not_done(bed, statement):
    with signed_in(bed, "few") as client:
        for sent in (query(statement), run_of(statement) + SYNC):
            messages = client.ask(sent)
            assert errors(messages)[-1]["C"] in ("53400", "42601")
            assert count(bed) == 20
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"


def test_a_portal_that_is_run_in_parts_does_not_hide_its_changes(bed):
    with signed_in(bed, "few") as client:
        messages = client.ask(run_of(f"{MANY} RETURNING id", most=1) + SYNC)
        assert errors(messages)[0]["C"] == "53400"
        client.ask(BEGIN, parse(f"{MANY} RETURNING id") + bind(portal="p") + SYNC, ready=2)
        messages = client.ask(query("FETCH 1 FROM p"))
        assert errors(messages)[0]["C"] == "53400"
        client.ask(COMMIT)
    assert count(bed) == 20


def test_an_error_when_the_change_becomes_final_is_the_answer(bed):
    bed.postgres.sql("CREATE TABLE parts (id int REFERENCES things DEFERRABLE INITIALLY DEFERRED);"
                     "INSERT INTO parts VALUES (1)")
    try:
        for connect, arguments in ((direct, ()), (signed_in, ("few",))):
            with connect(bed, *arguments) as client:
                messages = client.ask(query(FEW))
                assert (kinds(messages), errors(messages)[0]["C"]) == ("EZI", "23503")
    finally:
        bed.postgres.sql("DROP TABLE parts")


# ---- time and rate

@pytest.mark.parametrize("sent, ready", [
    (query("SELECT pg_sleep(60)"), "EZI"), (run_of("SELECT pg_sleep(60)") + SYNC, "12EZI")])
def test_a_statement_that_takes_too_long_is_stopped(bed, sent, ready):
    with signed_in(bed, "quick") as client:
        began = time.monotonic()
        messages = client.ask(sent)
        assert time.monotonic() - began < 10
        assert kinds(messages).lstrip("T") == ready
        error = errors(messages)[0]
        assert error["C"] == "57014" and "longer than 1 s" in error["M"]
        assert "grants/quick/limits/statement_time" in error["D"]
        # The time counts for each statement by itself.
        for _ in range(3):
            assert kinds(client.ask(query("SELECT pg_sleep(0.5)"))) == "TDCZI"


def test_too_many_statements_in_a_minute_are_refused(bed):
    with signed_in(bed, "rare") as client, signed_in(bed, "rare") as other:
        for each in (client, other, client, other, client):
            assert kinds(each.ask(query("SELECT 1"))) == "TDCZI"
        for each in (client, other):
            messages = each.ask(query("SELECT 1"))
            assert (kinds(messages), errors(messages)[0]["C"]) == ("EZI", "53400")
            assert "Try again in" in errors(messages)[0]["H"]
            assert kinds(each.ask(BEGIN + COMMIT, ready=2)) == "CZTCZI"
