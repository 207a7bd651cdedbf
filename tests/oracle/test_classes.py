"""The server as the judge of classes: whatever was given a transaction id has changed something,
and the gateway must not have called it a read.

The statements are those of sample.sql, and of PostgreSQL's own regression suite where
tests/conformance/prepare has set it down. What functions do is not known from a text; that is the
catalog's to say.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys

import pytest
from psycopg import pq

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support"), str(HERE.parent / "conformance")]
from postgres_server import Postgres  # noqa: E402
from processes import ROOT  # noqa: E402
from statements import cut  # noqa: E402
from suites import PREPARED  # noqa: E402

PROGRAM = ROOT / "build" / "asan" / "tests" / "sql_facts"
SUITE = PREPARED / "regress" / "sql"
# They end the session, wait, or need what the suite's runner prepares.
LEFT_OUT = ("tablespace", "stats", "largeobject")
UNKNOWN_AT_MOST = 0.01
# They compute nothing but the transaction's id, and give it one for that; the suite has a view that
# calls one.
GIVE_AN_ID = {"txid_current", "pg_current_xact_id"}
VIEW_OF_THEM = "select * from my_locks"


def facts_of(statements):
    done = subprocess.run([PROGRAM], input=b"".join(each.encode() + b"\0" for each in statements),
                          stdout=subprocess.PIPE, check=True)
    lines = done.stdout.decode().splitlines()
    assert len(lines) == len(statements)
    return [json.loads(line) for line in lines]


class Judge:
    """One session of a superuser."""

    def __init__(self, server):
        info = f"host=localhost port={server.port} user=postgres password={server.password}"
        self.connection = pq.PGconn.connect(info.encode() + b" dbname=postgres")
        assert self.connection.status == pq.ConnStatus.OK, self.connection.error_message
        self.run("SET statement_timeout = '1s'")
        # Functions that only compute, by name: of every other one the text does not say what it
        # does.
        self.harmless = {row for row in self.column(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace "
            "GROUP BY 1 HAVING bool_and(provolatile <> 'v')")} - GIVE_AN_ID

    def run(self, sql):
        result = self.connection.exec_(sql.encode())
        while result.status in (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT):
            if result.status == pq.ExecStatus.COPY_IN:
                self.connection.put_copy_end(b"no data")
            else:
                while self.connection.get_copy_data(0)[0] > 0:
                    pass
            result = self.connection.get_result() or result
            while (further := self.connection.get_result()) is not None:
                result = further
        return result

    def column(self, sql):
        result = self.run(sql)
        return [result.get_value(row, 0).decode() for row in range(result.ntuples)]

    def has_changed(self):
        return self.run("SELECT pg_current_xact_id_if_assigned()").get_value(0, 0) is not None

    def judge(self, statement):
        """Runs it. Whether it changed something, None if nobody can say, and its SQLSTATE."""
        if self.connection.transaction_status == pq.TransactionStatus.IDLE:
            self.run("BEGIN")
            result = self.run(statement)
            inside = self.connection.transaction_status == pq.TransactionStatus.INTRANS
            changed = self.has_changed() if inside else None
            self.run("COMMIT")
            if not inside:
                result = self.run(statement)
        elif self.connection.transaction_status == pq.TransactionStatus.INTRANS:
            before = self.has_changed()
            result = self.run(statement)
            inside = self.connection.transaction_status == pq.TransactionStatus.INTRANS
            changed = self.has_changed() if inside and not before else None
        else:
            result, changed = self.run(statement), None
        state = result.error_field(pq.DiagnosticField.SQLSTATE)
        return changed, (state or b"").decode()


def is_excused(facts, judge):
    """Row locks are told apart; what functions do is the catalog's to say."""
    return facts["locks"] or any(name not in judge.harmless for name in facts["functions"])


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


@pytest.fixture
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    for each in (folder, *folder.parents[:3]):
        if each.stat().st_uid == os.geteuid() and each != pathlib.Path("/tmp"):
            each.chmod(0o755)
    running = Postgres(folder, settings=("max_prepared_transactions=10", "fsync=off"))
    yield running
    running.stop("immediate")


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
