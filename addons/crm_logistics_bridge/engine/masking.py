# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Hide numbers that must not be kept: Korean identity papers and payment cards.

Only what proves to be such a number is hidden; order, tracking and phone numbers stay.

* Resident registration number (also of foreigners): six digits that are a date, seven
  digits of which the first says sex and century. Until October 2020 the last digit is
  a check digit (weights 2-9, 2-5, modulo 11; foreigners + 2); numbers given since are
  random, so a number written with its hyphen or after its name is hidden without it.
* Payment card: length and first digits of a card scheme, last digit by Luhn
  (ISO/IEC 7812-1), also where a phone number or an expiry date stands beside it. The
  last four digits stay, as PCI DSS 3.4 allows.
* Driving licence: 2-2-6-2 digits with a region of 11 to 28, or twelve after its name.
* Passport: a letter and eight digits, or since 2021 with a letter among them; only after
  its name, as order numbers look the same.
"""

import re
from datetime import date

from lxml import etree, html

from .textnorm import normalise

_GAP = r"[ \t\u00a0]{0,2}"
_RESIDENT = re.compile(
    rf"(?<!\d)(\d{{2}})(\d{{2}})(\d{{2}})({_GAP}[-.~_/\u3161\u1173]?{_GAP})(\d{{7}})(?!\d)"
)
_RESIDENT_LABEL = re.compile(
    r"(?:주민|외국인)\s*(?:등록)?\s*(?:번호|no\.?)?|주민번호|resident\s*(?:registration)?"
    r"\s*(?:number|no\.?|id)?|\brrn\b|생년월일",
    re.IGNORECASE,
)
_RUN = re.compile(r"(?<!\d)\d(?:[ \t\u00a0\-.]{0,2}\d){12,}")
_GROUP = re.compile(r"\d+")
#: How the digits of a card are written in groups.
_LAYOUTS = ((4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (8, 8))
_LICENCE = re.compile(r"(?<![\d\-])(1[1-9]|2[0-8])-(\d{2})-(\d{6})-(\d{2})(?![\d\-])")
_LICENCE_NAMED = re.compile(
    r"(?:운전\s*면허|면허\s*번호|driv(?:er'?s?|ing)\s*licen[cs]e)[^\d\n]{0,24}"
    r"((?:\d[ \t\-]{0,2}){9,11}\d)(?!\d)",
    re.IGNORECASE,
)
_PASSPORT = re.compile(
    r"(?:여권|passport)[^\d\n]{0,24}?(?<![A-Za-z0-9])([A-Za-z]{1,2}\d{7,8}|[A-Za-z]\d{3}[A-Za-z]\d{4})"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_DASHES = ("-", "~", "_", "/", "\u3161", "\u1173")
#: What a long number is when these words stand before it.
_PARCEL_LABEL = re.compile(
    r"(?:운송장|송장|택배|등기|tracking|waybill|consignment|awb|바코드|barcode|ean|gtin|imei|계좌)"
    r"[^\d\n]{0,16}$",
    re.IGNORECASE,
)
_WORTH_A_LOOK = re.compile(
    r"(?:\d\D{0,12}){12}\d|\d{2}-\d{2}-\d{6}-\d{2}|여권|passport|면허|licen[cs]e",
    re.IGNORECASE,
)
MASK = "*"


def luhn(digits):
    """True when the last digit of a number is its Luhn check digit."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def resident_check(digits):
    """True when thirteen digits carry the check digit used until October 2020."""
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    total = sum(
        int(char) * weight for char, weight in zip(digits, weights, strict=False)
    )
    check = (11 - total % 11) % 10
    return int(digits[12]) in (check, (check + 2) % 10)


def _born(year, month, day, century):
    base = {"9": 1800, "0": 1800, "1": 1900, "2": 1900, "5": 1900, "6": 1900}
    try:
        born = date(base.get(century, 2000) + int(year), int(month), int(day))
    except ValueError:
        return False
    return born <= date.today()


def _scheme(digits):
    """True for the first digits and the length of a card scheme in use."""
    size, two, three, four = (
        len(digits),
        int(digits[:2]),
        int(digits[:3]),
        int(digits[:4]),
    )
    return (
        (digits[0] == "4" and size in (13, 16, 19))
        or (size == 16 and (51 <= two <= 55 or 2221 <= four <= 2720))
        or (size == 15 and two in (34, 37))
        or (size in (14, 16, 19) and (300 <= three <= 305 or two in (36, 38, 39)))
        or (size == 16 and 3528 <= four <= 3589)
        or (16 <= size <= 19 and (two in (62, 65, 60, 64) or two in (50, 56, 57, 58)))
        or (size == 16 and digits[0] == "9")  # cards for use within Korea
    )


def _spans(text):
    """Yield (kind, start, end) over the text as written."""
    if not _WORTH_A_LOOK.search(text):
        return
    plain, starts, ends = normalise(text)
    taken = []
    for found in _RESIDENT.finditer(plain):
        year, month, day, gap, tail = found.groups()
        if not _born(year, month, day, tail[0]):
            continue
        before = plain[max(found.start() - 24, 0) : found.start()]
        named = bool(_RESIDENT_LABEL.search(before))
        if not named and _PARCEL_LABEL.search(before):
            continue
        digits = f"{year}{month}{day}{tail}"
        if named or gap.strip() in _DASHES and gap.strip() or resident_check(digits):
            taken.append((found.start(), found.end()))
            yield "resident", starts[found.start()], ends[found.end() - 1]
    for kind, pattern in (
        ("licence", _LICENCE),
        ("licence", _LICENCE_NAMED),
        ("passport", _PASSPORT),
    ):
        for found in pattern.finditer(plain):
            start, end = found.span() if pattern is _LICENCE else found.span(1)
            before = plain[max(start - 24, 0) : start]
            if _meets(taken, start, end) or _PARCEL_LABEL.search(before):
                continue
            taken.append((start, end))
            yield kind, starts[start], ends[end - 1]
    for start, end in _cards(plain):
        before = plain[max(start - 24, 0) : start]
        if not _meets(taken, start, end) and not _PARCEL_LABEL.search(before):
            taken.append((start, end))
            yield "card", starts[start], ends[end - 1]


def _meets(taken, start, end):
    return any(start < stop and first < end for first, stop in taken)


def _is_card(digits):
    return (
        13 <= len(digits) <= 19
        and _scheme(digits)
        and luhn(digits)
        and len(set(digits)) > 1
    )


def _cards(plain):
    """Yield (start, end) of card numbers, also where other numbers stand beside them."""
    for run in _RUN.finditer(plain):
        if _is_card(re.sub(r"\D", "", run.group())):
            yield run.span()
            continue
        groups = [found.span() for found in _GROUP.finditer(plain, *run.span())]
        sizes = [end - start for start, end in groups]
        place = 0
        while place < len(groups):
            step = _card_at(plain, groups, sizes, place)
            if step:
                yield groups[place][0], groups[place + step - 1][1]
            place += step or 1


def _card_at(plain, groups, sizes, place):
    """How many groups from here on are a card, 0 for none."""
    for layout in ((sizes[place],), *_LAYOUTS):
        last = place + len(layout)
        if tuple(sizes[place:last]) != layout:
            continue
        between = {
            plain[groups[at][1] : groups[at + 1][0]].strip()
            for at in range(place, last - 1)
        }
        digits = "".join(plain[start:end] for start, end in groups[place:last])
        # the same sign between all groups: a phone number before is not part of it
        if len(between) < 2 and _is_card(digits):
            return len(layout)
    return 0


def _covered(text, spans):
    """The text with the digits of the spans replaced, same length."""
    chars = list(text)
    for kind, start, end in spans:
        papers = kind == "passport"
        places = [
            place
            for place in range(start, end)
            if chars[place].isdigit() or papers and chars[place].isalpha()
        ]
        for place in places[:-4] if kind == "card" else places:
            chars[place] = MASK
    return "".join(chars)


def mask_text(text):
    """Hide resident, card, licence and passport numbers in a plain text.

    :param text: any text; None and "" come back as they are
    :return: ``(text of the same length, {kind: count})``
    """
    spans = list(_spans(text)) if text else []
    counts = {}
    for kind, _start, _end in spans:
        counts[kind] = counts.get(kind, 0) + 1
    return (_covered(text, spans) if spans else text), counts


def mask_html(source):
    """Hide resident and card numbers in HTML, also where tags cut them in pieces.

    Attributes are hidden only where a value is such a number as a whole piece of text.

    :return: ``(html, counts)``; the very same string where nothing is to hide
    """
    if not source or not _WORTH_A_LOOK.search(source):
        return source, {}
    try:
        root = html.fragment_fromstring(source, create_parent="div")
    except (etree.ParserError, ValueError):
        return mask_text(source)
    pieces = []  # (element, attribute, text), in the order a reader sees them
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start" and isinstance(element.tag, str):
            pieces.append((element, "text", element.text or ""))
            for name, value in element.attrib.items():
                masked, _counts = mask_text(value)
                if masked != value:
                    element.set(name, masked)
        elif event == "end" and element is not root:
            pieces.append((element, "tail", element.tail or ""))
    joined = "".join(text for _element, _attribute, text in pieces)
    masked, counts = mask_text(joined)
    if counts:
        position = 0
        for element, attribute, text in pieces:
            setattr(element, attribute, masked[position : position + len(text)])
            position += len(text)
    out = html.tostring(root, encoding="unicode")
    out = out[out.index(">") + 1 : out.rindex("</div>")]
    return (
        (out, counts) if counts or MASK in out and MASK not in source else (source, {})
    )
