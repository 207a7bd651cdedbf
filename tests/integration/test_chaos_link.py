"""A bad network between agent and gateway: slices and stalls delay, cuts and corruption end."""

import time

import psycopg
import pytest

from agents import connection, run_agent
from chaos import Gate
from testbed import wait_until
from wire import (COPY_DONE, SYNC, bind, copy_data, errors, execute, kinds, parse, query, rows,
                  signed_in, token_of)

BED = {"start_agent": False, "client_tls": True}
DOWN = "a link to the gateway is down"
LOST = ("FATAL", "08006", "the link to the database's agent was lost")


@pytest.fixture(scope="module")
def agent_behind_gate(bed):
    """The bed's agent, which reaches the gateway through a gate only."""
    gate = Gate(bed.agents_port)
    bed.agent = run_agent(bed, connection(bed), gateway_port=gate.port)
    yield gate
    gate.resume()


@pytest.fixture
def gate(bed, agent_behind_gate):
    wait_until(lambda: serves(bed), 30, "the link to be up")
    yield agent_behind_gate
    agent_behind_gate.slice_bytes = 0
    agent_behind_gate.resume()


def serves(bed):
    return bed.psql("SELECT 'up'", token=token_of(bed)).stdout == "up\n"


def last_words(messages):
    fields = errors(messages)[-1]
    return fields["S"], fields["C"], fields["M"]


@pytest.mark.parametrize("size", [1, 3, 997])
def test_slices_of_any_size_change_nothing(bed, gate, size):
    gate.slice_bytes = size
    count = 200 if size == 1 else 20_000
    with psycopg.connect(bed.dsn(token=token_of(bed)), autocommit=True) as client:
        found = client.execute("SELECT i, repeat('x', mod(i, 50)) FROM generate_series(1, %s) i",
                               [count]).fetchall()
        assert found == [(number, "x" * (number % 50)) for number in range(1, count + 1)]
        client.execute("CREATE TEMP TABLE t (a text)")
        with client.cursor().copy("COPY t FROM STDIN") as copy:
            for number in range(count):
                copy.write_row([f"row {number}"])
        assert client.execute("SELECT count(DISTINCT a) FROM t").fetchone() == (count,)
        with pytest.raises(psycopg.errors.DivisionByZero):
            client.execute("SELECT 1/0")


def test_a_stall_delays_and_loses_nothing(bed, gate):
    with signed_in(bed) as client:
        client.ask(query("BEGIN; CREATE TEMP TABLE t (a int)"))
        gate.stall()
        client.send(query("INSERT INTO t VALUES (1)"), parse("SELECT count(*) FROM t"), bind(),
                    execute(), SYNC)
        client.socket.settimeout(4)
        with pytest.raises(TimeoutError):
            client.answers()
        client.socket.settimeout(20)
        gate.resume()
        messages = client.answers(2)
        assert kinds(messages) == "CZT12DCZT" and rows(messages) == [["1"]]
        assert kinds(client.ask(query("COMMIT"))) == "CZI"


def test_a_stall_in_mid_copy_delays_and_loses_nothing(bed, gate):
    with signed_in(bed) as client:
        client.ask(query("CREATE TEMP TABLE t (a text)"))
        client.send(query("COPY t FROM STDIN"))
        assert client.receive().type == "G"
        for number in range(20):
            if number == 10:
                gate.stall()
            client.send(copy_data(b"x" * 9999 + b"\n"))
        time.sleep(1)
        gate.resume()
        client.send(COPY_DONE)
        assert kinds(client.answers()) == "CZI"
        assert rows(client.ask(query("SELECT count(*), sum(length(a)) FROM t"))) == [
            ["20", "199980"]]


@pytest.mark.expects_log(DOWN)
def test_a_cut_is_told_at_once_and_ends_the_server_sessions(bed, gate):
    bed.postgres.sql("DROP TABLE IF EXISTS cut; CREATE TABLE cut (a int)")
    with signed_in(bed) as idle, signed_in(bed) as running, signed_in(bed) as copying:
        idle.ask(query("BEGIN; INSERT INTO cut VALUES (1); LOCK cut"))
        running.send(query("SELECT pg_sleep(72)"))
        copying.send(query("COPY customers FROM STDIN"))
        assert copying.receive().type == "G"
        started = time.monotonic()
        gate.cut()
        for client in (idle, running, copying):
            assert last_words(client.rest()) == LOST
        assert time.monotonic() - started < 5
    wait_until(lambda: bed.backends() == 0, 10, "the server sessions to end")
    assert bed.postgres.sql("SELECT count(*) FROM cut") == "0"
    wait_until(lambda: serves(bed), 20, "the agent to come back by itself")


@pytest.mark.expects_log(DOWN, "ssl_transport_security.cc", "secure_endpoint.cc")
@pytest.mark.parametrize("towards_gateway", [True, False])
def test_corruption_ends_the_link_and_never_reaches_a_client(bed, gate, towards_gateway):
    with signed_in(bed) as client:
        assert rows(client.ask(query("SELECT 'before'"))) == [["before"]]
        gate.corrupt(towards_target=towards_gateway)
        messages = client.ask(query("SELECT repeat('y', 1000000)"))
        assert last_words(messages) == LOST
        # Whatever came before is as it was sent, and the end is cleanly marked.
        for row in rows(messages):
            assert row == ["y" * 1_000_000]
    wait_until(lambda: serves(bed), 20, "the link to be made again")


@pytest.mark.expects_log(DOWN)
def test_a_silent_link_is_given_up_in_time(bed, gate):
    """As behind a firewall that forgot the connection: no end, no error, no more bytes."""
    with signed_in(bed) as client:
        client.ask(query("BEGIN; LOCK customers"))
        gate.stall()
        client.send(query("SELECT 1"))
        client.socket.settimeout(40)
        started = time.monotonic()
        assert last_words(client.rest()) == LOST
        assert time.monotonic() - started < 30
    # The agent has noticed as well, without any help of the gateway.
    wait_until(lambda: bed.backends() == 0, 30, "the server session to end")
    gate.resume()
    wait_until(lambda: serves(bed), 40, "the link to be made again")


@pytest.mark.expects_log(DOWN)
def test_an_agent_comes_back_after_many_cuts(bed, gate):
    for _ in range(4):
        gate.cut()
        wait_until(lambda: serves(bed), 30, "the agent to come back")
    assert [each["state"] for each in bed.agents()] == ["connected"]
