"""How much a session that does nothing costs the processes between client and server."""

import time
from dataclasses import dataclass

import proc
from libpq import Connection

# The first sessions pay for what all of them share; they stay open while the others are counted.
WARM_UP = 50
_SETTLE_S = 1.0


@dataclass(frozen=True)
class Growth:
    sessions: int
    kib_each: dict  # By process.


def _open(lane, count):
    sessions = []
    for _ in range(count):
        sessions.append(Connection(lane.parameters))
        # A session that has worked once has whatever buffers it will keep.
        sessions[-1].execute("SELECT 1")
    return sessions


def _resident(lane):
    time.sleep(_SETTLE_S)
    return {name: proc.resident_kib(pid) for name, pid in lane.processes.items()}


def run_once(lane, sessions):
    opened = _open(lane, WARM_UP)
    try:
        before = _resident(lane)
        opened += _open(lane, sessions)
        after = _resident(lane)
    finally:
        for session in opened:
            session.close()
    return Growth(sessions, {name: (after[name] - before[name]) / sessions for name in after})
