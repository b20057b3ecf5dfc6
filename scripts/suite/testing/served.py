# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A real Odoo server process on a test database, to be started, stopped and killed."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

SECONDS = 150


def free_port() -> int:
    """A port nobody listens at, at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class OdooServer:
    """`odoo server` on one database.

    :param environment: suite.testing.environment.Environment
    :param options: further lines of the configuration file
    """

    def __init__(self, environment, database: str, port: int | None = None, **options):
        self.environment, self.database = environment, database
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder = Path(environment.folder)
        self.log = folder / "log" / f"{database}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.config = environment.write_config(
            folder / "conf" / f"{database}-{self.port}.conf",
            http_port=self.port,
            db_name=database,
            logfile=self.log,
            **options,
        )
        self.process: subprocess.Popen | None = None

    def start(self, wait: bool = True) -> "OdooServer":
        """Start the process; wait until it answers.

        :raises RuntimeError: it ended, or does not answer
        """
        self.process = subprocess.Popen(
            [*self.environment.odoo_command, "server", f"--config={self.config}"],
            env=self.environment.variables,
            start_new_session=True,
        )
        if wait:
            self.wait()
        return self

    def wait(self) -> None:
        """Wait until the login page answers.

        :raises RuntimeError: the server ended, or does not answer
        """
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with code {self.process.returncode} (log: {self.log})")
            try:
                with urllib.request.urlopen(f"{self.url}/web/login", timeout=60) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.5)
        raise RuntimeError(f"the server did not answer (log: {self.log})")

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL after half a minute."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
