"""Message by message: what a client hears of a refusal is what it hears of the server's own error.

Each conversation is held twice: with the server itself, where a statement fails by itself, and
through the gateway, where one that is refused stands in its place.
"""

import signal

import pytest

from testbed import wait_until
from wire import (COPY_DONE, FLUSH, SYNC, bind, close, copy_data, copy_fail, describe, direct,
                  errors, execute, kinds, parse, query, signed_in)

STRICT = """\
version: 1
groups:
  owners: { claim: groups, any_of: ["dba"] }
grants:
  - name: everything
    who: [owners]
    on: { connections: ["*"] }
    rules:
      - { class: [ddl, delete, copy_in], action: refuse }
      - { class: any, action: allow }
"""
# Under this, what was allowed before is refused when it is next used.
STRICTER = STRICT.replace("[ddl, delete, copy_in]", "[ddl, delete, copy_in, read]")
BED = {"policy": STRICT}

# Refused when they are analysed, and what the server finds wrong at the same place.
REFUSED, WRONG = "DELETE FROM customers", "DELETE FROM no_such_table"
REFUSED_COPY, WRONG_COPY = "COPY customers FROM STDIN", "COPY no_such_table FROM STDIN"
# Refused when they run, and what the server finds wrong only then.
ALLOWED, FAILING = ("SELECT id FROM customers WHERE id < 3",
                    "SELECT 1 / (id - id) FROM customers WHERE id < 3")
# The policy changes here.
CHANGE = object()


def run_of(statement, name="", portal=""):
    return parse(statement, name) + bind(statement=name, portal=portal) + execute(portal)


GOOD = run_of("SELECT 1")
BEGIN, COMMIT = query("BEGIN"), query("COMMIT")

ANALYSED = {
    "simple": lambda bad: [(query(bad), 1)],
    "simple, more behind it": lambda bad: [(query(bad) + query("SELECT 1") + query(bad), 3)],
    "first of several statements": lambda bad: [(query(f"{bad}; SELECT 1; {bad}"), 1)],
    "in a block": lambda bad: [(BEGIN, 1), (query(bad), 1), (query("SELECT 1"), 1), (COMMIT, 1)],
    "in a block, all at once": lambda bad: [
        (BEGIN + query(bad) + query("SELECT 1") + COMMIT + query("SELECT 2"), 5)],
    "after a savepoint": lambda bad: [
        (BEGIN, 1), (query("SAVEPOINT s"), 1), (query(bad), 1), (query("ROLLBACK TO s"), 1),
        (query("RELEASE s"), 1), (COMMIT, 1)],
    "extended": lambda bad: [(run_of(bad) + SYNC, 1), (GOOD + SYNC, 1)],
    "extended in a block": lambda bad: [
        (BEGIN, 1), (GOOD + SYNC, 1), (run_of(bad) + SYNC, 1), (GOOD + SYNC, 1), (COMMIT, 1)],
    "named": lambda bad: [
        (parse(bad, "s") + SYNC, 1), (bind(statement="s") + execute() + SYNC, 1),
        (close("S", "s") + SYNC, 1)],
    "a good one before and behind it": lambda bad: [
        (GOOD + run_of(bad) + GOOD + SYNC + GOOD + SYNC, 2)],
    "described as a statement before it is bound": lambda bad: [
        (parse(bad, "s") + describe("S", "s") + bind(statement="s") + execute() + SYNC, 1),
        (describe("S", "s") + SYNC, 1)],
    "described as a portal before it runs": lambda bad: [
        (parse(bad) + bind() + describe("P", "") + execute() + SYNC, 1)],
    "a good one described before it, in the same pipeline": lambda bad: [
        (parse("SELECT 1", "g") + describe("S", "g") + run_of(bad, "s") + describe("S", "g") + SYNC,
         1), (bind(statement="g") + describe() + execute() + SYNC, 1)],
    "flushed before Sync": lambda bad: [
        (parse(bad) + FLUSH, "E"), (bind() + execute() + FLUSH + SYNC, 1)],
    "a simple query in an open pipeline": lambda bad: [
        (GOOD + query(bad), 1), (GOOD + SYNC, 1)],
    "behind an error of the server, in the same pipeline": lambda bad: [
        (run_of("SELECT no_such_column") + run_of(bad) + query(bad) + SYNC, 1), (query(bad), 1)],
    "PREPARE": lambda bad: [
        (query(f"PREPARE p AS {bad}"), 1), (query("EXECUTE p"), 1), (query("SELECT 1"), 1)],
}

COPIES = {
    "simple": lambda bad: [(query(bad), 1), (query("SELECT 1"), 1)],
    "with its data behind it": lambda bad: [
        (query(bad) + copy_data(b"1\n") + COPY_DONE + query("SELECT 1"), 2)],
    "given up by the client": lambda bad: [
        (query(bad) + copy_data(b"1\n") + copy_fail("no") + query("SELECT 1"), 2)],
    "in a block": lambda bad: [
        (BEGIN, 1), (query(bad) + copy_data(b"1\n") + COPY_DONE, 1), (COMMIT, 1)],
}

RUN = {
    "EXECUTE": lambda bad: [
        (query(f"PREPARE p AS {bad}"), 1), CHANGE, (query("EXECUTE p"), 1),
        (query("DEALLOCATE p"), 1)],
    "EXECUTE in a block": lambda bad: [
        (query(f"PREPARE p AS {bad}"), 1), (BEGIN, 1), CHANGE, (query("EXECUTE p"), 1),
        (query("EXECUTE p"), 1), (query("ROLLBACK"), 1)],
    "EXECUTE by the extended protocol": lambda bad: [
        (query(f"PREPARE p AS {bad}"), 1), CHANGE,
        (parse("EXECUTE p") + bind() + execute() + execute() + SYNC, 1)],
    "the Execute of a portal": lambda bad: [
        (BEGIN, 1), (parse(bad) + bind(portal="p") + describe("P", "p") + SYNC, 1), CHANGE,
        (execute("p") + describe("P", "p") + SYNC, 1), (query("ROLLBACK"), 1)],
    "the Execute of a portal, more behind it": lambda bad: [
        (BEGIN, 1), (parse(bad) + bind(portal="p") + SYNC, 1), CHANGE,
        (execute("p") + run_of("SET DateStyle = ISO") + SYNC + run_of("ROLLBACK") + SYNC, 2)],
    "FETCH from a cursor": lambda bad: [
        (BEGIN, 1), (query(f"DECLARE c CURSOR FOR {bad}"), 1), CHANGE, (query("FETCH c"), 1),
        (query("CLOSE c"), 1), (query("ROLLBACK"), 1)],
    "Execute of a cursor": lambda bad: [
        (BEGIN, 1), (query(f"DECLARE c CURSOR FOR {bad}"), 1), CHANGE,
        (describe("P", "c") + execute("c", 1) + SYNC, 1), (query("ROLLBACK"), 1)],
    "FETCH from a portal": lambda bad: [
        (BEGIN, 1), (parse(bad) + bind(portal="p") + SYNC, 1), CHANGE, (query("FETCH p"), 1),
        (query("ROLLBACK"), 1)],
}


@pytest.fixture
def put(bed):
    """Puts another policy in force; the first one comes back at the end."""
    def reload(policy):
        ends_with = "the configuration was reloaded"
        (bed.folder / "policy.yaml").write_text(policy)
        seen = bed.gateway.log().count(ends_with)
        bed.gateway.process.send_signal(signal.SIGHUP)
        wait_until(lambda: bed.gateway.log().count(ends_with) > seen, 10, ends_with)
        # The lanes have been told; a session that begins now comes behind that.
        with signed_in(bed) as client:
            client.ask(query("SELECT 1"))

    yield reload
    reload(STRICT)


def hold(client, conversation, change):
    messages = []
    for step in conversation:
        if step is CHANGE:
            change()
            continue
        sent, awaited = step
        client.send(sent)
        messages += (client.answers(awaited) if isinstance(awaited, int)
                     else client.receive_until(awaited, "Z"))
    return messages


def compare(bed, shape, by_server, by_gateway, change=lambda: None):
    with direct(bed) as client:
        expected = hold(client, shape(by_server), lambda: None)
    with signed_in(bed) as client:
        heard = hold(client, shape(by_gateway), change)
    assert kinds(heard) == kinds(expected)
    assert ("ERROR", "42501") in [(one["S"], one["C"]) for one in errors(heard)]


@pytest.mark.parametrize("where", ANALYSED)
def test_refused_when_it_is_analysed(bed, where):
    compare(bed, ANALYSED[where], WRONG, REFUSED)


@pytest.mark.parametrize("where", COPIES)
def test_a_copy_that_is_refused(bed, where):
    compare(bed, COPIES[where], WRONG_COPY, REFUSED_COPY)


def test_a_copy_that_is_refused_by_the_extended_protocol(bed):
    # The server parses what it will not run; one that it cannot parse fails where we refuse.
    compare(bed, lambda bad: [
        (run_of(bad) + copy_data(b"1\n") + COPY_DONE + SYNC, 1), (GOOD + SYNC, 1)],
        "COPY customers FRM STDIN", REFUSED_COPY)


@pytest.mark.parametrize("where", RUN)
def test_refused_when_it_runs_because_the_policy_has_changed(bed, put, where):
    compare(bed, RUN[where], FAILING, ALLOWED, lambda: put(STRICTER))
