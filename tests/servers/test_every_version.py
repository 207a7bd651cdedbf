"""What users do all day, and what they may not do, with every version of PostgreSQL."""

import threading

import psycopg
import pytest

# The first version of the server whose grammar has it, and what that of the gateway says of it.
NEWER_SYNTAX = [
    (16, "SELECT * FROM (SELECT 1)", "subquery in FROM must have an alias"),
    (16, "SELECT 1_000", 'near "1_"'),
    (16, "SELECT 0x1F", 'near "0x"'),
    (17, "SELECT * FROM json_table('[1]', '$[*]' COLUMNS (a int PATH '$'))",
     'near "COLUMNS"'),
    (17, "MERGE INTO public.customers c USING (VALUES (0)) v(id) ON c.id = v.id "
         "WHEN MATCHED THEN DELETE RETURNING c.id", 'near "RETURNING"'),
    (18, "UPDATE public.customers SET name = name WHERE id = 0 "
         "RETURNING WITH (OLD AS o) o.name", 'near "WITH"'),
]


def connect(bed, user="everything", groups=("dba",), **options):
    return psycopg.connect(bed.dsn(user, token=bed.token(groups=groups)), **options)


def test_the_server_is_the_one_asked_for(bed, version):
    with connect(bed) as client:
        assert client.info.server_version // 10000 == version


def test_psql_makes_fills_reads_and_drops_a_table(bed):
    done = bed.psql("CREATE TABLE t (id int, name text)",
                    "INSERT INTO t SELECT i, 'name ' || i FROM generate_series(1, 10) i",
                    "SELECT count(*), max(name) FROM t", "DROP TABLE t")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "10|name 9" in done.stdout


def test_a_driver_prepares_pipelines_and_copies(bed):
    with connect(bed, autocommit=True) as client:
        client.execute("CREATE TEMP TABLE copied (id int, name text)")
        with client.cursor().copy("COPY copied FROM STDIN") as copy:
            for number in range(1000):
                copy.write_row((number, f"name {number}"))
        with client.pipeline():
            cursors = [client.execute("SELECT name FROM copied WHERE id = %s", (number,),
                                      prepare=True) for number in range(20)]
        assert [cursor.fetchone()[0] for cursor in cursors] == [f"name {n}" for n in range(20)]
        with client.cursor().copy("COPY copied TO STDOUT (FORMAT binary)") as copy:
            assert sum(len(block) for block in copy) > 10_000


def test_a_refused_statement_ends_like_an_error_of_the_server(bed):
    with connect(bed, "analyst-read", ("data-eu",)) as client:
        client.execute("SELECT 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            client.execute("DROP TABLE customers")
        assert client.info.transaction_status == psycopg.pq.TransactionStatus.INERROR
        client.rollback()
        assert client.execute("SELECT count(*) FROM customers").fetchone() == (1000,)


@pytest.mark.parametrize("since, sql, words", NEWER_SYNTAX, ids=lambda value: str(value)[:30])
def test_syntax_newer_than_the_grammar_is_refused_by_name(bed, version, since, sql, words):
    with psycopg.connect(bed.postgres.dsn()) as direct:
        if version >= since:
            direct.execute(sql)
        direct.rollback()
    with connect(bed, "write", ("sre",)) as client:
        with pytest.raises(psycopg.errors.SyntaxError) as refused:
            client.execute(sql)
        assert words in refused.value.diag.message_primary
        assert "the server was not asked" in refused.value.diag.message_detail


def test_a_running_statement_is_cancelled(bed):
    with connect(bed, autocommit=True) as client:
        timer = threading.Timer(0.5, client.cancel)
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            client.execute("SELECT pg_sleep(60)")
        timer.join()
        assert client.execute("SELECT 1").fetchone() == (1,)
