"""The watch over programs sees what must fail a test."""

from log_guard import LogGuard
from processes import Program


def ended(folder, script, name="program"):
    program = Program(name, ["/bin/sh", "-c", script], folder)
    program.process.wait()
    return program


def test_a_program_that_ends_well_has_no_faults(tmp_path):
    assert ended(tmp_path, "echo time=now level=ERROR msg=x; exit 1").faults() == []


def test_a_sanitizers_report_is_a_fault_whatever_the_exit_code(tmp_path):
    lines = ("==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x1",
             "==7==ERROR: LeakSanitizer: detected memory leaks",
             "WARNING: ThreadSanitizer: data race (pid=7)",
             "x.cc:1:2: runtime error: signed integer overflow")
    for i, line in enumerate(lines):
        assert ended(tmp_path, f"echo '{line}'", f"p{i}").faults() == [f"p{i}: {line}"]


def test_an_end_by_a_signal_is_a_fault_unless_the_test_sent_it(tmp_path):
    assert ended(tmp_path, "kill -ABRT $$").faults() == ["program ended by SIGABRT"]
    program = Program("other", ["/bin/sleep", "60"], tmp_path)
    program.kill()
    assert program.faults() == []


def test_no_test_can_expect_a_sanitizers_report(tmp_path):
    class Bed:
        folder = tmp_path

    guard = LogGuard([""])
    guard.watch(Bed)
    ended(tmp_path, "echo level=WARN; echo WARNING: ThreadSanitizer: data race")
    assert guard.surprises() == ["program: WARNING: ThreadSanitizer: data race"]
