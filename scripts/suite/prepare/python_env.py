# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The one Python environment: a supported interpreter, a virtual environment, the locked requirements.

Works where Debian's python3 has neither pip nor ensurepip: the environment is made without pip, and pip runs from the
wheel that Debian ships in python3-pip-whl.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import apt, places
from .console import Steps, human, say
from .files import fingerprint, folder_size, lock, need_space, read_stamp, remove_tree, write_atomic, write_stamp
from .problem import Problem
from .process import run_logged

SUPPORTED = ((3, 11), (3, 12), (3, 13))
SPACE = 1_600_000_000  # bytes the environment takes, with what pip needs on the way
MARK = "OMNI_SUITE_PYTHON"
CERTIFICATES = "OMNI_SUITE_CERTIFICATES"
# Debian's pip reads the system's certificates as soon as it is imported, and fails where ca-certificates is absent,
# whatever PIP_CERT says: tell it the place beforehand.
RUN_PIP = f"""\
import os, sys
place = os.environ.get("{CERTIFICATES}")
if place:
    import pip._vendor.certifi
    pip._vendor.certifi.where = lambda: place
from pip._internal.cli.main import main
sys.exit(main())
"""
ASK = "import sys; print(*sys.version_info[:2], getattr(sys, '_base_executable', '') or sys.executable)"


def choose_interpreter() -> tuple[str, tuple[int, int]]:
    """Return path and version of a supported Python: the running one if it is, else the first found on PATH.

    :raises Problem: there is none.
    """
    seen = []
    for name in (sys.executable, "python3.13", "python3.12", "python3.11", "python3"):
        path = shutil.which(name) if name else None
        if not path:
            continue
        try:
            # -I: neither the person's environment nor folder can disturb the answer
            asked = subprocess.run(
                [path, "-I", "-c", ASK], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False
            )
        except OSError:
            continue
        if asked.returncode:
            continue
        major, minor, base = asked.stdout.rstrip("\n").split(" ", 2)
        version = (int(major), int(minor))
        if version in SUPPORTED:
            return base or path, version
        seen.append(f"{major}.{minor}")
    found = f"only {', '.join(sorted(set(seen)))}" if seen else "none"
    raise Problem(f"Python 3.11, 3.12 or 3.13 is needed, and this machine has {found}: install one of them.")


class PythonEnv:
    """The virtual environment in the cache folder that belongs to an interpreter and the locked requirements."""

    def __init__(self, interpreter: str, version: tuple[int, int], cache: Path | None = None):
        self.cache = cache or places.cache_dir()
        self.interpreter = interpreter
        self.version = version
        key = fingerprint(
            os.path.realpath(interpreter), version, os.uname().machine, places.REQUIREMENTS_ODOO, places.REQUIREMENTS
        )
        self.folder = self.cache / "python" / f"{version[0]}.{version[1]}-{key}"
        self.python = self.folder / "bin" / "python"
        self.site = self.folder / "lib" / f"python{version[0]}.{version[1]}" / "site-packages"
        self.log = self.cache / "log" / "python.log"
        self._stamp = self.folder / "complete.json"
        self._test_stamp = self.folder / "complete-test.json"

    @classmethod
    def find(cls) -> PythonEnv:
        """Return the environment for this machine's Python (which may still have to be prepared)."""
        return cls(*choose_interpreter())

    def ready(self, tests: bool = False) -> bool:
        """Tell whether everything is installed."""
        if not read_stamp(self._stamp) or not self.python.exists():
            return False
        return not tests or read_stamp(self._test_stamp).get("key") == fingerprint(places.REQUIREMENTS_TEST)

    def prepare(self, steps: Steps, tests: bool = False) -> PythonEnv:
        """Make the environment and install what is missing; safe to interrupt and to call from several processes."""
        if self.ready(tests):
            return self
        waiting = say("waiting for another run that prepares it", "다른 실행이 준비 중이므로 기다리는 중")
        with lock(self.cache / "python.lock", waiting=lambda: steps.line(waiting)):
            if not self.ready():
                need_space(self.cache, SPACE, "the Python environment")
                remove_tree(self.folder)
                self._make(steps)
                self._install(steps, places.REQUIREMENTS_ODOO, places.REQUIREMENTS)
                write_stamp(self._stamp, interpreter=self.interpreter, version=list(self.version))
            if tests and not self.ready(tests=True):
                self._install(steps, places.REQUIREMENTS_TEST)
                write_stamp(self._test_stamp, key=fingerprint(places.REQUIREMENTS_TEST))
        return self

    def _make(self, steps: Steps) -> None:
        steps.note(say("making the environment", "환경 만드는 중"))
        run_logged(
            [self.interpreter, "-m", "venv", "--without-pip", self.folder],
            self.log,
            failure="Could not make a Python environment (log: {log}).",
        )

    def _install(self, steps: Steps, *requirements: Path) -> None:
        wheel = find_pip(self.interpreter, self.cache, self.log)
        wanted = sum(1 for path in requirements for line in path.read_text().splitlines() if line[:1].isalnum())
        before = sum(1 for _ in self.site.glob("*.dist-info"))

        def progress():
            have = sum(1 for _ in self.site.glob("*.dist-info")) - before
            size = human(folder_size(scratch, ".whl"))
            installing = say(f"{have} of {wanted} packages installed", f"패키지 {wanted}개 중 {have}개 설치")
            steps.note(installing if have else say(f"{size} downloaded", f"{size} 내려받음"))

        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        env = {
            **os.environ,
            "PYTHONPATH": str(wheel),
            "TMPDIR": str(scratch),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
        }
        certificates = find_certificates(self.cache, self.log)
        if certificates:
            env["PIP_CERT"] = env[CERTIFICATES] = str(certificates)
        # The lists are complete and hold wheels only. What an interrupted pip left is written over, never trusted.
        command = [self.python, "-c", RUN_PIP, "install", "--no-deps", "--only-binary=:all:", "--ignore-installed"]
        command += ["--no-compile", "--no-input", "--progress-bar=off", "--no-warn-script-location"]
        for path in requirements:
            command += ["--requirement", path]
        failure = "pip could not install the Python packages: is the network up? (log: {log})"
        run_logged(command, self.log, env=env, failure=failure, progress=progress)
        remove_tree(scratch)


def find_pip(interpreter: str, cache: Path, log: Path) -> Path:
    """Return a wheel of pip: the interpreter's bundled one, Debian's, or Debian's downloaded into the cache."""
    ask = "import ensurepip, os; print(os.path.join(os.path.dirname(ensurepip.__file__), '_bundled'))"
    bundled = subprocess.run(
        [interpreter, "-I", "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False
    )
    folders = [Path(bundled.stdout.strip())] if bundled.returncode == 0 else []
    folders.append(Path("/usr/share/python-wheels"))
    for folder in folders:
        for wheel in sorted(folder.glob("pip-*.whl")):
            return wheel
    if not apt.available():
        raise Problem(f"{interpreter} has no pip and this is no Debian: install pip (or ensurepip) for it.")
    root = apt.extracted(apt.Archive.of_machine(cache), ["python3-pip-whl"], cache / "pip")
    return next((root / "usr/share/python-wheels").glob("pip-*.whl"))


def find_certificates(cache: Path, log: Path) -> Path | None:
    """Return a file of certificate authorities for pip where the machine has none, else None (pip finds its own).

    A bare Debian comes without ca-certificates; the package's contents are read, not installed.
    """
    if os.path.exists("/etc/ssl/certs/ca-certificates.crt") or not apt.available():
        return None
    named = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
    if named and os.path.isfile(named):
        return Path(named)
    bundle = cache / "ca-certificates.pem"
    if not bundle.exists():
        root = apt.extracted(apt.Archive.of_machine(cache), ["ca-certificates"], cache / "ca-certificates")
        found = sorted((root / "usr/share/ca-certificates/mozilla").glob("*.crt"))
        write_atomic(bundle, "\n".join(path.read_text().strip() for path in found) + "\n")
    return bundle


def ensure_python(tests: bool = False) -> None:
    """Make sure the calling script runs inside the suite's Python environment.

    Prepares the environment on the first call (progress on stderr) and starts the script again in it, with the same
    arguments; does nothing when the script already runs there, or when OMNI_SUITE_PYTHON=1 says that the present
    Python has everything. A failure ends the script with one sentence and exit code 1.
    """
    if os.environ.get(MARK) == "1":
        return
    # quick way: inside an environment of ours the stamp says so
    prefix = Path(sys.prefix)
    inside = read_stamp(prefix / "complete.json").get("version") and not tests
    if inside and PythonEnv(sys._base_executable, sys.version_info[:2]).folder == prefix:
        return
    try:
        env = PythonEnv.find()
        if prefix == env.folder and env.ready(tests):
            return
        if not env.ready(tests):
            steps = Steps(1, stream=sys.stderr)
            with steps.step(say("Python environment", "파이썬 환경")):
                env.prepare(steps, tests)
    except Problem as problem:
        sys.exit(f"{Path(sys.argv[0]).name}: {problem}")
    except OSError as error:
        from .problem import sentence_for_os_error

        sys.exit(f"{Path(sys.argv[0]).name}: {sentence_for_os_error(error)}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.stdout.flush()
    os.execv(env.python, [str(env.python), *sys.orig_argv[1:]])
