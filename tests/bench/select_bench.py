"""pgbench's select-only script, every protocol at every number of clients, all lanes in turn."""

import re
import subprocess
from dataclasses import dataclass

from arithmetic import rotated
from meter import Cost, Meter

SCALE = 10
PROTOCOLS = ("simple", "extended", "prepared")
CLIENTS = (1, 8, 32)


@dataclass(frozen=True)
class Round:
    transactions: int
    tps: float
    cost: Cost


def prepare(postgres, lane):
    subprocess.run(["pgbench", "-i", "-q", "-s", str(SCALE)], check=True, capture_output=True,
                   env=lane.environment())
    # Hint bits and visibility are settled now, not in the first round.
    postgres.sql("VACUUM (FREEZE, ANALYZE)")
    postgres.sql("SELECT count(*), sum(abalance) FROM pgbench_accounts")


def parse(output):
    """(transactions, tps) of pgbench's report; tps without the time of connecting."""
    count = re.search(r"^number of transactions actually processed: (\d+)", output, re.MULTILINE)
    tps = re.search(r"^tps = ([0-9.]+) \(without initial connection time\)", output, re.MULTILINE)
    failed = re.search(r"^number of failed transactions: (\d+)", output, re.MULTILINE)
    if count is not None and int(count.group(1)) == 0:
        raise ValueError("pgbench had no time for a single transaction: take more --seconds")
    if count is None or tps is None:
        raise ValueError(f"pgbench's report is not as expected:\n{output}")
    if failed is not None and int(failed.group(1)) > 0:
        raise ValueError(f"pgbench counts failed transactions:\n{output}")
    return int(count.group(1)), float(tps.group(1))


def command(protocol, clients, seconds):
    return ["pgbench", "-S", "-n", "-M", protocol, "-c", str(clients), "-j", str(min(clients, 2)),
            "-T", str(seconds)]


def run_once(lane, postmaster, protocol, clients, seconds):
    meter = Meter(lane.processes, postmaster)
    done = subprocess.run(command(protocol, clients, seconds), check=False, capture_output=True,
                          text=True, env=lane.environment())
    if done.returncode != 0:
        raise RuntimeError(f"pgbench through {lane.name} failed:\n{done.stdout}{done.stderr}")
    transactions, tps = parse(done.stdout)
    return Round(transactions, tps, meter.cost())


def run(course, options, say):
    """{(protocol, clients): {lane: [Round]}}"""
    prepare(course.postgres, course.lanes[0])
    postmaster = course.postmaster()
    cells = [(protocol, clients) for clients in options.clients for protocol in options.protocols]
    results = {cell: {lane.name: [] for lane in course.lanes} for cell in cells}
    for number in range(options.rounds):
        say(f"select: round {number + 1} of {options.rounds}")
        for cell in cells:
            for lane in rotated(course.lanes, number):
                results[cell][lane.name].append(
                    run_once(lane, postmaster, *cell, options.seconds))
    return results
