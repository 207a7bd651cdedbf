"""A bad network between agent and server: each session has its own connection and its own fate."""

import time

import psycopg
import pytest

from agents import connection, run_agent
from chaos import Gate
from testbed import wait_until
from wire import SYNC, bind, errors, execute, kinds, parse, query, rows, signed_in, token_of

BED = {"start_agent": False, "server_tls": True}


@pytest.fixture(scope="module")
def server_behind_gate(bed):
    """The bed's agent, which reaches the server through a gate only."""
    gate = Gate(bed.postgres.port)
    tls = f"{{ mode: verify-full, ca_file: {bed.postgres.data}/server.crt }}"
    bed.agent = run_agent(bed, connection(bed, port=gate.port, tls=tls))
    return gate


@pytest.fixture
def gate(server_behind_gate):
    yield server_behind_gate
    server_behind_gate.slice_bytes = 0
    server_behind_gate.resume()


def code(messages):
    fields = errors(messages)[-1]
    return fields["S"], fields["C"]


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_slices_of_any_size_change_nothing(bed, gate, size):
    gate.slice_bytes = size
    count = 300 if size == 1 else 20_000
    with psycopg.connect(bed.dsn(token=token_of(bed)), autocommit=True) as client:
        found = client.execute("SELECT i, repeat('x', mod(i, 50)) FROM generate_series(1, %s) i",
                               [count]).fetchall()
        assert found == [(number, "x" * (number % 50)) for number in range(1, count + 1)]
        with pytest.raises(psycopg.errors.DivisionByZero):
            client.execute("SELECT 1/0")


def test_a_stall_delays_and_loses_nothing(bed, gate):
    with signed_in(bed) as client:
        gate.stall()
        client.send(query("SELECT 'late'"), parse("SELECT 2"), bind(), execute(), SYNC)
        client.socket.settimeout(2)
        with pytest.raises(TimeoutError):
            client.answers()
        client.socket.settimeout(20)
        gate.resume()
        assert rows(client.answers(2)) == [["late"], ["2"]]


def test_a_session_that_ends_while_its_server_is_silent_is_ended_later(bed, gate):
    with signed_in(bed) as client:
        client.ask(query("BEGIN; LOCK customers"))
        gate.stall()
    time.sleep(1)
    gate.resume()
    wait_until(lambda: bed.backends() == 0, 10, "the server session to end")


def test_a_cut_is_told_at_once_to_all_whom_it_concerns(bed, gate):
    with signed_in(bed) as idle, signed_in(bed) as running:
        idle.ask(query("BEGIN; LOCK customers"))
        running.send(query("SELECT pg_sleep(73)"))
        started = time.monotonic()
        gate.cut()
        for client in (idle, running):
            assert code(client.rest()) == ("FATAL", "08006")
        assert time.monotonic() - started < 5
    wait_until(lambda: bed.backends() == 0, 10, "the server sessions to end")
    with signed_in(bed) as client:
        assert rows(client.ask(query("SELECT 1"))) == [["1"]]


@pytest.mark.parametrize("towards_server", [True, False])
def test_corruption_ends_the_session_and_never_reaches_a_client(bed, gate, towards_server):
    with signed_in(bed) as bystander, signed_in(bed) as client:
        client.ask(query("SELECT 1"))
        gate.corrupt(towards_target=towards_server)
        try:
            messages = client.ask(query("SELECT repeat('y', 100000)"))
            assert code(messages) == ("FATAL", "08006")
            assert rows(messages) in ([], [["y" * 100_000]])
        except EOFError:
            pass  # Behind the half of a message nothing can be said.
        assert kinds(bystander.ask(query("SELECT 1"))) == "TDCZI"


@pytest.mark.expects_log("a server cannot be reached")
def test_a_server_that_is_silent_at_the_start_is_given_up_in_time(bed, gate):
    gate.stall()
    started = time.monotonic()
    heard = bed.psql("SELECT 1", token=token_of(bed))
    assert heard.returncode == 2 and "cannot be reached" in heard.stderr
    assert time.monotonic() - started < 20
