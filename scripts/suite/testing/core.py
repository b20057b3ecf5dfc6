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

Tests that fail in the same way WITHOUT our add-ons are listed, each with its reason, in
scripts/suite/testing/core_known_failures.txt; `scripts/test_core --baseline` shows that."""


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

        make = databases.dependencies_template if own.baseline else databases.suite_template
        template = make(say)
        runner = Runner(options, databases.folder)
        for module in own.suite or SUITES:
            tests = find_suite(module, environment.addons_path)
            module_folder = tests.parent
            arguments = [
                f"--deselect={node}" for node in known_failures() if node.startswith(f"{module}/") and not own.baseline
            ]
            # Odoo's tests are found by their folder's name, not from this repository.
            arguments += [f"--rootdir={module_folder.parent}", "-p", "no:cacheprovider", "-q"]
            with databases.temporary(template, f"core_{module}") as database:
                log = databases.folder / "log" / f"core_{module}.log"
                config = environment.write_config(
                    databases.folder / "conf" / f"{database}.conf", logfile=log, db_name=database
                )
                title = f"{module}: {'without' if own.baseline else 'with'} our add-ons"
                # Core tests provoke warnings on purpose; only their results count here.
                runner.odoo_on(
                    database, config, log, [*arguments, *targets(module, tests, own.subset)],
                    environment, title, ours_only=False,
                )  # fmt: skip
    totals = runner.totals
    print(f"\n== core suites in {totals.seconds:.0f} s")
    print(totals.line())
    return 0 if totals.ok and totals.executed else 1
