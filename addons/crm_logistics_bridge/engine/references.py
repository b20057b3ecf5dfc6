# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Find document references in customer texts, English and Korean.

Nothing is looked up here: the caller passes the company's own numbering as
:class:`Pattern` objects and resolves the findings inside what the sender may see.

Scores say how sure the *reading* is, not whether the document exists:

====  ==================================================================
0.99  complete number, exactly as printed (``S00042``, ``WH/OUT/00012``)
0.95  complete number in another spelling (``SO 00042``, ``WH-OUT-12``)
0.92  number without prefix after an explicit label (``주문번호 42``)
0.80  number without prefix after a loose word (``order 00042``)
====  ==================================================================
"""

import re
from dataclasses import dataclass

from .textnorm import normalise

EXACT, VARIANT, LABELLED, LOOSE = 0.99, 0.95, 0.92, 0.80

#: Digits that Odoo's ir.sequence legends produce (``%(year)s``, also with the
#: ``range_`` and ``current_`` variants).
_LEGEND_DIGITS = {
    "year": 4,
    "isoyear": 4,
    "y": 2,
    "isoy": 2,
    "month": 2,
    "day": 2,
    "doy": 3,
    "woy": 2,
    "isoweek": 2,
    "weekday": 1,
    "h24": 2,
    "h12": 2,
    "min": 2,
    "sec": 2,
}
_LEGEND = re.compile(r"%\((?:range_|current_)?(\w+)\)s")

# A reference starts where no Latin letter or digit precedes (Hangul may: 주문S00042,
# 주문번호-S00042; so may No.S00042) and stops where none follows; 00042-1, 00042/3,
# 42.5 and 42,000 are other things.
_BEFORE = (
    r"(?<![A-Za-z0-9_@])(?:(?<![A-Za-z0-9_][.\-])|(?<=\b[Nn][Oo]\.))(?<![A-Za-z]/)"
)
_AFTER = r"(?![A-Za-z0-9_@%])(?![\-/.,:]\d)"
# After a bare number: quantities, money, dates and times are not references.
_COUNTER = re.compile(
    r"\s*(?:원|개|박스|상자|세트|팩|병|장|권|켤레|대|명|분|초|시간|시|일|월|년|주(?!문)|건|"
    r"회(?!수|신|원|사)|차|층|호|동|번째|만|천|억|퍼센트|프로|%|달러|유로|kg|g|ml|l|cm|mm|m|"
    r"(?:pcs?|pieces?|units?|items?|boxes|box|packs?|sets?|pairs?|days?|hours?|hrs?|"
    r"weeks?|months?|years?|minutes?|mins?|times?|won|krw|usd|eur|gbp|dollars?|euros?|"
    r"pounds?|percent|am|pm|people|copies|bottles?|pallets?|cartons?|ea|of)\b)",
    re.IGNORECASE,
)
# "번" alone means "number", but "3번째" is "third" and "3번이나" is "three times".
_DATE = re.compile(
    r"^(?:19|20)\d{2}[\-/.]?(?:0[1-9]|1[0-2])[\-/.]?(?:0[1-9]|[12]\d|3[01])$"
)
_PHONE = re.compile(
    r"^(?:\+?82[\- ]?)?0?(?:1[016789]|2|[3-6]\d|70|80|50\d)[\- ]\d{3,4}[\- ]\d{4}$"
)
_MOBILE = re.compile(r"^01[016789]\d{7,8}$")
_URL_OR_MAIL = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+", re.IGNORECASE
)
_PARTICLE = r"(?:은|는|이|가|을|를|의|도|만|로|으로)?"
_LINK = rf"{_PARTICLE}\s*(?:(?:is|are)\s+)?[:=#(\-]?\s*(?:no\.?\s*|#\s*)?"
#: "주문번호 42, 43": what goes on after a number that was named.
_MORE = re.compile(
    r"\s*(?:,|/|&|\+|및|와|과|랑|이랑|하고|그리고|\b(?:and|or)\b)\s*(?:and\s+)?#?(?P<number>\d{2,})"
    r"(?:번(?![째이]))?(?![A-Za-z0-9_@%])(?![\-/.,:]\d)",
    re.IGNORECASE,
)

#: kind -> (explicit labels, loose words); a label names a number, a loose word a thing.
KEYWORDS = {
    "order": (
        r"주문\s*(?:번호|넘버|no\.?|#)|오더\s*(?:번호|넘버|no\.?|#)|"
        r"order\s*(?:numbers?|nums?\.?|nos?\.?|nr\.?|ids?|reference|ref\.?|#)|so\s*#",
        r"주문|오더|(?:sales?\s+)?order|s/?o",
    ),
    "picking": (
        r"(?:출고|배송|출하)\s*(?:번호|넘버|no\.?|#)|"
        r"(?:delivery|shipment|dispatch)\s*(?:number|num\.?|no\.?|id|order\s*(?:no\.?|number)|note|#)",
        "",
    ),
    "rma": (
        r"(?:반품|반납|교환)\s*(?:번호|넘버|no\.?|#)|(?:rma|return)\s*(?:number|no\.?|id|#)",
        "",
    ),
    "ticket": (
        r"(?:문의|접수|상담|티켓)\s*(?:번호|넘버|no\.?|#)|"
        r"(?:ticket|case|request)\s*(?:number|no\.?|id|#)",
        "",
    ),
    "invoice": (
        r"(?:세금\s*계산서|청구서|계산서|인보이스)\s*(?:번호|넘버|no\.?|#)|"
        r"invoice\s*(?:number|num\.?|no\.?|id|#)",
        "",
    ),
}
_TRACKING_LABEL = (
    r"(?:운송장|송장|택배|등기)\s*(?:번호|넘버|no\.?|#)?|"
    r"(?:tracking|waybill|consignment|awb)\s*(?:number|num\.?|no\.?|code|id|ref\.?|#)?"
)
_CARRIER_WORD = (
    r"(?:(?:cj\s*)?대한통운|cj|한진(?:택배)?|롯데(?:택배)?|우체국(?:택배)?|로젠(?:택배)?|경동(?:택배)?|"
    r"dhl|ups|fedex|tnt|dpd|gls|ems|usps)?"
)
_TRACKING_BARE = re.compile(
    rf"{_BEFORE}(1Z[0-9A-Z]{{16}}|[A-Z]{{2}}\d{{9}}[A-Z]{{2}}){_AFTER}", re.IGNORECASE
)
_TRACKING = re.compile(
    rf"(?<![A-Za-z])(?:{_TRACKING_LABEL}){_LINK}\(?{_CARRIER_WORD}\)?\s*[:#]?\s*"
    rf"([A-Z]{{0,4}}\d[0-9A-Z]*(?:[\- ]\d{{3,5}}){{0,3}}[A-Z]{{0,2}}){_AFTER}",
    re.IGNORECASE,
)
_TOKEN = r"([A-Z0-9][A-Z0-9\-/._]*[A-Z0-9])"
_LOT = re.compile(
    r"(?<![A-Za-z])(?:(?:로트|롯트|lot|배치|batch|시리얼|일련|제조|serial)\s*"
    r"(?:번호|넘버|number|num\.?|no\.?|#|:)|s/n\s*:?|(?<!a\s)(?<![A-Za-z])(?:lot|로트|serial|시리얼))"
    rf"{_LINK}{_TOKEN}(?![A-Za-z0-9_@])",
    re.IGNORECASE,
)
_CUSTOMER_REF = re.compile(
    r"(?<![A-Za-z])(?:p\.?/?o\.?\s*(?:number|no\.?|#|번호|:|(?=\d{5}))|발주\s*(?:서)?\s*(?:번호|no\.?|#)|"
    r"(?:our|your|customer)\s+ref(?:erence|\.)?(?:\s*(?:number|no\.?))?|고객\s*참조\s*(?:번호)?)"
    rf"{_LINK}{_TOKEN}(?![A-Za-z0-9_@])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pattern:
    """One numbering series of the company.

    :param kind: order, picking, rma or invoice
    :param prefix: as in Odoo's sequence, legends such as ``%(year)s`` allowed
    :param padding: digits the number is filled to
    """

    kind: str
    prefix: str
    padding: int = 5

    def __post_init__(self):
        if self.padding < 0:
            raise ValueError(
                f"padding of {self.prefix!r} must be 0 or more, got {self.padding}"
            )


@dataclass(frozen=True)
class Finding:
    """A reference read from a text.

    ``text[start:end]`` is what was written, ``value`` the number as the company
    prints it, ``why`` the code of the reading (see :data:`WHY`).
    """

    start: int
    end: int
    kind: str
    value: str
    score: float
    why: str


#: Reason codes; the shell translates them.
WHY = (
    "exact",
    "variant",
    "labelled",
    "loose",
    "tracking",
    "tracking_format",
    "lot",
    "customer_ref",
)


def find_references(text, patterns):
    """Find the references in a text.

    :param str text: any text; may be empty or None
    :param patterns: iterable of :class:`Pattern`, the company's own numbering
    :return: list of :class:`Finding`, ordered by position, never overlapping;
        a value is reported once per kind, at its surest reading
    """
    if not text:
        return []
    plain, starts, ends = normalise(text)
    # Same length, so spans stay true; links and addresses hold no references.
    plain = _URL_OR_MAIL.sub(lambda found: " " * len(found.group()), plain)
    hits = []
    for matcher in _compiled(tuple(patterns)):
        hits.extend(matcher(plain))
    hits.extend(_find_tokens(plain))
    taken, findings, seen = [], [], set()
    for start, end, kind, value, score, why in sorted(
        hits, key=lambda hit: (-hit[4], hit[0] - hit[1], hit[0])
    ):
        if any(
            start < other_end and other_start < end for other_start, other_end in taken
        ):
            continue
        taken.append((start, end))
        if (kind, value) in seen:
            continue
        seen.add((kind, value))
        findings.append(Finding(starts[start], ends[end - 1], kind, value, score, why))
    return sorted(findings, key=lambda finding: finding.start)


_CACHE = {}


def _compiled(patterns):
    """Matchers of a set of patterns; a company's numbering rarely changes."""
    if patterns not in _CACHE:
        if len(_CACHE) > 64:
            _CACHE.clear()
        matchers = [_prefix_matcher(pattern) for pattern in patterns if pattern.prefix]
        by_kind = {}
        for pattern in patterns:
            by_kind.setdefault(pattern.kind, []).append(pattern)
        matchers += [
            _keyword_matcher(kind, series)
            for kind, series in by_kind.items()
            if kind in KEYWORDS
        ]
        _CACHE[patterns] = matchers
    return _CACHE[patterns]


def _prefix_parts(prefix):
    """Split a sequence prefix into literal texts and legend lengths."""
    parts, last = [], 0
    for legend in _LEGEND.finditer(prefix):
        if legend.start() > last:
            parts.append(prefix[last : legend.start()])
        parts.append(_LEGEND_DIGITS.get(legend.group(1), 2))
        last = legend.end()
    if last < len(prefix):
        parts.append(prefix[last:])
    return parts


def _literal_regex(literal):
    """A literal with any separator spelling: WH/OUT/ = WH-OUT- = WH OUT ."""
    return "".join(
        r"\s?[/\-_.\s]\s?" if char in "/-_. " else re.escape(char) for char in literal
    )


def _prefix_matcher(pattern):
    parts = _prefix_parts(pattern.prefix)
    regex, literals = "", []
    for part in parts:
        if isinstance(part, int):
            regex += rf"(\d{{{part}}})"
            literals.append(None)
        else:
            regex += _literal_regex(part)
            literals.append(part)
    letters = sum(char.isalpha() for char in pattern.prefix)
    distinctive = letters >= 3 or any(char in "/-" for char in pattern.prefix)
    alias = ""
    if pattern.kind == "order" and pattern.prefix.upper() in {"S", "SO"}:
        alias = r"s/?o|s" if pattern.prefix.upper() == "S" else r"s/?o"
        regex = f"(?:{alias})"
    gap = r"(\s?[\-#:.]?\s?)"
    body = re.compile(
        rf"{_BEFORE}{regex}{gap}(\d{{1,{pattern.padding + 3}}}){_AFTER}", re.IGNORECASE
    )

    labels = KEYWORDS.get(pattern.kind, ("(?!)", ""))[0]
    labelled = re.compile(rf"(?:{labels}){_LINK}$", re.IGNORECASE)

    def match(plain):
        for found in body.finditer(plain):
            *legends, between, digits = found.groups()
            # Someone who writes the full length means the document; a short number
            # needs a prefix that cannot be anything else, or an explicit '#'.
            full = len(digits) >= pattern.padding
            zero = digits.startswith("0")
            if len(digits) > pattern.padding and zero:
                continue
            if not full and not distinctive and "#" not in between:
                # 주문번호 S42: the word before the short number says what it is.
                if not labelled.search(plain, 0, found.start()):
                    continue
            if (
                between.strip() in {"", "-", "."}
                and between
                and not distinctive
                and not zero
            ):
                continue
            if (
                between.isspace()
                and not zero
                and not (distinctive and full)
                and _COUNTER.match(plain, found.end())
            ):
                continue
            queue = iter(legends)
            head = "".join(
                next(queue) if literal is None else literal for literal in literals
            )
            value = head + digits.zfill(pattern.padding)
            written = found.group().upper() == value.upper()
            score, why = (EXACT, "exact") if written else (VARIANT, "variant")
            yield found.start(), found.end(), pattern.kind, value, score, why

    return match


def _keyword_matcher(kind, series):
    """Numbers without prefix: the word before them says what they are.

    Only for series whose prefix has no date inside; with several (one per
    warehouse), the first one is meant.
    """
    labels, loose = KEYWORDS[kind]
    plainest = next((p for p in series if "%(" not in p.prefix), None)
    words = f"(?P<label>{labels})" + (f"|(?P<loose>{loose})" if loose else "")
    body = re.compile(
        rf"(?<![A-Za-z])(?:{words}){_LINK}(?P<number>\d+)(?P<beon>번(?![째이]|\s*(?:이상|이나)))?{_AFTER}",
        re.IGNORECASE,
    )
    behind = re.compile(
        rf"(?<![A-Za-z0-9.,\-/])(?P<number>\d{{3,}})번\s*(?:{loose})", re.IGNORECASE
    )

    def usable(digits):
        return (
            len(digits) <= plainest.padding + 3
            and not (len(digits) > plainest.padding and digits.startswith("0"))
            and not _DATE.match(digits)
        )

    def match(plain):
        if plainest is None:
            return
        for found in body.finditer(plain):
            digits = found["number"]
            if not usable(digits) or (
                not found["beon"] and _COUNTER.match(plain, found.end())
            ):
                continue
            labelled = bool(found["label"])
            if not labelled and not (
                found["beon"]
                or len(digits) >= plainest.padding
                and digits.startswith("0")
            ):
                continue
            score, why = (LABELLED, "labelled") if labelled else (LOOSE, "loose")
            value = plainest.prefix + digits.zfill(plainest.padding)
            yield found.start("number"), found.end("number"), kind, value, score, why
            more = _MORE.match(plain, found.end()) if labelled else None
            while more and usable(more["number"]):
                if _COUNTER.match(plain, more.end()):
                    break
                value = plainest.prefix + more["number"].zfill(plainest.padding)
                yield more.start("number"), more.end("number"), kind, value, score, why
                more = _MORE.match(plain, more.end())
        if loose:
            for found in behind.finditer(plain):
                if usable(found["number"]):
                    value = plainest.prefix + found["number"].zfill(plainest.padding)
                    yield (
                        found.start("number"),
                        found.end("number"),
                        kind,
                        value,
                        LOOSE,
                        "loose",
                    )

    return match


def _find_tokens(plain):
    """Numbers other people gave: tracking, lot or serial, the customer's own order."""
    for found in _TRACKING.finditer(plain):
        written = found.group(1).strip()
        value = re.sub(r"[\s\-]", "", written).upper()
        if 9 <= len(value) <= 30 and not (
            _PHONE.match(written) or _MOBILE.match(value) or _DATE.match(value)
        ):
            yield (
                found.start(1),
                found.start(1) + len(written),
                "tracking",
                value,
                VARIANT,
                "tracking",
            )
    for found in _TRACKING_BARE.finditer(plain):
        yield (
            found.start(1),
            found.end(1),
            "tracking",
            found.group(1).upper(),
            LABELLED,
            "tracking_format",
        )
    for regex, kind, score in (
        (_LOT, "lot", 0.93),
        (_CUSTOMER_REF, "customer_ref", 0.93),
    ):
        for found in regex.finditer(plain):
            value = found.group(1)
            if (
                len(value) >= 4
                and any(char.isdigit() for char in value)
                and not (
                    _DATE.match(value) or _PHONE.match(value) or _MOBILE.match(value)
                )
                # "lot 3000 times", but "발주번호 4711001 건", "PO-4711 건"
                and (
                    not value.isdigit()
                    or len(value) >= 6
                    or not _COUNTER.match(plain, found.end())
                )
            ):
                yield found.start(1), found.end(1), kind, value.upper(), score, kind
