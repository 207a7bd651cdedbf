"""Real clients, each once at the server itself and once through gateway and agent.

A test that fails on both ways is wrong itself; one that fails through Portreeve alone has found a
fault.
"""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from beds import (bed, guard, make_bed, make_module_bed,  # noqa: E402,F401
                  pytest_configure, watched)
from ways import directly, through  # noqa: E402

# Node tries one address of localhost only, and where that is ::1 nobody listens.
os.environ["NODE_OPTIONS"] = "--dns-result-order=ipv4first"


@pytest.fixture
def ways(bed):
    """(the server itself, Portreeve)"""
    return directly(bed), through(bed)


@pytest.fixture(params=["direct", "portreeve"])
def way(request, ways):
    return ways[request.param == "portreeve"]
