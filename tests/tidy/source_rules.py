"""Rules on the text of one source file."""

import re

from cxx import functions, split
from tree import Finding

FILE_LINES = 400
FUNCTION_LINES = 70
LINE_COLUMNS = 100
PROGRAMS = (".h", ".cc", ".c", ".py", ".sh", ".js", ".mjs", ".java", ".cmake", "CMakeLists.txt",
            ".proto")

BANNED = [
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets)\s*\(", "writes without a limit; use std::string"),
    (r"(?<![\w.>:])(?:std::)?(system|popen)\s*\(", "runs a shell; use posix_spawn"),
    (r"(?<![\w.>:])(?:std::)?s?rand\s*\(", "is not random; use base/random.h"),
    (r"(?<![\w.>:])(?:std::)?(atoi|atol|atof|atoll)\s*\(", "hides errors; use std::from_chars"),
    (r"(?<![\w.>:])(tmpnam|mktemp|tempnam)\s*\(", "races; use mkstemp or mkdtemp"),
    (r"\bpg_query_exit\b", "ends the process when a worker thread calls it"),
    (r"\braw_expression_tree_walker\b", "ends the process on utility statements; use our walker"),
    (r"\bpg_query_parse(_protobuf|_opts)?\s*\(", "its recursion overflows; use the raw parse tree"),
    (r"\bstd::async\b", "makes a thread nobody owns"),
    (r"\bstd::regex\b", "overflows the stack on long input"),
    (r"\busing namespace std\s*;", "write std::"),
    (r"\babsl::Mutex\b", "gives false races under TSan; use std::mutex"),
    (r"\bco_(await|return|yield)\b", "g++ 12 miscompiles coroutines; use callbacks"),
    (r"(?<![\w.>:])assert\s*\(", "is off in releases; use PORTREEVE_CHECK"),
    (r"\bstd::(chrono::(system|steady|high_resolution)_clock)::now\b", "use base/clock.h"),
]
# The one place that stands behind a seam may do what nobody else may.
# gRPC takes its deadlines in the system clock's own type.
SEAMS = {"common/base/clock.cc", "common/link/grpc_endpoint.cc"}

_OLD_CODE = re.compile(
    r"^(return\b[^.]*;|(if|for|while|switch) \(.*[{;]|[\w:<>,&*\[\] ]+ = [^.]*;"
    r"|[\w:.]+(->\w+)*\([^ ]*\);|#\s*(include|define|ifdef|ifndef|endif)\b.*|[{}]+;?)$")


def banned_calls(tree):
    for path in tree.sources():
        if path in SEAMS:
            continue
        code, _ = split(tree.text(path))
        for number, line in enumerate(code.splitlines(), 1):
            for pattern, why in BANNED:
                found = re.search(pattern, line)
                if found:
                    name = found.group().strip().rstrip("(").strip()
                    yield Finding(path, number, "banned call", f"{name} {why}")


def file_length(tree):
    for path in tree.having(*PROGRAMS) + tree.scripts():
        count = len(tree.lines(path))
        if count > FILE_LINES:
            yield Finding(path, count, "file length",
                          f"{count} lines; at most {FILE_LINES}: there are two rooms in one")


def function_length(tree):
    for path in tree.sources():
        code, _ = split(tree.text(path))
        for first, count in functions(code):
            if count > FUNCTION_LINES:
                yield Finding(path, first, "function length",
                              f"{count} lines; at most {FUNCTION_LINES}: keep the branching, "
                              "move the leaves out")


def line_length(tree):
    for path in tree.having(*PROGRAMS) + tree.scripts():
        for number, line in enumerate(tree.lines(path), 1):
            if len(line) > LINE_COLUMNS:
                yield Finding(path, number, "line length",
                              f"{len(line)} columns; at most {LINE_COLUMNS}")


def header_shape(tree):
    for path in tree.having(".h"):
        text = tree.text(path)
        if not text.startswith("//"):
            yield Finding(path, 1, "header comment",
                          "open with what the header is for and its one rule")
        if "#pragma once" not in text:
            yield Finding(path, 1, "header guard", "add #pragma once after the opening comment")


def unfinished(tree):
    mark = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    for path in tree.having(*PROGRAMS, ".md", ".yaml", ".txt") + tree.scripts():
        for number, line in enumerate(tree.lines(path), 1):
            if mark.search(line):
                yield Finding(path, number, "unfinished",
                              "finish it, or say plainly what is missing")


def old_code(tree):
    for path in tree.sources():
        _, comments = split(tree.text(path))
        for number, line in enumerate(comments.splitlines(), 1):
            body = line.strip()
            if body.startswith("//") and _OLD_CODE.match(body[2:].strip()):
                yield Finding(path, number, "commented-out code", "delete it; git remembers")


RULES = [banned_calls, file_length, function_length, line_length, header_shape, unfinished,
         old_code]
