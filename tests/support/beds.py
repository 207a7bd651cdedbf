"""pytest's fixtures: one testbed for each module, and what must hold after each test.

A folder's conftest.py imports them. A module says in BED how its testbed is made. A WARN or ERROR
line in the log of a gateway or an agent fails the test, unless the test expects it:
`@pytest.mark.expects_log("part of the line")`.
"""

import psycopg
import pytest

from log_guard import LogGuard
from testbed import Testbed, wait_until

# A server session that has lost its client must be gone within this time.
LEFT_BEHIND_S = 10
LEFT_BEHIND = ("SELECT pid, query FROM pg_stat_activity WHERE backend_type = 'client backend' "
               "AND pid <> pg_backend_pid()")


def pytest_configure(config):
    config.addinivalue_line("markers", "expects_log(part...): these may stand in a log")


def _make(settings):
    made = Testbed(**settings)
    # For clients that speak to the server itself: a password in clear by the Unix socket.
    hba = made.postgres.data / "pg_hba.conf"
    hba.write_text("local all all password\n" + hba.read_text())
    made.postgres.sql("SELECT pg_reload_conf()")
    return made


def _end(made, guard):
    """Stops what still runs; it must end well, and say nothing unusual at that."""
    programs = [program for program in (made.agent, made.gateway)
                if program is not None and program.process.poll() is None]
    codes = {program.name: program.stop() for program in programs}
    guard.collect()
    made.close()
    assert not any(codes.values()), codes


@pytest.fixture(scope="module")
def make_module_bed():
    """Makes testbeds that live as long as the module; they must end without complaint."""
    made = []

    def make(**settings):
        made.append(_make(settings))
        return made[-1]

    yield make
    for each in made:
        guard = LogGuard()
        guard.watch(each)
        _end(each, guard)
        guard.check()


@pytest.fixture(scope="module")
def bed(request, make_module_bed):
    return make_module_bed(**getattr(request.module, "BED", {}))


@pytest.fixture
def guard(request):
    """Watches the logs of every testbed that the test uses."""
    expected = [part for mark in request.node.iter_markers("expects_log") for part in mark.args]
    watching = LogGuard(expected)
    yield watching
    watching.check()


@pytest.fixture
def make_bed(guard):
    """Makes testbeds that live as long as the test."""
    made = []

    def make(**settings):
        made.append(_make(settings))
        guard.watch(made[-1])
        return made[-1]

    yield make
    for each in made:
        _end(each, guard)


@pytest.fixture(autouse=True)
def watched(request, guard):
    """Nothing unexpected in the logs, and nothing left on the server."""
    if "bed" not in request.fixturenames:
        yield
        return
    shared = request.getfixturevalue("bed")
    guard.watch(shared)
    yield
    with psycopg.connect(shared.postgres.dsn(), autocommit=True) as asking:
        wait_until(lambda: not asking.execute(LEFT_BEHIND).fetchall(), LEFT_BEHIND_S,
                   "the server sessions to end")
