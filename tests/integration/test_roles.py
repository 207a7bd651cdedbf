"""A session runs under the role of its grant, and nothing that the client says can change that."""

import pytest

from testbed import POLICY
from wire import (SYNC, bind, errors, execute, function_call, kinds, parse, query, rows, signed_in,
                  token_of)

# Under a grant that refuses only what changes roles, the server is asked nothing that the
# gateway would not have refused elsewhere.
BED = {"policy": POLICY + """\
  - name: almost-any
    who: [analysts]
    on: { connections: ["demo"] }
    as: { role: app_readonly }
    rules:
      - { class: role, action: refuse }
      - { class: any, action: allow }
"""}

WHO = query("SELECT current_user, session_user")
RUNS_AS = [["app_readonly", "postgres"]]


@pytest.fixture
def client(bed):
    with signed_in(bed, "almost-any", token=token_of(bed, "data-eu")) as connected:
        assert rows(connected.ask(WHO)) == RUNS_AS
        yield connected


@pytest.mark.parametrize("statement", [
    "SET ROLE postgres", "SET ROLE NONE", "RESET ROLE", "SET LOCAL ROLE postgres",
    "SET SESSION AUTHORIZATION DEFAULT", "SET SESSION AUTHORIZATION postgres",
    "RESET SESSION AUTHORIZATION", "SET role = 'postgres'", "SET role TO DEFAULT",
    'SET "ROLE" = postgres', 'SET "role" = none', "SELECT set_config('role', 'postgres', false)",
    "SELECT pg_catalog.set_config('ROLE', 'none', false)",
    "UPDATE pg_settings SET setting = 'postgres' WHERE name = 'role'",
    "BEGIN; SET LOCAL ROLE postgres", "/**/ set /**/ role /**/ none"])
def test_a_statement_that_would_change_the_role_is_refused(client, statement):
    for message in (query(statement), parse(statement) + bind() + execute() + SYNC):
        messages = client.ask(message)
        assert errors(messages)[0]["C"] in ("42501", "42601")
        client.ask(query("ROLLBACK"))
        assert rows(client.ask(WHO)) == RUNS_AS


@pytest.mark.parametrize("statement", [
    "RESET ALL", "DISCARD ALL", "DISCARD PLANS", "BEGIN; ROLLBACK", "SET search_path = pg_catalog"])
def test_a_statement_that_resets_the_session_keeps_the_role(client, statement):
    assert "E" not in kinds(client.ask(query(statement)))
    assert rows(client.ask(WHO)) == RUNS_AS
    # The server's own walls stand as well.
    refused = errors(client.ask(query("DELETE FROM public.customers")))
    assert refused[0]["M"] == "permission denied for table customers"


@pytest.mark.parametrize("statement", [
    "SELECT set_config('ro' || 'le', 'postgres', false)",
    "DO $$ BEGIN SET ROLE postgres; END $$",
    "DO $$ BEGIN EXECUTE 'RESET ROLE'; END $$",
    "DO $$ BEGIN EXECUTE 'SET SESSION AUTHORIZATION DEFAULT'; END $$"])
def test_what_hides_the_change_from_the_parser_is_refused_where_only_reads_are_allowed(
        bed, statement):
    with signed_in(bed, "analyst-read", token=token_of(bed, "data-eu")) as strict:
        assert errors(strict.ask(query(statement)))[0]["C"] == "42501"
        assert rows(strict.ask(WHO)) == RUNS_AS


def test_set_role_by_a_function_call_message_is_refused(bed, client):
    set_config = int(bed.postgres.sql("SELECT 'set_config(text,text,bool)'::regprocedure::oid"))
    messages = client.ask(function_call(set_config, b"role", b"postgres", b"\0"))
    assert errors(messages)[0]["C"] == "42501"
    assert rows(client.ask(WHO)) == RUNS_AS


def test_without_a_role_in_the_grant_the_login_is_used(bed):
    with signed_in(bed) as client:
        assert rows(client.ask(WHO)) == [["postgres", "postgres"]]


def test_a_role_that_the_server_does_not_have_lets_nobody_in(make_bed, guard):
    guard.expect("a server refused the login")
    policy = POLICY.replace("as: { role: app_rw }", "as: { role: not_there }")
    own = make_bed(policy=policy)
    heard = own.psql("SELECT 1", user="write", token=own.token(groups=["sre"]))
    assert heard.returncode == 2
    assert 'role "not_there" does not exist' in heard.stderr
