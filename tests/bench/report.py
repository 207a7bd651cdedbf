"""From rounds to the tables that are printed, and to plain values for --json."""

import dataclasses

from arithmetic import per, ratios, summary
from bulk_bench import MIB
from lanes import BOUNCERS, DIRECT, PORTREEVE
from masks_bench import PLAIN
from meter import POSTGRES

MIB_KIB = 1024
GIB = 1024 * MIB
# What others may take of the machine before the figures deserve a warning.
QUIET_SHARE = 0.05


def table(heading, rows):
    """Columns as wide as they must be; the first to the left, the others to the right."""
    rows = [heading] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heading))]
    lines = ["  ".join([row[0].ljust(widths[0])] +
                       [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]).rstrip()
             for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _share(numerators, denominators):
    if not numerators or not denominators:
        return "-"
    ratio = ratios(numerators, denominators)
    return f"{ratio.median:.2f} [{ratio.low:.2f}-{ratio.high:.2f}]"


def _speeds(rounds, speed):
    return {lane: [speed(each) for each in taken] for lane, taken in rounds.items()}


def _compared(name, rounds, speed, digits):
    """Name, each lane's median, and the three ratios."""
    speeds = _speeds(rounds, speed)
    row = [name]
    for lane in (DIRECT, BOUNCERS, PORTREEVE):
        row.append(f"{summary(speeds[lane]).median:.{digits}f}" if speeds.get(lane) else "-")
    for above, below in ((BOUNCERS, DIRECT), (PORTREEVE, DIRECT), (PORTREEVE, BOUNCERS)):
        row.append(_share(speeds.get(above), speeds.get(below)))
    return row


_RATIOS = ["pgb/direct", "ptr/direct", "ptr/pgb"]


def _processes(rounds):
    names = {name for taken in rounds.values() for each in taken for name in each.cost.cpu_s}
    order = ["gateway", "agent", "pgbouncer-near", "pgbouncer-far", POSTGRES]
    return [name for name in order if name in names]


def _each(rounds, names, kind, value):
    """For each process the median of `value(cost.kind[process], round)`."""
    cells = []
    for name in names:
        known = [each for each in rounds if name in getattr(each.cost, kind)]
        values = [value(getattr(each.cost, kind)[name], each) for each in known]
        cells.append(f"{summary(values).median:.2f}" if values else "-")
    return cells


def _cost_rows(cells, kind, value, skip_direct=False):
    names = _processes({lane: taken for rounds in cells.values()
                        for lane, taken in rounds.items()})
    if kind == "switches":
        names = [name for name in names if name != POSTGRES]
    rows = []
    for title, rounds in cells.items():
        for lane, taken in rounds.items():
            if taken and not (skip_direct and lane == DIRECT):
                rows.append([title, lane, *_each(taken, names, kind, value)])
    return names, rows


def select_tables(results):
    cells = {f"{protocol} x{clients}": rounds for (protocol, clients), rounds in results.items()}
    rows = [_compared(title, rounds, lambda r: r.tps, 0) for title, rounds in cells.items()]
    out = ["Select-only, transactions per second (median; ratios with their extremes)", "",
           table(["", DIRECT, BOUNCERS, PORTREEVE, *_RATIOS], rows), ""]
    names, rows = _cost_rows(cells, "cpu_s", lambda cpu, r: per(cpu * 1e6, r.transactions))
    out += ["CPU time per transaction, microseconds", "",
            table(["", "lane", *names], rows), ""]
    names, rows = _cost_rows(cells, "switches", lambda count, r: per(count, r.transactions), True)
    if rows:
        out += ["Context switches per transaction", "", table(["", "lane", *names], rows), ""]
    return "\n".join(out)


def bulk_tables(results, copies):
    results = {str(stream): rounds for stream, rounds in results.items()}
    rows = [_compared(stream, rounds, lambda r: r.bytes / r.seconds / MIB, 0)
            for stream, rounds in results.items()]
    out = ["One stream, MiB per second (median; ratios with their extremes)", "",
           table(["", DIRECT, BOUNCERS, PORTREEVE, *_RATIOS], rows), ""]
    names, rows = _cost_rows(results, "cpu_s", lambda cpu, r: cpu * GIB / r.bytes)
    out += ["CPU time per GiB, seconds", "", table(["", "lane", *names], rows), ""]
    peaks = [[f"\\copy {way}", name, f"{kib / MIB_KIB:.0f}"] for way, cost in copies.items()
             for name, kib in cost.peak_kib.items()]
    if peaks:
        out += ["Most memory held during psql's \\copy, MiB resident", "",
                table(["", "process", "MiB"], peaks), ""]
    return "\n".join(out)


def idle_table(results):
    rows = [[title, growth.sessions, name, f"{kib:.1f}"] for title, growth in results.items()
            for name, kib in growth.kib_each.items()]
    return "\n".join(["Memory per idle session, KiB resident", "",
                      table(["", "sessions", "process", "KiB each"], rows), ""])


def _against_plain(title, rounds, speed):
    """A row for each mask: the medians without and with it, and the ratio."""
    speeds = _speeds(rounds, speed)
    plain_speeds = speeds[PLAIN]
    return [[title, name, f"{summary(plain_speeds).median:.0f}", f"{summary(taken).median:.0f}",
             _share(taken, plain_speeds)]
            for name, taken in speeds.items() if name != PLAIN]


def masks_tables(selects, streams):
    heading = ["", "mask", "without", "with", "ratio"]
    rows = []
    for (protocol, clients), rounds in selects.items():
        rows += _against_plain(f"{protocol} x{clients}", rounds, lambda r: r.tps)
    out = ["Select-only of what is not masked, transactions per second (median; ratios with their "
           "extremes)", "", table(heading, rows), ""]
    rows = []
    for kind, rounds in streams.items():
        # A masked result is of another length: what counts is how much of the server's own was
        # worked through.
        size = rounds[PLAIN][0].bytes
        rows += _against_plain(kind, rounds, lambda r, size=size: size / r.seconds / MIB)
    out += ["One stream with a masked text column, MiB of the unmasked result per second", "",
            table(heading, rows), ""]
    names, rows = _cost_rows(streams, "cpu_s", lambda cpu, r: cpu * 1e6 / r.rows)
    out += ["CPU time per million rows, seconds", "", table(["", "mask", *names], rows), ""]
    return "\n".join(out)


def costs_of(results):
    """Of all rounds of {cell: {lane: [Round]}}."""
    return [each.cost for rounds in results.values() for taken in rounds.values()
            for each in taken]


def load_sentence(costs):
    """How quiet the machine was; a warning when it was not."""
    if not costs:
        return ""
    others = summary(cost.others for cost in costs)
    stolen = summary(cost.stolen for cost in costs)
    text = (f"Other processes took {others.median:.0%} of the machine in the middle and "
            f"{others.high:.0%} at most; the hypervisor took {stolen.high:.0%} at most.")
    if others.median > QUIET_SHARE or stolen.median > QUIET_SHARE:
        text = "WARNING: the machine was not quiet, so absolute figures mean little. " + text
    return text


def priority_sentence(autogroup, nice):
    """A warning unless all runs at the usual priority; another one spoils how wake-ups gather."""
    group = int(autogroup.rpartition(" ")[2] or 0)
    if group == 0 and nice == 0:
        return ""
    return (f"WARNING: this runs at nice {nice} in a group at nice {group}, so the scheduler "
            "switches at other times than it would, and even ratios mean little.")


def plain(value):
    """For json.dump: data classes become objects, pairs in keys become text."""
    if dataclasses.is_dataclass(value):
        return plain(dataclasses.asdict(value))
    if isinstance(value, dict):
        return {" x".join(map(str, key)) if isinstance(key, tuple) else str(key): plain(item)
                for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
