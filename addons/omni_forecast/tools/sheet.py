# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Forecasts as a workbook that people fill in, and back; knows nothing of records.

The first sheet holds one row per forecast and period; everything but the columns `override`
and `reason` is protected. A hidden sheet says where the file comes from and what its columns
are, so that a file in another language, or with columns moved, is still understood or refused
with the cell named.
"""

import io
import math
from datetime import date, datetime
from typing import NamedTuple

FORMAT = "omni_forecast.overrides/1"
KEY_SHEET = "_omni_forecast"
COLUMNS = (
    "id",
    "code",
    "product",
    "warehouse",
    "period",
    "unit",
    "baseline",
    "final",
    "override",
    "reason",
)
OPEN = ("override", "reason")
WIDTHS = (10, 14, 38, 22, 12, 10, 13, 13, 13, 44)
MAX_ROWS = 1_000_000


class Fault(NamedTuple):
    """What is wrong in a file: `sheet` and `cell` (may be empty), the value found there, a
    code and the words that belong to the code."""

    sheet: str
    cell: str
    value: str
    code: str
    figures: dict


class Row(NamedTuple):
    """One filled-in row: cell of the override, id, period, quantity and reason."""

    cell: str
    id: int
    period: date
    quantity: float
    reason: str


def write_sheet(rows, *, title, headers, hint, origin):
    """Workbook as bytes.

    :param rows: iterable of tuples in the order of COLUMNS (period: date)
    :param title: name of the visible sheet (31 characters at most)
    :param headers: words of the columns
    :param hint: (title, text) shown where the override is entered
    :param origin: dict of plain values kept in the hidden sheet
    """
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet(title[:31])
    head = book.add_format(
        {"bold": True, "bg_color": "#374151", "font_color": "white", "text_wrap": True}
    )
    plain = book.add_format({"font_color": "#374151"})
    number = book.add_format({"font_color": "#374151", "num_format": "#,##0.00"})
    day = book.add_format({"font_color": "#374151", "num_format": "yyyy-mm-dd"})
    entry = book.add_format(
        {"locked": False, "bg_color": "#FFF7E0", "num_format": "#,##0.00", "border": 4}
    )
    words = book.add_format({"locked": False, "bg_color": "#FFF7E0", "border": 4})
    formats = {
        "period": day,
        "baseline": number,
        "final": number,
        "override": entry,
        "reason": words,
    }
    for index, (name, header) in enumerate(zip(COLUMNS, headers, strict=True)):
        sheet.set_column(index, index, WIDTHS[index])
        sheet.write_string(0, index, header, head)
        formats.setdefault(name, plain)
    last = 0
    for last, row in enumerate(rows, start=1):
        for index, (name, value) in enumerate(zip(COLUMNS, row, strict=True)):
            shape = formats[name]
            if value is None or value == "":
                sheet.write_blank(last, index, None, shape)
            elif isinstance(value, date):
                sheet.write_datetime(
                    last, index, datetime(value.year, value.month, value.day), shape
                )
            elif isinstance(value, int | float):
                sheet.write_number(last, index, value, shape)
            else:
                # a product called "=1+1" is a name, not a formula
                sheet.write_string(last, index, str(value), shape)
    if last:
        column = COLUMNS.index("override")
        sheet.data_validation(
            1,
            column,
            last,
            column,
            {
                "validate": "decimal",
                "criteria": ">=",
                "value": 0,
                "ignore_blank": True,
                "error_title": hint[0][:32],
                "error_message": hint[1][:255],
            },
        )
        sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    sheet.freeze_panes(1, 3)
    sheet.protect(
        "",
        {
            "autofilter": True,
            "sort": True,
            "format_columns": True,
            "select_locked_cells": True,
        },
    )
    key = book.add_worksheet(KEY_SHEET)
    key.hide()
    pairs = {"format": FORMAT, "sheet": title[:31], **origin}
    for line, (name, value) in enumerate(pairs.items()):
        key.write_string(line, 0, name)
        key.write_string(line, 1, str(value))
    for index, (name, header) in enumerate(zip(COLUMNS, headers, strict=True)):
        key.write_string(len(pairs), index, name)
        key.write_string(len(pairs) + 1, index, header)
    book.close()
    return stream.getvalue()


def read_sheet(content):
    """Filled-in rows of a workbook made by `write_sheet`.

    :param content: bytes of the file
    :returns: (list of Row, list of Fault, dict of the origin); with faults the rows are
        those that are right
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True
        )
    except Exception as error:
        # whatever a wrong file raises, the person who chose it must read it
        return [], [Fault("", "", str(error), "no_workbook", {})], {}
    try:
        if KEY_SHEET not in book.sheetnames:
            sheet = book.sheetnames[0] if book.sheetnames else ""
            return [], [Fault(sheet, "", "", "no_key", {})], {}
        key = [
            ["" if value is None else str(value) for value in row]
            for row in book[KEY_SHEET].iter_rows(values_only=True, max_row=40)
        ]
        origin = {row[0]: row[1] for row in key[:-2] if len(row) > 1}
        if origin.get("format") != FORMAT:
            found = origin.get("format", "")
            return [], [Fault(KEY_SHEET, "B1", found, "format", {})], origin
        title = origin.get("sheet", "")
        if title not in book.sheetnames:
            return [], [Fault(title, "", "", "no_sheet", {})], origin
        return (*_read_rows(book[title], title, key[-1]), origin)
    finally:
        book.close()


def _read_rows(sheet, title, headers):
    rows, faults, seen = [], [], {}
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        values = list(cells[: len(COLUMNS)])
        values += [None] * (len(COLUMNS) - len(values))
        if number == 1:
            for index, (value, header) in enumerate(
                zip(values, headers[: len(COLUMNS)], strict=False)
            ):
                if str(value or "") != header:
                    cell = f"{_letter(index)}1"
                    faults.append(
                        Fault(title, cell, _text(value), "header", {"wanted": header})
                    )
            if faults:
                return [], faults
            continue
        if number > MAX_ROWS:
            faults.append(Fault(title, f"A{number}", "", "too_long", {}))
            break
        row = _read_row(title, number, dict(zip(COLUMNS, values, strict=True)), faults)
        if row is None:
            continue
        first = seen.setdefault((row.id, row.period), row.cell)
        if first != row.cell:
            faults.append(
                Fault(title, row.cell, f"{row.quantity:g}", "twice", {"first": first})
            )
        else:
            rows.append(row)
    return rows, faults


def _read_row(title, number, row, faults):
    """A Row, or None where nothing is filled in or something is wrong."""

    def fault(name, code, **figures):
        cell = f"{_letter(COLUMNS.index(name))}{number}"
        faults.append(Fault(title, cell, _text(row[name]), code, figures))

    empty = [row[name] is None or not str(row[name]).strip() for name in OPEN]
    if all(empty):
        return None
    before = len(faults)
    if empty[0]:
        fault("override", "reason_only")
    quantity = _number(row["override"])
    if not empty[0] and quantity is None:
        fault("override", "no_number")
    elif quantity is not None and quantity < 0:
        fault("override", "negative")
    if empty[1]:
        fault("reason", "no_reason")
    id_ = _number(row["id"])
    if id_ is None or id_ != int(id_) or id_ <= 0:
        fault("id", "no_id")
    period = row["period"]
    if isinstance(period, datetime):
        period = period.date()
    elif isinstance(period, str):
        try:
            period = date.fromisoformat(period.strip())
        except ValueError:
            period = None
    if not isinstance(period, date):
        fault("period", "no_date")
    if len(faults) > before:
        return None
    cell = f"{_letter(COLUMNS.index('override'))}{number}"
    return Row(cell, int(id_), period, quantity, str(row["reason"]).strip())


def _number(value):
    """A finite float, or None. Numbers typed as text count; true and false do not."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        try:
            value = float(value.replace(",", "").strip())
        except ValueError:
            return None
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) < 1e15:
        return float(value)
    return None


def _letter(index):
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index]


def _text(value):
    return "" if value is None else str(value)[:80]
