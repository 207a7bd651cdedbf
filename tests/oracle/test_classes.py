"""The server as the judge of classes: whatever was given a transaction id has changed something,
and the gateway must not have called it a read.

The statements are those of sample.sql, and of PostgreSQL's own regression suite where
tests/conformance/prepare has set it down. What functions do is not known from a text; that is the
catalog's to say.
"""

import collections
import pathlib

from psycopg import pq

from judge import Judge, facts_of, is_excused
from statements import cut
from suites import PREPARED

HERE = pathlib.Path(__file__).resolve().parent
SUITE = PREPARED / "regress" / "sql"
# They end the session, wait, or need what the suite's runner prepares.
LEFT_OUT = ("tablespace", "stats", "largeobject")
UNKNOWN_AT_MOST = 0.01
# The suite has a view that gives an id and does nothing else.
VIEW_OF_THEM = "select * from my_locks"


def judged(server, scripts):
    counts, wrong, reasons = collections.Counter(), [], collections.Counter()
    for script in scripts:
        # What one script sets or leaves open is not the next one's.
        judge = Judge(server)
        statements = cut(script.read_text(errors="replace"))
        for statement, facts in zip(statements, facts_of(statements)):
            changed, sqlstate = judge.judge(statement)
            if judge.connection.status != pq.ConnStatus.OK:
                judge = Judge(server)
                continue
            if sqlstate == "42601":
                counts["do not parse on the server"] += 1
                continue
            counts["parse"] += 1
            unknown = facts["refused"] or "".join(each["reason"] for each in facts["statements"])
            if unknown:
                counts["unknown"] += 1
                reasons[unknown[:80]] += 1
            if not changed or sqlstate:
                continue
            counts["change something"] += 1
            for each in facts["statements"]:
                if each["class"] == "read" and is_excused(each, judge):
                    counts["read, but for what a function or a lock does"] += 1
                elif each["class"] == "read" and not statement.startswith(VIEW_OF_THEM):
                    wrong.append(f"{script.name}: {statement[:200]}")
        judge.connection.finish()
    print(dict(counts), *reasons.most_common(20), sep="\n")
    return counts, wrong


def test_nothing_that_changes_something_is_a_read(server):
    counts, wrong = judged(server, [HERE / "sample.sql"])
    assert wrong == []
    assert counts["change something"] >= 30
    assert counts["unknown"] == 0


if SUITE.is_dir():
    def test_nothing_in_the_regression_suite_that_changes_something_is_a_read(server):
        scripts = sorted(SUITE.glob("*.sql"))
        counts, wrong = judged(server, [each for each in scripts if each.stem not in LEFT_OUT])
        assert wrong == []
        assert counts["change something"] >= 5000
        assert counts["unknown"] <= UNKNOWN_AT_MOST * counts["parse"]
