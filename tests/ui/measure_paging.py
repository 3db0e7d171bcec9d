"""How long a page of 1,000,000 records takes: measure_paging.py DBTOOL [DIRECTORY].

Measured and printed, and asserted nowhere: that no page makes a list anew is what the tests show.
A DIRECTORY keeps the database for the next time."""

import http.client
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import campus  # noqa: E402

ASKED = (
    ("file order, first page", {}),
    ("file order, last page", {"offset": 999_950}),
    ("file order, any page", {"offset": 512_350}),
    ("by id, first page", {"order": "id"}),
    ("by id, last page", {"order": "id", "offset": 999_950}),
    ("by gpa, first page", {"order": "gpa"}),
    ("by gpa, last page", {"order": "gpa", "offset": 999_950}),
    ("by name descending, first page", {"order": "name", "descending": 1}),
    ("by name descending, last page", {"order": "name", "descending": 1, "offset": 999_950}),
    ("filter gpa >= 3.5", {"where": "gpa >= 3.5"}),
    ("filter gpa >= 3.5, last page", {"where": "gpa >= 3.5", "offset": 120_000}),
    ("filter by text, by name", {"where": "contains(email, '77')", "order": "name"}),
    ("one record by its key", {"where": "id = 777777"}),
)
OTHERS = ("overview", "files", "timeline", "logs", "schema?table=student")


def main():
    dbtool = campus.Dbtool(os.path.abspath(sys.argv[1]))
    with tempfile.TemporaryDirectory(prefix="linedb_million_") as folder:
        directory = sys.argv[2] if len(sys.argv) > 2 else os.path.join(folder, "million")
        if not os.path.exists(directory):
            campus.make_million(dbtool, directory)
        server = campus.Server(dbtool, directory)
        connection = http.client.HTTPConnection("127.0.0.1", server.port)

        def ask(name):
            began = time.monotonic()
            connection.request("GET", f"/{server.token}/api/{name}")
            answer = json.load(connection.getresponse())
            return (time.monotonic() - began) * 1000, answer

        for what, parameters in ASKED:
            query = urllib.parse.urlencode({"table": "student", **parameters})
            first, answer = ask("records?" + query)
            again = statistics.median(ask("records?" + query)[0] for _ in range(9))
            print(f"{what:<34}{first:9.1f} ms first {again:8.2f} ms again {answer.get('total', answer):>9} records",
                  flush=True)
        for name in OTHERS:
            first, _ = ask(name)
            print(f"{name:<34}{first:9.1f} ms", flush=True)
        connection.close()
        server.end()


if __name__ == "__main__":
    main()
