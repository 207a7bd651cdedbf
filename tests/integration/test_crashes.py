"""kill -9 of any process: clients hear of it, nothing stays open, and no record is missing."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import psycopg
import pytest

from testbed import wait_until
from wire import (SYNC, bind, errors, execute, kinds, parse, query, signed_in)

LOGGED = {"postgres_settings": ("log_statement=all",)}
TOLD_WITHIN_S, GONE_WITHIN_S = 5, 10


class Workers:
    """Clients that run marked statements until they are told of the end."""

    def __init__(self, bed, count=4):
        self.ended_after_s = []
        self.killed_at = None
        self._threads = [threading.Thread(target=self._work, args=(bed.dsn(), number), daemon=True)
                         for number in range(count)]
        for thread in self._threads:
            thread.start()

    def _work(self, dsn, worker):
        with contextlib.suppress(psycopg.Error):
            with psycopg.connect(dsn, autocommit=True) as connection:
                for number in range(1_000_000):
                    text = f"SELECT 'mark-{worker}-{number}-' || %s"
                    if number % 2:
                        connection.execute(text, ["bound"])
                    else:
                        connection.execute(text % "'literal'")
        self.ended_after_s.append(time.monotonic() - (self.killed_at or float("inf")))

    def wait(self):
        for thread in self._threads:
            thread.join(TOLD_WITHIN_S + 5)
            assert not thread.is_alive(), "a client was left hanging"
        assert all(0 <= each < TOLD_WITHIN_S for each in self.ended_after_s), self.ended_after_s


def marks(text):
    return set(re.findall(r"mark-\d+-\d+-", text))


def reached_the_server(bed):
    return marks((bed.postgres.folder / "postgres.log").read_text())


def on_record(bed):
    return marks("\n".join(each["statement"]["sql"] for each in bed.records()
                           if "statement" in each))


@contextlib.contextmanager
def in_a_transaction(bed):
    """One client that holds a lock and is idle, and one that runs a statement."""
    with signed_in(bed) as idle, signed_in(bed) as running:
        idle.ask(query("BEGIN; LOCK customers"))
        running.send(query("BEGIN; SELECT pg_sleep(70)"))
        yield idle, running


def kill_in_the_middle(bed, kill):
    """Returns what the two clients in a transaction heard."""
    workers = Workers(bed)
    with in_a_transaction(bed) as clients:
        wait_until(lambda: len(reached_the_server(bed)) > 200, 30, "the workers to be at work")
        workers.killed_at = time.monotonic()
        kill()
        heard = [client.rest() for client in clients]
        assert time.monotonic() - workers.killed_at < TOLD_WITHIN_S
        workers.wait()
    return heard


def nothing_is_left(bed):
    wait_until(lambda: bed.backends() == 0, GONE_WITHIN_S, "the server sessions to end")
    assert bed.postgres.sql("SELECT count(*) FROM customers") == "1000"


def serves(bed):
    return bed.psql("SELECT 'again'").stdout == "again\n"


@pytest.mark.expects_log("a link to the gateway is down", "an incomplete tail")
def test_the_gateway_is_killed(make_bed):
    bed = make_bed(**LOGGED)
    kill_in_the_middle(bed, bed.gateway.kill)
    nothing_is_left(bed)
    assert reached_the_server(bed) <= on_record(bed)
    # It starts again where it was, and the agent finds it.
    bed.gateway.start()
    wait_until(lambda: serves(bed), 20, "the gateway to serve again")
    assert reached_the_server(bed) <= on_record(bed)


@pytest.mark.expects_log("a link to the gateway is down")
def test_the_gateway_is_killed_many_times(make_bed):
    bed = make_bed(**LOGGED)
    for _ in range(4):
        workers = Workers(bed, count=2)
        seen = len(reached_the_server(bed))
        wait_until(lambda: len(reached_the_server(bed)) > seen + 50, 30, "the workers to work")
        workers.killed_at = time.monotonic()
        bed.gateway.kill()
        workers.wait()
        assert reached_the_server(bed) <= on_record(bed)
        bed.gateway.start()
        wait_until(lambda: serves(bed), 20, "the gateway to serve again")


def test_the_agent_is_killed(make_bed):
    bed = make_bed(**LOGGED)
    heard = kill_in_the_middle(bed, bed.agent.kill)
    for messages in heard:
        fields = errors(messages)[-1]
        assert (fields["S"], fields["C"]) == ("FATAL", "08006")
        assert "may or may not have been done" in fields["D"]
    nothing_is_left(bed)
    assert reached_the_server(bed) <= on_record(bed)
    bed.agent.start()
    wait_until(lambda: serves(bed), 20, "the agent to serve again")


def starts_again(server):
    """False while a process of the killed server still holds its shared memory."""
    with contextlib.suppress(subprocess.CalledProcessError):
        server.start()
        return True
    return False


@pytest.mark.expects_log("a server cannot be reached", "a server refused the login")
def test_the_server_is_killed(make_bed):
    bed = make_bed(**LOGGED)
    postmaster = bed.postgres.postmaster_pid()

    def kill():
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text()
        for pid in [postmaster, *map(int, children.split())]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    heard = kill_in_the_middle(bed, kill)
    for messages in heard:
        fields = errors(messages)[-1]
        # A backend that outlives its postmaster by a moment says so itself.
        assert (fields["S"], fields["C"]) in {("FATAL", "08006"), ("FATAL", "57P01")}
    assert reached_the_server(bed) <= on_record(bed)
    wait_until(lambda: starts_again(bed.postgres), 20, "the server's processes to be gone")
    nothing_is_left(bed)
    assert serves(bed)


@pytest.mark.expects_log("a server cannot be reached", "a server refused the login")
def test_one_session_of_the_server_is_killed_and_the_server_recovers(make_bed):
    bed = make_bed(**LOGGED)
    with in_a_transaction(bed) as (idle, running):
        os.kill(idle.process_id, signal.SIGKILL)
        # The server ends all sessions when one crashes, and a warning is not its last word.
        assert [errors(each.rest())[-1]["C"] for each in (running, idle)] == ["08006"] * 2
    wait_until(lambda: serves(bed), 20, "the server to recover")
    nothing_is_left(bed)


def test_last_words_of_the_server_reach_the_client_and_nothing_is_added(make_bed):
    bed = make_bed()
    with in_a_transaction(bed) as (idle, running):
        bed.postgres.sql(f"SELECT pg_terminate_backend({idle.process_id})")
        messages = idle.rest()
        assert [each["C"] for each in errors(messages)] == ["57P01"]
        assert "due to administrator command" in errors(messages)[0]["M"]
        bed.postgres.sql(f"SELECT pg_terminate_backend({running.process_id})")
        assert [each["C"] for each in errors(running.rest())] == ["57P01"]


def test_a_statement_that_was_lost_is_on_record_as_lost(make_bed):
    bed = make_bed()
    with signed_in(bed) as client:
        client.send(parse("SELECT pg_sleep(71)") + bind() + execute() + SYNC)
        wait_until(lambda: "pg_sleep(71)" in bed.postgres.sql(
            "SELECT query FROM pg_stat_activity WHERE state = 'active'"), 5, "the statement")
        bed.agent.kill()
        assert kinds(client.rest())[-1] == "E"
    endings = [each["statement_outcome"]["ending"] for each in bed.records()
               if "statement_outcome" in each]
    assert endings[-1] == "LOST"
    bed.agent.start()
    wait_until(lambda: serves(bed), 20, "the agent to serve again")
