"""The example of Python by ctypes: what it prints, that a second run finds what the first one left,
and that it is as short as it says. Usage: students_test.py students.py
"""

import subprocess
import sys
import tempfile

BEST = ["Ada 3.9", "Zoë 3.7"]


def run(example, directory):
    done = subprocess.run([sys.executable, example, directory], check=True, capture_output=True,
                          encoding="utf-8")
    refused, *rows = done.stdout.splitlines()
    assert "gpa" in refused and ":" in refused, refused
    return rows


def main(example):
    with open(example, encoding="utf-8") as file:  # [package-8]
        lines = sum(1 for line in file)
    assert lines <= 60, f"{lines} lines"
    with tempfile.TemporaryDirectory() as directory:
        assert run(example, directory + "/university") == BEST
        assert run(example, directory + "/university") == ["Ada 3.9", "Ada 3.9"]


if __name__ == "__main__":
    main(sys.argv[1])
