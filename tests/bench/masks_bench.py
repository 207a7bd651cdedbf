"""What masks cost: statements that touch none, and one long result of which a column is masked.

All goes through one gateway. The masks hold for one connection each, which stand in the place of
lanes: the same statement is taken through each of them."""

import json
import time
from dataclasses import dataclass

import select_bench
from arithmetic import rotated
from lanes import portreeve
from libpq import Connection
from meter import Cost, Meter

PLAIN, REDACT, HASH, KEEP_LAST, DETECT = "plain", "redact", "hash", "keep_last", "detect"
NAMES = (PLAIN, REDACT, HASH, KEEP_LAST, DETECT)
PROTOCOLS = ("simple", "prepared")
CLIENTS = 8

POLICY = """\
version: 1
groups:
  owners: { claim: groups, any_of: ["dba"] }
masks:
  - { name: redact, columns: ["public.bench_notes.note"], with: redact, connections: ["redact"] }
  - { name: hash, columns: ["public.bench_notes.note"], with: hash, connections: ["hash"] }
  - name: keep_last
    columns: ["public.bench_notes.note"]
    with: { keep_last: 4 }
    connections: ["keep_last"]
  - name: detect
    detect: [us_ssn, card_number, iban, email, phone, ip_address, jwt, api_key]
    with: redact
    connections: ["detect"]
grants:
  - name: everything
    who: [owners]
    on: { connections: ["*"] }
    rules: [{ class: [any, unknown, function_call], action: allow }]
"""

# 50 bytes; every eighth holds what a detector finds.
NOTES = """\
DROP TABLE IF EXISTS bench_notes;
CREATE UNLOGGED TABLE bench_notes (id int, note text);
INSERT INTO bench_notes
  SELECT i, CASE WHEN i % 8 = 0 THEN 'please write to user' || lpad(i::text, 8, '0')
                                     || '@example.com, not by phone'
                 ELSE 'number ' || lpad(i::text, 8, '0') || ' would like to be called next week' END
  FROM generate_series(1, {rows}) i"""

STATEMENTS = {"select": "SELECT id, note FROM bench_notes",
              "copy out": "COPY bench_notes (id, note) TO STDOUT"}
TAGS = {"select": "SELECT", "copy out": "COPY"}


@dataclass(frozen=True)
class Round:
    rows: int
    bytes: int
    seconds: float
    cost: Cost


def prepare(course, rows):
    """The tables are there before a gateway reads the catalog. Gives {name: Lane}."""
    select_bench.prepare(course.postgres, course.lanes[0])
    course.postgres.sql(NOTES.format(rows=rows))
    course.postgres.sql("VACUUM (FREEZE, ANALYZE) bench_notes")
    testbed = course.testbed(policy=POLICY, connections=tuple((name, "postgres")
                                                              for name in NAMES))
    for name in NAMES:
        _check(testbed, name)
    return {name: portreeve(testbed, name) for name in NAMES}


def _check(testbed, name):
    """That what is measured is what is meant."""
    done = testbed.psql("SELECT note FROM bench_notes WHERE id = 8", database=name)
    masked = "user00000008@" not in done.stdout
    if done.returncode != 0 or not done.stdout or masked != (name != PLAIN):
        raise RuntimeError(f"on {name} the note reads {json.dumps(done.stdout)}: {done.stderr}")


def stream_once(lane, postmaster, kind, rows):
    with Connection(lane.parameters) as connection:
        meter = Meter(lane.processes, postmaster)
        began = time.monotonic()
        count = connection.stream_out(STATEMENTS[kind], f"{TAGS[kind]} {rows}")
        seconds = time.monotonic() - began
        return Round(rows, count, seconds, meter.cost())


def _selects(lanes, postmaster, options, say):
    """Nothing of pgbench's is masked; the policy has a mask all the same."""
    names = (PLAIN, REDACT)
    cells = {(protocol, CLIENTS): {name: [] for name in names} for protocol in PROTOCOLS}
    for number in range(options.rounds):
        say(f"masks: select, round {number + 1} of {options.rounds}")
        for (protocol, clients), taken in cells.items():
            for name in rotated(names, number):
                taken[name].append(select_bench.run_once(lanes[name], postmaster, protocol,
                                                         clients, options.seconds))
    return cells


def _streams(lanes, postmaster, options, say):
    kinds = {kind: {name: [] for name in NAMES} for kind in STATEMENTS}
    for number in range(options.rounds):
        say(f"masks: streams, round {number + 1} of {options.rounds}")
        for kind, taken in kinds.items():
            for name in rotated(NAMES, number):
                taken[name].append(stream_once(lanes[name], postmaster, kind, options.rows))
    return kinds


def run(course, options, say):
    """{(protocol, clients): {name: [Round]}} and {kind: {name: [Round]}}"""
    say(f"masks: {options.rows} rows")
    lanes = prepare(course, options.rows)
    postmaster = course.postmaster()
    selects = _selects(lanes, postmaster, options, say)
    streams = _streams(lanes, postmaster, options, say)
    course.postgres.sql("DROP TABLE bench_notes")
    return selects, streams
