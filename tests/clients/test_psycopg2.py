"""psycopg2: libpq's older driver, which sends everything as simple queries."""

import datetime
import decimal
import io
import select
import threading
import time

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import psycopg2.extras
import pytest

from ways import TLS

BED = TLS


@pytest.fixture(name="connection")
def _connection(way):
    connected = psycopg2.connect(way.dsn())
    yield connected
    connected.close()


@pytest.fixture(name="cursor")
def _cursor(connection):
    with connection.cursor() as cursor:
        yield cursor


def test_values_of_many_types_go_there_and_back(cursor):
    values = (True, 7, 2**60, decimal.Decimal("1.50"), 0.5, "it's \\ ü", b"\x00\xff'", None,
              datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc),
              datetime.timedelta(days=3, seconds=5), [1, None, 3], ["a", "b'"])
    cursor.execute("SELECT " + ", ".join(["%s"] * len(values)), values)
    found = list(cursor.fetchone())
    found[6] = bytes(found[6])
    assert found == list(values)


def test_a_connection_is_in_tls_with_the_expected_settings(connection):
    assert connection.info.ssl_in_use
    assert connection.encoding == "UTF8"
    assert connection.get_parameter_status("standard_conforming_strings") == "on"
    assert connection.server_version >= 140000


def test_transactions_savepoints_and_isolation(connection, cursor):
    connection.set_session(isolation_level="SERIALIZABLE", readonly=True, deferrable=True)
    cursor.execute("SHOW transaction_isolation")
    assert cursor.fetchone() == ("serializable",)
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        cursor.execute("DELETE FROM customers")
    connection.rollback()
    connection.set_session(isolation_level="DEFAULT", readonly=False, deferrable=False)
    cursor.execute("CREATE TEMP TABLE t (i int PRIMARY KEY)")
    cursor.execute("SAVEPOINT s")
    with pytest.raises(psycopg2.errors.UndefinedTable) as raised:
        cursor.execute("SELECT * FROM nowhere")
    assert raised.value.diag.statement_position == "15"
    with pytest.raises(psycopg2.errors.InFailedSqlTransaction):
        cursor.execute("SELECT 1")
    cursor.execute("ROLLBACK TO SAVEPOINT s")
    cursor.execute("INSERT INTO t VALUES (1)")
    connection.commit()
    cursor.execute("SELECT * FROM t")
    assert cursor.fetchall() == [(1,)]


def test_named_cursors_fetch_in_parts(connection):
    with connection.cursor("named", scrollable=True) as named:
        named.itersize = 50
        named.execute("SELECT generate_series(1, %s)", [1000])
        assert sum(row[0] for row in named) == 500_500
        named.scroll(10, mode="absolute")
        assert named.fetchone() == (11,)


def test_many_rows_are_written_by_execute_values_and_batch(cursor):
    cursor.execute("CREATE TEMP TABLE t (i int, n text)")
    rows = [(i, f"row '{i}'") for i in range(2000)]
    psycopg2.extras.execute_values(cursor, "INSERT INTO t VALUES %s RETURNING i", rows)
    psycopg2.extras.execute_batch(cursor, "UPDATE t SET n = %s WHERE i = %s",
                                  [(f"new {i}", i) for i in range(100)])
    cursor.execute("SELECT count(*), count(*) FILTER (WHERE n LIKE 'new %%') FROM t", [])
    assert cursor.fetchone() == (2000, 100)


def test_copy_goes_both_ways(cursor):
    cursor.execute("CREATE TEMP TABLE t (i int, n text)")
    content = "".join(f"{i}\t{'x' * (i % 100)}\n" for i in range(20_000))
    cursor.copy_expert("COPY t FROM STDIN", io.StringIO(content))
    read = io.StringIO()
    cursor.copy_to(read, "t")
    assert read.getvalue() == content
    with pytest.raises(psycopg2.errors.InvalidTextRepresentation, match="line 2"):
        cursor.copy_expert("COPY t FROM STDIN", io.StringIO("1\ta\nb\ta\n"))


def test_notifications_wake_a_selecting_client(way, connection, cursor):
    connection.autocommit = True
    cursor.execute("LISTEN news")
    with psycopg2.connect(way.dsn()) as other:
        other.cursor().execute("NOTIFY news, 'first'")
    other.close()
    assert select.select([connection], [], [], 20)[0]
    connection.poll()
    assert [(each.channel, each.payload) for each in connection.notifies] == [("news", "first")]


def test_cancel_from_another_thread(connection, cursor):
    def cancel():
        time.sleep(0.3)
        connection.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(psycopg2.errors.QueryCanceled):
        cursor.execute("SELECT pg_sleep(60)")
    thread.join()
    connection.rollback()
    cursor.execute("SELECT 1")


def test_large_objects(connection):
    content = bytes(range(256)) * 1000
    written = connection.lobject(mode="wb")
    written.write(content)
    number = written.oid
    written.close()
    read = connection.lobject(number, "rb")
    read.seek(256)
    assert read.read(256) == content[:256]
    assert read.seek(0, 2) == len(content)
    read.unlink()
    connection.commit()


def test_waiting_by_poll_and_a_green_client(way):
    """As gevent and Tornado use it."""
    def wait(connection):
        while True:
            state = connection.poll()
            if state == psycopg2.extensions.POLL_OK:
                return
            reading = state == psycopg2.extensions.POLL_READ
            select.select([connection] * reading, [connection] * (not reading), [], 20)

    connection = psycopg2.connect(way.dsn(), async_=True)
    wait(connection)
    cursor = connection.cursor()
    cursor.execute("SELECT generate_series(1, 10000), repeat('x', 100)")
    wait(connection)
    assert len(cursor.fetchall()) == 10_000
    connection.close()
