# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rows to CSV that a spreadsheet opens as it is meant."""

import csv
import io

#: Excel reads UTF-8 only behind this mark.
BOM = "\ufeff"
#: A cell that begins with one of these would be calculated instead of shown.
FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "|",
    "%",
    "＝",
    "＋",
    "－",
    "＠",
)


def safe_cell(value):
    """Cell of a CSV file that a spreadsheet shows and never calculates.

    Numbers stay numbers. A text that would be taken for a formula gets an apostrophe
    in front, as recommended by OWASP ("CSV Injection"); blanks before the formula do
    not save it, because spreadsheets cut them off.

    :param value: text, number, date or None
    :return: text or number
    """
    if value is None or value is False:
        return ""
    if isinstance(value, int | float):
        return value
    text = str(value)
    if text.lstrip(" \u00a0").startswith(FORMULA_STARTS):
        return f"'{text}"
    return text


def csv_chunks(header, row_batches):
    """Encode a table batch by batch.

    :param header: list of column titles
    :param row_batches: iterable of iterables of rows
    :return: generator of bytes, the first one with BOM and header
    """

    def encode(rows):
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\r\n").writerows(
            [safe_cell(cell) for cell in row] for row in rows
        )
        return buffer.getvalue().encode()

    yield BOM.encode() + encode([header])
    for rows in row_batches:
        yield encode(rows)
