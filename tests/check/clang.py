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


def syntax_command(entry):
    """The compiler's command as CMake gives it, for looking only: no output, no launcher."""
    words = entry["arguments"] if "arguments" in entry else shlex.split(entry["command"])
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


def compile_problems(repository, build_directory):
    with open(os.path.join(build_directory, "compile_commands.json"), encoding="utf-8") as opened:
        entries = json.load(opened)
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

    known = {os.path.realpath(entry["file"]): entry for entry in entries}  # each file once
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for problem in pool.map(run, known.values()) if problem]
    return [problem.replace(repository.root + "/", "") for problem in problems]
