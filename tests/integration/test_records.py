"""The journal: every statement before it is forwarded, its outcome after, and nothing secret."""

import time

import psycopg
import pytest

from testbed import wait_until
from wire import (COPY_DONE, SYNC, bind, close, copy_data, describe, execute, function_call, kinds,
                  parse, query, signed_in, token_of)

BED = {"postgres_settings": ("log_statement=all",)}


def of_session(bed, address):
    """Statements and outcomes of the session that came from this address."""
    records = bed.records()
    session = [each["session_opened"]["session"] for each in records
               if each.get("session_opened", {}).get("client_address") == address][0]
    statements = [each["statement"] for each in records
                  if each.get("statement", {}).get("session") == session]
    outcomes = {each["statement_outcome"]["statement"]: each["statement_outcome"]
                for each in records if each.get("statement_outcome", {}).get("session") == session}
    closed = [each["session_closed"] for each in records
              if each.get("session_closed", {}).get("session") == session]
    return statements, outcomes, closed


def recorded(bed, *conversation, grant="everything", group="dba"):
    """Holds the conversation; returns its statements, each with its outcome."""
    with signed_in(bed, grant, token=token_of(bed, group)) as client:
        address = "{}:{}".format(*client.socket.getsockname())
        for part in conversation:
            client.ask(part)
        client.send(b"X\0\0\0\4")
        assert client.is_closed()
    wait_until(lambda: of_session(bed, address)[2], 5, "the end of the session to be on record")
    statements, outcomes, _ = of_session(bed, address)
    assert [int(each["statement"]) for each in statements] == list(range(1, len(statements) + 1))
    return [(each, outcomes[each["statement"]]) for each in statements]


def test_a_query_and_its_outcome(bed):
    [(statement, outcome)] = recorded(bed, query("SELECT name FROM customers WHERE id < 4"))
    assert statement["kind"] == "QUERY"
    assert statement["sql"] == "SELECT name FROM customers WHERE id < 4"
    assert statement["classes"] == [{"name": "read", "sub_class": "select"}]
    assert (statement["decision"], statement["rule"]) == ("ALLOW", "grants/everything/rules/1")
    assert (outcome["ending"], outcome["tags"], outcome["rows"]) == ("COMPLETED", ["SELECT 3"], "3")
    assert int(outcome["bytes_to_client"]) == 3 * (2 + 4 + len("name 1"))
    assert int(outcome["duration_us"]) > 0


def test_a_statement_is_on_record_with_the_time_it_took(bed):
    quick, slow = recorded(bed, query("SELECT 1"), query("SELECT pg_sleep(0.4)"))
    assert 400_000 <= int(slow[1]["duration_us"]) < 5_000_000
    assert int(quick[1]["duration_us"]) < 400_000


def test_several_statements_in_one_query_have_one_record_and_all_tags(bed):
    [(statement, outcome)] = recorded(bed, query("SELECT 1; CREATE TEMP TABLE x (a int); TABLE x"))
    assert [each["sub_class"] for each in statement["classes"]] == ["select", "ddl", "select"]
    assert outcome["tags"] == ["SELECT 1", "CREATE TABLE", "SELECT 0"]


def test_the_extended_protocol_records_what_is_prepared_and_each_execution(bed):
    records = recorded(
        bed, parse("SELECT $1::text", "s") + SYNC,
        bind([b"one"], "s", "p") + describe("P", "p") + execute("p") + bind([b"two"], "s")
        + execute() + SYNC, close("S", "s") + SYNC)
    assert [each["kind"] for each, _ in records] == ["PARSE", "EXECUTE", "EXECUTE"]
    assert records[0][0]["statement_name"] == "s"
    assert records[1][0]["portal_name"] == "p"
    assert all(each["sql"] == "SELECT $1::text" for each, _ in records)
    assert [each["ending"] for _, each in records] == ["COMPLETED"] * 3
    assert [each.get("tags") for _, each in records][1:] == [["SELECT 1"]] * 2


def test_errors_refusals_and_what_was_skipped(bed):
    records = recorded(
        bed, query("SELECT 1/0"), query("DROP TABLE customers"),
        parse("SELECT 1/(id - 1) FROM customers") + bind() + execute()
        + parse("SELECT 2") + bind() + execute() + SYNC,
        grant="analyst-read", group="data-eu")
    endings = [(statement["decision"], outcome["ending"], outcome.get("sqlstate"))
               for statement, outcome in records]
    assert endings == [("ALLOW", "ERROR", "22012"), ("REFUSE", "ERROR", "42501"),
                       ("ALLOW", "COMPLETED", None), ("ALLOW", "ERROR", "22012"),
                       ("ALLOW", "SKIPPED", None), ("ALLOW", "SKIPPED", None)]


def test_copies_and_function_calls(bed):
    [(_, copied_out), (_, copied_in), (call, _)] = recorded(
        bed, query("COPY (SELECT 12345) TO STDOUT"),
        query("COPY customers (id, name) FROM STDIN") + copy_data(b"x\n") + COPY_DONE,
        function_call(1598))
    assert copied_out["tags"] == ["COPY 1"] and copied_out["bytes_to_client"] == "6"
    assert copied_in["ending"] == "ERROR"
    assert (call["kind"], call["function_oid"]) == ("FUNCTION_CALL", 1598)


def test_sql_that_runs_what_was_prepared_is_recorded_as_itself(bed):
    records = recorded(bed, query("PREPARE p AS SELECT 1"), query("EXECUTE p"))
    assert [each["sql"] for each, _ in records] == ["PREPARE p AS SELECT 1", "EXECUTE p"]
    assert records[1][0]["classes"] == [{"name": "misc", "sub_class": "execute"}]


def test_text_that_is_not_utf8_is_kept_as_it_came(bed):
    [(statement, outcome)] = recorded(bed, query(b"SELECT '\xff\xfe'"))
    assert "sql_not_utf8" in statement and "sql" not in statement
    assert outcome["ending"] == "ERROR"


def test_the_record_is_in_the_file_before_the_server_has_the_statement(bed):
    journal = bed.state / "journal"
    with signed_in(bed) as client:
        for number in range(30):
            marker = f"before-{number}-{time.monotonic_ns()}"
            # The server's answer proves that it has the statement; the file is read right then.
            client.send(query(f"DO $$ BEGIN RAISE NOTICE '{marker}'; PERFORM pg_sleep(0.05); "
                              "END $$"))
            while client.receive().type != "N":
                pass
            content = b"".join(path.read_bytes() for path in journal.glob("*.seg"))
            assert marker.encode() in content
            assert kinds(client.answers()) == "CZI"


def test_sessions_and_sign_ins_are_on_record(bed):
    with psycopg.connect(bed.dsn(application_name="my app")) as connection:
        connection.execute("SELECT 1")
    assert bed.psql("SELECT 1", token="wrong").returncode == 2
    records = bed.records()
    opened = [each["session_opened"] for each in records if "session_opened" in each][-1]
    assert opened["application_name"] == "my app"
    assert opened["server_pid"] > 0 and opened["agent"].startswith("agent-")
    closed = [each["session_closed"] for each in records
              if each.get("session_closed", {}).get("session") == opened["session"]][0]
    assert closed["reason"] == "the client terminated" and int(closed["statements"]) >= 1
    sign_ins = [each["sign_in"].get("ok", False) for each in records if "sign_in" in each]
    assert sign_ins[-2:] == [True, False]


@pytest.mark.parametrize("durability", ["strict", "relaxed"])
def test_nothing_secret_is_in_a_log_or_in_the_journal(make_bed, durability):
    own = make_bed(durability=durability, gateway_settings="log: { level: debug }")
    token = own.token()
    bound, copied = "bound-value-of-mine", "copied-value-of-mine"
    with signed_in(own, token=token) as client:
        client.ask(parse("SELECT $1::text") + bind([bound.encode()]) + execute() + SYNC)
        client.ask(query("CREATE TEMP TABLE t (a text)"))
        client.ask(query("COPY t FROM STDIN") + copy_data(copied.encode() + b"\n") + COPY_DONE)
        client.ask(function_call(1772, bound.encode(), b"9"))
        own.psql("SELECT 1", token=token[:-4] + "AAAA")
        cancel_secret = client.secret
    operator = (own.state / "operator.token").read_text().strip()
    joined = (own.folder / "join.token").read_text().strip()
    secrets = [token, token.rpartition(".")[2], own.postgres.password, operator, joined, bound,
               copied]
    files = [*own.folder.glob("*.log"), *(own.state / "journal").iterdir()]
    assert len(files) > 4
    for path in files:
        content = path.read_bytes()
        assert cancel_secret not in content or len(cancel_secret) < 8
        for secret in secrets:
            assert secret.encode() not in content, (path.name, secret[:12])
    # The client hears none of the server's secrets either, not even when the login fails.
    (own.folder / "server.password").write_text("another-password")


def test_private_files_are_private(bed):
    for path in (bed.state, *bed.state.rglob("*"), bed.folder / "agent",
                 *(bed.folder / "agent").rglob("*")):
        if path.suffix != ".crt":
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_password_in_a_statement_is_in_no_record(bed):
    with signed_in(bed) as client:
        client.ask(query("CREATE ROLE kept PASSWORD 'hush-1'"))
        client.ask(query("SELECT 1; ALTER ROLE kept PASSWORD 'hush-2'"))
        client.ask(query("ALTER ROLE kept PASSWORD 'hush-3' NONSENSE"))
        client.ask(parse("ALTER ROLE kept PASSWORD 'hush-4'") + bind() + execute() + SYNC)
        client.ask(query("DROP ROLE kept"))
    kept = [each["statement"].get("sql", "") for each in bed.records() if "statement" in each]
    assert sum("ROLE kept" in sql for sql in kept) >= 6
    assert not [sql for sql in kept if "hush" in sql]
