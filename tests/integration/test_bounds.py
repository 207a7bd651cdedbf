"""One client that is slow, greedy or large costs the others nothing, and memory stays bounded.

PORTREEVE_LARGE=1 moves a gigabyte each way instead of 300 MB and lets the slow reader sleep for a
minute; PORTREEVE_STALL_S says for how long exactly.
"""

import os
import threading
import time

import psycopg
import pytest

from testbed import wait_until
from wire import (COPY_DONE, SYNC, bind, copy_data, execute, kinds, parse, query, rows, signed_in,
                  token_of)

LARGE = "PORTREEVE_LARGE" in os.environ
BULK_BYTES = 1024**3 if LARGE else 300_000_000
STALL_S = float(os.environ.get("PORTREEVE_STALL_S", 60 if LARGE else 20))
LIMIT_KIB = 100 * 1024
LINE = b"x" * 999 + b"\n"


def peak_kib(bed):
    return {each.name: each.status("VmHWM") for each in (bed.gateway, bed.agent)}


def stays_small(bed):
    assert all(peak < LIMIT_KIB for peak in peak_kib(bed).values()), peak_kib(bed)


class Others:
    """Twenty clients that ask small things all the time."""

    def __init__(self, bed, count=20):
        self.slowest_s, self.asked, self._stop = 0.0, 0, False
        self._failures = []
        self._threads = [threading.Thread(target=self._ask, args=(bed,)) for _ in range(count)]

    def _ask(self, bed):
        try:
            with signed_in(bed) as client:
                while not self._stop:
                    started = time.monotonic()
                    assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"
                    self.slowest_s = max(self.slowest_s, time.monotonic() - started)
                    self.asked += 1
                    time.sleep(0.05)
        except BaseException as failure:
            self._failures.append(failure)
            raise

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception):
        self._stop = True
        for thread in self._threads:
            thread.join()
        assert not self._failures, self._failures


def test_a_client_that_does_not_read_disturbs_nobody(bed):
    total = 200_000
    with signed_in(bed) as slow, Others(bed) as others:
        wait_until(lambda: others.asked > 40, 30, "the others to be at work")
        others.slowest_s = 0.0
        slow.send(query(f"SELECT repeat('x', 1000) FROM generate_series(1, {total})"))
        before = others.asked
        time.sleep(STALL_S)
        assert others.asked - before > 20 * STALL_S
        assert others.slowest_s < 2
        # What it was owed is all there when it reads at last.
        messages = kinds(slow.answers())
        assert messages == "T" + "D" * total + "CZI"
    stays_small(bed)


# What the server has of its questions outlasts the cancels; then the agent closes the connection.
@pytest.mark.expects_log("a server session does not end")
def test_a_client_that_asks_without_reading_is_not_read_from_for_ever(bed):
    """Its questions and answers stay with it and with the server, not in the gateway."""
    sent = [0]
    with signed_in(bed) as greedy, Others(bed, 3) as others:
        greedy.socket.settimeout(3)
        question = query("SELECT repeat('x', 100000)") * 10
        with pytest.raises(TimeoutError):
            while sent[0] < 1_000_000:
                greedy.send(question)
                sent[0] += 10
        assert sent[0] < 1_000_000
        asked = others.asked
        wait_until(lambda: others.asked > asked + 10, 10, "the others to go on")
    stays_small(bed)


def test_bulk_copies_both_ways_in_little_memory(bed):
    lines = BULK_BYTES // len(LINE)
    with psycopg.connect(bed.dsn(token=token_of(bed)), autocommit=True) as connection:
        connection.execute("CREATE UNLOGGED TABLE IF NOT EXISTS bulk (line text)")
        block = LINE * 1000
        with connection.cursor().copy("COPY bulk FROM STDIN") as copy:
            for _ in range(lines // 1000):
                copy.write(block)
        stays_small(bed)
        received = 0
        with connection.cursor().copy("COPY bulk TO STDOUT") as copy:
            for piece in copy:
                received += len(piece)
        assert received == lines // 1000 * len(block)
        connection.execute("DROP TABLE bulk")
    stays_small(bed)


def test_values_of_100_megabytes_in_little_memory(bed):
    size = 100_000_000
    with signed_in(bed) as client:
        client.send(parse("SELECT length($1), $1"), bind([b"v" * size]), execute(), SYNC)
        messages = client.answers()
        assert kinds(messages) == "12DCZI"
        assert len(messages[2].body) == 2 + 4 + len(str(size)) + 4 + size
    stays_small(bed)


def test_a_copy_from_a_client_that_the_server_does_not_read_stops_the_client(bed):
    bed.postgres.sql("DROP TABLE IF EXISTS slow; CREATE TABLE slow (a text CHECK "
                     "(pg_sleep(0.0002) IS NOT NULL))")
    with signed_in(bed) as client:
        client.send(query("COPY slow FROM STDIN"))
        assert client.receive().type == "G"
        client.socket.settimeout(2)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 500_000_000:
                client.send(copy_data(LINE * 1000))
                sent += 1_000_000
        assert sent < 100_000_000
    stays_small(bed)
    bed.postgres.sql("DROP TABLE slow")


def test_many_small_copies_and_pipelines_leave_no_memory_behind(bed):
    def round_of_work():
        with signed_in(bed) as client:
            client.ask(query("CREATE TEMP TABLE t (a int)"))
            for _ in range(200):
                client.send(query("COPY t FROM STDIN"), copy_data(b"1\n") * 50, COPY_DONE,
                            (parse("SELECT $1", "s") + bind([b"x" * 1000], "s") + execute()
                             + b"C\0\0\0\x07Ss\0") * 20, SYNC)
                client.answers(2)
            assert rows(client.ask(query("SELECT count(*) FROM t"))) == [["10000"]]

    for _ in range(3):
        round_of_work()
    settled = bed.gateway.status("VmRSS") + bed.agent.status("VmRSS")
    for _ in range(5):
        round_of_work()
    assert bed.gateway.status("VmRSS") + bed.agent.status("VmRSS") - settled < 4096
