"""Cancel requests: who holds the key may cancel, and nobody else; every attempt is on record."""

import threading
import time

import psycopg
import pytest

from wire import (SYNC, Client, bind, cancel_request, errors, execute, kinds, parse, query, rows,
                  signed_in, token_of, V32)


def cancel(bed, process_id, secret):
    """As libpq does: the server closes when it has dealt with the request, whatever came of it."""
    with Client(("localhost", bed.port)) as other:
        if bed.client_tls:
            other.ask_for_tls(bed.folder / "gw.crt")
        other.send(cancel_request(process_id, secret))
        assert other.is_closed()


def cancels(bed):
    return [each["cancel_requested"] for each in bed.records() if "cancel_requested" in each]


def test_ctrl_c_ends_the_statement_and_not_the_session(bed):
    with psycopg.connect(bed.dsn(token=token_of(bed)), autocommit=True) as connection:
        timer = threading.Timer(0.3, connection.cancel)
        timer.start()
        started = time.monotonic()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(60)")
        assert time.monotonic() - started < 10
        timer.join()
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_cancel_is_on_record_with_the_session_and_the_statements_end(bed):
    before = len(cancels(bed))
    with signed_in(bed) as client:
        client.send(query("SELECT pg_sleep(61)"))
        time.sleep(0.2)
        cancel(bed, client.process_id, client.secret)
        assert errors(client.answers())[0]["C"] == "57014"
    requested = cancels(bed)[before:]
    assert len(requested) == 1 and requested[0]["passed_on"]
    records = [each for each in bed.records()
               if each.get("statement", {}).get("sql") == "SELECT pg_sleep(61)"]
    session, number = (records[0]["statement"][key] for key in ("session", "statement"))
    assert requested[0]["session"] == session
    outcome = [each["statement_outcome"] for each in bed.records()
               if each.get("statement_outcome", {}).get("session") == session
               and each["statement_outcome"]["statement"] == number][0]
    assert (outcome["ending"], outcome["sqlstate"]) == ("CANCELLED", "57014")


@pytest.mark.parametrize("version", [None, V32])
def test_the_cancelled_statement_of_a_pipeline_fails_and_the_rest_of_it_is_skipped(bed, version):
    options = {"version": version} if version else {}
    with signed_in(bed, **options) as client:
        step = parse("SELECT pg_sleep(60)") + bind() + execute()
        client.send(step + step + SYNC)
        time.sleep(0.2)
        cancel(bed, client.process_id, client.secret)
        assert kinds(client.answers()) in ("12EZI",)
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"


def test_a_wrong_key_does_nothing_and_is_answered_the_same(bed):
    with signed_in(bed) as client, signed_in(bed) as other:
        before = len(cancels(bed))
        client.send(query("SELECT pg_sleep(1), 'done'"))
        wrong = bytes(byte ^ 1 for byte in client.secret)
        attempts = [(client.process_id, wrong), (client.process_id, b""),
                    (client.process_id, client.secret + b"\0"),
                    (client.process_id, client.secret[:3]),
                    (client.process_id + 1, client.secret), (0, client.secret),
                    # The key is the pair: another session's secret opens only that session.
                    (client.process_id, other.secret), (other.process_id, client.secret)]
        for process_id, secret in attempts:
            with Client(("localhost", bed.port)) as attacker:
                attacker.send(cancel_request(process_id, secret))
                attacker.rest()
        assert rows(client.answers()) == [["", "done"]]
        assert not any(each.get("passed_on") for each in cancels(bed)[before:])
        assert len(cancels(bed)) > before


def test_a_key_of_an_ended_session_does_nothing(bed):
    with signed_in(bed) as ended:
        pass
    with signed_in(bed) as client:
        client.send(query("SELECT pg_sleep(0.5), 'done'"))
        cancel(bed, ended.process_id, ended.secret)
        assert rows(client.answers()) == [["", "done"]]


def test_a_cancel_while_nothing_runs_does_not_touch_the_next_statement(bed):
    with signed_in(bed) as client:
        cancel(bed, client.process_id, client.secret)
        assert rows(client.ask(query("SELECT pg_sleep(0.2), 'done'"))) == [["", "done"]]


def test_many_cancels_at_once_are_all_answered(bed):
    with signed_in(bed) as client:
        client.send(query("SELECT pg_sleep(60)"))
        time.sleep(0.2)
        threads = [threading.Thread(target=cancel, args=(bed, client.process_id, client.secret))
                   for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
        assert errors(client.answers())[0]["C"] == "57014"
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"


def test_a_statement_that_is_being_copied_out_can_be_cancelled(bed):
    with signed_in(bed) as client:
        client.send(query("COPY (SELECT generate_series(1, 1000000000)) TO STDOUT"))
        assert client.receive().type == "H"
        cancel(bed, client.process_id, client.secret)
        assert errors(client.answers())[0]["C"] == "57014"
