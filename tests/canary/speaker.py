"""Says a case to a server or a gateway, message by message, and keeps every byte that comes back.

A case is a list of steps, run in one transaction that is rolled back unless the case needs it to be
committed. A step is SQL and the way in which it is said.
"""

import struct
from dataclasses import dataclass, field

from wire import (COPY_DONE, FLUSH, SYNC, Client, bind, close, copy_data, describe, execute,
                  function_call, message, parse, query, text)


@dataclass(frozen=True)
class Step:
    sql: str
    mode: str = "simple"
    # Bind values in text, or the data of a COPY.
    values: tuple = ()
    data: bytes = b""


@dataclass(frozen=True)
class Case:
    family: str
    name: str
    steps: tuple = field(default_factory=tuple)
    # "rollback", "commit", or "none": outside a transaction block.
    end: str = "rollback"
    # All at once, without waiting for answers.
    pipelined: bool = False

    def __str__(self):
        said = "; ".join(f"[{step.mode}] {step.sql}" for step in self.steps)
        return f"{self.family}/{self.name}: {said}"


def _bind_formats(values, formats, statement="", portal=""):
    packed = b"".join(struct.pack("!i", -1) if value is None
                      else struct.pack("!i", len(value)) + value for value in values)
    return message("B", text(portal), text(statement), struct.pack("!HH", 0, len(values)), packed,
                   struct.pack(f"!H{len(formats)}H", len(formats), *formats))


def _simple(sql, values):
    return query(sql), 1


def _described(sql, values):
    return parse(sql) + bind(values) + describe() + execute() + SYNC, 1


def _undescribed(sql, values):
    return parse(sql) + bind(values) + execute() + SYNC, 1


def _binary(sql, values):
    return parse(sql) + bind(values, binary_results=True) + describe() + execute() + SYNC, 1


def _binary_undescribed(sql, values):
    return parse(sql) + bind(values, binary_results=True) + execute() + SYNC, 1


def _named(sql, values):
    """Prepared once, described, run in text, then in binary without another description."""
    return (close("S", "s1") + parse(sql, "s1") + describe("S", "s1") + SYNC
            + bind(values, "s1") + execute() + SYNC
            + bind(values, "s1", binary_results=True) + execute() + SYNC
            + bind(values, "s1", portal="p1") + execute("p1") + close("P", "p1")
            + close("S", "s1") + SYNC), 4


def _limited(sql, values):
    """A portal in parts; the first with a description, the others without."""
    return (parse(sql) + bind(values, portal="p2") + describe("P", "p2") + execute("p2", 1)
            + execute("p2", 2) + FLUSH + execute("p2", 3) + execute("p2") + close("P", "p2")
            + SYNC), 1


def _across_sync(sql, values):
    """A portal that goes on behind a Sync: it lives as long as the transaction."""
    return (parse(sql) + bind(values, portal="p3", binary_results=True) + execute("p3", 2) + SYNC
            + execute("p3", 2) + SYNC + describe("P", "p3") + execute("p3") + SYNC), 3


def _pipelined(sql, values):
    other = parse("SELECT 1") + bind() + execute()
    return other + parse(sql) + bind(values) + execute() + other + SYNC, 1


def _crossed(sql, values):
    """Two portals of two statements, described in another order than they run."""
    return (close("S", "s4") + close("S", "s5") + parse(sql, "s4")
            + parse("SELECT 'one', 2", "s5") + bind(values, "s4", "p4")
            + bind((), "s5", "p5") + describe("P", "p5") + execute("p4", 1) + execute("p5")
            + describe("P", "p4") + execute("p4") + close("S", "s4") + close("S", "s5")
            + close("P", "p4") + close("P", "p5") + SYNC), 1


def _name_reused(sql, values):
    """Under a name, and in a portal, that something else had a moment ago."""
    other = parse("SELECT 'other', 1", "s6") + bind((), "s6", "p7") + describe("P", "p7")
    return (close("S", "s6") + other + execute("p7", 1) + close("P", "p7") + close("S", "s6")
            + parse(sql, "s6") + bind(values, "s6", "p7") + execute("p7", 2) + close("S", "s6")
            + execute("p7") + close("P", "p7") + SYNC), 1


def _name_taken(sql, values):
    """Another statement wants its name and does not get it. Its error must end no transaction."""
    return (query("COMMIT") + close("S", "s7") + parse(sql, "s7") + SYNC
            + parse("SELECT 'other', 1", "s7") + SYNC + bind(values, "s7") + execute() + SYNC
            + bind(values, "s7", binary_results=True) + execute() + SYNC
            + query("BEGIN")), 6


def _several(sql, values):
    return query(f"SELECT 1; {sql}; SELECT 2"), 1


def _sql_prepared(sql, values):
    return (close("S", "q1") + SYNC + query(f"PREPARE q1 AS {sql}") + query("EXECUTE q1")
            + query("EXECUTE q1") + query("DEALLOCATE q1")), 5


def _sql_prepared_by_protocol(sql, values):
    """PREPARE by SQL is reached by Bind, and what Parse names by EXECUTE."""
    return (close("S", "q2") + close("S", "q3") + SYNC + query(f"PREPARE q2 AS {sql}")
            + bind((), "q2", binary_results=True) + execute()
            + SYNC + query("DEALLOCATE q2") + parse(sql, "q3") + SYNC + query("EXECUTE q3")
            + parse("EXECUTE q3") + bind(binary_results=True) + execute() + SYNC
            + close("S", "q3") + SYNC), 8


def _cursor(sql, values):
    return (query(f"DECLARE c1 SCROLL CURSOR FOR {sql}") + query("FETCH 2 FROM c1")
            + parse("FETCH ALL FROM c1") + bind(binary_results=True) + execute() + SYNC
            + query("FETCH FIRST FROM c1") + query("CLOSE c1")), 5


def _binary_cursor(sql, values):
    return (query(f"DECLARE c2 BINARY SCROLL CURSOR FOR {sql}") + query("FETCH ALL FROM c2")
            + query("MOVE ABSOLUTE 0 IN c2") + execute("c2", 2) + SYNC
            + query("CLOSE c2")), 5


def _portal_by_fetch(sql, values):
    """A portal of the protocol, read by SQL."""
    return (parse(sql) + bind(values, portal="p6") + SYNC + query("FETCH 2 FROM p6")
            + query("FETCH ALL FROM p6") + close("P", "p6") + SYNC), 4


def _copied(options, extended=False):
    def say(sql, values):
        text_of = f"COPY ({sql}) TO STDOUT {options}"
        return _undescribed(text_of, ()) if extended else _simple(text_of, ())
    return say


# How a query can be said.
MODES = {
    "simple": _simple, "described": _described, "undescribed": _undescribed, "binary": _binary,
    "binary undescribed": _binary_undescribed, "named": _named, "limited": _limited,
    "across sync": _across_sync, "pipelined": _pipelined, "crossed": _crossed,
    "name reused": _name_reused, "name taken": _name_taken, "several": _several,
    "sql prepared": _sql_prepared,
    "sql prepared, by protocol": _sql_prepared_by_protocol, "cursor": _cursor,
    "binary cursor": _binary_cursor, "portal by fetch": _portal_by_fetch,
    "copy text": _copied(""), "copy csv": _copied("(FORMAT csv, HEADER, FORCE_QUOTE *)"),
    "copy binary": _copied("(FORMAT binary)"), "copy old": _copied("WITH DELIMITER ';' NULL 'x'"),
    "copy extended": _copied("(FORMAT csv)", True),
    "copy binary extended": _copied("(FORMAT binary)", True)}

# Those that say a query as it is, so that anything may be said.
AS_IT_IS = ("simple", "described", "undescribed", "binary", "binary undescribed", "named",
            "limited", "pipelined", "crossed")


def spoken(step):
    """(bytes, ReadyForQuery messages that they are answered with)"""
    values = tuple(None if value is None else str(value).encode() for value in step.values)
    if step.mode == "function call":
        return function_call(int(step.sql), *values), 1
    # "parse NAME" and "run NAME" are steps in the life of a prepared statement.
    verb, _, name = step.mode.partition(" ")
    if step.mode == "close":
        return close("S", step.sql) + SYNC, 1
    if verb == "parse":
        return close("S", name) + parse(step.sql, name) + SYNC, 1
    if verb == "run":
        return (bind(values, name) + execute() + bind(values, name, binary_results=True)
                + execute() + SYNC), 1
    if step.mode == "copy in":
        return query(step.sql) + copy_data(step.data) + COPY_DONE, 1
    if step.mode.startswith("mixed formats of "):
        formats = [at % 2 for at in range(int(step.mode.rpartition(" ")[2]))]
        return (parse(step.sql) + _bind_formats(values, formats) + execute() + SYNC), 1
    return MODES[step.mode](step.sql, values)


class Lost(Exception):
    """The connection ended in the middle of a case. Has the bytes that came before."""


class Speaker:
    """One signed-in connection."""

    def __init__(self, client):
        self.client = client
        self.client.socket.settimeout(20)
        self._rest = bytearray()

    def _ask(self, said, ready, heard):
        """Appends to `heard` all that comes up to so many ReadyForQuery messages."""
        self.client.socket.sendall(said)
        rest, at = self._rest, 0
        while ready > 0:
            while len(rest) - at >= 5:
                end = at + 1 + int.from_bytes(rest[at + 1:at + 5], "big")
                if end > len(rest):
                    break
                ready -= rest[at] == 0x5a
                at = end
                if ready == 0:
                    break
            if ready > 0:
                chunk = self.client.socket.recv(1 << 18)
                if not chunk:
                    heard += rest
                    raise Lost(bytes(heard))
                rest += chunk
        heard += rest[:at]
        del rest[:at]

    def say(self, case):
        """All bytes of the answers, those to BEGIN and ROLLBACK included."""
        heard = bytearray()
        parts = [spoken(step) for step in case.steps]
        if case.end != "none":
            parts = [(query("BEGIN"), 1), *parts, (query(case.end.upper()), 1)]
        if case.pipelined:
            parts = [(b"".join(said for said, _ in parts), sum(ready for _, ready in parts))]
        for said, ready in parts:
            self._ask(said, ready, heard)
        return bytes(heard)


def cut(data):
    """[(type, body)] of what a server says."""
    messages, at = [], 0
    while at + 5 <= len(data):
        end = at + 1 + int.from_bytes(data[at + 1:at + 5], "big")
        messages.append((chr(data[at]), data[at + 5:end]))
        at = end
    return messages


__all__ = ["AS_IT_IS", "MODES", "Case", "Client", "Lost", "Speaker", "Step", "cut", "spoken"]
