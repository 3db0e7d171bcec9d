"""Runs the fuzz targets of `./dev fuzz`: run_fuzz.py BUILD_DIRECTORY [TARGET] [SECONDS].

What libFuzzer finds goes to the build folder: new inputs to corpus/<target>, where the next run
takes them up, what fails to crashes/<target>. An input that has failed belongs, once mended, into
tests/fuzz/corpus/<target>, where every test run tries it.
"""

import concurrent.futures
import os
import re
import subprocess
import sys
import time

SECONDS = 60
INPUT_BYTES_MAX = 4096
INPUT_SECONDS_MAX = 5
# An archive of INPUT_BYTES_MAX stands for 128 MiB of text at most (archives.cc), which while it
# grows is there twice; the sanitizer's own bookkeeping comes to it.
MEMORY_MIB_MAX = 512
ALLOCATION_MIB_MAX = 300
CORPUS = os.path.dirname(os.path.abspath(__file__)) + "/corpus"


def figure(pattern, text):
    found = re.findall(pattern, text)
    return found[-1] if found else "?"


def run(build, target, seconds):
    """Whether the target held, and a line about it."""
    corpus, crashes = (f"{build}/{name}/{target}" for name in ("corpus", "crashes"))
    for folder in (corpus, crashes):
        os.makedirs(folder, exist_ok=True)
    program = f"{build}/fuzz_{target}"
    log = f"{crashes}.log"
    started = time.time()
    with open(log, "w", encoding="utf-8") as output:
        status = subprocess.run(
            [program, f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}",
             f"-timeout={INPUT_SECONDS_MAX}", f"-rss_limit_mb={MEMORY_MIB_MAX}",
             f"-malloc_limit_mb={ALLOCATION_MIB_MAX}", "-detect_leaks=1", "-print_final_stats=1",
             f"-artifact_prefix={crashes}/", corpus, f"{CORPUS}/{target}"],
            stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=False).returncode
    with open(log, encoding="utf-8", errors="replace") as output:
        text = output.read()
    line = (f"{target:<20}{figure(r'number_of_executed_units: *([0-9]+)', text):>9} runs  "
            f"cov {figure(r' cov: ([0-9]+)', text):>5}  "
            f"features {figure(r' ft: ([0-9]+)', text):>6}  "
            f"{figure(r'peak_rss_mb: *([0-9]+)', text):>4} MiB  ")
    if status == 0:
        return True, line + "ok"
    found = [os.path.join(crashes, name) for name in sorted(os.listdir(crashes))]
    found = [name for name in found if os.path.getmtime(name) >= started - 1]
    repeat = f"{program} {' '.join(found)}" if found else f"see {log}"
    return False, f"{line}FAILED\n{text[-4000:]}\nto repeat: {repeat}"


def chosen(targets, words):
    seconds = SECONDS
    if words and words[-1].isdigit():
        seconds = int(words.pop())
    if unknown := [word for word in words if word not in targets]:
        sys.exit(f"fuzz: no target '{unknown[0]}'; there are: {' '.join(targets)}")
    return words or targets, seconds


def main(build, words):
    with open(f"{build}/fuzz_targets.txt", encoding="utf-8") as listed:
        targets, seconds = chosen(listed.read().split(), words)
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for held, line in pool.map(lambda target: run(build, target, seconds), targets):
            print(line, flush=True)
            failures += not held
    print(f"fuzz: {len(targets)} targets, {seconds} seconds each, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
