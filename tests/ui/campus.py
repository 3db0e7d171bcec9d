"""The databases that the page is looked at with, and the page's server."""

import json
import os
import signal
import subprocess
import urllib.parse

NAMES = ["Alice", "Bob", "Chloé", "Dan", "Eve", "Farah", "Gil", "Hana", "Ivo", "Jun"]


class Dbtool:
    def __init__(self, program):
        self.program = program

    def run(self, *arguments, text=None):
        done = subprocess.run([self.program, *arguments], input=text, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"dbtool {arguments}: {done.stderr}")
        return done.stdout


def student(number):
    return {"id": number, "name": f"{NAMES[number % 10]} {number}",
            "email": None if number % 7 == 0 else f"s{number}@university.edu",
            "gpa": (number * 37 % 400) / 100, "year": 1 + number % 6}


def track(number):
    """Of a table that is wider than the page, with a name that needs quotes in a filter."""
    return {"TrackId": number, "US Gross": number * 1000,
            "Name": f"For Those About To Rock (We Salute You) {number}", "AlbumId": 1 + number % 7,
            "MediaTypeId": 1 + number % 5, "GenreId": 1 + number % 20,
            "Composer": "Angus Young, Malcolm Young, Brian Johnson",
            "Milliseconds": 343719 + number, "Bytes": 11170334 + number, "UnitPrice": 0.99}


def lines(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def make_campus(dbtool, directory):
    """A database with a past: students changed and deleted, two archives, a tail, an empty table."""
    dbtool.run("init", directory, "-q")
    dbtool.run("create", directory, "student", "-q", "--column", "id:int:primary_key:nullable",
               "--column", "name:str", "--column", "email:str:unique:nullable",
               "--column", "gpa:float:nullable:check=gpa between 0 and 4", "--column", "year:int")
    dbtool.run("create", directory, "room", "-q", "--column", "code:str:primary_key",
               "--column", "seats:int")
    dbtool.run("import", directory, "student", "-", "-q", text=lines(map(student, range(1, 2001))))
    for step in range(1, 4):
        changed = [dict(student(number), gpa=step) for number in range(step, 600, 2)]
        dbtool.run("import", directory, "student", "-", "-q", "--on-conflict", "replace",
                   text=lines(changed))
        if step < 3:
            dbtool.run("checkpoint", directory, "-q")
    dbtool.run("import", directory, "track", "-", "-q", "--create", "--primary-key", "TrackId",
               text=lines(map(track, range(1, 61))))
    course = {"id": 9007199254740993, "title": "<b>Markup & \"quotes\"</b>", "notes": {"a": [1]}}
    dbtool.run("import", directory, "course", "-", "-q", "--create", "--primary-key", "id",
               text=lines([course]))


def make_million(dbtool, directory):
    """1,000,000 students."""
    dbtool.run("init", directory, "-q")
    dbtool.run("create", directory, "student", "-q", "--column", "id:int:primary_key",
               "--column", "name:str", "--column", "email:str:nullable",
               "--column", "gpa:float:nullable", "--column", "year:int")
    importing = subprocess.Popen([dbtool.program, "import", directory, "student", "-", "-q",
                                  "--format", "jsonl"], stdin=subprocess.PIPE)
    with importing.stdin as output:
        for number in range(1, 1_000_001):
            name = NAMES[number % 10]
            output.write(f'{{"id":{number},"name":"{name} {number}","email":"s{number}@u.edu",'
                         f'"gpa":{(number * 37 % 400) / 100},"year":{1 + number % 6}}}\n'.encode())
    if importing.wait() != 0:
        raise RuntimeError("the import of a million records failed")
    dbtool.run("checkpoint", directory, "-q")


class Server:
    """`dbtool ui`, from its first line to Ctrl-C."""

    def __init__(self, dbtool, directory, *arguments):
        self.process = subprocess.Popen([dbtool.program, "ui", directory, "-q", *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        parts = urllib.parse.urlparse(self.address)
        self.port = parts.port
        self.token = urllib.parse.parse_qs(parts.query)["token"][0]

    def end(self):
        """The exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)
        return self.process.returncode


def new_folder(parent, name):
    path = os.path.join(parent, name)
    os.makedirs(path, exist_ok=True)
    return path
