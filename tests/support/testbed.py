"""A real PostgreSQL, gateway and agent in a temporary folder, for tests and benchmarks.

Everything listens on loopback ports that the kernel chose. The folder is removed at the end.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from postgres_server import (POSTGRES_BIN, SERVER_USER, Postgres, as_server_user,
                             make_certificate)
from processes import BUILD, FAULT, ROOT, Program, accepts, free_port, wait_until

__all__ = ["BUILD", "ISSUER", "POLICY", "POSTGRES_BIN", "ROOT", "SERVER_USER", "Postgres",
           "Program", "Testbed", "accepts", "as_server_user", "free_port", "make_certificate",
           "wait_until"]

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


class Testbed:
    """PostgreSQL, gateway and agent, wired together. Use it as a context manager."""

    def __init__(self, *, policy=POLICY, client_tls=False, server_tls=False, schema=SCHEMA,
                 durability="strict", server=None, gateway_settings="", postgres_settings=(),
                 link_port=None, start_agent=True, connections=(("demo", "postgres"),),
                 binaries=POSTGRES_BIN, issuers=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portreeve-test-"))
        self.folder.chmod(0o755)
        self.policy = policy
        self.client_tls = client_tls
        self.server_tls = server_tls
        self.durability = durability
        self.gateway_settings = gateway_settings
        # Items of `issuers` beside the testbed's own.
        self.issuers = issuers
        # What the agent offers: names of connections, each with a database of the server.
        self.connections = connections
        self.gateway = self.agent = self.postgres = None
        self.owns_postgres = server is None
        self.port = free_port()
        self.agents_port = free_port()
        self.http_port = free_port()
        # Where the agent dials: another port than the gateway's when something stands between.
        self.link_port = link_port or self.agents_port
        self.state = self.folder / "gateway"
        self.issuer_dir = self.folder / "issuer"
        try:
            self.postgres = server or self._start_postgres(schema, postgres_settings, binaries)
            self._start_gateway()
            if start_agent:
                self.start_agent()
        except BaseException:
            # Who makes it gets nothing that could be closed.
            self.close()
            raise

    def _start_postgres(self, schema, settings, binaries):
        pg_folder = self.folder / "pg"
        pg_folder.mkdir()
        self.postgres = Postgres(pg_folder, tls=self.server_tls, settings=settings,
                                 binaries=binaries)
        if schema:
            self.postgres.sql(schema)
        return self.postgres

    def _start_gateway(self):
        self._write_configuration()
        self.gateway = Program("gateway", [BUILD / "bin" / "portreeve-gateway", "--config",
                                           self.folder / "gateway.yaml"], self.folder)
        # HTTP is what the gateway starts last.
        wait_until(lambda: self._alive(self.gateway) and accepts(self.http_port),
                   what="the gateway")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        for program in (self.agent, self.gateway):
            if program is not None and program.process.poll() is None:
                program.stop()
        if self.owns_postgres and self.postgres is not None:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.postgres.stop("immediate")
        faults = self._faults()
        if "PORTREEVE_KEEP" not in os.environ:
            shutil.rmtree(self.folder, ignore_errors=True)
        assert not faults, "\n".join(faults)

    def _faults(self):
        """Of gateway and agent, and in the logs of whatever else ran here."""
        found = []
        for program in (self.agent, self.gateway):
            if program is not None:
                found += program.faults()
        own = {"agent.log", "gateway.log"}
        for path in sorted(self.folder.glob("*.log")):
            if path.name not in own:
                found += [f"{path.stem}: {line}"
                          for line in path.read_text(errors="replace").splitlines()
                          if FAULT.search(line)]
        return found

    def _alive(self, program):
        if program.process.poll() is not None:
            raise RuntimeError(f"{program.name} ended with {program.process.returncode}:\n"
                               f"{program.log()[-4000:]}")
        return True

    def _write_configuration(self):
        self.portreeve("dev", "issuer", "--dir", self.issuer_dir, "--issuer", ISSUER)
        (self.folder / "policy.yaml").write_text(self.policy)
        tls = "off"
        if self.client_tls:
            key, certificate = self.folder / "gw.key", self.folder / "gw.crt"
            make_certificate(key, certificate)
            tls = f"{{ cert_file: {certificate}, key_file: {key} }}"
        (self.folder / "gateway.yaml").write_text(f"""\
listen:
  postgres: "127.0.0.1:{self.port}"
  agents: "127.0.0.1:{self.agents_port}"
  http: "127.0.0.1:{self.http_port}"
tls: {tls}
state_dir: {self.state}
policy_file: policy.yaml
issuers:
  - name: test
    issuer: "{ISSUER}"
    audience: [portreeve]
    algorithms: [EdDSA]
    jwks_file: {self.issuer_dir}/jwks.json
    groups_claim: groups
{self.issuers}audit: {{ durability: {self.durability} }}
{self.gateway_settings}
""")

    def start_agent(self):
        token = self.portreeve("agent", "token", "create", "--name", "test-agent", "--json",
                               operator=True)
        token_file = self.folder / "join.token"
        token_file.write_text(json.loads(token)["token"])
        token_file.chmod(0o600)
        password_file = self.folder / "server.password"
        password_file.write_text(self.postgres.password)
        password_file.chmod(0o600)
        mode = "{ mode: disable }"
        if self.server_tls:
            mode = f"{{ mode: verify-full, ca_file: {self.postgres.data}/server.crt }}"
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
        self.agent = Program("agent", [BUILD / "bin" / "portreeve-agent", "--config",
                                       self.folder / "agent.yaml"], self.folder)
        wait_until(lambda: self._alive(self.agent) and self.agent_is_connected(),
                   what="the agent to join")

    def agent_is_connected(self):
        return any(each["state"] == "connected" for each in self.agents())

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
        result = subprocess.run([str(BUILD / "bin" / "portreeve"), *map(str, arguments)],
                                capture_output=True, text=True, env=environment, check=False)
        if check and result.returncode != 0:
            raise RuntimeError(f"portreeve {arguments}: exit {result.returncode}\n"
                               f"{result.stdout}{result.stderr}")
        return result.stdout

    def token(self, subject="dora", groups=("dba",), expires="1h"):
        return self.portreeve("dev", "token", "--dir", self.issuer_dir, "--sub", subject,
                              "--groups", ",".join(groups), "--expires", expires).strip()

    def dsn(self, user="everything", database="demo", token=None, **more):
        values = {"host": "localhost", "port": self.port, "dbname": database, "user": user,
                  "password": token or self.token()} | more
        if self.client_tls:
            values = {"sslmode": "verify-full", "sslrootcert": self.folder / "gw.crt"} | values
        else:
            values = {"sslmode": "disable"} | values
        return " ".join(f"{key}='{value}'" for key, value in values.items())

    def psql(self, *commands, user="everything", database="demo", token=None,
             arguments=("-qAt",), stdin=None, **dsn):
        command = ["psql", "-X", *arguments, "-d", self.dsn(user, database, token, **dsn)]
        for text in commands:
            command += ["-c", text]
        return subprocess.run(command, capture_output=True, text=True, input=stdin, check=False)

    def records(self):
        """The journal as a list of JSON objects, read offline."""
        lines = self.portreeve("audit", "tail", "--dir", self.state / "journal", "--json",
                               "--limit", "1000000")
        return [json.loads(line) for line in lines.splitlines()]

    def backends(self):
        """Server sessions of clients, other than the asking one."""
        count = self.postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = "
                                  "'client backend' AND pid <> pg_backend_pid()")
        return int(count)
