"""Container and Compose files, as far as they can be judged without a container engine."""

import base64
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tests/deploy/node/node_modules/.bin"
DOCKERFILES = sorted((ROOT / "deploy/docker").glob("*.Dockerfile"))
COMPOSE = ROOT / "deploy/compose"


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False, timeout=120, **options)


def instructions(path):
    """(instruction, argument) pairs with continued lines joined."""
    text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(None, 1)) for line in lines]


def test_there_are_three_images():
    assert [path.name.split(".")[0] for path in DOCKERFILES] == ["agent", "demo", "gateway"]


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_the_linter_finds_nothing(path):
    done = run(NODE / "dockerfilelint", "-o", "json", path)
    assert json.loads(done.stdout)["totalIssues"] == 0, done.stdout


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_an_image_is_slim_and_does_not_run_as_root(path):
    steps = instructions(path)
    assert all(what.split()[0] == "debian:12-slim" for step, what in steps if step == "FROM")
    users = [what for step, what in steps if step == "USER"]
    assert users and users[-1].split(":")[0].isdigit() and users[-1].split(":")[0] != "0"
    assert not [what for step, what in steps if step == "ADD"]


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_what_is_copied_from_the_source_exists(path):
    for step, what in instructions(path):
        if step == "COPY" and not what.startswith("--from"):
            for source in what.split()[:-1]:
                assert (ROOT / source).exists(), source


def test_the_compose_file_passes_its_linter():
    done = run(NODE / "dclint", "-c", ROOT / "tests/deploy/dclint.json", "--max-warnings", "0",
               COMPOSE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_gateway_of_the_demo_has_no_way_to_the_server():
    services = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["services"]
    assert not set(services["gateway"]["networks"]) & set(services["postgres"]["networks"])
    assert "ports" not in services["agent"] and "ports" not in services["postgres"]


def test_every_file_that_the_compose_file_mounts_exists():
    services = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["services"]
    mounted = [volume.split(":")[0] for service in services.values()
               for volume in service.get("volumes", []) if volume.startswith("./")]
    assert mounted
    for path in mounted:
        assert (COMPOSE / path).exists(), path


def test_a_token_of_the_demo_issuer_is_signed_by_the_key_in_its_jwks(tmp_path):
    def plain(text):
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    assert run(COMPOSE / "setup", tmp_path).returncode == 0
    before = (tmp_path / "issuer.jwks.json").read_bytes()
    assert run(COMPOSE / "setup", tmp_path).returncode == 0
    assert (tmp_path / "issuer.jwks.json").read_bytes() == before, "a second run changes nothing"
    header, payload, signature = run(
        COMPOSE / "token", tmp_path, "ana", "data-eu", "dba").stdout.strip().split(".")
    assert json.loads(plain(header)) == {"alg": "RS256", "kid": "demo", "typ": "JWT"}
    claims = json.loads(plain(payload))
    assert (claims["sub"], claims["groups"]) == ("ana", ["data-eu", "dba"])
    assert claims["exp"] - claims["iat"] == 3600
    key = json.loads(before)["keys"][0]
    n, e = (int.from_bytes(plain(key[part]), "big") for part in "ne")
    opened = pow(int.from_bytes(plain(signature), "big"), e, n).to_bytes(256, "big")
    digest = run("openssl", "dgst", "-sha256", "-r", input=f"{header}.{payload}").stdout.split()[0]
    assert opened.startswith(b"\0\1\xff") and opened.hex().endswith(digest)


def test_a_token_for_a_name_that_is_not_plain_is_refused(tmp_path):
    run(COMPOSE / "setup", tmp_path)
    done = run(COMPOSE / "token", tmp_path, 'ana","groups":["dba', "x")
    assert done.returncode == 2 and done.stdout == ""
