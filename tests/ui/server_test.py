"""Who is let in by `dbtool ui`: server_test.py DBTOOL. Plain HTTP, no browser.

A page on localhost is in reach of every web site that a browser has open (by a name that resolves
to 127.0.0.1), and of every user of the machine: each way in that is not the printed address is
tried here."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import campus  # noqa: E402

DBTOOL = None


class ServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="linedb_server_")
        cls.directory = os.path.join(cls.folder.name, "university")
        campus.make_campus(DBTOOL, cls.directory)
        cls.server = campus.Server(DBTOOL, cls.directory)

    @classmethod
    def tearDownClass(cls):
        cls.server.end()
        cls.folder.cleanup()

    def ask(self, path, method="GET", headers=None):
        """(status, headers, body)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=headers is not None and "Host" in headers)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def data(self, name):
        status, _, body = self.ask(f"/{self.server.token}/api/{name}")
        return status, json.loads(body)

    # [ui-2]
    def test_nothing_is_answered_without_the_token(self):
        token = self.server.token
        for path in ("/", "/?token=", "/?token=" + "0" * 32, "/?token=" + token[:-1],
                     f"/?token={token}0", "/app.js", "/api/overview", f"/x{token}/api/overview",
                     f"/{token[:-1]}/api/overview", f"//{token}/api/overview"):
            status, _, body = self.ask(path)
            self.assertEqual(status, 403, path)
            self.assertNotIn(b"student", body)
        self.assertEqual(self.ask(f"/?token={token}")[0], 200)

    # [ui-3]
    def test_another_host_is_refused_even_with_the_token(self):
        path = f"/{self.server.token}/api/overview"
        for host in ("evil.example", f"evil.example:{self.server.port}", "127.0.0.1",
                     "127.0.0.1:1", f"127.0.0.1:{self.server.port}.evil.example", ""):
            self.assertEqual(self.ask(path, headers={"Host": host})[0], 403, host)
        for host in ("127.0.0.1", "localhost"):
            self.assertEqual(self.ask(path, headers={"Host": f"{host}:{self.server.port}"})[0], 200)

    # [ui-1]
    def test_other_methods_than_get_and_head_are_refused(self):
        path = f"/{self.server.token}/api/overview"
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            self.assertEqual(self.ask(path, method, {"Content-Length": "0"})[0], 405, method)
        status, _, body = self.ask(path, "HEAD")
        self.assertEqual((status, body), (200, b""))

    # [ui-4]
    def test_every_answer_forbids_content_from_elsewhere(self):
        for path in (f"/?token={self.server.token}", f"/{self.server.token}/app.js", "/nothing"):
            headers = self.ask(path)[1]
            policy = headers["Content-Security-Policy"]
            for part in ("default-src 'none'", "script-src 'self'", "base-uri 'none'",
                         "form-action 'none'", "frame-ancestors 'none'"):
                self.assertIn(part, policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertNotIn("Set-Cookie", headers)

    def test_paths_lead_to_the_pages_files_and_nowhere_else(self):
        token = self.server.token
        for path in (f"/{token}/../../etc/passwd", f"/{token}/..%2f..%2fetc%2fpasswd",
                     f"/{token}/%2e%2e/secret", f"/{token}/", f"/{token}/api/", f"/{token}/api/x",
                     f"/{token}//etc/passwd", f"/{token}/app.js%00.css"):
            self.assertIn(self.ask(path)[0], (400, 403, 404), path)
        self.assertIn("javascript", self.ask(f"/{token}/app.js")[1]["Content-Type"])

    def test_rubbish_is_answered_with_a_message(self):
        rows = (("records?table=studnet", 404, "did you mean"),
                ("records?table=student&where=gpa%20%3E", 400, "expected"),
                ("records?table=student&where=nothing%20%3D%201", 400, "nothing"),
                ("records?table=student&where=Nmae%20%3D%201", 400, "did you mean name?"),
                ("records?table=student&where=name%20%3D%20Bob", 400, "single quotes: 'Bob'"),
                ("records?table=student&where=name%20like%20'B%25'", 400, "write starts_with(name, 'B')"),
                ("records?table=student&offset=-1", 400, "whole number"),
                ("records?table=student&count=many", 400, "whole number"),
                ("records?table=student&order=nothing", 400, "nothing"),
                ("records?table=..%2F..%2Fetc", 404, ""),
                ("records?table=student&where=" + "a" * 5000, 400, "at most 4096"),
                ("record?table=student&key=zzz", 400, ""),
                ("record?table=student&key=999999", 404, ""),
                ("schema?table=", 404, ""), ("files?table=nothing", 404, "nothing"),
                ("timeline?minutes=x", 400, "whole number"), ("news?known=x", 400, "whole number"))
        for name, expected, words in rows:
            status, answer = self.data(name)
            self.assertEqual(status, expected, name)
            self.assertIn(words, answer["error"]["message"], name)

    def test_a_very_long_address_is_refused_and_the_next_one_answered(self):
        self.assertGreaterEqual(self.ask(f"/{self.server.token}/api/records?where={'a' * 100000}")[0], 400)
        self.assertEqual(self.data("overview")[0], 200)

    def test_an_offset_beyond_the_end_shows_nothing_and_fails_not(self):
        status, answer = self.data(f"records?table=student&offset={2**63}&count={2**63}")
        self.assertEqual((status, answer["rows"]), (200, []))

    # [cli-2]
    def test_a_port_that_is_taken_is_told(self):
        done = subprocess.run([DBTOOL.program, "ui", self.directory, "--port", str(self.server.port)],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"127.0.0.1:{self.server.port} cannot be listened at", done.stderr)

    # [cli-2] [cli-10]
    def test_ctrl_c_ends_it_with_130_and_the_files_are_as_they_were(self):
        before = self.tree()
        server = campus.Server(DBTOOL, self.directory)
        self.assertNotEqual(server.token, self.server.token)
        self.assertEqual(server.end(), 130)
        self.assertEqual(self.tree(), before)

    def tree(self):
        found = {}
        for folder, _, files in os.walk(self.directory):
            for file in files:
                path = os.path.join(folder, file)
                with open(path, "rb") as opened:
                    found[path] = opened.read()
        return found


def main():
    global DBTOOL
    DBTOOL = campus.Dbtool(os.path.abspath(sys.argv[1]))
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[2:]])


if __name__ == "__main__":
    main()
