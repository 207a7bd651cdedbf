"""Rules on what may include what, and on files that nothing uses."""

import re
import subprocess

from cxx import split
from tree import Finding

LAYERS = "tests/tidy/layers.txt"

_INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')

# What a pure room may not see, whoever provides it.
IMPURE = re.compile(
    r"^(sys/(socket|epoll|stat|time)\.h|netinet/.*|arpa/.*|(netdb|poll|unistd|fcntl|time)\.h"
    r"|grpc.*|httplib\.h|curl/.*|chrono|ctime|fstream|filesystem|thread"
    r"|sqlite3\.h|base/(clock|file|unique_fd|log)\.h)$")
# The agent is small: no database, HTTP or SQL parser in it, nor in what it shares.
NOT_FOR_AGENT = re.compile(r"^(sqlite3\.h|httplib\.h|curl/.*|pg_query.*|nodes/.*)$")


class Layers:
    """layers.txt, read."""

    def __init__(self, text):
        self.allowed = {}
        self.pure = set()
        for line in text.splitlines():
            line = line.split("#")[0].strip()
            if not line:
                continue
            folder, names = line.split(":")
            if folder == "pure":
                self.pure = set(names.split())
            else:
                self.allowed[folder] = names.split()

    def resolve(self, side, name):
        """The folder that `name` means for code of `side`, or None."""
        for folder in (f"{side}/{name}", f"common/{name}"):
            if folder in self.allowed:
                return folder
        return None

    def may(self, folder, name):
        names = self.allowed.get(folder, [])
        return name in names or ("*" in names and
                                 (name == "proto" or self.resolve(folder.split("/")[0], name)))


def _includes(tree, path):
    for number, line in enumerate(tree.lines(path), 1):
        found = _INCLUDE.match(line)
        if found:
            yield number, found.group(1) == '"', found.group(2)


def _read(tree):
    return Layers(tree.text(LAYERS)) if LAYERS in tree.paths else None


def layers(tree):
    known = _read(tree)
    if known is None:
        yield Finding(LAYERS, 1, "layers", "the file is missing")
        return
    for folder in tree.modules():
        if folder not in known.allowed:
            yield Finding(LAYERS, 1, "layers", f"say what {folder} may include")
    everyone = {folder.split("/")[1] for folder in known.allowed if "/" in folder} | {"proto"}
    for path in tree.sources():
        side = path.split("/")[0]
        if side not in ("common", "gateway", "agent"):
            continue
        folder = "/".join(path.split("/")[:2]) if path.count("/") > 1 else side
        for number, quoted, name in _includes(tree, path):
            module = "proto" if name.startswith("portreeve/") else name.split("/")[0]
            if not quoted or module == folder.split("/")[-1] or module not in everyone:
                continue
            if not known.may(folder, module):
                yield Finding(path, number, "layers",
                              f"{folder} may not include {module} (see {LAYERS})")


def pure_rooms(tree):
    known = _read(tree)
    if known is None:
        return
    for folder in known.pure:
        for path in tree.sources(under=folder + "/"):
            for number, _, name in _includes(tree, path):
                if IMPURE.match(name):
                    yield Finding(path, number, "pure room",
                                  f"{folder} decides from values only; take what {name} gives "
                                  "as an argument")


def small_agent(tree):
    for path in tree.sources(under="agent/") + tree.sources(under="common/"):
        for number, _, name in _includes(tree, path):
            if NOT_FOR_AGENT.match(name):
                yield Finding(path, number, "small agent", f"{name} may not reach the agent")


def unit_test_includes(tree):
    known = _read(tree)
    if known is None:
        return
    everyone = {folder.split("/")[1] for folder in known.allowed if "/" in folder}
    for path in tree.sources(under="tests/unit/"):
        tested = path.split("/")[2]
        homes = [f for f in known.allowed if f.split("/")[-1] == tested and "/" in f]
        for number, quoted, name in _includes(tree, path):
            module = name.split("/")[0]
            if not quoted or module == tested or module not in everyone:
                continue
            if homes and not any(module in known.allowed[home] for home in homes):
                yield Finding(path, number, "unit test",
                              f"a test of {tested} includes {tested} and what {tested} may include")


def _names(tree, cmake, name):
    return cmake in tree.paths and re.search(rf"(?<![\w/.]){re.escape(name)}(?![\w])",
                                             tree.text(cmake))


def dead_files(tree):
    included = set()
    for path in tree.sources():
        included.update(name.split("/")[-1] for _, quoted, name in _includes(tree, path) if quoted)
    for path in tree.sources():
        folder, _, name = path.rpartition("/")
        if name.endswith(".h"):
            if name not in included:
                yield Finding(path, 1, "dead file", "no file includes it")
        elif folder == "tests/fuzz" and name.endswith("_fuzz.cc"):
            if f"{folder}/{name[:-len('_fuzz.cc')]}.cmake" not in tree.paths:
                yield Finding(path, 1, "dead file", "write its .cmake file")
        else:
            homes = [f"{folder}/CMakeLists.txt", f"{folder.rpartition('/')[0]}/CMakeLists.txt",
                     f"{folder}/run"]
            tails = [name, f"{folder.rpartition('/')[2]}/{name}", name]
            named = any(_names(tree, home, tail) for home, tail in zip(homes, tails))
            if folder == "tests/fuzz":
                named = named or any(_names(tree, target, name)
                                     for target in tree.having(".cmake", under="tests/fuzz/"))
            if not named:
                yield Finding(path, 1, "dead file", f"name it in {homes[0]}")
    for path in tree.having(".proto", under="proto/"):
        stem = path.rpartition("/")[2][:-len(".proto")]
        if not _names(tree, "proto/CMakeLists.txt", stem):
            yield Finding(path, 1, "dead file", "name it in proto/CMakeLists.txt")


def shared_globals(tree):
    """Mutable namespace-scope state: `static int x` or `int g_x` outside functions."""
    pattern = re.compile(r"^(static |inline |thread_local )*(?!.*\b(const|constexpr|constinit)\b)"
                         r"[\w:<>,*& ]+\bg_?[a-z]\w*( =|;|\{)")
    for path in tree.sources(under="common/") + tree.sources(under="gateway/") \
            + tree.sources(under="agent/"):
        code, _ = split(tree.text(path))
        for number, line in enumerate(code.splitlines(), 1):
            if re.search(r"\bg_[a-z]\w*\b", line) and pattern.match(line):
                yield Finding(path, number, "global state", "give it an owner that main() makes")


def formatting(tree):
    paths = tree.sources()
    if not paths or not tree.exists(".clang-format"):
        return
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *paths], cwd=tree.root,
                          capture_output=True, text=True, check=False)
    seen = set()
    for line in done.stderr.splitlines():
        found = re.match(r"^(.*?):(\d+):\d+: error: code should be clang-formatted", line)
        if found and found.group(1) not in seen:
            seen.add(found.group(1))
            yield Finding(found.group(1), int(found.group(2)), "format", "run clang-format -i")
    if done.returncode != 0 and not seen:
        yield Finding(".clang-format", 1, "format", done.stderr.strip()[:200])


RULES = [layers, pure_rooms, small_agent, unit_test_includes, dead_files, shared_globals,
         formatting]
