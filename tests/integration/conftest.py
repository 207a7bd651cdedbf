"""The testbed and its watch over logs and left-overs: see tests/support/beds.py."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from beds import bed, guard, make_bed, pytest_configure, watched  # noqa: E402,F401
