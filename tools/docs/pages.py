"""Doxygen's filter of Markdown: links lead where they do on a page of a forge.

A heading that a link names gets that name as its label, told apart by the file's; a link to a file that
is no part of the reference, as a program's source, is shown as that file's name.
"""

import os
import re
import sys

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[([^\]\n]*)\]\(([^()\s#]*)(?:#([^()\s]*))?\)")
# Doxygen lets a single quote end what one backtick begins.
QUOTED = re.compile(r"(?<!`)`([^`\n]*'[^`\n]*)`(?!`)")
HEADING = re.compile(r"^(#{1,6}[ \t]+)(.*?)[ \t]*$", re.MULTILINE)


def label(file, anchor):
    return re.sub(r"\W+", "_", f"{os.path.normpath(file)}_{anchor}")


def anchor_of(heading):
    name = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", name).lower().replace(" ", "-")


def converted(file, text):
    def heading(match):
        if len(match.group(1).strip()) == 1:  # the page's own, which the tree of pages shows
            return match.group(0).replace("`", "")
        return f"{match.group(0)} {{#{label(file, anchor_of(match.group(2)))}}}"

    def link(match):
        words, path, anchor = match.groups()
        if re.match(r"[a-z]+:", path):
            return match.group(0)
        target = os.path.normpath(os.path.join(os.path.dirname(file), path)) if path else file
        if anchor and target.endswith(".md"):
            return f"[{words}](@ref {label(target, anchor)})"
        return match.group(0) if target.endswith((".md", ".h")) else words

    parts, at = [], 0
    for fence in FENCE.finditer(text):
        parts += [text[at:fence.start()], fence.group(0)]
        at = fence.end()
    parts.append(text[at:])
    return "".join(part if number % 2 else LINK.sub(link, HEADING.sub(heading, QUOTED.sub(r"``\1``", part)))
                   for number, part in enumerate(parts))


if __name__ == "__main__":
    given = os.path.relpath(sys.argv[1])
    with open(given, encoding="utf-8") as page:
        sys.stdout.write(converted(given, page.read()))
