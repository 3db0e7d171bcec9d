"""Each crash case of a FORMAT.md names its test, and each test that a FORMAT.md names exists."""

import re

TEST = re.compile(r"^\s*TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.MULTILINE)
# `Suite.ClaimOfFourWords`, or the claim alone.
NAMED = re.compile(r"`((?:\w+Test\.)?(?:[A-Z][a-z]+|A){4,})`")
HEADER = re.compile(r"^\|(?:[^|]*\|)? (?:a )?crash \|")  # perhaps behind a column of numbers


def tests_of(repository):
    names = set()
    for file in repository.sources():
        if not file.startswith("tests/"):
            continue
        for suite, name in TEST.findall(repository.text(file)):
            names |= {name, f"{suite}.{name}"}
    return names


def check_tables(document, text, problems):
    columns = 0  # of the table of crash cases that the line is in, or 0
    for number, line in enumerate(text.split("\n"), 1):
        if HEADER.match(line):
            columns = line.count("|")
            if not line.endswith("| test |"):
                problems.append(f"{document} line {number}: a table of crash cases without a "
                                "column `test` at its end")
                columns = 0
        elif not line.startswith("|"):
            columns = 0
        elif columns and not line.startswith("|---"):
            cell = line.rstrip().rstrip("|").rsplit("|", 1)[-1]
            if line.count("|") != columns or not NAMED.search(cell):
                problems.append(f"{document} line {number}: this crash case names no test")


def check(repository):
    problems = []
    tests = tests_of(repository)
    for document in repository.named("FORMAT.md"):
        text = repository.text(document)
        check_tables(document, text, problems)
        for name in sorted(set(NAMED.findall(text)) - tests):
            problems.append(f"{document}: names {name}, which is no test")
    return problems
