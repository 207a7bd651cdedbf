"""The testbed and its watch over logs and left-overs: see tests/support/beds.py."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from beds import (bed, guard, make_bed, make_module_bed,  # noqa: E402,F401
                  pytest_configure, watched)
