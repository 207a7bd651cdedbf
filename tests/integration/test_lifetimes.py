"""When a session's time is over it ends, in mid-statement too, and leaves nothing behind."""

import time

import pytest

from testbed import POLICY, wait_until
from wire import (SYNC, bind, errors, execute, kinds, parse, query, rows, signed_in, token_of)

BED = {"policy": POLICY + """\
  - name: brief
    who: [owners]
    on: { connections: ["demo"] }
    session: { max: 2s }
    rules: [{ class: any, action: allow }]
  - name: restless
    who: [owners]
    on: { connections: ["demo"] }
    session: { idle: 1s }
    rules: [{ class: any, action: allow }]
"""}


def end_of(client, within_s):
    """The FATAL that ends the session, and nothing behind it."""
    started = time.monotonic()
    messages = client.rest()
    assert time.monotonic() - started < within_s
    fields = errors(messages)[-1]
    assert messages[-1].type == "E" and fields["S"] == fields["V"] == "FATAL"
    return fields


def runs(bed, text):
    """How many server sessions have this as their statement, and are not idle."""
    found = bed.postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND "
                             f"pid <> pg_backend_pid() AND query LIKE '%{text}%'")
    return int(found)


BUSY = {
    "idle": b"",
    "in a transaction": query("BEGIN; LOCK customers IN SHARE MODE"),
    "in mid-statement": query("SELECT pg_sleep(61)"),
    "in a pipeline": (parse("SELECT pg_sleep(62)") + bind() + execute()) * 3 + SYNC,
    "while it copies in": query("COPY customers FROM STDIN"),
    "while it copies out": query("COPY (SELECT pg_sleep(0.01) FROM generate_series(1, 100000)) "
                                 "TO STDOUT"),
    "in a function that hides its errors": query(
        "DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(63); EXCEPTION WHEN others THEN END; "
        "END LOOP; END $$"),
}


@pytest.mark.parametrize("doing", BUSY)
def test_session_max_ends_the_session_whatever_it_does(bed, doing):
    grant = "brief"
    with signed_in(bed, grant, token=token_of(bed)) as client:
        if BUSY[doing]:
            client.send(BUSY[doing])
        fields = end_of(client, within_s=10)
        assert fields["C"] == "57P01"
        assert fields["M"] == "terminating connection: the grant's session time is over"
    wait_until(lambda: bed.backends() == 0, 10, "the server session to end")


def test_the_end_of_the_token_ends_the_session_in_mid_statement(bed):
    with signed_in(bed, token=bed.token(expires="3s")) as client:
        client.send(query("SELECT pg_sleep(64)"))
        fields = end_of(client, within_s=12)
        assert (fields["C"], fields["M"]) == ("57P01",
                                              "terminating connection: the token has expired")
    wait_until(lambda: runs(bed, "pg_sleep(64)") == 0, 10, "the statement to end")
    lost = [each["statement_outcome"] for each in bed.records() if "statement_outcome" in each][-1]
    assert lost["ending"] == "LOST"


def test_a_token_that_has_expired_opens_nothing(bed):
    token = bed.token(expires="1s")
    time.sleep(1.2)
    heard = bed.psql("SELECT 1", token=token)
    assert heard.returncode == 2 and "authentication failed" in heard.stderr


def test_an_idle_session_ends(bed):
    with signed_in(bed, "restless", token=token_of(bed)) as client:
        fields = end_of(client, within_s=5)
        assert fields["C"] == "57P01"
        assert fields["M"] == "terminating connection: the session was idle for too long"


def test_a_busy_session_is_not_idle(bed):
    with signed_in(bed, "restless", token=token_of(bed)) as client:
        assert rows(client.ask(query("SELECT pg_sleep(2.5), 'done'"))) == [["", "done"]]
        for _ in range(5):
            time.sleep(0.4)
            assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"


def test_an_idle_transaction_that_ends_gives_its_locks_back(bed):
    with signed_in(bed, "restless", token=token_of(bed)) as client:
        client.ask(query("BEGIN; LOCK customers"))
        with signed_in(bed) as waiting:
            waiting.send(query("SELECT count(*) FROM customers"))
            assert end_of(client, within_s=5)["C"] == "57P01"
            assert rows(waiting.answers()) == [["1000"]]


def test_the_reason_of_the_end_is_on_record(bed):
    with signed_in(bed, "restless", token=token_of(bed)) as client:
        end_of(client, within_s=5)

    def closed():
        last = [each["session_closed"] for each in bed.records() if "session_closed" in each][-1]
        return last["reason"] == "session.idle reached"

    wait_until(closed, 5, "the record of the session's end")


def test_a_client_that_vanishes_leaves_no_statement_running(bed):
    with signed_in(bed) as client:
        client.send(query("BEGIN; LOCK customers; SELECT pg_sleep(65)"))
        wait_until(lambda: runs(bed, "pg_sleep(65)") == 1, 5, "the statement to begin")
    wait_until(lambda: runs(bed, "pg_sleep(65)") == 0, 10, "the statement to end")


def test_a_client_that_closes_its_half_gets_its_answers_first(bed):
    with signed_in(bed) as client:
        client.send(query("SELECT pg_sleep(0.3), 'done'"))
        client.socket.shutdown(1)
        messages = client.rest()
        assert kinds(messages) == "TDCZI"


def test_terminate_ends_the_server_session_at_once(bed):
    with signed_in(bed) as client:
        client.send(b"X\0\0\0\4")
        assert client.is_closed()
    wait_until(lambda: bed.backends() == 0, 3, "the server session to end")


def test_terminate_in_mid_statement_lets_the_statement_finish_as_the_server_does(bed):
    bed.postgres.sql("DROP TABLE IF EXISTS finished; CREATE TABLE finished (a int)")
    with signed_in(bed) as client:
        client.send(query("INSERT INTO finished SELECT 1 FROM pg_sleep(0.5)"), b"X\0\0\0\4")
        client.rest()
    wait_until(lambda: bed.postgres.sql("SELECT count(*) FROM finished") == "1", 5, "the insert")
