"""A private PostgreSQL cluster in a folder."""

import atexit
import functools
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from processes import free_port

POSTGRES_BIN = pathlib.Path(os.environ.get("PORTREEVE_POSTGRES_BIN", "/usr/lib/postgresql/15/bin"))

# PostgreSQL refuses to run as root, so it and what shares files with it run as `nobody` then.
SERVER_USER = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def as_server_user(*command):
    change = ["setpriv", f"--reuid={SERVER_USER}", "--regid=nogroup", "--clear-groups"]
    return [*(change if os.geteuid() == 0 else ()), *map(str, command)]


def make_certificate(key, certificate):
    """A self-signed certificate for localhost, which is its own CA."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key,
                    "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    key.chmod(0o600)


@functools.cache
def _fresh_cluster(binaries):
    """A folder to copy, and its superuser's password: made once in a run, since that takes long."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="portreeve-cluster-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    password = "server-secret-" + os.urandom(6).hex()
    password_file = folder / "pw"
    password_file.write_text(password)
    if os.geteuid() == 0:
        for path in (folder, password_file):
            shutil.chown(path, SERVER_USER)
    subprocess.run(as_server_user(binaries / "initdb", "--no-sync", "-D", folder / "pgdata", "-U",
                                  "postgres", "--locale=C", "--encoding=UTF8", "-A",
                                  "scram-sha-256", f"--pwfile={password_file}"),
                   check=True, cwd="/", stdout=subprocess.DEVNULL)
    return folder / "pgdata", password


class Postgres:
    """A private cluster, of the programs in `binaries`."""

    def __init__(self, folder, tls=False, settings=(), binaries=POSTGRES_BIN, port=None):
        self.folder = pathlib.Path(folder)
        self.binaries = pathlib.Path(binaries)
        self.data = self.folder / "pgdata"
        self.port = port or free_port()
        self.settings = list(settings)
        self._init(tls)
        self.start()

    def _as_user(self, *command, **options):
        return subprocess.run(as_server_user(*command), check=True, cwd="/",
                              stdout=subprocess.DEVNULL, **options)

    def _init(self, tls):
        if os.geteuid() == 0:
            shutil.chown(self.folder, SERVER_USER)
            self.folder.chmod(0o755)
        cluster, self.password = _fresh_cluster(self.binaries)
        subprocess.run(["cp", "-a", cluster, self.data], check=True)
        lines = [f"port={self.port}", "listen_addresses='127.0.0.1'",
                 f"unix_socket_directories='{self.folder}'", "fsync=off", "max_connections=300",
                 *self.settings]
        if tls:
            key, certificate = self.data / "server.key", self.data / "server.crt"
            make_certificate(key, certificate)
            if os.geteuid() == 0:
                shutil.chown(key, SERVER_USER)
                shutil.chown(certificate, SERVER_USER)
            lines.append("ssl=on")
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write("\n".join(lines) + "\n")

    def start(self):
        self._as_user(self.binaries / "pg_ctl", "-D", self.data, "-w", "-l",
                      self.folder / "postgres.log", "start")

    def stop(self, mode="fast"):
        self._as_user(self.binaries / "pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def postmaster_pid(self):
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def dsn(self, database="postgres", user="postgres"):
        return (f"host=127.0.0.1 port={self.port} dbname={database} user={user} "
                f"password={self.password}")

    def sql(self, text, database="postgres"):
        """Runs SQL directly on the server, as its superuser; returns psql's unaligned output."""
        done = subprocess.run(
            ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-qAt", "-d", self.dsn(database), "-c", text],
            check=True, capture_output=True, text=True, env=os.environ | {"PGOPTIONS": ""})
        return done.stdout.strip()
