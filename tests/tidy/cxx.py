"""Just enough of C++'s lexical rules to tell code, comments and strings apart."""

import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def _blank(text):
    return "".join("\n" if c == "\n" else " " for c in text)


def split(text):
    """(code, comments): both as long as `text`, line by line, the other parts blanked.

    Strings are blanked in both, but keep their quotes in the code.
    """
    code, comments, end = [], [], 0
    for token in _TOKEN.finditer(text):
        between = text[end:token.start()]
        code.append(between)
        comments.append(_blank(between))
        found = token.group()
        if found.startswith("/"):
            code.append(_blank(found))
            comments.append(found)
        else:
            code.append(found[0] + _blank(found[1:-1]) + found[-1])
            comments.append(_blank(found))
        end = token.end()
    code.append(text[end:])
    comments.append(_blank(text[end:]))
    return "".join(code), "".join(comments)


def functions(code):
    """Yields (first line, number of lines) of each outermost function body in blanked code.

    Relies on clang-format: a body's brace stands after a space, an initialiser's does not.
    """
    stack, head, head_line, line = [], "", 1, 1
    for i, c in enumerate(code):
        if c == "{":
            glued = i > 0 and (code[i - 1].isalnum() or code[i - 1] in "_>({,[")
            inside = any(kind in ("function", "value") for kind, _ in stack)
            if glued or head.rstrip().endswith(("=", "return")):
                stack.append(("value", line))
                continue
            is_body = ")" in head and not inside and not re.search(r"\benum\b|\bnamespace\b", head)
            stack.append(("function" if is_body else "block", head_line))
            head = ""
        elif c == "}":
            if stack:
                kind, first = stack.pop()
                if kind == "function":
                    yield first, line - first + 1
                if kind != "value":
                    head = ""
        elif c == ";":
            if not any(kind == "value" for kind, _ in stack):
                head = ""
        elif c == "\n":
            line += 1
            if head:
                head += " "
        elif not (stack and stack[-1][0] == "value"):
            if not head.strip() and not c.isspace():
                head, head_line = "", line
            head += c
