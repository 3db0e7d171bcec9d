"""The API reference: build-docs/html, by Doxygen. Every warning is an error.

An entity of a public header that no comment tells of is one, too, but for what EXCUSED names, and so
is a comment that Doxygen misreads. Headers that say of themselves that they are internal are left
out.
"""

import os
import re
import shutil
import subprocess
import sys

import comments

OUTPUT = "build-docs"
PAGES = ("README.md", "examples/GUIDE.md", "examples/guide", "tools/dbtool/README.md",
         "engine/FORMAT.md", "engine/exchange/FORMAT.md", "schema/FORMAT.md", "wal/FORMAT.md", "engine/DESIGN.md", "CHANGELOG.md",
         "tests/bench/README.md", "tests/faults/README.md")
INTERNAL = "Internal to linedb"
WARNING = re.compile(r"^(.*?):(\d+): warning: (.*)$")
EXCUSED = (
    # The library's own, in public headers because templates need them.
    re.compile(r"of (?:namespace|class|struct) linedb::(?:schema|engine)\b"),
    re.compile(r"^Member .*\bengine::\w+.*is not documented"),
    re.compile(r"^Member (?:core|spec|operand|expression|same_order|order|fault|of|aggregate)\(\)"),
    # Its values say what it is for.
    re.compile(r"^Member \w+ \(enumeration\) .*is not documented"),
    # Conditions are written with all operators of C++; linedb/condition.h tells of them at its head.
    re.compile(r"^Member operator\S+\(const A &a.*\(function\) of namespace linedb is"),
    # A template's members are named by those of its parameter.
    re.compile(r"^Member text\[N\] \(variable\) of struct linedb::FixedString"),
)


def public_headers():
    """The headers that stand for the API, in folders' order."""
    headers = []
    for folder in ("engine", "schema"):
        directory = f"{folder}/include/linedb"
        for name in sorted(os.listdir(directory)):
            with open(f"{directory}/{name}", encoding="utf-8") as header:
                head = header.read(1000).split("\n#")[0].replace("\n// ", " ")
            if name.endswith(".h") and INTERNAL not in head:
                headers.append(f"{directory}/{name}")
    return headers


def run_doxygen():
    shutil.rmtree(OUTPUT, ignore_errors=True)
    os.makedirs(OUTPUT)
    with open("tools/docs/Doxyfile", encoding="utf-8") as given:
        settings = given.read() + (
            "INPUT = " + " ".join((*public_headers(), *PAGES)) + "\n"
            # By its whole path: others are called so, too.
            "USE_MDFILE_AS_MAINPAGE = " + os.path.abspath("README.md") + "\n")
    subprocess.run(["doxygen", "-"], input=settings, text=True, check=True)
    with open(f"{OUTPUT}/warnings", encoding="utf-8") as warnings:
        return warnings.read().splitlines()


def source_line(file, number):
    """The line that Doxygen's line comes from."""
    if not file.endswith(".h") or not os.path.exists(file):
        return number
    with open(file, encoding="utf-8") as header:
        lines = comments.converted(header.read())
    return lines[min(number, len(lines)) - 1][1] + 1


def problems(warnings):
    found = []
    for line in warnings:
        match = WARNING.match(line)
        if not match:
            found.append(line)
        elif not any(excuse.search(match.group(3)) for excuse in EXCUSED):
            file = os.path.relpath(match.group(1))
            found.append(f"{file}:{source_line(file, int(match.group(2)))}: {match.group(3)}")
    return found


def main():
    found = problems(run_doxygen())
    for problem in found:
        print(problem)
    if found:
        print(f"{len(found)} wrong in what Doxygen reads", file=sys.stderr)
        return 1
    print(f"{OUTPUT}/html/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
