"""The scanner finds each canary in every form, and nothing else."""

import base64
import os
import struct

import pytest
from canaries import EPOCH, PART, Canaries, Scanner

KINDS = ("word", "int4", "int8", "numeric", "float8", "date", "timestamptz", "uuid")


@pytest.fixture(name="made")
def _made():
    canaries = Canaries("test")
    values = {kind: getattr(canaries, kind)(kind) for kind in KINDS}
    return values, Scanner(canaries)


def test_every_canary_is_found_as_it_is(made):
    values, scanner = made
    for kind, value in values.items():
        if kind != "timestamptz":
            assert scanner.find(b"before " + str(value).encode() + b"\0after"), kind
    # In whatever time zone it is shown.
    assert scanner.find(values["timestamptz"].encode())
    assert scanner.find(b"1.1.4000 03:" + values["timestamptz"][14:].encode())


def test_a_part_of_a_word_gives_it_away_in_every_writing(made):
    values, scanner = made
    word = values["word"].removeprefix("CANARY-").encode()
    for begin in range(len(word) - PART + 1):
        part = word[begin:begin + PART]
        for written in (part, part.lower(), part.hex().encode(), part.hex().upper().encode(),
                        *(base64.b64encode(bytes(pad) + word + b"tail") for pad in range(3)),
                        base64.b64encode(b"CANARY-" + part)):
            assert scanner.find(b"\0" + written + b" "), written
        assert not scanner.find(part[:PART - 1])


def test_binary_values_are_found(made):
    values, scanner = made
    for packed in (b"\0\0\0\4" + struct.pack("!i", values["int4"]),
                   struct.pack("!q", values["int8"]),
                   struct.pack("!d", float(values["float8"])),
                   bytes.fromhex(values["uuid"].replace("-", "")),
                   struct.pack("!4h", *(int(values["numeric"][at:at + 4])
                                        for at in range(0, 16, 4)))):
        assert scanner.find(b"D\0\0\0\x20\0\1" + packed)
    days = (EPOCH.fromisoformat(values["date"]) - EPOCH).days
    assert scanner.find(b"\0\0\0\4" + struct.pack("!i", days))


def test_nothing_else_is_found(made):
    _, scanner = made
    assert scanner.find(b"CANARY-") is None
    assert scanner.find(b"[redacted] c*** 2000-01-01 4700-01-01 " * 100) is None
    assert scanner.find(os.urandom(1 << 20)) is None
    assert scanner.find(Canaries("other").word("word").encode()) is None
