"""A server that says of statements what they do, beside what the gateway says of them."""

import json
import subprocess

from psycopg import pq

from processes import ROOT

PROGRAM = ROOT / "build" / "asan" / "tests" / "sql_facts"
# They compute nothing but the transaction's id, and give it one for that.
GIVE_AN_ID = {"txid_current", "pg_current_xact_id"}


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
