"""Where the time of gateway and agent goes, by perf, while pgbench keeps them busy."""

import shutil
import subprocess
import time

from select_bench import command

_SECONDS = 5
_TOP = 25
_PROTOCOL, _CLIENTS = "prepared", 8


def missing():
    """Why perf cannot be used here, as a sentence; None if it can."""
    if shutil.which("perf") is None:
        return "No hot spots: perf is not installed (Debian's linux-perf)."
    done = subprocess.run(["perf", "record", "-q", "-o", "/dev/null", "--", "true"], check=False,
                          capture_output=True, text=True)
    if done.returncode != 0:
        return f"No hot spots: perf may not measure here: {done.stderr.strip().splitlines()[-1]}"
    return None


def _top(data, by):
    done = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "-g", "none",
                           "--percent-limit", "0.5", "-s", by], check=False, capture_output=True,
                          text=True)
    # Behind the name stand empty columns of perf's own.
    lines = [line.rstrip(" -") for line in done.stdout.splitlines()
             if line.strip() and not line.startswith("#")]
    return "\n".join(lines[:_TOP])


def run(lane, folder):
    reason = missing()
    if reason is not None:
        return reason
    out = []
    client = subprocess.Popen(command(_PROTOCOL, _CLIENTS, (_SECONDS + 2) * len(lane.processes)),
                              env=lane.environment(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)  # Until all its sessions are open.
        for name, pid in lane.processes.items():
            data = str(folder / f"{name}.perf")
            done = subprocess.run(["perf", "record", "-q", "-F", "999", "-g", "-o", data, "-p",
                                   str(pid), "--", "sleep", str(_SECONDS)], check=False,
                                  capture_output=True, text=True)
            if done.returncode != 0:
                out.append(f"No hot spots of {name}: {done.stderr.strip()}")
                continue
            out += [f"Hot spots of {name}, {_PROTOCOL} select with {_CLIENTS} clients", "",
                    _top(data, "dso"), "", _top(data, "symbol"), ""]
    finally:
        client.terminate()
        client.wait()
    return "\n".join(out)
