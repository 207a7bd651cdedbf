"""The same behaviour with every version of PostgreSQL that a gateway may meet."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from beds import guard, make_bed, make_module_bed, pytest_configure, watched  # noqa: E402,F401
from postgres_server import POSTGRES_BIN  # noqa: E402

NEWER = (16, 17, 18)


@pytest.fixture(scope="session")
def make_binaries():
    """Folders of server programs by version, where the user that runs them can read them."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="portreeve-servers-"))
    folder.chmod(0o755)

    def make(version):
        if version == 15:
            return POSTGRES_BIN
        copy = folder / str(version)
        if not copy.exists():
            package = HERE / "node" / "node_modules" / f"postgresql-{version}"
            shutil.copytree(package, copy)
            # npm keeps no symbolic links: the package says which there are, and makes them.
            subprocess.run(["node", copy / "scripts" / "hydrate-symlinks.js"], check=True, cwd=copy)
        return copy / "native" / "bin"

    yield make
    shutil.rmtree(folder)


@pytest.fixture(scope="module", params=[15, *NEWER], ids=lambda version: f"postgresql-{version}")
def version(request):
    return request.param


@pytest.fixture(scope="module")
def bed(request, version, make_binaries, make_module_bed):
    settings = getattr(request.module, "BED", {})
    return make_module_bed(binaries=make_binaries(version), **settings)
