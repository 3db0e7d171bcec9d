"""Every .cc file is named in a CMakeLists.txt, and every one named is there; no globbing."""

import os
import re

from repository import FOLDERS

VARIABLE = re.compile(r"\$\{(?:PROJECT_SOURCE_DIR|CMAKE_SOURCE_DIR|linedb_SOURCE_DIR)\}/")
HERE = re.compile(r"\$\{CMAKE_CURRENT_(?:SOURCE|LIST)_DIR\}/")


def named_in(list_file, text):
    """The paths that a CMakeLists.txt could mean by its words, from the repository's root."""
    folder = os.path.dirname(list_file)
    names = set()
    for word in re.findall(r'[^\s()"]+', re.sub(r"#[^\n]*", "", text)):
        rooted = VARIABLE.sub("/", word)
        if rooted.startswith("/"):
            names.add(os.path.normpath(rooted[1:]))
        elif "$" not in HERE.sub("", word):
            names.add(os.path.normpath(os.path.join(folder, HERE.sub("", word))))
    return names


def check(repository):
    problems = []
    names = set()
    for list_file in repository.named("CMakeLists.txt") + repository.with_suffix(".cmake"):
        text = repository.text(list_file)
        if re.search(r"\bfile\s*\(\s*GLOB", text, re.IGNORECASE):
            problems.append(f"{list_file}: file(GLOB ...): name the sources")
        named = named_in(list_file, text)
        for name in sorted(named):
            if name.endswith(".cc") and "*" not in name and not repository.exists(name):
                problems.append(f"{list_file}: names {name}, which is not there")
        names |= named
    for file in repository.with_suffix(".cc"):
        # A list of cases, such as the programs that must not compile, may leave out the suffix.
        if file.split("/")[0] in FOLDERS and not {file, file[:-len(".cc")]} & names:
            problems.append(f"{file}: in no CMakeLists.txt")
    return problems
