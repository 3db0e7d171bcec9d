"""Prints "N passed, N failed" for the JUnit file that ctest has written."""

import sys
import xml.etree.ElementTree as ElementTree


def count(junit_text):
    suite = ElementTree.fromstring(junit_text)
    failed = int(suite.get("failures", 0))
    skipped = int(suite.get("skipped", 0)) + int(suite.get("disabled", 0))
    passed = int(suite.get("tests", 0)) - failed - skipped
    line = f"{passed} passed, {failed} failed"
    return f"{line}, {skipped} skipped" if skipped else line


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as junit:
        print(count(junit.read()))
