"""Every promise of a document, such as [wal-7.3], is named by the test that shows it."""

import os
import re

CHECKERS = "tests/check/"  # its own tests name made-up promises
# Documents, and what their promises begin with.
OTHERS = (("tools/dbtool/README.md", "cli"), ("tools/dbtool/README.md", "ui"))


def promising(repository):
    """The documents that promise, and what the ids in each begin with."""
    for document in repository.named("FORMAT.md"):
        yield document, os.path.basename(os.path.dirname(document))
    yield from ((document, prefix) for document, prefix in OTHERS
                if document in repository.files)


def check(repository):
    problems = []
    tests = [file for file in repository.files
             if file.startswith("tests/") and not file.startswith(CHECKERS)
             and file.endswith((".cc", ".h", ".py", ".sh", ".txt", ".cmake"))]
    shown = {}  # id: the first place that names it
    for file in tests:
        for name in re.findall(r"\b[a-z]+-\d+(?:\.\d+)*\b", repository.text(file)):
            shown.setdefault(name, file)
    for document, begin in promising(repository):
        promise = re.compile(rf"\[({re.escape(begin)}-\d+(?:\.\d+)*)\]")
        promised = set(promise.findall(repository.text(document)))
        for name in sorted(promised - shown.keys()):
            problems.append(f"{document}: no test names [{name}]")
        for file in tests:
            for name in sorted(set(promise.findall(repository.text(file))) - promised):
                problems.append(f"{file}: names [{name}], which {document} does not promise")
    return problems
