"""The example policies: good, and every rule of them exercised by the cases beside them."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PORTREEVE = Path(os.environ.get("PORTREEVE_BIN", ROOT / "build/release/bin")) / "portreeve"
CASES = sorted(ROOT.glob("docs/**/*.test.yaml")) + sorted(ROOT.glob("deploy/**/*.test.yaml"))


def portreeve(*arguments):
    return subprocess.run([str(PORTREEVE), *map(str, arguments)], capture_output=True, text=True,
                          check=False, timeout=60)


def policy_of(cases):
    return cases.with_name(cases.name.replace(".test.yaml", ".yaml"))


def test_there_is_an_example():
    assert ROOT / "docs/examples/policy.test.yaml" in CASES


@pytest.mark.parametrize("cases", CASES, ids=[str(path.relative_to(ROOT)) for path in CASES])
def test_a_policy_keeps_to_its_cases_and_they_exercise_all_of_it(cases):
    done = portreeve("policy", "test", policy_of(cases), "--require-coverage")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout


@pytest.mark.parametrize("cases", CASES, ids=[str(path.relative_to(ROOT)) for path in CASES])
def test_cases_notice_a_policy_that_has_lost_a_rule(cases, tmp_path):
    """Each guardrail and rule that stands in a line of its own is taken out once."""
    lines = policy_of(cases).read_text().splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines)
              if "action:" in line and line.lstrip().startswith("- {")]
    assert starts
    changed = tmp_path / "policy.yaml"
    for number in starts:
        changed.write_text("".join(lines[:number] + lines[number + 1:]))
        done = portreeve("policy", "test", changed, cases)
        assert done.returncode == 1, f"without line {number + 1}:\n{done.stdout}{done.stderr}"
