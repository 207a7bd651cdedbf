"""The testbed and its watch over logs and left-overs: see tests/support/beds.py."""

import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from beds import (bed, guard, make_bed, make_module_bed,  # noqa: E402,F401
                  pytest_configure, watched)
from testbed import wait_until  # noqa: E402


@pytest.fixture
def reload(bed):
    """Puts another policy in force; the first one comes back at the end."""
    policy_file, gateway_file = (bed.folder / name for name in ("policy.yaml", "gateway.yaml"))

    def put(policy, ends_with="the configuration was reloaded", gateway=None):
        policy_file.write_text(policy)
        if gateway is not None:
            gateway_file.write_text(gateway)
        seen = bed.gateway.log().count(ends_with)
        bed.gateway.process.send_signal(signal.SIGHUP)
        wait_until(lambda: bed.gateway.log().count(ends_with) > seen, 10, ends_with)

    originals = policy_file.read_text(), gateway_file.read_text()
    yield put
    put(originals[0], gateway=originals[1])
