# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Running pytest once per phase and adding up the results."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from . import addons, odoolog
from .databases import Databases
from .environment import VARIABLE, Environment
from .selection import plain_groups

NOTHING_COLLECTED = 5


@dataclass
class Totals:
    """Results added up over all pytest runs."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    broken: list[str] = field(default_factory=list)  # runs that ended without a result
    failures: set[str] = field(default_factory=set)  # node ids below the root of the run
    seconds: float = 0.0

    def add_report(self, report: Path) -> None:
        """Add the figures of a JUnit report."""
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            self.failed += count["failures"]
            self.errors += count["errors"]
            self.skipped += count["skipped"]
            # A test that passes and then errs in its tear-down counts as one test, one error.
            bad = count["failures"] + count["errors"] + count["skipped"]
            self.passed += max(0, count["tests"] - bad)
            for case in suite.iter("testcase"):
                if case.find("failure") is not None or case.find("error") is not None:
                    *path, name = case.get("classname", "").split(".")
                    self.failures.add(f"{'/'.join(path)}.py::{name}::{case.get('name')}")

    def add(self, other: "Totals") -> None:
        """Add the results of another runner that worked at the same time."""
        for name in ("passed", "failed", "errors", "skipped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.broken += other.broken
        self.failures |= other.failures
        self.seconds = max(self.seconds, other.seconds)

    @property
    def executed(self) -> int:
        """Number of tests that ran to a verdict."""
        return self.passed + self.failed + self.errors

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not (self.failed or self.errors or self.broken)

    def line(self) -> str:
        """The closing line: `N passed, N failed[, N skipped]`."""
        failed = self.failed + self.errors + len(self.broken)
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {failed} failed{skipped}"


class Runner:
    """Runs pytest in processes of its own, with one environment for all of them."""

    def __init__(self, options: list[str], folder: Path, output=None):
        """:param output: file that takes what pytest prints, else this process's own output"""
        self.options = options
        self.folder = folder
        self.output = output
        self.totals = Totals()
        self.process: subprocess.Popen | None = None

    def pytest(self, title: str, arguments: list[str], variables: dict[str, str]) -> bool:
        """Run pytest once; True when all selected tests passed (or none was selected)."""
        print(f"\n== {title}", flush=True, file=self.output)
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="omni-test-") as scratch:
            report = Path(scratch) / "report.xml"
            command = [
                sys.executable, "-m", "pytest", f"--rootdir={addons.ROOT}",
                f"--junitxml={report}", *arguments, *self.options,
            ]  # fmt: skip
            code = self.run_interruptible(command, cwd=addons.ROOT, env=variables)
            if report.exists():
                self.totals.add_report(report)
            elif code not in (0, NOTHING_COLLECTED):
                self.totals.broken.append(title)
        self.totals.seconds += time.monotonic() - began
        if code in (0, NOTHING_COLLECTED):
            return True
        if self.totals.ok:
            # Exit code without a failed test: usage error, interrupted, internal error.
            self.totals.broken.append(title)
        return False

    def plain(self, targets: list[str]) -> bool:
        """Engine, script and architecture tests: no database, no Odoo."""
        passed = True
        for group in plain_groups(targets):
            parts = Path(group[0].partition("::")[0]).parts
            title, options = "scripts and architecture", []
            if parts[0] == "addons":
                title = "/".join(parts[:2])
                # Folders above the engine tests are packages of Odoo; pytest must not import them.
                options = [f"--confcutdir={'/'.join(parts[: parts.index('engine') + 1])}"]
            arguments = ["-p", "no:odoo", *options, *group]
            passed &= self.pytest(f"{title}: no database", arguments, os.environ.copy())
        return passed

    def processes(self, targets: list[str], environment: Environment) -> bool:
        """Tests that start Odoo processes on clones of their own."""
        description = environment.save(self.folder / f"environment-{os.getpid()}.json")
        try:
            variables = {**environment.variables, VARIABLE: str(description)}
            return self.pytest(
                "install, upgrade, uninstall, exports",
                ["-p", "no:odoo", *targets],
                variables,
            )
        finally:
            description.unlink()

    def odoo(self, targets: list[str], databases: Databases, template: str, keep: bool) -> bool:
        """Tests inside Odoo, on a clone of the template database, browser included."""
        environment = databases.environment
        with databases.temporary(template, "run", keep) as database:
            log = self.folder / "log" / "tests.log"
            config = environment.write_config(self.folder / "conf" / f"{database}.conf", logfile=log, db_name=database)
            passed = self.odoo_on(database, config, log, targets, environment)
            if keep:
                print(f"database kept: {database} (configuration: {config})")
        return passed

    def odoo_on(
        self, database: str, config: Path, log: Path, targets: list[str], environment: Environment,
        title: str = "inside Odoo", ours_only: bool = True,
    ) -> bool:  # fmt: skip
        """Run pytest-odoo on a given database and read the log that it wrote."""
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        variables = {**environment.variables, "ODOO_RC": str(config)}
        arguments = [
            f"--odoo-database={database}", f"--odoo-config={config}",
            "--odoo-log-level=warn", "--odoo-http", *targets,
        ]  # fmt: skip
        passed = self.pytest(title, arguments, variables)
        found = odoolog.trouble_of(odoolog.read(log), addons.names_of_ours())
        if found and ours_only:
            passed = False
            self.totals.broken.append("log")
            print(f"\nOdoo's log of the tests names our add-ons in {len(found)} record(s) ({log}):")
            for entry in found:
                print(entry.text)
        return passed

    def run_interruptible(self, command: list[str], **kwargs) -> int:
        """Run a command; an interrupt is left to it first, so that it can clean up."""
        if self.output:
            kwargs.update(stdout=self.output, stderr=subprocess.STDOUT)
        self.process = subprocess.Popen(command, **kwargs)
        while True:
            try:
                return self.process.wait()
            except KeyboardInterrupt:
                self.process.send_signal(signal.SIGINT)


class Beside:
    """A phase of a second runner, beside whatever goes on in the block.

    At the end of the block waits for it, prints what it printed and adds its results to
    the first runner's. An exception in the block interrupts it.
    """

    def __init__(self, runner: Runner, phase, *arguments):
        """:param phase: method of Runner that returns whether it passed"""
        self.runner = runner
        self.phase = phase
        self.arguments = arguments
        self.passed = False

    def _run(self) -> None:
        self.passed = self.phase(self.second, *self.arguments)

    def __enter__(self):
        self.output = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self.second = Runner(self.runner.options, self.runner.folder, self.output)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def __exit__(self, kind, value, traceback) -> None:
        if kind and self.second.process and self.second.process.poll() is None:
            self.second.process.send_signal(signal.SIGINT)
        self.thread.join()
        self.output.seek(0)
        shutil.copyfileobj(self.output, sys.stdout)
        sys.stdout.flush()
        self.output.close()
        self.runner.totals.add(self.second.totals)
