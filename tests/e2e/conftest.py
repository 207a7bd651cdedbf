"""A folder for `portreeve dev`; when the test is over, no process may name it any more."""

import pathlib
import tempfile

import pytest

from world import gone_within


@pytest.fixture(name="folder")
def _folder():
    # Not pytest's own: that is too deep for a socket, and closed to the server's user.
    with tempfile.TemporaryDirectory(prefix="portreeve-e2e-") as path:
        pathlib.Path(path).chmod(0o755)
        folder = pathlib.Path(path) / "dev"
        yield folder
        assert gone_within(folder, 15) == []
