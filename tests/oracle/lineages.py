"""What the gateway says of where columns come from, beside what a server says and does."""

import re
import subprocess

from psycopg import pq

from processes import ROOT

PROGRAM = ROOT / "build" / "asan" / "tests" / "lineage_of"
TOO_LONG = b"57014"
ROWS = (pq.ExecStatus.TUPLES_OK,)
READ_CATALOG = """
SELECT n.nspname || '.' || c.relname, c.relkind,
  (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
  coalesce(pg_get_viewdef(c.oid), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm') ORDER BY c.oid"""
# Of a view's rule: what its query names.
DEPENDENCIES = """
SELECT DISTINCT d.refobjid::regclass::text || '.' || a.attname
FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE r.ev_class = 'pg_temp.judged'::regclass AND d.refclassid = 'pg_class'::regclass
  AND d.refobjsubid > 0 AND d.refobjid <> r.ev_class"""


class Output:
    """name: =direct.column ~kind other.column [?]"""

    def __init__(self, line):
        self.name, _, origins = line.partition(":")
        self.unknown = origins.endswith(" ?")
        self.direct = set(re.findall(r" =(\S+)", origins))
        self.made_of = set(re.findall(r" ~[a-z ]*? ?(\S+\.\S+)", origins))


class Lineage:
    def __init__(self, lines):
        self.unknown = next((line for line in lines if line.startswith("unknown: ")), "")
        uses = [line for line in lines if re.match(r"(via )?use ", line)]
        self.used = {line.split(" ")[-1] for line in uses}
        self.outputs = [Output(line) for line in lines
                        if line not in uses and not line.startswith(("floor ", "calls "))]
        self.sources = self.used.union(*(each.direct | each.made_of for each in self.outputs))

    def covers(self, column):
        return column in self.sources or column.rpartition(".")[0] + ".*" in self.sources


def lineages_of(catalog, statements):
    done = subprocess.run([PROGRAM, catalog], stdout=subprocess.PIPE, check=True,
                          input=b"".join(each.encode() + b"\0" for each in statements))
    blocks = re.split(r"^\n", done.stdout.decode(), flags=re.MULTILINE)[:-1]
    assert len(blocks) == len(statements)
    # As the server writes names.
    return [Lineage(block.replace("pg_catalog.", "").splitlines()) for block in blocks]


class Shop:
    """One session of a superuser in a database that lineage_shop.sql has made."""

    timeout = "10s"

    def __init__(self, server, script):
        info = f"host=localhost port={server.port} user=postgres password={server.password}"
        self.connection = pq.PGconn.connect(info.encode() + b" dbname=postgres")
        assert self.connection.status == pq.ConnStatus.OK, self.connection.error_message
        self.must(script)
        self.must("SET client_min_messages = error")
        self.must("SET search_path = pg_catalog")
        self.catalog = self.rows(READ_CATALOG)
        self.must("RESET search_path")
        self.relations = {name.removeprefix("public."): rest for name, *rest in self.catalog}
        self.columns = {(oid, number): name for oid, number, name in self.rows(
            "SELECT attrelid, attnum, attrelid::regclass::text || '.' || attname "
            "FROM pg_attribute WHERE attnum > 0")}

    def run(self, sql):
        return self.connection.exec_(sql.encode())

    def must(self, sql):
        result = self.run(sql)
        assert result.status in (*ROWS, pq.ExecStatus.COMMAND_OK), result.error_message
        return result

    @staticmethod
    def sqlstate(result):
        return result.error_field(pq.DiagnosticField.SQLSTATE)

    @staticmethod
    def values(result):
        return [tuple((result.get_value(row, column) or b"\\N").decode()
                      for column in range(result.nfields)) for row in range(result.ntuples)]

    def rows(self, sql):
        return self.values(self.must(sql))

    def write_catalog(self, path):
        lines = {"tables": [], "views": []}
        for name, kind, columns, definition in self.catalog:
            text = f"  {name}: {{ columns: [{columns}]"
            if kind in "vm":
                query = " ".join(definition.rstrip(";").split()).replace('"', '\\"')
                text += f', materialized: {"true" if kind == "m" else "false"}, as: "{query}"'
            lines["views" if kind in "vm" else "tables"].append(text + " }")
        path.write_text("\n".join(line for kind, each in lines.items() for line in [f"{kind}:",
                                                                                    *each]) + "\n")

    def dependencies(self, query):
        """The columns that the server finds in it; None: it makes no view of it."""
        self.must("BEGIN")
        made = self.run(f"CREATE TEMP VIEW judged AS {query}")
        found = None
        if made.status == pq.ExecStatus.COMMAND_OK:
            found = {name for (name,) in self.rows(DEPENDENCIES)}
        self.must("ROLLBACK")
        return found

    def result(self, query, before=""):
        self.must("BEGIN")
        if before:
            self.must(before)
        self.must(f"SET LOCAL statement_timeout = '{self.timeout}'")
        result = self.run(query)
        # On a busy machine the time may be up for this as well; the transaction still stands then.
        while self.sqlstate(self.run("ROLLBACK")) == TOO_LONG:
            pass
        return result

    def changes(self, column):
        relation, _, name = column.rpartition(".")
        kind, columns, definition = self.relations[relation]
        if kind == "m":
            return []
        if kind != "v":
            return [f"UPDATE {relation} SET {name} = NULL",
                    f"UPDATE {relation} SET {name} = (SELECT x.{name} FROM {relation} x "
                    f"ORDER BY x.{name} DESC LIMIT 1)"]
        given = ", ".join(f"nullif(x.{each}, x.{each}) AS {each}" if each == name else f"x.{each}"
                          for each in columns.split(","))
        return [f"CREATE OR REPLACE VIEW {relation} AS SELECT {given} "
                f"FROM ({definition.rstrip(';')}) x"]

    def matters(self, query, column):
        """Whether other contents of the column make another result."""
        first = self.result(query)
        for change in self.changes(column):
            other = self.result(query, change)
            # That it took too long says nothing.
            if TOO_LONG in (self.sqlstate(first), self.sqlstate(other)):
                continue
            if first.status != other.status:
                return True
            if sorted(self.values(first)) != sorted(self.values(other)):
                return True
        return False
