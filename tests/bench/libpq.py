"""The little of libpq that the bench needs. It logs in as any client does; streams are then read
and written on the bare socket, so that the client's own formatting is not what is measured."""

import ctypes
import ctypes.util
import os
import socket
import struct

_CHUNK_BYTES = 1024 * 1024
_READY = b"Z\0\0\0\5I"
_OK, _COMMAND_OK, _TUPLES_OK = 0, 1, 2

_pq = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
_pq.PQconnectdb.restype = ctypes.c_void_p
_pq.PQexec.restype = ctypes.c_void_p
_pq.PQerrorMessage.restype = ctypes.c_char_p
for _name in ("PQstatus", "PQsocket", "PQerrorMessage", "PQfinish", "PQresultStatus", "PQclear"):
    getattr(_pq, _name).argtypes = [ctypes.c_void_p]
_pq.PQexec.argtypes = [ctypes.c_void_p, ctypes.c_char_p]


class Connection:
    """A session. After stream_out() and stream_in() it is ready for the next."""

    def __init__(self, parameters):
        words = " ".join("{}='{}'".format(name, str(value).replace("\\", r"\\").replace("'", r"\'"))
                         for name, value in parameters.items())
        self._handle = _pq.PQconnectdb(words.encode())
        if _pq.PQstatus(self._handle) != _OK:
            self._fail()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        _pq.PQfinish(self._handle)

    def _fail(self):
        message = _pq.PQerrorMessage(self._handle).decode().strip()
        self.close()
        raise RuntimeError(f"libpq: {message}")

    def execute(self, sql):
        result = _pq.PQexec(self._handle, sql.encode())
        status = _pq.PQresultStatus(result)
        _pq.PQclear(result)
        if status not in (_COMMAND_OK, _TUPLES_OK):
            self._fail()

    def _socket(self):
        taken = socket.socket(fileno=os.dup(_pq.PQsocket(self._handle)))
        taken.setblocking(True)
        return taken

    def stream_out(self, sql, tag):
        """Sends a Query and reads its answer to the end; returns its bytes. In clear only."""
        with self._socket() as wire:
            wire.sendall(query_message(sql))
            seen, tail = _read_to_ready(wire)
            wire.setblocking(False)
        if tag.encode() not in tail:
            raise RuntimeError(f"the stream ended without {tag}: {tail!r}")
        return seen

    def stream_in(self, sql, block, blocks, tag):
        """COPY FROM STDIN of `blocks` times the messages in `block`; returns the bytes sent."""
        with self._socket() as wire:
            wire.sendall(query_message(sql))
            if wire.recv(1, socket.MSG_PEEK) != b"G":
                raise RuntimeError(f"no CopyInResponse: {wire.recv(_CHUNK_BYTES)!r}")
            wire.recv(_CHUNK_BYTES)
            for _ in range(blocks):
                wire.sendall(block)
            wire.sendall(b"c\0\0\0\4")
            _, tail = _read_to_ready(wire)
            wire.setblocking(False)
        if tag.encode() not in tail:
            raise RuntimeError(f"the copy ended without {tag}: {tail!r}")
        return blocks * len(block)


def query_message(sql):
    text = sql.encode() + b"\0"
    return b"Q" + struct.pack("!I", len(text) + 4) + text


def copy_data(row, rows):
    """`rows` CopyData messages of one row each, as psql sends them."""
    return (b"d" + struct.pack("!I", len(row) + 4) + row) * rows


def _read_to_ready(wire):
    """Rows of the bench never look like ReadyForQuery, so the end of the bytes is the end."""
    buffer = bytearray(_CHUNK_BYTES)
    view = memoryview(buffer)
    seen, tail = 0, b""
    while not tail.endswith(_READY):
        got = wire.recv_into(buffer)
        if got == 0:
            raise RuntimeError(f"the server closed after {seen} bytes: {tail!r}")
        seen += got
        tail = (tail + bytes(view[max(0, got - 256):got]))[-256:]
    return seen, tail
