# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Start and steer the test EMR (`emr_server.py`) from a test or a bench."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent


class EmrProcess:
    """A running `emr_server.py`.

    :param data: folders of FHIR files it holds at the start
    """

    def __init__(self, release="R4", auth="smart", data=()):
        command = [sys.executable, str(HERE / "emr_server.py"), "--release", release]
        command += ["--auth", auth]
        for folder in data:
            command += ["--data", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.root = f"http://127.0.0.1:{self.port}"
        self.fhir = f"{self.root}/fhir"

    def control(self, **wanted):
        """See `emr_server.py`."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.root}/_control", json.dumps(wanted).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=30):  # noqa: S310
            pass

    def told(self):
        """What it was asked since the last time: dict requests, refused, now."""
        with urllib.request.urlopen(f"{self.root}/_control", timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()
