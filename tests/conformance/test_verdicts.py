"""That the conformance stage can fail: what counts as passed, and what does not."""

import pytest

from verdicts import Outcome, differing_results, expected_failures, journal_gaps, judge, outcome

LOG = """\
(using postmaster on 127.0.0.1, port 5432)
============== running regression test queries        ==============
test test_setup                   ... ok          156 ms
parallel group (4 tests):  boolean char name random
     boolean                      ... FAILED      434 ms
     char                         ... ok          223 ms
     name                         ... FAILED (test process exited with exit code 2)       10 ms
     random                       ... failed (ignored)      862 ms
"""


def test_only_what_the_log_calls_good_has_passed():
    assert outcome(["test_setup", "boolean", "char", "name"], LOG) == Outcome(
        ("test_setup", "char"), ("boolean", "name"))


def test_a_test_of_which_the_log_says_nothing_has_failed():
    assert outcome(["char", "varchar"], LOG) == Outcome(("char",), ("varchar",))


def test_a_test_of_chance_may_go_wrong_but_must_be_run():
    assert outcome(["random"], LOG).passed == ("random",)
    not_run = LOG.replace("(ignored)", "(ignored) (test process exited with exit code 2)")
    assert outcome(["random"], not_run).failed == ("random",)


def test_an_expected_failure_that_passes_is_not_as_expected():
    found = Outcome(("char", "name"), ("boolean", "random"))
    assert judge(found, {"boolean", "name"}) == Outcome(("char", "boolean"), ("name", "random"))


def test_an_expected_failure_belongs_to_its_suite_and_has_a_reason():
    text = "# a remark\n\nregression/stats  # why\nisolation/stats  # why not\n"
    assert expected_failures(text, "regression") == {"stats"}
    with pytest.raises(ValueError, match="without a reason"):
        expected_failures("regression/stats\n", "regression")


JOURNAL = [{"session_opened": {"session": "s-1"}},
           {"statement": {"session": "s-1", "statement": "1"}},
           {"statement_outcome": {"session": "s-1", "statement": "1"}},
           {"session_closed": {"session": "s-1"}}]


def test_a_journal_is_whole_if_all_that_began_has_ended():
    assert not journal_gaps(JOURNAL)
    assert journal_gaps(JOURNAL[:2] + JOURNAL[3:]) == ["without an end: s-1 1"]
    assert journal_gaps(JOURNAL[:3]) == ["without an end: s-1"]


def test_a_journal_with_a_record_too_many_is_not_whole():
    assert journal_gaps(JOURNAL + JOURNAL[1:2]) == ["statement twice: s-1 1"]
    assert journal_gaps(JOURNAL[:1] + JOURNAL[2:]) == ["without a beginning: s-1 1"]
    assert len(journal_gaps([*JOURNAL, {"records_lost": {"outcomes": "1"}}])) == 1


def test_results_are_the_same_or_named(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, last in ((one, b"a"), (other, b"a ")):
        folder.mkdir()
        (folder / "char.out").write_bytes(b"same")
        (folder / "name.out").write_bytes(last)
    (one / "text.out").write_bytes(b"")
    assert differing_results(one, other) == ["name.out", "text.out"]
    assert not differing_results(one, one)
    assert differing_results(one, other, {"name"}) == ["text.out"]
    assert differing_results(one, one, {"name"}) == ["name.out"]
    assert differing_results(tmp_path, tmp_path)
