"""All checks of `./dev check`: check_all.py BUILD_DIRECTORY [BUILT_DIRECTORY...].

BUILD_DIRECTORY is configured with clang; what a BUILT_DIRECTORY holds compiled by clang with the
same warnings is not compiled again."""

import os
import sys
import time
import unittest

import clang
import cmake_names
import crash_cases
import fault_cases
import includes
import links
import promises
import sizes
import tree
from repository import Repository


def self_test():
    """The checkers find what is planted: a checker that finds nothing must be right, not blind."""
    suite = unittest.defaultTestLoader.discover(os.path.dirname(os.path.abspath(__file__)),
                                                pattern="*_test.py")
    result = unittest.TextTestRunner(stream=open(os.devnull, "w", encoding="utf-8")).run(suite)
    if result.testsRun == 0:
        return ["no self-test ran"]
    return [f"{test}: {trace}" for test, trace in result.failures + result.errors]


def reference_problems():
    """What Doxygen has to say of the public headers and documents; leaves build-docs/html."""
    sys.path.insert(0, os.path.abspath("tools/docs"))
    import build
    return build.problems(build.run_doxygen())


def main(build_directory, *built_directories):
    repository = Repository(".")
    notes = []
    checks = (
        ("the checkers themselves", self_test),
        ("arrows between folders", lambda: includes.check(repository)),
        ("sizes", lambda: sizes.check(repository, notes)),
        ("names in CMake", lambda: cmake_names.check(repository)),
        ("top level and paths", lambda: tree.check(repository)),
        ("links", lambda: links.check(repository)),
        ("promises", lambda: promises.check(repository)),
        ("crash cases", lambda: crash_cases.check(repository)),
        ("fault cases", lambda: fault_cases.check(repository)),
        ("API reference", reference_problems),
        ("clang-format", lambda: clang.format_problems(repository)),
        ("clang's warnings",
         lambda: clang.compile_problems(repository, build_directory, built_directories)),
    )
    failed = 0
    for name, check in checks:
        started = time.monotonic()
        problems = check()
        verdict = f"{len(problems)} wrong" if problems else "ok"
        print(f"{name:<26}{verdict:<12}{time.monotonic() - started:6.1f} s", flush=True)
        for problem in problems:
            print("  " + problem.replace("\n", "\n  "), flush=True)
        failed += bool(problems)
    for note in notes:
        print("note: " + note)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
