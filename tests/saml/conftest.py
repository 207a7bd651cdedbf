"""SimpleSAMLphp as identity provider, under PHP's own web server."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from identity_provider import IdentityProvider  # noqa: E402


def make_key(folder, name):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"],
        check=True, capture_output=True)


@pytest.fixture(scope="session")
def idp(tmp_path_factory):
    folder = tmp_path_factory.mktemp("idp")
    for name in ("idp", "sp"):
        make_key(folder, name)
    provider = IdentityProvider(folder)
    yield provider
    provider.stop()
