"""psql: what it prints through Portreeve is what it prints at the server."""

import re
import signal
import subprocess

import pytest

from terminal import CTRL_C, Terminal
from testbed import wait_until
from ways import TLS, differences, reading, through

BED = TLS

SCHEMA = r"""
CREATE SCHEMA shop;
CREATE TABLE shop.orders (id serial PRIMARY KEY, customer int REFERENCES public.customers,
  placed timestamptz DEFAULT now(), total numeric(10, 2) CHECK (total >= 0));
CREATE INDEX ON shop.orders (placed);
CREATE VIEW shop.recent AS SELECT * FROM shop.orders WHERE placed > '2020-01-01';
CREATE TYPE shop.colour AS ENUM ('red', 'green');
CREATE DOMAIN shop.positive AS int CHECK (VALUE > 0);
CREATE FUNCTION shop.twice(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * i';
COMMENT ON TABLE shop.orders IS 'what was bought';
"""

DESCRIBING = r"""
\d
\d public.customers
\d+ shop.orders
\dt *.*
\dv+ shop.*
\dm
\ds *.*
\di+ shop.*
\df shop.*
\sf shop.twice
\sv shop.recent
\dT+ shop.*
\dD shop.*
\dn+
\du+
\dp shop.*
\ddp
\l
\db
\dx
\dC int4
\do @>
\da max
\dS pg_class
\dL
\dew
\det
\dP
\dRp
\dRs
\drds
\dX
\dy
\dFd
\dconfig *work_mem
\dd
\dl
\dO pg_catalog.C
\z public.*
\encoding
\d nothing_like_this
"""

SCRIPT = r"""
\set who 'name 7'
SELECT id FROM customers WHERE name = :'who';
\set table customers
SELECT count(*) FROM :"table" WHERE id < :limit;
SELECT max(id) AS most, min(id) AS least FROM customers \gset
\echo :most :least
\if :most
\echo taken
\else
\echo 'not taken'
\endif
SELECT id, name, email::varchar(20) AS e, now() FROM customers \gdesc
SELECT format('SELECT %s * %s AS product', i, i) FROM generate_series(1, 3) i \gexec
SELECT 1 \; SELECT 2 \; SELECT 3;
SELECT id % 2 AS odd, id % 3 AS third, count(*) FROM customers GROUP BY 1, 2 \crosstabview
\x on
SELECT * FROM customers WHERE id = 3;
\x off
SELECT nothing FROM customers;
SELECT * FROM customers WHERE id = ;
SELECT 'a
b' || c;
\errverbose
SELECT 1/0;
\errverbose
DO $$ BEGIN RAISE NOTICE 'heard %', 1; RAISE WARNING 'and this' USING HINT = 'h'; END $$;
INSERT INTO customers VALUES (1, 'again');
INSERT INTO customers (id) VALUES (-1);
\echo :ERROR :SQLSTATE :ROW_COUNT
\echo :LAST_ERROR_MESSAGE :LAST_ERROR_SQLSTATE
BEGIN;
SELECT 1/0;
SELECT 1;
ROLLBACK;
\set ON_ERROR_ROLLBACK on
BEGIN;
CREATE TEMP TABLE kept (i int);
SELECT nothing;
INSERT INTO kept VALUES (1) RETURNING i;
COMMIT;
\set ON_ERROR_ROLLBACK off
\set AUTOCOMMIT off
INSERT INTO kept VALUES (2);
ROLLBACK;
\set AUTOCOMMIT on
SELECT * FROM kept;
\set FETCH_COUNT 7
SELECT i FROM generate_series(1, 30) i;
SELECT 10 / (4 - i) FROM generate_series(1, 9) i;
\set FETCH_COUNT 0
COPY kept FROM STDIN;
10
20
\.
COPY kept FROM STDIN;
30
not a number
\.
COPY kept TO STDOUT;
COPY (SELECT i, NULL, 'a,b' FROM kept) TO STDOUT (FORMAT csv, HEADER);
\copy (SELECT * FROM kept ORDER BY i) TO pstdout
\copy kept FROM pstdin
40
\.
\copy nowhere TO pstdout
SELECT * FROM kept;
LISTEN heard;
NOTIFY heard, 'with words';
SELECT 1;
PREPARE p (int) AS SELECT $1 + 1;
EXECUTE p(1);
EXECUTE p('x');
DEALLOCATE p;
DECLARE c CURSOR WITH HOLD FOR SELECT generate_series(1, 10);
FETCH 3 FROM c;
MOVE 2 FROM c;
FETCH ALL FROM c;
CLOSE c;
EXPLAIN (COSTS off) SELECT * FROM customers WHERE id = 1;
SET datestyle = 'German';
SELECT date '2024-02-29';
SHOW datestyle;
SELECT 'unclosed
"""


def test_describing_commands_print_the_same(bed, ways):
    bed.postgres.sql(SCHEMA)
    direct, ours = (each.psql(DESCRIBING) for each in ways)
    assert "shop.colour" in direct.stdout
    assert differences(direct, ours) == ""


def test_describing_commands_print_the_same_to_one_who_may_only_read(bed):
    direct, ours = (each.psql(DESCRIBING) for each in reading(bed))
    assert "customers" in direct.stdout
    assert differences(direct, ours) == ""


def test_a_script_of_all_kinds_of_statements_prints_the_same(ways):
    # With -a every line stands before what it gave, so that a difference shows where it is.
    direct, ours = (each.psql(SCRIPT, "-a", "-v", "limit=10") for each in ways)
    assert "Asynchronous notification" in direct.stdout
    for each in (direct, ours):
        each.stdout = re.sub(r"PID \d+", "PID", each.stdout)
    assert differences(direct, ours) == ""


@pytest.mark.parametrize("option", ["", "(FORMAT csv, HEADER)", "(FORMAT binary)"])
def test_copy_of_many_rows_to_a_file_and_back(way, tmp_path, option):
    rows, copied = 200_000, tmp_path / "copied"
    option = option and "WITH " + option
    done = way.psql(f"""
        CREATE TEMP TABLE source AS SELECT i, md5(i::text) AS m, E'\\t' || i AS odd
          FROM generate_series(1, {rows}) i;
        CREATE TEMP TABLE target (LIKE source);
        \\copy source TO '{copied}' {option}
        \\copy target FROM '{copied}' {option}
        SELECT count(*), (SELECT count(*) FROM (TABLE source EXCEPT ALL TABLE target) x)
          FROM target;
        """, "-qAt", "-v", "ON_ERROR_STOP=1")
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == f"{rows}|0"
    assert copied.stat().st_size > 40 * rows


def wait_for_sleep(bed):
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    wait_until(lambda: bed.postgres.sql(asked) == "1", what="the sleep")


def test_sigint_cancels_what_psql_waits_for(bed, way):
    asking = subprocess.Popen(["psql", "-X", "-c", "SELECT pg_sleep(60)"],
                              env=way.environment(), stderr=subprocess.PIPE, text=True)
    wait_for_sleep(bed)
    asking.send_signal(signal.SIGINT)
    _, said = asking.communicate(timeout=20)
    assert said == "Cancel request sent\nERROR:  canceling statement due to user request\n"
    assert asking.returncode == 1


def test_ctrl_c_at_the_terminal_cancels_the_statement_and_keeps_the_session(bed, way):
    with Terminal("psql", "-X", environment=way.environment()) as terminal:
        prompt = f"{way.database}=# "
        terminal.expect(prompt)
        terminal.type("BEGIN;\n")
        terminal.expect(f"{way.database}=[*]# ")
        terminal.type("SELECT pg_backend_pid() AS pid \\gset\n")
        terminal.expect(f"{way.database}=[*]# ")
        terminal.type("SELECT pg_sleep(60);\n")
        wait_for_sleep(bed)
        terminal.type(CTRL_C)
        terminal.expect("ERROR:  canceling statement due to user request")
        terminal.expect(f"{way.database}=!# ")
        terminal.type("ROLLBACK;\n")
        terminal.expect(prompt)
        terminal.ask("SELECT :pid = pg_backend_pid() AS same;", r"same.*\n.*\n t\b")
        terminal.expect(prompt)
        assert terminal.end("\\q") == 0


def test_watch_goes_on_until_it_is_interrupted(bed, way):
    with Terminal("psql", "-X", environment=way.environment()) as terminal:
        terminal.expect("=# ")
        terminal.type("SELECT 'seen' AS again \\watch 0.1\n")
        for _ in range(3):
            terminal.expect(r"again.*\n.*\n seen")
        terminal.type(CTRL_C)
        terminal.expect("=# ")
        # And in the middle of a slow one.
        terminal.type("SELECT pg_sleep(60) \\watch 0.1\n")
        wait_for_sleep(bed)
        terminal.type(CTRL_C)
        terminal.expect("canceling statement due to user request")
        terminal.expect("=# ")
        terminal.ask("SELECT 40 + 2 AS n;", r"n.*\n.*\n *42")
        assert terminal.end("\\q") == 0


def test_without_a_locale_psql_signs_in_and_speaks_utf8(bed):
    # It asks for SQL_ASCII then: whatever the bytes mean.
    for way in reading(bed):
        with Terminal("psql", "-X", environment=way.environment(LC_ALL="C")) as terminal:
            terminal.expect("=> ")
            terminal.ask("SELECT chr(252) AS u;", "u *\r\n.*\r\n \u00fc\r\n")
            terminal.expect("=> ")
            assert terminal.end("\\q") == 0


def test_another_encoding_is_refused_with_the_way_out(bed):
    _, way = reading(bed)
    done = subprocess.run(["psql", "-X", "-c", "SELECT 1"], capture_output=True, text=True,
                          check=False, env=way.environment(PGCLIENTENCODING="LATIN1"))
    assert done.returncode == 2
    assert 'start-up parameter "client_encoding" is not allowed' in done.stderr
    assert "PGCLIENTENCODING=UTF8" in done.stderr


def test_the_password_is_changed_without_leaving_the_client(bed, way):
    bed.postgres.sql("DROP ROLE IF EXISTS renewed; CREATE ROLE renewed LOGIN PASSWORD 'x'")
    with Terminal("psql", "-X", environment=way.environment()) as terminal:
        terminal.expect("=# ")
        terminal.type("\\password renewed\n")
        for _ in range(2):
            terminal.expect("Enter.*: ")
            terminal.type("other\n")
        terminal.expect("=# ")
        assert terminal.end("\\q") == 0
    stored = bed.postgres.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'renewed'")
    assert stored.startswith("SCRAM-SHA-256$")


@pytest.mark.expects_log("a server cannot be reached")
def test_psql_is_told_of_a_lost_server_and_connects_again(make_bed):
    own = make_bed(**TLS)
    way = through(own)
    with Terminal("psql", "-X", environment=way.environment()) as terminal:
        terminal.expect("=# ")
        terminal.type("SELECT pg_sleep(60);\n")
        wait_until(lambda: own.backends() == 1, what="the session")
        own.postgres.stop("immediate")
        heard = terminal.expect("Failed")
        assert "The connection to the server was lost. Attempting reset" in heard
        terminal.expect("!\\?> ")
        own.postgres.start()
        terminal.ask(f"\\c dbname={way.database}", "You are now connected")
        terminal.ask("SELECT 40 + 2 AS n;", r"n.*\n.*\n *42")
        # And once more, with a server that is there when psql tries again.
        own.postgres.stop("fast")
        own.postgres.start()
        heard = terminal.ask("SELECT 1;", "Succeeded")
        assert "terminating connection due to administrator command" in heard
        terminal.ask("SELECT 40 + 2 AS n;", r"n.*\n.*\n *42")
        assert terminal.end("\\q") == 0
