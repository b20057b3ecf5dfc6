# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reader of HIBC supplier labels.

Format: ANSI/HIBC 2.6, The Health Industry Bar Code Supplier Labeling Standard.

    primary    + LIC(4) PCN(1-18) unit-of-measure(1) check
    secondary  + data link check          (the link is the primary's check character)
    combined   + LIC PCN unit / data check

    data   $LOT                $+SERIAL
           $$[8QQ|9QQQQQ] date LOT         $$+… SERIAL instead of LOT
           YYJJJ LOT           (older labels)
    date   MMYY | 2MMDDYY | 3YYMMDD | 4YYMMDDHH | 5YYJJJ | 6YYJJJHH | 7 (none)
    and    /14DYYYYMMDD (expiry)  /16DYYYYMMDD (made)  /S serial  /Q quantity

The check character is the sum of the characters' values modulo 43, the values as in Code 39.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_VALUES = {char: value for value, char in enumerate(ALPHABET)}
_PRIMARY = re.compile(r"\+([A-Z][A-Z0-9]{3})([A-Z0-9]{1,18})([0-9])")
# Characters of the date behind its flag
_DATES = {"2": 6, "3": 6, "4": 8, "5": 5, "6": 7, "7": 0}
MAX_LENGTH = 120


class HibcError(ValueError):
    """Not a valid HIBC label; ``code`` says why, ``detail`` with what."""

    def __init__(self, code, detail=""):
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


@dataclass
class Hibc:
    """What a label says; empty where it says nothing.

    :ivar item: labeler code and product number (LIC + PCN)
    :ivar level: unit of measure digit: 0 the single unit, 1-8 packs, 9 variable
    :ivar link: check character of the primary label that a secondary belongs to
    """

    item: str = ""
    level: str = ""
    lot: str = ""
    serial: str = ""
    expiry: date | None = None
    made: date | None = None
    quantity: int | None = None
    link: str = ""

    @property
    def is_primary(self):
        return bool(self.item)


def check_character(text):
    """Check character of the characters before it, plus sign included.

    :raise HibcError: a character that HIBC does not know
    """
    try:
        return ALPHABET[sum(_VALUES[char] for char in text) % 43]
    except KeyError as error:
        raise HibcError("character", error.args[0]) from error


def read_hibc(text, today=None):
    """Read one HIBC label.

    :param str text: as scanned; the asterisks of Code 39 may be left on
    :param date today: centre of the window for two-digit years
    :return: `Hibc`
    :raise HibcError: no HIBC label (``start``), unknown character, wrong check character
        (``check``), or data that makes no sense (``data``, ``date``)
    """
    text = text.strip("\r\n").strip("*")[:MAX_LENGTH]
    if not text.startswith("+") or len(text) < 4:
        raise HibcError("start", text[:1])
    body, check = text[:-1], text[-1]
    if check not in _VALUES:
        raise HibcError("character", check)
    if check_character(body) != check:
        raise HibcError("check", check)
    today = today or date.today()
    if body[1].isalpha():
        first, *rest = body.split("/")
        match = _PRIMARY.fullmatch(first)
        if not match:
            raise HibcError("data", first)
        label = Hibc(item=match[1] + match[2], level=match[3])
        if rest:
            _secondary(rest, label, today)
        return label
    label = Hibc(link=body[-1])
    _secondary(body[1:-1].split("/"), label, today)
    return label


def _secondary(parts, label, today):
    first, *others = parts
    if first.startswith("$$"):
        _dated(first[2:], label, today)
    elif first.startswith("$+"):
        label.serial = first[2:]
    elif first.startswith("$"):
        label.lot = first[1:]
    elif re.match(r"\d{5}", first):
        label.expiry, label.lot = _julian(first[:5], today), first[5:]
    else:
        others = parts
    for part in others:
        _supplement(part, label)


def _dated(data, label, today):
    name = "lot"
    if data.startswith("+"):
        name, data = "serial", data[1:]
    if data[:1] in ("8", "9"):
        width = 2 if data[0] == "8" else 5
        label.quantity = _number(data[1 : 1 + width], width)
        data = data[1 + width :]
    flag = data[:1]
    if flag in ("0", "1"):
        label.expiry = _month(data[:4], today)
        data = data[4:]
    elif flag in _DATES:
        width = _DATES[flag]
        label.expiry = _flagged(flag, data[1 : 1 + width], width, today)
        data = data[1 + width :]
    elif flag:
        raise HibcError("date", data[:7])
    setattr(label, name, data)


def _flagged(flag, digits, width, today):
    if flag == "7":
        return None
    _number(digits, width)
    if flag == "2":
        return _day(_year(digits[4:6], today), digits[:2], digits[2:4])
    if flag in ("3", "4"):
        return _day(_year(digits[:2], today), digits[2:4], digits[4:6])
    return _julian(digits[:5], today)


def _supplement(part, label):
    for sign, name in (("14D", "expiry"), ("16D", "made")):
        if part.startswith(sign):
            digits = part[3:]
            _number(digits, 8)
            setattr(label, name, _day(int(digits[:4]), digits[4:6], digits[6:8]))
            return
    if part.startswith("S"):
        label.serial = part[1:]
    elif part.startswith("Q") and part[1:].isdigit():
        label.quantity = int(part[1:])


def _number(digits, width):
    if len(digits) != width or not (digits.isascii() and digits.isdigit()):
        raise HibcError("data", digits)
    return int(digits)


def _year(digits, today):
    """Two-digit year within 50 years of today (as GS1 does, section 7.12)."""
    year = today.year // 100 * 100 + int(digits)
    if year - today.year > 50:
        return year - 100
    if year - today.year < -49:
        return year + 100
    return year


def _month(digits, today):
    """Last day of the month MMYY."""
    _number(digits, 4)
    year, month = _year(digits[2:], today), int(digits[:2])
    if not 1 <= month <= 12:
        raise HibcError("date", digits)
    return date(year, month, calendar.monthrange(year, month)[1])


def _day(year, month, day):
    try:
        return date(year, int(month), int(day))
    except ValueError as error:
        raise HibcError("date", f"{year}-{month}-{day}") from error


def _julian(digits, today):
    _number(digits, 5)
    year, day = _year(digits[:2], today), int(digits[2:])
    if not 1 <= day <= 365 + calendar.isleap(year):
        raise HibcError("date", digits)
    return date(year, 1, 1) + timedelta(days=day - 1)
