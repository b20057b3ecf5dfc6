# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Template databases, keyed by what they are made of, and their clones.

Two layers: `…_deps_<key>` holds Odoo and every foreign module that our add-ons need, and
`…_suite_<key>` is a clone of it with our add-ons installed. A change in an add-on makes
the second one anew (half a minute); a changed Odoo or requirement makes both.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg2
from psycopg2 import errors, sql

from suite.prepare import Problem
from suite.prepare.files import lock
from suite.prepare.places import REQUIREMENTS, REQUIREMENTS_ODOO

from . import addons, odoolog
from .environment import Environment

PREFIX = "omni_test"
LANGUAGES = "en_US,ko_KR"
#: Clones of a run carry its process id; templates and benches do not.
ABANDONED = re.compile(PREFIX + r"_(?:run|i18n|everyday|life_\w+|up_\w+|less_\w+|core_\w+)_(\d+)")
KEEP = 3  # templates of each layer that stay, the newest ones


class OdooFailed(Problem):
    """Odoo ended with an error, or logged trouble that is not accepted."""


def copy_filestore(source: Path, target: Path) -> None:
    """Link a filestore's files into another folder (its files are never changed in place)."""
    shutil.rmtree(target, ignore_errors=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=os.link)


class Databases:
    """Creates, clones and drops the test databases of an environment."""

    def __init__(self, environment: Environment):
        self.environment = environment
        self.folder = Path(environment.folder)

    # PostgreSQL -------------------------------------------------------------------

    @contextlib.contextmanager
    def cursor(self, database: str = "postgres") -> Iterator["psycopg2.extensions.cursor"]:
        """Yield a cursor in autocommit mode.

        :raises Problem: PostgreSQL cannot be reached.
        """
        names = {"PGHOST": "host", "PGHOSTADDR": "hostaddr", "PGSERVICE": "service", "PGPORT": "port"}
        names |= {"PGUSER": "user", "PGPASSWORD": "password"}
        known = {names[key]: value for key, value in self.environment.postgres.items()}
        try:
            connection = psycopg2.connect(dbname=database, **known)
        except psycopg2.OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise Problem(f"PostgreSQL cannot be reached: {reason}") from error
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def names(self) -> set[str]:
        """Names of all databases of the server."""
        with self.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            return {name for (name,) in cursor.fetchall()}

    def drop(self, name: str) -> None:
        """Drop a database with its filestore, whoever is still connected; absent is fine."""
        with self.cursor() as cursor:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            cursor.execute(statement.format(sql.Identifier(name)))
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def drop_abandoned(self) -> None:
        """Drop clones whose run was killed; only on a server of this machine, where pids mean something."""
        if not self.environment.postgres.get("PGHOST", "").startswith("/"):
            return
        for name in self.names():
            match = ABANDONED.fullmatch(name)
            if match and not Path("/proc", match[1]).exists():
                self.drop(name)

    def filestore(self, name: str) -> Path:
        """Folder of a database's attachments."""
        return self.environment.data_dir / "filestore" / name

    def clone(self, source: str, target: str) -> str:
        """Create `target` as a copy of `source`, attachments included; returns `target`."""
        self.drop(target)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source))
        for patience in (1, 2, 4, 8, None):
            try:
                with self.cursor() as cursor:
                    cursor.execute(statement)
                break
            except errors.ObjectInUse:
                # Another clone is being made, or a connection to the source still ends.
                if patience is None:
                    raise
                time.sleep(patience)
        copy_filestore(self.filestore(source), self.filestore(target))
        return target

    @contextlib.contextmanager
    def temporary(self, source: str, purpose: str, keep: bool = False) -> Iterator[str]:
        """Yield the name of a clone of `source`; it is dropped afterwards unless `keep`."""
        name = f"{PREFIX}_{purpose}_{os.getpid()}"
        self.clone(source, name)
        try:
            yield name
        finally:
            if not keep:
                self.drop(name)

    # Odoo -------------------------------------------------------------------------

    def odoo(self, database: str, *arguments: str, log: Path | None = None) -> list[odoolog.Entry]:
        """Run `odoo server … --stop-after-init` on a database and return its log records.

        :raises OdooFailed: Odoo ended with an error code.
        """
        log = log or self.folder / "log" / f"{database}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        config = self.environment.write_config(self.folder / "conf" / f"{database}.conf")
        command = [
            *self.environment.odoo_command, "server", f"--config={config}",
            f"--database={database}", "--no-http", "--stop-after-init", f"--logfile={log}",
            *arguments,
        ]  # fmt: skip
        done = subprocess.run(command, env=self.environment.variables, check=False, capture_output=True, text=True)
        entries = odoolog.read(log)
        if done.returncode:
            fatal = [entry.text for entry in entries if entry.level in {"ERROR", "CRITICAL"}]
            reason = fatal[-1] if fatal else done.stderr.strip()
            raise OdooFailed(f"Odoo failed on {' '.join(arguments)} (log: {log})\n{reason}")
        return entries

    def shell(self, database: str, code: str) -> str:
        """Run Python code in `odoo shell` on a database; returns what it printed.

        :raises OdooFailed: the code raised.
        """
        config = self.environment.write_config(self.folder / "conf" / f"{database}.conf")
        command = [
            *self.environment.odoo_command, "shell", f"--config={config}",
            f"--database={database}", "--no-http", "--log-level=warn",
        ]  # fmt: skip
        done = subprocess.run(
            command,
            check=False,
            input=code,
            env=self.environment.variables,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise OdooFailed(f"odoo shell failed on {database}:\n{done.stderr.strip()}")
        return done.stdout

    # Templates --------------------------------------------------------------------

    def dependencies_key(self) -> str:
        """Hash of what the first layer is made of."""
        parts = [
            self.environment.odoo_version,
            LANGUAGES,
            *addons.foreign_dependencies(),
            *(path.read_text(encoding="utf-8") for path in (REQUIREMENTS, REQUIREMENTS_ODOO)),
        ]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]

    def dependencies_template(self, say=lambda text: None) -> str:
        """Name of the first layer's template, made where it is missing."""
        name = f"{PREFIX}_deps_{self.dependencies_key()}"

        def fill(database: str) -> None:
            wanted = ",".join(addons.foreign_dependencies())
            self.odoo(database, "-i", wanted, f"--load-language={LANGUAGES}")
            self._require_installed(database, addons.foreign_dependencies())

        return self._template(name, None, fill, "Odoo with the modules we depend on", say)

    def suite_template(self, say=lambda text: None) -> str:
        """Name of the second layer's template, made where it is missing.

        :raises OdooFailed: an add-on cannot be installed, or its installation logs a
            warning or an error that is not known as a foreign one.
        """
        base = self.dependencies_template(say)
        key = addons.fingerprint_of_install()
        name = f"{PREFIX}_suite_{self.dependencies_key()}_{key}"

        def fill(database: str) -> None:
            entries = self.odoo(database, "-i", ",".join(addons.install_order()))
            refuse_trouble(odoolog.trouble(entries), "installing our add-ons")
            self._require_installed(database, addons.install_order())

        return self._template(name, base, fill, "our add-ons", say)

    def _require_installed(self, database: str, names: list[str]) -> None:
        """Odoo ends with 0 even where it skipped a module that it cannot install."""
        with self.cursor(database) as cursor:
            cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
            skipped = set(names) - {name for (name,) in cursor.fetchall()}
        if skipped:
            raise OdooFailed(f"Odoo did not install {', '.join(sorted(skipped))}: not found, or not installable")

    def _template(self, name: str, base: str | None, fill, what: str, say) -> str:
        """Return `name` after making it: under another name first, renamed when complete."""
        with lock(self.folder / "templates.lock"):
            if name not in self.names():
                say(f"template database: {what}")
                building = f"{name}_building"
                if base:
                    self.clone(base, building)
                else:
                    self.drop(building)
                    with self.cursor() as cursor:
                        cursor.execute(
                            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(
                                sql.Identifier(building)
                            )
                        )
                try:
                    fill(building)
                except BaseException:
                    self.drop(building)
                    raise
                copy_filestore(self.filestore(building), self.filestore(name))
                with self.cursor() as cursor:
                    cursor.execute(
                        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name))
                    )
                shutil.rmtree(self.filestore(building), ignore_errors=True)
            stamps = self.folder / "templates"
            stamps.mkdir(exist_ok=True)
            (stamps / name).touch()
            self._forget_old(stamps, name)
        return name

    def _forget_old(self, stamps: Path, name: str) -> None:
        """Drop the layer's templates that were not used lately, the newest `KEEP` excepted."""
        layer = "_".join(name.split("_")[:3])
        used = sorted(stamps.glob(f"{layer}_*"), key=lambda path: path.stat().st_mtime)
        for stamp in used[:-KEEP]:
            self.drop(stamp.name)
            stamp.unlink()


def refuse_trouble(found: Iterable[odoolog.Entry], doing: str) -> None:
    """Raise OdooFailed that shows the log records, where there are any."""
    records = [entry.text for entry in found]
    if records:
        listing = "\n".join(records)
        raise OdooFailed(f"Odoo logged {len(records)} warning(s) or error(s) while {doing}:\n{listing}")
