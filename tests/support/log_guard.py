"""Finds in the logs of gateways and agents what a test did not announce."""

import re

from processes import FAULT

_UNUSUAL = re.compile(r"level=(WARN|ERROR)")


class LogGuard:
    def __init__(self, expected=()):
        self._expected = list(expected)
        self._folders = []
        self._read = {}
        self._unusual = []

    def watch(self, bed):
        """From now on; what stands in the logs already is not looked at."""
        self._folders.append(bed.folder)
        for path in bed.folder.glob("*.log"):
            self._read[path] = path.stat().st_size

    def expect(self, part):
        self._expected.append(part)

    def collect(self):
        """Reads on: a warning, an error, or a line that no logger wrote (a sanitizer's, say)."""
        for folder in self._folders:
            for path in sorted(folder.glob("*.log")):
                with open(path, "rb") as log:
                    log.seek(self._read.get(path, 0))
                    added = log.read()
                self._read[path] = self._read.get(path, 0) + len(added)
                for line in added.decode(errors="replace").splitlines():
                    if _UNUSUAL.search(line) or not line.startswith("time="):
                        self._unusual.append(f"{path.stem}: {line}")

    def surprises(self):
        self.collect()
        return [line for line in self._unusual
                if FAULT.search(line) or not any(part in line for part in self._expected)]

    def check(self):
        surprises = self.surprises()
        assert not surprises, "\n".join(surprises)
