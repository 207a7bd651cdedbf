"""One stream at a time: COPY out, SELECT, COPY in. And psql's \\copy, for the memory it takes."""

import os
import subprocess
import time
from dataclasses import dataclass

from arithmetic import rotated
from libpq import Connection, copy_data
from meter import Cost, Meter

MIB = 1024 * 1024
WIDE_BYTES, NARROW_BYTES = 1000, 100
_BLOCK_ROWS = 8  # About what libpq sends at once.


@dataclass(frozen=True)
class Stream:
    kind: str
    row_bytes: int

    def __str__(self):
        return f"{self.kind}, rows of {self.row_bytes}"


# With wide rows the server has little to do, so that the way counts most.
STREAMS = (Stream("copy out", WIDE_BYTES), Stream("copy out", NARROW_BYTES),
           Stream("select", WIDE_BYTES), Stream("copy in", WIDE_BYTES))


@dataclass(frozen=True)
class Round:
    bytes: int
    seconds: float
    cost: Cost


def prepare(postgres):
    postgres.sql("DROP TABLE IF EXISTS bench_rows; "
                 "CREATE UNLOGGED TABLE bench_rows (number text, filler text)")


def rows_of(mib, row_bytes):
    return mib * MIB // row_bytes


def rows_sql(rows, row_bytes):
    """Made on the way and kept nowhere: neither disk nor buffers are what is measured."""
    return f"SELECT generate_series(1, {rows}), repeat('x', {row_bytes})"


def _stream(connection, stream, mib):
    rows = rows_of(mib, stream.row_bytes)
    made = rows_sql(rows, stream.row_bytes)
    if stream.kind == "copy out":
        return connection.stream_out(f"COPY ({made}) TO STDOUT", f"COPY {rows}")
    if stream.kind == "select":
        return connection.stream_out(made, f"SELECT {rows}")
    block = copy_data(b"12345678\t" + b"x" * stream.row_bytes + b"\n", _BLOCK_ROWS)
    # The server reads and parses every row and keeps none.
    return connection.stream_in("COPY bench_rows FROM STDIN WHERE false", block,
                                rows // _BLOCK_ROWS, "COPY 0")


def run_once(lane, postmaster, stream, mib):
    with Connection(lane.parameters) as connection:
        meter = Meter(lane.processes, postmaster)
        began = time.monotonic()
        count = _stream(connection, stream, mib)
        seconds = time.monotonic() - began
        return Round(count, seconds, meter.cost())


def _psql(lane, line):
    done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", line], check=False,
                          capture_output=True, text=True, env=lane.environment())
    if done.returncode != 0:
        raise RuntimeError(f"psql through {lane.name} failed: {done.stderr}")


def psql_copies(lane, postmaster, folder, mib):
    """What the processes held at most while psql copied `mib` out and in again."""
    path = folder / "rows.copy"
    costs = {}
    made = rows_sql(rows_of(mib, WIDE_BYTES), WIDE_BYTES)
    for way, line in (("out", f"\\copy ({made}) to '{path}'"),
                      ("in", f"\\copy bench_rows from '{path}'")):
        meter = Meter(lane.processes, postmaster)
        _psql(lane, line)
        costs[way] = meter.cost()
    os.unlink(path)
    return costs


def run(course, options, say):
    """{stream: {lane: [Round]}} and {way: Cost} of psql through the last lane."""
    prepare(course.postgres)
    postmaster = course.postmaster()
    results = {stream: {lane.name: [] for lane in course.lanes} for stream in STREAMS}
    for number in range(options.rounds):
        say(f"bulk: round {number + 1} of {options.rounds}")
        for stream in STREAMS:
            for lane in rotated(course.lanes, number):
                results[stream][lane.name].append(run_once(lane, postmaster, stream, options.mib))
    say(f"bulk: psql copies {options.mib} MiB out and in")
    copies = psql_copies(course.lanes[-1], postmaster, course.folder, options.mib)
    course.postgres.sql("TRUNCATE bench_rows")
    return results, copies
