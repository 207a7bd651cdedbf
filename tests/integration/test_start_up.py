"""What is settled before the first statement: parameters, protocol versions, keys, the database."""

import struct

import psycopg
import pytest

from wire import (V30, V32, Client, errors, kinds, query, rows, signed_in, startup, token_of)


def said(messages, kind):
    return [each for each in messages if each.type == kind]


def statuses(messages):
    return dict(each.body.split(b"\0")[:2] for each in said(messages, "S"))


def login(bed, version=V30, grant="everything", group="dba", **parameters):
    client = Client(("localhost", bed.port))
    return client, client.login(grant, "demo", token_of(bed, group), version, **parameters)


def test_the_server_reports_its_parameters_as_it_does_directly(bed):
    client, messages = login(bed)
    with client, Client(bed.postgres.folder / f".s.PGSQL.{bed.postgres.port}") as straight:
        expected = straight.login("postgres", "postgres", bed.postgres.password)
        assert statuses(messages) == statuses(expected)
        assert len(statuses(messages)) > 10


def test_the_process_id_is_the_servers_own_and_the_secret_is_not(bed):
    with signed_in(bed) as client:
        pid = rows(client.ask(query("SELECT pg_backend_pid()")))
        assert pid == [[str(client.process_id)]]
        assert len(client.secret) == 4
        # The server would take its own key at once; ours must mean nothing to it.
        client.send(query("SELECT pg_sleep(0.5), 'done'"))
        with Client(("127.0.0.1", bed.postgres.port)) as forger:
            forger.send(struct.pack("!III", 16, 80877102, client.process_id) + client.secret)
            assert forger.is_closed()
        assert rows(client.answers()) == [["", "done"]]


PARAMETERS = {"DateStyle": "SQL, DMY", "TimeZone": "Asia/Tokyo", "application_name": "a b'c",
              "search_path": "pg_catalog", "extra_float_digits": "3", "IntervalStyle": "iso_8601"}


def test_start_up_parameters_reach_the_server(bed):
    with signed_in(bed, **PARAMETERS) as client:
        for name, value in PARAMETERS.items():
            assert rows(client.ask(query(f"SHOW {name}"))) == [[value]]
        # RESET goes back to what was asked for at the start, as it does on a direct connection.
        client.ask(query("SET TimeZone = 'UTC'"))
        assert rows(client.ask(query("RESET TimeZone; SHOW TimeZone"))) == [["Asia/Tokyo"]]


def test_start_up_options_reach_the_server(bed):
    options = r"-c work_mem=7MB --statement-timeout=61s -c application_name=a\ b"
    with signed_in(bed, options=options) as client:
        for name, value in {"work_mem": "7MB", "statement_timeout": "61s",
                            "application_name": "a b"}.items():
            assert rows(client.ask(query(f"SHOW {name}"))) == [[value]]


REFUSED = [
    ("replication", {"replication": "database"}), ("replication", {"replication": "true"}),
    ("role", {"role": "postgres"}), ("session_authorization", {"session_authorization": "dora"}),
    ("local_preload_libraries", {"local_preload_libraries": "x"}),
    ("client_encoding", {"client_encoding": "SJIS"}),
    ("standard_conforming_strings", {"standard_conforming_strings": "off"}),
    ("role", {"options": "-c role=x"}), ("role", {"options": "-crole=x"}),
    ("role", {"options": "--role=x"}), ("ROLE", {"options": "-c ROLE=x"}),
    (" role", {"options": r"-c\ role=x"}),
    ("session_authorization", {"options": "-c session-authorization=x"}),
    ("options", {"options": "-d 5"}), ("options", {"options": "-c role"}),
    ("zero_damaged_pages", {"options": "-c zero_damaged_pages=on"})]


@pytest.mark.parametrize("name, parameters", REFUSED)
def test_a_parameter_that_is_not_on_the_list_is_refused_by_name(bed, name, parameters):
    messages = login(bed, grant="analyst-read", group="data-eu", **parameters)[1]
    assert kinds(messages) == "RE"
    refusal = errors(messages)[0]
    assert (refusal["S"], refusal["C"]) == ("FATAL", "42501")
    assert f'start-up parameter "{name}" is not allowed' in refusal["M"]


def test_a_value_that_the_server_refuses_is_told_in_its_words(bed, guard):
    guard.expect("a server refused the login")
    messages = login(bed, TimeZone="Nowhere/Land")[1]
    assert errors(messages)[0]["C"] == "22023"
    assert 'invalid value for parameter "TimeZone": "Nowhere/Land"' in errors(messages)[0]["M"]


def test_protocol_3_2_gives_a_long_cancel_key(bed):
    client, messages = login(bed, version=V32)
    with client:
        assert not said(messages, "v")
        assert len(client.secret) == 32
        assert rows(client.ask(query("SELECT 1"))) == [["1"]]


def test_a_newer_protocol_and_unknown_options_are_talked_down(bed):
    parameters = {"_pq_.one": "1", "_pq_.two": "2", "application_name": "newer"}
    client, messages = login(bed, version=0x3270F, **parameters)
    with client:
        offered = said(messages, "v")
        assert [each.body for each in offered] == [
            struct.pack("!II", V32, 2) + b"_pq_.one\0_pq_.two\0"]
        assert messages[0].type == "v"
        assert rows(client.ask(query("SHOW application_name"))) == [["newer"]]


@pytest.mark.parametrize("version", [0x20000, 0x40000, 0], ids=hex)
def test_another_major_version_of_the_protocol_is_refused(bed, version):
    with Client(("localhost", bed.port)) as client:
        client.send(startup("everything", "demo", version))
        messages = client.rest()
        assert kinds(messages) == "E"
        assert errors(messages)[0]["C"] == "08P01"


def test_the_database_may_be_another_of_the_same_server(bed):
    bed.postgres.sql("CREATE DATABASE other")
    with signed_in(bed, database="demo/other") as client:
        assert rows(client.ask(query("SELECT current_database()"))) == [["other"]]
    bed.postgres.sql("DROP DATABASE other")


def test_a_database_that_is_not_there_is_told_in_the_servers_words(bed, guard):
    guard.expect("a server refused the login")
    with pytest.raises(psycopg.OperationalError, match='database "nowhere" does not exist'):
        psycopg.connect(bed.dsn(database="demo/nowhere", token=token_of(bed)))


def test_a_client_that_names_its_own_limits_gets_them(bed):
    with signed_in(bed, statement_timeout="50") as client:
        assert errors(client.ask(query("SELECT pg_sleep(30)")))[0]["C"] == "57014"


def test_the_greeting_has_its_parts_in_the_order_of_the_server(bed):
    client, messages = login(bed)
    with client:
        assert kinds(messages).replace("S", "") == "RRKZI"
