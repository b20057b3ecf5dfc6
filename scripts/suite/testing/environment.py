# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Odoo, PostgreSQL and folders that the tests use."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from suite.prepare import Problem, ensure_python
from suite.prepare.places import ADDONS, cache_dir

#: Names the file that describes the environment to test processes.
VARIABLE = "OMNI_TEST_ENVIRONMENT"


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


def _importable_odoo() -> tuple[str, list[str]] | None:
    """Version and add-on folders of the odoo that this interpreter imports, if any."""
    code = (
        "import json, os, odoo.release, odoo.addons;"
        "print(json.dumps([odoo.release.version, list(odoo.addons.__path__)]))"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if asked.returncode:
        return None
    version, folders = json.loads(asked.stdout.splitlines()[-1])
    core = [path for path in folders if (Path(path) / "sale_stock").is_dir()]
    others = [path for path in folders if path not in core and any(Path(path).glob("*/__manifest__.py"))]
    return version, [*core, *others]


@contextlib.contextmanager
def prepared() -> Iterator[Environment]:
    """Prepare Odoo, PostgreSQL and Chromium, or take those that are already there.

    :raises Problem: something could not be prepared; the text says what and why.
    """
    folder = cache_dir() / "testing"
    folder.mkdir(parents=True, exist_ok=True)
    found = _importable_odoo()
    if not found:
        raise Problem("no Odoo 19.0 can be imported")
    version, folders = found
    yield Environment(
        odoo_command=[sys.executable, "-c", "import odoo.cli; odoo.cli.main()"],
        odoo_version=version,
        addons_path=[*folders, str(ADDONS)],
        postgres={k: v for k, v in os.environ.items() if k in {"PGHOST", "PGPORT", "PGUSER", "PGPASSWORD"}},
        folder=str(folder),
    )
