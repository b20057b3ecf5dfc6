# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Command line of the forecast engine: a table of demand in, a table of forecasts out.

Exit code 0: every series has every period, finite. 1: written, but something is missing
(said on stderr). 2: nothing could be forecast.
"""

import argparse
import contextlib
import csv
import gzip
import io
import math
import os
import re
import sys
import tempfile
import time

DESCRIPTION = """\
Forecast every series of a table, with 80 % and 95 % intervals.

INPUT has the columns unique_id, ds, y and, if wanted, further numeric columns (price,
promotion ...) as drivers; any order, gaps allowed, each series may end at its own date.
OUT gets unique_id, ds, mean, lo80, hi80, lo95, hi95.
Rows that cannot be used are named with their line number on stderr and left out."""
EPILOG = """\
Repeated rows of one series and date are added up and reported. A period without a row
means no demand, unless zeros are rows of their own in the file or the series is never near
zero (then it is unknown and interpolated); --missing says it outright.
Exit code: 0 every series has every period; 1 some have not; 2 nothing could be done."""
ENCODINGS = ("utf-8-sig", "cp949")
REQUIRED = ("unique_id", "ds", "y")
SHOWN = 20  # bad rows named on stderr; all of them go to --problems
_THOUSANDS = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
_DATE = re.compile(r"^(\d{4})[-/.]?(\d{2})(?:[-/.]?(\d{2}))?(?:[T ].*)?$")


class Refusal(Exception):
    """One sentence that says why nothing could be done."""


def main(arguments=None):
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
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


def _parser():
    parser = argparse.ArgumentParser(
        prog="scripts/forecast",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("input", metavar="INPUT.csv[.gz]")
    add("--freq", required=True, choices=("M", "W", "D"), help="months, weeks or days")
    add("--horizon", required=True, type=_positive, metavar="H", help="periods ahead")
    add("--policy", default="fast", choices=("fast", "balanced", "thorough"))
    add(
        "--season",
        type=_positive,
        metavar="S",
        help="periods of a season (default 12, 52 or 7; 1 = none)",
    )
    add(
        "--future",
        metavar="DRIVERS.csv[.gz]",
        help="unique_id, ds and the driver columns for the periods ahead",
    )
    add("-o", "--output", required=True, metavar="OUT.csv[.gz]")
    add("--lead-time", type=_positive, metavar="L", help="periods of the lead time")
    add(
        "--service",
        action="append",
        type=_services,
        metavar="P",
        help="probability (default 0.98); repeat it or separate by commas",
    )
    add("--lead-time-output", metavar="FILE", help="unique_id, service, quantile")
    add("--problems", metavar="FILE", help="all problems as unique_id, line, message")
    add(
        "--missing",
        default="auto",
        choices=("auto", "zero", "interpolate"),
        help="what a period without a row means",
    )
    add("--quiet", action="store_true", help="no progress")
    return parser


def _positive(text):
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000")
    return value


def _services(text):
    values = []
    for part in text.split(","):
        try:
            value = float(part)
        except ValueError:
            value = math.nan
        if not 0 < value < 1:
            raise argparse.ArgumentTypeError(f"{part!r} is not a probability between 0 and 1, like 0.98")
        values.append(value)
    return values


def _run(options):
    if bool(options.lead_time) != bool(options.lead_time_output):
        raise Refusal("--lead-time and --lead-time-output belong together.")
    if options.service and not options.lead_time:
        raise Refusal("--service needs --lead-time and --lead-time-output.")
    _check_outputs(options)
    progress = _Progress(options.quiet)
    progress.say("reading", options.input)
    problems = []
    panel = read_table(options.input, REQUIRED, problems)
    if not len(panel):
        raise Refusal(f"{options.input} has no usable row: {_first(problems)}")
    future = None
    if options.future:
        future = read_table(options.future, REQUIRED[:2], problems)
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
    _report(problems, options)
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
    from .engines import load

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


# -- reading ------------------------------------------------------------------------


def read_text(path):
    """Content of a CSV, gzip or not, in UTF-8 (BOM or not) or CP949.

    :raises Refusal: missing, unreadable, or in no known encoding
    """
    try:
        with open(path, "rb") as stream:
            raw = stream.read()
    except FileNotFoundError:
        raise Refusal(f"there is no file {path}.") from None
    except IsADirectoryError:
        raise Refusal(f"{path} is a folder, not a file.") from None
    except OSError as error:
        raise Refusal(f"cannot read {path}: {error.strerror}.") from None
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, ValueError, gzip.zlib.error) as error:
            raise Refusal(f"cannot read {path}: broken gzip file ({error}).") from None
    if not raw.strip():
        raise Refusal(f"{path} is empty.")
    if b"\0" in raw[:4096] and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise Refusal(f"{path} is not a text file.")
    encodings = ENCODINGS
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ("utf-16",)
    for encoding in encodings:
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    raise Refusal(f"{path} is neither UTF-8 nor CP949 text.")


def read_table(path, required, problems):
    """DataFrame of the usable rows; the others are added to `problems`.

    problems gets (unique_id, line number, message).
    :raises Refusal: unreadable file or a missing column
    """
    text = read_text(path)
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    names = next(csv.reader([head.rstrip("\r")], delimiter=delimiter), [])
    names = [name.strip() for name in names]
    missing = [name for name in required if name not in names]
    if missing:
        raise Refusal(f"{path} has no column {', '.join(missing)}; its first line is: {head.strip()[:120]}")
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise Refusal(f"{path} has the column {', '.join(double)} twice.")
    frame = _quick(text, names, delimiter, required)
    if frame is None:
        frame = _careful(text, names, delimiter, path, problems)
    return frame


def _quick(text, names, delimiter, required):
    """The whole table at once when every row is faultless, else None."""
    import numpy as np
    import pandas as pd

    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=0,
            names=names,
            dtype={"unique_id": str, "ds": str},
            keep_default_na=False,
            na_values={name: [""] for name in names if name not in REQUIRED},
            index_col=False,
            on_bad_lines="error",
        )
    except (ValueError, pd.errors.ParserError):
        return None
    if not len(frame):
        return None
    ids = frame["unique_id"].str.strip()
    if (ids == "").any():
        return None
    frame["unique_id"] = ids
    for name in names:
        if name in ("unique_id", "ds"):
            continue
        column = frame[name]
        if column.dtype.kind not in "iuf":
            return None
        if name in required and not np.isfinite(column.to_numpy(float)).all():
            return None
    days, inverse = np.unique(frame["ds"].to_numpy(str), return_inverse=True)
    try:
        dates = [parse_date(day) for day in days]
    except ValueError:
        return None
    frame["ds"] = np.array(dates, dtype="datetime64[ns]")[inverse]
    return frame


def _careful(text, names, delimiter, path, problems):
    """Row by row; what is wrong with a row is said with its line number."""
    import pandas as pd

    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    next(reader)
    start = reader.line_num + 1
    dates = {}
    numbers = [name for name in names if name not in ("unique_id", "ds")]
    place = {name: i for i, name in enumerate(names)}
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            row, reason = _row(cells, place, numbers, dates)
            if reason:
                name = cells[place["unique_id"]] if len(cells) > place["unique_id"] else ""
                problems.append((name.strip(), line, reason))
            if row:
                rows.append(row)
    except csv.Error as error:
        raise Refusal(f"cannot read {path}: line {start}: {error}.") from None
    if not rows and not problems:
        raise Refusal(f"{path} has a header but no rows.")
    frame = pd.DataFrame(rows, columns=["unique_id", "ds", *numbers])
    frame["ds"] = frame["ds"].astype("datetime64[ns]")
    return frame


def _row(cells, place, numbers, dates):
    """(values or None, what is wrong or None) of one row."""
    if len(cells) != len(place):
        return None, f"{len(cells)} field(s) instead of {len(place)}"
    unique_id = cells[place["unique_id"]].strip()
    if not unique_id:
        return None, "unique_id is empty"
    text = cells[place["ds"]].strip()
    if text not in dates:
        try:
            dates[text] = parse_date(text)
        except ValueError as error:
            dates[text] = str(error)
    if isinstance(dates[text], str):
        return None, dates[text]
    values = [unique_id, dates[text]]
    reason = None
    for name in numbers:
        try:
            values.append(parse_number(cells[place[name]].strip(), name))
        except ValueError as error:
            # the period happened: unknown, which is not the same as no demand
            reason = f"{error}; taken as unknown"
            values.append(math.nan)
    return values, reason


def parse_date(text):
    """A day, as numpy.datetime64[D], from YYYY-MM-DD (also / . or nothing) or YYYY-MM.

    A time after the date is cut off. :raises ValueError: with the reason
    """
    import numpy as np

    match = _DATE.match(text.strip())
    if not match:
        raise ValueError(f"ds {text!r} is not a date like 2026-01-31 or 2026-01")
    year, month, day = match.groups()
    try:
        return np.datetime64(f"{year}-{month}-{day or '01'}", "D")
    except ValueError:
        raise ValueError(f"ds {text!r} is no day of the calendar") from None


def parse_number(text, name):
    """A finite float; an empty driver is unknown (NaN). :raises ValueError: the reason"""
    if not text:
        if name == "y":
            raise ValueError("y is empty")
        return math.nan
    try:
        if "_" in text:
            raise ValueError
        value = float(text)
    except ValueError:
        if _THOUSANDS.match(text):
            raise ValueError(f"{name} {text!r} has thousands separators; write it without") from None
        raise ValueError(f"{name} {text!r} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{name} {text!r} is not a finite number")
    return value


# -- writing ------------------------------------------------------------------------


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


def _first(problems):
    if not problems:
        return "no rows."
    _name, line, reason = problems[0]
    return f"line {line}: {reason}." if line else f"{reason}."


def _report(problems, options):
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


class _Progress:
    """A line on stderr: redrawn on a terminal, every few seconds elsewhere."""

    def __init__(self, quiet):
        self.quiet = quiet
        self.start = time.monotonic()
        self.last = 0.0
        self.drawn = False
        self.live = sys.stderr.isatty()

    def seconds(self):
        return time.monotonic() - self.start

    def say(self, *words):
        if not self.quiet:
            print("forecast:", *words, file=sys.stderr)

    def __call__(self, done, total):
        now = time.monotonic()
        pause = 0.2 if self.live else 5.0
        if self.quiet or (now - self.last < pause and not (self.live and done >= total)):
            return
        self.last = now
        self.drawn = self.live
        text = f"forecast: {done / max(total, 1):4.0%} of {total} fits"
        print(text, end="\r" if self.live else "\n", file=sys.stderr, flush=True)

    def end(self):
        if self.drawn:
            print(file=sys.stderr)
