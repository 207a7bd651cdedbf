"""The three ways to one PostgreSQL. Clients reach all of them in clear on loopback."""

import os
import shutil
import subprocess

from testbed import (BUILD, SERVER_USER, Postgres, Program, Testbed, accepts, as_server_user,
                     free_port, wait_until)

DIRECT, BOUNCERS, PORTREEVE = "direct", "pgbouncers", "portreeve"
LANES = (DIRECT, BOUNCERS, PORTREEVE)
DATABASE = "postgres"

POSTGRES_SETTINGS = (
    "shared_buffers=1GB",          # Everything that is selected stays in memory.
    "max_connections=1500",
    "superuser_reserved_connections=3",
    "synchronous_commit=off",
    "max_wal_size=8GB",
    "checkpoint_timeout=1h",
    "autovacuum=off",              # Nobody else works on the tables while they are measured.
)


class Lane:
    """A way in: libpq parameters, and the processes between client and server."""

    def __init__(self, name, parameters, processes):
        self.name = name
        self.parameters = parameters
        self.processes = processes

    def environment(self):
        """For psql and pgbench, so that no secret stands in a command line."""
        names = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER",
                 "password": "PGPASSWORD", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
        return os.environ | {names[key]: str(value) for key, value in self.parameters.items()}


def direct(postgres):
    return Lane(DIRECT, _parameters(postgres.port, "postgres", postgres.password, DATABASE), {})


def _parameters(port, user, password, database):
    return {"host": "127.0.0.1", "port": port, "user": user, "password": password,
            "dbname": database, "sslmode": "disable"}


class Bouncers:
    """Two PgBouncers in a row in session mode, as they come, with verified TLS between them."""

    def __init__(self, folder, postgres):
        self.folder = folder
        self.postgres = postgres
        self.near_port, self.far_port = free_port(), free_port()
        folder.mkdir()
        folder.chmod(0o755)
        self._write_files()
        self.far = self._start("far")
        self.near = self._start("near")

    def _write_files(self):
        key, certificate = self.folder / "far.key", self.folder / "far.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
                        "-out", certificate], check=True, stderr=subprocess.DEVNULL)
        users = self.folder / "users.txt"
        users.write_text(f'"postgres" "{self.postgres.password}"\n')
        self._write("far", self.far_port, f"host=127.0.0.1 port={self.postgres.port}",
                    f"client_tls_sslmode = require\nclient_tls_key_file = {key}\n"
                    f"client_tls_cert_file = {certificate}\nserver_tls_sslmode = disable\n")
        self._write("near", self.near_port, f"host=localhost port={self.far_port}",
                    f"server_tls_sslmode = verify-full\nserver_tls_ca_file = {certificate}\n")
        for path in (key, users):
            path.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(path, SERVER_USER)

    def _write(self, name, port, target, tls):
        (self.folder / f"{name}.ini").write_text(f"""\
[databases]
{DATABASE} = {target} dbname={DATABASE}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {self.folder}/users.txt
pool_mode = session
max_client_conn = 2000
default_pool_size = 1200
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
{tls}""")

    def _start(self, name):
        program = Program(f"pgbouncer-{name}",
                          as_server_user("pgbouncer", self.folder / f"{name}.ini"), self.folder)
        port = self.near_port if name == "near" else self.far_port
        wait_until(lambda: program.process.poll() is not None or accepts(port),
                   what=f"pgbouncer-{name}")
        if program.process.poll() is not None:
            raise RuntimeError(f"pgbouncer-{name} ended:\n{program.log()}")
        return program

    def lane(self):
        return Lane(BOUNCERS, _parameters(self.near_port, "postgres", self.postgres.password,
                                          DATABASE),
                    {"pgbouncer-near": self.near.process.pid,
                     "pgbouncer-far": self.far.process.pid})

    def close(self):
        self.near.stop()
        self.far.stop()


def portreeve(testbed, connection="demo"):
    """Mutual TLS on the link, parser, policy and strict audit on, as a user gets it."""
    parameters = _parameters(testbed.port, "everything", testbed.token(expires="12h"), connection)
    if testbed.client_tls:
        parameters |= {"host": "localhost", "sslmode": "verify-full",
                       "sslrootcert": testbed.folder / "gw.crt"}
    return Lane(PORTREEVE, parameters, {"gateway": testbed.gateway.process.pid,
                                        "agent": testbed.agent.process.pid})


class Course:
    """PostgreSQL and the wanted lanes to it. Use it as a context manager."""

    def __init__(self, folder, wanted):
        self.folder = folder
        (folder / "pg").mkdir()
        self.postgres = Postgres(folder / "pg", settings=POSTGRES_SETTINGS)
        self._closers = [lambda: self.postgres.stop("immediate")]
        self.lanes = []
        try:
            self._start(wanted)
        except BaseException:
            self.close()
            raise

    def _start(self, wanted):
        if DIRECT in wanted:
            self.lanes.append(direct(self.postgres))
        if BOUNCERS in wanted:
            bouncers = Bouncers(self.folder / "bouncers", self.postgres)
            self._closers.append(bouncers.close)
            self.lanes.append(bouncers.lane())
        if PORTREEVE in wanted:
            self.lanes.append(portreeve(self.testbed()))

    def testbed(self, **settings):
        """A gateway and an agent in front of this course's server; ended with the course."""
        if not (BUILD / "bin" / "portreeve-gateway").exists():
            raise FileNotFoundError(f"no portreeve-gateway in {BUILD}/bin: build the release, name "
                                    "a build in PORTREEVE_BUILD, or leave the lane out (--lanes)")
        testbed = Testbed(server=self.postgres, **settings)
        self._closers.append(testbed.close)
        return testbed

    def lane(self, name):
        return next((lane for lane in self.lanes if lane.name == name), None)

    def postmaster(self):
        return self.postgres.postmaster_pid()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        while self._closers:
            self._closers.pop()()
