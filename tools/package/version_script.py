#!/usr/bin/env python3
"""Writes the linker's version script of the shared library: what the public headers declare.

    version_script.py NODE OUTPUT INCLUDE_DIRECTORY...

Everything else stays local: the engine's inside, and what absl, simdjson and the standard library
had compiled into it. Read from the headers, so that nobody keeps a list beside them; it relies on
how clang-format lays them out. OUTPUT.d names the headers, for whoever makes it again.
"""

import os
import re
import sys

COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
NAMESPACE = re.compile(r"(?:inline\s+)?namespace\s*([\w:]*)$")
CLASS = re.compile(r"(?:class|struct)\s+(\w+)(?:\s+final)?(?:\s*:[^:].*)?$", re.DOTALL)
FUNCTION = re.compile(r"([\w:]+)\s*\(")
NO_DECLARATION = re.compile(r"(?:template|friend|using|typedef|static_assert|enum|class|struct|extern)\b")


def without_comments(text):
    return DIRECTIVE.sub("", COMMENT_OR_TEXT.sub(lambda match: '""' if match[0][0] == '"' else " ", text))


def end_of_block(text, start):
    """Behind the } that closes the { at `start`."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at + 1
    raise ValueError("a { without its }")


def function_name(head):
    """The name of the function that a declaration at namespace scope declares, or None."""
    if NO_DECLARATION.match(head) or "operator" in head:
        return None
    found = FUNCTION.search(head)
    return found[1] if found else None


def names(text, scope=""):
    """(kind, qualified name) of all classes and functions of a header or a scope in it."""
    statement = at = 0
    while at < len(text):
        character = text[at]
        if character not in "{};":
            at += 1
            continue
        head = re.sub(r"^(?:\s|\[\[\w+\]\]|(?:public|private|protected)\s*:(?!:))+", "", text[statement:at])
        at += 1
        if character == "{":
            end = end_of_block(text, at - 1)
            inside = text[at:end - 1]
            head = head.strip()
            if found := NAMESPACE.match(head):
                yield from names(inside, f"{scope}{found[1]}::")
            elif found := CLASS.match(head):
                yield "class", scope + found[1]
                yield from ((kind, name) for kind, name in names(inside, f"{scope}{found[1]}::")
                            if kind == "class")
            elif name := function_name(head):
                yield "function", scope + name
            at = end
        elif character == ";" and (name := function_name(head)):
            yield "function", scope + name
        statement = at


def patterns(declared):
    lines = set()
    for kind, name in declared:
        if kind == "class":
            lines.add(f"{name}::*")
            lines |= {f'"{what} for {name}"' for what in ("vtable", "typeinfo", "typeinfo name")}
        else:  # what follows it are its arguments, or before them the tag of the strings' ABI
            lines.add(f"{name}[!a-zA-Z0-9_]*")
    return sorted(lines)


def headers_below(directory):
    return [os.path.join(folder, file) for folder, _, files in os.walk(directory)
            for file in files if file.endswith(".h")]


def main(node, output, *directories):
    headers = sorted(header for directory in directories for header in headers_below(directory))
    declared = set()
    for header in headers:
        with open(header, encoding="utf-8") as file:
            declared |= set(names(without_comments(file.read())))
    cpp = "".join(f"      {line};\n" for line in patterns(
        (kind, name) for kind, name in declared if name.startswith("linedb::")))
    with open(output, "w", encoding="utf-8") as file:
        file.write(f"{node} {{\n  global:\n    linedb_*;\n"
                   f'    extern "C++" {{\n{cpp}    }};\n  local:\n    *;\n}};\n')
    with open(f"{output}.d", "w", encoding="utf-8") as file:
        file.write(f"{output}: " + " ".join(header.replace(" ", "\\ ") for header in headers) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
