"""Secret values that are found again: made for a column and a row, and searched for in bytes.

The text ones hold a word of twelve consonants, which no other text does; numbers, dates and the
like are long or far away. `Scanner` knows them in text, in PostgreSQL's binary formats, in hex and
in base64, and parts of them as well.
"""

import base64
import datetime
import random
import re
import struct
import uuid

CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"
WORD = 12
# How much of a word gives it away, and how much of a long number.
PART = 6
DIGITS = 10
EPOCH = datetime.datetime(2000, 1, 1)


class Canaries:
    """The values of one world. The same world and name always give the same value."""

    def __init__(self, world):
        self.world = world
        self.words, self.numbers, self.hexes, self.texts = (set() for _ in range(4))
        # What stands in four bytes is known as a field, with its length before it.
        self.fours, self.binaries = set(), set()

    def _rng(self, name):
        return random.Random(f"{self.world}/{name}")

    def word(self, name):
        made = "".join(self._rng(name).choices(CONSONANTS, k=WORD))
        self.words.add(made)
        return "CANARY-" + made

    def bare_word(self, name):
        return self.word(name).removeprefix("CANARY-")

    def int4(self, name):
        # Its bytes are no text in any encoding that is used here.
        octets = [self._rng(name).randrange(0x50, 0x7f)]
        octets += [self._rng(name + str(at)).randrange(0x80, 0xff) for at in range(3)]
        self.fours.add(bytes(octets))
        made = int.from_bytes(bytes(octets), "big")
        self.numbers.add(str(made))
        return made

    def int8(self, name):
        made = self._rng(name).randrange(10**17, 9 * 10**17)
        self.numbers.add(str(made))
        self.binaries.add(struct.pack("!q", made))
        return made

    def numeric(self, name):
        groups = [self._rng(name + str(at)).randrange(1001, 9999) for at in range(4)]
        whole = "".join(map(str, groups))
        self.numbers.add(whole)
        self.binaries |= {struct.pack("!3h", *groups[at:at + 3]) for at in (0, 1)}
        return whole + ".25"

    def float8(self, name):
        made = self._rng(name).random() * 0.8 + 0.1
        self.numbers.add(repr(made)[2:14])
        self.binaries.add(struct.pack("!d", made))
        return repr(made)

    def date(self, name):
        rng = self._rng(name)
        made = datetime.date(rng.randrange(4000, 9000), rng.randrange(2, 13), rng.randrange(2, 29))
        for form in ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y"):
            self.texts.add(made.strftime(form).encode())
        days = (made - EPOCH.date()).days
        self.fours.add(struct.pack("!i", days))
        return made.isoformat()

    def timestamptz(self, name):
        rng = self._rng(name)
        made = EPOCH + datetime.timedelta(days=rng.randrange(10**6, 2 * 10**6),
                                          microseconds=rng.randrange(10**10, 8 * 10**10) | 1)
        # What stays the same in every time zone.
        self.texts.add(made.strftime("%M:%S.%f").encode())
        delta = made - EPOCH
        micros = (delta.days * 86400 + delta.seconds) * 10**6 + delta.microseconds
        self.binaries.add(struct.pack("!q", micros))
        return made.isoformat(" ") + "+00"

    def uuid(self, name):
        made = uuid.UUID(int=self._rng(name).getrandbits(128), version=4)
        self.hexes.add(made.hex)
        self.binaries.add(made.bytes)
        return str(made)


def _windows(text, size):
    return {text[at:at + size] for at in range(len(text) - size + 1)}


def _base64_parts(part):
    """What of the base64 of a longer text depends on this part of it alone."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + part)
        begin, end = -(-before * 8 // 6), (before + len(part)) * 8 // 6
        yield encoded[begin:end]


_LETTERS = re.compile(rb"[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz]{%d,}" % PART)
_NUMBERS = re.compile(rb"[0-9]{%d,}" % DIGITS)
_HEX = re.compile(rb"[0-9a-fA-F]{%d,}" % (2 * PART))
_UUID = re.compile(rb"[0-9a-fA-F][0-9a-fA-F-]{7,}")
_FOUR = re.compile(rb"\x00\x00\x00\x04(?=(.{4}))", re.DOTALL)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{%d,}" % (PART + 1))


class Scanner:
    """Finds canaries in bytes."""

    def __init__(self, canaries):
        parts = set().union(*(_windows(each.encode(), PART) for each in canaries.words))
        self._words = parts
        self._numbers = set().union(*(_windows(each.encode(), DIGITS)
                                      for each in canaries.numbers))
        self._hexes = set().union(*({case.hex().encode()} for part in parts
                                    for case in (part, part.lower())))
        self._uuids = set().union(*(_windows(each.encode(), 2 * PART)
                                    for each in canaries.hexes))
        self._base64 = {piece[:PART + 1] for part in parts for case in (part, part.lower())
                        for piece in _base64_parts(case)}
        # Half of a date or of a binary number tells as little as none of it.
        self._fours = canaries.fours
        literals = sorted(map(re.escape, canaries.binaries | canaries.texts))
        self._literals = re.compile(b"|".join(literals) or b"(?!)")

    @staticmethod
    def _by_windows(data, runs, size, known, fold):
        for run in runs.finditer(data):
            text = fold(run.group())
            for at in range(len(text) - size + 1):
                if text[at:at + size] in known:
                    return run.start() + at, run.group()
        return None

    def find(self, data):
        """(offset, what it is, bytes around) of the first canary, or None."""
        searches = (("word", _LETTERS, PART, self._words, bytes.upper),
                    ("number", _NUMBERS, DIGITS, self._numbers, bytes),
                    ("hex", _HEX, 2 * PART, self._hexes, bytes.lower),
                    ("uuid", _UUID, 2 * PART, self._uuids,
                     lambda run: run.replace(b"-", b"").lower()),
                    ("base64", _BASE64, PART + 1, self._base64, bytes))
        for kind, *how in searches:
            hit = self._by_windows(data, *how)
            if hit:
                return hit[0], kind, data[max(hit[0] - 24, 0):hit[0] + 48]
        for four in _FOUR.finditer(data):
            if four.group(1) in self._fours:
                return four.start(), "four bytes", data[max(four.start() - 24, 0):four.end() + 24]
        literal = self._literals.search(data)
        if literal:
            return literal.start(), "binary or date", data[max(literal.start() - 24, 0):
                                                           literal.end() + 24]
        return None
