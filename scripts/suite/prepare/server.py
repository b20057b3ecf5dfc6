# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Odoo server of one data folder: its configuration file, its database with the add-ons, its process."""

from __future__ import annotations

import ast
import contextlib
import errno
import os
import re
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import places
from .console import Steps, say
from .files import read_stamp, remove_tree, tree_fingerprint, write_atomic, write_stamp
from .odoo_tree import OdooTree
from .postgres import Cluster, NamedPostgres, Postgres
from .problem import Problem
from .process import (
    die_with_parent,
    processes_ending_with,
    record_process,
    recorded_process,
    run_logged,
    stop_process,
)
from .python_env import PythonEnv

DATABASE = "omni_suite"
BAD_ROWS = "demo_bad_rows.csv"
LANGUAGES = ("en_US", "ko_KR")
SPACE = 800_000_000  # bytes for database, filestore and logs
#: It puts a button for messengers on every form, which does nothing before one is connected.
NOT_IN_DEMO = {"crm_logistics_bridge_mail_gateway"}
UNINSTALLED_PARTS = ("tests", "readme", "static/description")  # changes there need no update of the database


def addons_of_suite(folder: Path = places.ADDONS) -> list[str]:
    """Return the names of the installable add-ons in the clone, read from their manifests.

    Those of NOT_IN_DEMO are left out: they are installed where somebody wants them.
    """
    names = []
    for manifest in sorted(folder.glob("*/__manifest__.py")):
        installable = ast.literal_eval(manifest.read_text(encoding="utf-8")).get("installable", True)
        if installable and manifest.parent.name not in NOT_IN_DEMO:
            names.append(manifest.parent.name)
    return names


def database_name() -> str:
    """Return the database's name: PGDATABASE on a server that PG* variables name, if it is one to work in."""
    named = os.environ.get("PGDATABASE", "") if NamedPostgres.wanted() else ""
    return DATABASE if named in ("", "postgres", "template0", "template1") else named


def server_arguments(data: Path) -> list[str]:
    """Return the command line, after the program, of the server of a data folder."""
    return ["-m", "odoo", "server", "-c", str(data / "odoo.conf")]


def running_server(data: Path) -> dict:
    """Return what is known of the running server of a data folder (pid, url, host, port), {} if it does not run.

    A server whose start was interrupted before it could be recorded is recognised by its command line.
    """
    record = recorded_process(data / "server.json")
    if not record:
        for pid in processes_ending_with(server_arguments(data)):
            text = (data / "odoo.conf").read_text(encoding="utf-8")
            options = dict(re.findall(r"^(\w+) = (.*)$", text, re.MULTILINE))
            record_server(data, pid, options["http_interface"], int(options["http_port"]))
            record = recorded_process(data / "server.json")
    return record


def record_server(data: Path, pid: int, host: str, port: int) -> None:
    """Write down which process serves a data folder, and where it listens."""
    local = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    record_process(data / "server.json", pid, url=f"http://{local}:{port}", host=host, port=port)


def stop_server(data: Path) -> bool:
    """Stop the server of a data folder; return False if it did not run."""
    running_server(data)
    return stop_process(data / "server.json")


class Server:
    """An Odoo server with everything it needs, kept in one data folder."""

    def __init__(self, data: Path, env: PythonEnv, tree: OdooTree, postgres: Postgres, database: str = ""):
        self.data = data
        self.env = env
        self.tree = tree
        self.postgres = postgres
        self.database = database or database_name()
        self.config = data / "odoo.conf"
        self.log = data / "log" / "odoo.log"
        self.install_log = data / "log" / "install.log"
        self.pid_file = data / "server.json"
        self.addons_stamp = data / "addons.json"
        self.demo_stamp = data / "demo.json"

    def environment(self) -> dict[str, str]:
        """Return the environment Odoo runs in: its own folder to import from, the database server to talk to."""
        env = self.postgres.env()
        # Odoo is imported from where it lies, so one environment serves any Odoo tree
        env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(self.tree.path), env.get("PYTHONPATH"))))
        env.pop("ODOO_RC", None)
        return env

    def addons_path(self) -> list[Path]:
        """Return all add-on folders: Odoo's own, the OCA ones in the environment, ours."""
        return [*self.tree.addons, self.env.site / "odoo" / "addons", places.ADDONS]

    def write_config(self, host: str, port: int) -> None:
        """Write the configuration file; the master password stays the one made at first."""
        old = self.config.read_text(encoding="utf-8") if self.config.exists() else ""
        password = re.search(r"^admin_passwd = (\S+)$", old, re.MULTILINE)
        options = {
            "addons_path": ",".join(map(str, self.addons_path())),
            "data_dir": self.data / "odoo",
            "admin_passwd": password[1] if password else secrets.token_urlsafe(24),
            "db_name": self.database,
            "list_db": False,
            "http_interface": host,
            "http_port": port,
            "workers": 0,
            "max_cron_threads": 1,
            # odoorpc talks JSON-RPC, and Odoo 19 warns of that at every single call
            "log_handler": ":INFO,odoo.addons.rpc.controllers.jsonrpc:ERROR",
        }
        if isinstance(self.postgres, Cluster):
            options.update(db_host=self.postgres.env()["PGHOST"], db_user=self.postgres.env()["PGUSER"])
        text = "[options]\n" + "".join(f"{name} = {value}\n" for name, value in options.items())
        if text != old:
            write_atomic(self.config, text, mode=0o600)

    def command(self, *arguments: object) -> list[str]:
        """Return the command line of Odoo's server with the configuration file and further arguments."""
        return [str(self.env.python), *server_arguments(self.data), *map(str, arguments)]

    # -- database ---------------------------------------------------------------------------------------------

    def prepare_database(self, steps: Steps) -> None:
        """Make the database with all add-ons, or bring it up to the add-ons' present code.

        A new database gets its final name only when everything is installed; an update records what it has brought in
        only when it is done. So whatever was interrupted is simply done again.
        """
        wanted = self._addons_now()
        if not wanted:
            raise Problem(f"There is no installable add-on in {places.ADDONS}.")
        if self.database not in self.postgres.databases():
            self._make_database(steps, sorted(wanted))
        else:
            stamp = read_stamp(self.addons_stamp)
            known = stamp.get("addons", {}) if stamp.get("database") == self.identity() else {}
            states = self._module_states(wanted)
            new = sorted(name for name in wanted if states.get(name) != "installed" or name not in states)
            changed = sorted(name for name in wanted if name not in new and known.get(name) != wanted[name])
            if not new and not changed:
                steps.already()
                return
            arguments = ["--stop-after-init", "--no-http"]
            arguments += ["-i", ",".join(new)] if new else []
            arguments += ["-u", ",".join(changed)] if changed else []
            self._run_odoo(steps, self.database, arguments)
        write_stamp(self.addons_stamp, database=self.identity(), addons=wanted)

    def addons_changed(self) -> bool:
        """Tell whether the add-ons' code differs from what the database was last brought up to."""
        return read_stamp(self.addons_stamp).get("addons") != self._addons_now()

    def _addons_now(self) -> dict[str, str]:
        return {name: tree_fingerprint(places.ADDONS / name, UNINSTALLED_PARTS) for name in addons_of_suite()}

    def identity(self) -> str:
        """Return the database's own unique id, by which stamps know it again."""
        return self.postgres.sql("SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'", self.database)

    def _make_database(self, steps: Steps, addons: list[str]) -> None:
        scratch = f"{self.database}_unfinished"
        filestore = self.data / "odoo" / "filestore"
        self.postgres.drop(scratch)
        for name in (scratch, self.database):
            remove_tree(filestore / name)
        owner = f' OWNER "{self.postgres.env()["PGUSER"]}"' if isinstance(self.postgres, Cluster) else ""
        self.postgres.sql(f"CREATE DATABASE \"{scratch}\"{owner} TEMPLATE template0 ENCODING 'UTF8'")
        arguments = ["-i", ",".join(addons), f"--load-language={','.join(LANGUAGES)}", "--stop-after-init", "--no-http"]
        self._run_odoo(steps, scratch, arguments)
        if (filestore / scratch).exists():
            (filestore / scratch).rename(filestore / self.database)
        self.postgres.sql(f'ALTER DATABASE "{scratch}" RENAME TO "{self.database}"')

    def _module_states(self, names) -> dict[str, str]:
        listed = ", ".join(f"'{name}'" for name in names)
        rows = self.postgres.sql(f"SELECT name, state FROM ir_module_module WHERE name IN ({listed})", self.database)
        return dict(row.split("|") for row in rows.splitlines())

    def _run_odoo(self, steps: Steps, database: str, arguments: list[str]) -> None:
        self.install_log.unlink(missing_ok=True)
        reader = _Tail(self.install_log)

        def progress():
            for line in reader.lines():
                loading = re.search(r"Loading module (\w+) \((\d+)/(\d+)\)", line)
                if loading:
                    name, number, total = loading.groups()
                    steps.note(say(f"module {number} of {total}: {name}", f"모듈 {total}개 중 {number}번째: {name}"))

        output = run_logged(
            self.command("-d", database, *arguments),
            self.install_log,
            env=self.environment(),
            cwd=self.data,
            failure="Odoo could not install the add-ons (log: {log}).",
            progress=progress,
        )
        # Odoo ends with 0 even where it skipped a module that cannot be installed
        wanted = addons_of_suite()
        listed = ", ".join(f"'{name}'" for name in wanted)
        query = f"SELECT count(*) FROM ir_module_module WHERE state = 'installed' AND name IN ({listed})"
        if self.postgres.sql(query, database) != str(len(wanted)):
            told = [line for line in output.splitlines() if " ERROR " in line or " CRITICAL " in line]
            said = f": {told[0].split(': ', 1)[-1]}" if told else ""
            raise Problem(f"Odoo did not install all of {', '.join(wanted)}{said} (log: {self.install_log}).")

    # -- process ----------------------------------------------------------------------------------------------

    def running(self) -> dict:
        """Return what is known of the running server (pid, url, host, port), {} if it does not run."""
        return running_server(self.data)

    def start(self, steps: Steps, host: str, port: int, detach: bool) -> subprocess.Popen:
        """Start the server and wait until its log-in page answers."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as stream:
            child = subprocess.Popen(
                self.command(),
                env=self.environment(),
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=None if detach else die_with_parent,  # noqa: PLW1509 (no threads here)
            )
        record_server(self.data, child.pid, host, port)
        self.wait(steps, child)
        return child

    def wait(self, steps: Steps, child: subprocess.Popen | None = None) -> None:
        """Wait until the log-in page of the running server answers.

        :param child: the server's process where it was started by this command.
        """
        began = time.monotonic()
        url = self.running().get("url")
        while not (url and answers(f"{url}/web/login")):
            if child.poll() is not None if child else not self.running():
                self.pid_file.unlink(missing_ok=True)
                raise Problem(f"Odoo ended right after its start (log: {self.log}).")
            if time.monotonic() - began > 600:
                self.stop()
                raise Problem(f"Odoo did not answer within ten minutes (log: {self.log}).")
            steps.note(say("waiting for the log-in page", "로그인 화면을 기다리는 중"))
            time.sleep(0.3)

    def stop(self) -> bool:
        """Stop the server; return False if it did not run."""
        return stop_server(self.data)

    # -- demo story -------------------------------------------------------------------------------------------

    def demo_loaded(self) -> bool:
        """Tell whether the demo story has been loaded into this very database."""
        return read_stamp(self.demo_stamp).get("database") == self.identity()

    def load_demo(self, steps: Steps, url: str) -> None:
        """Load the demo story through the running server, as an outside client would."""
        log = self.data / "log" / "demo.log"
        log.unlink(missing_ok=True)
        reader = _Tail(log)

        def progress():
            for line in reader.lines()[-1:]:
                if not line.startswith("$ "):  # the command itself, at the head of the log
                    steps.note(line.strip()[:100])

        command = [self.env.python, places.ROOT / "scripts" / "demo_load", "--url", url, "--db", self.database]
        command += ["--login", "admin", "--password", "admin", "--bad-rows", self.data / BAD_ROWS]
        run_logged(
            command,
            log,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "OMNI_SUITE_PYTHON": "1"},
            cwd=self.data,
            failure="The demo story could not be loaded (log: {log}): start again, without it by --no-demo, "
            "or afresh after scripts/reset.",
            progress=progress,
            reason="scripts/demo_load: ",
        )
        steps.line(
            say(
                f"rows of the real data that cannot be used: {self.data / BAD_ROWS}",
                f"실제 데이터에서 쓸 수 없는 행: {self.data / BAD_ROWS}",
            )
        )
        write_stamp(self.demo_stamp, database=self.identity())


class _Tail:
    """Reads what has been added to a log file since the last look."""

    def __init__(self, path: Path):
        self.path = path
        self.offset = 0

    def lines(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError), self.path.open("rb") as stream:
            stream.seek(self.offset)
            text = stream.read()
            text = text[: text.rfind(b"\n") + 1]
            self.offset += len(text)
            return [line for line in re.split(r"[\r\n]+", text.decode(errors="replace")) if line.strip()]
        return []


def check_port(host: str, port: int) -> None:
    """Fail with a clear sentence if a port cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # as Odoo does it: connections of a former server that are still closing do not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Problem(f"Port {port} needs root's rights: choose one above 1023 with --port.") from None
        except (OSError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno != errno.EADDRINUSE:
                raise Problem(f"Cannot listen on {host}, port {port}: {error.strerror or error}.") from None
            raise Problem(
                f"Port {port} is taken by another program: choose another one, e.g. --port {port + 1}."
            ) from None


def answers(url: str) -> bool:
    """Tell whether a page of a local server is there (status 200), past any proxy of the machine."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=60) as response:
            return response.status == 200
    except (OSError, urllib.error.URLError):
        return False
