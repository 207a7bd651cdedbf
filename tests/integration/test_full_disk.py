"""If the journal cannot be written, statements are refused and nothing is forwarded."""

import contextlib
import resource
import time

import pytest

from testbed import wait_until
from wire import SYNC, Client, bind, errors, execute, kinds, parse, query, rows, signed_in, token_of

BED = {"postgres_settings": ("log_statement=all",)}
CANNOT = "the audit journal cannot be written"
REFUSED = ("the journal cannot be written", CANNOT, "control records")


@contextlib.contextmanager
def full_disk(bed, lane=1):
    """As if no more could be written: no file of the gateway may grow beyond this lane's file."""
    journal = bed.state / "journal" / f"{lane:04}-00000001.seg"
    # Its log must stay writable, so the journal has to be much the larger one.
    while journal.stat().st_size < bed.gateway.log_path.stat().st_size + 20_000:
        with signed_in(bed) as client:
            client.ask(query("SELECT length('" + "x" * 10_000 + "')"))
    time.sleep(0.1)  # Outcomes are written within 10 ms.
    pid = bed.gateway.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (journal.stat().st_size, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def server_log(bed):
    return (bed.postgres.folder / "postgres.log").read_text()


def refusals(messages):
    return [(each["C"], each["M"]) for each in errors(messages)]


EXPECTED = [("53100", "the statement cannot be recorded, so it was not executed")]


@pytest.mark.parametrize("statement", ["SELECT 'unrecorded-{}'",
                                       "INSERT INTO customers VALUES (8000, 'unrecorded-{}')"])
@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.expects_log(*REFUSED)
def test_a_statement_that_cannot_be_recorded_does_not_reach_the_server(bed, statement, extended):
    marker = str(time.monotonic_ns())
    text = statement.format(marker)
    with signed_in(bed) as client:
        with full_disk(bed):
            message = parse(text) + bind() + execute() + SYNC if extended else query(text)
            assert refusals(client.ask(message)) == EXPECTED
            time.sleep(0.3)
            assert marker not in server_log(bed)
            assert marker not in str(bed.records())
        # With room again, new statements pass.
        wait_until(lambda: bed.psql("SELECT 'again'").stdout == "again\n", 10, "the gateway")


@pytest.mark.expects_log(*REFUSED)
def test_nobody_gets_in_without_a_record(bed):
    with full_disk(bed, lane=0):
        with Client(("localhost", bed.port)) as client:
            messages = client.login("everything", "demo", token_of(bed))
            assert refusals(messages) == EXPECTED
            assert errors(messages)[0]["S"] == "FATAL"
            assert client.is_closed()
    wait_until(lambda: bed.psql("SELECT 'again'").stdout == "again\n", 10, "the gateway")


@pytest.mark.expects_log(*REFUSED)
def test_sessions_that_were_not_refused_go_on_when_there_is_room_again(bed):
    with signed_in(bed) as bystander:
        with full_disk(bed), signed_in(bed) as client:
            assert refusals(client.ask(query("SELECT 1"))) == EXPECTED
        # The first one finds out that there is room: refused, but on record.
        messages = bystander.ask(query("SELECT 1"))
        assert kinds(messages) == "EZI" and refusals(messages) == EXPECTED
        assert rows(bystander.ask(query("SELECT 'still here'"))) == [["still here"]]


@pytest.mark.expects_log(*REFUSED)
def test_what_ran_when_the_disk_filled_up_comes_to_its_end(bed):
    with signed_in(bed) as client:
        client.send(query("SELECT pg_sleep(1), 'done'"))
        with full_disk(bed):
            assert rows(client.answers()) == [["", "done"]]
    records = bed.records()
    assert records  # Readable to its end.


@pytest.mark.expects_log(*REFUSED)
def test_the_gateway_survives_a_full_disk_and_stops_in_order(make_bed):
    own = make_bed()
    with full_disk(own), signed_in(own) as client:
        client.ask(query("SELECT 1"))
    wait_until(lambda: own.psql("SELECT 'again'").stdout == "again\n", 10, "the gateway to serve")
    assert "is written again" in own.gateway.log()
