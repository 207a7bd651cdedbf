"""What a piece of work cost each process on its way, and what else the machine did meanwhile."""

import resource
import time
from dataclasses import dataclass, field

import proc

POSTGRES = "postgres"


@dataclass(frozen=True)
class Cost:
    elapsed_s: float
    cpu_s: dict                  # By process; PostgreSQL with all its backends.
    switches: dict               # By process, without PostgreSQL: its backends come and go.
    others: float                # Share of the machine that went to processes of somebody else.
    stolen: float                # Share that the hypervisor took.
    peak_kib: dict = field(default_factory=dict)


def _client_cpu_s():
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


class Meter:
    """Take one, do the work, ask cost(). The processes must live all the while."""

    def __init__(self, processes, postmaster):
        self._processes = processes
        self._postmaster = postmaster
        for pid in processes.values():
            proc.forget_peak(pid)
        self._begun = self._read()

    def _read(self):
        cpu = {name: proc.cpu_s(pid) for name, pid in self._processes.items()}
        cpu[POSTGRES] = proc.family_cpu_s(self._postmaster)
        switches = {name: proc.context_switches(pid) for name, pid in self._processes.items()}
        return time.monotonic(), cpu, switches, _client_cpu_s(), proc.machine()

    def cost(self):
        began, cpu_before, switches_before, client_before, machine_before = self._begun
        ended, cpu_after, switches_after, client_after, machine_after = self._read()
        cpu = {name: cpu_after[name] - cpu_before[name] for name in cpu_after}
        ours = sum(cpu.values()) + client_after - client_before
        whole = max(machine_after.all_s - machine_before.all_s, proc.TICK_S)
        busy = machine_after.busy_s - machine_before.busy_s
        return Cost(
            elapsed_s=ended - began,
            cpu_s=cpu,
            switches={name: switches_after[name] - switches_before[name]
                      for name in switches_after},
            others=max(0.0, busy - ours) / whole,
            stolen=(machine_after.stolen_s - machine_before.stolen_s) / whole,
            peak_kib={name: proc.peak_kib(pid) for name, pid in self._processes.items()})
