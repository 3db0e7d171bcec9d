"""Links in Markdown documents lead to a file that is there, and to a heading that is in it."""

import os
import re

LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^()\s]+)(?:\s+\"[^\"]*\")?\)|^\[[^\]\n]+\]:\s+(\S+)",
                  re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
ELSEWHERE = re.compile(r"^(?:[a-z]+:|//)")


def blank_code(text):
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))

    return re.sub(r"`[^`\n]*`", blank, FENCE.sub(blank, text))


def anchors(text):
    """The names under which GitHub makes a document's headings known."""
    found = set()
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", FENCE.sub("", text), re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)).lower()
        name = name.replace(" ", "-")
        count = 0
        unique = name
        while unique in found:
            count += 1
            unique = f"{name}-{count}"
        found.add(unique)
    return found


def check(repository):
    problems = []
    for file in repository.with_suffix(".md"):
        text = blank_code(repository.text(file))
        for match in LINK.finditer(text):
            link = match.group(1) or match.group(2)
            if ELSEWHERE.match(link):
                continue
            path, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(file), path)) if path else file
            where = f"{file}:{text.count(chr(10), 0, match.start()) + 1}"
            if not repository.exists(target):
                problems.append(f"{where}: no file {link}")
            elif anchor and target.endswith(".md") and (
                    anchor not in anchors(repository.text(target))):
                problems.append(f"{where}: no heading #{anchor} in {target}")
    return problems
