"""Sizes: a source file above 800 lines or a function above 70 fails; a file above 400 is listed.

Functions are found by braces, which is dependable on text that clang-format has laid out.
"""

import re

from repository import blank_comments_and_strings

FILE_LINES_MAX = 800
FILE_LINES_NOTED = 400
FUNCTION_LINES_MAX = 70

NOT_A_FUNCTION = re.compile(
    r"^(?:template\s*<[^{}]*>\s*)*(?:inline\s+|typedef\s+|static\s+|export\s+)*"
    r"(?:namespace|class|struct|enum|union|extern)\b")
NAME = re.compile(r"([~\w:]+(?:\s*operator\s*\S+|<[^()]*>)?)\s*\(")


def functions(text):
    """(name, first line, lines) of every outermost function body in formatted C++."""
    text = blank_comments_and_strings(text)
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group(0).count("\n"), text,
                  flags=re.MULTILINE)
    found = []
    stack = []  # for each open brace: (kind, start of the statement before it)
    statement = 0
    for at, character in enumerate(text):
        if character == "{":
            head = text[statement:at]
            if at > 0 and not text[at - 1].isspace() and text[at - 1] not in "(){":
                kind = "value"  # a_{1}, Type{...}: laid out without a space
            elif any(kind == "function" for kind, _ in stack):
                kind = "inner"
            elif NOT_A_FUNCTION.match(head.strip()):
                kind = "scope"
            elif "(" in head and not re.search(r"(?:=|return|,)\s*$", head):
                kind = "function"
            else:
                kind = "value"
            stack.append((kind, statement))
            if kind != "value":
                statement = at + 1
        elif character == "}" and stack:
            kind, start = stack.pop()
            if kind == "function":
                head = text[start:]
                first = text.count("\n", 0, start + len(head) - len(head.lstrip())) + 1
                name = NAME.search(head)
                found.append((name.group(1) if name else "?", first,
                              text.count("\n", 0, at) + 2 - first))
            if kind != "value":
                statement = at + 1
        elif character == ";" and not (stack and stack[-1][0] == "value"):
            statement = at + 1
    return found


def check(repository, notes):
    problems = []
    for file in repository.sources():
        text = repository.text(file)
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            problems.append(f"{file}: {lines} lines, at most {FILE_LINES_MAX}")
        elif lines > FILE_LINES_NOTED:
            notes.append(f"{file}: {lines} lines, better below {FILE_LINES_NOTED}")
        for name, first, length in functions(text):
            if length > FUNCTION_LINES_MAX:
                problems.append(f"{file}:{first}: {name} has {length} lines, "
                                f"at most {FUNCTION_LINES_MAX}")
    return problems
