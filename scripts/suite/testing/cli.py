# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The command `scripts/test`."""

import argparse
import sys
from pathlib import Path

from suite.prepare import Problem

DESCRIPTION = """\
Prepare what the tests need and run them.

The first run fetches Odoo 19, the Python packages, a PostgreSQL and Chromium into the
cache folder (OMNI_CACHE, else omni-suite in the user's cache folder) and makes a template
database; later runs find all of that there and clone the database in a second. An Odoo
named by ODOO_HOME and a PostgreSQL named by PGHOST, PGPORT, PGUSER, PGPASSWORD are used
as they are.

Phases, in this order:
  1. no database   engines, scripts, architecture                       seconds
  2. inside Odoo   add-on tests, the story, browser tours (pytest-odoo)
  3. processes     install, upgrade and uninstall of each add-on, translations
2 and 3 run side by side (one after the other with -x).
A warning or an error in Odoo's log that names one of our add-ons fails the run."""

EPILOG = """\
Everything else goes to pytest: options (-k NAME, -x, -v …) and paths. A path or a node
(addons/omni_forecast/tests/engine, tests/test_story.py::TestStory) selects; phases without
a selected test are not run, and neither is what they would need prepared.
Odoo's and OCA's own suites with our add-ons installed: scripts/test_core."""


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Split our own options from those of pytest."""
    parser = argparse.ArgumentParser(
        prog="scripts/test",
        usage="scripts/test [--fast] [--keep-database] [pytest arguments]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--fast",
        "--engine-only",
        action="store_true",
        help="only phase 1, without any database",
    )
    parser.add_argument("--prepare-only", action="store_true", help="prepare everything, run no test")
    parser.add_argument(
        "--keep-database",
        action="store_true",
        help="keep the database of phase 2 and name it",
    )
    return parser.parse_known_args(arguments)


def main(arguments: list[str]) -> int:
    """Run the command; 0 when every selected test passed, 1 when one failed or the preparation did."""
    own, rest = parse(arguments)
    try:
        return run(own, rest)
    except (Problem, ValueError) as problem:
        print(f"scripts/test: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("scripts/test: interrupted", file=sys.stderr)
        return 130


def run(own: argparse.Namespace, rest: list[str]) -> int:
    """Prepare and run what is selected."""
    from .environment import enter_python

    enter_python()

    from suite.prepare.places import cache_dir

    from .selection import ODOO, PLAIN, PROCESSES, select

    selection = select(rest, Path.cwd())
    targets = selection.targets
    if own.fast:
        targets = {PLAIN: targets.get(PLAIN, [])}
    from .phases import Runner

    folder = cache_dir() / "testing"
    folder.mkdir(parents=True, exist_ok=True)
    runner = Runner(selection.options, folder)
    passed = True
    stop_early = "-x" in selection.options or "--exitfirst" in selection.options
    if targets.get(PLAIN) and not own.prepare_only:
        passed = runner.plain(targets[PLAIN])
    if (targets.get(ODOO) or targets.get(PROCESSES)) and (passed or not stop_early):
        passed &= run_with_database(own, runner, targets, stop_early)
    if own.prepare_only:
        return 0
    if runner.totals.executed == 0 and not runner.totals.broken and not runner.totals.skipped:
        print("scripts/test: no test matches these arguments", file=sys.stderr)
        return 5
    print(f"\n== all phases in {runner.totals.seconds:.0f} s")
    print(runner.totals.line())
    return 0 if passed and runner.totals.ok else 1


def run_with_database(own: argparse.Namespace, runner, targets: dict[str, list[str]], stop_early: bool) -> bool:
    """Run the phases that need Odoo and PostgreSQL; side by side, unless the first failure ends the run."""
    from .databases import Databases
    from .environment import prepared
    from .phases import Beside, Runner
    from .selection import ODOO, PROCESSES

    with prepared(browser=bool(targets.get(ODOO))) as environment:
        databases = Databases(environment)
        databases.drop_abandoned()
        template = databases.suite_template(lambda text: print(f"-- {text}", flush=True))
        if own.prepare_only:
            print(f"prepared: template database {template}")
            return True
        inside, processes = targets.get(ODOO), targets.get(PROCESSES)
        if inside and processes and not stop_early:
            with Beside(runner, Runner.processes, processes, environment) as beside:
                passed = runner.odoo(inside, databases, template, own.keep_database)
            return passed and beside.passed
        passed = True
        if inside:
            passed &= runner.odoo(inside, databases, template, own.keep_database)
        if processes and (passed or not stop_early):
            passed &= runner.processes(processes, environment)
        return passed
