"""Every promise of a document, such as [wal-7.3], is named by the test that shows it.

A format document promises wherever it names an id that begins as its folder is called. Others promise
in lists, an item for each: `- [cli-1] stdout has data`."""

import os
import re

CHECKERS = "tests/check/"  # its own tests name made-up promises
LISTED = re.compile(r"^- \[([a-z]+-\d+(?:\.\d+)*)\] ", re.MULTILINE)
NAMED = re.compile(r"\b[a-z]+-\d+(?:\.\d+)*\b")


def ids(begin):
    return re.compile(rf"\[({re.escape(begin)}-\d+(?:\.\d+)*)\]")


def promising(repository):
    """The documents that promise, what the ids in each begin with, and the ids."""
    for document in repository.with_suffix(".md"):
        text = repository.text(document)
        if os.path.basename(document) == "FORMAT.md":
            begin = os.path.basename(os.path.dirname(document))
            yield document, begin, set(ids(begin).findall(text))
        elif not document.startswith(CHECKERS):
            listed = [match[1] for match in LISTED.finditer(text)]
            for begin in sorted({name.rpartition("-")[0] for name in listed}):
                yield document, begin, {name for name in listed if name.startswith(f"{begin}-")}


def check(repository):
    problems = []
    tests = [file for file in repository.files
             if file.startswith("tests/") and not file.startswith(CHECKERS)
             and file.endswith((".c", ".cc", ".h", ".py", ".sh", ".txt", ".cmake"))]
    texts = {file: repository.text(file) for file in tests}
    shown = {name for text in texts.values() for name in NAMED.findall(text)}
    places = {}
    for document, begin, promised in promising(repository):
        if places.setdefault(begin, document) != document:
            problems.append(f"{places[begin]} and {document} both promise [{begin}-…]")
        problems += [f"{document}: no test names [{name}]" for name in sorted(promised - shown)]
        for file in tests:
            problems += [f"{file}: names [{name}], which {document} does not promise"
                         for name in sorted(set(ids(begin).findall(texts[file])) - promised)]
    return problems
