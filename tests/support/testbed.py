"""A real PostgreSQL, gateway and agent in a temporary folder, for tests and benchmarks.

Everything listens on loopback ports that the kernel chose. The folder is removed at the end.
"""

import contextlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PORTREEVE_BUILD", ROOT / "build" / "release"))
POSTGRES_BIN = pathlib.Path(os.environ.get("PORTREEVE_POSTGRES_BIN", "/usr/lib/postgresql/15/bin"))
ISSUER = "https://issuer.test.invalid"

POLICY = """\
version: 1
groups:
  analysts: { claim: groups, any_of: ["data-*"] }
  writers:  { claim: groups, any_of: ["sre"] }
  owners:   { claim: groups, any_of: ["dba"] }
grants:
  - name: everything
    who: [owners]
    on: { connections: ["*"] }
    session: { max: 8h }
    rules: [{ class: [any, unknown, function_call], action: allow }]
  - name: analyst-read
    who: [analysts]
    on: { connections: ["demo"] }
    as: { role: app_readonly }
    session: { max: 8h, idle: 15m }
    rules:
      - { class: read, action: allow }
      - { class: ddl, action: refuse, message: "use the migrations grant" }
  - name: write
    who: [writers]
    on: { connections: ["demo"] }
    as: { role: app_rw }
    session: { max: 8h }
    rules:
      - { class: [read, write], action: allow }
"""

SCHEMA = """\
CREATE ROLE app_readonly;
CREATE ROLE app_rw;
CREATE TABLE public.customers (id int PRIMARY KEY, name text NOT NULL, email text);
INSERT INTO public.customers SELECT i, 'name ' || i, 'c' || i || '@example.com'
  FROM generate_series(1, 1000) i;
GRANT USAGE ON SCHEMA public TO app_readonly, app_rw;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO app_readonly, app_rw;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app_rw;
"""


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def wait_until(condition, timeout_s=20.0, what="a condition"):
    """Polls until the condition gives something true, and returns it."""
    deadline = time.monotonic() + timeout_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s} s for {what}")
        time.sleep(0.05)


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


# PostgreSQL refuses to run as root, so it and what shares files with it run as `nobody` then.
SERVER_USER = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def as_server_user(*command):
    change = ["setpriv", f"--reuid={SERVER_USER}", "--regid=nogroup", "--clear-groups"]
    return [*(change if os.geteuid() == 0 else ()), *map(str, command)]


class Postgres:
    """A private cluster, of the programs in `binaries`."""

    def __init__(self, folder, tls=False, settings=(), binaries=POSTGRES_BIN, port=None):
        self.folder = pathlib.Path(folder)
        self.binaries = pathlib.Path(binaries)
        self.data = self.folder / "pgdata"
        self.port = port or free_port()
        self.password = "server-secret-" + os.urandom(6).hex()
        self.settings = list(settings)
        self._init(tls)
        self.start()

    def _as_user(self, *command, **options):
        return subprocess.run(as_server_user(*command), check=True, cwd="/",
                              stdout=subprocess.DEVNULL, **options)

    def _init(self, tls):
        self.data.mkdir()
        password_file = self.folder / "pw"
        password_file.write_text(self.password)
        if os.geteuid() == 0:
            for path in (self.folder, self.data, password_file):
                shutil.chown(path, SERVER_USER)
            self.folder.chmod(0o755)
        self._as_user(self.binaries / "initdb", "-D", self.data, "-U", "postgres", "--locale=C",
                      "--encoding=UTF8", "-A", "scram-sha-256", f"--pwfile={password_file}")
        lines = [f"port={self.port}", "listen_addresses='127.0.0.1'", f"unix_socket_directories='{self.folder}'",
                 "fsync=off", "max_connections=300", *self.settings]
        if tls:
            key, certificate = self.data / "server.key", self.data / "server.crt"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key,
                            "-out", certificate], check=True, stderr=subprocess.DEVNULL)
            key.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(key, SERVER_USER)
                shutil.chown(certificate, SERVER_USER)
            lines.append("ssl=on")
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write("\n".join(lines) + "\n")

    def start(self):
        self._as_user(self.binaries / "pg_ctl", "-D", self.data, "-w", "-l", self.folder / "postgres.log", "start")

    def stop(self, mode="fast"):
        self._as_user(self.binaries / "pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def postmaster_pid(self):
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def dsn(self, database="postgres", user="postgres"):
        return f"host=127.0.0.1 port={self.port} dbname={database} user={user} password={self.password}"

    def sql(self, text, database="postgres"):
        """Runs SQL directly on the server, as its superuser; returns psql's unaligned output."""
        return subprocess.run(
            ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-qAt", "-d", self.dsn(database), "-c", text],
            check=True, capture_output=True, text=True, env=os.environ | {"PGOPTIONS": ""}).stdout.strip()


class Program:
    """A process whose output goes to a file."""

    def __init__(self, name, command, folder, environment=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        self.environment = os.environ | (environment or {})
        self.process = None
        self.start()

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, env=self.environment)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, timeout_s=20):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return self.process.returncode

    def status(self, field):
        """A number of /proc/PID/status, in KiB where it has a unit."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise KeyError(field)


class Testbed:
    """PostgreSQL, gateway and agent, wired together. Use it as a context manager."""

    def __init__(self, *, policy=POLICY, client_tls=False, server_tls=False, schema=SCHEMA, durability="strict",
                 server=None, gateway_settings="", postgres_settings=(), link_port=None, start_agent=True,
                 connections=(("demo", "postgres"),)):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portreeve-test-"))
        self.folder.chmod(0o755)
        self.policy = policy
        self.client_tls = client_tls
        self.server_tls = server_tls
        self.durability = durability
        self.gateway_settings = gateway_settings
        # What the agent offers: names of connections, each with a database of the server.
        self.connections = connections
        self.port = free_port()
        self.agents_port = free_port()
        self.http_port = free_port()
        # Where the agent dials: another port than the gateway's when something stands between.
        self.link_port = link_port or self.agents_port
        pg_folder = self.folder / "pg"
        pg_folder.mkdir()
        self.postgres = server or Postgres(pg_folder, tls=server_tls, settings=postgres_settings)
        self.owns_postgres = server is None
        if schema and self.owns_postgres:
            self.postgres.sql(schema)
        self.state = self.folder / "gateway"
        self.issuer_dir = self.folder / "issuer"
        self._write_configuration()
        self.gateway = Program("gateway", [BUILD / "bin" / "portreeve-gateway", "--config",
                                           self.folder / "gateway.yaml"], self.folder)
        # HTTP is what the gateway starts last.
        wait_until(lambda: self._alive(self.gateway) and accepts(self.http_port), what="the gateway")
        self.agent = None
        if start_agent:
            self.start_agent()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        for program in (self.agent, self.gateway):
            if program is not None and program.process.poll() is None:
                program.stop()
        if self.owns_postgres:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.postgres.stop("immediate")
        if "PORTREEVE_KEEP" not in os.environ:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _alive(self, program):
        if program.process.poll() is not None:
            raise RuntimeError(f"{program.name} ended with {program.process.returncode}:\n{program.log()[-4000:]}")
        return True

    def _write_configuration(self):
        self.portreeve("dev", "issuer", "--dir", self.issuer_dir, "--issuer", ISSUER)
        (self.folder / "policy.yaml").write_text(self.policy)
        tls = "off"
        if self.client_tls:
            key, certificate = self.folder / "gw.key", self.folder / "gw.crt"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                            "-nodes", "-days", "30", "-subj", "/CN=localhost", "-addext",
                            "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
                           check=True, stderr=subprocess.DEVNULL)
            key.chmod(0o600)
            tls = f"{{ cert_file: {certificate}, key_file: {key} }}"
        (self.folder / "gateway.yaml").write_text(f"""\
listen: {{ postgres: "127.0.0.1:{self.port}", agents: "127.0.0.1:{self.agents_port}", http: "127.0.0.1:{self.http_port}" }}
tls: {tls}
state_dir: {self.state}
policy_file: policy.yaml
issuers:
  - {{ name: test, issuer: "{ISSUER}", audience: [portreeve], algorithms: [EdDSA], jwks_file: {self.issuer_dir}/jwks.json, groups_claim: groups }}
audit: {{ durability: {self.durability} }}
{self.gateway_settings}
""")

    def start_agent(self):
        token = self.portreeve("agent", "token", "create", "--name", "test-agent", "--json", operator=True)
        token_file = self.folder / "join.token"
        token_file.write_text(json.loads(token)["token"])
        token_file.chmod(0o600)
        password_file = self.folder / "server.password"
        password_file.write_text(self.postgres.password)
        password_file.chmod(0o600)
        mode = f"{{ mode: verify-full, ca_file: {self.postgres.data}/server.crt }}" if self.server_tls else "{ mode: disable }"
        (self.folder / "agent.yaml").write_text(f"""\
gateways: [ "localhost:{self.link_port}" ]
ca_file: {self.state}/ca.crt
join_token: {{ from_file: {token_file} }}
state_dir: {self.folder}/agent
connections:
""" + "".join(f"""\
  - name: {name}
    labels: {{ env: test }}
    host: 127.0.0.1
    port: {self.postgres.port}
    database: {database}
    tls: {mode}
    credential: {{ user: postgres, password: {{ from_file: {password_file} }} }}
""" for name, database in self.connections))
        self.agent = Program("agent", [BUILD / "bin" / "portreeve-agent", "--config", self.folder / "agent.yaml"],
                             self.folder)
        wait_until(lambda: self._alive(self.agent) and self.agents(), what="the agent to join")

    def agents(self):
        return json.loads(self.portreeve("agent", "ls", "--json", operator=True))["agents"]

    def portreeve(self, *arguments, operator=False, check=True):
        """Runs the command line program and returns what it printed."""
        environment = dict(os.environ)
        if operator:
            scheme = "https" if self.client_tls else "http"
            environment["PORTREEVE_GATEWAY"] = f"{scheme}://localhost:{self.http_port}"
            environment["PORTREEVE_TOKEN_FILE"] = str(self.state / "operator.token")
            if self.client_tls:
                environment["PORTREEVE_CA_FILE"] = str(self.folder / "gw.crt")
        result = subprocess.run([str(BUILD / "bin" / "portreeve"), *map(str, arguments)], capture_output=True,
                                text=True, env=environment, check=False)
        if check and result.returncode != 0:
            raise RuntimeError(f"portreeve {arguments}: exit {result.returncode}\n{result.stdout}{result.stderr}")
        return result.stdout

    def token(self, subject="dora", groups=("dba",), expires="1h"):
        return self.portreeve("dev", "token", "--dir", self.issuer_dir, "--sub", subject, "--groups",
                              ",".join(groups), "--expires", expires).strip()

    def dsn(self, user="everything", database="demo", token=None, **more):
        values = {"host": "localhost", "port": self.port, "dbname": database, "user": user,
                  "password": token or self.token()} | more
        if self.client_tls:
            values = {"sslmode": "verify-full", "sslrootcert": self.folder / "gw.crt"} | values
        else:
            values = {"sslmode": "disable"} | values
        return " ".join(f"{key}='{value}'" for key, value in values.items())

    def psql(self, *commands, user="everything", database="demo", token=None, arguments=("-qAt",), stdin=None, **dsn):
        command = ["psql", "-X", *arguments, "-d", self.dsn(user, database, token, **dsn)]
        for text in commands:
            command += ["-c", text]
        return subprocess.run(command, capture_output=True, text=True, input=stdin, check=False)

    def records(self):
        """The journal as a list of JSON objects, read offline."""
        lines = self.portreeve("audit", "tail", "--dir", self.state / "journal", "--json", "--limit", "1000000")
        return [json.loads(line) for line in lines.splitlines()]

    def backends(self):
        """Server sessions of clients, other than the asking one."""
        count = self.postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
                                  "AND pid <> pg_backend_pid()")
        return int(count)
