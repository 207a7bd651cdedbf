"""What `portreeve policy` says of a statement is what a gateway does with it."""

import json
import pathlib
import sys

import pytest

from world import portreeve

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))

import own_catalog  # noqa: E402
import testbed  # noqa: E402

POLICY = """\
version: 1
groups:
  staff: { claim: groups, any_of: [staff] }
approvals:
  peer: { by: [staff], quorum: 1 }
guardrails:
  - { name: unreadable, class: [do_block, unknown], action: refuse, message: "not analysed" }
  - { name: no-where, class: [update, delete], where: absent, action: hold, approval: peer }
  - { name: no-escape, functions: [pg_read_file, "dblink*"], action: refuse }
  - { name: no-pay, columns: ["hr.*.pay"], action: refuse, message: "ask the people team" }
  - { name: no-passwords, columns: ["pg_catalog.*.rolpassword"], action: refuse }
grants:
  - name: reading
    who: [staff]
    on: { connections: [demo] }
    rules:
      - { class: read, tables: ["closed.*"], action: refuse }
      - { class: read, action: allow }
      - { class: function, functions: ["public.total(integer)"], action: allow }
  - name: writing
    who: [staff]
    on: { connections: [demo] }
    rules:
      - { class: [read, write], tables: ["public.*"], action: allow }
      - { name: lists, class: write, tables: ["hr.*"], action: hold, approval: peer }
      - { class: ddl, action: refuse, message: "use the migrations grant" }
"""
SCHEMA = """\
CREATE SCHEMA hr;
CREATE SCHEMA closed;
CREATE TABLE public.orders (id int, total numeric);
CREATE TABLE hr.people (id int, pay numeric);
CREATE TABLE closed.plans (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE public.plans_2026 PARTITION OF closed.plans
  FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE VIEW public.paid AS SELECT id, pay FROM hr.people;
CREATE VIEW public.known AS SELECT id FROM hr.people;
CREATE VIEW public.counted AS SELECT count(*) AS n FROM closed.plans;
CREATE FUNCTION public.total(integer) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.other(integer) RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
# The same, by hand.
CATALOG = """\
tables:
  public.orders: [id, total]
  hr.people: [id, pay]
  closed.plans: [id, day]
  public.plans_2026: { columns: [id, day], partition_of: closed.plans }
views:
  public.paid: { columns: [id, pay], as: "SELECT id, pay FROM hr.people" }
  public.known: { columns: [id], as: "SELECT id FROM hr.people" }
  public.counted: { columns: [n], as: "SELECT count(*) AS n FROM closed.plans" }
functions: ["public.total(integer)", "public.other(integer)"]
"""
TEXTS = (
    "SELECT 1",
    "SELECT lower('X'), count(*) FROM orders",
    "SELECT pg_catalog.now(), current_user, random()",
    "SELECT id FROM hr.people",
    "SELECT pay FROM hr.people",
    "SELECT * FROM hr.people",
    "SELECT p FROM hr.people p",
    "TABLE counted",
    "SELECT id FROM paid",
    "SELECT count(*) FROM paid",
    "SELECT id FROM known",
    "TABLE plans_2026",
    "TABLE closed.plans",
    "TABLE no_such_table",
    "SELECT total(1)",
    "SELECT other(1)",
    "SELECT no_such_function(1)",
    "SELECT pg_read_file('x')",
    "SELECT pg_sleep(0)",
    "SELECT rolname FROM pg_roles LIMIT 1",
    "TABLE pg_authid",
    "SELECT usename FROM pg_shadow LIMIT 1",
    "SELECT usename FROM pg_stat_activity LIMIT 1",
    "SELECT table_name FROM information_schema.tables LIMIT 1",
    "INSERT INTO orders VALUES (1, 2)",
    "INSERT INTO orders SELECT id, pay FROM hr.people",
    "UPDATE orders SET total = 0",
    "UPDATE orders SET total = 0 WHERE id = 1",
    "DELETE FROM orders WHERE true",
    "DELETE FROM hr.people WHERE id = 1",
    "WITH gone AS (DELETE FROM orders WHERE id = 1 RETURNING *) SELECT * FROM gone",
    "SELECT * FROM orders FOR UPDATE",
    "TRUNCATE orders",
    "CREATE TABLE made (id int)",
    "DO $$ BEGIN END $$",
    "SELEC 1",
    "BEGIN; SELECT 1; COMMIT",
    "SET search_path = hr; SELECT * FROM people",
    "SHOW work_mem",
    "SET ROLE postgres",
    "EXPLAIN SELECT pay FROM hr.people",
    "EXPLAIN ANALYZE DELETE FROM orders WHERE id = 1",
    "COPY orders TO PROGRAM 'cat'",
    "LOCK TABLE orders",
    "LISTEN news",
)


@pytest.fixture(name="bed", scope="module")
def _bed():
    with testbed.Testbed(policy=POLICY, schema=SCHEMA) as bed:
        (bed.folder / "catalog.yaml").write_text(CATALOG)
        yield bed


@pytest.mark.parametrize("grant", ("reading", "writing"))
def test_an_explanation_and_a_gateway_say_the_same(bed, grant):
    token = bed.token("ana", ("staff",))
    different = []
    for text in TEXTS:
        asked = portreeve("policy", "explain", bed.folder / "policy.yaml", "--as",
                          "sub=ana,groups=staff", "--connection", "demo", "--grant", grant,
                          "--catalog", bed.folder / "catalog.yaml", "--json", "--sql", text)
        assert asked.returncode == 0, asked.stderr
        decision = json.loads(asked.stdout)["decision"]
        heard = decision.get("heard", {"sqlstate": "", "message": "", "detail": ""})
        done = bed.psql("\\set VERBOSITY verbose", text, user=grant, token=token)
        if decision["action"] == "allow":
            same = "portreeve" not in done.stderr and "Rule " not in done.stderr
        else:
            same = f"ERROR:  {heard['sqlstate']}: {heard['message']}" in done.stderr \
                and f"DETAIL:  {heard['detail']}" in done.stderr
        if not same:
            different.append((text, decision, done.stdout, done.stderr))
    assert different == []


def test_a_question_and_a_gateway_say_the_same(bed):
    token = bed.token("ana", ("staff",))
    questions = {
        ("read", "public.orders"): "SELECT id FROM orders",
        ("read", "public.counted"): "SELECT n FROM counted",
        ("insert", "public.orders"): "INSERT INTO orders (id) VALUES (1)",
        ("update", "public.orders"): "UPDATE orders SET id = 1 WHERE id = 1",
        ("delete", "hr.people"): "DELETE FROM hr.people WHERE id = 1",
        ("truncate", "public.orders"): "TRUNCATE orders",
        ("ddl", "public.orders"): "ALTER TABLE orders ADD COLUMN note text",
        ("call", "public.total(integer)"): "SELECT total(1)",
        ("call", "public.other(integer)"): "SELECT other(1)",
    }
    for grant in ("reading", "writing"):
        for question, text in questions.items():
            asked = portreeve("can", bed.folder / "policy.yaml", "--as", "sub=ana,groups=staff",
                              "--connection", "demo", "--grant", grant, "--catalog",
                              bed.folder / "catalog.yaml", *question)
            stopped = "Rule " in bed.psql(text, user=grant, token=token).stderr
            assert stopped == (asked.returncode != 0), (grant, question, asked.stdout)


def lasting(text):
    """Without what minor releases have added for pg_upgrade."""
    return [line for line in text.splitlines() if "\tbinary_upgrade_" not in line]


def test_the_catalog_of_the_server_itself_is_the_one_that_rehearsals_know(bed):
    kept = (ROOT / "gateway/rehearsal/own_catalog.txt").read_text()
    assert lasting(own_catalog.text(bed.postgres.dsn("template1"))) == lasting(kept), \
        "run tests/support/own_catalog.py DSN > gateway/rehearsal/own_catalog.txt"
