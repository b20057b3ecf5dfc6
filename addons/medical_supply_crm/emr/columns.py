# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which column of a table holds what: proposals by likeness of headings, and a preview.

Nothing of a cell leaves this module but what the table reader lets through.
"""

import csv
import io
import re

from .events import Collector
from .read import _decode, detect
from .similar import likeness, plain
from .tabular import FIELDS, _first_line, columns, read_rows

LEAST = 0.6
PREVIEW_ROWS = 8
_DATA = re.compile(r"\d{4,}|\d[-./:]\d|@")
# Headings of columns about the patient: never proposed, whatever they resemble
_PERSONAL = re.compile(
    r"patient|person|\bname|birth|dob|phone|mobile|address|mail|mrn|ssn|insur|gender|sex\b"
    r"|환자|성명|이름|생년|주민|전화|연락처|휴대|주소|등록번호|성별|나이|보험|보호자"
)


def letter(index):
    """Spreadsheet letters of a 0-based column: A, B, … Z, AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def first_rows(data, count=PREVIEW_ROWS + 1):
    """[(row number, cells)] of the beginning of a CSV or XLSX file (bytes).

    :raises ValueError: it is neither
    """
    kind = detect(data.removeprefix(b"\xef\xbb\xbf"))
    if kind == "xlsx":
        import pandas as pd

        try:
            frame = pd.read_excel(
                io.BytesIO(data),
                header=None,
                dtype=object,
                engine="openpyxl",
                nrows=count,
            )
        except Exception:  # many kinds, whose texts may quote cells
            raise ValueError("this is not a readable workbook") from None
        frame = frame.where(frame.notna(), "")
        return [
            (n, list(row)) for n, row in enumerate(frame.itertuples(index=False), 1)
        ]
    if kind not in ("csv", "unknown") or b"\x00" in data[:65536]:
        raise ValueError("this is not a table: choose a CSV or Excel file")
    text = _decode(data[: 512 * 1024])[0].lstrip("\ufeff")
    head = _first_line(text)
    delimiter = max(",;\t|", key=head.count)
    if not head.count(delimiter):
        raise ValueError(
            "row 1: no columns found; a CSV file has headings in its first row"
        )
    rows, reader = [], csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append((reader.line_num, row))
            if len(rows) >= count:
                break
    except csv.Error:
        # the text of the error may quote a cell
        raise ValueError(f"row {reader.line_num}: the row cannot be split") from None
    return rows


def check_header(header):
    """:raises ValueError: naming the cell, where the first row holds data, not headings"""
    for index, cell in enumerate(header):
        if not isinstance(cell, str) or _DATA.search(cell) or len(cell) > 60:
            if cell != "":
                raise ValueError(
                    f"cell {letter(index)}1: this is not a heading; the first row must"
                    " name the columns"
                )
    if len(propose(header)) < 2:
        raise ValueError(
            "row 1: no known headings (for example start, procedure, 수술일시, 수술코드);"
            " the first row must name the columns"
        )


def propose(header):
    """{field: (column index, likeness)} by the names in English and Korean.

    :param header: cells of the first row
    """
    scores = []
    for index, cell in enumerate(header):
        text = str(cell)
        if not plain(text) or _PERSONAL.search(text.casefold()):
            continue
        for field, aliases in FIELDS.items():
            score = max(likeness(text, alias) for alias in aliases)
            if score >= LEAST:
                scores.append((-score, list(FIELDS).index(field), index, field))
    found, taken = {}, set()
    for score, _order, index, field in sorted(scores):
        if field not in found and index not in taken:
            found[field] = (index, round(-score, 2))
            taken.add(index)
    return found


def preview(data, mapping, *, hash_key, source, timezone):
    """What the reader makes of the first rows.

    :param mapping: {field: heading}
    :return: (events, [(cell name, message)]): problems name the cell, as C5
    :raises ValueError: naming the cell or column that does not fit
    """
    rows = first_rows(data)
    if not rows:
        raise ValueError("the file is empty")
    header = rows[0][1]
    check_header(header)
    where = columns(header, mapping)
    out = Collector(hash_key=hash_key, source=source, timezone=timezone)
    read_rows(iter(rows), out, mapping)
    problems = []
    for one in out.result.problems:
        found = re.fullmatch(r"row (\d+), column (\w+)", one.position)
        place = one.position
        if found and found.group(2) in where:
            place = f"{letter(where[found.group(2)])}{found.group(1)}"
        problems.append((place, one.message))
    return out.result.events, problems
