# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""`scripts/test_core`: Odoo's and OCA's own suites, with our add-ons installed."""

import argparse
import sys
from pathlib import Path

from suite.prepare import Problem

#: Modules whose own tests must stay green with our add-ons installed.
SUITES = ("helpdesk_mgmt", "sale_stock", "stock")
#: What CI runs: all of helpdesk_mgmt and sale_stock, and the files of stock on what our
#: add-ons extend (moves, pickings, quants, reorder rules, returns, forecast report).
CI_FILES = {
    "helpdesk_mgmt": ("test_*.py",),
    "sale_stock": ("test_*.py",),
    "stock": (
        "test_move.py",
        "test_proc_rule.py",
        "test_quant.py",
        "test_replenish.py",
        "test_report.py",
        "test_stock_flow.py",
        "test_stock_return_picking.py",
        "test_warehouse.py",
    ),
}
#: Tests that only drive a browser through the client; CI leaves them to the full run.
TOURS = "tour"
KNOWN = Path(__file__).with_name("core_known_failures.txt")

DESCRIPTION = """\
Run Odoo's own suites of stock and sale_stock and OCA's of helpdesk_mgmt in a database where
our add-ons are installed: what we extend must go on working as its authors test it.

Tests that fail are run again WITHOUT our add-ons: those that fail there too say nothing about
us; they are named and counted as skipped. Those known are not run at all; they stand with
their reasons in scripts/suite/testing/core_known_failures.txt."""


def known_failures() -> list[str]:
    """Test nodes below a module's folder that fail without our add-ons, comments left out."""
    lines = KNOWN.read_text(encoding="utf-8").splitlines()
    return [line.split("#", 1)[0].strip() for line in lines if line.split("#", 1)[0].strip()]


def find_suite(module: str, addons_path: list[str]) -> Path:
    """Folder of a module's tests.

    :raises Problem: the module or its tests are not there.
    """
    for folder in addons_path:
        tests = Path(folder) / module / "tests"
        if tests.is_dir():
            return tests
    raise Problem(f"{module} has no tests on the add-ons path")


def targets(module: str, tests: Path, subset: str) -> list[str]:
    """Test files of a module that belong to a subset."""
    patterns = CI_FILES[module] if subset == "ci" else ("test_*.py",)
    found = sorted({path for pattern in patterns for path in tests.glob(pattern)})
    if subset == "ci":
        found = [path for path in found if TOURS not in path.name]
    return [str(path) for path in found]


def main(arguments: list[str]) -> int:
    """Run the command; 0 when every test passed that is not known to fail without us."""
    parser = argparse.ArgumentParser(
        prog="scripts/test_core",
        description=DESCRIPTION,
        epilog="Further arguments go to pytest (-k NAME, -x, -v …).",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--suite", action="append", choices=SUITES, help="one suite; may be repeated; default: all")
    parser.add_argument(
        "--subset", choices=("all", "ci"), default="all", help="ci: what fits into CI's time; default: all"
    )
    parser.add_argument(
        "--baseline", action="store_true", help="the same tests without our add-ons, known failures included"
    )
    own, rest = parser.parse_known_args(arguments)
    try:
        return run(own, rest)
    except Problem as problem:
        print(f"scripts/test_core: {problem}", file=sys.stderr)
        return 1


def run(own: argparse.Namespace, options: list[str]) -> int:
    """Prepare the database and run the suites one after the other, each on a fresh clone."""
    from .environment import enter_python, prepared

    enter_python()
    from .databases import Databases
    from .phases import Runner

    with prepared(browser=True) as environment:
        databases = Databases(environment)

        def say(text: str) -> None:
            print(f"-- {text}", flush=True)

        ours = databases.dependencies_template(say) if own.baseline else databases.suite_template(say)
        runner = Runner(options, databases.folder)
        for module in own.suite or SUITES:
            tests = find_suite(module, environment.addons_path)
            known = [] if own.baseline else [node for node in known_failures() if node.startswith(f"{module}/")]
            arguments = [f"--deselect={node}" for node in known] + targets(module, tests, own.subset)
            with_us = "without" if own.baseline else "with"
            run_suite(runner, databases, ours, tests, arguments, f"{module}: {with_us} our add-ons")
        totals = runner.totals
        excused: set[str] = set()
        if totals.failures and not own.baseline:
            excused = failing_without_us(totals.failures, runner, databases, environment, say)
    for node in sorted(excused):
        print(f"fails without our add-ons too: {node}")
    for node in sorted(totals.failures - excused):
        print(f"fails with our add-ons: {node}")
    print(f"\n== core suites in {totals.seconds:.0f} s")
    if not own.baseline and totals.failures:
        totals.failed, totals.errors = len(totals.failures - excused), 0
        totals.skipped += len(excused)
    print(totals.line())
    return 0 if totals.ok and totals.executed else 1


def run_suite(runner, databases, template: str, tests: Path, arguments: list[str], title: str) -> None:
    """Run tests of one module on a fresh clone; the results go to the runner's totals."""
    module = tests.parent.name
    with databases.temporary(template, f"core_{module}") as database:
        log = databases.folder / "log" / f"core_{module}.log"
        config = databases.environment.write_config(
            databases.folder / "conf" / f"{database}.conf", logfile=log, db_name=database
        )
        # Odoo's tests are found by their folder's name, not from this repository.
        root = [f"--rootdir={tests.parent.parent}", "--confcutdir=/", "-p", "no:cacheprovider", "-q"]
        # Core tests provoke warnings on purpose; only their results count here.
        runner.odoo_on(database, config, log, [*root, *arguments], databases.environment, title, ours_only=False)


def failing_without_us(failures: set[str], runner, databases, environment, say) -> set[str]:
    """Those of the failures that are failures on a database without our add-ons, too."""
    from .phases import Runner

    template = databases.dependencies_template(say)
    again = Runner(runner.options, databases.folder)
    for module in SUITES:
        nodes = sorted(node for node in failures if node.startswith(f"{module}/"))
        if nodes:
            tests = find_suite(module, environment.addons_path)
            targets_again = [str(tests.parent.parent / node) for node in nodes]
            run_suite(
                again, databases, template, tests, targets_again, f"{module}: the failed ones without our add-ons"
            )
    runner.totals.seconds += again.totals.seconds
    return failures & again.totals.failures
