"""The statements in tests/canary/statements, which are texts with places to be filled in."""

import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent / "statements"


def _lines(name):
    text = (FOLDER / f"{name}.txt").read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def statements(name):
    """One in each line."""
    return tuple(_lines(name))


def scripts(name):
    """[(name, statement...)]: below each name its statements stand indented."""
    found = []
    for line in _lines(name):
        if line.startswith("  "):
            found[-1] += (line.strip(),)
        else:
            found.append((line,))
    return found
