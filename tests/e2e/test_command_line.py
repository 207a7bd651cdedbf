"""The command line against a gateway with TLS: how it is found, what it does, how it ends."""

import json
import pathlib
import re
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))

import testbed  # noqa: E402

PORTREEVE = testbed.BUILD / "bin/portreeve"


def portreeve(*arguments):
    return subprocess.run([str(PORTREEVE), *map(str, arguments)], capture_output=True, text=True,
                          check=False, timeout=60)


@pytest.fixture(name="bed", scope="module")
def _bed():
    with testbed.Testbed(client_tls=True) as bed:
        testbed.wait_until(lambda: bed.psql("SELECT 1").returncode == 0, what="a session")
        yield bed


@pytest.fixture(name="ask", scope="module")
def _ask(bed):
    return lambda *verb: portreeve(*verb, "--config", bed.folder / "gateway.yaml")


def sleeper(bed):
    command = ["psql", "-X", "-d", bed.dsn(), "-c", "SELECT pg_sleep(60)"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def sessions(ask):
    return json.loads(ask("session", "ls", "--json").stdout)["sessions"]


def test_the_configuration_is_enough_to_be_an_operator_on_the_gateways_machine(bed, ask):
    done = ask("agent", "ls")
    assert done.returncode == 0, done.stderr
    assert re.search(r"test-agent +connected .* demo ", done.stdout)


def test_elsewhere_it_takes_the_address_the_token_and_the_ca(bed):
    target = ("--gateway", f"https://localhost:{bed.http_port}")
    token = ("--token-file", bed.state / "operator.token")
    ca = ("--ca-file", bed.folder / "gw.crt")
    assert portreeve("agent", "ls", *target, *token, *ca).returncode == 0
    untrusted = portreeve("agent", "ls", *target, *token)
    assert untrusted.returncode == 7 and "not trusted" in untrusted.stderr
    without = portreeve("agent", "ls", *target, *ca)
    assert without.returncode == 4 and "--token-file" in without.stderr
    wrong = bed.folder / "wrong.token"
    wrong.write_text("pot_wrong\n")
    refused = portreeve("agent", "ls", *target, "--token-file", wrong, *ca)
    assert refused.returncode == 4 and "does not take" in refused.stderr
    plain = portreeve("agent", "ls", "--gateway", f"http://localhost:{bed.http_port}", *token)
    assert plain.returncode == 7


def test_a_session_is_ended_in_mid_statement_and_its_client_told(bed, ask):
    client = sleeper(bed)
    found = testbed.wait_until(lambda: sessions(ask), what="the session")
    assert found[0]["subject"] == "dora" and found[0]["connection"] == "demo"
    done = ask("session", "kill", found[0]["id"], "--reason", "lunch")
    assert done.returncode == 0, done.stderr
    _, heard = client.communicate(timeout=10)
    assert "FATAL" in heard
    testbed.wait_until(lambda: not sessions(ask), what="the end of the session")
    testbed.wait_until(lambda: "lunch" in ask("audit", "tail").stdout, what="its record")


def test_what_is_not_there_ends_with_6(ask):
    assert ask("session", "kill", "s-none").returncode == 6
    assert ask("agent", "revoke", "agent-none").returncode == 6
    assert ask("agent", "revoke", "../sessions").returncode == 6


def test_the_gateway_says_what_is_wrong_with_a_request(ask):
    done = ask("agent", "token", "create", "--expires", "30d")
    assert done.returncode == 2 and "week" in done.stderr


def test_the_journal_can_be_followed(bed):
    tail = subprocess.Popen([str(PORTREEVE), "audit", "tail", "--dir", bed.state / "journal",
                             "--follow", "--limit", "0"], stdout=subprocess.PIPE, text=True)
    try:
        bed.psql("SELECT 'followed'")
        deadline = time.monotonic() + 20
        for line in tail.stdout:
            if "'followed'" in line:
                break
            assert time.monotonic() < deadline
    finally:
        tail.terminate()
        tail.wait(10)
