"""Doxygen's INPUT_FILTER: the comments of a public header in the form that Doxygen reads.

The headers say what they promise in plain comments, as the rest of the sources does. Those outside
of function bodies become Doxygen's:

    // What it does.            /// What it does.
    int count = 0;  // of all   int count = 0;  ///< of all

A comment holds for all declarations up to the next blank line: what has none of its own gets that
one's. Indented lines are code; what Doxygen would take for its commands or for HTML is escaped.
"""

import re
import sys

TOKEN = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|[{};()\n]')
SCOPE = re.compile(r"(?:^|[\s>])(?:namespace|class|struct|enum|union|extern)\b(?![^{]*\)\s*$)")
LABEL = re.compile(r"\s*(?:public|protected|private)\s*:\s*$")
COMMENT = re.compile(r"\s*//(.*)$")
SPECIAL = re.compile(r"([\\@#%&<>])")
NO_PROSE = re.compile(r"\s*(?:clang-format|NOLINT)")


class Line:
    """A line of the source, and what stands around it."""

    def __init__(self, text):
        self.text = text
        self.outside = True  # of any function body, parentheses or braced value, at its begin
        self.begins = True  # no declaration is under way at its begin
        self.comment = None  # where one begins on it


def look_at(text):
    """The lines of a source."""
    lines = [Line(line) for line in text.split("\n")]
    braces, depth, statement, number, line_begin = [], 0, 0, 0, 0
    for match in TOKEN.finditer(text):
        token, at = match.group(0), match.start()
        outside = depth == 0 and all(braces)
        if token == "\n":
            number += 1
            line_begin = at + 1
            head = blank_comments(text[statement:at])
            if head.lstrip().startswith("#") and not head.endswith("\\") or LABEL.match(head):
                statement = at + 1
                head = ""
            lines[number].outside = outside
            lines[number].begins = not head.strip()
        elif token.startswith("//"):
            lines[number].comment = at - line_begin
        elif token == "(":
            depth += 1
        elif token == ")":
            depth -= 1
        elif token == "{":
            head = blank_comments(text[statement:at])
            braces.append(outside and bool(SCOPE.search(head)) and "(" not in head.split(":")[0])
            if braces[-1]:
                statement = at + 1
        elif token == "}":
            if braces:
                braces.pop()
            # What follows the brace of a type or value belongs to it, as its semicolon.
            after = text[at + 1:].lstrip(" ")
            if depth == 0 and all(braces) and not after.startswith((";", ",", ")")):
                statement = at + 1
        elif token == ";" and outside:
            statement = at + 1
    return lines


def blank_comments(text):
    return re.sub(r"//[^\n]*", "", text)


def escaped(words):
    """Prose without what Doxygen would take for its own; `code` stays as it is."""
    parts = re.split(r"(`[^`]*`)", words)
    return "".join(part if part.startswith("`") else SPECIAL.sub(r"\\\1", part) for part in parts)


def prose(words):
    """The lines of a comment, as Doxygen's: (number of the line within it, text)."""
    out, code = [], False
    for number, line in enumerate(words):
        indented = line.startswith("   ")
        if indented != code and (line.strip() or not code):
            if indented:
                is_code = any(re.search(r"[;{}()]", one) for one in words[number:number + 2])
                out.append((number, " @code{.cpp}" if is_code else " @code{.unparsed}"))
            else:
                out.append((number, " @endcode"))
            code = indented
        out.append((number, line if code else escaped(line)))
    if code:
        out.append((len(words) - 1, " @endcode"))
    return out


def converted(text):
    """(line, number of the source's line that it comes from), of what Doxygen is to read."""
    lines, out = look_at(text), []
    words, first, shared = [], 0, None  # of the comment under way; of this paragraph
    in_file_comment = True
    for number, line in enumerate(lines):
        own = COMMENT.match(line.text)
        if own and line.outside and line.begins and not NO_PROSE.match(own.group(1)):
            if not words:
                first = number
            words.append(own.group(1))
            continue
        if own and out and "///<" in out[-1][0] and line.outside:  # goes on below its declaration
            out.append((line.text[:line.comment] + "///<" + escaped(own.group(1)), number))
            continue
        if words:
            if in_file_comment:
                out.append(("/// @file", first))
            if in_file_comment or line.text.strip():  # else it is a comment on nothing: a heading
                comment = [("///" + of_line, first + at) for at, of_line in prose(words)]
                out += comment
                shared = [of_line for of_line, _ in comment]
            in_file_comment, words = False, []
        elif not line.text.strip():
            shared = None
        elif declares(line) and line.comment is None:
            out += [(of_line, number) for of_line in overloaded(lines, number) or shared or ()]
        elif declares(line) and line.text[:line.comment].rstrip().endswith("{"):
            out.append(("///" + escaped(line.text[line.comment + 2:]), number))
        if line.comment is not None and line.outside and not own and ends(line):
            said = line.text[line.comment + 2:]
            out.append((line.text[:line.comment] + "///<" + escaped(said), number))
        else:
            out.append((line.text, number))
    return out


def declares(line):
    return (line.outside and line.begins and
            not re.match(r"\s*(?:#|\}|public:|protected:|private:|friend\b|static_assert)", line.text))


def overloaded(lines, number):
    """The comment behind the declaration above, if it is of a function of the same name."""
    above, name = lines[number - 1], re.compile(r"(\w+)\(")
    if above.comment is None or not above.outside:
        return []
    names = [name.search(text) for text in (above.text[:above.comment], lines[number].text)]
    if not all(names) or names[0].group(1) != names[1].group(1):
        return []
    return ["///" + escaped(above.text[above.comment + 2:])]


def ends(line):
    """A declaration, or a value of an enumeration, is over where the comment begins."""
    if line.text.lstrip().startswith(("}", "#")):
        return False
    return line.text[:line.comment].rstrip().endswith((";", ",", "}")) or (
        line.begins and "(" not in line.text[:line.comment])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as header:
        print("\n".join(line for line, _ in converted(header.read())))
