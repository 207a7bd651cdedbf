"""The canary run: thousands of statements through a gateway with masks, and no canary comes out.

Each is said to the server itself as well. What has nothing to do with a masked column must be
answered by the same bytes; the others must leak there, so that there is something to keep back.
"""

import contextlib
import functools
import random

import pytest
from attacks import Attacks
from bare import Bare
from conftest import Side
from everyday import Everyday
from innocent import Innocent
from log_guard import LogGuard
from named import named_ways, not_defended, probes, ways_by_oid
from verdict import DECISION, REFUSED, Connected, Tally
from wire import direct, signed_in

SEED = 2026
INNOCENT, EVERYDAY, BARE, ATTACKS, PROBES = 4000, 2000, 2000, 4000, 640
LEAST = 10_000
LEAST_IDENTICAL = 0.95
SHOWN = 40


def all_cases(server):
    """The innocent ones first: those behind them change what no rollback takes back."""
    def rng(name):
        return random.Random(f"{SEED}/{name}")
    yield from Innocent(rng("innocent")).cases(INNOCENT)
    yield from Everyday(rng("everyday")).cases(EVERYDAY)
    yield from Bare(rng("bare")).cases(BARE)
    yield from Attacks(rng("attacks")).cases(ATTACKS)
    yield from probes(rng("probes"), PROBES)
    yield from named_ways()
    yield from ways_by_oid(server)
    yield from not_defended()


def gateway(worlds, database="demo"):
    return functools.partial(signed_in, worlds.bed, "masked", database)


@pytest.fixture(name="tally", scope="module")
def _tally(worlds):
    """The whole run, once."""
    tally, scanner, watching = Tally(), worlds.scanner, LogGuard()
    watching.watch(worlds.bed)
    ours = Connected(gateway(worlds))
    theirs = Connected(functools.partial(direct, Side(worlds.clone)))
    with contextlib.closing(ours), contextlib.closing(theirs):
        for case in all_cases(worlds.bed.postgres):
            tally.add(case, ours.say(case), theirs.say(case), scanner, worlds.first_new_oid)
    tally.lost = ours.lost
    tally.surprises = watching.surprises()
    print(tally.page())
    return tally


def test_no_canary_leaves_by_any_way(tally):
    assert tally.total >= LEAST
    leaks = [leak for leak in tally.leaks if leak[0].family != "not defended"]
    told = "\n".join(f"{kind} {around!r}: {case}" for case, (_, kind, around) in leaks[:SHOWN])
    assert not leaks, f"{len(leaks)} leaks\n{told}"


def test_what_is_not_defended_is_known(tally):
    """It leaks still: otherwise it belongs to the others."""
    known = tally.families["not defended"]
    assert known.leaked == known.count


def test_what_is_kept_back_would_leak_without_a_gateway(tally):
    """Otherwise the run would prove nothing: scanner and statements are tried on the server."""
    for name, least in (("bare columns", 1.0), ("bare positions", 0.8), ("attack wraps", 0.9),
                        ("attack expressions", 0.7), ("attack laundering", 0.6),
                        ("named ways", 0.5)):
        family = tally.families[name]
        assert family.would_leak >= least * family.count, name


def test_the_innocent_are_answered_as_without_a_gateway(tally):
    told = "\n".join(str(case) for case, _, _ in tally.different[:SHOWN])
    assert tally.share_identical() >= LEAST_IDENTICAL, f"{tally.page()}\n{told}"


def test_no_session_is_lost_and_nothing_unusual_is_logged(tally):
    assert not tally.lost
    assert not tally.surprises


def test_no_answer_depends_on_a_masked_value(worlds):
    """The same questions in two worlds that differ in nothing but the canaries."""
    heard = []
    for database in ("demo", "twin"):
        speaker = Connected(gateway(worlds, database))
        with contextlib.closing(speaker):
            heard.append([(case, DECISION.sub(b"", speaker.say(case)))
                          for case in probes(random.Random(SEED), PROBES)])
    different = [case for (case, one), (_, two) in zip(*heard) if one != two]
    assert not different, "\n".join(map(str, different[:SHOWN]))
    # They do not agree by having said nothing.
    assert sum(REFUSED in answer for _, answer in heard[0]) >= PROBES // 2
