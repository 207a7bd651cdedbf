"""Sign-ins that fail again and again: limited by source and by name, on record, in flat memory."""

import pathlib
import socket
import threading
import time

import pytest

from leases import lease, scram_login
from testbed import wait_until
from wire import Client, errors, kinds, password, query, startup


class From(Client):
    """A client that calls from an address of its own."""

    def __init__(self, bed, source):
        # The base class dials by itself; all of 127.0.0.0/8 is this machine.
        super().__init__(("127.0.0.1", bed.port))
        self.socket.close()
        self.socket = socket.create_connection(("127.0.0.1", bed.port), 20, (source, 0))


def blocks(bed):
    """(source, reason) of each."""
    found = [each["sign_in"] for each in bed.records() if "sign_in" in each]
    return [(each["client_address"], each["reason"]) for each in found
            if each.get("reason", "").startswith("too many sign-ins fail")]


def resident_kib(bed):
    status = pathlib.Path(f"/proc/{bed.gateway.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if "VmRSS" in line))


def guess(bed, source):
    """All that is answered to a wrong password; nothing if it is not heard."""
    heard = b""
    with socket.create_connection(("127.0.0.1", bed.port), 20, (source, 0)) as wrong:
        try:
            wrong.sendall(startup("everything", "demo") + password("not.a.token"))
            while chunk := wrong.recv(65536):
                heard += chunk
        except ConnectionError:
            pass
    return heard


def flood(bed, source, seconds, per_second):
    """Wrong sign-ins at this rate; how many there were."""
    started, count = time.monotonic(), 0
    while time.monotonic() - started < seconds:
        guess(bed, source)
        count += 1
        ahead = started + count / per_second - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
    return count


def sign_in_time(bed, issued, source):
    started = time.monotonic()
    with From(bed, source) as client:
        messages = scram_login(client, issued["user"], "demo", issued["password"])
        assert messages[-1].type == "Z", messages
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"
        return time.monotonic() - started


def test_five_hundred_wrong_sign_ins_a_second_hold_nobody_else_up(make_bed):
    own = make_bed()
    issued = lease(own)
    calm = max(sign_in_time(own, issued, "127.0.0.3") for _ in range(5))
    # It has met the source, and its tables are as large as they will be.
    flood(own, "127.0.0.2", 1, 500)
    before, counts = resident_kib(own), []
    flooding = threading.Thread(
        target=lambda: counts.append(flood(own, "127.0.0.2", 5, 500)))
    flooding.start()
    taken = []
    while flooding.is_alive():
        taken.append(sign_in_time(own, issued, "127.0.0.3"))
        time.sleep(0.1)
    flooding.join()
    assert counts[0] > 1000 and len(taken) > 10
    assert sorted(taken)[len(taken) // 2] < calm + 0.2 and max(taken) < calm + 1
    assert resident_kib(own) - before < 8 * 1024
    found = wait_until(lambda: blocks(own), 5, "the record")
    assert found[0] == ("127.0.0.2",
                        "too many sign-ins fail from this source: none is heard for 10 s")
    failed = [each for each in own.records() if "sign_in" in each and not each["sign_in"].get("ok")]
    assert 190 < len(failed) < 600
    assert guess(own, "127.0.0.2") == b""
    assert b"28P01" in guess(own, "127.0.0.4")


def test_a_blocked_source_is_heard_again(make_bed):
    own = make_bed()
    # Polling would be slower than failures are forgiven.
    flood(own, "127.0.0.2", 2, 500)
    assert guess(own, "127.0.0.2") == b""
    wait_until(lambda: b"28P01" in guess(own, "127.0.0.2"), 15, "its end")


def test_a_leases_name_that_is_tried_again_and_again_sounds_like_nobodys(bed):
    issued, other = lease(bed), lease(bed)
    heard = set()
    for _ in range(25):
        with Client(("localhost", bed.port)) as client:
            messages = scram_login(client, issued["user"], "demo", "pls_wrong")
            heard.add(messages[-1].body)
    with Client(("localhost", bed.port)) as client:
        messages = scram_login(client, issued["user"], "demo", issued["password"])
        heard.add(messages[-1].body)
        assert errors(messages)[0]["C"] == "28P01"
    assert len(heard) == 1
    with Client(("localhost", bed.port)) as client:
        assert scram_login(client, other["user"], "demo", other["password"])[-1].type == "Z"
    found = wait_until(lambda: blocks(bed), 5, "the record")
    assert [reason for _, reason in found] == [
        f"too many sign-ins fail by the name {issued['user']}: none is heard for 60 s"]


@pytest.mark.parametrize("name", ["everything", "analyst-read"])
def test_a_grants_name_is_never_blocked(bed, name):
    for _ in range(30):
        guess(bed, "127.0.0.1")
    with Client(("localhost", bed.port)) as client:
        groups = ["dba"] if name == "everything" else ["data-eu"]
        assert client.login(name, "demo", bed.token("dora", groups))[-1].type == "Z"
