# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tables of demand and drivers: any encoding, any order, every bad row named."""

import contextlib
import csv
import gzip
import io
import math
import re

from .errors import Refusal

ENCODINGS = ("utf-8-sig", "cp949")
REQUIRED = ("unique_id", "ds", "y")
SAMPLE = 200  # rows that decide whether a further column holds numbers
_TRUTH = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_THOUSANDS = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
_DATE = re.compile(r"^(\d{4})[-/.]?(\d{2})(?:[-/.]?(\d{2}))?(?:[T ].*)?$")


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


def read_values(path):
    """{unique_id: yearly value} of a CSV with the columns unique_id and value.

    :raises Refusal: a value that is not a number of at least 0
    """
    text = read_text(path)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    names = [name.strip() for name in rows.fieldnames or []]
    rows.fieldnames = names
    for name in ("unique_id", "value"):
        if name not in names:
            raise Refusal(f"{path} has no column {name}; its first line is: {text.splitlines()[0][:120]}")
    out = {}
    for row in rows:
        cell = (row["value"] or "").strip()
        try:
            value = parse_number(cell, "value")
        except ValueError as error:
            raise Refusal(f"{path}: line {rows.line_num}: {error}.") from None
        if not value >= 0:
            raise Refusal(f"{path}: line {rows.line_num}: value {cell!r} is not a number of at least 0.")
        out[(row["unique_id"] or "").strip()] = value
    return out


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
    words = _word_columns(text, names, delimiter)
    for name, example in words.items():
        problems.append(("", "", f"column {name} holds words ({example!r}), no numbers; not used"))
    frame = _quick(text, names, delimiter, required, words)
    if frame is None:
        frame = _careful(text, names, delimiter, path, problems, words)
    return frame


def read_future(path, drivers, problems):
    """Table of the drivers ahead; a column y in it is left out.

    :param drivers: columns of the history; what is not among them is said and left out
    """
    own = []
    frame = read_table(path, REQUIRED[:2], own)
    problems += [(name, line, f"{path}: {reason}") for name, line, reason in own]
    further = [name for name in frame.columns if name not in (*REQUIRED, *drivers)]
    if further:
        known = f"it has {', '.join(drivers)}" if drivers else "it has no drivers"
        problems.append(("", "", f"{path}: column {', '.join(further)} is not in the history ({known}); not used"))
    return frame[[name for name in frame.columns if name != "y" and name not in further]]


def _word_columns(text, names, delimiter):
    """{column: an example} of further columns without any number in their first rows."""
    further = [i for i, name in enumerate(names) if name not in REQUIRED]
    if not further:
        return {}
    seen, numbers = {}, set()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    with contextlib.suppress(csv.Error):
        for _line, cells in zip(range(SAMPLE), reader, strict=False):
            for i in further if _line and len(cells) == len(names) else ():
                cell = cells[i].strip()
                if not cell:
                    continue
                try:
                    parse_number(cell, names[i])
                    numbers.add(i)
                except ValueError as error:
                    if "not a number" in str(error):
                        seen.setdefault(i, cell)
                    else:
                        numbers.add(i)
    return {names[i]: seen[i] for i in further if i in seen and i not in numbers}


def _quick(text, names, delimiter, required, words):
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
        if name in ("unique_id", "ds") or name in words:
            continue
        if frame[name].dtype.kind == "b":
            frame[name] = frame[name].astype(float)
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
    return frame.drop(columns=list(words))


def _careful(text, names, delimiter, path, problems, words):
    """Row by row; what is wrong with a row is said with its line number."""
    import pandas as pd

    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    next(reader)
    start = reader.line_num + 1
    dates = {}
    numbers = [name for name in names if name not in ("unique_id", "ds", *words)]
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
    if name != "y" and text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
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
