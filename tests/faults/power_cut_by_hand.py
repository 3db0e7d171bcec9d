"""Guards against what a person would try who does not believe tests with a disk of their own: break
the system under a running program, then look with dbtool. What the program said is acknowledged must
be there, wholly, and nothing may be there that it said did not happen.

A program (acknowledging_writer.cc) writes to a real directory. strace makes its first fdatasync
fail, then its second, …, and so with other system calls; then it is killed at random moments. After
each the files are verified, opened again and exported.

    power_cut_by_hand.py --build DIR [--rounds N] [--kills N] [--seed N] [--keep DIR]
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

SKIPPED = 77  # CMake's SKIP_RETURN_CODE

# A system call, what it answers, and whether the program makes it for other files too. With "+" it
# fails from then on for ever.
FAULTS = (
    ("fdatasync", "EIO", "", False),
    ("fdatasync", "EIO", "+", False),
    ("fsync", "EIO", "", False),
    ("write", "ENOSPC", "", True),
    ("write", "ENOSPC", "+", True),
    ("write", "EIO", "", True),
    ("rename", "EIO", "", False),
    ("link", "EIO", "", False),
    ("ftruncate", "EIO", "", False),
    ("openat", "EMFILE", "", True),
)
TABLES = ("left", "right")
TRANSACTIONS = 40  # of a program under strace
THREADS = 2  # of the program: so many transactions may be in flight when it is killed
KILL_SECONDS_MAX = 0.12


class Lost(Exception):
    """An acknowledged transaction is not there."""


class Partly(Exception):
    """A transaction is there in part, or though it was refused."""


class Heard:
    """What a program said of its transactions."""

    def __init__(self):
        self.acknowledged, self.refused, self.unknown, self.errors = set(), set(), set(), []

    def read(self, text):
        for line in text.splitlines():
            word, _, rest = line.partition(" ")
            if word == "error":
                self.errors.append(rest)
            else:
                getattr(self, word).add(int(rest))


class Trial:
    def __init__(self, build, directory):
        self.writer = os.path.join(build, "acknowledging_writer")
        self.dbtool = os.path.join(build, "dbtool")
        self.directory = directory
        self.log = directory + ".strace"

    def paths(self):
        """What strace can be told of: it knows no folders, only files."""
        yield from (os.path.join(self.directory, name)
                    for name in ("", "LOCK", "schema", "data", "wal", "wal/transaction.log",
                                 "wal/transaction.log.tmp"))
        for table in TABLES:
            yield os.path.join(self.directory, f"data/{table}.records")
            yield os.path.join(self.directory, f"data/{table}.records.compacted")
            yield os.path.join(self.directory, f"data/{table}.records.compacted.tmp")
            yield os.path.join(self.directory, f"schema/{table}.schema.json")
            yield os.path.join(self.directory, f"schema/{table}.schema.json.tmp")

    def run_with_fault(self, heard, first, fault, number):
        """Returns how many calls were made to fail."""
        call, error, for_ever, others_too = fault
        command = ["strace", "-f", "-y", "-qq", "-o", self.log, "-e", f"trace={call}",
                   "-e", f"inject={call}:error={error}:when={number}{for_ever}"]
        for path in self.paths() if others_too else ():
            command += ["-P", path.rstrip("/")]
        command += [self.writer, self.directory, str(first), str(TRANSACTIONS)]
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60)
        heard.read(ended.stdout)
        if ended.returncode not in (0, 1):
            raise AssertionError(f"the program ended with {ended.returncode}: {heard.errors}")
        with open(self.log, encoding="utf-8", errors="replace") as log:
            injected = [line for line in log if "(INJECTED)" in line]
        of_log = [line for line in injected if "fdatasync" in line and "transaction.log>" in line]
        heard_of = [error for error in heard.errors if "earlier failure" not in error]
        if of_log and not heard_of:
            raise Lost("a sync of the log failed, and the one who waited for it was told nothing")
        return len(injected)

    def run_and_kill(self, heard, first, seconds):
        process = subprocess.Popen([self.writer, self.directory, str(first), "1000000"],
                                   stdout=subprocess.PIPE, text=True)
        time.sleep(seconds)
        process.kill()
        text, _ = process.communicate()
        heard.read(text)
        if heard.errors:
            raise AssertionError(f"the program had an error: {heard.errors}")

    def tool(self, *arguments, codes=(0,)):
        ended = subprocess.run([self.dbtool, *arguments], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, timeout=60)
        if ended.returncode not in codes:
            raise AssertionError(f"dbtool {' '.join(arguments)}: {ended.returncode}: "
                                 f"{ended.stderr}{ended.stdout}")
        return ended.stdout

    def verify(self, but_for=()):
        report = json.loads(self.tool("verify", "--json", self.directory, codes=(0, 1, 5)))
        wrong = [problem for problem in report["problems"] if problem["kind"] not in but_for]
        if wrong:
            raise AssertionError(f"dbtool verify: {wrong}")

    def records(self, table):
        lines = self.tool("export", self.directory, table).splitlines()
        return {record["number"]: record for record in map(json.loads, lines)}

    def compare(self, heard):
        """Verifies, opens for writing, verifies, and holds what is there against what was said."""
        if not os.path.exists(os.path.join(self.directory, "wal/transaction.log")):
            if heard.acknowledged:
                raise Lost("there is no database")
            return set()
        self.verify(but_for=("torn_tail",))  # the next opening for writing cuts it
        self.tool("checkpoint", self.directory)
        self.verify()
        figures = json.loads(self.tool("stats", "--json", self.directory))
        if {table["name"] for table in figures["tables"]} != set(TABLES):
            if heard.acknowledged:
                raise Lost("a table is not there")
            return set()
        left, right = (self.records(table) for table in TABLES)
        total = left.pop(0, {"entries": 0})["entries"]
        there = set(left)
        lost = heard.acknowledged - there
        if lost:
            raise Lost(f"acknowledged and not there: {sorted(lost)}")
        if there != set(right) or total != len(there):
            raise Partly(f"left {sorted(there)}, right {sorted(right)}, said to be {total}")
        if there & heard.refused:
            raise Partly(f"refused and there: {sorted(there & heard.refused)}")
        in_flight = there - heard.acknowledged - heard.unknown
        if len(in_flight) > THREADS:
            raise Partly(f"there and never acknowledged: {sorted(in_flight)}")
        return in_flight | (there & heard.unknown)


class Figures:
    def __init__(self):
        self.injected = self.killed = self.acknowledged = self.lost = self.partly = self.other = 0

    def judge(self, name, trial, heard, judged):
        try:
            judged()
        except Lost as lost:
            self.lost += 1
            print(f"{name}: LOST: {lost} ({trial.directory})", flush=True)
        except Partly as partly:
            self.partly += 1
            print(f"{name}: PARTLY THERE: {partly} ({trial.directory})", flush=True)
        except (AssertionError, subprocess.TimeoutExpired) as problem:
            self.other += 1
            print(f"{name}: {problem}; errors: {heard.errors} ({trial.directory})", flush=True)

    def bad(self):
        return self.lost + self.partly + self.other

    def line(self):
        return (f"faults injected: {self.injected}, killed: {self.killed}, "
                f"acknowledged: {self.acknowledged}, lost: {self.lost}, "
                f"partly there: {self.partly}")


def can_trace():
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-qq", "-o", os.devnull, "-e", "inject=fsync:error=EIO",
                            "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return tried.returncode == 0


def inject_faults(build, folder, rounds_max, figures):
    """Each fault at the first call, the second, …, until the program makes so many no more; with
    --rounds, at so many moments only, of a database that is new and of one that is not."""
    ready = Trial(build, os.path.join(folder, "ready"))
    before = Heard()
    before.read(subprocess.run([ready.writer, ready.directory, "1", "20"], check=True, text=True,
                               stdout=subprocess.PIPE).stdout)
    for fault in FAULTS:
        name = " ".join(fault[:3])
        for new in (False, True):
            number, step = 1, 1
            while True:
                trial = Trial(build, os.path.join(folder, f"{name}-{number}-{new}".replace(" ", "")))
                heard = Heard()
                if not new:
                    shutil.copytree(ready.directory, trial.directory)
                    heard.acknowledged |= before.acknowledged
                count = [0]

                def judged():
                    count[0] = trial.run_with_fault(heard, 100, fault, number)
                    trial.compare(heard)

                bad = figures.bad()
                figures.judge(f"{name} at {number}", trial, heard, judged)
                figures.injected += count[0]
                figures.acknowledged += len(heard.acknowledged)
                if figures.bad() == bad:
                    shutil.rmtree(trial.directory, ignore_errors=True)
                if count[0] == 0:
                    break
                if rounds_max and number >= step * rounds_max:
                    step *= 4
                number += step
                if rounds_max and number > 16 * rounds_max:
                    break


def kill(build, folder, kills, seed, figures):
    dice = random.Random(seed)
    trial = Trial(build, os.path.join(folder, "killed"))
    heard = Heard()
    for number in range(kills):
        acknowledged = len(heard.acknowledged)
        first = max(heard.acknowledged | heard.unknown, default=0) + 1 + THREADS

        def judged():
            trial.run_and_kill(heard, first, dice.uniform(0, KILL_SECONDS_MAX))
            # Those in flight have come about; what has come about once has to stay.
            heard.acknowledged.update(trial.compare(heard))

        bad = figures.bad()
        figures.judge(f"kill {number} of seed {seed}", trial, heard, judged)
        figures.killed += 1
        figures.acknowledged += len(heard.acknowledged) - acknowledged
        if figures.bad() != bad:
            return


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("--build", required=True, help="where acknowledging_writer and dbtool are")
    arguments.add_argument("--rounds", type=int, default=0, help="few of each fault; 0: all there are")
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int,
                           default=int(os.environ.get("LINEDB_TEST_SEED", time.time_ns() % 10**9)))
    arguments.add_argument("--keep", help="a folder in which what failed is kept")
    given = arguments.parse_args()
    if not can_trace():
        print("skipped: there is no strace here, or it may not trace")
        return SKIPPED
    print(f"seed {given.seed}", flush=True)
    folder = given.keep or tempfile.mkdtemp(prefix="linedb_power_cut_")
    os.makedirs(folder, exist_ok=True)
    figures = Figures()
    try:
        inject_faults(os.path.realpath(given.build), os.path.realpath(folder), given.rounds, figures)
        kill(os.path.realpath(given.build), os.path.realpath(folder), given.kills, given.seed, figures)
    finally:
        if not given.keep:
            shutil.rmtree(folder)
    print(figures.line())
    return 1 if figures.bad() else 0


if __name__ == "__main__":
    sys.exit(main())
