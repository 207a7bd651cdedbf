"""Clients in TLS: the same as without, though bytes may wait in the TLS layer unseen."""

import os
import signal
import subprocess
import time

import psycopg
import pytest

from testbed import wait_until
from wire import (COPY_DONE, SYNC, bind, copy_data, execute, kinds, parse, query, rows, signed_in,
                  token_of)

BED = {"client_tls": True}


def test_ten_thousand_queries_have_their_answers_with_a_thousand_on_their_way(bed):
    # In one thread: Python's TLS sockets cannot be read and written at once.
    both = query("SELECT 1") + parse("SELECT 2") + bind() + execute() + SYNC
    with signed_in(bed) as client:
        client.send(both * 250)
        for _ in range(19):
            client.send(both * 250)
            assert kinds(client.answers(500)) == "TDCZI12DCZI" * 250
        assert kinds(client.answers(500)) == "TDCZI12DCZI" * 250


@pytest.mark.parametrize("size", [1, 16_383, 16_384, 16_385, 65_536, 3_000_000])
def test_values_of_sizes_around_a_tls_record_come_back(bed, size):
    with signed_in(bed) as client:
        messages = client.ask(parse("SELECT $1"), bind([b"v" * size]), execute(), SYNC)
        assert rows(messages) == [["v" * size]]


def test_a_copy_in_many_small_records_arrives(bed):
    with signed_in(bed) as client:
        client.ask(query("CREATE TEMP TABLE t (a int)"))
        client.send(query("COPY t FROM STDIN"))
        assert client.receive().type == "G"
        for number in range(5000):
            client.send(copy_data(b"%d\n" % number))
        client.send(COPY_DONE, query("SELECT count(*) FROM t"))
        assert rows(client.answers(2)) == [["5000"]]


def test_psqls_ctrl_c_ends_the_statement_though_libpq_asks_in_clear(bed):
    command = ["psql", "-X", "-d", bed.dsn(token=token_of(bed)), "-c", "SELECT pg_sleep(74)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=os.environ | {"LC_ALL": "C"}) as psql:
        wait_until(lambda: "pg_sleep(74)" in bed.postgres.sql(
            "SELECT query FROM pg_stat_activity WHERE state = 'active'"), 10, "the statement")
        time.sleep(0.2)
        psql.send_signal(signal.SIGINT)
        err = psql.communicate(timeout=10)[1]
    assert "canceling statement due to user request" in err


def test_the_protocol_of_the_connection_is_what_libpq_asked_for(bed):
    with psycopg.connect(bed.dsn(token=token_of(bed))) as connection:
        assert connection.pgconn.ssl_in_use
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_client_that_does_not_know_the_certificate_leaves(bed):
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        psycopg.connect(bed.dsn(token=token_of(bed), sslrootcert=bed.state / "ca.crt"))
