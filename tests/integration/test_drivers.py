"""libpq and the drivers on top of it, where they use more than plain queries."""

import threading

import psycopg
import psycopg2
import pytest
from psycopg import sql

from wire import token_of

ROWS = 20_000


@pytest.fixture
def connection(bed):
    with psycopg.connect(bed.dsn(token=token_of(bed)), autocommit=True) as connected:
        yield connected


def test_pipeline_mode_keeps_order_and_results(connection):
    with connection.pipeline():
        cursors = [connection.execute("SELECT %s::int * 2", [number]) for number in range(500)]
        assert [cursor.fetchone()[0] for cursor in cursors] == [2 * each for each in range(500)]


def test_an_error_aborts_its_part_of_the_pipeline_only(connection):
    with connection.pipeline() as pipeline:
        first = connection.execute("SELECT 1")
        failing = connection.execute("SELECT 1/0")
        skipped = connection.execute("SELECT 2")
        with pytest.raises(psycopg.errors.DivisionByZero):
            pipeline.sync()
        later = connection.execute("SELECT 3")
        assert (first.fetchone(), later.fetchone()) == ((1,), (3,))
        for cursor in (failing, skipped):
            with pytest.raises(psycopg.ProgrammingError):
                cursor.fetchone()


def test_server_side_cursors(connection):
    with connection.transaction(), connection.cursor(name="c", scrollable=True) as cursor:
        cursor.execute("SELECT generate_series(1, 1000)")
        cursor.itersize = 77
        assert sum(row[0] for row in cursor) == 500_500
        cursor.scroll(10, mode="absolute")
        assert cursor.fetchmany(2) == [(11,), (12,)]


def test_prepared_statements_by_the_driver(connection):
    connection.prepare_threshold = 0
    for number in range(20):
        found = connection.execute("SELECT name FROM customers WHERE id = %s", [number + 1])
        assert found.fetchone() == (f"name {number + 1}",)
    assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()[0] > 0


def test_copy_in_and_out_in_text_and_binary(bed, connection):
    connection.execute("CREATE TEMP TABLE copied (id int8, name text)")
    with connection.cursor().copy("COPY copied FROM STDIN") as copy:
        for number in range(ROWS):
            copy.write_row((number, f"row\t{number}"))
    with connection.cursor().copy("COPY copied TO STDOUT (FORMAT binary)") as copy:
        copy.set_types(["int8", "text"])
        assert list(copy.rows()) == [(number, f"row\t{number}") for number in range(ROWS)]


def test_a_copy_that_the_driver_breaks_off_leaves_nothing(connection):
    connection.execute("CREATE TEMP TABLE copied (id int)")
    with pytest.raises(psycopg.errors.QueryCanceled, match="given up"):
        with connection.cursor().copy("COPY copied FROM STDIN") as copy:
            copy.write_row((1,))
            raise RuntimeError("given up")
    assert connection.execute("SELECT count(*) FROM copied").fetchone() == (0,)


def test_notifications_reach_a_waiting_driver(bed, connection):
    connection.execute("LISTEN ch")

    def tell():
        with psycopg.connect(bed.dsn(token=token_of(bed)), autocommit=True) as telling:
            telling.execute("NOTIFY ch, 'one'")
            telling.execute("NOTIFY ch, 'two'")

    thread = threading.Thread(target=tell)
    thread.start()
    heard = connection.notifies()
    assert [next(heard).payload, next(heard).payload] == ["one", "two"]
    thread.join()


def test_notices_reach_the_driver_in_order(connection):
    heard = []
    connection.add_notice_handler(lambda notice: heard.append(notice.message_primary))
    connection.execute("DO $$ BEGIN FOR i IN 1..3 LOOP RAISE NOTICE 'n %', i; END LOOP; END $$")
    assert heard == ["n 1", "n 2", "n 3"]


def test_large_objects_by_libpqs_fast_path(bed):
    connection = psycopg2.connect(bed.dsn(token=token_of(bed)))
    try:
        written = connection.lobject(mode="wb")
        content = bytes(range(256)) * 4000
        assert written.write(content) == len(content)
        assert written.seek(500) == 500
        number = written.oid
        written.close()
        reading = connection.lobject(number, "rb")
        assert reading.read() == content
        reading.unlink()
        connection.rollback()
    finally:
        connection.close()


def test_a_grant_that_does_not_name_function_calls_refuses_the_fast_path(bed):
    token = token_of(bed, "sre")
    connection = psycopg2.connect(bed.dsn("write", token=token))
    try:
        with pytest.raises(psycopg2.Error, match="portreeve refused a FunctionCall"):
            connection.lobject(mode="wb")
        connection.rollback()
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    finally:
        connection.close()


def test_a_value_of_100_megabytes_goes_both_ways(connection):
    size = 100_000_000
    value = b"\x00\xff" * (size // 2)
    cursor = connection.cursor(binary=True)
    cursor.execute("SELECT %b::bytea, md5(%b::bytea)", [value, value[:10]])
    returned = cursor.fetchone()[0]
    assert len(returned) == size and returned == value


def test_a_statement_of_almost_the_largest_size_passes_and_a_larger_one_is_refused(bed):
    connection = psycopg.connect(bed.dsn("write", token=token_of(bed, "sre")), autocommit=True)
    text = sql.SQL("SELECT length({})")
    size = 1024 * 1024
    fits = text.format(sql.Literal("x" * (size - 100)))
    assert connection.execute(fits).fetchone() == (size - 100,)
    for literal in ("x" * size, "x" * (20 * size)):
        with pytest.raises(psycopg.errors.ProgramLimitExceeded, match="larger than 1048576 bytes"):
            connection.execute(text.format(sql.Literal(literal)))
    assert connection.execute("SELECT 1").fetchone() == (1,)
    connection.close()
