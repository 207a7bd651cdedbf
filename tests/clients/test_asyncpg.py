"""asyncpg: its own protocol code, all in binary, prepared and pipelined as no libpq client does."""

import asyncio
import datetime
import decimal
import io
import ssl
import uuid

import asyncpg
import pytest

from ways import TLS

BED = TLS


def options(way):
    return {"host": way.host, "port": way.port, "user": way.user, "password": way.password,
            "database": way.database, "timeout": 20,
            "ssl": ssl.create_default_context(cafile=str(way.ca_file))}


@pytest.fixture(name="run")
def _run(way):
    """run(function): calls it with a connection, in an event loop."""
    def run(function):
        async def body():
            connection = await asyncpg.connect(**options(way))
            try:
                return await asyncio.wait_for(function(connection), 50)
            finally:
                await connection.close()
        return asyncio.run(body())
    return run


def test_values_of_many_types_go_there_and_back(run):
    values = [True, 7, 2**60, decimal.Decimal("1.50"), 0.1, "it's \\ ü", b"\x00\xff'", None,
              datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc),
              datetime.timedelta(days=3, seconds=5), uuid.UUID(int=77), [1, None, 3], ["a", "b'"]]
    types = ("bool int4 int8 numeric float8 text bytea text timestamptz interval uuid int4[] text[]"
             ).split()

    async def ask(connection):
        casts = ", ".join(f"${number}::{each}" for number, each in enumerate(types, 1))
        return list(await connection.fetchrow("SELECT " + casts, *values))
    assert run(ask) == values


def test_types_of_the_users_own_are_introspected(run):
    async def ask(connection):
        async with connection.transaction():
            await connection.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
            await connection.execute("CREATE TYPE pair AS (a int, m mood, more mood[])")
            found = await connection.fetchval("SELECT $1::pair", (1, "ok", ["sad", None]))
            kind = await connection.fetchval("SELECT $1::int4range", asyncpg.Range(1, 5))
            await connection.execute("DROP TYPE pair; DROP TYPE mood")
        return tuple(found), kind
    assert run(ask) == ((1, "ok", ["sad", None]), asyncpg.Range(1, 5))


def test_prepared_statements_and_their_cache(run):
    async def ask(connection):
        statement = await connection.prepare("SELECT name FROM customers WHERE id = $1")
        assert [each.name for each in statement.get_attributes()] == ["name"]
        names = [await statement.fetchval(number) for number in range(1, 50)]
        # More texts than the driver keeps: it closes what it has not used for long.
        for number in range(150):
            assert await connection.fetchval(f"SELECT {number} + $1::int", 1) == number + 1
        with pytest.raises(asyncpg.UndefinedColumnError):
            await connection.fetch("SELECT nothing FROM customers")
        plan = await statement.explain(1, analyze=True)
        assert plan[0]["Plan"]["Actual Rows"] == 1
        return names
    assert run(ask) == [f"name {number}" for number in range(1, 50)]


def test_cursors_in_parts(run):
    async def ask(connection):
        async with connection.transaction():
            total = 0
            async for row in connection.cursor("SELECT generate_series(1, 1000)", prefetch=33):
                total += row[0]
            cursor = await connection.cursor("SELECT generate_series(1, 100)")
            await cursor.forward(10)
            return total, [row[0] for row in await cursor.fetch(3)]
    assert run(ask) == (500_500, [11, 12, 13])


def test_executemany_and_transactions_within_transactions(run):
    async def ask(connection):
        await connection.execute("CREATE TEMP TABLE t (i int PRIMARY KEY, n text)")
        await connection.executemany("INSERT INTO t VALUES ($1, $2)",
                                     [(number, "n") for number in range(3000)])
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.executemany("INSERT INTO t VALUES ($1, $2)",
                                         [(5000, "n"), (1, "n"), (5001, "n")])
        async with connection.transaction(isolation="serializable"):
            await connection.execute("DELETE FROM t WHERE i < 1000")
            with pytest.raises(asyncpg.DivisionByZeroError):
                async with connection.transaction():
                    await connection.execute("DELETE FROM t")
                    await connection.execute("SELECT 1/0")
        return await connection.fetchval("SELECT count(*) FROM t")
    assert run(ask) == 2000


@pytest.mark.parametrize("form", ["text", "csv", "binary"])
def test_copy_goes_both_ways(run, form):
    async def ask(connection):
        await connection.execute("CREATE TEMP TABLE t (i int8, n text)")
        records = [(number, f"n\t{number}") for number in range(5000)]
        assert await connection.copy_records_to_table("t", records=records) == "COPY 5000"
        content = io.BytesIO()
        await connection.copy_from_table("t", output=content, format=form)
        content.seek(0)
        await connection.copy_to_table("t", source=content, format=form)
        await connection.copy_from_query("SELECT * FROM t WHERE i < $1", 10, output=io.BytesIO())
        with pytest.raises(asyncpg.DataError):
            await connection.copy_to_table("t", source=io.BytesIO(b"x"), format=form)
        return tuple(await connection.fetchrow("SELECT count(*), count(DISTINCT n) FROM t"))
    assert run(ask) == (10_000, 5000)


def test_a_copy_whose_source_fails_leaves_nothing(run):
    async def broken():
        yield b"1\n"
        raise RuntimeError("given up")

    async def ask(connection):
        await connection.execute("CREATE TEMP TABLE t (i int)")
        with pytest.raises(RuntimeError, match="given up"):
            await connection.copy_to_table("t", source=broken())
        return await connection.fetchval("SELECT count(*) FROM t")
    assert run(ask) == 0


def test_a_timeout_cancels_at_the_server_and_keeps_the_connection(run):
    async def ask(connection):
        for _ in range(3):
            with pytest.raises(asyncio.TimeoutError):
                await connection.execute("SELECT pg_sleep(60)", timeout=0.2)
            assert await connection.fetchval("SELECT 1") == 1
        return await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    assert run(ask) == 0


def test_listeners_and_notices(run):
    async def ask(connection):
        heard = asyncio.Queue()
        connection.add_log_listener(lambda _, message: heard.put_nowait(message.message))
        await connection.add_listener("news", lambda *told: heard.put_nowait(told[2:]))
        await connection.execute("DO $$ BEGIN RAISE NOTICE 'noticed'; END $$")
        await connection.execute("SELECT pg_notify('news', 'told')")
        return [await heard.get(), await heard.get()]
    assert run(ask) == ["noticed", ("news", "told")]


def test_a_pool_resets_what_its_users_leave(way):
    async def body():
        async with asyncpg.create_pool(min_size=2, max_size=4, **options(way)) as pool:
            async def use(number):
                async with pool.acquire() as connection:
                    await connection.execute("SET statement_timeout = '59s'; LISTEN news")
                    await connection.fetchval("SELECT pg_advisory_lock($1)", number)
                    await connection.fetchval("SELECT pg_sleep(0.02)")
            await asyncio.gather(*map(use, range(40)))
            async with pool.acquire() as connection:
                return tuple(await connection.fetchrow(
                    "SELECT current_setting('statement_timeout'), count(*)"
                    " FROM pg_locks WHERE locktype = 'advisory'"))
    assert asyncio.run(body()) == ("0", 0)
