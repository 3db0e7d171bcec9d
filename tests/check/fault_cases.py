"""Each of the forty faults of tests/faults/README.md has a test, and that test exists."""

import re

TABLE = "tests/faults/README.md"
CASES = 40

ROW = re.compile(r"^\|\s*(\d+)\s*\|(.*)\|([^|]*)\|\s*$", re.MULTILINE)
TEST = re.compile(r"^\s*TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.MULTILINE)


def check(repository):
    if not repository.exists(TABLE):
        return []
    tests = set()
    for file in repository.sources():
        if file.startswith("tests/"):
            tests |= {".".join(name) for name in TEST.findall(repository.text(file))}
    problems = []
    seen = []
    for number, _, shown in ROW.findall(repository.text(TABLE)):
        seen.append(int(number))
        named = re.findall(r"`(\w+\.\w+)`", shown)
        if not named:
            problems.append(f"{TABLE}: case {number} names no test")
        for name in named:
            if name not in tests:
                problems.append(f"{TABLE}: case {number} names {name}, which is no test")
    for number in range(1, CASES + 1):
        if seen.count(number) != 1:
            problems.append(f"{TABLE}: case {number} stands there {seen.count(number)} times")
    for name in sorted(tests):
        case = re.match(r"FaultCase(\d+)\.", name)
        if case and f"`{name}`" not in repository.text(TABLE):
            problems.append(f"{TABLE}: does not name {name}")
    return problems
