# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Several references said in one breath: "S00042~44", "S00042, 43 및 45"."""

import re

from .reference_words import COUNTER

#: A range or a list of more numbers than this is something else.
MOST = 30
#: "S00042, 45": the next number of a list is not far off; "S00042, 10 boxes" is none.
_NEAR = 20

_UNTIL = re.compile(
    r"\s*(?:번|건)?\s*(?:~|부터|에서|\bthrough\b|\bthru\b)\s*#?(?P<number>\d+)(?:번|까지)?"
    r"(?![A-Za-z0-9_@%])(?![\-/.,:]\d)",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*(?:,|/|·|&|\+|및|와|과|랑|이랑|하고|\band\b)\s*(?:and\s+|및\s+)?#?(?P<number>\d{2,})(?:번(?![째이]))?"
    r"(?![A-Za-z0-9_@%])(?![\-.:]\d)(?!,\d{3}(?!\d))",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"^\s*(?:번|건)?\s*(?:~|부터|에서|through|thru|(?P<to>to|until))\s*$", re.IGNORECASE
)
_FROM = re.compile(r"\b(?:from|between)\s+(?:orders?\s+|no\.?\s*)?#?$", re.IGNORECASE)


def gone_on(plain, end, digits):
    """Numbers that follow a complete one in short.

    :param plain: normalised text
    :param end: where the complete number ends
    :param digits: its digits, filled
    :return: [(start, end, digits), ...]; those of a range share the span of its last one
    """
    found, last = [], int(digits)
    until = _UNTIL.match(plain, end)
    if until:
        number = _completed(until["number"], digits)
        if number is not None and last < number <= last + MOST:
            if not COUNTER.match(plain, until.end("number")):
                span = until.span("number")
                return [
                    (*span, str(value).zfill(len(digits)))
                    for value in range(last + 1, number + 1)
                ]
        return []
    while len(found) < MOST:
        more = _AND.match(plain, end)
        if not more or len(more["number"]) >= len(digits):
            break
        number = _completed(more["number"], digits)
        if number is None or not last < number <= last + _NEAR:
            break
        if COUNTER.match(plain, more.end("number")):
            break
        found.append((*more.span("number"), str(number).zfill(len(digits))))
        last, end = number, more.end()
    return found


def _completed(short, digits):
    """The number that "44" means after "00042"; None where it says more digits."""
    if len(short) > len(digits):
        return None
    return int(digits[: len(digits) - len(short)] + short)


def between(plain, hits):
    """What lies between two complete references: "S00042부터 S00045까지".

    :param hits: [(start, end, kind, value, score, why), ...] of complete references
    :return: more of them, each with the span of the range's end
    """
    more = []
    ordered = sorted(hits)
    for (_start, end, kind, value, score, _why), after in zip(
        ordered, ordered[1:], strict=False
    ):
        words = _BETWEEN.match(plain[end : after[0]]) if end <= after[0] else None
        if kind != after[2] or not words:
            continue
        if words["to"] and not _FROM.search(plain[max(_start - 20, 0) : _start]):
            continue
        head, digits = _parted(value)
        other_head, other = _parted(after[3])
        if head != other_head or len(digits) != len(other):
            continue
        if int(digits) + 1 < int(other) <= int(digits) + MOST:
            more += [
                (*after[:2], kind, head + str(number).zfill(len(digits)), score)
                for number in range(int(digits) + 1, int(other))
            ]
    return more


def _parted(value):
    digits = re.search(r"\d*$", value)[0]
    return value[: len(value) - len(digits)], digits or "0"
