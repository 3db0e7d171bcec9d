"""The arrows between folders: which file may include which, by architecture.md.

    examples  tools  tests      examples: public headers only; sideways only tests/ui and tests/sql, to
                                tools; tools/bridges, which alone know SQLite, below tools/dbtool
          engine                storage < index < transaction < references
        schema  wal               < columnar, exchange, history < edit, repair < engine/*.cc
                                  < query < session, collection, batch, watch < c_api
"""

import os
import re

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
ANY_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', re.MULTILINE)
THIRD_PARTY = ("absl/", "gtest/", "gmock/", "nlohmann/", "simdjson", "CLI/", "zstd", "xxhash",
               "sqlite3", "httplib")
BELOW = {
    "schema": {"schema"},
    "wal": {"wal"},
    "engine": {"engine", "schema", "wal"},
    "tools": {"tools", "engine", "schema", "wal"},
    "tests": {"tests", "engine", "schema", "wal"},
    "examples": set(),
}
TESTS_OF_TOOLS = ("tests/ui/", "tests/sql/")  # parts of a tool, without its program
# Libraries that no other folder may come to need.
KEPT_TO = {"sqlite3": ("tools/bridges/sqlite/", "tests/"), "CLI/": ("tools/dbtool/", "tests/"),
           "httplib": ("tools/dbtool/", "tests/")}
ENGINE_STEPS = {"storage": 1, "index": 2, "transaction": 3, "references": 4, "columnar": 5,
                "exchange": 5, "history": 5, "edit": 6, "repair": 6, "query": 8, "session": 9,
                "collection": 9, "batch": 9, "watch": 9, "c_api": 10}
ENGINE_TOP = 7


def is_public(file):
    return "include/linedb/" in file


def resolve(repository, file, name):
    """The repository's file that `#include "name"` in `file` means; None if it is not ours."""
    if name.startswith("linedb/"):
        for folder in ("schema", "wal", "engine"):
            path = f"{folder}/include/{name}"
            if repository.exists(path):
                return path
        return None
    if file.startswith("examples/"):  # each is a program that may be copied out of here
        beside = os.path.join(os.path.dirname(file), name)
        if repository.exists(beside):
            return beside
    return name if repository.exists(name) else None


def engine_part(file):
    parts = file.split("/")
    return parts[1] if len(parts) > 2 else ""


def fault(file, target):
    """Why `file` may not include `target`, or None."""
    source_folder, target_folder = file.split("/")[0], target.split("/")[0]
    if is_public(file) and not is_public(target):
        return "a public header includes public headers only"
    if source_folder == "examples":
        if is_public(target) or os.path.dirname(file) == os.path.dirname(target):
            return None
        return "an example includes public headers and its own only"
    if file.startswith(TESTS_OF_TOOLS) and target_folder == "tools":
        return None
    if file.startswith("tools/bridges/") and target_folder == "tools":
        if os.path.dirname(file) == os.path.dirname(target):
            return None
        return "a bridge includes linedb and its own only"
    if target_folder not in BELOW[source_folder]:
        return f"{source_folder}/ stands below or beside {target_folder}/"
    if file.startswith("tests/wal/") and target_folder in ("schema", "engine"):
        return "wal/ is built and tested without schema/ and engine/"
    if source_folder == "engine" == target_folder and not is_public(file) | is_public(target):
        source_part, target_part = engine_part(file), engine_part(target)
        if source_part == target_part:
            return None
        if ENGINE_STEPS.get(target_part, ENGINE_TOP) >= ENGINE_STEPS.get(source_part, ENGINE_TOP):
            return f"engine/{source_part} stands below or beside engine/{target_part}"
    return None


def strays(file, text):
    """Includes of libraries that are kept to other folders."""
    for match in ANY_INCLUDE.finditer(text):
        for library, folders in KEPT_TO.items():
            if match.group(1).startswith(library) and not file.startswith(folders):
                line = text.count("\n", 0, match.start(1)) + 1
                yield f"{file}:{line}: {match.group(1)} is kept to {' and '.join(folders)}"


def check(repository):
    problems = []
    for file in repository.sources():
        if file.split("/")[0] not in BELOW:
            problems.append(f"{file}: a source outside the folders of architecture.md")
            continue
        if file.startswith("engine/") and not is_public(file):
            part = engine_part(file)
            if part and part not in ENGINE_STEPS:
                problems.append(f"{file}: engine/{part}/ has no place in the order of engine/")
                continue
        text = repository.text(file)
        problems.extend(strays(file, text))
        for match in INCLUDE.finditer(text):
            name = match.group(1)
            where = f"{file}:{text.count(chr(10), 0, match.start(1)) + 1}"
            target = resolve(repository, file, name)
            if name.startswith("absl/synchronization"):
                problems.append(f"{where}: tsan cannot see into Debian's absl: use std::mutex")
            if target is None:
                if not name.startswith(THIRD_PARTY):
                    problems.append(f'{where}: "{name}" is no file of the repository; includes are '
                                    "rooted there, or at include/ for linedb/")
                continue
            if is_public(target) and not name.startswith("linedb/"):
                problems.append(f'{where}: "{name}" is public: include it as "linedb/..."')
            elif reason := fault(file, target):
                problems.append(f'{where}: "{name}": {reason}')
    return problems
