"""Programs under test, their ports, and waiting for what they do."""

import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PORTREEVE_BUILD", ROOT / "build" / "release"))
SUPPORT = ROOT / "tests" / "support"
# For builds with sanitizers; what the caller has set stands.
SANITIZERS = {"LSAN_OPTIONS": f"suppressions={SUPPORT}/lsan.supp:print_suppressions=0",
              "TSAN_OPTIONS": f"suppressions={SUPPORT}/tsan.supp:history_size=7"}

# What a sanitizer says of a program.
FAULT = re.compile(r"(Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|runtime error: ")


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def wait_until(condition, timeout_s=20.0, what="a condition"):
    """Polls until the condition gives something true, and returns it."""
    deadline = time.monotonic() + timeout_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s} s for {what}")
        time.sleep(0.05)


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


class Program:
    """A process whose output goes to a file."""

    def __init__(self, name, command, folder, environment=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        self.environment = SANITIZERS | os.environ | (environment or {})
        self.process = None
        self.killed = False
        self.start()

    def start(self):
        self.killed = False
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log,
                                            env=self.environment)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def kill(self):
        self.killed = True
        self.process.kill()
        self.process.wait()

    def faults(self):
        """What it must never do, whatever a test does to it: lines that tell of it."""
        found = [f"{self.name}: {line}" for line in self.log().splitlines() if FAULT.search(line)]
        code = self.process.poll()
        if code is not None and code < 0 and not self.killed:
            found.append(f"{self.name} ended by {signal.Signals(-code).name}")
        return found

    def stop(self, timeout_s=20):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return self.process.returncode

    def status(self, field):
        """A number of /proc/PID/status, in KiB where it has a unit."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise KeyError(field)
