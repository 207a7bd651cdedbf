"""Signing in from a terminal: device code, a real provider and a real browser."""

import json
import os
import re
import stat
import subprocess

import pytest

from oidc_provider import SCRIPT, Provider
from testbed import BUILD

BROWSER = SCRIPT.parent / "browser.mjs"


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    made = Provider(tmp_path_factory.mktemp("provider"), "corp")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def bed(provider, make_module_bed):
    return make_module_bed(issuers=provider.configuration())


class Terminal:
    """The command line of somebody with a home of their own."""

    def __init__(self, provider, home):
        self.provider = provider
        self.file = home / "portreeve" / "login.json"
        self.environment = os.environ | {"XDG_STATE_HOME": str(home)}

    def command(self, *words):
        return [BUILD / "bin" / "portreeve", *words]

    def run(self, *words):
        return subprocess.run(self.command(*words), capture_output=True, text=True, check=False,
                              env=self.environment)

    def login(self, name, **other):
        flags = {"--issuer": self.provider.issuer, "--client-id": "portreeve-cli",
                 "--resource": "urn:portreeve", "--issuer-ca-file": self.provider.certificate,
                 **other}
        words = [str(word) for flag in flags.items() for word in flag]
        with subprocess.Popen(self.command("login", *words), stderr=subprocess.PIPE, text=True,
                              env=self.environment) as process:
            said = process.stderr.readline() + process.stderr.readline()
            target = re.search(r"or open (https://\S+)", said)
            if target:
                page = subprocess.run(["node", BROWSER, target.group(1), name], check=True,
                                      capture_output=True, text=True, timeout=90).stdout
                said += page
            said += process.stderr.read()
        return process.returncode, said


@pytest.fixture
def terminal(provider, tmp_path):
    return Terminal(provider, tmp_path)


def test_a_person_signs_in_with_a_browser_and_the_token_is_a_password(bed, terminal):
    code, said = terminal.login("ana")
    assert code == 0, said
    assert "You are signed in as ana." in said
    assert stat.S_IMODE(terminal.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(terminal.file.parent.stat().st_mode) == 0o700
    assert terminal.run("whoami").stdout.startswith(f"ana of {terminal.provider.issuer}, until ")
    kept = json.loads(terminal.file.read_text())
    assert kept["token"] not in said
    # The provider's tokens live for less than the minute that a token must have left.
    token = terminal.run("token").stdout.strip()
    assert token and token != kept["token"]
    assert json.loads(terminal.file.read_text())["token"] == token
    assert stat.S_IMODE(terminal.file.stat().st_mode) == 0o600
    assert bed.psql("SELECT current_user", user="analyst-read", token=token).stdout == (
        "app_readonly\n")
    assert "no grant" in bed.psql("SELECT 1", user="everything", token=token).stderr


def test_after_logout_nothing_is_left(terminal):
    assert terminal.login("dora")[0] == 0
    assert json.loads(terminal.run("whoami", "--json").stdout)["subject"] == "dora"
    assert terminal.run("logout").returncode == 0
    assert not terminal.file.exists()
    for verb in ("whoami", "token"):
        outcome = terminal.run(verb)
        assert (outcome.returncode, outcome.stdout) == (4, "")
        assert "portreeve login" in outcome.stderr
    assert terminal.run("logout").returncode == 0


def test_a_file_that_others_may_read_is_not_used(terminal):
    assert terminal.login("dora")[0] == 0
    terminal.file.chmod(0o640)
    outcome = terminal.run("token")
    assert (outcome.returncode, outcome.stdout) == (3, "")
    assert "may be read by others" in outcome.stderr


@pytest.mark.parametrize("other, part", [
    ({"--client-id": "nobody"}, "invalid_client"),
    ({"--issuer": "https://localhost:1"}, "localhost"),
    ({"--issuer": "http://id.example.com"}, "must begin with https://")])
def test_what_cannot_be_is_said_in_a_sentence(terminal, other, part):
    code, said = terminal.login("ana", **other)
    assert code != 0 and part in said
    assert not terminal.file.exists()
