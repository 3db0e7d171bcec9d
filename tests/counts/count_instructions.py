#!/usr/bin/env python3
"""Counts the instructions of the hot paths under callgrind and compares them with bounds.

Time is noisy, instructions are not: a lookup that begins to allocate, or a scan that begins to
look at every byte twice, shows here at once. Usage: count_instructions.py COUNTED_WORK

A path that became faster: lower its bound, to the count printed and SLACK on top. One that became
slower for a good reason: raise it, and say why in the commit.
"""

import concurrent.futures
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77  # as ctest is told
SLACK = 1.15  # other compilers and C libraries

# Path: how often it is done (kRows, kCommits in counted_work.cc), instructions for each when last
# measured, with gcc 12 -O3.
BOUNDS = {
    "lookup_by_key": (10_000, 1572),
    "lookup_by_email": (10_000, 1939),
    "lookup_of_many": (10_000, 1853),
    "scan_of_a_column": (10_000, 215),
    "scan_of_rows": (10_000, 491),
    "commit": (1_000, 6746),
}


def count(program, path):
    """Instructions of the counted function of that name, with all that it calls."""
    with tempfile.TemporaryDirectory() as directory:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--toggle-collect=counted_{path}",
             f"--callgrind-out-file={directory}/out", program, f"{directory}/database"],
            capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{program} failed:\n{run.stderr}")
    return int(re.search(r"Collected : (\d+)", run.stderr).group(1))


def main():
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed, nothing was counted")
        return SKIPPED
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(lambda path: count(sys.argv[1], path), BOUNDS))
    for (path, (times, measured)), total in zip(BOUNDS.items(), found):
        each = total / times
        bound = measured * SLACK
        # A function that was not entered counted nothing.
        fits = 0 < each <= bound
        failures += not fits
        print(f"{path:20} {each:10.0f} instructions, bound {bound:10.0f}: "
              f"{'ok' if fits else 'FAILED'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
