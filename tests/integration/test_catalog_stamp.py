"""A catalog is read again when its stamp has changed: so it must change with all that is read."""

import psycopg
import pytest

from testbed import POLICY, SCHEMA

BED = {
    "policy": POLICY + """\
  - name: watched
    who: [analysts]
    on: { connections: ["demo", "again"] }
    rules:
      - { class: any, tables: ["hr.*"], action: refuse }
      - { class: any, action: allow }
""",
    "connections": (("demo", "postgres"), ("again", "postgres")),
    "schema": SCHEMA + """\
CREATE FUNCTION public.touch() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE FUNCTION public.same(int, int) RETURNS bool LANGUAGE sql AS 'SELECT $1 = $2';
CREATE TABLE public.parent (id int, name text) PARTITION BY RANGE (id);
CREATE TABLE public.child (id int, name text);
CREATE VIEW public.seen AS SELECT id FROM public.child;
CREATE DOMAIN public.small AS int;
CREATE TYPE public.mood AS ENUM ('good');
CREATE FUNCTION public.cheer(public.mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
""",
}

CHANGES = [
    "CREATE SCHEMA fresh",
    "GRANT USAGE ON SCHEMA fresh TO PUBLIC",
    "ALTER SCHEMA fresh RENAME TO stale",
    "CREATE TABLE public.fresh (id int)",
    "ALTER TABLE public.fresh ADD COLUMN name text",
    "ALTER TABLE public.fresh RENAME COLUMN name TO label",
    "ALTER TABLE public.fresh DROP COLUMN label",
    "ALTER TABLE public.fresh RENAME TO stale",
    "ALTER TABLE public.stale SET SCHEMA stale",
    "DROP TABLE stale.stale",
    "ALTER TABLE public.parent ATTACH PARTITION public.child FOR VALUES FROM (0) TO (9)",
    "ALTER TABLE public.parent DETACH PARTITION public.child",
    "CREATE INDEX fresh ON public.child (id)",
    "CREATE OR REPLACE VIEW public.seen AS SELECT id, name FROM public.child",
    "CREATE OR REPLACE FUNCTION public.touch() RETURNS int LANGUAGE plpgsql AS "
    "'BEGIN RETURN 2; END'",
    "ALTER FUNCTION public.touch() STABLE",
    "ALTER FUNCTION public.touch() SECURITY DEFINER",
    "ALTER FUNCTION public.same(int, int) RENAME TO equal",
    "ALTER TYPE public.mood RENAME TO temper",
    "CREATE OPERATOR public.=== (FUNCTION = public.equal, LEFTARG = int, RIGHTARG = int)",
    "ALTER DOMAIN public.small ADD CHECK (public.equal(VALUE, 1))",
    "CREATE CAST (public.temper AS int) WITH FUNCTION public.cheer(public.temper)",
    "ALTER FUNCTION pg_catalog.pg_sleep(double precision) STABLE",
    "ALTER DATABASE postgres SET search_path = stale, public",
]

# Nothing that is read.
NO_CHANGES = [
    "SELECT 1",
    "INSERT INTO public.child VALUES (1, 'x')",
    "ANALYZE public.child",
    "CREATE TEMP TABLE passing (id int); DROP TABLE passing",
    "BEGIN; CREATE TABLE public.never (id int); ROLLBACK",
]


@pytest.fixture
def version_after(bed):
    """The version of the catalog that is read after the server has run a statement."""
    token = bed.token(groups=("data-eu",))
    client = psycopg.connect(bed.dsn("watched", token=token), autocommit=True)

    def run(statement, client=client):
        bed.postgres.sql(statement)
        client.execute("SELECT public.touch()")
        client.execute("SELECT 1")
        return [record["catalog_read"]["version"] for record in bed.records()
                if record.get("catalog_read", {}).get("ended")][-1]

    with client:
        yield run


def test_each_change_of_what_is_read_is_seen_after_the_next_call_of_a_function(bed,
                                                                               version_after):
    known = version_after("SELECT 1")
    for change in CHANGES:
        version = version_after(change)
        assert version != known, change
        known = version
    # What was read piece by piece is what one reading finds.
    dsn = bed.dsn("watched", token=bed.token(groups=("data-eu",)), database="again")
    with psycopg.connect(dsn, autocommit=True) as other:
        assert version_after("SELECT 1", other) == known


def test_what_is_not_read_leaves_the_catalog_as_it_was(version_after):
    known = version_after("SELECT 1")
    for statement in NO_CHANGES:
        assert version_after(statement) == known, statement
