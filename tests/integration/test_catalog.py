"""What a rule is about is a relation, a column or a function of the database, however a statement
names it."""

import psycopg
import pytest

from testbed import POLICY, SCHEMA

BED = {
    "policy": POLICY + """\
  - name: no-salaries
    who: [analysts]
    on: { connections: ["demo"] }
    rules:
      - { class: any, tables: ["hr.*"], action: refuse, message: "ask people-data" }
      - { class: any, columns: ["public.customers.email"], action: refuse, message: "no addresses" }
      - { class: [read, write, ddl, misc], action: allow }
""",
    "schema": SCHEMA + """\
CREATE SCHEMA hr;
CREATE SCHEMA tricks;
CREATE SCHEMA "Odd Name";
CREATE TABLE hr.salaries (id int PRIMARY KEY, amount int) PARTITION BY RANGE (id);
CREATE TABLE public.salaries_low PARTITION OF hr.salaries FOR VALUES FROM (0) TO (1000);
CREATE TABLE public.salaries (id int, amount int);
CREATE TABLE public.staff (id int, boss int);
CREATE TABLE tricks.customers (id int, email text);
CREATE VIEW public.harmless_view AS SELECT id FROM public.staff;
CREATE VIEW public.pay AS SELECT s.id, s.amount FROM hr.salaries s;
CREATE VIEW "Odd Name"."The View" AS SELECT * FROM public.pay;
CREATE VIEW public.contacts AS SELECT id, lower(email) AS contact FROM public.customers;
CREATE VIEW public.contacts_of AS SELECT contact AS "of" FROM public.contacts;
CREATE VIEW public.names AS SELECT id, name FROM public.customers;
CREATE VIEW public.reachable AS SELECT id FROM public.customers WHERE email > 'd';
CREATE MATERIALIZED VIEW public.kept AS SELECT email AS k FROM public.customers;
CREATE TABLE public.guests (id int, mail text);
CREATE VIEW public.everybody AS
  SELECT id, mail FROM public.guests UNION ALL SELECT id, email FROM public.customers;
CREATE FUNCTION tricks.lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION public.of_row(public.staff) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.same(int, int) RETURNS bool LANGUAGE sql AS 'SELECT $1 = $2';
CREATE OPERATOR tricks.= (FUNCTION = public.same, LEFTARG = int, RIGHTARG = int);
CREATE DOMAIN public.small AS int CHECK (public.same(VALUE, 1));
""",
}


@pytest.fixture
def client(bed):
    token = bed.token(groups=("data-eu",))
    with psycopg.connect(bed.dsn("no-salaries", token=token), autocommit=True) as connected:
        yield connected


def refusal(client, *statements):
    for statement in statements[:-1]:
        client.execute(statement)
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        client.execute(statements[-1])
    return refused.value.diag.message_primary


@pytest.mark.parametrize("statements", [
    ["SELECT * FROM hr.salaries"],
    ['SELECT * FROM "hr"."salaries"'],
    ["SET search_path = hr", "SELECT * FROM salaries"],
    ["SET search_path = public, hr; SELECT 1", "SET search_path = hr; SELECT * FROM salaries"],
    ["SELECT * FROM pay"],
    ['SELECT * FROM "Odd Name"."The View"'],
    ['SET search_path = "Odd Name"', 'TABLE "The View"'],
    ["SELECT * FROM salaries_low"],
    ["INSERT INTO salaries_low VALUES (1, 2)"],
    ["WITH s AS (SELECT * FROM hr.salaries) SELECT * FROM s"],
    ["SELECT 1 WHERE EXISTS (SELECT FROM hr.salaries)"],
    ["CREATE TEMP VIEW v AS SELECT * FROM hr.salaries"],
    ["CREATE TABLE copied AS TABLE hr.salaries"],
    ["EXPLAIN SELECT * FROM pay"],
    ["COPY hr.salaries TO STDOUT"],
    ["DECLARE c CURSOR WITH HOLD FOR SELECT * FROM pay"],
    ["PREPARE s AS SELECT * FROM pay"],
    ["SELECT * FROM hr.not_there"],
    ["SELECT * FROM not_there"],
], ids=lambda statements: statements[-1])
def test_a_refused_schema_is_refused_by_every_name(client, statements):
    assert "ask people-data" in refusal(client, *statements)


@pytest.mark.parametrize("statement", [
    "SELECT * FROM salaries", "SELECT * FROM public.salaries AS hr", "TABLE harmless_view",
    "WITH hr AS (SELECT 1 AS salaries) SELECT hr.salaries FROM hr",
    "SELECT id, name FROM customers WHERE lower(name) = 'name 1'",
    "SELECT count(*) FROM customers", "SELECT relname FROM pg_class LIMIT 1",
    "SELECT table_name FROM information_schema.tables LIMIT 1",
    "SELECT c.id FROM customers c JOIN staff s ON s.id = c.id ORDER BY c.name",
    "SELECT extract(year FROM now()), current_date, 'x' || 1, ARRAY[1] @> ARRAY[1]"])
def test_a_look_alike_is_allowed(client, statement):
    client.execute(statement)


@pytest.mark.parametrize("statement", [
    "SELECT email FROM customers", "SELECT * FROM customers", "SELECT customers FROM customers",
    "SELECT c.email FROM customers c", "SELECT id FROM customers WHERE email = 'x'",
    "SELECT id FROM customers ORDER BY email", "UPDATE customers SET email = 'x' WHERE id = 1",
    "SELECT (SELECT email) FROM customers", "SELECT x FROM customers AS c(x, y, z)",
    "SELECT to_json(c) FROM customers c",
    "UPDATE customers SET name = 'x' WHERE id = 1 RETURNING email"])
def test_a_refused_column_is_refused_in_every_use(client, statement):
    assert "no addresses" in refusal(client, statement)


@pytest.mark.parametrize("statement", [
    "SELECT contact FROM contacts", "SELECT * FROM contacts_of", 'SELECT "of" FROM contacts_of',
    "SELECT mail FROM everybody", "SELECT k FROM kept", "SELECT count(*) FROM reachable",
    "SELECT to_json(c) FROM contacts c", "COPY (TABLE contacts) TO STDOUT",
    "REFRESH MATERIALIZED VIEW kept", "CREATE VIEW more AS SELECT contact FROM contacts",
    "WITH w AS (SELECT * FROM contacts_of) SELECT 1 FROM w", "EXPLAIN SELECT * FROM contacts",
    "UPDATE names SET name = 'x' WHERE id = 1"])
def test_a_refused_column_is_refused_behind_a_view_of_another_name(client, statement):
    assert "no addresses" in refusal(client, statement)


def test_a_view_without_the_refused_column_is_not_refused(client):
    assert client.execute("SELECT name FROM names WHERE id = 1").fetchone() == ("name 1",)
    assert client.execute("SELECT count(*) FROM contacts").fetchone() == (1000,)
    client.execute("SELECT mail FROM guests")


@pytest.mark.parametrize("statements", [
    ["SELECT public.same(1, 1)"],
    ["SELECT same(1, 1)"],
    ["SELECT s.of_row FROM staff s"],
    ["SELECT (s).of_row FROM staff s"],
    ["SELECT (SELECT s FROM staff s LIMIT 1).of_row"],
    ["SELECT ('PG_VERSION'::text).pg_read_file"],
    ["SELECT f.pg_read_file FROM unnest(ARRAY['PG_VERSION']) f"],
    ["SET search_path = tricks, pg_catalog", "SELECT lower('A')"],
    ["SET search_path = tricks, public", "SELECT 1 = 1"],
    ["SELECT 1 OPERATOR(tricks.=) 1"],
    ["SELECT 1::small"],
    ["SELECT pg_sleep(0)"],
    ["SELECT not_there()"],
], ids=lambda statements: statements[-1])
def test_a_call_of_a_user_s_function_needs_a_rule_for_functions(client, statements):
    refusal(client, *statements)


def test_what_the_session_makes_is_known_to_it_at_once(client):
    client.execute("CREATE TEMP TABLE scratch (id int)")
    client.execute("INSERT INTO scratch VALUES (1)")
    client.execute("CREATE TABLE public.fresh (id int)")
    assert client.execute("SELECT count(*) FROM fresh").fetchone() == (0,)
    client.execute("CREATE VIEW public.fresh_view AS SELECT id FROM public.fresh")
    client.execute("SELECT * FROM fresh_view")
    client.execute("DROP VIEW fresh_view")
    client.execute("DROP TABLE fresh")


def test_what_the_session_makes_in_a_transaction_is_known_to_it(client):
    with client.transaction():
        client.execute("CREATE TABLE public.inside (id int)")
        client.execute("INSERT INTO inside VALUES (1)")
        client.execute("DROP TABLE inside")


def test_a_temporary_table_hides_nothing_from_the_rules(client):
    client.execute("SET search_path = hr")
    client.execute("BEGIN")
    client.execute("CREATE TEMP TABLE salaries (id int)")
    client.execute("ROLLBACK")
    assert "ask people-data" in refusal(client, "SELECT * FROM salaries")


def test_each_reading_is_on_record_before_it_asks(bed, client):
    client.execute("SELECT 1")
    readings = [record["catalog_read"] for record in bed.records() if "catalog_read" in record]
    assert readings[0]["connection"] == "demo"
    assert "ended" not in readings[0]
    ended = [reading for reading in readings if reading.get("ended")]
    assert ended and all(reading["version"] and not reading.get("error") for reading in ended)
    assert int(ended[0]["relations"]) > 300


@pytest.mark.expects_log("a server refused the login")
def test_a_database_that_is_not_there_is_refused_at_the_start(bed):
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(bed.dsn("no-salaries", database="demo/nowhere",
                                token=bed.token(groups=("data-eu",))))
