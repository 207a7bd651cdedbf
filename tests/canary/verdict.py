"""What became of a case: its answers through the gateway beside those of the server itself."""

import collections
import re
import struct
from dataclasses import dataclass, field

from speaker import Lost, Speaker, cut

REFUSED = b"C42501\0"
# Each refusal has an id of its own.
# The number of a session's own schema is as it comes.
TEMPORARY = re.compile(rb"pg_temp_\d+")
DECISION = re.compile(rb"Decision [0-9A-Za-z_-]+")


def normalised(data, first_new):
    """The same messages, where what the session made has no OID and its schema no number."""
    out = []
    for kind, body in cut(data):
        if kind == "T":
            body, at = bytearray(body), 2
            for _ in range(struct.unpack("!H", body[:2])[0]):
                at = body.index(0, at) + 1
                for place in (at, at + 6):
                    if struct.unpack_from("!I", body, place)[0] >= first_new:
                        struct.pack_into("!I", body, place, 0)
                at += 18
        elif kind in "EN":
            body = TEMPORARY.sub(b"pg_temp", body)
        out.append((kind, bytes(body)))
    return out


def refusals(data):
    """The messages of the gateway's refusals."""
    found = []
    for kind, body in cut(data):
        if kind == "E" and REFUSED in body and b"Decision " in body:
            found.append(next(part[1:] for part in body.split(b"\0") if part[:1] == b"M")
                         .decode(errors="replace"))
    return found


class Connected:
    """A speaker whose connection is made again when it is lost."""

    def __init__(self, connect):
        self._connect = connect
        self._open = self._speaker = None
        self.lost = []

    def _reopen(self):
        self.close()
        self._open = self._connect()
        self._speaker = Speaker(self._open.__enter__())

    def say(self, case):
        if self._speaker is None:
            self._reopen()
        try:
            return self._speaker.say(case)
        except (Lost, OSError) as ended:
            self.lost.append((case, repr(ended)[:300]))
            self._reopen()
            return ended.args[0] if isinstance(ended, Lost) else b""

    def close(self):
        if self._open is not None:
            self._open.__exit__(None, None, None)
        self._open = self._speaker = None


@dataclass
class Family:
    count: int = 0
    refused: int = 0
    masked: int = 0
    identical: int = 0
    leaked: int = 0
    # On the server itself: how many give a canary away, so that there is something to keep back.
    would_leak: int = 0


@dataclass
class Tally:
    families: dict = field(default_factory=lambda: collections.defaultdict(Family))
    leaks: list = field(default_factory=list)
    different: list = field(default_factory=list)
    reasons: collections.Counter = field(default_factory=collections.Counter)

    def add(self, case, ours, theirs, scanner, first_new):
        family = self.families[case.family]
        family.count += 1
        leak = scanner.find(ours)
        would_leak = scanner.find(theirs) is not None
        refused = refusals(ours)
        same = ours == theirs or normalised(ours, first_new) == normalised(theirs, first_new)
        family.would_leak += would_leak
        family.refused += bool(refused)
        family.identical += same
        family.masked += would_leak and not refused and not leak
        if leak:
            family.leaked += 1
            self.leaks.append((case, leak))
        if not same and case.family.startswith("innocent"):
            self.different.append((case, ours, theirs))
            self.reasons[refused[0] if refused else "another answer"] += 1

    @property
    def total(self):
        return sum(family.count for family in self.families.values())

    def share_identical(self):
        """Of the innocent ones."""
        innocent = [each for name, each in self.families.items() if name.startswith("innocent")]
        count = sum(each.count for each in innocent)
        return sum(each.identical for each in innocent) / count if count else 1.0

    def page(self):
        lines = [f"{'family':24}{'said':>7}{'refused':>9}{'masked':>8}{'identical':>11}"
                 f"{'leaked':>8}{'leak without us':>17}"]
        total = Family()
        for name, each in self.families.items():
            lines.append(_line(name, each))
            for key, value in vars(each).items():
                setattr(total, key, getattr(total, key) + value)
        lines += [_line("all", total), f"innocent and identical: {self.share_identical():.2%}"]
        lines += [f"  not: {count:5} {reason[:160]}"
                  for reason, count in self.reasons.most_common(12)]
        return "\n".join(lines)


def _line(name, each):
    return f"{name:24}{each.count:7}{each.refused:9}{each.masked:8}{each.identical:11}" \
        f"{each.leaked:8}{each.would_leak:17}"
