"""A running `portreeve dev`, and what is left of it."""

import os
import pathlib
import re
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("PORTREEVE_BIN", ROOT / "build/release/bin"))
PORTREEVE = BIN / "portreeve"


def portreeve(*arguments, **options):
    return subprocess.run([str(PORTREEVE), *map(str, arguments)], capture_output=True, text=True,
                          check=False, timeout=120, **options)


def processes_of(folder):
    """Command lines of all processes that name the folder."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found


def gone_within(folder, timeout_s):
    deadline = time.monotonic() + timeout_s
    while processes_of(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return processes_of(folder)


class World:
    """A running `portreeve dev`."""

    def __init__(self, folder, *arguments, by_default=False):
        """With `by_default`, it is told nothing of the folder and must choose it by itself."""
        self.folder = folder
        self.said = ""
        where = [] if by_default else ["--dir", str(folder)]
        self.process = subprocess.Popen([str(PORTREEVE), "dev", *where, *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Ctrl-C"):
                return
        raise RuntimeError(f"portreeve dev ended with {self.process.wait()}: {self.said}")

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.process.stdout.close()
        if number != signal.SIGKILL:
            assert "the gateway has stopped" in (self.folder / "gateway.log").read_text()
        return code

    def target(self):
        return re.search(r'psql "(.*)"', self.said).group(1)

    def psql(self, sql, subject="ana", groups="data-eu"):
        """By the lines that were printed."""
        token = portreeve("dev", "token", "--dir", self.folder / "issuer", "--sub", subject,
                          "--groups", groups).stdout.strip()
        return subprocess.run(["psql", "-X", "-qAt", "-d", self.target(), "-c", sql],
                              capture_output=True, text=True, check=False, timeout=60,
                              env=os.environ | {"PGPASSWORD": token})

    def ask(self, *verb):
        return portreeve(*verb, "--config", self.folder / "gateway.yaml")
