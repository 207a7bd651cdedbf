"""Rules on documents, examples, and on what a repository should not tell."""

import re

import yaml

from tree import Finding

MAP = "docs/architecture.md"

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_MAP_ROW = re.compile(r"^\| `((?:common|gateway|agent)/\w+)` \|")

PRIVATE = [
    (re.compile(r"/wor[k]/|/tmp/h[/]|/far[m]/|/root/[.]|/home/[a-z]"), "a path of one machine"),
    (re.compile(r"(deb|security)[.]debian[.]org|registry[.]npmjs|nodesource[.]com|pkg[.]dev\b"
                r"|pypi[.]org|files[.]pythonhosted|\"resolved\": "), "a registry's host"),
    (re.compile(r"\b[Ii]ssues? #?\d+\b|\bPR #\d+\b"), "a number that only a tracker explains"),
    (re.compile(r"(?i)\bco-authored-by\b|\bgenerated (by|with) (an? )?(ai|llm|claude|gpt)\b"
                r"|\bclaude\b|\bchatgpt\b"), "how the code was made"),
]


def titles(tree):
    for path in tree.having(".md"):
        lines = tree.lines(path)
        if not lines or not lines[0].startswith("# "):
            yield Finding(path, 1, "title", "begin with `# Title`")


def _prose(tree, path):
    """Numbered lines outside fenced blocks."""
    fenced = False
    for number, line in enumerate(tree.lines(path), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, line


def _anchors(tree, path):
    found = set()
    for _, line in _prose(tree, path):
        if line.startswith("#"):
            title = line.lstrip("#").strip().lower()
            found.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return found


def links(tree):
    for path in tree.having(".md"):
        for number, line in _prose(tree, path):
            for target in _LINK.findall(line):
                if re.match(r"[a-z]+:", target):
                    continue
                where, _, anchor = target.partition("#")
                folder = path.rpartition("/")[0]
                full = _normal(f"{folder}/{where}") if where else path
                if not tree.exists(full):
                    yield Finding(path, number, "link", f"{target} is not there")
                elif anchor and full.endswith(".md") and anchor not in _anchors(tree, full):
                    yield Finding(path, number, "link", f"{full} has no heading for #{anchor}")


def _normal(path):
    parts = []
    for part in path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)


def yaml_blocks(tree):
    for path in tree.having(".md"):
        lines, block, start = tree.lines(path), None, 0
        for number, line in enumerate(lines, 1):
            if block is None:
                if re.match(r"^\s*```ya?ml\b", line):
                    block, start = [], number
            elif line.strip() == "```":
                yield from _parses(path, start, "\n".join(block))
                block = None
            else:
                block.append(line)
    for path in tree.having(".yaml", ".yml"):
        yield from _parses(path, 0, tree.text(path))


def _parses(path, offset, text):
    try:
        list(yaml.safe_load_all(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = offset + (mark.line + 1 if mark else 1)
        yield Finding(path, line, "yaml", str(getattr(error, "problem", error)))


def module_map(tree):
    modules = tree.modules()
    if MAP not in tree.paths:
        if modules:
            yield Finding(MAP, 1, "map", "the file is missing")
        return
    rows = {}
    for number, line in enumerate(tree.lines(MAP), 1):
        found = _MAP_ROW.match(line)
        if found:
            rows[found.group(1)] = number
    for module in modules:
        if module not in rows:
            yield Finding(MAP, 1, "map", f"give {module} its row and its one sentence")
    for module, number in rows.items():
        if module not in modules:
            yield Finding(MAP, number, "map", f"there is no {module}")


def adr_ending(tree):
    for path in tree.having(".md", under="docs/adr/"):
        headings = [line for _, line in _prose(tree, path) if line.startswith("## ")]
        if not headings or headings[-1] != "## What would change our mind":
            yield Finding(path, 1, "adr", "end with `## What would change our mind`")
        if not re.match(r"docs/adr/\d{4}-\d\d-\d\d-[a-z0-9-]+\.md$", path):
            yield Finding(path, 1, "adr", "name it YYYY-MM-DD-what-it-decides.md")


def private_matters(tree):
    for path in tree.paths:
        if path.startswith("tests/tidy/"):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            for pattern, what in PRIVATE:
                if pattern.search(line):
                    yield Finding(path, number, "private matter", f"the line names {what}")


def named_paths(tree):
    """`tests/...` and the like in documents: what they name is there."""
    pattern = re.compile(r"`((?:tests|deploy|docs|proto|cmake)/[\w./-]*\w)`")
    for path in tree.having(".md"):
        for number, line in _prose(tree, path):
            for named in pattern.findall(line):
                if not tree.exists(named):
                    yield Finding(path, number, "named path", f"{named} is not there")


RULES = [titles, links, named_paths, yaml_blocks, module_map, adr_ending, private_matters]
