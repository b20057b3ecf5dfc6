# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The answer as a table, and what went wrong in words."""

import contextlib
import os
import sys
import tempfile

from .errors import Refusal

SHOWN = 20  # bad rows named on stderr; all of them go to --problems


def write_table(frame, path):
    """Write a CSV (gzip by name) whole or not at all."""
    frame = frame.copy()
    if "ds" in frame:
        frame["ds"] = frame["ds"].dt.strftime("%Y-%m-%d")
    folder = os.path.dirname(os.path.abspath(path))
    handle, part = tempfile.mkstemp(prefix=".forecast_", dir=folder)
    os.close(handle)
    try:
        pack = "gzip" if path.endswith(".gz") else None
        frame.to_csv(part, index=False, compression=pack, float_format="%.10g")
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(part, 0o666 & ~umask)
        os.replace(part, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise Refusal(f"cannot write {path}: {error.strerror}.") from None


def first_problem(problems):
    if not problems:
        return "no rows."
    _name, line, reason = problems[0]
    return f"line {line}: {reason}." if line else f"{reason}."


def report(problems, options):
    if options.problems:
        import pandas as pd

        write_table(
            pd.DataFrame(problems, columns=["unique_id", "line", "message"]),
            options.problems,
        )
    rows = [problem for problem in problems if problem[1]]
    others = [problem for problem in problems if not problem[1]]
    for name, line, reason in rows[:SHOWN]:
        print(f"line {line}: {name}: {reason}", file=sys.stderr)
    for name, _line, reason in others[:SHOWN]:
        print(f"series {name}: {reason}" if name else reason, file=sys.stderr)
    hidden = max(len(rows) - SHOWN, 0) + max(len(others) - SHOWN, 0)
    if hidden:
        where = f"all in {options.problems}" if options.problems else "use --problems FILE"
        print(f"... and {hidden} more problem(s); {where}", file=sys.stderr)
    if rows:
        print(f"forecast: {len(rows)} row(s) with a problem.", file=sys.stderr)
