"""A gateway with masks over databases with canaries, and the same cluster once more without it."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import schema  # noqa: E402
from beds import (guard, make_bed, make_module_bed,  # noqa: E402,F401
                  pytest_configure)
from canaries import Canaries, Scanner  # noqa: E402
from postgres_server import SERVER_USER, Postgres  # noqa: E402
from wire import direct, query  # noqa: E402

SETTINGS = ("autovacuum=off", "jit=off")
NEWEST_OID = "SELECT max(oid) FROM (SELECT oid FROM pg_class UNION SELECT oid FROM pg_type) o"


class Clone(Postgres):
    """A stopped cluster once more, down to its OIDs."""

    def __init__(self, folder, original):
        self.original = original
        super().__init__(folder, settings=original.settings)

    def _init(self, tls):
        if os.geteuid() == 0:
            shutil.chown(self.folder, SERVER_USER)
        self.password = self.original.password
        subprocess.run(["cp", "-a", self.original.data, self.data], check=True)
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write(f"port={self.port}\nunix_socket_directories='{self.folder}'\n")


@dataclass
class Worlds:
    bed: object
    clone: object
    canaries: Canaries
    # OIDs from here on are of what sessions made.
    first_new_oid: int

    @property
    def scanner(self):
        return Scanner(self.canaries)


class Side:
    """What `wire.direct` needs of a bed."""

    def __init__(self, postgres):
        self.postgres = postgres


def _prepare(folder):
    """A server with both worlds in it. Returns it and the canaries of the first."""
    server = Postgres(folder, settings=SETTINGS)
    hba = server.data / "pg_hba.conf"
    hba.write_text("local all all password\n" + hba.read_text())
    server.sql("SELECT pg_reload_conf()")
    server.sql(schema.ROLES)
    schema.make_tables(server, "postgres")
    server.sql("CREATE DATABASE twin TEMPLATE postgres", "template1")
    canaries = schema.fill("one", server, "postgres")
    schema.fill("two", server, "twin")
    return server, canaries


@contextlib.contextmanager
def _stopped(server):
    try:
        yield server
    finally:
        server.stop("immediate")


@contextlib.contextmanager
def _folder():
    """A temporary folder that the server's user reaches, whatever becomes of pytest's own."""
    with tempfile.TemporaryDirectory(prefix="portreeve-canary-") as name:
        pathlib.Path(name).chmod(0o755)
        yield pathlib.Path(name)


@pytest.fixture(scope="module", name="worlds")
def _worlds(make_module_bed):
    with contextlib.ExitStack() as stack:
        server, canaries = _prepare(stack.enter_context(_folder()))
        stack.enter_context(_stopped(server))
        first_new_oid = int(server.sql(NEWEST_OID)) + 1
        server.stop("fast")
        clone = Clone(stack.enter_context(_folder()), server)
        stack.enter_context(_stopped(clone))
        server.start()
        made = make_module_bed(server=server, policy=schema.POLICY,
                               connections=(("demo", "postgres"), ("twin", "twin")))
        # What another session says and holds.
        other = stack.enter_context(direct(made))
        other.ask(query(f"SELECT '{canaries.word('activity')}'"))
        other.ask(query(f"SELECT pg_advisory_lock({canaries.int8('lock')})"))
        other.ask(query(f"PREPARE p AS SELECT '{canaries.word('activity')}'"))
        yield Worlds(made, clone, canaries, first_new_oid)
