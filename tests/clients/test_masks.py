"""Masks hold in every client, in whatever way it asks: each sees what the policy leaves."""

import asyncio
import contextlib
import datetime
import io
import pathlib
import ssl
import subprocess

import asyncpg
import psycopg
import pytest

from testbed import POLICY, SCHEMA
from ways import TLS, through

HERE = pathlib.Path(__file__).parent
DRIVER = "/usr/share/java/postgresql.jar"
COLUMNS = "id, email, ssn, salary, born, code"
COUNT = 9

BED = TLS | {
    "schema": SCHEMA + f"""
CREATE TABLE staff (id int PRIMARY KEY, name text, email text, ssn text, salary numeric(12, 2),
  born date, code int);
INSERT INTO staff SELECT i, 'name ' || i, 'ada' || i || '@example.com', 100 + i || '-45-678' || i,
  7001.5 + i, '1980-03-01'::date + i, 45301 + i FROM generate_series(1, {COUNT}) i;
CREATE VIEW crew AS SELECT s.id AS number, s.ssn AS tag FROM staff s;
""", "policy": POLICY + """\
masks:
  - { name: email, columns: ["public.staff.email"], with: partial_email }
  - { name: ssn, columns: ["public.staff.ssn"], with: { keep_last: 4 } }
  - { name: salary, columns: ["public.staff.salary"], with: null_value }
  - { name: born, columns: ["public.staff.born"], with: { date_trunc: year } }
  - { name: code, columns: ["public.staff.code"], with: { round: -2 } }
"""}

# What must not be seen of the values.
RAW = ("ada", "-45-", "700", "701", "1980-03", "4531",
       *(f"4530{last}" for last in range(2, 10)))


def masked(number):
    """A row of COLUMNS, as Python has it."""
    return (number, "a***@example.com", f"*******678{number}", None, datetime.date(1980, 1, 1),
            45300)


ROWS = [masked(number) for number in range(1, COUNT + 1)]


def told(row, null="null"):
    return "|".join(null if value is None else str(value) for value in row)


def hides(text):
    assert not [raw for raw in RAW if raw in text], text
    return text


@pytest.fixture(name="ours")
def _ours(bed):
    return through(bed)


@pytest.fixture(name="connection")
def _connection(ours):
    with psycopg.connect(ours.dsn(), autocommit=True) as connected:
        yield connected


@pytest.mark.parametrize("before", ["", r"\set FETCH_COUNT 2", r"\timing off"])
def test_psql(ours, before):
    done = ours.psql(f"{before}\nSELECT {COLUMNS} FROM staff ORDER BY id;\nTABLE staff;\n"
                     r"SELECT tag FROM crew \gx" "\n"
                     "COPY staff TO STDOUT;\n"
                     r"\copy (SELECT id, ssn FROM staff ORDER BY id) TO STDOUT CSV" "\n", "-qAt")
    assert done.returncode == 0, done.stderr
    hides(done.stdout)
    assert done.stdout.splitlines()[:COUNT] == [told(row, "") for row in ROWS]
    assert "9,*******6789" in done.stdout


@pytest.mark.parametrize("binary", [False, True])
def test_psycopg(connection, binary):
    cursor = connection.cursor(binary=binary)
    asked = f"SELECT {COLUMNS} FROM staff ORDER BY id"
    for prepare in (None, True, True):
        assert cursor.execute(asked, prepare=prepare).fetchall() == ROWS
    with connection.transaction():
        with connection.cursor("named", binary=binary) as named:
            named.itersize = 2
            assert list(named.execute(asked)) == ROWS
        returned = cursor.execute(f"UPDATE staff SET id = id WHERE id = 3 RETURNING {COLUMNS}")
        assert returned.fetchall() == [masked(3)]
    assert list(connection.cursor(binary=binary).stream(asked)) == ROWS


def test_psycopg_in_a_pipeline(connection):
    with connection.pipeline():
        asked = [connection.execute(f"SELECT {COLUMNS} FROM staff WHERE id = %s", [number],
                                    prepare=number % 2 == 0) for number in range(1, COUNT + 1)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            with connection.transaction():
                connection.execute("SELECT 1 FROM staff WHERE ssn > '2'").fetchall()
        assert [each.fetchone() for each in asked] == ROWS


@pytest.mark.parametrize("form", ["text", "csv", "binary"])
def test_psycopg_copies(connection, form):
    with connection.cursor().copy(f"COPY staff ({COLUMNS}) TO STDOUT (FORMAT {form})") as copy:
        whole = b"".join(copy)
    hides(whole.decode("latin-1"))
    assert whole.count(b"a***@example.com") == COUNT


def test_asyncpg(ours):
    async def ask():
        connection = await asyncpg.connect(
            host=ours.host, port=ours.port, user=ours.user, password=ours.password,
            database=ours.database, ssl=ssl.create_default_context(cafile=str(ours.ca_file)))
        with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT upper(ssn) FROM staff")
            raise AssertionError("was not refused")
        found = [tuple(row) for row in await connection.fetch(
            f"SELECT {COLUMNS} FROM staff ORDER BY id")]
        prepared = await connection.prepare(f"SELECT {COLUMNS} FROM staff WHERE id = $1")
        again = [tuple(await prepared.fetchrow(number)) for number in range(1, COUNT + 1)]
        async with connection.transaction():
            parts = [tuple(row) async for row in connection.cursor(
                f"SELECT {COLUMNS} FROM staff ORDER BY id", prefetch=2)]
        content = io.BytesIO()
        await connection.copy_from_table("staff", output=content, format="binary")
        await connection.close()
        return found, again, parts, content.getvalue().decode("latin-1")

    found, again, parts, copied = asyncio.run(ask())
    assert found == again == parts == ROWS
    hides(copied)


def test_jdbc(ours, tmp_path):
    subprocess.run(["javac", "-cp", DRIVER, "-Xlint:all", "-Werror", "-d", tmp_path,
                    HERE / "jdbc" / "Masks.java", HERE / "jdbc" / "Client.java"], check=True)
    done = ours.run("java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp",
                    f"{DRIVER}:{tmp_path}", "Masks")
    assert done.returncode == 0, done.stderr
    expected = [f"{what}: {told(row)}" for what in (
        "prepared 5", "prepared 1", "prepared -1", "parts", "parts again") for row in ROWS]
    expected += [f"returning: {told(row)}" for row in ROWS[:2]]
    expected += [f"copied: {told(row[:3])}" for row in ROWS]
    expected += [f"simple: {told(row)}" for row in ROWS] + ["refused: 42501"]
    # What an UPDATE has moved is copied last.
    assert sorted(hides(done.stdout).splitlines()) == sorted(expected)


def test_node(ours):
    done = ours.run("node", "--no-deprecation", HERE / "node" / "masks.mjs")
    assert done.returncode == 0, done.stderr
    expected = [f"simple: {told(row)}" for row in ROWS]
    for row in ROWS:
        expected += [f"parameters: {told(row)}", f"named: {told(row)}"]
    expected.append('portion: {"email":"a***@example.com","ssn":"*******6781"}')
    expected += [f"binary: {told((*row[:3], row[5]))}" for row in ROWS]
    expected += ["at once: 1|*******6781|a***@example.com", "refused: 42501"]
    assert hides(done.stdout).splitlines() == expected


@pytest.mark.parametrize("arguments", [(), ("--inserts",), ("--data-only", "--column-inserts"),
                                       ("--schema-only",)], ids=" ".join)
def test_pg_dump(ours, arguments):
    done = ours.run("pg_dump", "--table=staff", *arguments)
    assert done.returncode == 0, done.stderr
    hides(done.stdout)
    if "--schema-only" not in arguments:
        assert done.stdout.count("a***@example.com") == COUNT
