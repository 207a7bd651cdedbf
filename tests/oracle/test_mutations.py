"""The server as the judge of statements that nobody wrote: made from those of sample.sql, always
the same ones. PORTREEVE_ORACLE_SEED and PORTREEVE_ORACLE_ROUNDS ask for others and for more.
"""

import collections
import os
import pathlib
import random

from psycopg import pq

from judge import Judge, facts_of, is_excused
from mutations import Mutator, written_otherwise
from statements import cut

HERE = pathlib.Path(__file__).resolve().parent
SEED = int(os.environ.get("PORTREEVE_ORACLE_SEED", "1"))
ROUNDS = int(os.environ.get("PORTREEVE_ORACLE_ROUNDS", "4000"))
SAMPLE = cut((HERE / "sample.sql").read_text())
# They must not be run on their own account: what they do outlives the transaction.
ENDING = {"begin", "commit", "rollback", "abort", "end", "start", "savepoint", "release"}


def _prepared(server):
    """A session in a database where the sample has been run."""
    judge = Judge(server)
    for statement in SAMPLE:
        judge.run(statement)
    # The first one of a session makes a schema, whatever becomes of it.
    judge.run("CREATE TEMP TABLE first ()")
    return judge


def changed_by(judge, statement):
    """Whether it changes something; None if it fails, or if nobody can say."""
    judge.run("BEGIN")
    result = judge.run(statement)
    inside = judge.connection.transaction_status == pq.TransactionStatus.INTRANS
    changed = judge.has_changed() if inside and not result.error_message else None
    judge.run("ROLLBACK")
    return changed


def test_no_statement_made_from_others_changes_something_and_is_a_read(server):
    mutator = Mutator(SAMPLE, SEED)
    statements = [made for made in (mutator.next() for _ in range(ROUNDS))
                  if not ENDING & set(made.lower().replace(";", " ").split())]
    judge, counts, wrong = _prepared(server), collections.Counter(), []
    for statement, facts in zip(statements, facts_of(statements)):
        changed = changed_by(judge, statement)
        if judge.connection.status != pq.ConnStatus.OK:
            judge = _prepared(server)
            continue
        counts[f"changed: {changed}"] += 1
        if not changed or facts["refused"]:
            continue
        if all(each["class"] == "read" and not is_excused(each, judge)
               for each in facts["statements"]):
            wrong.append(statement)
    print(dict(counts))
    assert wrong == []
    assert counts["changed: True"] >= ROUNDS // 20


def test_a_statement_written_in_another_way_has_the_same_facts(server):
    rng = random.Random(SEED)
    twins = [written_otherwise(each, rng) for each in SAMPLE]
    for statement, twin, facts, others in zip(SAMPLE, twins, facts_of(SAMPLE), facts_of(twins)):
        assert others == facts, (statement, twin)
