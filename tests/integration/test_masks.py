"""Columns that the policy masks leave masked, by every way in which a result can leave, or the
statement is refused; what is not masked leaves as it is."""

import psycopg
import pytest

from testbed import POLICY, SCHEMA
from wire import (SYNC, bind, describe, errors, execute, function_call, kinds, parse, rows,
                  signed_in)

EMAIL = "c7@example.com"

BED = {
    "policy": POLICY.replace("grants:\n", """\
masks:
  - { name: email, columns: ["*.customers.email"], with: partial_email, unmask: [managers] }
  - { name: ssn, columns: ["hr.people.ssn", "hr.badges.ssn"], with: { keep_last: 4 } }
  - { name: pay, columns: ["hr.people.pay"], with: null_value, use: aggregatable, min_group: 3 }
  - { name: phone, columns: ["hr.people.phone"], with: hash, use: searchable }
  - { name: code, columns: ["hr.badges.code"], with: redact, use: searchable, searches: 10 }
  - { name: born, columns: ["hr.people.born"], with: { date_trunc: year } }
grants:
""", 1).replace("  owners: ", '  managers: { claim: groups, any_of: ["boss"] }\n  owners: ', 1),
    "schema": SCHEMA + """\
CREATE SCHEMA hr;
CREATE TABLE hr.people (id int PRIMARY KEY, team int, ssn text, pay int, phone text, born date);
INSERT INTO hr.people SELECT i, i % 5, '123-45-' || (1000 + i), 5000 + i, '+49 30 ' || i,
  date '1980-05-17' + i FROM generate_series(1, 20) i;
CREATE VIEW hr.contacts AS SELECT id, ssn AS number, upper(phone) AS phone FROM hr.people;
CREATE FUNCTION hr.leak(int) RETURNS text LANGUAGE sql AS 'SELECT ssn FROM hr.people WHERE id = $1';
CREATE DOMAIN hr.short AS varchar(20);
CREATE DOMAIN hr.badge AS hr.short;
CREATE TABLE hr.badges (id int, twice int GENERATED ALWAYS AS (id * 2) STORED, ssn hr.badge,
  code text);
INSERT INTO hr.badges (id, ssn, code) VALUES (7, '123-45-1007', '4711');
CREATE TABLE public.plain (id int PRIMARY KEY, note text);
INSERT INTO public.plain VALUES (1, 'a note');
ANALYZE;
""",
}


@pytest.fixture
def client(bed):
    token = bed.token(groups=("dba",))
    with psycopg.connect(bed.dsn("everything", token=token), autocommit=True) as connected:
        yield connected


@pytest.fixture
def raw(bed):
    with signed_in(bed) as connected:
        yield connected


def one(client, sql):
    return client.execute(sql).fetchone()


@pytest.mark.parametrize("sql", [
    "SELECT email FROM customers WHERE id = 7",
    "SELECT c.email FROM public.customers c WHERE c.id = 7",
    "SELECT email AS id FROM customers WHERE id = 7",
    "SELECT x FROM (SELECT email FROM customers WHERE id = 7) s(x)",
    "WITH c AS (SELECT * FROM customers) SELECT email FROM c WHERE id = 7",
    "SELECT email FROM customers WHERE id = 7 UNION ALL SELECT 'x' WHERE false",
    "SELECT (SELECT email FROM customers WHERE id = 7)",
    "UPDATE customers SET name = name WHERE id = 7 RETURNING email",
])
def test_a_masked_column_leaves_masked_whatever_it_is_called(client, sql):
    assert one(client, sql)[0] == "c***@example.com"


def test_what_is_not_masked_leaves_as_it_is(client):
    assert one(client, "SELECT id, name FROM customers WHERE id = 7") == (7, "name 7")
    assert one(client, "SELECT * FROM customers WHERE id = 7")[:2] == (7, "name 7")
    assert one(client, "SELECT count(*), max(name) FROM customers") == (1000, "name 999")


def test_who_is_in_an_unmasking_group_sees_the_values(bed):
    token = bed.token(groups=("dba", "boss"))
    with psycopg.connect(bed.dsn("everything", token=token), autocommit=True) as client:
        assert one(client, "SELECT email FROM customers WHERE id = 7")[0] == EMAIL
        assert one(client, "SELECT upper(email) FROM customers WHERE id = 7")[0] == EMAIL.upper()
        assert one(client, "SELECT ssn FROM hr.people WHERE id = 7")[0] == "*******1007"


def test_a_column_of_a_view_is_masked_by_what_it_is_made_of(client):
    assert one(client, "SELECT number FROM hr.contacts WHERE id = 7")[0] == "*******1007"
    assert one(client, "SELECT phone FROM hr.contacts WHERE id = 7")[0] != "+49 30 7"


def test_results_in_binary_format_are_masked(client):
    with client.cursor(binary=True) as cursor:
        cursor.execute("SELECT id, ssn, pay, born FROM hr.people WHERE id = 7")
        identity, ssn, pay, born = cursor.fetchone()
    assert (identity, ssn, pay) == (7, "*******1007", None)
    assert str(born) == "1980-01-01"


def test_a_prepared_statement_is_masked_each_time_it_runs(client):
    for _ in range(8):
        row = client.execute("SELECT ssn FROM hr.people WHERE id = %s", (7,), prepare=True)
        assert row.fetchone()[0] == "*******1007"


def test_rows_are_masked_when_nobody_asked_for_their_description(raw):
    answers = raw.ask(parse("SELECT ssn FROM hr.people WHERE id = 7", "s") + bind(statement="s") +
                      execute() + SYNC)
    assert kinds(answers) == "12DNCZI"
    assert rows(answers) == [["*******1007"]]
    again = raw.ask(bind(statement="s") + execute(rows=1) + execute() + SYNC)
    assert rows(again) == [["*******1007"]]
    binary = raw.ask(bind(statement="s", binary_results=True) + describe() + execute() + SYNC)
    assert rows(binary) == [["*******1007"]]


@pytest.mark.parametrize("options", ["", "(FORMAT csv)", "(FORMAT csv, HEADER, DELIMITER ';')",
                                     "(FORMAT binary)"])
@pytest.mark.parametrize("what", ["hr.people", "(SELECT * FROM hr.people)",
                                  "hr.people (ssn, phone)"])
def test_a_copy_is_masked(client, what, options):
    with client.cursor().copy(f"COPY {what} TO STDOUT {options}") as copy:
        data = b"".join(bytes(part) for part in copy)
    assert b"*******1007" in data
    assert b"123-45" not in data and b"+49" not in data


@pytest.mark.parametrize("what, line", [
    ("hr.badges", b"7\t*******1007\t[redacted]\n"),
    ("hr.badges (ssn, id)", b"*******1007\t7\n"),
    ("(SELECT * FROM hr.badges)", b"7\t14\t*******1007\t[redacted]\n"),
])
def test_a_copy_knows_domains_and_leaves_out_what_the_server_does(client, what, line):
    with client.cursor().copy(f"COPY {what} TO STDOUT") as copy:
        assert b"".join(bytes(part) for part in copy) == line


def test_a_value_cannot_be_tried_out(bed):
    token = bed.token(subject="guesser", groups=("dba",))
    guess = "SELECT count(*) FROM hr.badges WHERE code = %s"
    with psycopg.connect(bed.dsn("everything", token=token), autocommit=True) as client:
        assert one(client, "SELECT id FROM hr.badges WHERE code IN ('4711', '4712')") == (7,)
        client.execute("PREPARE guess(text) AS SELECT count(*) FROM hr.badges WHERE code = $1")
        assert one(client, "EXECUTE guess('4711')") == (1,)
        for number in range(6):
            assert client.execute(guess, (str(number),), prepare=True).fetchone() == (0,)
    # Another session goes on where this one ended.
    with psycopg.connect(bed.dsn("everything", token=token), autocommit=True) as client:
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded, match="10 values have been"):
            client.execute(guess, ("4711",))
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
            client.execute("SELECT id FROM hr.badges WHERE code = '4711'")
        assert one(client, "SELECT id FROM hr.badges") == (7,)
    assert "masks/code" in {record["statement"].get("rule") for record in bed.records()
                            if "statement" in record}


def test_cursors_and_sql_prepared_statements_are_masked(client):
    with client.transaction():
        client.execute("DECLARE c CURSOR FOR SELECT ssn FROM hr.people ORDER BY id")
        assert one(client, "FETCH 1 FROM c")[0] == "*******1001"
        assert one(client, "FETCH NEXT FROM c")[0] == "*******1002"
    client.execute("PREPARE p(int) AS SELECT ssn FROM hr.people WHERE id = $1")
    assert one(client, "EXECUTE p(7)")[0] == "*******1007"


@pytest.mark.parametrize("sql, column", [
    ("SELECT upper(ssn) FROM hr.people", "hr.people.ssn"),
    ("SELECT ssn::varchar FROM hr.people", "hr.people.ssn"),
    ("SELECT id FROM hr.people WHERE ssn LIKE '123%'", "hr.people.ssn"),
    ("SELECT id FROM hr.people WHERE ssn = '123-45-1007'", "hr.people.ssn"),
    ("SELECT id FROM hr.people ORDER BY ssn", "hr.people.ssn"),
    ("SELECT count(*) FROM hr.people GROUP BY ssn", "hr.people.ssn"),
    ("SELECT p FROM hr.people p", "hr.people"),
    ("SELECT row_to_json(p) FROM hr.people p", "hr.people"),
    ("SELECT array_agg(ssn) FROM hr.people", "hr.people.ssn"),
    ("SELECT id FROM hr.people JOIN plain p ON p.note = ssn", "hr.people.ssn"),
    ("CREATE TABLE copied AS SELECT ssn FROM hr.people", "hr.people.ssn"),
    ("SELECT ssn INTO copied FROM hr.people", "hr.people.ssn"),
    ("INSERT INTO plain SELECT id + 100, ssn FROM hr.people", "hr.people.ssn"),
    ("UPDATE plain SET note = ssn FROM hr.people", "hr.people.ssn"),
    ("CREATE TEMP VIEW v AS SELECT ssn FROM hr.people", "hr.people.ssn"),
    ("EXPLAIN SELECT id FROM hr.people WHERE ssn > '5'", "hr.people.ssn"),
    ("SELECT count(ssn) FROM hr.people", "hr.people.ssn"),
])
def test_another_use_of_a_sealed_column_is_refused_by_its_name(client, sql, column):
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        client.execute(sql)
    assert column in refused.value.diag.message_primary


def test_a_searchable_column_can_be_compared_with_a_value(client):
    assert one(client, "SELECT id FROM hr.people WHERE phone = '+49 30 7'")[0] == 7
    assert one(client, "SELECT count(phone) FROM hr.people WHERE phone IS NOT NULL")[0] == 20
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        client.execute("SELECT id FROM hr.people WHERE phone LIKE '+49%'")


def test_an_aggregatable_column_needs_groups_of_some_size(client):
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        client.execute("SELECT team, avg(pay) FROM hr.people GROUP BY team")
    assert "HAVING count(pay) >= 3" in refused.value.diag.message_hint
    found = client.execute("SELECT team, sum(pay) FROM hr.people GROUP BY team "
                           "HAVING count(pay) >= 3 ORDER BY team").fetchall()
    assert len(found) == 5 and found[0][1] == 20050


@pytest.mark.parametrize("sql", [
    "SELECT hr.leak(7)",
    "DO $$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM hr.people WHERE id = 7); END $$",
    "SELECT query_to_xml('SELECT ssn FROM hr.people', true, true, '')",
    "ALTER TABLE hr.people RENAME COLUMN ssn TO plain",
    "COPY hr.people TO '/tmp/people'",
])
def test_what_cannot_be_followed_is_refused(client, sql):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        client.execute(sql)


def test_what_is_run_by_name_cannot_store_what_is_masked(client):
    client.execute("PREPARE p AS SELECT ssn FROM hr.people")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        client.execute("CREATE TEMP TABLE t AS EXECUTE p")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        client.execute("PREPARE q AS SELECT ssn FROM hr.people; CREATE TEMP TABLE t AS EXECUTE q")


def test_names_that_were_not_seen_to_be_made_are_refused(client):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        client.execute("EXECUTE nothing")


def test_a_function_call_message_is_refused_while_columns_are_masked(raw):
    answers = raw.ask(function_call(1598))
    assert errors(answers)[0]["C"] == "42501"


def test_errors_of_a_statement_that_touches_masked_columns_say_no_values(client):
    with pytest.raises(psycopg.errors.UniqueViolation) as failed:
        client.execute("INSERT INTO hr.people (id, ssn) VALUES (7, '999-99-9999')")
    assert failed.value.diag.message_detail is None
    assert failed.value.diag.constraint_name == "people_pkey"
    with pytest.raises(psycopg.errors.UniqueViolation) as plain:
        client.execute("INSERT INTO plain VALUES (1, 'x')")
    assert plain.value.diag.message_detail == "Key (id)=(1) already exists."


def test_samples_in_the_statistics_are_masked(client):
    found = client.execute("SELECT most_common_vals, histogram_bounds, n_distinct FROM pg_stats "
                           "WHERE tablename = 'people' AND attname = 'ssn'").fetchone()
    assert found[:2] == (None, None) and found[2] == -1


def test_the_payload_of_a_notification_is_taken_out(client):
    heard = []
    client.add_notify_handler(lambda note: heard.append((note.channel, note.payload)))
    client.execute("LISTEN news")
    client.execute("NOTIFY news, 'a whole row'")
    client.execute("SELECT 1")
    assert heard == [("news", "")]


def test_the_client_hears_once_what_is_masked_and_the_record_says_how_much(bed, client):
    heard = []
    client.add_notice_handler(lambda notice: heard.append(notice.message_primary))
    for _ in range(3):
        client.execute("SELECT id, ssn, born FROM hr.people WHERE id < 4")
    assert heard == ["masked: hr.people.ssn, hr.people.born"]
    outcomes = [record for record in bed.records() if "hr.people.born" in str(record)]
    assert outcomes and "123-45" not in str(outcomes)


def test_a_relation_that_the_session_made_itself_is_its_own(client):
    client.execute("CREATE TEMP TABLE mine (id int, note text)")
    client.execute("INSERT INTO mine VALUES (1, 'x')")
    assert one(client, "SELECT note, upper(note) FROM mine") == ("x", "X")
    client.execute("INSERT INTO mine SELECT id, name FROM customers WHERE id = 3")
    assert one(client, "SELECT note FROM mine WHERE id = 3")[0] == "name 3"
