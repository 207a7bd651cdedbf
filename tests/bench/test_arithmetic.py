"""The bench's figures come out right: medians, ratios, /proc and pgbench's report."""

import importlib.machinery
import importlib.util
import os
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import arithmetic  # noqa: E402
import bulk_bench  # noqa: E402
import libpq  # noqa: E402
import masks_bench  # noqa: E402
import proc  # noqa: E402
import report  # noqa: E402
import select_bench  # noqa: E402
from meter import Cost, Meter  # noqa: E402

STAT = "{pid} ({name}) S {parent} 1 1 0 -1 4194560 9 8 7 6 {user} {system} {waited} 0 20 0 1 0 5 0"
STATUS = "Name:\tx\nVmHWM:\t  900 kB\nVmRSS:\t  800 kB\nvoluntary_ctxt_switches:\t{}\n" \
         "nonvoluntary_ctxt_switches:\t{}\n"
PGBENCH = """\
pgbench (15.6 (Debian 15.6-0+deb12u1))
transaction type: <builtin: select only>
number of transactions actually processed: {count}
number of failed transactions: {failed} (0.000%)
latency average = 0.066 ms
initial connection time = 2.112 ms
tps = 15123.456789 (without initial connection time)
"""


def plant(folder, pid, parent, name="postgres", ticks=(0, 0, 0), threads=((0, 0),)):
    (folder / str(pid) / "task").mkdir(parents=True)
    user, system, waited = ticks
    (folder / str(pid) / "stat").write_text(STAT.format(
        pid=pid, name=name, parent=parent, user=user, system=system, waited=waited))
    (folder / str(pid) / "status").write_text(STATUS.format(1, 1))
    for number, switches in enumerate(threads):
        (folder / str(pid) / "task" / str(number)).mkdir()
        (folder / str(pid) / "task" / str(number) / "status").write_text(STATUS.format(*switches))


def cost(cpu_s, others=0.0):
    return Cost(elapsed_s=1.0, cpu_s=cpu_s, switches={}, others=others, stolen=0.0)


def test_a_summary_is_the_median_and_the_extremes():
    summary = arithmetic.summary([5, 1, 2])
    assert (summary.median, summary.low, summary.high) == (2, 1, 5)
    assert summary.spread == 2.0
    assert arithmetic.summary([1, 2]).median == 1.5


def test_a_summary_of_nothing_is_refused():
    with pytest.raises(ValueError):
        arithmetic.summary([])


def test_ratios_are_of_the_same_rounds():
    # The machine was half as fast in the second round: the ratio does not see it.
    ratio = arithmetic.ratios([50, 25, 60], [100, 50, 100])
    assert (ratio.median, ratio.low, ratio.high) == (0.5, 0.5, 0.6)


@pytest.mark.parametrize("below", [[1], [1, 0]])
def test_ratios_to_missing_rounds_and_to_nothing_are_refused(below):
    with pytest.raises(ValueError):
        arithmetic.ratios([1, 2], below)


def test_rotation_lets_each_lane_be_the_first():
    lanes = ["a", "b", "c"]
    assert [arithmetic.rotated(lanes, by)[0] for by in range(4)] == ["a", "b", "c", "a"]
    assert arithmetic.rotated([], 3) == []


def test_stat_is_read_behind_a_name_with_brackets():
    text = STAT.format(pid=7, name="a) S 1 (b", parent=3, user=200, system=50, waited=100)
    stat = proc.parse_stat(text)
    assert stat.parent == 3
    assert stat.own_s == pytest.approx(250 * proc.TICK_S)
    assert stat.waited_s == pytest.approx(100 * proc.TICK_S)


def test_a_family_is_the_process_its_children_and_those_that_have_ended(tmp_path):
    plant(tmp_path, 10, 1, ticks=(1, 2, 4))
    plant(tmp_path, 11, 10, ticks=(8, 0, 0))
    plant(tmp_path, 12, 10, ticks=(16, 0, 0))
    plant(tmp_path, 13, 99, ticks=(1000, 0, 0))
    assert proc.family_cpu_s(10, tmp_path) == pytest.approx((1 + 2 + 4 + 8 + 16) * proc.TICK_S)


def test_context_switches_are_of_both_kinds_and_of_all_threads(tmp_path):
    plant(tmp_path, 10, 1, threads=((5, 7), (100, 200)))
    assert proc.context_switches(10, tmp_path) == 312


def test_memory_is_read_in_kib(tmp_path):
    plant(tmp_path, 10, 1)
    assert (proc.resident_kib(10, tmp_path), proc.peak_kib(10, tmp_path)) == (800, 900)


def test_the_machine_is_busy_with_all_but_idle_waiting_and_stolen_time():
    machine = proc.parse_machine("cpu  10 20 30 400 50 6 7 80 999 999\ncpu0 1 2 3\n")
    assert machine.busy_s == pytest.approx((10 + 20 + 30 + 6 + 7) * proc.TICK_S)
    assert machine.stolen_s == pytest.approx(80 * proc.TICK_S)
    assert machine.all_s == pytest.approx((73 + 450 + 80) * proc.TICK_S)


def test_what_this_process_burns_is_on_the_meter_and_not_with_the_others():
    meter = Meter({"self": os.getpid()}, os.getppid())
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    taken = meter.cost()
    assert taken.cpu_s["self"] == pytest.approx(0.2, abs=2 * proc.TICK_S)
    assert taken.peak_kib["self"] > 1000
    assert 0.0 <= taken.others <= 1.0


def test_pgbench_is_read_and_failed_transactions_are_not_overlooked():
    assert select_bench.parse(PGBENCH.format(count=123, failed=0)) == (123, 15123.456789)
    for report_text in (PGBENCH.format(count=123, failed=3), PGBENCH.format(count=0, failed=0),
                        "tps = 5 (including connections establishing)"):
        with pytest.raises(ValueError):
            select_bench.parse(report_text)


def test_copy_data_holds_whole_messages():
    assert libpq.copy_data(b"a\tb\n", 2) == b"d\0\0\0\x08a\tb\n" * 2
    assert libpq.query_message("x") == b"Q\0\0\0\x06x\0"


def test_the_tables_show_medians_ratios_and_costs_per_unit():
    def rounds(tps, cpu):
        return [select_bench.Round(1000, speed, cost(cpu)) for speed in tps]
    results = {("simple", 8): {
        "direct": rounds([100, 200, 300], {"postgres": 0.05}),
        "pgbouncers": rounds([50, 100, 150], {"pgbouncer-near": 0.02, "postgres": 0.06}),
        "portreeve": rounds([30, 80, 90], {"gateway": 0.04, "agent": 0.03, "postgres": 0.06})}}
    lines = report.select_tables(results).splitlines()
    speeds = next(line for line in lines if line.startswith("simple x8"))
    assert speeds.split() == ["simple", "x8", "200", "100", "80", "0.50", "[0.50-0.50]", "0.30",
                              "[0.30-0.40]", "0.60", "[0.60-0.80]"]
    costs = next(line for line in lines if "portreeve" in line and line.startswith("simple x8"))
    assert costs.split()[2:] == ["portreeve", "40.00", "30.00", "-", "60.00"]


def test_a_lane_that_was_left_out_shows_as_missing():
    taken = [bulk_bench.Round(report.GIB, 2.0, cost({"postgres": 1.5}))]
    lines = report.bulk_tables({"select": {"direct": taken}}, {}).splitlines()
    assert ["select", "512", "-", "-", "-", "-", "-"] in [line.split() for line in lines]


def test_masks_are_compared_with_the_same_statement_unmasked():
    selects = {("simple", 8): {
        "plain": [select_bench.Round(1, tps, cost({})) for tps in (100, 200)],
        "redact": [select_bench.Round(1, tps, cost({})) for tps in (90, 190)]}}
    # The masked result is a fifth as long; that alone makes it neither slower nor faster.
    streams = {"copy out": {
        "plain": [masks_bench.Round(2000, 50 * report.MIB, 1.0, cost({"gateway": 0.1}))] * 2,
        "hash": [masks_bench.Round(2000, 10 * report.MIB, seconds, cost({"gateway": 0.2}))
                 for seconds in (2.0, 1.0)]}}
    lines = [line.split() for line in report.masks_tables(selects, streams).splitlines()]
    assert ["simple", "x8", "redact", "150", "140", "0.93", "[0.90-0.95]"] in lines
    assert ["copy", "out", "hash", "50", "38", "0.75", "[0.50-1.00]"] in lines
    assert ["copy", "out", "hash", "100.00"] in lines
    assert len(report.costs_of(streams)) == 4


@pytest.mark.parametrize("others, warned", [(0.01, False), (0.30, True)])
def test_a_busy_machine_is_warned_of(others, warned):
    sentence = report.load_sentence([cost({}, others)])
    assert sentence.startswith("WARNING") == warned


@pytest.mark.parametrize("autogroup, nice, warned", [
    ("/autogroup-268 nice 0\n", 0, False), ("", 0, False),
    ("/autogroup-268 nice -20\n", 0, True), ("/autogroup-268 nice 0\n", 5, True)])
def test_another_priority_is_warned_of(autogroup, nice, warned):
    assert report.priority_sentence(autogroup, nice).startswith("WARNING") == warned


def test_values_for_json_are_plain():
    taken = select_bench.Round(1, 2.0, cost({"agent": 0.5}))
    value = report.plain({"select": {("simple", 8): {"direct": [taken]}}})
    assert value["select"]["simple x8"]["direct"][0]["cost"]["cpu_s"] == {"agent": 0.5}


def test_unknown_lanes_and_parts_are_refused():
    loader = importlib.machinery.SourceFileLoader("bench_run", str(HERE / "run"))
    spec = importlib.util.spec_from_loader("bench_run", loader)
    run = importlib.util.module_from_spec(spec)
    sys.modules["bench_run"] = run
    loader.exec_module(run)
    options = run.parse_arguments(["--quick", "--only", "bulk", "--lanes", "direct"])
    assert (options.parts, options.lanes, options.mib) == (["bulk"], ["direct"], 256)
    assert run.parse_arguments(["--only", "masks", "--rows", "7"]).rows == 7
    for wrong in (["--lanes", "odyssey"], ["--only", "all"], ["--clients", "3"]):
        with pytest.raises(SystemExit):
            run.parse_arguments(wrong)
