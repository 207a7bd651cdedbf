"""What else comes with PostgreSQL and speaks to servers: maintenance, probes, foreign tables."""

import shutil

import pytest

from ways import TLS, through

# createuser asks for no other database than "postgres".
BED = TLS | {"connections": (("demo", "postgres"), ("postgres", "postgres"), ("made", "made"))}


@pytest.fixture(name="tool")
def _tool(bed):
    def run(*command):
        done = through(bed).run(*command)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr
    return run


def test_databases_and_roles_are_made_and_dropped(bed, tool):
    tool("createdb", "--maintenance-db=demo", "--template=template0", "made")
    assert through(bed, "made").psql("SELECT current_database()", "-qAt").stdout == "made\n"
    assert through(bed, "demo/made").psql("SELECT current_database()", "-qAt").stdout == "made\n"
    tool("dropdb", "--maintenance-db=demo", "made")
    tool("createuser", "--no-login", "--role=app_rw", "newcomer")
    assert bed.postgres.sql("SELECT pg_has_role('newcomer', 'app_rw', 'MEMBER')") == "t"
    tool("dropuser", "newcomer")


def test_tables_are_maintained(tool):
    assert "customers" in tool("vacuumdb", "--analyze", "--verbose", "--table=customers", "demo")
    tool("vacuumdb", "--jobs=2", "demo")
    tool("reindexdb", "--concurrently", "--table=customers", "demo")
    tool("clusterdb", "demo")


@pytest.mark.parametrize("wanted, works", [
    ("any", True), ("read-write", True), ("primary", True), ("prefer-standby", True),
    ("standby", False), ("read-only", False)])
def test_a_client_that_seeks_a_kind_of_server_finds_it(ways, wanted, works):
    for way in ways:
        done = way.run("psql", "-X", way.dsn(target_session_attrs=wanted), "-c", "SELECT 1")
        assert (done.returncode == 0) == works, done.stderr


def test_the_probe_says_that_connections_are_accepted(bed, tool):
    assert "accepting connections" in tool("pg_isready")
    done = through(bed, "nowhere").run("pg_isready")
    assert done.returncode == 0


def test_another_server_reads_and_writes_foreign_tables(bed):
    way = through(bed)
    # The server that is the client runs as another user, and reads certificates as that one.
    ca_file = bed.postgres.data / "gateway-ca.crt"
    shutil.copyfile(way.ca_file, ca_file)
    ca_file.chmod(0o644)
    none = bed.postgres.data / "no-client-certificate"
    bed.postgres.sql("CREATE TABLE far (i int PRIMARY KEY, n text)")
    bed.postgres.sql(f"""
        CREATE EXTENSION postgres_fdw;
        CREATE SCHEMA remote;
        CREATE SERVER portreeve FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost',
          port '{way.port}', dbname '{way.database}', sslmode 'verify-full', fetch_size '10',
          sslrootcert '{ca_file}', sslcert '{none}', sslkey '{none}',
          use_remote_estimate 'true', async_capable 'true');
        CREATE USER MAPPING FOR postgres SERVER portreeve
          OPTIONS (user '{way.user}', password '{way.password}');
        IMPORT FOREIGN SCHEMA public LIMIT TO (customers, far) FROM SERVER portreeve INTO remote;
        """)
    found = bed.postgres.sql("""
        SELECT count(*), sum(c.id) FROM remote.customers c JOIN customers USING (name);
        INSERT INTO remote.far SELECT i, 'n' || i FROM generate_series(1, 500) i;
        BEGIN;
        UPDATE remote.far SET n = 'changed' WHERE i % 100 = 0 AND random() < 2;
        SAVEPOINT s;
        DELETE FROM remote.far WHERE i < 400;
        ROLLBACK TO s;
        COMMIT;
        ANALYZE remote.far;
        SELECT count(*), count(*) FILTER (WHERE n = 'changed') FROM remote.far;
        SELECT count(*) FROM postgres_fdw_get_connections();
        """)
    assert found.splitlines() == ["1000|500500", "500|5", "1"]
    bed.postgres.sql("DROP EXTENSION postgres_fdw CASCADE; DROP SCHEMA remote; DROP TABLE far")
