"""psycopg 3: the extended protocol, pipelines and asyncio over libpq."""

import asyncio
import datetime
import decimal
import ipaddress
import threading
import time
import uuid

import psycopg
import pytest
from psycopg import rows

from ways import TLS

BED = TLS | {"postgres_settings": ["max_prepared_transactions=2"]}

VALUES = (True, 7, 2**60, decimal.Decimal("1.50"), 0.1, "it's \\ ü", b"\x00\xff'", None,
          datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc),
          datetime.timedelta(days=3, seconds=5), uuid.UUID(int=77), [1, None, 3], ["a", "b'"],
          ipaddress.ip_address("10.0.0.1"))
TYPES = ("bool int4 int8 numeric float8 text bytea text timestamptz interval uuid int4[] text[]"
         " inet").split()


@pytest.fixture(name="connection")
def _connection(way):
    with psycopg.connect(way.dsn(), autocommit=True) as connected:
        yield connected


@pytest.mark.parametrize("binary", ["%t", "%b"])
def test_values_of_many_types_go_there_and_back(connection, binary):
    asked = "SELECT " + ", ".join(f"{binary}::{each}" for each in TYPES)
    found = connection.cursor(binary=binary == "%b").execute(asked, VALUES).fetchone()
    assert found == VALUES


def test_what_the_server_tells_of_itself_is_there(connection):
    info = connection.info
    assert info.get_parameters()["sslmode"] == "verify-full" and connection.pgconn.ssl_in_use
    assert info.server_version >= 140000 and info.encoding == "utf-8"
    assert info.parameter_status("integer_datetimes") == "on"
    assert connection.execute("SELECT pg_backend_pid()").fetchone() == (info.backend_pid,)


def test_a_statement_is_prepared_once(connection):
    connection.autocommit = False
    connection.prepare_threshold = 1
    for number in range(5):
        connection.execute("SELECT name FROM customers WHERE id = %s", [number + 1], prepare=True)
        connection.commit()
    statements = connection.execute("SELECT statement FROM pg_prepared_statements").fetchall()
    assert statements.count(("SELECT name FROM customers WHERE id = $1",)) == 1
    connection.rollback()
    connection.prepare_threshold = None
    connection.execute("SELECT name FROM customers WHERE id = %s", [1])


def test_pipelines_with_errors_inside_transactions(connection):
    with connection.pipeline() as pipeline:
        with pytest.raises(psycopg.errors.UniqueViolation):
            with connection.transaction():
                connection.execute("CREATE TEMP TABLE t (i int PRIMARY KEY)")
                connection.execute("INSERT INTO t VALUES (1)")
                connection.execute("INSERT INTO t VALUES (1)")
        pipeline.sync()
        cursors = [connection.execute("SELECT %s::int", [number]) for number in range(300)]
        pipeline.sync()
        assert [cursor.fetchone()[0] for cursor in cursors] == list(range(300))
        assert connection.execute("SELECT to_regclass('t')").fetchone() == (None,)


def test_many_rows_by_executemany_come_back(connection):
    connection.execute("CREATE TEMP TABLE t (i int, n text)")
    cursor = connection.cursor()
    cursor.executemany("INSERT INTO t VALUES (%s, %s) RETURNING i",
                       [(number, "n") for number in range(500)], returning=True)
    returned = [cursor.fetchone()[0]]
    while cursor.nextset():
        returned.append(cursor.fetchone()[0])
    assert returned == list(range(500))


def test_server_cursors_and_streams(connection):
    with connection.transaction():
        with connection.cursor("named", scrollable=True, row_factory=rows.dict_row) as named:
            named.execute("SELECT generate_series(1, %s) AS n", [1000])
            named.itersize = 77
            assert sum(row["n"] for row in named) == 500_500
            named.scroll(-10)
            assert named.fetchone() == {"n": 992}
    with connection.cursor("held", withhold=True) as held:
        held.execute("SELECT generate_series(1, 100)")
        assert len(held.fetchmany(60)) == 60 and len(held.fetchall()) == 40
    streamed = connection.cursor().stream("SELECT generate_series(1, 10000)")
    assert sum(row[0] for row in streamed) == 50_005_000


@pytest.mark.parametrize("form", ["text", "binary"])
def test_copy_goes_both_ways(connection, form):
    sent = [(number, "x" * (number % 50), None if number % 7 else b"\\\n") for number in
            range(5_000)]
    connection.execute("CREATE TEMP TABLE t (i int8, n text, b bytea)")
    cursor = connection.cursor()
    with cursor.copy(f"COPY t FROM STDIN (FORMAT {form})") as copy:
        copy.set_types(["int8", "text", "bytea"])
        for row in sent:
            copy.write_row(row)
    assert cursor.rowcount == len(sent)
    with cursor.copy(f"COPY (SELECT * FROM t ORDER BY i) TO STDOUT (FORMAT {form})") as copy:
        copy.set_types(["int8", "text", "bytea"])
        assert list(copy.rows()) == sent


def test_an_error_during_copy_leaves_the_connection_usable(connection):
    connection.execute("CREATE TEMP TABLE t (i int)")
    with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="line 3"):
        with connection.cursor().copy("COPY t FROM STDIN") as copy:
            copy.write(b"1\n2\nthree\n")
            for _ in range(1000):
                copy.write(b"4\n" * 1000)
    # Breaking off cancels the rest.
    with pytest.raises(RuntimeError, match="given up"):
        endless = "COPY (SELECT generate_series(1, 100000000)) TO STDOUT"
        with connection.cursor().copy(endless) as copy:
            assert copy.read() == b"1\n"
            raise RuntimeError("given up")
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_cancel_from_another_thread(connection):
    cancelling = threading.Timer(0.3, connection.cancel)
    cancelling.start()
    with pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute("SELECT pg_sleep(60)")
    cancelling.join()
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_two_phase_commit(connection, bed):
    bed.postgres.sql("DROP TABLE IF EXISTS phases; CREATE TABLE phases (i int)")
    connection.autocommit = False
    for end in (connection.tpc_commit, connection.tpc_rollback):
        connection.tpc_begin(connection.xid(1, "global", "branch"))
        connection.execute("INSERT INTO phases VALUES (1)")
        connection.tpc_prepare()
        assert bed.postgres.sql("SELECT count(*) FROM pg_prepared_xacts") == "1"
        end()
    assert connection.execute("SELECT count(*) FROM phases").fetchone() == (1,)


def test_many_asynchronous_connections_at_once(way):
    async def one(number):
        connection = await psycopg.AsyncConnection.connect(way.dsn(), autocommit=True)
        async with connection:
            cursor = connection.cursor()
            await cursor.execute("SELECT %s::int, pg_sleep(0.1)", [number])
            found = (await cursor.fetchone())[0]
            async with cursor.copy("COPY (SELECT generate_series(1, 1000)) TO STDOUT") as copy:
                size = sum([len(chunk) async for chunk in copy])
            async with connection.pipeline():
                both = [await connection.execute("SELECT %s::int", [each]) for each in (1, 2)]
                assert [(await each.fetchone())[0] for each in both] == [1, 2]
            return found, size

    async def all_of_them():
        return await asyncio.gather(*map(one, range(20)))

    found = asyncio.run(all_of_them())
    assert found == [(number, 3893) for number in range(20)]


def test_an_asynchronous_task_that_is_cancelled_frees_its_connection(way):
    async def run():
        connection = await psycopg.AsyncConnection.connect(way.dsn(), autocommit=True)
        async with connection:
            waiting = asyncio.create_task(connection.execute("SELECT pg_sleep(60)"))
            await asyncio.sleep(0.3)
            connection.cancel()
            with pytest.raises(psycopg.errors.QueryCanceled):
                await waiting
            await connection.execute("LISTEN news")
            heard = []
            connection.add_notify_handler(lambda told: heard.append(told.payload))
            await connection.execute("NOTIFY news, 'told'")
            return heard

    started = time.monotonic()
    assert asyncio.run(run()) == ["told"]
    assert time.monotonic() - started < 20
