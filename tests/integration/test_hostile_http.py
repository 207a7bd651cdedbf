"""The HTTP listener under requests that no operator sends: it stays up, small, and serves on."""

import contextlib
import json
import socket
import ssl
import threading
import time
import zlib

import pytest

# How long others may have to wait: less than the time after which the listener gives somebody up.
SERVED_S = 4
GROWTH_KIB = 100 * 1024


@pytest.fixture(scope="module", params=["in clear", "in TLS"])
def bed(request, make_module_bed):
    return make_module_bed(client_tls=request.param == "in TLS")


class Caller:
    """A connection to the listener, on which anything can be sent."""

    def __init__(self, bed, timeout_s=20, handshake=True):
        self.socket = socket.create_connection(("127.0.0.1", bed.http_port), timeout_s)
        if bed.client_tls and handshake:
            context = ssl.create_default_context(cafile=str(bed.folder / "gw.crt"))
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()

    def send(self, data):
        """What can be sent before the other side has had enough."""
        with contextlib.suppress(OSError):
            self.socket.sendall(data)

    def rest(self):
        """All that comes until the other side closes."""
        heard = b""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while chunk := self.socket.recv(65536):
                heard += chunk
        return heard


def says(bed, request):
    with Caller(bed) as caller:
        caller.send(request)
        return caller.rest()


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


def head(line, *headers):
    return "\r\n".join([line, "Host: gw", "Connection: close", *headers, "", ""]).encode()


def is_alive(bed):
    with contextlib.suppress(OSError), Caller(bed, timeout_s=SERVED_S) as caller:
        caller.send(head("GET /livez HTTP/1.1"))
        return status(caller.rest()) == 200
    return False


@pytest.fixture(autouse=True)
def serves_on(bed):
    """After each test: the same process, not much larger, and it answers."""
    before = bed.gateway.status("VmRSS")
    yield
    assert bed.gateway.process.poll() is None
    assert is_alive(bed)
    assert bed.gateway.status("VmRSS") - before < GROWTH_KIB


def authorization(bed):
    return "Authorization: Bearer " + (bed.state / "operator.token").read_text().strip()


def test_a_header_without_end_is_cut_off(bed):
    with Caller(bed) as caller:
        caller.send(b"GET /livez HTTP/1.1\r\nX: " + b"a" * 20_000_000)
        assert status(caller.rest()) in (None, 400, 431)


def test_headers_without_number_are_cut_off(bed):
    many = b"".join(b"X-%d: y\r\n" % number for number in range(500_000))
    answer = says(bed, b"GET /livez HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n" + many + b"\r\n")
    assert status(answer) in (None, 400, 431)


def test_a_long_target_is_refused(bed):
    assert status(says(bed, head("GET /" + "a" * 100_000 + " HTTP/1.1"))) == 431


TOKENS = "POST /api/v1/agent-tokens HTTP/1.1"


@pytest.mark.parametrize("length", ["65537", "99999999999999999999", "-1", "0x10", "1e9", ""])
def test_a_body_of_impossible_length_is_not_waited_for(bed, length):
    started = time.monotonic()
    answer = says(bed, head(TOKENS, authorization(bed), f"Content-Length: {length}"))
    assert status(answer) != 201
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("chunks", [
    b"ffffffffffffffff\r\nx", b"-1\r\nx", b"7fffffff\r\n" + b"x" * 1_000_000, b"zz\r\n",
    b"\r\n" * 1000,
    b"10;" + b"a" * 1_000_000 + b"\r\n", b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n",
    b"5\r\n{}xyz\r\n0\r\nX: y\r\n" * 10], ids=lambda each: repr(each[:20]))
def test_chunks_that_do_not_add_up_are_refused(bed, chunks):
    answer = says(bed, head(TOKENS, authorization(bed), "Transfer-Encoding: chunked") + chunks)
    assert status(answer) != 201


def test_two_lengths_do_not_smuggle_a_request(bed):
    smuggled = b"GET /api/v1/agents HTTP/1.1\r\nHost: gw\r\n" + authorization(bed).encode()
    body = b"0\r\n\r\n" + smuggled + b"\r\n\r\n"
    answer = says(bed, head(TOKENS, f"Content-Length: {len(body)}",
                            "Transfer-Encoding: chunked").replace(b"Connection: close\r\n", b"")
                  + body)
    assert b"test-agent" not in answer


@pytest.mark.parametrize("target", [
    "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
    "/api/v1/../../../etc/passwd", "/livez/..%00/etc/passwd", "/api/v1/agents%00",
    "/api/v1/agents/../agents", "http://gw/api/v1/agents", "*", "/%", "/%zz", "/\u00ff"])
def test_no_target_leads_out_of_the_interface(bed, target):
    answer = says(bed, head(f"GET {target} HTTP/1.1"))
    assert status(answer) in (None, 400, 401, 404)
    assert b"root:" not in answer and b"test-agent" not in answer


@pytest.mark.parametrize("path", ["/x%0d%0aX-Injected: yes", "/livez?a=%0d%0aX-Injected:%20yes"])
def test_no_header_is_injected_into_an_answer(bed, path):
    answer = says(bed, head(f"GET {path.replace(' ', '%20')} HTTP/1.1",
                            "X-Request-Id: a\r\n\tX-Injected: b"))
    assert b"\r\nX-Injected" not in answer


@pytest.mark.parametrize("value", [
    "bytes=0-", "bytes=5-1", "bytes=-", "bytes=99999999999999999999-", "bytes=-99999999999999",
    "bytes=" + ",".join(["0-0"] * 500), "bytes=0-18446744073709551615", "bytes=a-b", "lines=1-2",
    "bytes=1-1,"])
def test_a_range_makes_no_more_of_an_answer_than_there_is(bed, value):
    answer = says(bed, head("GET /livez HTTP/1.1", f"Range: {value}"))
    assert status(answer) in (200, 206, 400, 416)
    assert len(answer) < 100_000


@pytest.mark.parametrize("content_type", [
    "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "b" * 8000,
    "multipart/form-data", "multipart/form-data; boundary=\"\""], ids=lambda each: each[:40])
def test_a_body_of_many_parts_is_no_join_token(bed, content_type):
    part = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n"
    body = part * 1000 + b"--x--\r\n"
    answer = says(bed, head(TOKENS, authorization(bed), f"Content-Type: {content_type}",
                            f"Content-Length: {len(body)}") + body)
    assert status(answer) != 201


@pytest.mark.parametrize("line", [
    "GET", "GET /livez", "GET /livez HTTP/9.9", "get /livez HTTP/1.1", "\0\0\0", "PRI * HTTP/2.0",
    "CONNECT gw:5432 HTTP/1.1", "TRACE / HTTP/1.1", "G" * 10_000], ids=lambda each: each[:20])
def test_a_line_that_asks_for_nothing_gets_nothing(bed, line):
    assert status(says(bed, head(line))) in (None, 400, 404, 405, 414, 501, 505)


def test_a_compressed_bomb_is_not_unpacked(bed):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(b" " * 50_000_000) + packer.flush()
    answer = says(bed, head(TOKENS, authorization(bed), "Content-Encoding: gzip",
                            f"Content-Length: {len(bomb)}") + bomb)
    assert status(answer) != 201


def test_requests_without_end_on_one_connection_end(bed):
    request = head("GET /livez HTTP/1.1").replace(b"Connection: close\r\n", b"")
    with Caller(bed) as caller:
        caller.send(request * 10_000)
        assert caller.rest().count(b"HTTP/1.1 200") <= 10_000


def test_idle_connections_hold_up_nobody(bed):
    with contextlib.ExitStack() as open_ones:
        for _ in range(400):
            open_ones.enter_context(Caller(bed, handshake=False))
        assert is_alive(bed)


def test_those_who_send_a_byte_at_a_time_hold_up_nobody(bed):
    stop = threading.Event()

    def dribble():
        with contextlib.suppress(OSError), Caller(bed) as caller:
            caller.socket.sendall(b"GET /livez HTTP/1.1\r\nX: ")
            while not stop.wait(1):
                caller.socket.sendall(b"a")

    threads = [threading.Thread(target=dribble) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(2)
        assert is_alive(bed)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_the_interface_still_works(bed):
    answer = says(bed, head("GET /api/v1/agents HTTP/1.1", authorization(bed)))
    assert status(answer) == 200
    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["agents"][0]["name"] == "test-agent"
