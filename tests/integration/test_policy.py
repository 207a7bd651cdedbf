"""What a policy says beside classes and objects: approvals, places, names of rules, observing."""

import psycopg
import pytest

from wire import (SYNC, bind, errors, execute, function_call, kinds, parse, query, rows, signed_in,
                  token_of)

POLICY = """\
version: 1
groups:
  owners: { claim: groups, any_of: ["dba"] }
approvals:
  peer: { by: owners, expires: 30m }
  two:  { by: owners, quorum: 2 }
guardrails:
  - { name: no-where, class: [update, delete], where: absent, action: hold, approval: two }
  - { name: not-in-demo, class: truncate, databases: postgres, action: refuse }
grants:
  - name: holding
    who: [owners]
    on: { connections: demo }
    rules:
      - { class: [read, delete], action: allow }
      - { name: updates, class: update, action: hold, approval: peer, message: ask a peer }
      - { name: elsewhere, class: [ddl, truncate], databases: template1, action: allow }
  - name: other-only
    who: [owners]
    on: { databases: template1 }
    rules: [{ class: read, action: allow }]
"""

BED = {"policy": POLICY}

OBSERVED = POLICY + "defaults: { mode: observe }\n"


def opened(bed, grant="holding", database="demo"):
    return signed_in(bed, grant, database, token=token_of(bed))


def statements_of(bed, text):
    return [each["statement"] for each in bed.records()
            if each.get("statement", {}).get("sql") == text]


NO_APPROVALS = "approvals cannot be asked for yet: what rules hold is refused"


def test_a_policy_that_holds_is_warned_of_when_it_is_loaded(bed):
    assert NO_APPROVALS in bed.gateway.log()


def test_a_held_statement_is_answered_with_its_rule_and_does_nothing(bed):
    with opened(bed) as client:
        fields = errors(client.ask(query("UPDATE customers SET name = 'x' WHERE id = 1")))[0]
        assert (fields["S"], fields["C"]) == ("ERROR", "42501")
        assert fields["M"] == "this statement needs an approval: ask a peer"
        assert fields["D"].startswith(
            "Rule grants/holding/rules/updates, class write, approval peer. Decision ")
        assert fields["H"].startswith("Nothing was executed.")
        assert rows(client.ask(query("SELECT name FROM customers WHERE id = 1"))) == [["name 1"]]
    [statement] = statements_of(bed, "UPDATE customers SET name = 'x' WHERE id = 1")
    assert statement["decision"] == "HOLD" and not statement.get("observed")
    assert statement["rule"] == "grants/holding/rules/updates"


@pytest.mark.parametrize("statement, approval", [
    ("DELETE FROM customers", "two"),                                 # The guardrail.
    ("UPDATE customers SET name = 'x'", "two"),                       # Both: more must approve.
    ("SELECT 1; UPDATE customers SET name = 'x' WHERE id = 1", "peer"),
    ("SELECT * FROM customers FOR UPDATE", "peer"),                   # Who may update may lock.
    ("EXPLAIN ANALYZE UPDATE customers SET id = 1 WHERE id = 1", "peer"),
    ("WITH u AS (UPDATE customers SET id = 1 WHERE id = 1 RETURNING 1) TABLE u", "peer"),
])
def test_hold_stands_between_allow_and_refuse(bed, statement, approval):
    with opened(bed) as client:
        for conversation in (query(statement), parse(statement.split("; ")[-1]) + bind()
                             + execute() + SYNC):
            fields = errors(client.ask(conversation))[0]
            assert fields["C"] == "42501" and f"approval {approval}." in fields["D"]
        assert errors(client.ask(query(f"{statement}; DROP TABLE customers")))[0]["M"] == \
            "portreeve refused this statement: DDL, relation public.customers"


def test_a_rule_for_some_databases_gives_and_takes_there_only(bed):
    with opened(bed) as client:
        fields = errors(client.ask(query("TRUNCATE customers")))[0]
        assert "guardrails/not-in-demo" in fields["D"]
        assert "Rule defaults" in errors(client.ask(query("CREATE TABLE t (a int)")))[0]["D"]
    with opened(bed, database="demo/template1") as client:
        assert kinds(client.ask(query("CREATE TABLE t (a int)"))) == "CZI"
        assert kinds(client.ask(query("TRUNCATE t"))) == "CZI"
        assert kinds(client.ask(query("DROP TABLE t"))) == "CZI"


def test_a_grant_for_some_databases_covers_no_other(bed):
    with opened(bed, "other-only", "demo/template1") as client:
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"
    for database in ("demo", "demo/postgres", "demo/" + "o" * 64):
        with pytest.raises(psycopg.OperationalError) as refused:
            psycopg.connect(bed.dsn("other-only", database))
        assert "no grant covers" in str(refused.value) or "63 bytes" in str(refused.value)


@pytest.mark.expects_log(NO_APPROVALS)
def test_a_policy_that_observes_refuses_nothing_and_records_what_it_would_have(bed, reload):
    reload(OBSERVED)
    with opened(bed) as client:
        assert kinds(client.ask(query("CREATE TABLE seen (a int)"))) == "CZI"
        assert kinds(client.ask(query("UPDATE customers SET name = 'y' WHERE id = 2"))) == "CZI"
        assert kinds(client.ask(parse("TRUNCATE seen") + bind() + execute() + SYNC)) == "12CZI"
        # Its own error is the server's, and comes from there.
        assert errors(client.ask(query("SELEC 1")))[0]["C"] == "42601"
        assert kinds(client.ask(query("DO 'BEGIN END'"))) == "CZI"
        assert kinds(client.ask(function_call(1299) + SYNC, ready=2)) == "VZIZI"  # now()
        assert kinds(client.ask(query("SET ROLE app_readonly"))) == "CSZI"
        assert kinds(client.ask(query("RESET ROLE; DROP TABLE seen"))) == "CCSZI"
    would = {each.get("sql"): each for each in
             (each["statement"] for each in bed.records() if "statement" in each)}
    for sql, decision, rule in (
            ("CREATE TABLE seen (a int)", "REFUSE", "defaults"),
            ("UPDATE customers SET name = 'y' WHERE id = 2", "HOLD",
             "grants/holding/rules/updates"),
            ("SELEC 1", "REFUSE", "syntax"), ("DO 'BEGIN END'", "REFUSE", "defaults"),
            ("TRUNCATE seen", "REFUSE", "guardrails/not-in-demo")):
        assert (would[sql]["decision"], would[sql]["rule"]) == (decision, rule)
        assert would[sql]["observed"]


@pytest.mark.expects_log(NO_APPROVALS)
def test_what_a_session_did_while_nothing_was_refused_does_not_outlive_it(bed, reload):
    reload(OBSERVED)
    with opened(bed) as client:
        assert kinds(client.ask(query("SET ROLE app_rw"))) == "CSZI"
        reload(POLICY)
        fields = errors(client.rest())[-1]
        assert (fields["S"], fields["C"]) == ("FATAL", "57P01")
        assert fields["M"] == "terminating connection: the policy is enforced now"


@pytest.mark.expects_log(NO_APPROVALS)
def test_sessions_go_on_when_the_policy_begins_to_observe(bed, reload):
    with opened(bed) as client:
        assert errors(client.ask(query("DROP TABLE nothing")))[0]["C"] == "42501"
        reload(OBSERVED)
        assert errors(client.ask(query("DROP TABLE nothing")))[0]["C"] == "42P01"


@pytest.mark.expects_log(NO_APPROVALS)
def test_a_policy_that_observes_still_keeps_to_grants_and_to_the_protocol(bed, reload):
    reload(OBSERVED)
    for database in ("demo", "demo/postgres"):
        with pytest.raises(psycopg.OperationalError, match="no grant covers"):
            psycopg.connect(bed.dsn("other-only", database))
    with opened(bed) as client:
        assert errors(client.ask(query("SELECT '" + "x" * (2 << 20) + "'")))[0]["C"] == "54000"
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"
