"""PostgreSQL's own regression and isolation suites, run against an endpoint.

An endpoint is anything that speaks PostgreSQL's protocol and ends at a server of ours: the suites
have the server read and write files and load a library, so both must be on one machine, share a
user and be of one version. tests/conformance/prepare sets down what they need.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from postgres_server import SERVER_USER, Postgres, as_server_user  # noqa: E402
from processes import ROOT  # noqa: E402
from verdicts import outcome  # noqa: E402

PREPARED = pathlib.Path(os.environ.get("PORTREEVE_CONFORMANCE_DIR", ROOT / "build" / "conformance"))
SERVER = pathlib.Path("postgres/usr/lib/postgresql/15")
RUNNERS = SERVER / "lib/pgxs/src/test"
TIME_LIMIT_S = 900
# How long the isolation tester waits for a session that hangs, before it cancels it.
STUCK_SESSION_S = 60

# What pg_regress sets on a database that it creates itself.
DATABASE_SETTINGS = ("lc_messages TO 'C'", "lc_monetary TO 'C'", "lc_numeric TO 'C'",
                     "lc_time TO 'C'", "bytea_output TO 'hex'",
                     "timezone_abbreviations TO 'Default'")


@dataclass(frozen=True)
class Suite:
    name: str
    folder: str
    runner: str
    schedule: str
    database: str
    arguments: tuple = ()

    def tests(self, kit):
        """The names of its tests, in the order of the schedule."""
        lines = (kit / self.folder / self.schedule).read_text().splitlines()
        return [name for line in lines if line.startswith("test:") for name in line.split()[1:]]


SUITES = (Suite("regression", "regress", "pg_regress", "parallel_schedule", "regression",
                ("--max-concurrent-tests=20",)),
          Suite("isolation", "isolation", "pg_isolation_regress", "isolation_schedule",
                "isolation_regression"))


@dataclass(frozen=True)
class Endpoint:
    host: str
    port: int
    user: str
    password: str
    environment: dict = field(default_factory=dict)


def copy_kit(folder):
    """What was prepared, where the server's user can read it: a home folder may be closed."""
    if not (PREPARED / "VERSION").is_file():
        raise SystemExit(f"conformance: nothing in {PREPARED}; run tests/conformance/prepare")
    return pathlib.Path(shutil.copytree(PREPARED, folder / "kit"))


def start_server(kit, folder, port=None, tls=False):
    """A fresh server with the databases of the suites in it."""
    folder.mkdir()
    server = Postgres(folder, binaries=kit / SERVER / "bin", port=port, tls=tls,
                      settings=("synchronous_commit=off", "max_prepared_transactions=10"))
    for suite in SUITES:
        server.sql(f"CREATE DATABASE {suite.database} TEMPLATE template0")
        for setting in DATABASE_SETTINGS:
            server.sql(f"ALTER DATABASE {suite.database} SET {setting}")
    return server


def run_suite(suite, endpoint, kit, results):
    """Runs it as the server's user; the log, the results and the differences stay in `results`."""
    results.mkdir()
    if os.geteuid() == 0:
        shutil.chown(results, SERVER_USER)
    inputs = kit / suite.folder
    command = [kit / RUNNERS / suite.folder / suite.runner, "--use-existing",
               f"--inputdir={inputs}", f"--outputdir={results}", f"--bindir={kit / SERVER / 'bin'}",
               f"--dlpath={kit / 'regress/lib'}", f"--schedule={inputs / suite.schedule}",
               f"--host={endpoint.host}", f"--port={endpoint.port}", f"--user={endpoint.user}",
               f"--dbname={suite.database}", *suite.arguments]
    # libpq takes nothing from this machine's user, only what stands here.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment |= {"PGPASSWORD": endpoint.password, "PGSSLMODE": "disable", "HOME": str(results),
                    "LC_ALL": "C", "PGISOLATIONTIMEOUT": str(STUCK_SESSION_S)}
    environment |= endpoint.environment
    with open(results / "log", "wb") as log:
        runner = subprocess.Popen(as_server_user(*command), stdout=log, stderr=log,
                                  cwd=results, env=environment, start_new_session=True)
        try:
            runner.wait(TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            log.write(f"ended after {TIME_LIMIT_S} s\n".encode())
        finally:
            # Whoever is left of it: sessions that hang, or all when this is interrupted.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(runner.pid, signal.SIGKILL)
    return outcome(suite.tests(kit), (results / "log").read_text(errors="replace"))
