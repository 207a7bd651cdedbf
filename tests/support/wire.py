"""A PostgreSQL client that speaks message by message, for what no driver would ever say.

Messages are built by the functions, `Client` sends them and reads what comes.
"""

import contextlib
import functools
import socket
import ssl
import struct
from typing import NamedTuple

V30, V32 = 0x30000, 0x30002


def text(value):
    return (value if isinstance(value, bytes) else value.encode()) + b"\0"


def message(tag, *parts):
    body = b"".join(parts)
    return tag.encode() + struct.pack("!I", len(body) + 4) + body


def packet(code, *parts):
    """What stands before authentication: a length and a code, but no tag."""
    body = struct.pack("!I", code) + b"".join(parts)
    return struct.pack("!I", len(body) + 4) + body


SSL_REQUEST = packet(80877103)
GSSENC_REQUEST = packet(80877104)
SYNC, FLUSH, TERMINATE, COPY_DONE = (message(tag) for tag in "SHXc")


def startup(user, database, version=V30, **parameters):
    pairs = {"user": user, "database": database} | parameters
    return packet(version, *(text(part) for pair in pairs.items() for part in pair), b"\0")


def cancel_request(process_id, secret):
    return packet(80877102, struct.pack("!I", process_id), secret)


def password(value):
    return message("p", text(value))


def query(sql):
    return message("Q", text(sql))


def parse(sql, name="", types=()):
    return message("P", text(name), text(sql), struct.pack(f"!H{len(types)}I", len(types), *types))


def bind(values=(), statement="", portal="", binary_results=False):
    packed = b"".join(struct.pack("!i", -1) if value is None
                      else struct.pack("!i", len(value)) + value for value in values)
    results = struct.pack("!HH", 1, 1) if binary_results else struct.pack("!H", 0)
    return message("B", text(portal), text(statement), struct.pack("!HH", 0, len(values)), packed,
                   results)


def describe(target="P", name=""):
    return message("D", target.encode(), text(name))


def execute(portal="", rows=0):
    return message("E", text(portal), struct.pack("!I", rows))


def close(target, name):
    return message("C", target.encode(), text(name))


def copy_data(data):
    return message("d", data)


def copy_fail(reason):
    return message("f", text(reason))


def function_call(oid, *arguments):
    packed = b"".join(struct.pack("!i", len(value)) + value for value in arguments)
    return message("F", struct.pack("!IHHH", oid, 1, 1, len(arguments)), packed,
                   struct.pack("!H", 1))


class Message(NamedTuple):
    type: str
    body: bytes

    @property
    def fields(self):
        """Of an ErrorResponse or NoticeResponse."""
        parts = self.body.rstrip(b"\0").split(b"\0")
        return {part[:1].decode(): part[1:].decode(errors="replace") for part in parts}


class Client:
    """One connection. `address` is (host, port) or the path of a Unix socket; `source` an address
    of this machine that it is to come from."""

    def __init__(self, address, timeout_s=20, source=None):
        if isinstance(address, tuple):
            self.socket = socket.create_connection(address, timeout_s, source and (source, 0))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout_s)
            self.socket.connect(str(address))
        self.process_id, self.secret = 0, b""
        self._buffer = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, *parts):
        self.socket.sendall(b"".join(parts))

    def start_tls(self, ca_file, alpn=None):
        context = ssl.create_default_context(cafile=str(ca_file))
        if alpn:
            context.set_alpn_protocols([alpn])
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def ask_for_tls(self, ca_file):
        self.send(SSL_REQUEST)
        assert self.exactly(1) == b"S"
        self.start_tls(ca_file)

    def exactly(self, count):
        """So many bytes, or fewer at the end of the stream."""
        while len(self._buffer) < count:
            try:
                chunk = self.socket.recv(65536)
            except (ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
                chunk = b""
            if not chunk:
                break
            self._buffer += chunk
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def receive(self):
        """The next message; None at the end of the stream."""
        head = self.exactly(5)
        if not head:
            return None
        length = struct.unpack("!I", head[1:])[0] - 4 if len(head) == 5 else -1
        body = self.exactly(max(length, 0))
        if len(body) != length:
            raise EOFError("the stream ends within a message")
        return Message(chr(head[0]), body)

    def receive_until(self, *types, count=1):
        """All messages up to the count-th of these types, or to the end of the stream."""
        messages = []
        while count > 0:
            received = self.receive()
            if received is None:
                break
            messages.append(received)
            count -= received.type in types
        return messages

    def answers(self, ready=1):
        return self.receive_until("Z", count=ready)

    def rest(self):
        """Everything until the other side closes."""
        return self.receive_until("")

    def is_closed(self):
        """Whether the other side closes, without another word."""
        return self.exactly(1) == b""

    def ask(self, *parts, ready=1):
        self.send(*parts)
        return self.answers(ready)

    def login(self, user, database, secret, version=V30, **parameters):
        """Signs in with a password in clear and returns all that was said."""
        self.send(startup(user, database, version, **parameters))
        messages = self.receive_until("R", "E")
        if messages[-1].type == "E":
            return messages
        self.send(password(secret))
        messages += self.answers()
        for each in messages:
            if each.type == "K":
                self.process_id = struct.unpack("!I", each.body[:4])[0]
                self.secret = each.body[4:]
        return messages


def kinds(messages):
    """Their types in one word, each ReadyForQuery followed by its transaction status."""
    return "".join(each.type + (each.body.decode() if each.type == "Z" else "")
                   for each in messages)


def errors(messages):
    return [each.fields for each in messages if each.type == "E"]


def rows(messages):
    """DataRows as lists of texts."""
    result = []
    for each in messages:
        if each.type != "D":
            continue
        at, row = 2, []
        for _ in range(struct.unpack("!H", each.body[:2])[0]):
            length = struct.unpack("!i", each.body[at:at + 4])[0]
            at += 4
            row.append(None if length < 0 else each.body[at:at + length].decode())
            at += max(length, 0)
        result.append(row)
    return result


@functools.cache
def token_of(bed, *groups):
    """A token that lasts for the whole run."""
    return bed.token(groups=groups or ("dba",))


@contextlib.contextmanager
def signed_in(bed, user="everything", database="demo", token=None, version=V30, **parameters):
    """A client of the bed's gateway that is ready for queries."""
    with Client(("localhost", bed.port)) as client:
        if bed.client_tls:
            client.ask_for_tls(bed.folder / "gw.crt")
        messages = client.login(user, database, token or token_of(bed), version, **parameters)
        assert messages[-1].type == "Z", errors(messages)
        yield client


@contextlib.contextmanager
def direct(bed, user="postgres", database="postgres", **parameters):
    """A client of the server itself, by its Unix socket, where it takes a password in clear."""
    with Client(bed.postgres.folder / f".s.PGSQL.{bed.postgres.port}") as client:
        messages = client.login(user, database, bed.postgres.password, **parameters)
        assert messages[-1].type == "Z", errors(messages)
        yield client
