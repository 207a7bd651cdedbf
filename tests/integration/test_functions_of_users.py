"""What the gateway knows of a database decides: a function of a user makes a statement more than a
read, whoever made it and however lately."""

import pytest

from testbed import SCHEMA, wait_until
from wire import (SYNC, Client, bind, errors, execute, kinds, parse, query, signed_in, token_of)

BED = {"schema": SCHEMA + """\
CREATE SCHEMA shadow; GRANT USAGE ON SCHEMA shadow TO app_readonly;
CREATE FUNCTION shadow.abs(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION flattened(point) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE CAST (point AS integer) WITH FUNCTION flattened(point);
CREATE TABLE replaced (n bigint); GRANT SELECT ON replaced TO app_readonly;
"""}
COUNTER = """\
CREATE SEQUENCE IF NOT EXISTS made; GRANT USAGE ON SEQUENCE made TO app_readonly;
CREATE OR REPLACE FUNCTION counted() RETURNS bigint LANGUAGE sql AS 'SELECT nextval(''made'')';
"""


def analyst(bed, **options):
    return signed_in(bed, "analyst-read", token=token_of(bed, "data-eu"), **options)


def run_of(statement):
    return parse(statement) + bind() + execute() + SYNC


def refused(client, statement):
    """Whether it is, both ways."""
    answers = [client.ask(query(statement)), client.ask(run_of(statement))]
    codes = [[each["C"] for each in errors(messages)] for messages in answers]
    assert codes in ([["42501"]] * 2, [[]] * 2)
    return codes[0] == ["42501"]


def test_a_function_of_a_user_is_no_read(bed):
    bed.postgres.sql(COUNTER)
    with analyst(bed) as client:
        assert not refused(client, "SELECT count(*), max(length(name)) FROM customers")
        assert refused(client, "SELECT counted()")
        assert refused(client, "SELECT * FROM customers WHERE id = (SELECT counted())")
        assert refused(client, "EXPLAIN ANALYZE SELECT counted()")
        detail = errors(client.ask(query("SELECT counted()")))[0]["D"]
        assert "function" in detail


def test_who_may_do_anything_may_call_it(bed):
    bed.postgres.sql(COUNTER)
    with signed_in(bed) as client:
        assert kinds(client.ask(query("SELECT counted()"))) == "TDCZI"


def test_a_cast_between_the_server_s_own_types_by_a_user_s_function_is_a_call_of_it(bed):
    with analyst(bed) as client:
        assert refused(client, "SELECT point '(1,2)'::integer")
        assert not refused(client, "SELECT '1'::text")


def test_a_function_that_nobody_knows_is_no_read_either(bed):
    with analyst(bed) as client:
        assert refused(client, "SELECT made_elsewhere()")


def test_what_a_session_makes_is_known_to_others_from_then_on(bed):
    bed.postgres.sql("DROP VIEW IF EXISTS counting; DROP FUNCTION IF EXISTS counted()")
    bed.postgres.sql(COUNTER)
    with analyst(bed) as client, signed_in(bed) as owner:
        assert not refused(client, "SELECT 1")
        owner.ask(query("CREATE VIEW counting AS SELECT counted() AS n"))
        owner.ask(query("GRANT SELECT ON counting TO app_readonly"))
        assert kinds(owner.ask(query("SELECT 1"))) == "TDCZI"
        # Either it has been read by now, or the view is unknown: it is no read in both cases.
        for _ in range(3):
            assert refused(client, "SELECT counted() FROM counting")


def test_what_a_session_puts_in_the_place_of_a_table_is_soon_known_to_others(bed):
    bed.postgres.sql(COUNTER)
    with analyst(bed) as client, signed_in(bed) as owner:
        assert not refused(client, "SELECT n FROM replaced")
        owner.ask(query("DROP TABLE replaced; CREATE VIEW replaced AS SELECT counted() AS n; "
                        "GRANT SELECT ON replaced TO app_readonly"))
        # Sooner than a reading that only the time brings.
        wait_until(lambda: refused(client, "SELECT n FROM replaced"), 20, "the view to be known")


SHADOWED = "SELECT abs(-1)"


def test_a_name_means_what_the_search_path_of_the_session_makes_it_mean(bed):
    with analyst(bed) as client:
        assert not refused(client, SHADOWED)
        client.ask(query("SET search_path = shadow, pg_catalog"))
        assert refused(client, SHADOWED)
        client.ask(query("RESET search_path"))
        assert not refused(client, SHADOWED)
        # What may be taken back may be in force.
        client.ask(query("BEGIN") + query("SET search_path = shadow, pg_catalog"), ready=2)
        client.ask(query("ROLLBACK"))
        assert refused(client, SHADOWED)
        client.ask(query("SET search_path = public"))
        assert not refused(client, SHADOWED)
    with analyst(bed, options="-c search_path=shadow,pg_catalog") as client:
        assert refused(client, SHADOWED)


def test_what_was_prepared_before_is_decided_by_what_its_names_mean_now(bed):
    with analyst(bed) as client:
        client.ask(parse(SHADOWED, "s") + SYNC)
        client.ask(query(f"PREPARE p AS {SHADOWED}"))
        run = bind(statement="s") + execute() + SYNC
        for sent in (run, query("EXECUTE p")):
            assert not errors(client.ask(sent))
        client.ask(query("SET search_path = shadow, pg_catalog"))
        for sent in (run, query("EXECUTE p")):
            assert errors(client.ask(sent))[0]["C"] == "42501"


@pytest.mark.expects_log("a server refused the login")
def test_a_database_that_cannot_be_looked_into_gives_no_session(bed):
    with Client(("localhost", bed.port)) as client:
        messages = client.login("analyst-read", "demo/nowhere", token_of(bed, "data-eu"))
        error = errors(messages)[-1]
        assert (error["S"], error["C"]) == ("FATAL", "57P03")
        assert "catalog" in error["M"]
