"""deploy/quickstart, in a copy of the tree, where packages or the compiler may be missing.

What it would install or compile is stood in for by small programs first on the PATH.
"""

import pathlib
import shutil
import subprocess

import pytest

from world import BIN, ROOT


class Machine:
    """A copy of what quickstart uses, and a PATH on which programs can be replaced."""

    def __init__(self, folder):
        self.tree = folder / "tree"
        self.path = folder / "bin"
        for part in ("deploy", "tests/support"):
            shutil.copytree(ROOT / part, self.tree / part,
                            ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        self.path.mkdir()
        for program in pathlib.Path("/usr/bin").iterdir():
            # Whether the machine has sudo must not matter; nothing may be installed by a test.
            if program.name not in ("sudo", "apt-get", "cmake", "ninja"):
                (self.path / program.name).symlink_to(program)

    def replace(self, program, script):
        place = self.path / program
        place.unlink(missing_ok=True)
        place.write_text(f"#!/bin/sh\n{script}\n")
        place.chmod(0o755)

    def quickstart(self, *arguments):
        environment = {"PATH": str(self.path), "HOME": str(self.tree), "LANG": "C.UTF-8"}
        return subprocess.run([str(self.tree / "deploy/quickstart"), *map(str, arguments)],
                              capture_output=True, text=True, check=False, timeout=90,
                              env=environment)


@pytest.fixture(name="machine")
def _machine(tmp_path):
    return Machine(tmp_path)


WITHOUT_TWO = ("/usr/bin/dpkg-query \"$@\" |"
               " grep -v -e ' cmake$' -e ' postgresql-15$'")

WITH_ALL = r"sed -n 's/^\([a-z][^ ]*\).*/installed \1/p' deploy/packages/*"


def test_one_who_may_not_install_is_told_what_to_install(machine):
    machine.replace("dpkg-query", WITHOUT_TWO)
    machine.replace("id", "echo 1000")
    machine.replace("cmake", "echo cmake was called")
    done = machine.quickstart()
    assert done.returncode == 1
    assert "2 packages are missing; this user may not install them" in done.stdout
    assert "apt-get install -y --no-install-recommends cmake postgresql-15\n" in done.stdout
    assert "cmake was called" not in done.stdout and done.stderr == ""


def test_packages_that_cannot_be_had_end_it_with_what_apt_said(machine):
    machine.replace("dpkg-query", WITHOUT_TWO)
    machine.replace("id", "echo 0")
    machine.replace("apt-get", "echo \"E: no route to the archive\"; exit 100")
    done = machine.quickstart()
    assert done.returncode != 0
    assert "E: no route to the archive" in done.stdout
    assert "2/3" not in done.stdout


def test_a_build_that_cannot_be_configured_shows_why(machine):
    machine.replace("dpkg-query", WITH_ALL)
    machine.replace("cmake", "echo 'CMake Error: no compiler'; exit 1")
    done = machine.quickstart()
    assert done.returncode == 1
    assert "CMake Error: no compiler" in done.stdout
    assert "3/3" not in done.stdout


def test_with_everything_there_it_ends_in_the_tour(machine, folder):
    machine.replace("dpkg-query", WITH_ALL)
    machine.replace("cmake", "exit 0")
    (machine.tree / "build/release").mkdir(parents=True)
    (machine.tree / "build/release/bin").symlink_to(BIN)
    done = machine.quickstart("--dir", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the table is there, with 1000 rows" in done.stdout
