"""The repository's files as the checkers see them: tracked, or new and not ignored."""

import os
import re
import subprocess

FOLDERS = ("schema", "wal", "engine", "tools", "tests", "examples")


class Repository:
    def __init__(self, root):
        self.root = os.path.abspath(root)
        listed = subprocess.run(
            ["git", "-C", self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True).stdout.decode()
        self.files = sorted(
            path for path in set(listed.split("\0"))
            if path and os.path.isfile(os.path.join(self.root, path)))

    def path(self, file):
        return os.path.join(self.root, file)

    def exists(self, file):
        return os.path.exists(self.path(file))

    def text(self, file):
        with open(self.path(file), encoding="utf-8", errors="replace") as opened:
            return opened.read()

    def sources(self):
        """The C++ files."""
        return [file for file in self.files if file.endswith((".cc", ".h"))]

    def named(self, name):
        return [file for file in self.files if os.path.basename(file) == name]

    def with_suffix(self, suffix):
        return [file for file in self.files if file.endswith(suffix)]


TOKEN = re.compile(r'//[^\n]*|/\*(?:.|\n)*?\*/|R"([^()\s\\]{0,16})\((?:.|\n)*?\)\1"'
                   r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'')


def blank_comments_and_strings(text):
    """The same text, line for line, with comments and literals emptied."""

    def blank(match):
        token = match.group(0)
        kept = "\n" * token.count("\n")
        return kept if token.startswith("/") else '""' + kept

    return TOKEN.sub(blank, text)
