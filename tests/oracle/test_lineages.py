"""The server as the judge of lineages: of which columns it says itself that a result is theirs,
which columns it finds in a query, and whether values reach outputs that are said to be free of
them.
"""

import collections
import pathlib
import random
import re

import pytest
from psycopg import pq

from lineage_queries import Maker
from lineages import ROWS, Shop, lineages_of

HERE = pathlib.Path(__file__).resolve().parent
QUERIES = 700
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
    relations = [relation, relation + "_a", relation + "_b"]
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


def test_queries_at_random(shop, tmp_path):
    maker = Maker(random.Random(SEED))
    queries = [maker.query(1 + i % 3)[0] for i in range(QUERIES)]
    counts = judge(shop, tmp_path, queries)
    assert counts["run"] > QUERIES * 0.6
