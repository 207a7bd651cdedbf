"""Every configuration in the documents and in deploy/ is one that the programs take."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("PORTREEVE_BIN", ROOT / "build/release/bin"))
KINDS = ("gateway", "agent", "policy")


def examples():
    """(where, kind, text) of YAML blocks that open with "# KIND.yaml", and of shipped files."""
    for path in sorted(ROOT.glob("docs/**/*.md")) + [ROOT / "README.md"]:
        document = path.read_text()
        for block in re.finditer(r"^```yaml\n# (\w+)\.yaml\n(.*?)^```", document, re.M | re.S):
            line = document[:block.start()].count("\n") + 1
            yield f"{path.relative_to(ROOT)}:{line}", block.group(1), block.group(2)
    for folder in ("deploy/debian/etc", "deploy/compose", "deploy/kubernetes/config"):
        for path in sorted((ROOT / folder).glob("**/*.yaml")):
            if path.stem in KINDS:
                yield str(path.relative_to(ROOT)), path.stem, path.read_text()


EXAMPLES = list(examples())
POLICY = (ROOT / "deploy/debian/etc/policy.yaml").read_text()


@pytest.fixture(name="check")
def _check(tmp_path):
    """check(kind, text): the program's --check, with every file in place that the text names."""
    def moved(text):
        return re.sub(r"(?<![\w/])/(etc|var|demo)\b", rf"{tmp_path}/\1", text)

    for folder in ("etc/portreeve", "etc/portreeve-secrets", "demo", "var/lib/portreeve",
                   "var/lib/portreeve-agent"):
        (tmp_path / folder).mkdir(parents=True)
    keys = tmp_path / "demo"
    subprocess.run([str(ROOT / "deploy/compose/setup"), str(keys)], check=True,
                   capture_output=True, timeout=60)
    (keys / "join.token").write_text("0" * 43)
    places = {"gateway.crt": "gateway.crt", "gateway.key": "gateway.key",
              "corp-ca.crt": "ca.crt", "corp.jwks.json": "issuer.jwks.json",
              "gateway-ca.crt": "ca.crt",
              "server-ca.crt": "ca.crt", "orders.password": "orders.password",
              "join.token": "join.token"}
    for folder in ("etc/portreeve", "etc/portreeve-secrets", "var/lib/portreeve-agent"):
        for name, source in places.items():
            (tmp_path / folder / name).write_bytes((keys / source).read_bytes())
            (tmp_path / folder / name).chmod(0o600)

    def check(kind, text):
        etc = tmp_path / "etc/portreeve"
        etc.joinpath("policy.yaml").write_text(text if kind == "policy" else POLICY)
        if kind == "policy":
            kind, text = "gateway", (ROOT / "deploy/debian/etc/gateway.yaml").read_text()
        (etc / f"{kind}.yaml").write_text(moved(text))
        return subprocess.run([str(BIN / f"portreeve-{kind}"), "--config",
                               str(etc / f"{kind}.yaml"), "--check"],
                              capture_output=True, text=True, check=False, timeout=60)
    return check


def test_every_kind_has_an_example():
    assert {kind for _, kind, _ in EXAMPLES} == set(KINDS)


@pytest.mark.parametrize("where,kind,text", EXAMPLES, ids=[where for where, _, _ in EXAMPLES])
def test_an_example_is_taken(check, where, kind, text):
    done = check(kind, text)
    assert done.returncode == 0, f"{where}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_key_is_refused_with_its_place(check, kind):
    text = next(text for _, found, text in EXAMPLES if found == kind)
    line = text.count("\n") + 1
    done = check(kind, text + "nonsense: 1\n")
    assert done.returncode == 2, done.stdout + done.stderr
    assert f":{line}:" in done.stdout + done.stderr
