"""How the agent proves itself to a server and the server to it: every way, and no way round."""

import contextlib
import os
import re
import shutil
import subprocess

import pytest

from agents import connection, run_agent, write_secret
from testbed import SERVER_USER, wait_until
from tls_middle import TlsMiddle
from wire import query, rows, signed_in, token_of

BED = {"start_agent": False, "server_tls": True,
       "postgres_settings": ("listen_addresses='127.0.0.1,127.0.0.2'",)}
PASSWORD = "pass-Wört"
CONNECTIONS = {  # Name: `tls` and user; the names are also databases' users in pg_hba.conf below.
    "scram": ("verify-full", "scram_user"), "scram-ca": ("verify-ca", "scram_user"),
    "scram-require": ("require", "scram_user"), "scram-clear": ("disable", "scram_user"),
    "md5": ("verify-full", "md5_user"), "md5-allowed": ("verify-full", "md5_user"),
    "clear": ("verify-full", "clear_user"), "clear-ca": ("verify-ca", "clear_user"),
    "clear-require": ("require", "clear_user"), "clear-nothing": ("disable", "clear_user"),
    "trusted": ("verify-full", "trusted_user"), "certified": ("verify-full", "cert_user"),
    "uncertified": ("verify-full", "cert_user"), "wrong-ca": ("verify-full", "scram_user"),
    "wrong-name": ("verify-full", "scram_user"), "only-clear": ("verify-full", "no_tls_user"),
    "needs-tls": ("disable", "tls_user"), "wrong-password": ("verify-full", "scram_user"),
    "nobody": ("verify-full", "not_there"),
}
RULES = """\
hostssl all cert_user 127.0.0.1/32 cert
hostssl all md5_user 127.0.0.1/32 md5
host    all clear_user 127.0.0.1/32 password
host    all trusted_user 127.0.0.1/32 trust
hostssl all no_tls_user 127.0.0.1/32 reject
hostnossl all tls_user 127.0.0.1/32 reject
"""


def make_certificates(bed):
    """A CA with a certificate for `cert_user`, and another CA that has nothing to do with it."""
    folder = bed.folder
    commands = [f"""req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN={name} -keyout {name}.key
                    -out {name}.crt""" for name in ("client-ca", "foreign-ca")]
    commands += ["req -newkey rsa:2048 -nodes -subj /CN=cert_user -keyout user.key -out user.csr",
                 """x509 -req -in user.csr -CA client-ca.crt -CAkey client-ca.key -CAcreateserial
                    -days 9 -out user.crt"""]
    for command in commands:
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    (folder / "user.key").chmod(0o600)


def prepare_server(bed):
    users = "".join(f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}';"
                    for user in ("scram_user", "clear_user", "trusted_user", "cert_user",
                                 "no_tls_user", "tls_user"))
    bed.postgres.sql(users + "SET password_encryption = 'md5';"
                     f"CREATE ROLE md5_user LOGIN PASSWORD '{PASSWORD}'")
    hba = bed.postgres.data / "pg_hba.conf"
    hba.write_text(RULES + hba.read_text())
    shutil.copy(bed.folder / "client-ca.crt", bed.postgres.data / "client-ca.crt")
    if os.geteuid() == 0:
        shutil.chown(bed.postgres.data / "client-ca.crt", SERVER_USER)
    bed.postgres.sql("ALTER SYSTEM SET ssl_ca_file = 'client-ca.crt'")
    bed.postgres.sql("SELECT pg_reload_conf()")


def entry(bed, name):
    mode, user = CONNECTIONS[name]
    secret = write_secret(bed.folder / "user.password", PASSWORD)
    if name == "wrong-password":
        secret = write_secret(bed.folder / "wrong.password", "x" + PASSWORD)
    authority = bed.folder / "foreign-ca.crt" if name == "wrong-ca" \
        else bed.postgres.data / "server.crt"
    tls = f"{{ mode: {mode}, ca_file: {authority}"
    if mode in ("disable", "require"):
        tls = f"{{ mode: {mode}"
    if name == "certified":
        tls += f", cert_file: {bed.folder}/user.crt, key_file: {bed.folder}/user.key"
    credential = f"{{ user: {user}, password: {{ from_file: {secret} }}"
    if name == "certified":
        credential = f"{{ user: {user}"
    if name == "md5-allowed":
        credential += ", allow_md5: true"
    # The server's certificate is for localhost and 127.0.0.1.
    host = "127.0.0.2" if name == "wrong-name" else "127.0.0.1"
    return connection(bed, name, host=host, tls=tls + " }", credential=credential + " }")


@pytest.fixture(scope="module", autouse=True)
def agent(bed):
    make_certificates(bed)
    prepare_server(bed)
    bed.agent = run_agent(bed, *(entry(bed, name) for name in CONNECTIONS))


@contextlib.contextmanager
def session(bed, name):
    with signed_in(bed, database=name, token=token_of(bed)) as client:
        yield client


WHO = query("SELECT current_user, coalesce(version, 'clear') FROM pg_stat_ssl "
            "WHERE pid = pg_backend_pid()")


@pytest.mark.parametrize("name, user, secured", [
    ("scram", "scram_user", True), ("scram-ca", "scram_user", True),
    ("scram-require", "scram_user", True), ("scram-clear", "scram_user", False),
    ("md5-allowed", "md5_user", True), ("clear", "clear_user", True),
    ("certified", "cert_user", True)])
def test_the_ways_that_are_allowed(bed, name, user, secured):
    with session(bed, name) as client:
        [[who, how]] = rows(client.ask(WHO))
        assert who == user
        assert how == ("TLSv1.3" if secured else "clear")


REFUSED = {  # Name: what the agent's log says.
    "md5": "MD5 password, which is not allowed",
    "clear-ca": "in clear, but the channel is not verified TLS",
    "clear-require": "in clear, but the channel is not verified TLS",
    "clear-nothing": "in clear, but the channel is not verified TLS",
    "trusted": "a password is configured, but the server asks for none",
    "wrong-ca": "TLS with the server failed", "wrong-name": "TLS with the server failed",
    "uncertified": "certificate",
    "only-clear": "28000", "needs-tls": "28000", "wrong-password": "28P01", "nobody": "28P01",
}


@pytest.mark.expects_log("a server cannot be reached", "a server refused the login")
@pytest.mark.parametrize("name", REFUSED)
def test_the_ways_that_are_not(bed, name):
    before = len(bed.agent.log())
    heard = bed.psql("SELECT 1", database=name, token=token_of(bed))
    assert heard.returncode == 2
    # The client learns nothing of the credential; the operator does.
    assert "the database server cannot be reached" in heard.stderr
    assert CONNECTIONS[name][1] not in heard.stderr and PASSWORD not in heard.stderr
    said = bed.agent.log()[before:]
    assert REFUSED[name] in said and PASSWORD not in said


@pytest.mark.expects_log("a server cannot be reached", "a server refused the login")
@pytest.mark.parametrize("hides_binding", [False, True])
def test_whom_the_agent_trusts_by_mistake_cannot_relay_its_login(bed, hides_binding):
    middle = TlsMiddle(bed.folder, bed.postgres.port, hides_binding)
    secret = write_secret(bed.folder / "user.password", PASSWORD)
    entries = connection(
        bed, "middle", port=middle.port,
        tls=f"{{ mode: verify-full, ca_file: {middle.certificate} }}",
        credential=f"{{ user: scram_user, password: {{ from_file: {secret} }} }}")
    other = run_agent(bed, entries, name=f"middle-{hides_binding}")
    heard = bed.psql("SELECT 1", database="middle", token=token_of(bed))
    assert heard.returncode == 2
    assert middle.passed == 1
    assert re.search("channel binding|28000|28P01|08P01", other.log())
    assert "channel binding" in (bed.postgres.folder / "postgres.log").read_text()
    other.stop()
    middle.close()


@pytest.mark.expects_log("a server cannot be reached", "a server refused the login")
def test_a_password_that_is_changed_is_read_again(bed):
    secret = bed.folder / "user.password"
    write_secret(secret, "old")
    assert bed.psql("SELECT 1", database="scram", token=token_of(bed)).returncode == 2
    write_secret(secret, PASSWORD)
    wait_until(lambda: bed.psql("SELECT 1", database="scram", token=token_of(bed)).stdout == "1\n",
               5, "the new password to be used")


@pytest.mark.expects_log("a server cannot be reached", "a server refused the login")
def test_a_server_that_loses_its_tls_is_not_spoken_to_in_clear(bed):
    log = bed.postgres.folder / "postgres.log"
    bed.postgres.sql("ALTER SYSTEM SET ssl = off")
    bed.postgres.sql("SELECT pg_reload_conf()")
    try:
        before = len(bed.agent.log())
        size = log.stat().st_size
        heard = bed.psql("SELECT 1", database="clear", token=token_of(bed))
        assert heard.returncode == 2
        assert "does not offer TLS, which is configured" in bed.agent.log()[before:]
        assert PASSWORD.encode() not in log.read_bytes()[size:]
    finally:
        bed.postgres.sql("ALTER SYSTEM RESET ssl")
        bed.postgres.sql("SELECT pg_reload_conf()")
