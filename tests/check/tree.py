"""What stands at the top level, and what no file may say: a path of one machine."""

import re

from repository import FOLDERS

TOP_LEVEL = set(FOLDERS) | {"CMakeLists.txt", "README.md", "dev", "CHANGELOG.md",
                            "CMakePresets.json"}
# Homes and work folders of whoever wrote it; brackets keep the patterns from finding themselves.
MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:[w]ork|[r]oot|[h]ome/\w+|[U]sers/\w+)(?![\w.-])")
SESSION_TOOL = re.compile(r"\.[l]ibrary/|\b[i]ssues (?:show|list|comment)\b|\b[p]roject machine\b")


def check(repository):
    problems = []
    for name in sorted({file.split("/")[0] for file in repository.files}):
        if name not in TOP_LEVEL and not name.startswith("."):
            problems.append(f"{name}: has no place at the top level")
    for file in repository.files:
        for number, line in enumerate(repository.text(file).split("\n"), 1):
            for what, pattern in (("a path of one machine", MACHINE_PATH),
                                  ("a tool of one session", SESSION_TOOL)):
                if found := pattern.search(line):
                    problems.append(f"{file}:{number}: {what}: {found.group(0)}")
    return problems
