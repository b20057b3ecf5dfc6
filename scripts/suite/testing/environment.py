# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Odoo, PostgreSQL and folders that the tests use."""

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from suite.prepare import ensure_python
from suite.prepare.console import Steps
from suite.prepare.files import lock
from suite.prepare.odoo_tree import OdooTree, prepare_odoo
from suite.prepare.places import ADDONS, cache_dir
from suite.prepare.postgres import Cluster, NamedPostgres, Postgres
from suite.prepare.python_env import PythonEnv

from .browser import prepare_browser

#: Names the file that describes the environment to test processes.
VARIABLE = "OMNI_TEST_ENVIRONMENT"
POSTGRES_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGPORT", "PGUSER", "PGPASSWORD")


def enter_python() -> None:
    """Continue inside the suite's Python, test requirements included (prepared on the first call)."""
    ensure_python(tests=True)


@dataclass(frozen=True)
class Environment:
    """What a test process needs to know; plain values, so that it travels as JSON.

    odoo_command  the command line that starts Odoo, a subcommand follows
    odoo_version  release and origin of that Odoo, part of every template's key
    addons_path   folders of add-ons in Odoo's order: core, OCA, ours
    postgres      PGHOST, PGPORT, PGUSER, PGPASSWORD as far as known
    process       further variables of Odoo's processes (PATH to Chromium, PYTHONPATH)
    folder        cache folder of the tests: logs, filestores, stamps
    database      the clone that belongs to the running phase, "" where there is none
    """

    odoo_command: list[str]
    odoo_version: str
    addons_path: list[str]
    postgres: dict[str, str]
    folder: str
    process: dict[str, str] = field(default_factory=dict)
    database: str = ""

    @property
    def data_dir(self) -> Path:
        """Odoo's data_dir: sessions and filestores of test databases."""
        return Path(self.folder) / "data"

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables of Odoo and PostgreSQL processes."""
        return {**os.environ, **self.process, **self.postgres}

    def write_config(self, path: Path, **options: object) -> Path:
        """Write an Odoo configuration file; `options` are added or replace ours."""
        values: dict[str, object] = {
            "addons_path": ",".join(self.addons_path),
            "data_dir": self.data_dir,
            "db_host": self.postgres.get("PGHOST"),
            "db_port": self.postgres.get("PGPORT"),
            "db_user": self.postgres.get("PGUSER"),
            "db_password": self.postgres.get("PGPASSWORD"),
            "http_interface": "127.0.0.1",
            "list_db": False,
            "max_cron_threads": 0,
            "screenshots": Path(self.folder) / "screenshots",
            **options,
        }
        lines = [f"{name} = {value}" for name, value in values.items() if value is not None]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("[options]\n" + "\n".join(lines) + "\n", encoding="utf-8")
        return path

    def save(self, path: Path) -> Path:
        """Write the description that `load` reads."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Environment":
        """Read a description written by `save`."""
        return cls(**json.loads(Path(path).read_text(encoding="utf-8")))


def _version_of(tree: OdooTree) -> str:
    """What tells one Odoo from another: its folder, its release, and the commit of a git checkout."""
    parts = [str(tree.path), (tree.path / "odoo" / "release.py").read_text(encoding="utf-8")]
    if (tree.path / ".git").exists():
        asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tree.path, check=False, capture_output=True, text=True)
        parts.append(asked.stdout.strip())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def test_server(folder: Path) -> Postgres:
    """The PostgreSQL that PG* variables name, else a cluster of the tests' own in the cache folder."""
    python = PythonEnv.find()
    if NamedPostgres.wanted():
        return NamedPostgres(python)
    # Nothing in test databases is worth a disk's wait.
    return Cluster(python, folder / "pg", ("fsync=off", "synchronous_commit=off", "full_page_writes=off"))


def used(server: Postgres, path: Path) -> Callable[[], None]:
    """Mark a server as in use by this process; the result stops it if nobody else uses it.

    Users share a lock, which the system drops however a process ends; who gets it alone is
    the last one.
    """
    if not isinstance(server, Cluster):
        return lambda: None
    path.touch()
    stream = path.open("rb")
    fcntl.flock(stream, fcntl.LOCK_SH)

    def stop() -> None:
        with stream, contextlib.suppress(BlockingIOError):
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            server.stop()

    return stop


@contextlib.contextmanager
def prepared(browser: bool = False) -> Iterator[Environment]:
    """Prepare Odoo, PostgreSQL and, where asked for, Chromium; or take those that are already there.

    A PostgreSQL of our own runs until the last block that uses it ends.

    :raises Problem: something could not be prepared; the text says what and why.
    """
    folder = cache_dir() / "testing"
    folder.mkdir(parents=True, exist_ok=True)
    steps = Steps(3 if browser else 2)
    with contextlib.ExitStack() as stack:
        with steps.step("Odoo 19"):
            tree = prepare_odoo(steps)
        with steps.step("PostgreSQL"):
            server = test_server(folder)
            stack.callback(used(server, folder / "pg.users"))
            with lock(folder / "pg.lock"):
                server.start(steps)
        process = {"PYTHONPATH": os.pathsep.join(filter(None, (str(tree.path), os.environ.get("PYTHONPATH"))))}
        if browser:
            with steps.step("Chromium"):
                programs = prepare_browser(steps, folder / "bin")
                process["PATH"] = os.pathsep.join((str(programs), os.environ.get("PATH", os.defpath)))
        oca = Path(sysconfig.get_path("purelib")) / "odoo" / "addons"
        core = [path for path in tree.addons if path != oca]
        yield Environment(
            odoo_command=[sys.executable, "-c", "import odoo.cli; odoo.cli.main()"],
            odoo_version=_version_of(tree),
            addons_path=[str(path) for path in (*core, oca, ADDONS)],
            postgres={name: value for name, value in server.env().items() if name in POSTGRES_VARIABLES},
            process=process,
            folder=str(folder),
        )
