"""Sign-in by lease with real clients, in TLS, by the forms that `portreeve dsn` prints."""

import os
import pathlib
import subprocess

import psycopg
import pytest

from leases import api, lease
from testbed import BUILD
from ways import TLS

BED = TLS

HERE = pathlib.Path(__file__).parent
DRIVER = "/usr/share/java/postgresql.jar"


def dsn(bed, form):
    environment = os.environ | {
        "PORTREEVE_GATEWAY": f"https://localhost:{bed.http_port}",
        "PORTREEVE_CA_FILE": str(bed.folder / "gw.crt"), "PORTREEVE_TOKEN": bed.token()}
    return subprocess.run([BUILD / "bin" / "portreeve", "dsn", "demo", "--format", form],
                          env=environment, check=True, capture_output=True, text=True,
                          timeout=20).stdout.strip()


def revoke_all(bed):
    for each in api(bed, "GET", "/api/v1/leases", token=bed.token())[2]["leases"]:
        api(bed, "DELETE", f"/api/v1/leases/{each['id']}", token=bed.token())


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False, timeout=60)
    return done.stdout.strip() or done.stderr


@pytest.fixture(name="java", scope="module")
def _java(tmp_path_factory):
    classes = tmp_path_factory.mktemp("classes")
    subprocess.run(["javac", "-cp", DRIVER, "-Xlint:all", "-Werror", "-d", classes,
                    HERE / "jdbc" / "Lease.java"], check=True)
    return ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{DRIVER}:{classes}",
            "Lease"]


def test_jdbc_signs_in_by_lease_until_it_is_revoked(bed, java):
    url = dsn(bed, "jdbc")
    assert run(*java, url) == "postgres"
    revoke_all(bed)
    assert run(*java, url) == "28P01"


@pytest.mark.parametrize("binding", [[], ["bound"]])
def test_node_signs_in_by_lease_until_it_is_revoked(bed, binding):
    node = ["node", "--no-deprecation", HERE / "node" / "lease.mjs"]
    uri = dsn(bed, "uri")
    assert run(*node, uri, *binding) == "postgres"
    revoke_all(bed)
    assert run(*node, uri, *binding) == "28P01"


@pytest.mark.parametrize("binding", ["disable", "prefer", "require"])
def test_libpq_signs_in_with_and_without_channel_binding(bed, binding):
    uri = f"{dsn(bed, 'uri')}&channel_binding={binding}"
    assert run("psql", "-XAt", "-c", "SELECT current_user", uri) == "postgres"
    with psycopg.connect(uri) as session:
        assert session.execute("SELECT current_user").fetchone() == ("postgres",)
    revoke_all(bed)
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(uri)


def test_a_lease_in_clear_is_refused_before_it_is_asked_for(bed):
    issued = lease(bed)
    with pytest.raises(psycopg.OperationalError, match="in TLS only"):
        psycopg.connect(host="localhost", port=bed.port, dbname="demo", user=issued["user"],
                        password=issued["password"], sslmode="disable")
