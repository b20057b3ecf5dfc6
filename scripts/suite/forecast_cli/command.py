# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the arguments to the written forecast."""

import os
import sys

from .errors import Refusal
from .options import parser
from .progress import Progress
from .reading import REQUIRED, read_future, read_table, read_values
from .writing import first_problem, report, write_table


def main(arguments=None):
    """Run the command; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except Refusal as refusal:
        print(f"forecast: {refusal}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nforecast: stopped.", file=sys.stderr)
        return 130
    except MemoryError:
        print("forecast: not enough memory for this table.", file=sys.stderr)
        return 2


def _run(options):
    if bool(options.lead_time) != bool(options.lead_time_output):
        raise Refusal("--lead-time and --lead-time-output belong together.")
    if options.service and not options.lead_time:
        raise Refusal("--service needs --lead-time and --lead-time-output.")
    _check_outputs(options)
    progress = Progress(options.quiet)
    progress.say("reading", options.input)
    problems = []
    panel = read_table(options.input, REQUIRED, problems)
    if not len(panel):
        raise Refusal(f"{options.input} has no usable row: {first_problem(problems)}")
    future = None
    if options.future:
        drivers = [name for name in panel.columns if name not in REQUIRED]
        future = read_future(options.future, drivers, problems)
    value = read_values(options.values) if options.values else None
    services = sorted({s for part in options.service or [[0.98]] for s in part})
    engine = _engine()
    try:
        result = engine.forecast(
            panel,
            freq=options.freq,
            horizon=options.horizon,
            policy=options.policy,
            season=options.season,
            future=future,
            lead_time=options.lead_time,
            service=services,
            missing=options.missing,
            value=value,
            cluster=options.cluster,
            progress=progress,
            **({"jobs": 0} if options.policy != "fast" else {}),
        )
    except engine.EngineError as error:
        progress.end()
        raise Refusal(str(error)) from None
    progress.end()
    for row in result.problems.itertuples(index=False):
        problems.append((row.unique_id, "", f"{row.code}: {row.message}"))
    frame = result.forecasts
    lacking = _lacking(panel, frame, options.horizon)
    write_table(frame, options.output)
    if options.lead_time:
        write_table(result.lead_time, options.lead_time_output)
        lacking |= _lacking(panel, result.lead_time, len(services))
    report(problems, options)
    if lacking:
        names = ", ".join(sorted(map(str, lacking))[:5])
        print(
            f"forecast: {len(lacking)} series without a full forecast: {names}",
            file=sys.stderr,
        )
        return 1
    if not options.quiet:
        count = frame["unique_id"].nunique()
        print(
            f"forecast: {count} series, {options.horizon} periods each, in "
            f"{progress.seconds():.1f} s -> {options.output}",
            file=sys.stderr,
        )
    return 0


def _engine():
    from ..engines import load

    return load("omni_forecast")


def _check_outputs(options):
    """Say before the work that a file cannot be written."""
    for path in (options.output, options.lead_time_output, options.problems):
        if not path:
            continue
        folder = os.path.dirname(os.path.abspath(path))
        if os.path.isdir(path):
            raise Refusal(f"cannot write {path}: it is a folder.")
        if not os.path.isdir(folder):
            raise Refusal(f"cannot write {path}: there is no folder {folder}.")
        if not os.access(folder, os.W_OK):
            raise Refusal(f"cannot write {path}: no permission in {folder}.")


def _lacking(panel, frame, periods):
    """Ids of the input that do not have `periods` finite rows in `frame`."""
    import numpy as np

    numbers = frame.select_dtypes("number")
    good = frame[np.isfinite(numbers.to_numpy()).all(axis=1)]
    count = good.groupby("unique_id").size()
    return set(panel["unique_id"].unique()) - set(count.index[count == periods])
