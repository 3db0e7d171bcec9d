"""A browser, driven by chromedriver's HTTP interface (W3C WebDriver): Python's own library alone."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "PageUp": "\ue00e", "PageDown": "\ue00f",
        "End": "\ue010", "Home": "\ue011", "Up": "\ue013", "Down": "\ue015", "Tab": "\ue004",
        "Control": "\ue009"}
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-extensions", "--disable-background-networking"]


def find_browser():
    """The programs that it takes, or None."""
    found = shutil.which("chromium"), shutil.which("chromedriver")
    return found if all(found) else None


class Browser:
    """One thread. Ends with close()."""

    def __init__(self):
        chromium, driver = find_browser()
        self.home = tempfile.TemporaryDirectory(prefix="linedb_browser_", ignore_cleanup_errors=True)
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True)
        self.base = f"http://127.0.0.1:{self._port()}/session"
        options = {"args": ARGUMENTS + [f"--user-data-dir={self.home.name}"], "binary": chromium}
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options,
                        "goog:loggingPrefs": {"browser": "ALL"}}
        answer = self._call("POST", "", {"capabilities": {"alwaysMatch": capabilities}})
        self.base += "/" + answer["sessionId"]

    def _port(self):
        for line in self.driver.stdout:
            if "successfully on port" in line:
                return int(line.rstrip(".\n").rsplit(" ", 1)[1])
        raise RuntimeError("chromedriver ended before it said its port")

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def close(self):
        try:
            self._call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.home.cleanup()

    def go(self, address):
        self._call("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        """What the function's body returns in the page."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def command(self, name, **parameters):
        """Of Chrome's own protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def wait_until(self, script, *arguments, seconds=30):
        """Until the function's body returns something true; that."""
        end = time.monotonic() + seconds
        while True:
            value = self.run(script, *arguments)
            if value:
                return value
            if time.monotonic() > end:
                text = self.run("return document.body.innerText")
                raise AssertionError(f"waited {seconds} s for: {script} {arguments}\n{text[:1500]}")
            time.sleep(0.03)

    def find(self, css):
        return self._call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css):
        self._call("POST", f"/element/{self.find(css)}/click", {})

    def type(self, css, text):
        self._call("POST", f"/element/{self.find(css)}/value", {"text": text})

    def press(self, *keys):
        """Keys at once, as in press("Control", "End"), to what has the focus."""
        values = [KEYS.get(key, key) for key in keys]
        actions = [{"type": "keyDown", "value": key} for key in values]
        actions += [{"type": "keyUp", "value": key} for key in reversed(values)]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keys",
                                                     "actions": actions}]})

    def console(self):
        """What the page has written there since the last call."""
        return self._call("POST", "/se/log", {"type": "browser"})

    def set_look(self, width, dark, height=900):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=1, mobile=False)
        scheme = "dark" if dark else "light"
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": scheme}])

    def pixels(self, x, y, width, height):
        """What is seen there: equal to what it was elsewhere or before, or not."""
        clip = {"x": x, "y": y, "width": width, "height": height, "scale": 1}
        return self.command("Page.captureScreenshot", clip=clip)["data"]

    def save_screenshot(self, file):
        with open(file, "wb") as opened:
            opened.write(base64.b64decode(self._call("GET", "/screenshot")))
