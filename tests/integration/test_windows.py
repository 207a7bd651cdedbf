"""A grant with a window is closed outside it: no session opens, and those that are open end."""

import datetime
import subprocess

import psycopg
import pytest

from testbed import POLICY, wait_until
from wire import errors, kinds, query, signed_in, token_of

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

BED = {"policy": POLICY}


def with_window(window):
    return POLICY.replace("groups:", f"windows: {{ office: {{ {window} }} }}\ngroups:", 1).replace(
        "session: { max: 8h, idle: 15m }", "session: { max: 8h, window: office }")


def today(days_from_now=0):
    now = datetime.datetime.now(datetime.timezone.utc)
    return DAYS[(now.weekday() + days_from_now) % 7]


def analyst(bed):
    return signed_in(bed, "analyst-read", token=token_of(bed, "data-eu"))


CLOSED = "tz: UTC, days: {}".format(today(3))
OPEN = "tz: UTC, days: [{}, {}]".format(today(), today(1))


def test_a_grant_opens_no_session_outside_its_window(bed, reload):
    reload(with_window(CLOSED))
    with pytest.raises(psycopg.OperationalError) as refused:
        psycopg.connect(bed.dsn("analyst-read", token=token_of(bed, "data-eu")))
    assert "the grant analyst-read is closed at this time" in str(refused.value)
    reload(with_window(OPEN))
    with analyst(bed) as client:
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"


def test_sessions_end_in_mid_statement_when_the_window_is_made_narrower(bed, reload):
    reload(with_window(OPEN))
    with analyst(bed) as client, signed_in(bed) as other:
        client.send(query("SELECT pg_sleep(71)"))
        reload(with_window(CLOSED))
        fields = errors(client.rest())[-1]
        assert (fields["S"], fields["C"]) == ("FATAL", "57P01")
        assert fields["M"] == "terminating connection: the grant's window has closed"
        # Whom it does not concern goes on.
        assert kinds(other.ask(query("SELECT 1"))) == "TDCZI"
    wait_until(lambda: bed.backends() == 0, 10, "the server session to end")


def zone_in_which_a_minute_ends_in(folder, seconds):
    """A folder of time zones with one in which it is so long before 12:00 now."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    noon = datetime.datetime.combine(now.date(), datetime.time(12))
    offset = noon - datetime.timedelta(seconds=seconds) - now
    hours, rest = divmod(abs(round(offset.total_seconds())), 3600)
    sign = "-" if offset < datetime.timedelta() else ""
    source = folder / "zone.txt"
    source.write_text(f"Zone Test/Noon {sign}{hours}:{rest // 60:02}:{rest % 60:02} - TST\n")
    subprocess.run(["/usr/sbin/zic", "-d", folder / "zones", source], check=True)
    return folder / "zones"


def test_sessions_end_when_the_clock_reaches_the_end_of_the_window(make_bed, tmp_path, monkeypatch):
    monkeypatch.setenv("TZDIR", str(zone_in_which_a_minute_ends_in(tmp_path, 15)))
    bed = make_bed(policy=with_window('tz: Test/Noon, to: "12:00"'))
    with analyst(bed) as idle, analyst(bed) as locking, analyst(bed) as busy, \
            signed_in(bed) as other:
        locking.send(query("BEGIN; LOCK customers IN ACCESS SHARE MODE"))
        busy.send(query("SELECT pg_sleep(72)"))
        for client in (idle, locking, busy):
            fields = errors(client.rest())[-1]
            assert (fields["S"], fields["C"]) == ("FATAL", "57P01")
            assert fields["M"] == "terminating connection: the grant's window has closed"
        assert kinds(other.ask(query("SELECT 1"))) == "TDCZI"
    with pytest.raises(psycopg.OperationalError, match="is closed at this time"):
        psycopg.connect(bed.dsn("analyst-read", token=token_of(bed, "data-eu")))
    wait_until(lambda: bed.backends() == 0, 10, "the server session to end")
