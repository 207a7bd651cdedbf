"""The two ways to a server: directly, and through Portreeve. Both in TLS that is verified."""

import difflib
import os
import pathlib
import subprocess
from typing import NamedTuple

from wire import token_of

# How the testbed is made.
TLS = {"client_tls": True, "server_tls": True}


class Way(NamedTuple):
    """What a client is told so that it finds the server."""

    name: str
    port: int
    database: str
    user: str
    password: str
    ca_file: pathlib.Path
    host: str = "localhost"
    options: str = ""

    def environment(self, **more):
        return os.environ | {
            "PGHOST": self.host, "PGPORT": str(self.port), "PGDATABASE": self.database,
            "PGUSER": self.user, "PGPASSWORD": self.password, "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(self.ca_file), "PGCONNECT_TIMEOUT": "20", "PAGER": "",
            "PGOPTIONS": self.options} | more

    def dsn(self, **more):
        values = {"host": self.host, "port": self.port, "dbname": self.database,
                  "user": self.user, "password": self.password, "sslmode": "verify-full",
                  "sslrootcert": self.ca_file} | more
        return " ".join(f"{key}='{value}'" for key, value in values.items())

    def run(self, *command, timeout_s=60, **options):
        """A program that finds the server by libpq's environment."""
        return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                              check=False, timeout=timeout_s, env=self.environment(), **options)

    def psql(self, script, *arguments):
        return self.run("psql", "-X", *arguments, input=script)


def through(bed, database="demo", user="everything", group="dba"):
    return Way("portreeve", bed.port, database, user, token_of(bed, group), bed.folder / "gw.crt")


def directly(bed, database="postgres", role=None):
    return Way("direct", bed.postgres.port, database, "postgres", bed.postgres.password,
               bed.postgres.data / "server.crt", options=f"-c role={role}" if role else "")


def reading(bed):
    """Both ways for one who may only read."""
    return directly(bed, role="app_readonly"), through(bed, user="analyst-read", group="data-eu")


def differences(direct, ours):
    """Between what two finished processes printed: empty, or to be read by a person."""
    return "\n".join(difflib.unified_diff(
        [str(direct.returncode), *(direct.stdout + direct.stderr).splitlines()],
        [str(ours.returncode), *(ours.stdout + ours.stderr).splitlines()],
        "direct", "portreeve", lineterm=""))
