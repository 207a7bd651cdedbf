"""pg_dump and pg_restore: what is dumped through Portreeve is what the server holds."""

import re

import pytest

from testbed import POLICY
from ways import TLS, directly, through

# What one needs who dumps: LOCK TABLE is of class misc.
DUMP = """\
  - name: dump
    who: [analysts]
    on: { connections: ["demo"] }
    as: { role: app_readonly }
    session: { max: 8h }
    rules: [{ class: [read, misc], action: allow }]
"""

BED = TLS | {"connections": (("demo", "postgres"), ("copy", "copy")), "policy": POLICY + DUMP}

SCHEMA = r"""
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'quotes '' and "both"';
CREATE TYPE shop.colour AS ENUM ('red', 'gr''een', 'blü');
CREATE DOMAIN shop.positive AS int CHECK (VALUE > 0);
CREATE TABLE shop.parts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE, colour shop.colour DEFAULT 'red',
  many shop.positive, raw bytea, tags text[], facts jsonb, made timestamptz,
  doubled int GENERATED ALWAYS AS (many * 2) STORED);
INSERT INTO shop.parts (name, colour, many, raw, tags, facts, made)
  SELECT 'part ' || i, (enum_range(NULL::shop.colour))[1 + i % 3], i, decode(md5(i::text), 'hex'),
    ARRAY['a' || i, NULL, E'\t'], jsonb_build_object('i', i),
    'epoch'::timestamptz + i * '1h'::interval
  FROM generate_series(1, 3000) i;
CREATE TABLE shop.empty ();
CREATE TABLE shop.sales (day date, part bigint REFERENCES shop.parts) PARTITION BY RANGE (day);
CREATE TABLE shop.sales_old PARTITION OF shop.sales
  FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE shop.sales_new PARTITION OF shop.sales DEFAULT;
INSERT INTO shop.sales SELECT '2020-06-01'::date + i, i FROM generate_series(1, 1000) i;
CREATE INDEX parts_tags ON shop.parts USING gin (tags);
CREATE VIEW shop.blue AS SELECT id, name FROM shop.parts WHERE colour = 'blü' WITH CHECK OPTION;
CREATE MATERIALIZED VIEW shop.counts AS SELECT colour, count(*) FROM shop.parts GROUP BY 1;
CREATE SEQUENCE shop.numbers START 42 INCREMENT 7;
SELECT nextval('shop.numbers');
CREATE FUNCTION shop.greet(who text DEFAULT 'you') RETURNS text LANGUAGE plpgsql AS
  $body$ BEGIN RETURN 'hello; ' || who; END $body$;
CREATE PROCEDURE shop.tidy() LANGUAGE sql BEGIN ATOMIC DELETE FROM shop.sales; END;
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN NEW.made := now(); RETURN NEW; END $$;
CREATE TRIGGER stamped BEFORE UPDATE ON shop.parts FOR EACH ROW EXECUTE FUNCTION shop.stamp();
CREATE RULE quiet AS ON DELETE TO shop.parts DO INSTEAD NOTHING;
ALTER TABLE shop.parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON shop.parts FOR SELECT TO app_readonly USING (many < 10);
GRANT SELECT (id, name) ON shop.parts TO app_readonly;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app_rw;
CREATE AGGREGATE shop.total (int) (SFUNC = int4pl, STYPE = int, INITCOND = 0);
CREATE OPERATOR shop.<+> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);
CREATE STATISTICS shop.related ON colour, many FROM shop.parts;
SELECT lo_from_bytea(0, decode(repeat('00ff10', 100000), 'hex'));
SELECT lo_from_bytea(0, 'small');
"""


def dump(way, *arguments, program="pg_dump"):
    done = way.run(program, *arguments)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    # Newer programs bracket a plain dump with a key that they draw.
    return re.sub(r"^\\(un)?restrict \w+$", "", done.stdout, flags=re.M)


@pytest.fixture(autouse=True, scope="module")
def _filled(bed):
    bed.postgres.sql(SCHEMA)


@pytest.fixture(name="copy")
def _copy(bed):
    """The ways to an empty database."""
    bed.postgres.sql("DROP DATABASE IF EXISTS copy WITH (FORCE)")
    bed.postgres.sql("CREATE DATABASE copy TEMPLATE template0")
    return directly(bed, "copy"), through(bed, "copy")


@pytest.mark.parametrize("arguments", [
    (), ("--inserts", "--rows-per-insert=100"), ("--schema-only", "--clean", "--if-exists"),
    ("--data-only", "--column-inserts", "--table=shop.parts"), ("--serializable-deferrable",),
    ("--no-blobs", "--quote-all-identifiers")], ids=" ".join)
def test_a_dump_through_portreeve_is_the_same_as_a_direct_one(ways, arguments):
    direct, ours = (dump(way, *arguments) for way in ways)
    assert "shop" in direct
    assert ours == direct


@pytest.mark.parametrize("form", [("--format=custom",), ("--format=tar",),
                                  ("--format=directory", "--jobs=2")], ids=" ".join)
def test_a_dump_is_restored_to_the_same_content(ways, copy, tmp_path, form):
    _, ours = ways
    stored = tmp_path / "stored"
    dump(ours, *form, "--file", stored)
    jobs = [option for option in form if "jobs" in option]
    done = copy[1].run("pg_restore", "--exit-on-error", *jobs, "--dbname", "copy", stored)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert dump(copy[0]) == dump(ways[0])


def test_a_plain_dump_is_restored_by_psql(ways, copy):
    content = dump(ways[1])
    done = copy[1].psql(content, "-q", "-v", "ON_ERROR_STOP=1")
    assert done.returncode == 0 and done.stderr == ""
    assert dump(copy[0]) == content


def test_a_restore_in_one_transaction_leaves_nothing_when_it_fails(ways, copy, tmp_path):
    stored = tmp_path / "stored"
    dump(ways[1], "--format=custom", "--file", stored)
    empty = dump(copy[0])
    copy[0].psql("CREATE SCHEMA shop; CREATE TABLE shop.empty ()")
    done = copy[1].run("pg_restore", "--single-transaction", "--dbname", "copy", stored)
    assert done.returncode == 1
    assert 'schema "shop" already exists' in done.stderr
    copy[0].psql("DROP SCHEMA shop CASCADE")
    assert dump(copy[0]) == empty


def test_roles_and_tablespaces_are_dumped(ways):
    direct, ours = (dump(way, "--globals-only", "--database", way.database, program="pg_dumpall")
                    for way in ways)
    assert "CREATE ROLE app_rw" in direct
    assert ours == direct


def test_one_who_may_only_read_dumps_what_is_readable(bed):
    direct = directly(bed, role="app_readonly")
    ours = through(bed, user="dump", group="data-eu")
    content = dump(direct, "--table=public.customers")
    assert "c1000@example.com" in content
    assert dump(ours, "--table=public.customers") == content
    done = ours.run("pg_dump", "--table=shop.parts")
    assert done.returncode == 1
    assert "permission denied for schema shop" in done.stderr
