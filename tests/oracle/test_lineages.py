"""The server as the judge of lineages: of which columns it says itself that a result is theirs,
which columns it finds in a query, and whether values reach outputs that are said to be free of
them.
"""

import collections
import os
import pathlib
import random
import re
import subprocess

import pytest
from psycopg import pq

from lineage_queries import Maker
from lineages import ROWS, Shop, lineages_of
from postgres_server import POSTGRES_BIN

HERE = pathlib.Path(__file__).resolve().parent
QUERIES = 300
SEED = 20261125
MARKS = re.compile(r"<((?:hr\.)?([a-z]+)\.[a-z]+)>")
CAST = re.compile(r"::|CAST")


@pytest.fixture
def shop(server):
    shop = Shop(server, (HERE / "lineage_shop.sql").read_text())
    yield shop
    shop.connection.finish()


def reaches(output, mark):
    """Itself, a whole row of its relation, or its relation's partition."""
    relation, _, name = mark.rpartition(".")
    relations = [relation, relation + "_a", relation + "_b", relation + "_c"]
    return any(column in output.direct | output.made_of
               for each in relations for column in (f"{each}.{name}", f"{each}.*"))


def faults_of(shop, query, lineage, counts):
    """What the server knows better."""
    result = shop.result(query)
    if result.status not in ROWS:
        counts["not run: " + (result.error_message.decode().split("\n")[0])[:60]] += 1
        return
    counts["run"] += 1
    if lineage.unknown:
        yield lineage.unknown
        return
    names = [(result.fname(i) or b"").decode() for i in range(result.nfields)]
    if names != [each.name for each in lineage.outputs]:
        yield f"columns {names}, not {[each.name for each in lineage.outputs]}"
        return
    for i, output in enumerate(lineage.outputs):
        column = shop.columns.get((str(result.ftable(i)), str(result.ftablecol(i))))
        # The server leaves out a cast to the type that a value has.
        known = output.direct | output.made_of if CAST.search(query) else output.direct
        if column and column not in known:
            yield f"{output.name} is {column}"
        for row in range(result.ntuples):
            value = (result.get_value(row, i) or b"").decode()
            for mark in {mark for mark, _ in MARKS.findall(value)}:
                if not reaches(output, mark):
                    yield f"{output.name} has a value of {mark}"
    for column in (shop.dependencies(query) or set()) - lineage.sources:
        if not lineage.covers(column) and shop.matters(query, column):
            yield f"{column} matters"


def judge(shop, tmp_path, queries):
    catalog = tmp_path / "catalog.yaml"
    shop.write_catalog(catalog)
    counts, wrong = collections.Counter(), []
    for query, lineage in zip(queries, lineages_of(catalog, queries)):
        for fault in faults_of(shop, query, lineage, counts):
            wrong.append(f"{fault}: {query}")
            break
    print(dict(counts))
    assert not wrong, f"{len(wrong)} of {len(queries)}:\n" + "\n".join(wrong[:20])
    return counts


def test_what_people_write(shop, tmp_path):
    queries = (HERE / "lineage_sample.sql").read_text().split(";\n")
    queries = [each.strip() for each in queries if each.strip()]
    counts = judge(shop, tmp_path, queries)
    assert counts["run"] == len(queries)


def test_the_judge_sees_what_is_left_out(shop, tmp_path):
    queries = ["SELECT email FROM customers", "SELECT upper(email) FROM customers",
               "SELECT id FROM customers ORDER BY email DESC LIMIT 1", "SELECT c FROM customers c",
               "SELECT count(*) FROM customers WHERE email LIKE '%1'"]
    catalog = tmp_path / "catalog.yaml"
    shop.write_catalog(catalog)
    for query, lineage in zip(queries, lineages_of(catalog, queries)):
        assert not list(faults_of(shop, query, lineage, collections.Counter()))
        lineage.sources = set()
        for output in lineage.outputs:
            output.direct, output.made_of = set(), set()
        assert list(faults_of(shop, query, lineage, collections.Counter())), query


def test_queries_at_random(shop, tmp_path):
    # Some of them join everything with everything.
    shop.timeout = "200ms"
    maker = Maker(random.Random(SEED))
    queries = [maker.query(3 if i % 8 == 0 else 1 + i % 2)[0] for i in range(QUERIES)]
    counts = judge(shop, tmp_path, queries)
    assert counts["run"] > QUERIES * 0.6


PSQL = r"""
\d
\d+ customers
\d+ contacts
\d+ events
\d hr.*
\dt+
\df+ *.lower
\du+
\dn+
\dp
\l+
\dT+
\do
\dC
\dx
\dv+
\dm+
\di+
\ds
\dF
\dD
\dc
\dL
\dAc
\dconfig
\drds
\ddp
\det
\des
\dP+
\dX
\dy
\dRp
\db+
\sv contacts
\dO
\dg
"""


def asked_by_psql(shop_server):
    """What psql asks to answer its own commands."""
    done = subprocess.run(
        [POSTGRES_BIN / "psql", "-X", "-q", "-E", "-h", "localhost", "-p", str(shop_server.port),
         "-U", "postgres", "-d", "postgres"], input=PSQL.encode(), check=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=os.environ | {"PGPASSWORD": shop_server.password})
    asked = re.findall(r"^\*+ QUERY \*+\n(.*?)\n\*+$", done.stdout.decode(),
                       re.DOTALL | re.MULTILINE)
    return [query for text in asked for query in text.split(";\n")]


def asked_by_pg_dump(shop_server):
    """What the server's log says that it asked."""
    marker = len((shop_server.folder / "postgres.log").read_text())
    subprocess.run([POSTGRES_BIN / "pg_dump", "-h", "localhost", "-p", str(shop_server.port), "-U",
                    "postgres", "-d", "postgres"], check=True, stdout=subprocess.DEVNULL,
                   env=os.environ | {"PGPASSWORD": shop_server.password,
                                     "PGOPTIONS": "-c log_statement=all"})
    log = (shop_server.folder / "postgres.log").read_text()[marker:]
    return [re.sub(r"^\t", "", each, flags=re.MULTILINE) for each in re.findall(
        r"(?:statement|execute \S+): (.*?)(?=^\d{4}-|\Z)", log, re.DOTALL | re.MULTILINE)]


@pytest.mark.parametrize("tool", [asked_by_psql, asked_by_pg_dump])
def test_what_tools_ask_is_followed(server, shop, tmp_path, tool):
    catalog = tmp_path / "catalog.yaml"
    shop.write_catalog(catalog)
    asked = tool(server)
    assert len(asked) > 20
    wrong = [f"{lineage.unknown}: {query}" for query, lineage in
             zip(asked, lineages_of(catalog, asked)) if lineage.unknown]
    assert not wrong, "\n\n".join(wrong[:20])
