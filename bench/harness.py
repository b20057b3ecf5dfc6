# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""`bench/run`: times figures beside their peer in the same run, prints a table, writes JSON."""

import argparse
import contextlib
import importlib
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.dataset import Dataset

ROOT = Path(__file__).resolve().parents[1]
SEED = 20260201
SIZES = ("small", "medium", "large")


@dataclass(frozen=True)
class Row:
    """One line of the result.

    name   what was measured
    ours   our figure, in `unit`
    peer   the peer's figure in the same unit, None where there is no peer
    ratio  ours / peer; below 1 is better where less is better. None without a peer
    unit   "s", "ms", "queries", "MASE", …
    note   who the peer is, and anything a reader must know
    """

    name: str
    ours: float
    peer: float | None
    ratio: float | None
    unit: str
    note: str = ""

    @classmethod
    def of(cls, name: str, ours: float, peer: float | None, unit: str, note: str = "") -> "Row":
        """Make a row and compute its ratio."""
        ratio = ours / peer if peer else None
        return cls(name, ours, peer, ratio, unit, note)


@dataclass
class Context:
    """What a figure's `run` receives: size, seed, and a database where it asked for one."""

    size: str
    seed: int
    database: "Dataset | None" = None


def best_of(function: Callable[[], object], times: int = 3) -> float:
    """Shortest of several timings of a call, in seconds (the least disturbed one)."""
    measured = []
    for _ in range(times):
        began = time.perf_counter()
        function()
        measured.append(time.perf_counter() - began)
    return min(measured)


def median_of(function: Callable[[], object], times: int = 5) -> float:
    """Median of several timings of a call, in seconds."""
    measured = []
    for _ in range(times):
        began = time.perf_counter()
        function()
        measured.append(time.perf_counter() - began)
    return statistics.median(measured)


def figure_names() -> list[str]:
    """Names of all figures, in name order."""
    return sorted(path.stem for path in (ROOT / "bench" / "figures").glob("[!_]*.py"))


def machine() -> dict[str, object]:
    """Facts that a reader needs to judge the figures; nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cpu = ""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    versions = {}
    for package in ("numpy", "pandas", "scipy", "statsforecast", "statsmodels"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "cpu": cpu,
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": versions,
        "commit": commit.stdout.strip(),
    }


def as_row(value: object) -> Row:
    """Accept a Row, a mapping with its fields, or a tuple in its order."""
    if isinstance(value, Row):
        return value
    return Row(**value) if isinstance(value, dict) else Row(*value)


def number(value: float | None) -> str:
    """A figure with four significant digits."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def table(rows: list[tuple[str, Row]]) -> str:
    """The rows as an aligned text table."""
    head = ("figure", "measured", "ours", "peer", "ratio", "unit", "note")
    body = [
        (figure, row.name, number(row.ours), number(row.peer), number(row.ratio), row.unit, row.note)
        for figure, row in rows
    ]
    widths = [max(len(line[column]) for line in (head, *body)) for column in range(len(head))]
    right = {2, 3, 4}

    def line(cells):
        return "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, body)])


@contextlib.contextmanager
def database_for(names: list[str], size: str, seed: int) -> Iterator["Dataset | None"]:
    """Yield a database of the stated size when one of the figures needs it, else None."""
    if not any(getattr(load(name), "NEEDS_DATABASE", False) for name in names):
        yield None
        return
    from bench.dataset import built

    with built(size, seed) as dataset:
        yield dataset


def load(name: str):
    """The module of a figure."""
    return importlib.import_module(f"bench.figures.{name}")


def main(arguments: list[str]) -> int:
    """Run the command; 0 when every figure could be measured, 1 otherwise."""
    names = figure_names()
    parser = argparse.ArgumentParser(
        prog="bench/run",
        description="Time figures beside their peer in the same run. Figures that need one get "
        "an Odoo database of the stated size, made by set-based SQL with a fixed seed and "
        "kept for the next run.",
        epilog=f"figures: {', '.join(names)}",
    )
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help="default: all")
    parser.add_argument("--size", choices=SIZES, default="small", help="default: small")
    parser.add_argument("--seed", type=int, default=SEED, help=f"default: {SEED}")
    parser.add_argument("--json", metavar="OUT", help="also write rows, machine and seed here")
    options = parser.parse_args(arguments)
    unknown = set(options.figures) - set(names)
    if unknown:
        parser.error(f"no such figure: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    from suite.prepare import Problem
    from suite.testing.environment import enter_python

    enter_python()
    chosen = options.figures or names
    results: list[tuple[str, Row]] = []
    failed = []
    try:
        with database_for(chosen, options.size, options.seed) as dataset:
            for name in chosen:
                module = load(name)
                print(f"-- {name}: {getattr(module, 'TITLE', module.__doc__ or '').strip()}", flush=True)
                context = Context(options.size, options.seed, dataset)
                try:
                    results += [(name, as_row(row)) for row in module.run(context)]
                except Problem as problem:
                    failed.append(name)
                    print(f"   could not be measured: {problem}", file=sys.stderr)
    except Problem as problem:
        print(f"bench/run: {problem}", file=sys.stderr)
        return 1
    print(f"\nsize {options.size}, seed {options.seed}\n{table(results)}")
    if options.json:
        content = {
            "size": options.size,
            "seed": options.seed,
            "machine": machine(),
            "rows": [{"figure": name, **asdict(row)} for name, row in results],
        }
        Path(options.json).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0
