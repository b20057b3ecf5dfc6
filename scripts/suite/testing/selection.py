# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which test file runs in which phase, and what a caller's arguments select."""

from dataclasses import dataclass, field
from pathlib import Path

from .addons import ROOT

#: Options of pytest that take the next argument as their value.
VALUE_OPTIONS = {
    "-k", "-m", "-p", "-n", "-o", "-W", "-c", "-r", "--maxfail", "--durations", "--tb",
    "--deselect", "--ignore", "--ignore-glob", "--junitxml", "--basetemp", "--log-level",
}  # fmt: skip

PLAIN, PROCESSES, ODOO = "plain", "processes", "odoo"


def phase_of(path: Path) -> str:
    """Phase of a test file.

    plain      no database: engines, scripts, architecture
    odoo       inside one Odoo on a clone of the template database (pytest-odoo)
    processes  own clones and own Odoo processes: install, uninstall, upgrade, exports
    """
    parts = path.relative_to(ROOT).parts
    if parts[0] == "addons":
        return PLAIN if "engine" in parts else ODOO
    if parts[0] == "bench" or "scripts" in parts[:-1]:
        return PLAIN
    if path.name.startswith("test_architecture"):
        return PLAIN
    if path.name.startswith(("test_lifecycle", "test_translations", "test_bench", "test_story_")):
        return PROCESSES
    return ODOO


def test_files() -> list[Path]:
    """Every test file of the repository."""
    found = [
        *ROOT.glob("addons/*/tests/**/test_*.py"),
        *ROOT.glob("tests/**/test_*.py"),
        *ROOT.glob("bench/tests/**/test_*.py"),
    ]
    return sorted(path for path in found if "node_modules" not in path.parts)


@dataclass
class Selection:
    """Targets per phase, and the options that every pytest run receives."""

    options: list[str] = field(default_factory=list)
    targets: dict[str, list[str]] = field(default_factory=dict)

    def add(self, path: Path, node: str = "") -> None:
        """Select a file, or one node of it."""
        self.targets.setdefault(phase_of(path), []).append(f"{path.relative_to(ROOT)}{node}")


def select(arguments: list[str], here: Path | None = None) -> Selection:
    """Split pytest arguments into options and paths, and sort the paths into phases.

    Without a path everything is selected. Relative paths count from `here`, else from
    the repository root. Raises ValueError naming a path in which there is no test.
    """
    selection = Selection()
    everything = test_files()
    chosen = False
    arguments = list(arguments)
    while arguments:
        argument = arguments.pop(0)
        if argument in VALUE_OPTIONS and arguments:
            selection.options += [argument, arguments.pop(0)]
            continue
        name, _, node = argument.partition("::")
        bases = [here or Path.cwd(), ROOT]
        paths = [(base / name).resolve() for base in bases if (base / name).exists()]
        if argument.startswith("-") or not paths:
            if not argument.startswith("-"):
                raise ValueError(f"no such file or folder: {argument}")
            selection.options.append(argument)
            continue
        chosen = True
        path = paths[0]
        inside = [file for file in everything if file == path or path in file.parents]
        if not inside:
            raise ValueError(f"no test below {argument}")
        for file in inside:
            selection.add(file, f"::{node}" if node else "")
    if not chosen:
        for file in everything:
            selection.add(file)
    return selection


def plain_groups(targets: list[str]) -> list[list[str]]:
    """Targets of the plain phase, one group per folder of tests.

    Test folders without packages share one namespace of module names inside a pytest
    process, so each add-on's engine tests get a process of their own.
    """
    groups: dict[str, list[str]] = {}
    for target in targets:
        parts = Path(target.partition("::")[0]).parts
        groups.setdefault("/".join(parts[:2]) if parts[0] == "addons" else "", []).append(target)
    return list(groups.values())
