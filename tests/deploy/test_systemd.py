"""The units, judged by systemd's own tools."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
# What systemd-analyze calls OK is below 4; ours are far below, and stay there.
WORST_EXPOSURE = 1.5


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True,
                          text=True, check=False, timeout=60)


def verify(tmp_path, name, text):
    """Verifies `text` with the program that it starts in place."""
    program = tmp_path / name.removesuffix(".service")
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / name
    unit.write_text(text.replace(f"/usr/bin/{program.name}", str(program)))
    return analyze("verify", "--man=no", unit)


def test_there_are_two_units():
    assert [unit.name for unit in UNITS] == ["portreeve-agent.service", "portreeve-gateway.service"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_has_nothing_to_say_about_a_unit(unit, tmp_path):
    done = verify(tmp_path, unit.name, unit.read_text())
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_the_check_sees_a_misspelt_setting(tmp_path):
    done = verify(tmp_path, UNITS[0].name, UNITS[0].read_text() + "\n[Service]\nPrivateTemp=yes\n")
    assert "PrivateTemp" in done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_hardened(unit):
    done = analyze("security", "--offline=true", "--no-pager", unit)
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert float(exposure.group(1)) <= WORST_EXPOSURE, done.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_as_the_user_that_its_package_makes(unit):
    user = re.search(r"^User=(.+)$", unit.read_text(), re.M).group(1)
    made = unit.with_name(unit.stem + ".sysusers.conf").read_text()
    assert re.search(rf"^u {user} ", made, re.M)
