"""docs/reference/cli.md and the manual page say what the program says of itself."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))

import cli_reference  # noqa: E402


def test_the_reference_page_is_that_of_the_program():
    assert (ROOT / "docs/reference/cli.md").read_text() == cli_reference.page(), \
        "run tests/docs/cli_reference.py > docs/reference/cli.md"


def test_the_manual_page_names_every_verb():
    manual = (ROOT / "deploy/debian/portreeve.1").read_text()
    named = set(re.findall(r'^\.(?:B|BI) "?portreeve ([a-z ]+?)(?: " [A-Z"].*)?$', manual, re.M))
    assert named == set(cli_reference.verbs(cli_reference.said("--help")))
