"""What is allowed is the same through the gateway as on a direct connection, byte by byte."""

import struct

import pytest

from wire import (COPY_DONE, FLUSH, SYNC, Message, bind, close, copy_data, copy_fail, describe,
                  direct, execute, function_call, kinds, parse, query, signed_in)

INT4, INT4PL = 23, 177


def run_of(statement, **options):
    return parse(statement) + bind(**options) + execute()


# Each is a list of steps: bytes to send, and for how many ReadyForQuery (or for which message) to
# wait then.
CONVERSATIONS = {
    "a query with rows": [(query("SELECT 1 AS one, NULL, 'two'::text"), 1)],
    "several statements in one query": [
        (query("SELECT 1; INSERT INTO t VALUES (1), (2); TABLE t; DELETE FROM t"), 1)],
    "an empty query": [(query(""), 1), (query(" ; "), 1), (run_of("") + SYNC, 1)],
    "a query that fails in its middle": [(query("SELECT 1; SELECT 1/0; SELECT 2"), 1)],
    "errors with all their fields": [
        (query("INSERT INTO checked VALUES (-1, 1)"), 1),
        (query("INSERT INTO checked VALUES (1, 1), (2, 1)"), 1),
        (query("SELECT nothing FROM t"), 1),
        (query("SELECT 'x'::int"), 1),
        (query("DO $$ BEGIN PERFORM 1/0; END $$"), 1)],
    "notices": [
        (query("DROP TABLE IF EXISTS not_there"), 1),
        (query("DO $$ BEGIN RAISE WARNING 'mind' USING HINT = 'h', DETAIL = 'd'; END $$"), 1)],
    "parameters that the server reports": [
        (query("SET application_name = 'other'"), 1), (query("SET TimeZone = 'Asia/Tokyo'"), 1),
        (query("BEGIN; SET LOCAL DateStyle = 'German'"), 1), (query("ROLLBACK"), 1)],
    "a transaction that fails": [
        (query("BEGIN"), 1), (query("SELECT 1/0"), 1), (query("SELECT 1"), 1),
        (query("COMMIT"), 1)],
    "savepoints": [
        (query("BEGIN; SAVEPOINT s"), 1), (query("SELECT 1/0"), 1),
        (query("ROLLBACK TO s"), 1), (query("COMMIT"), 1)],
    "cursors": [
        (query("BEGIN; DECLARE c SCROLL CURSOR FOR SELECT generate_series(1, 9)"), 1),
        (query("FETCH 3 FROM c"), 1), (query("FETCH BACKWARD 1 FROM c"), 1),
        (describe("P", "c") + execute("c", 2) + SYNC, 1),
        (query("MOVE LAST IN c; FETCH PRIOR FROM c; CLOSE c; COMMIT"), 1)],
    "an extended query": [
        (parse("SELECT $1::int + 1, $2", types=(INT4,)) + bind([b"41", b"x"]) + describe()
         + execute() + SYNC, 1)],
    "a prepared statement, described, run twice and closed": [
        (parse("SELECT $1::int", "s") + describe("S", "s") + SYNC, 1),
        (bind([b"1"], "s") + execute() + bind([None], "s") + execute() + SYNC, 1),
        (close("S", "s") + SYNC, 1), (bind([b"1"], "s") + SYNC, 1)],
    "a name that is prepared twice": [
        (parse("SELECT 1", "s") + SYNC, 1), (parse("SELECT 2", "s") + SYNC, 1),
        (bind(statement="s") + execute() + SYNC, 1)],
    "binary results": [
        (parse("SELECT 258::int4, 1.5::float8, true") + bind(binary_results=True) + describe()
         + execute() + SYNC, 1)],
    "a portal that is fetched in parts": [
        (query("BEGIN"), 1),
        (parse("SELECT generate_series(1, 5)") + bind(portal="p") + execute("p", 2) + SYNC, 1),
        (execute("p", 2) * 2 + SYNC, 1), (execute("p", 2) + SYNC, 1), (query("COMMIT"), 1)],
    "a pipeline with an error in its middle": [
        (run_of("SELECT 1") + run_of("SELECT 1/0") + run_of("SELECT 2") + SYNC
         + run_of("SELECT 3") + SYNC, 2)],
    "a pipeline that is one implicit transaction": [
        (run_of("INSERT INTO t VALUES (1)") + run_of("INSERT INTO t VALUES (1/0)") + SYNC, 1),
        (query("SELECT count(*) FROM t"), 1)],
    "a pipeline whose answers are flushed before it ends": [
        (parse("SELECT 1") + FLUSH, "1"), (bind() + describe() + FLUSH, "T"),
        (execute() + FLUSH, "C"), (SYNC, 1)],
    "simple and extended queries without waiting": [
        (query("SELECT 1") + run_of("SELECT 2") + SYNC + query("SELECT 3"), 3)],
    "an extended query that is left open by a simple one": [
        (run_of("SELECT 1") + query("SELECT 2"), 1), (SYNC, 1)],
    "SQL prepares and the protocol binds": [
        (query("PREPARE s (int) AS SELECT $1 * 2"), 1),
        (bind([b"21"], "s") + describe() + execute() + SYNC, 1), (query("EXECUTE s(4)"), 1),
        (query("DEALLOCATE s"), 1), (bind([b"21"], "s") + SYNC, 1)],
    "the protocol prepares and SQL executes": [
        (parse("SELECT 7", "s") + SYNC, 1), (query("EXECUTE s"), 1), (query("DEALLOCATE ALL"), 1),
        (query("EXECUTE s"), 1)],
    "parameters of a wrong type or number": [
        (parse("SELECT $1::int") + bind([b"seven"]) + execute() + SYNC, 1),
        (parse("SELECT $1::int") + bind([]) + SYNC, 1)],
    "a text that does not parse": [
        (query("SELEC 1"), 1), (parse("SELEC 1") + bind() + execute() + SYNC, 1)],
    "COPY to the client": [
        (query("COPY (SELECT i, NULL FROM generate_series(1, 3) i) TO STDOUT"), 1),
        (query("COPY (SELECT 1) TO STDOUT (FORMAT binary); SELECT 2"), 1),
        (query("COPY (SELECT 1/(2-i) FROM generate_series(1, 3) i) TO STDOUT"), 1)],
    "COPY from the client": [
        (query("COPY t FROM STDIN") + copy_data(b"1\n2") + copy_data(b"3\n") + COPY_DONE, 1),
        (query("COPY t FROM STDIN") + copy_data(b"4\n") + copy_fail("no more"), 1),
        (query("COPY t FROM STDIN") + copy_data(b"not a number\n") + COPY_DONE, 1),
        (query("COPY t FROM STDIN (FORMAT csv, HEADER)"), "G"),
        (copy_data(b"a\n5\n") + COPY_DONE, 1), (query("TABLE t"), 1)],
    "a failed COPY inside a transaction": [
        (query("BEGIN"), 1), (query("COPY t FROM STDIN"), "G"), (copy_fail("enough"), 1),
        (query("SELECT 1"), 1), (query("ROLLBACK"), 1)],
    "COPY in the extended protocol": [
        (run_of("COPY t FROM STDIN") + copy_data(b"1\n") + COPY_DONE + SYNC, 1),
        (run_of("COPY t FROM STDIN") + FLUSH, "G"), (copy_data(b"2\n") + COPY_DONE + SYNC, 1),
        (run_of("COPY t FROM STDIN") + copy_data(b"x\n") + COPY_DONE + SYNC, 1),
        (run_of("COPY t TO STDOUT") + run_of("SELECT 1") + SYNC, 1)],
    "Sync and Flush during a COPY": [
        (query("COPY t FROM STDIN") + FLUSH + SYNC + copy_data(b"1\n") + SYNC + COPY_DONE, 1),
        (query("SELECT 1"), 1)],
    "two copies in one query": [
        (query("COPY t FROM STDIN; COPY t FROM STDIN; SELECT count(*) FROM t"), "G"),
        (copy_data(b"1\n") + COPY_DONE, "G"), (copy_data(b"2\n") + COPY_DONE, 1)],
    "a COPY by the name that Parse gave it": [
        (parse("COPY t FROM STDIN", "p") + SYNC, 1), (query("EXECUTE p"), "G"),
        (copy_data(b"1\n") + COPY_DONE, 1), (query("EXECUTE p; EXECUTE p"), "G"),
        (copy_data(b"2\n") + COPY_DONE, "G"), (copy_fail("enough"), 1),
        (run_of("EXECUTE p") + FLUSH, "G"), (copy_data(b"3\n") + COPY_DONE + SYNC, 1),
        (bind(statement="p", portal="c") + query("FETCH c"), 1), (query("TABLE t"), 1)],
    "COPY data that nobody asked for": [
        (copy_data(b"x") + COPY_DONE + copy_fail("y") + query("SELECT 1"), 1)],
    "a COPY that the server refuses while the data comes": [
        (query("COPY not_there FROM STDIN") + copy_data(b"1\n") * 100 + COPY_DONE
         + query("SELECT 1"), 2)],
    "a function call": [
        (function_call(INT4PL, struct.pack("!i", 40), struct.pack("!i", 2)), 1),
        (function_call(1, b""), 1), (function_call(INT4PL), 1), (query("SELECT 1"), 1)],
    "large objects by SQL": [
        (query("BEGIN; SELECT lo_from_bytea(4711, 'abc')"), 1), (query("SELECT lo_get(4711)"), 1),
        (query("SELECT lo_unlink(4711); COMMIT"), 1)],
    "names and texts at their limits": [
        (parse("SELECT 1", "n" * 300) + bind(statement="n" * 300) + execute() + SYNC, 1),
        (query("SELECT '" + "x" * 300_000 + "'"), 1)],
}


@pytest.fixture(scope="module")
def tables(bed):
    bed.postgres.sql("CREATE TABLE t (a int); CREATE TABLE checked ("
                     "a int CONSTRAINT positive CHECK (a > 0), b int CONSTRAINT once UNIQUE)")


def held_with(client, steps):
    messages = []
    for sent, awaited in steps:
        client.send(sent)
        messages += (client.answers(awaited) if isinstance(awaited, int)
                     else client.receive_until(awaited, "Z"))
    return messages


@pytest.mark.parametrize("subject", CONVERSATIONS)
def test_through_the_gateway_it_is_the_same(bed, tables, subject):
    heard = []
    for connect in (direct, signed_in):
        bed.postgres.sql("TRUNCATE t")
        with connect(bed) as client:
            heard.append(held_with(client, CONVERSATIONS[subject]))
    expected, got = heard
    assert kinds(got) == kinds(expected)
    assert got == expected


def test_notifications_come_while_the_session_is_idle(bed):
    with signed_in(bed) as listening, signed_in(bed) as telling:
        assert kinds(listening.ask(query("LISTEN ch"))) == "CZI"
        telling.ask(query("NOTIFY ch, 'hello'"))
        told = listening.receive()
        sender = struct.pack("!I", telling.process_id)
        assert told == Message("A", sender + b"ch\0hello\0")


def test_a_conversation_in_single_bytes_is_understood(bed):
    with signed_in(bed) as client:
        for byte in query("SELECT 1") + run_of("SELECT $1::int", values=[b"2"]) + SYNC:
            client.send(bytes([byte]))
        assert kinds(client.answers(2)) == "TDCZI12DCZI"


def test_ten_thousand_queries_may_be_on_their_way(bed):
    with signed_in(bed) as client:
        for _ in range(10):
            client.send(query("SELECT 1") * 500 + (run_of("SELECT 2") + SYNC) * 500)
        assert kinds(client.answers(10_000)) == ("TDCZI" * 500 + "12DCZI" * 500) * 10
