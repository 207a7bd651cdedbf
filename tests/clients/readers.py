"""Tools that read a database's catalog, as programs: run by the test, and by the capture of what
they ask (tests/golden/tools/capture).

Each finds the server by libpq's environment, in clear on loopback, and prints what it was told.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
READERS = HERE / "readers"
SCHEMA = (READERS / "shop.sql").read_text()
NODE = HERE / "node"
JARS = "/usr/share/java/postgresql.jar"


def _python(name):
    return lambda folder: [[sys.executable, READERS / f"reads_{name}.py"]]


def _node(name):
    return lambda folder: [["node", "--no-deprecation", NODE / "readers" / f"{name}.mjs"]]


def _psql(folder):
    return [["psql", "-X", "-f", READERS / "psql.sql"],
            [sys.executable, READERS / "psql_completes.py"]]


def _pg_dump(folder):
    # A key that is always the same for what else differs at each time.
    dump = ["pg_dump", "--restrict-key=same"]
    return [[*dump, "--exclude-table-data=shop.rare"],
            [*dump, "--inserts", "--rows-per-insert=7", "--table=shop.orders", "--clean",
             "--if-exists", "--enable-row-security"],
            ["pg_dump", "--format=directory", "--jobs=2", f"--file={folder}/dump",
             "--serializable-deferrable", "--schema=shop",
             "--exclude-table-data=shop.rare"]]


def _jdbc(folder):
    return [["javac", "-cp", JARS, "-Xlint:all", "-Werror", "-d", folder,
             READERS / "Metadata.java"],
            ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{JARS}:{folder}",
             "Metadata"]]


def _drizzle(folder):
    # What it says is a show of its progress: what counts is what it writes.
    return [["sh", "-c", f"{NODE}/node_modules/.bin/drizzle-kit introspect"
             f" --config={NODE}/readers/drizzle.config.mjs > said 2>&1 ||"
             " { cat said >&2; exit 1; };"
             " cat drizzle/schema.ts drizzle/relations.ts"]]


# What runs each, with a folder for what it writes.
TOOLS = {"psql": _psql, "pg_dump": _pg_dump, "jdbc": _jdbc, "drizzle": _drizzle} | {
    name: _python(name) for name in ("sqlalchemy", "django", "peewee", "pgcli", "psycopg")} | {
    name: _node(name) for name in ("knex", "sequelize", "typeorm")}


def read(tool, way):
    """Runs a tool. Each of its processes, when all have finished; the last may have failed."""
    done = []
    with tempfile.TemporaryDirectory() as folder:
        environment = way.environment(PGSSLMODE="disable", HOME=folder, LC_ALL="C.UTF-8",
                                      PYTHONHASHSEED="0")
        for name in ("PGSSLROOTCERT", "PGCONNECT_TIMEOUT"):
            del environment[name]
        for command in TOOLS[tool](folder):
            done.append(subprocess.run([str(part) for part in command], capture_output=True,
                                       text=True, check=False, timeout=120, cwd=folder,
                                       env=environment))
            if done[-1].returncode != 0:
                break
    return done
