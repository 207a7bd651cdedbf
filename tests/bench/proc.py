"""What /proc tells of processes and of the machine. Readers take a folder, parsers take text."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Stat:
    parent: int
    own_s: float     # CPU time of all its threads, ended ones too.
    waited_s: float  # CPU time of its children that have ended.


def parse_stat(text):
    """proc(5), /proc/PID/stat. The name stands in brackets and may hold anything."""
    fields = text.rpartition(")")[2].split()
    user, system, waited_user, waited_system = (int(field) for field in fields[11:15])
    return Stat(int(fields[1]), (user + system) * TICK_S, (waited_user + waited_system) * TICK_S)


def parse_status(text):
    """proc(5), /proc/PID/status, as a dictionary of texts."""
    return dict(re.findall(r"^(\w+):[ \t]*(.*)$", text, re.MULTILINE))


def switches_of(status):
    return int(status["voluntary_ctxt_switches"]) + int(status["nonvoluntary_ctxt_switches"])


@dataclass(frozen=True)
class Machine:
    busy_s: float    # Of all cores, for this machine's own processes.
    stolen_s: float  # What the hypervisor gave to others.
    all_s: float


def parse_machine(text):
    """proc(5), the first line of /proc/stat."""
    ticks = [int(field) for field in text.splitlines()[0].split()[1:9]]
    user, nice, system, idle, waiting, hard, soft, stolen = ticks
    busy = user + nice + system + hard + soft
    return Machine(busy * TICK_S, stolen * TICK_S, (busy + idle + waiting + stolen) * TICK_S)


def machine(proc=PROC):
    return parse_machine((proc / "stat").read_text())


def _stats(proc):
    for folder in proc.iterdir():
        if folder.name.isdigit():
            try:
                yield int(folder.name), parse_stat((folder / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):
                continue  # It ended meanwhile.


def cpu_s(pid, proc=PROC):
    return parse_stat((proc / str(pid) / "stat").read_text()).own_s


def family_cpu_s(pid, proc=PROC):
    """Of a process and its children, living or ended: PostgreSQL with its backends."""
    head = parse_stat((proc / str(pid) / "stat").read_text())
    living = sum(stat.own_s for _, stat in _stats(proc) if stat.parent == pid)
    return head.own_s + head.waited_s + living


def context_switches(pid, proc=PROC):
    """Of all threads that the process has now."""
    total = 0
    for thread in (proc / str(pid) / "task").iterdir():
        try:
            total += switches_of(parse_status((thread / "status").read_text()))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def _kib(pid, field, proc):
    return int(parse_status((proc / str(pid) / "status").read_text())[field].split()[0])


def resident_kib(pid, proc=PROC):
    return _kib(pid, "VmRSS", proc)


def peak_kib(pid, proc=PROC):
    """The highest resident size since forget_peak()."""
    return _kib(pid, "VmHWM", proc)


def forget_peak(pid, proc=PROC):
    (proc / str(pid) / "clear_refs").write_text("5")


def autogroup(folder=PROC):
    """The scheduler's group of this session, with its nice value; empty where there are none."""
    try:
        return (folder / "self" / "autogroup").read_text()
    except OSError:
        return ""
