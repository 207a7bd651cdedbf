#!/usr/bin/python3
"""Prints docs/reference/cli.md from what `portreeve --help` says: both come from one table.

After a change of a verb: tests/docs/cli_reference.py > docs/reference/cli.md
"""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PORTREEVE = Path(os.environ.get("PORTREEVE_BIN", ROOT / "build/release/bin")) / "portreeve"
HEAD = """\
# The command line

Generated from the program's own table of verbs. How a verb finds its gateway: `--config` names the
configuration of a gateway on this machine; `--gateway` with `--token-file` one anywhere; without
either it is that of `portreeve dev`. A flag stands before the environment.
"""


def said(*arguments):
    return subprocess.run([str(PORTREEVE), *arguments], capture_output=True, text=True, check=True,
                          timeout=60).stdout


def verbs(overview):
    """The verbs, in the order of the overview; folded lines begin further to the right."""
    return [match.group(1) for match in re.finditer(r"^  (\S+(?: \S+)*)(?:  |$)", overview, re.M)]


def page():
    overview = said("--help")
    parts = [HEAD, f"```\n{overview}```\n"]
    for verb in verbs(overview):
        parts.append(f"## {verb}\n\n```\n{said(*verb.split(), '--help')}```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
