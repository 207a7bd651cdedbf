"""SQL scripts as psql takes them, cut into statements."""

import re

TOKEN = re.compile(r"""
    --[^\n]* | /\*.*?\*/ | '(?:[^']|'')*' | "[^"]*" | (?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag)
  | [A-Za-z_]\w* | [;()] | . """, re.S | re.X)


def without_psql(script):
    """Without backslash commands and the data of COPY."""
    lines, data = [], False
    for line in script.splitlines():
        if data:
            data = line != "\\."
        elif not line.lstrip().startswith("\\"):
            lines.append(line)
            data = re.search(r"^copy\b.*\bfrom\s+stdin\b", line, re.I) is not None
    return "\n".join(lines)


def cut(script):
    """The statements of a script. Scripts with variables of psql give some that do not parse."""
    statements, begin, depth, atomic, last = [], 0, 0, 0, ""
    text = without_psql(script)
    for token in TOKEN.finditer(text):
        word = token.group().lower()
        if word in "()":
            depth += 1 if word == "(" else -1
        atomic += (word == "atomic" and last == "begin") or (word == "case" and atomic > 0)
        atomic -= word == "end" and atomic > 0
        if word == ";" and depth <= 0 and atomic == 0:
            statements.append(text[begin:token.start()].strip())
            begin, depth = token.end(), 0
        if not word.isspace():
            last = word
    return [each for each in statements if each]
