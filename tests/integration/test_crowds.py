"""Clients that do not sign in cost little, for a short time, and never keep others out."""

import resource
import socket
import time

import pytest

from testbed import wait_until
from wire import SSL_REQUEST, Client, kinds, query, rows, signed_in, startup, token_of

BED = {"gateway_settings": "limits: { half_open_connections: 200, handshake_timeout: 3s }"}
CROWD, HALF_OPEN, DEADLINE_S = 10_000, 200, 3


def connect(bed):
    return socket.create_connection(("127.0.0.1", bed.port), 20)


def is_closed(connection, within_s=0.0):
    connection.settimeout(max(within_s, 0.001))
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


def log_since(bed, size):
    return bed.gateway.log()[size:]


def test_clients_that_stop_half_way_are_ended_at_the_deadline(bed):
    hello = startup("everything", "demo")
    halves = [b"", b"\0", SSL_REQUEST[:5], SSL_REQUEST, hello[:20], hello,
              hello + b"p\0\0\1\0half"]
    before, started = len(bed.gateway.log()), time.monotonic()
    silent = [connect(bed) for _ in halves]
    for each, said in zip(silent, halves):
        each.sendall(said)
    for each in silent:
        while each.recv(4096):
            pass
        assert DEADLINE_S - 0.5 < time.monotonic() - started < DEADLINE_S + 3
        each.close()
    assert log_since(bed, before).count("it took too long to authenticate") == len(halves)


def test_a_client_that_drips_bytes_is_ended_at_the_same_deadline(bed):
    hello = startup("everything", "demo", application_name="x" * 500)
    with connect(bed) as dripping:
        started = time.monotonic()
        for byte in hello:
            try:
                dripping.sendall(bytes([byte]))
            except OSError:
                break
            if is_closed(dripping):
                break
            time.sleep(0.05)
        assert time.monotonic() - started < DEADLINE_S + 3


def test_beyond_the_cap_new_clients_are_turned_away_and_sessions_go_on(bed):
    before = len(bed.gateway.log())
    with signed_in(bed) as session:
        crowd = [connect(bed) for _ in range(HALF_OPEN + 20)]
        wait_until(lambda: sum(map(is_closed, crowd)) >= 20, 5, "some to be turned away")
        assert rows(session.ask(query("SELECT 1"))) == [["1"]]
        turned_away = log_since(bed, before).count("a client was turned away")
        assert turned_away >= 20
        for each in crowd:
            each.close()
    # As soon as they are gone there is room again.
    wait_until(lambda: bed.psql("SELECT 'in'").stdout == "in\n", 5, "room for a client")


def test_ten_thousand_that_never_speak_hurt_nobody(bed):
    before, memory = len(bed.gateway.log()), bed.gateway.status("VmRSS")
    with signed_in(bed) as session:
        crowd, slowest_s = [], 0.0
        for number in range(CROWD):
            crowd.append(connect(bed))
            if number % 500 == 0:
                started = time.monotonic()
                assert rows(session.ask(query("SELECT 1"))) == [["1"]]
                slowest_s = max(slowest_s, time.monotonic() - started)
        assert slowest_s < 3
        # Whoever tries long enough gets in, between the deadlines of the others.
        wait_until(lambda: bed.psql("SELECT 'in'").stdout == "in\n", 3 * DEADLINE_S, "a place")
        assert all(is_closed(each, 2 * DEADLINE_S) for each in crowd)
        for each in crowd:
            each.close()
    # Each of them has its line.
    log = log_since(bed, before)
    said = (log.count("a client was turned away") + log.count("it took too long")
            + log.count("it went away"))
    assert said >= CROWD
    assert bed.gateway.status("VmRSS") - memory < 30_000


def test_a_wrong_password_gives_its_place_back(bed):
    # So many from one source would be turned away for that alone.
    for number in range(HALF_OPEN + 50):
        source = f"127.0.0.{2 + number // 100}"
        with Client(("127.0.0.1", bed.port), source=source) as client:
            assert kinds(client.login("everything", "demo", "wrong")) == "RE"
    with signed_in(bed, token=token_of(bed)) as session:
        assert rows(session.ask(query("SELECT 1"))) == [["1"]]


@pytest.mark.expects_log("out of file descriptors")
def test_without_file_descriptors_the_gateway_waits_and_goes_on(make_bed):
    own = make_bed()
    with signed_in(own) as session:
        pid = own.gateway.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (90, hard))
        crowd = [connect(own) for _ in range(100)]
        wait_until(lambda: "out of file descriptors" in own.gateway.log(), 5, "the shortage")
        assert rows(session.ask(query("SELECT 1"))) == [["1"]]
        for each in crowd:
            each.close()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (hard, hard))
        wait_until(lambda: own.psql("SELECT 'in'").stdout == "in\n", 10, "a client to get in")
