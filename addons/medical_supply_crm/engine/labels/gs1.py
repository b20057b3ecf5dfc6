# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From what a scanner or a person types to GS1 element strings with their separators.

What the elements mean is left to Odoo's GS1 nomenclature. This module only finds where each
element ends, which the nomenclature cannot when a label was printed, or a wedge scanner is set,
without the separator FNC1: then ``(10)`` swallows the ``(21)`` behind it.

Lengths: GS1 General Specifications, release 24, section 3.2 (application identifiers) and 7.8
(element strings with predefined length).
"""

import re

FNC1 = "\x1d"
# What wedge scanners, phones and people write for FNC1
_SEPARATORS = re.compile(r"<GS>|\{GS\}|\^\]|\u241d|Alt029|#", re.IGNORECASE)
# Symbology identifiers that GS1 labels start with (AIM)
_SYMBOLOGY = re.compile(r"^\](?:C1|e0|d2|Q3|J1)")
_BRACKETS = re.compile(r"\((\d{2,4})\)")
# Application identifier -> (fewest, most) characters of its value
_LENGTHS = {
    "00": (18, 18),
    "01": (14, 14),
    "02": (14, 14),
    "10": (1, 20),
    "11": (6, 6),
    "12": (6, 6),
    "13": (6, 6),
    "15": (6, 6),
    "16": (6, 6),
    "17": (6, 6),
    "20": (2, 2),
    "21": (1, 20),
    "22": (1, 20),
    "30": (1, 8),
    "37": (1, 8),
    "240": (1, 30),
    "241": (1, 30),
    "250": (1, 30),
    "251": (1, 30),
    "400": (1, 30),
    "710": (1, 20),
    "711": (1, 20),
    "712": (1, 20),
    "713": (1, 20),
    "714": (1, 20),
    "715": (1, 20),
    "716": (1, 20),
    "7003": (10, 10),
    "8020": (1, 25),
}
_NUMERIC = {"30", "37"} | {ai for ai, (low, high) in _LENGTHS.items() if low == high}
_VALUE = re.compile(r"[!\"%-/0-9:-?A-Z_a-z]+")
# Enough for any real label; a long text of digits must not run away
LIMIT = 64
MAX_LENGTH = 200


def readings(text):
    """Ways to read a label as GS1 elements, the likeliest first.

    :param str text: as scanned: with or without brackets, symbology identifier and
        separators
    :return: list of lists of (application identifier, value); empty when it is no GS1
        label. With all separators in place there is one reading.
    """
    text = text.strip()[:MAX_LENGTH]
    if _BRACKETS.match(text):
        elements = _bracketed(text)
        return [elements] if elements else []
    text = _SYMBOLOGY.sub("", text)
    text = _SEPARATORS.sub(FNC1, text).strip(FNC1)
    if any(char.isspace() and char != FNC1 for char in text):
        text = re.sub(r"[ \t\r\n]", "", text)
    found = []
    for reading in _split(text):
        keys = [ai for ai, _value in reading]
        if keys and len(set(keys)) == len(keys):
            found.append(reading)
        if len(found) >= LIMIT:
            break
    return found


def _bracketed(text):
    parts = _BRACKETS.split(text)
    if parts[0].strip():
        return []
    elements = []
    for ai, value in zip(parts[1::2], parts[2::2], strict=True):
        value = _SEPARATORS.sub("", value).replace(FNC1, "").strip()
        if not value:
            return []
        elements.append((ai, value))
    return elements


def _split(text):
    """All readings of the rest of a label, greedy values first."""
    if not text:
        yield []
        return
    for width in (2, 3, 4):
        ai = text[:width]
        if ai not in _LENGTHS or len(ai) < width:
            continue
        low, high = _LENGTHS[ai]
        body = text[width:]
        end = body.find(FNC1)
        known = body if end < 0 else body[:end]
        if low == high:
            lengths = [low] if len(known) >= low else []
        else:
            # a separator ends the value for certain; only without one may it end
            # anywhere
            lengths = range(min(high, len(known)), low - 1, -1)
            if end >= 0:
                lengths = [end] if low <= end <= high else lengths
        for length in lengths:
            value = body[:length]
            if ai in _NUMERIC and not value.isdigit():
                continue
            if not _VALUE.fullmatch(value):
                continue
            rest = body[length:]
            for tail in _split(rest[1:] if rest[:1] == FNC1 else rest):
                yield [(ai, value), *tail]


def is_gtin(text):
    """Whether this is a GTIN-8, -12, -13 or -14 with the right check digit."""
    return (
        text.isdigit()
        and len(text) in (8, 12, 13, 14)
        and _check(text[:-1]) == text[-1]
    )


def _check(digits):
    total = sum(
        int(digit) * (3 if index % 2 == 0 else 1)
        for index, digit in enumerate(reversed(digits))
    )
    return str(-total % 10)


def gtin_forms(gtin):
    """The same number as it may be written: GTIN-14, -13, -12 and -8, without and with
    leading zeros."""
    digits = gtin.lstrip("0")
    return [
        digits.zfill(length) for length in (14, 13, 12, 8) if length >= len(digits)
    ] + ([digits] if len(digits) not in (8, 12, 13, 14) else [])


def base_gtin(gtin):
    """GTIN of the unit that a box contains, when the box's number is made from it.

    The first of 14 digits, 1 to 8, is the level of packaging; the check digit is that of
    the box (GS1 General Specifications, section 4.2.5).

    :return: GTIN-13, or None for units and for variable measure (9)
    """
    gtin = gtin.zfill(14)
    if gtin[0] in "09":
        return None
    body = gtin[1:13]
    return body + _check(body)
