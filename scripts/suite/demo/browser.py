# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A headless Chromium, spoken to over its own protocol: enough to log in, wait and look."""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import requests
import websocket

from ..prepare.problem import Problem

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
]


class Browser:
    """One page of a headless Chromium; use as a context manager.

    :param executable: Chromium or Chrome; found on the PATH when left out
    """

    def __init__(self, executable=None):
        self.executable = executable or next(
            filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
        )
        if not self.executable:
            raise Problem("no Chromium was found: install one, or let scripts/test prepare it")
        self.number = 0
        self.errors = []

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="omni-browser-")
        self.process = subprocess.Popen(
            [self.executable, *FLAGS, f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port_file = Path(self.profile) / "DevToolsActivePort"
        end = time.monotonic() + 120
        while not port_file.exists() or len(port_file.read_text().split()) < 2:
            if self.process.poll() is not None or time.monotonic() > end:
                self.__exit__()
                raise Problem(f"{self.executable} did not start")
            time.sleep(0.1)
        port = port_file.read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            page = next(item for item in json.load(answer) if item["type"] == "page")
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=180)
        for domain in ("Page", "Runtime", "Network"):
            self.send(f"{domain}.enable")
        return self

    def __exit__(self, *_error):
        if hasattr(self, "socket"):
            self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def send(self, method, **params):
        """Call a method of the DevTools protocol and return its result."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("method") == "Runtime.exceptionThrown":
                details = answer["params"]["exceptionDetails"]
                self.errors.append(details.get("exception", {}).get("description") or details["text"])
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Problem(f"the browser refused {method}: {answer['error']['message']}")
                return answer["result"]

    def size(self, width, height, phone=False):
        """Set the size of the page, with touch and a phone's user agent where asked for."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.send("Emulation.setTouchEmulationEnabled", enabled=phone)

    def log_in(self, url, db, login, password):
        """Log in over HTTP and give the session to the browser."""
        session = requests.Session()
        page = session.get(f"{url}/web/login", params={"db": db}, timeout=180)
        token = re.search(r'name="csrf_token"\s+value="([^"]+)"', page.text)
        if not token:
            raise Problem(f"{page.url} shows no log-in form")
        answer = session.post(
            f"{url}/web/login",
            data={"login": login, "password": password, "csrf_token": token[1], "redirect": "/my"},
            timeout=180,
        )
        if "/web/login" in answer.url:
            raise Problem(f"the log-in of {login!r} was refused")
        self.send("Network.clearBrowserCookies")
        for cookie in session.cookies:
            self.send("Network.setCookie", name=cookie.name, value=cookie.value, url=url)

    def evaluate(self, script):
        """Return the value of a JavaScript expression on the page."""
        result = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return result["result"].get("value")

    def wait(self, selector, seconds=120):
        """Wait until an element is there and nothing is being loaded.

        :raise Problem: naming the selector and what the page says
        """
        ready = (
            f"document.readyState === 'complete' && !!document.querySelector({json.dumps(selector)})"
            " && !document.querySelector('.o_loading_indicator, .o_view_nocontent_loading')"
        )
        end = time.monotonic() + seconds
        while not self.evaluate(ready):
            if time.monotonic() > end:
                text = self.evaluate("document.body ? document.body.innerText.slice(0, 200) : ''")
                raise Problem(f"no {selector!r} on {self.evaluate('location.href')}: {text}")
            time.sleep(0.2)

    def open(self, url, selector):
        """Open a page and wait for an element."""
        self.send("Page.navigate", url=url)
        time.sleep(0.5)
        self.wait(selector)
        time.sleep(1.0)  # charts and transitions end

    def click(self, selector, shown):
        """Click an element, wait for what it shows and scroll there."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")
        self.wait(shown)
        self.evaluate(f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'start'}})")
        time.sleep(1.0)

    def picture(self, whole=False):
        """Return a PNG of what is seen, or of the whole page."""
        result = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(result["data"])
