"""clang-format on every C++ file, and clang's warnings as errors on every translation unit."""

import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import time


def format_problems(repository):
    sources = repository.sources()
    if not sources:
        return []
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", *sources], cwd=repository.root,
                         capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return []
    places = re.findall(r"^(\S+?):(\d+):\d+: error: code should be clang-formatted", run.stderr,
                        re.MULTILINE)
    first = {}
    for file, line in places:
        first.setdefault(file, line)
    return [f"{file}:{line}: run clang-format -i" for file, line in first.items()] or [run.stderr]


def words_of(entry):
    return entry["arguments"] if "arguments" in entry else shlex.split(entry["command"])


def syntax_command(entry):
    """The compiler's command as CMake gives it, for looking only: no output, no launcher."""
    words = words_of(entry)
    if os.path.basename(words[0]) == "ccache":
        words = words[1:]
    kept = []
    skip = False
    for word in words:
        if skip or word == "-c":
            skip = False
        elif word in ("-o", "-MF", "-MT", "-MQ"):
            skip = True
        elif word not in ("-MD", "-MMD"):
            kept.append(word)
    return kept + ["-fsyntax-only", "-Werror"]


def is_unchanged(stamp):
    """Whether nothing that the compiler read has changed since it had no complaint."""
    try:
        with open(stamp, encoding="utf-8") as opened:
            _, _, read = opened.read().replace("\\\n", " ").partition(":")
        since = os.path.getmtime(stamp)
        return bool(read) and all(os.path.getmtime(file) < since for file in read.split())
    except OSError:
        return False


def what_warns(entry):
    """The command without what no warning depends on; a flag unknown here counts."""
    kept = []
    skip = False
    for word in syntax_command(entry):
        if skip or word == "-Xclang":  # the precompiled header, which has only headers of others
            skip = not skip
        elif not word.startswith(("-O", "-g", "-fsanitize=", "-fno-sanitize-recover=")) and \
                word not in ("-fno-omit-frame-pointer", "-Winvalid-pch", "-fPIC",
                             "-fvisibility-inlines-hidden", "-fno-semantic-interposition"):
            kept.append(word.replace(entry["directory"], "BUILD"))  # as in a -D
    return kept


def commands_in(build_directory):
    with open(os.path.join(build_directory, "compile_commands.json"), encoding="utf-8") as opened:
        return json.load(opened)


def compiled_in(build_directory):
    """The files that stand compiled there with warnings as errors, and what they were compiled with.

    None at all if a single one is not up to date: who builds there builds them all."""
    entries = commands_in(build_directory)
    objects = [words[words.index("-o") + 1] for words in map(words_of, entries)]
    asked = subprocess.run(["ninja", "-C", build_directory, "-n", *objects],
                           capture_output=True, text=True, check=False)
    if asked.returncode != 0 or "ninja: no work to do." not in asked.stdout:
        return []
    return [(os.path.realpath(entry["file"]), what_warns(entry)) for entry in entries
            if "-Werror" in words_of(entry)]


def compile_problems(repository, build_directory, built_directories=()):
    """What clang says of each file of `build_directory` but those that the built directories hold
    compiled with the same warnings."""
    stamps = os.path.abspath(os.path.join(build_directory, "syntax"))
    os.makedirs(stamps, exist_ok=True)

    def run(entry):
        command = syntax_command(entry)
        if "clang" not in os.path.basename(command[0]):
            return f"{entry['file']}: is not compiled by clang; remove {build_directory}"
        name = hashlib.sha256("\0".join(command).encode()).hexdigest()[:32]
        stamp = os.path.join(stamps, name)
        if is_unchanged(stamp):
            return None
        began = time.time()
        done = subprocess.run([*command, "-MD", "-MF", stamp + ".new"], cwd=entry["directory"],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            os.utime(stamp + ".new", (began, began))
            os.replace(stamp + ".new", stamp)
            return None
        return done.stderr.strip()

    known = {os.path.realpath(entry["file"]): entry for entry in commands_in(build_directory)}
    compiled = [one for built in built_directories for one in compiled_in(built)]
    unseen = [entry for file, entry in known.items()  # each file once
              if os.path.exists(file)  # else the build makes it, which is not run here
              and (file, what_warns(entry)) not in compiled]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for problem in pool.map(run, unseen) if problem]
    return [problem.replace(repository.root + "/", "") for problem in problems]
