"""pgbench: fills its tables and runs in each of its query modes."""

import re

import pytest

from ways import TLS, through

BED = TLS

CLIENTS, TRANSACTIONS = 4, 25

PIPELINE = r"""
\set aid random(1, 100000)
\set delta random(-5000, 5000)
\startpipeline
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = 1;
UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = 1;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime)
  VALUES (1, 1, :aid, :delta, now());
END;
\endpipeline
"""

SUMS = "SELECT (SELECT count(*) FROM pgbench_history), sum(abalance)," \
       " (SELECT sum(tbalance) FROM pgbench_tellers)," \
       " (SELECT sum(bbalance) FROM pgbench_branches)," \
       " (SELECT sum(delta) FROM pgbench_history) FROM pgbench_accounts"


@pytest.fixture(name="bench")
def _bench(bed):
    def run(*arguments):
        done = through(bed).run("pgbench", *arguments)
        assert done.returncode == 0, done.stderr
        assert "error" not in done.stderr
        return done.stdout
    return run


@pytest.mark.parametrize("steps", ["dtgvp", "dtGvpf"])
def test_tables_are_filled(bed, bench, steps):
    bench("--initialize", "--quiet", f"--init-steps={steps}", "--partitions=2")
    assert bed.postgres.sql("SELECT count(*), count(DISTINCT aid) FROM pgbench_accounts") == \
        "100000|100000"


@pytest.mark.parametrize("mode", ["simple", "extended", "prepared"])
def test_a_run_loses_no_transaction(bed, bench, mode):
    bench("--initialize", "--quiet")
    said = bench("--protocol", mode, "-n", "-c", CLIENTS, "-j", 2, "-t", TRANSACTIONS)
    assert f"processed: {CLIENTS * TRANSACTIONS}/{CLIENTS * TRANSACTIONS}" in said
    assert re.search(r"failed transactions: 0 ", said)
    count, *sums = bed.postgres.sql(SUMS).split("|")
    assert int(count) == CLIENTS * TRANSACTIONS
    assert len(set(sums)) == 1 and sums[0] != "0"


@pytest.mark.parametrize("mode", ["extended", "prepared"])
def test_a_run_in_pipelines_loses_no_transaction(bed, bench, tmp_path, mode):
    bench("--initialize", "--quiet")
    script = tmp_path / "pipeline.sql"
    script.write_text(PIPELINE)
    said = bench("--protocol", mode, "-n", "-c", CLIENTS, "-j", 2, "-t", TRANSACTIONS, "-f", script)
    assert f"processed: {CLIENTS * TRANSACTIONS}/{CLIENTS * TRANSACTIONS}" in said
    count, *sums = bed.postgres.sql(SUMS).split("|")
    assert int(count) == CLIENTS * TRANSACTIONS
    assert len(set(sums)) == 1 and sums[0] != "0"


def test_a_new_connection_for_each_transaction(bench):
    bench("--initialize", "--quiet")
    said = bench("--connect", "--select-only", "-n", "-c", CLIENTS, "-t", 5)
    assert f"processed: {CLIENTS * 5}/{CLIENTS * 5}" in said
