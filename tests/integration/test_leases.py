"""Leases: issued by the API, used with SCRAM, ended by time and by revocation."""

import json
import os
import pathlib
import re
import subprocess
import time

import psycopg
import pytest

from leases import api, lease, operator_token, revoke, scram_login
from testbed import BUILD, wait_until
from wire import Client, errors, kinds, query, rows

BED = {"connections": (("demo", "postgres"), ("other", "postgres"))}

LEASE_USER = re.compile(r"lease_[0-9a-f]{32}")


def dsn(bed, issued, **more):
    return bed.dsn(issued["user"], more.pop("database", "demo"), issued["password"], **more)


def sign_in(bed, issued, secret=None, database="demo"):
    client = Client(("localhost", bed.port))
    return client, scram_login(client, issued["user"], database, secret or issued["password"])


def failures(bed):
    return [each["sign_in"] for each in bed.records()
            if "sign_in" in each and not each["sign_in"].get("ok")]


def lease_failures(bed, at_least=0):
    """The reasons, in order; nothing while there are fewer."""
    reasons = [each["reason"] for each in failures(bed) if each["method"] == "lease"]
    return reasons if len(reasons) >= at_least else []


def test_a_lease_signs_psql_and_psycopg_in(bed):
    issued = lease(bed, bed.token("dora", ["dba"]))
    assert LEASE_USER.fullmatch(issued["user"])
    assert (issued["host"], issued["port"], issued["database"]) == ("127.0.0.1", bed.port, "demo")
    ran = bed.psql("SELECT current_user", user=issued["user"], token=issued["password"])
    assert (ran.returncode, ran.stdout) == (0, "postgres\n"), ran.stderr
    with psycopg.connect(dsn(bed, issued)) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)
    opened = [each["session_opened"] for each in bed.records() if "session_opened" in each][-1]
    principal = opened["principal"]
    assert (principal["subject"], principal["groups"]) == ("dora", ["dba"])
    assert (principal["method"], principal["credential_id"]) == ("lease", issued["id"])
    assert (opened["connection"], opened["grant"]) == ("demo", "everything")
    assert int(opened["ends_unix_s"]) <= issued["expires_unix_s"]


def test_a_lease_runs_under_its_grant_whatever_else_the_principal_may(bed):
    token = bed.token("ana", ["data-eu", "dba"])
    issued = lease(bed, token, grant="analyst-read")
    with psycopg.connect(dsn(bed, issued)) as session:
        assert session.execute("SELECT current_user").fetchone() == ("app_readonly",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("DELETE FROM customers")


def test_a_lease_is_for_its_connection_only(bed):
    issued = lease(bed)
    for database in ("other", "demo/postgres", "postgres"):
        client, messages = sign_in(bed, issued, database=database)
        with client:
            assert errors(messages)[0]["C"] == "28000"


def test_who_may_not_open_a_session_gets_no_lease(bed):
    for body, token, status in (
            ({"connection": "demo"}, bed.token("eve", ["nobody"]), 403),
            ({"connection": "demo", "grant": "write"}, bed.token(), 403),
            ({"connection": "demo", "grant": "no-such"}, bed.token(), 403),
            ({"connection": "nowhere"}, bed.token(), 503),
            ({"connection": "demo"}, operator_token(bed), 403),
            ({"connection": "demo"}, "not.a.token", 401),
            ({"connection": "demo"}, "", 401),
            ({"connection": "demo"}, None, 401),
            ({"connection": "demo"}, bed.token()[:-4] + "AAAA", 401)):
        got, headers, answer = api(bed, "POST", "/api/v1/leases", body, token)
        assert (got, "password" in answer) == (status, False), answer
        assert headers["Cache-Control"] == "no-store"
    for body in ({}, [], {"connection": 7}, {"connection": "demo", "ttl": 0},
                 {"connection": "demo", "ttl": "1h"}, {"connection": "demo", "ttl": 43201},
                 {"connection": "demo", "ttl": 8 * 3600 + 1}, {"connection": "demo", "x": 1}):
        got, _, answer = api(bed, "POST", "/api/v1/leases", body, bed.token())
        assert got == 400, (body, answer)
    reasons = [each["reason"] for each in failures(bed) if each["method"] == "api"]
    assert len(reasons) == 4 and "there is no bearer token" in reasons


def test_wrong_secret_unknown_name_revoked_and_expired_lease_sound_alike(bed):
    wrong, revoked, expired = lease(bed), lease(bed), lease(bed, ttl=1)
    revoke(bed, revoked)
    unknown = {"user": "lease_" + "0" * 32, "password": wrong["password"]}
    time.sleep(1.1)
    before = len(lease_failures(bed))
    heard = []
    for issued, secret in ((wrong, "pls_wrong"), (revoked, None), (expired, None),
                           (unknown, None)):
        client, messages = sign_in(bed, issued, secret)
        with client:
            assert kinds(messages) == "RRE"
            assert len(messages[1].body) == 4 + len("r=,s=,i=4096") + 24 + 24 + 24
            assert client.is_closed()
            heard.append((messages[0].body, messages[2].body))
    assert len(set(heard)) == 1
    fields = errors(messages)[0]
    assert (fields["S"], fields["C"], fields["M"]) == ("FATAL", "28P01", "authentication failed")
    reasons = wait_until(lambda: lease_failures(bed, 4 + before), 5, "the records")[before:]
    assert reasons == ["the lease's secret is wrong", "the lease is revoked",
                       "the lease has expired", "there is no such lease"]


def test_the_salt_of_a_name_never_changes(bed):
    issued = lease(bed)

    def salt():
        client, messages = sign_in(bed, issued, "pls_wrong")
        client.close()
        return re.search(rb"s=([^,]+)", messages[1].body).group(1)

    before = salt()
    revoke(bed, issued)
    assert salt() == before


def test_revocation_ends_the_sessions_of_the_lease_within_a_second(bed):
    issued, other = lease(bed), lease(bed)
    client, messages = sign_in(bed, issued)
    stays, _ = sign_in(bed, other)
    with client, stays:
        assert messages[-1].type == "Z"
        client.send(query("SELECT pg_sleep(60)"))
        wait_until(lambda: bed.postgres.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'") == "1",
            10, "the statement to run")
        started = time.monotonic()
        status, _, answer = revoke(bed, issued)
        fields = errors(client.rest())[-1]
        assert time.monotonic() - started < 1
        assert (status, answer["sessions_ended"]) == (200, 1)
        assert (fields["S"], fields["C"]) == ("FATAL", "57P01")
        assert "lease" in fields["M"]
        wait_until(lambda: bed.backends() == 1, 1, "the server session to end")
        assert kinds(stays.ask(query("SELECT 1"))) == "TDCZI"
    revoked = [each["lease_revoked"] for each in bed.records() if "lease_revoked" in each][-1]
    assert (revoked["lease"], revoked["by"]) == (issued["id"], "dora")


def test_the_end_of_a_lease_ends_its_sessions_in_mid_statement(bed):
    issued = lease(bed, ttl=3)
    client, messages = sign_in(bed, issued)
    with client:
        assert messages[-1].type == "Z"
        client.send(query("SELECT pg_sleep(60)"))
        fields = errors(client.rest())[-1]
        assert (fields["S"], fields["C"]) == ("FATAL", "57P01")
        assert fields["M"] == "terminating connection: the lease has ended"
        assert 0 <= time.time() - issued["expires_unix_s"] < 2
    wait_until(lambda: bed.backends() == 0, 2, "the server session to end")


def test_everybody_sees_and_revokes_their_own(bed):
    ana, bob = bed.token("ana", ["dba"]), bed.token("bob", ["dba"])
    of_ana = lease(bed, ana)

    def seen(token):
        return [each["id"] for each in api(bed, "GET", "/api/v1/leases", token=token)[2]["leases"]]

    assert of_ana["id"] in seen(ana) and of_ana["id"] not in seen(bob)
    assert of_ana["id"] in seen(operator_token(bed))
    assert "password" not in json.dumps(api(bed, "GET", "/api/v1/leases", token=ana)[2])
    assert revoke(bed, of_ana, bob)[0] == 404
    assert revoke(bed, {"id": "l-0000000000000000"}, bob)[0] == 404
    assert revoke(bed, of_ana, operator_token(bed))[0] == 200
    revoked = [each["lease_revoked"] for each in bed.records() if "lease_revoked" in each][-1]
    assert revoked["by"] == "operator"


@pytest.mark.expects_log("a link to the gateway is down")
def test_a_lease_outlives_the_gateway_and_its_secret_is_nowhere(make_bed):
    own = make_bed()
    issued, ended = lease(own), lease(own)
    revoke(own, ended)
    own.gateway.stop()
    own._start_gateway()
    wait_until(own.agent_is_connected, 20, "the agent")
    ran = own.psql("SELECT 1", user=issued["user"], token=issued["password"])
    assert (ran.returncode, ran.stdout) == (0, "1\n"), ran.stderr
    client, messages = sign_in(own, ended)
    client.close()
    assert errors(messages)[0]["C"] == "28P01"
    for path in own.folder.rglob("*"):
        if path.is_file() and own.postgres.data not in path.parents:
            assert issued["password"].encode() not in path.read_bytes(), path


def portreeve(bed, *arguments, token=None, **environment):
    values = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    values |= {"PORTREEVE_GATEWAY": f"http://localhost:{bed.http_port}"} | environment
    if token:
        values["PORTREEVE_TOKEN"] = token
    return subprocess.run([str(BUILD / "bin" / "portreeve"), *arguments], capture_output=True,
                          text=True, env=values, check=False, timeout=60)


def test_the_command_line_lists_what_one_may_use(bed):
    ran = portreeve(bed, "ls", "--json", token=bed.token("ana", ["data-eu"]))
    assert ran.returncode == 0, ran.stderr
    (only,) = json.loads(ran.stdout)["connections"]
    assert (only["name"], [each["name"] for each in only["grants"]]) == ("demo", ["analyst-read"])
    assert "analyst-read" in portreeve(bed, "ls", token=bed.token("ana", ["data-eu"])).stdout


@pytest.mark.parametrize("form", ["uri", "env", "pgservice", "json"])
def test_each_form_of_a_dsn_signs_in(bed, form, tmp_path):
    ran = portreeve(bed, "dsn", "demo", "--format", form, "--ttl", "5m", token=bed.token())
    assert ran.returncode == 0, ran.stderr
    environment = dict(os.environ)
    target = []
    if form == "uri":
        target = [ran.stdout.strip()]
    elif form == "env":
        environment |= dict(line.split("=", 1) for line in ran.stdout.splitlines())
    elif form == "pgservice":
        (tmp_path / "service.conf").write_text(ran.stdout)
        environment["PGSERVICEFILE"] = str(tmp_path / "service.conf")
        target = ["service=demo"]
    else:
        found = json.loads(ran.stdout)
        target = [bed.dsn(found["user"], found["database"], found["password"])]
    done = subprocess.run(["psql", "-XAt", "-c", "SELECT 7", *target], capture_output=True,
                          text=True, env=environment, check=False, timeout=20)
    assert (done.returncode, done.stdout) == (0, "7\n"), done.stderr


def test_connect_and_exec_end_with_psqls_code_and_leave_nothing(bed, tmp_path):
    token_file = tmp_path / "token"
    token_file.write_text(bed.token("cleo", ["dba"]) + "\n")

    def run(*arguments):
        return portreeve(bed, *arguments, "--token-file", str(token_file),
                         XDG_RUNTIME_DIR=str(tmp_path))

    ran = portreeve(bed, "connect", "demo", "--token-file", str(token_file), "--", "-XAt", "-c",
                    "SELECT current_database()", XDG_RUNTIME_DIR=str(tmp_path))
    assert (ran.returncode, ran.stdout) == (0, "postgres\n"), ran.stderr
    ran = run("exec", "demo", "-c", "SELECT 1/0")
    assert ran.returncode == 1 and "division by zero" in ran.stderr
    script = tmp_path / "script.sql"
    script.write_text("\\set ECHO none\nSELECT 6 * 7 AS answer;\n")
    assert "42" in run("exec", "demo", "-f", str(script)).stdout
    assert run("exec", "demo").returncode == 2
    assert {each.name for each in tmp_path.iterdir()} == {"token", "script.sql"}
    leases = api(bed, "GET", "/api/v1/leases", token=token_file.read_text().strip())[2]["leases"]
    assert {each["state"] for each in leases} == {"revoked"} and len(leases) == 3


def test_the_secret_is_in_no_argument_and_no_environment_and_goes_when_psql_is_ended(bed, tmp_path):
    values = dict(os.environ) | {
        "PORTREEVE_GATEWAY": f"http://localhost:{bed.http_port}", "PORTREEVE_TOKEN": bed.token(),
        "XDG_RUNTIME_DIR": str(tmp_path)}
    running = subprocess.Popen([str(BUILD / "bin" / "portreeve"), "exec", "demo", "-c",
                                "SELECT pg_sleep(59)"], env=values, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: bed.postgres.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(59)'") == "1",
            20, "the statement to run")
        (folder,) = tmp_path.iterdir()
        (service,) = folder.iterdir()
        assert (folder.stat().st_mode & 0o777, service.stat().st_mode & 0o777) == (0o700, 0o600)
        secret = re.search(r"^password=(pls_\S+)$", service.read_text(), re.M).group(1).encode()
        children = pathlib.Path(f"/proc/{running.pid}/task/{running.pid}/children")
        (child,) = children.read_text().split()
        for process in (str(running.pid), child):
            for what in ("cmdline", "environ"):
                assert secret not in pathlib.Path(f"/proc/{process}/{what}").read_bytes()
        assert b"PORTREEVE_TOKEN=" not in pathlib.Path(f"/proc/{child}/environ").read_bytes()
        running.terminate()
        assert running.wait(10) == 128 + 15
    finally:
        running.kill()
        running.stderr.close()
    assert not list(tmp_path.iterdir())
    wait_until(lambda: bed.backends() == 0, 5, "the server session to end")


def test_the_command_line_lists_and_revokes_leases(bed):
    token = bed.token("finn", ["dba"])
    issued = lease(bed, token)
    assert issued["id"] in portreeve(bed, "lease", "ls", token=token).stdout
    ran = portreeve(bed, "lease", "revoke", issued["id"], token=token)
    assert (ran.returncode, ran.stdout) == (0, "The lease is revoked; sessions ended: 0.\n")
    assert portreeve(bed, "lease", "revoke", "l-0", token=token).returncode == 6
    assert portreeve(bed, "ls", token="not.a.token").returncode == 4
    assert portreeve(bed, "ls", HOME="/nowhere").returncode == 4
    assert portreeve(bed, "dsn", "demo", token=bed.token("eve", ["none"])).returncode == 3
    assert portreeve(bed, "dsn", "demo", "--format", "xml", token=token).returncode == 2
