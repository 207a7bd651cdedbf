"""After authentication: a client that breaks the protocol loses its session, and only that."""

import struct

import pytest

from wire import (COPY_DONE, SYNC, V30, Client, cancel_request, copy_data, errors, kinds, message,
                  packet, query, rows, signed_in, startup, text, token_of)

BED = {}


def violation(client):
    messages = client.rest()
    fields = errors(messages)[-1]
    assert messages[-1].type == "E"
    assert fields["S"] == "FATAL"
    return fields["C"]


OUT_OF_PHASE = {
    "a second StartupMessage": startup("write", "demo"),
    "a second password": message("p", text("x")),
    "a SASL response": message("p", b"SCRAM-SHA-256\0\0\0\0\0"),
    "an SSLRequest": packet(80877103), "a GSSENCRequest": packet(80877104),
    "a CancelRequest": cancel_request(1, b"abcd"),
    "a server's message": message("Z", b"I"), "an unknown type": message("!", b""),
    "zeros": b"\0" * 32, "ones": b"\xff" * 32, "HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "the replication protocol": message("W", b"x"),
}


@pytest.mark.parametrize("said", OUT_OF_PHASE)
def test_a_message_that_does_not_belong_here_is_fatal(bed, said):
    with signed_in(bed) as client, signed_in(bed) as other:
        client.send(OUT_OF_PHASE[said])
        assert violation(client) == "08P01"
        assert rows(other.ask(query("SELECT 1"))) == [["1"]]


def test_what_came_before_the_offence_is_still_answered_or_not_at_all(bed):
    with signed_in(bed) as client:
        client.send(query("SELECT 1"), message("!", b""), query("CREATE TABLE never (a int)"))
        violation(client)
    assert bed.postgres.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'never'") == "0"


def head(tag, length):
    return tag.encode() + struct.pack("!I", length & 0xffffffff)


@pytest.mark.parametrize("tag", "QPBDECSHFXdcf")
@pytest.mark.parametrize("length", [0, 3, -1, 0x7fffffff])
def test_a_length_that_cannot_be_is_fatal(bed, tag, length):
    with signed_in(bed) as client:
        client.send(head(tag, length) + b"x" * 8192)
        if length == 0x7fffffff and tag in "QPB":
            return  # Announced, not sent: the client may yet do so.
        assert violation(client) in ("08P01", "54000")


MALFORMED = {
    "a query without its end": message("Q", b"SELECT 1"),
    "a query with more behind its end": message("Q", b"SELECT 1\0SELECT 2\0"),
    "a Parse without types": message("P", b"\0SELECT 1\0"),
    "a Parse with fewer types than it says": message("P", b"\0SELECT 1\0\0\2\0\0\0\x17"),
    "a Parse with more than it says": message("P", b"\0SELECT 1\0\0\0SELECT 2\0"),
    "a Bind that ends early": message("B", b"\0\0\0\0\0\1\0\0\0\5ab"),
    "a Bind with a negative length": message("B", b"\0\0\0\0\0\1\xff\xff\xff\xfe\0\0"),
    "a Bind with more behind it": message("B", b"\0\0\0\0\0\0\0\0" + b"x"),
    "a Bind with an unknown format": message("B", b"\0\0\0\1\0\7\0\0\0\0"),
    "a Describe of something else": message("D", b"Xname\0"),
    "a Close of something else": message("C", b"\0name\0"),
    "an Execute without its limit": message("E", b"\0"),
    "a Sync with a body": message("S", b"x"),
    "a Terminate with a body": message("X", b"x"),
    "a FunctionCall that ends early": message("F", b"\0\0\6\0\0\1"),
}


@pytest.mark.parametrize("said", MALFORMED)
def test_a_body_that_is_not_read_to_its_end_is_fatal(bed, said):
    with signed_in(bed) as client:
        client.send(MALFORMED[said] + SYNC)
        assert violation(client) == "08P01"


def test_a_statement_inside_a_copy_is_fatal_and_not_run(bed):
    bed.postgres.sql("DROP TABLE IF EXISTS copied; CREATE TABLE copied (a text)")
    with signed_in(bed) as client:
        client.send(query("COPY copied FROM STDIN"))
        assert client.receive().type == "G"
        client.send(copy_data(b"1\n") + query("DROP TABLE copied"))
        assert violation(client) == "08P01"
    assert bed.postgres.sql("SELECT count(*) FROM copied") == "0"


def test_copy_data_that_looks_like_statements_stays_data(bed):
    bed.postgres.sql("DROP TABLE IF EXISTS copied; CREATE TABLE copied (a bytea)")
    inside = (query("DROP TABLE copied") + COPY_DONE).hex()
    with signed_in(bed) as client:
        client.send(query("COPY copied FROM STDIN"), copy_data(f"\\\\x{inside}\n".encode()),
                    copy_data(query("DROP TABLE copied")), COPY_DONE)
        assert "E" in kinds(client.answers())
        assert rows(client.ask(query("SELECT count(*) FROM copied"))) == [["0"]]


def test_a_refused_copy_does_not_turn_its_data_into_statements(bed):
    with signed_in(bed, "analyst-read", token=token_of(bed, "data-eu")) as client:
        client.send(query("COPY customers FROM STDIN"),
                    copy_data(query("SELECT 'inside'")), COPY_DONE, query("SELECT 'outside'"))
        messages = client.answers(2)
        assert kinds(messages) == "EZITDCZI"
        assert rows(messages) == [["outside"]]


def test_a_server_that_copies_where_nobody_asked_for_it_is_not_fed_statements(bed):
    """A function may not start a COPY FROM STDIN, so a second statement hidden in one cannot."""
    with signed_in(bed) as client:
        messages = client.ask(query("DO $$ BEGIN EXECUTE 'COPY customers FROM STDIN'; END $$"))
        assert kinds(messages) == "EZI"


def test_half_a_message_and_then_silence_costs_only_the_own_session(bed):
    with signed_in(bed) as client, signed_in(bed) as other:
        client.send(query("SELECT 'whole'")[:9])
        assert rows(other.ask(query("SELECT 1"))) == [["1"]]
        client.send(query("SELECT 'whole'")[9:])
        assert rows(client.answers()) == [["whole"]]


def test_an_early_end_within_a_message_runs_nothing(bed):
    with signed_in(bed) as client:
        client.send(query("CREATE TABLE never (a int)")[:-1])
    assert bed.postgres.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'never'") == "0"


def test_names_beyond_every_limit_are_refused(bed):
    with signed_in(bed) as client:
        client.send(message("P", b"n" * 300_000 + b"\0SELECT 1\0\0\0") + SYNC)
        assert "E" in kinds(client.receive_until("Z", "E"))
    with signed_in(bed) as client:
        client.send(message("B", b"p" * 2_000_000 + b"\0\0\0\0\0\0\0\0") + SYNC)
        assert violation(client) in ("54000", "08P01")


def test_too_many_prepared_statements_end_the_session_and_only_it(bed):
    with signed_in(bed) as client, signed_in(bed) as other:
        codes = []
        for block in range(100):
            batch = b"".join(message("P", b"s%d_%d\0\0\0\0" % (block, number))
                             for number in range(1000))
            client.send(batch + SYNC)
            answer = client.receive_until("Z", "E")
            codes += [each["C"] for each in errors(answer)]
            if codes:
                break
        assert codes == ["54000"]
        assert rows(other.ask(query("SELECT 1"))) == [["1"]]


def test_a_client_of_the_old_protocol_is_told_in_a_way_that_it_can_read(bed):
    with Client(("localhost", bed.port)) as client:
        client.send(startup("everything", "demo", V30 - 0x10000))
        assert violation(client) == "08P01"
