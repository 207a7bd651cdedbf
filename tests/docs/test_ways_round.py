"""Each way round the gateway that the documents tell of has a test, and it is there."""

import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/explanation/ways-round.md"
PLACE = re.compile(r"`(tests/[\w./]+)`: (.+)")
NOT_DEFENDED = "not defended"


def rows():
    """(way round, [(file, test)]) of each row of the page's tables."""
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 3 and cells[2] not in ("Test", "---"):
            tests = [] if cells[2] == NOT_DEFENDED else cells[2].split("<br>")
            yield cells[0], [PLACE.fullmatch(test.strip()) for test in tests]


@functools.cache
def named_in(path):
    text = (ROOT / path).read_text()
    if path.endswith(".py"):
        return set(re.findall(r"^def (test_\w+)\(", text, re.M))
    # A long name is one literal behind another.
    return {re.sub(r'"\s*"', "", name)
            for name in re.findall(r'TEST_CASE\("((?:[^"\\]|\\.|"\s*")*)"', text)}


ROWS = list(rows())


def test_the_page_has_its_rows():
    assert len(ROWS) >= 50
    assert sum(not tests for _, tests in ROWS) <= 2


@pytest.mark.parametrize("way, tests", ROWS, ids=[way[:60] for way, _ in ROWS])
def test_what_a_row_names_is_there(way, tests):
    for test in tests:
        assert test, f"{way}: a test is written as `tests/FILE`: NAME"
        assert test[2] in named_in(test[1]), f"{way}: {test[1]} has no test {test[2]!r}"
