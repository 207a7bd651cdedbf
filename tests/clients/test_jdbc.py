"""pgjdbc: it prints the same through Portreeve as at the server."""

import pathlib
import subprocess

import pytest

from ways import TLS, differences

BED = TLS

SOURCE = pathlib.Path(__file__).parent / "jdbc" / "Client.java"
DRIVER = "/usr/share/java/postgresql.jar"


@pytest.fixture(name="java", scope="module")
def _java(tmp_path_factory):
    classes = tmp_path_factory.mktemp("classes")
    subprocess.run(["javac", "-cp", DRIVER, "-Xlint:all", "-Werror", "-d", classes, SOURCE],
                   check=True)
    return ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{DRIVER}:{classes}",
            "Client"]


def test_jdbc_prints_the_same(ways, java):
    direct, ours = (way.run(*java) for way in ways)
    assert direct.returncode == 0, direct.stderr
    assert "timeout: 57014" in direct.stdout and "cancelled: 57014" in direct.stdout
    assert differences(direct, ours) == ""
