# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""`scripts/lint`: the checks of the OCA 19.0 template, run directly.

The template starts its tools through pre-commit, which clones one git repository per
tool. Here the same tools come from the locked Python requirements and package-lock.json,
so that the checks also run where only package registries can be reached.
"""

import argparse
import configparser
import hashlib
import os
import re
import shutil
import subprocess
import sys
import xml.parsers.expat
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRETTIER_SUFFIXES = {".css", ".scss", ".js", ".cjs", ".json", ".xml", ".yaml", ".yml"}
#: Binary formats, and files whose form belongs to the tool or person that wrote them.
TEXT_EXCLUDED = re.compile(
    r"\.(png|jpg|jpeg|gif|ico|woff2?|ttf|gz|zip|pdf|svg|pot?|whl)$"
    r"|^LICENSE$|^data/|/static/(src/)?lib/|/tests/(data|samples|files)/"
    r"|README\.rst$|/static/description/index\.html$"
)
FORBIDDEN = re.compile(r"\.rej$|(^|/)i18n/en\.po$|(^|/)\.(travis|prettierrc|eslintrc)\.yml$")


class LintError(Exception):
    """A tool is missing or could not be prepared; the text is one clear sentence."""


def tracked_files() -> list[str]:
    """Paths (relative, POSIX) of every file git knows or would add, that exists."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return sorted({name for name in listing.split("\0") if (ROOT / name).is_file()})


def python_files() -> list[str]:
    """Tracked Python sources, the extensionless scripts included."""

    def is_python(name: str) -> bool:
        if name.endswith(".py"):
            return True
        if "." in Path(name).name or not os.access(ROOT / name, os.X_OK):
            return False
        with (ROOT / name).open("rb") as stream:
            return b"python" in stream.readline()

    return [name for name in tracked_files() if is_python(name)]


def addon_names() -> list[str]:
    """Folder names below addons/ that hold a manifest."""
    return sorted(path.parent.name for path in (ROOT / "addons").glob("*/__manifest__.py"))


def _call(command: Iterable[str], **kwargs) -> bool:
    """Run a tool in the repository root; True when it exits with 0."""
    return subprocess.run([str(part) for part in command], check=False, cwd=ROOT, **kwargs).returncode == 0


def _tool(name: str) -> str:
    """Path of a Python tool: next to this interpreter, else on PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise LintError(f"{name} is not installed in {sys.prefix}: install requirements-test.txt there")
    return found


def check_ruff(fix: bool) -> bool:
    """ruff's rules and its formatter, configured in .ruff.toml."""
    ruff, files = _tool("ruff"), python_files()
    rules = [ruff, "check", "--no-cache", *(["--fix"] if fix else []), *files]
    form = [ruff, "format", "--no-cache", *([] if fix else ["--check"]), *files]
    # Both always run, so that one call shows everything.
    return all([_call(rules), _call(form)])


def mandatory_checks() -> str:
    """Names of the checks of .pylintrc-mandatory, as pylint's options take them."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".pylintrc-mandatory", encoding="utf-8")
    return re.sub(r"\s+", "", parser["MESSAGES CONTROL"]["enable"])


def check_pylint(fix: bool) -> bool:
    """pylint-odoo: optional checks are shown, mandatory ones decide."""
    addons = [f"addons/{name}" for name in addon_names()]
    # One pass over both sets, because reading the code takes most of the time.
    pylint = [sys.executable, "-m", "pylint", "--jobs=2", "--rcfile=.pylintrc"]
    return not addons or _call([*pylint, "--fail-under=-1000", f"--fail-on={mandatory_checks()}", *addons])


def check_oca(fix: bool) -> bool:
    """oca-checks-odoo-module on each add-on, oca-checks-po on each translation."""
    # Checks that came after the template's v0.1.7 of this tool, and that Odoo's own files do not
    # follow: sequence="1" written as text, how the XML declaration spells UTF-8, attributes' order.
    newer = "--disable=xml-field-numeric-without-eval,xml-header-wrong,xml-tag-position"
    manifests = [f"addons/{name}/__manifest__.py" for name in addon_names()]
    catalogues = [n for n in tracked_files() if re.search(r"^addons/.*\.pot?$", n)]
    passed = True
    if manifests:
        passed &= _call([_tool("oca-checks-odoo-module"), newer, *manifests])
    if catalogues:
        passed &= _call([_tool("oca-checks-po"), "--disable=po-pretty-format", *catalogues])
    return passed


def _text_problems(name: str) -> list[str]:
    data = (ROOT / name).read_bytes()
    problems = []
    if b"\0" in data:
        return problems
    if b"\r" in data:
        problems.append("carriage return; lines end with a line feed only")
    if data and not data.endswith(b"\n"):
        problems.append("no line feed at the end of the file")
    if data.endswith(b"\n\n"):
        problems.append("blank lines at the end of the file")
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.rstrip(b" \t") != line and not name.endswith(".md"):
            problems.append(f"line {number}: blanks at the end of the line")
        if line.startswith((b"<<<<<<< ", b">>>>>>> ")):
            problems.append(f"line {number}: merge conflict marker")
    if name.endswith(".xml"):
        try:
            xml.parsers.expat.ParserCreate().Parse(data, True)
        except xml.parsers.expat.ExpatError as error:
            problems.append(f"not well-formed XML: {error}")
    if os.access(ROOT / name, os.X_OK) and not data.startswith(b"#!"):
        problems.append("executable without a #! line")
    return problems


def check_text(fix: bool) -> bool:
    """Line ends, blanks, conflict markers, XML syntax, forbidden files."""
    passed = True
    for name in tracked_files():
        problems = ["forbidden file"] if FORBIDDEN.search(name) else []
        if not TEXT_EXCLUDED.search(name):
            problems += _text_problems(name)
        for problem in problems:
            print(f"{name}: {problem}")
            passed = False
    return passed


def _node(tool: str) -> str:
    """Path of a tool in node_modules, which `npm ci` fills when the lock file changed."""
    if not shutil.which("npm"):
        raise LintError(
            "npm is not installed, and prettier and eslint come from it: "
            "install the packages nodejs and npm (Node 20 or newer), "
            "or name the other checks: scripts/lint ruff pylint oca text"
        )
    lock = (ROOT / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    stamp = ROOT / "node_modules" / ".omni-lock"
    if not stamp.exists() or stamp.read_text() != wanted:
        print("npm ci: prettier and eslint at their locked versions", flush=True)
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            check=False,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise LintError(f"npm could not install package-lock.json: {' '.join(reason)}")
        stamp.write_text(wanted)
    return str(ROOT / "node_modules" / ".bin" / tool)


def check_prettier(fix: bool) -> bool:
    """prettier with its XML plugin, configured in prettier.config.cjs."""
    files = [n for n in tracked_files() if Path(n).suffix in PRETTIER_SUFFIXES]
    mode = "--write" if fix else "--check"
    prettier = _node("prettier")
    return not files or _call([prettier, mode, "--log-level", "warn", "--ignore-unknown", *files])


def check_eslint(fix: bool) -> bool:
    """eslint, configured in eslint.config.cjs."""
    files = [n for n in tracked_files() if Path(n).suffix in {".js", ".cjs"}]
    eslint = _node("eslint")
    options = ["--max-warnings=0", "--no-warn-ignored", *(["--fix"] if fix else [])]
    return not files or _call([eslint, *options, *files])


CHECKS: dict[str, Callable[[bool], bool]] = {
    "ruff": check_ruff,
    "text": check_text,
    "oca": check_oca,
    "prettier": check_prettier,
    "eslint": check_eslint,
    "pylint": check_pylint,
}


def main(arguments: list[str]) -> int:
    """Run the named checks, or all; 0 when all pass, 1 when one fails, 2 when one cannot run."""
    parser = argparse.ArgumentParser(
        prog="scripts/lint",
        description="Check the form of code, views and translations.",
        epilog="checks: " + "; ".join(f"{name} - {check.__doc__}" for name, check in CHECKS.items()),
    )
    parser.add_argument("checks", nargs="*", metavar="CHECK", help="default: all of them")
    parser.add_argument("--fix", action="store_true", help="apply what tools can mend")
    options = parser.parse_args(arguments)
    unknown = set(options.checks) - set(CHECKS)
    if unknown:
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    from suite.testing.environment import enter_python

    enter_python()
    failed = []
    for name in options.checks or CHECKS:
        print(f"== {name}", flush=True)
        try:
            passed = CHECKS[name](options.fix)
        except LintError as error:
            print(f"scripts/lint: {error}", file=sys.stderr)
            return 2
        if not passed:
            failed.append(name)
    print(f"lint: {'failed: ' + ', '.join(failed) if failed else 'all checks passed'}")
    return 1 if failed else 0
