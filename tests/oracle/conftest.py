import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support"), str(HERE.parent / "conformance")]
from postgres_server import Postgres  # noqa: E402


@pytest.fixture
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    for each in (folder, *folder.parents[:3]):
        if each.stat().st_uid == os.geteuid() and each != pathlib.Path("/tmp"):
            each.chmod(0o755)
    running = Postgres(folder, settings=("max_prepared_transactions=10", "fsync=off"))
    yield running
    running.stop("immediate")
