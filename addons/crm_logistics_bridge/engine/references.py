# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Find document references in customer texts, English and Korean.

Nothing is looked up here: the caller passes the company's own numbering as
:class:`Pattern` objects and resolves the findings inside what the sender may see.

Scores say how sure the *reading* is, not whether the document exists:

====  ==================================================================
0.99  complete number, exactly as printed (``S00042``, ``WH/OUT/00012``)
0.95  complete number in another spelling (``SO 00042``, ``WH-OUT-12``, ``SOO042``)
0.93  said in short with another one (``S00042~44``, ``S00042, 43``)
0.92  number without prefix after an explicit label (``주문번호 42``)
0.80  number without prefix after a loose word (``order 00042``)
====  ==================================================================
"""

import re
from dataclasses import dataclass

from .reference_lists import between, gone_on
from .reference_words import (
    AFTER,
    AFTER_PREFIX,
    BEFORE_PREFIX,
    COUNTER,
    CUSTOMER_REF,
    DATE,
    KEYWORDS,
    LINK,
    LOT,
    MOBILE,
    MORE,
    PHONE,
    SHOP,
    SPACED,
    TRACKING,
    TRACKING_BARE,
    URL_OR_MAIL,
)
from .textnorm import normalise

EXACT, VARIANT, LISTED, LABELLED, LOOSE = 0.99, 0.95, 0.93, 0.92, 0.80

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
    "listed",
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
    :return: list of :class:`Finding`, ordered by position, never overlapping, but that
        those of a range ("S00042~44") share the span of its end; a value is reported
        once per kind, at its surest reading
    """
    if not text:
        return []
    plain, starts, ends = normalise(text)
    # Same length, so spans stay true; links and addresses hold no references.
    plain = URL_OR_MAIL.sub(lambda found: " " * len(found.group()), plain)
    hits = []
    for matcher in _compiled(tuple(patterns)):
        hits.extend(matcher(plain))
    hits.extend(_find_tokens(plain))
    hits.extend(
        (*hit[:4], LISTED, "listed")
        for hit in between(
            plain, [hit for hit in hits if hit[5] in ("exact", "variant")]
        )
    )
    taken, findings, seen = {}, [], set()
    for start, end, kind, value, score, why in sorted(
        hits, key=lambda hit: (-hit[4], hit[0] - hit[1], hit[0])
    ):
        if any(
            start < other_end
            and other_start < end
            # numbers of one range have one place
            and not (
                why == "listed" and (other_start, other_end) == (start, end) and same
            )
            for (other_start, other_end), same in taken.items()
        ):
            continue
        taken[start, end] = why in ("listed", "exact", "variant")
        if (kind, value) in seen:
            continue
        seen.add((kind, value))
        findings.append(Finding(starts[start], ends[end - 1], kind, value, score, why))
    return sorted(findings, key=lambda finding: (finding.start, finding.value))


_CACHE = {}


def _compiled(patterns):
    """Matchers of a set of patterns; a company's numbering rarely changes."""
    if patterns not in _CACHE:
        if len(_CACHE) > 64:
            _CACHE.clear()
        matchers = [_PrefixMatcher(pattern) for pattern in patterns if pattern.prefix]
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
    letters = sum(char.isalpha() for char in literal)
    # WHOUT00012: with letters enough the signs between may be forgotten.
    sign = r"\s?[/\-_.\s]?\s?" if letters >= 3 else r"\s?[/\-_.\s]\s?"
    if literal.isascii() and literal.isalpha() and 3 <= len(literal) <= 4:
        return r"\.?".join(literal)  # R.M.A. 0042
    return "".join(sign if char in "/-_. " else re.escape(char) for char in literal)


class _PrefixMatcher:
    """Finds the numbers of one series by their prefix, in any usual spelling."""

    def __init__(self, pattern):
        self.pattern = pattern
        regex, self.literals = "", []
        for part in _prefix_parts(pattern.prefix):
            if isinstance(part, int):
                regex += rf"(\d{{{part}}})"
                self.literals.append(None)
            else:
                regex += _literal_regex(part)
                self.literals.append(part)
        letters = sum(char.isalpha() for char in pattern.prefix)
        signs = any(char in "/-" for char in pattern.prefix)
        self.distinctive = letters >= 3 or signs
        self.glued = letters >= 3 and any(char in "/-_." for char in pattern.prefix)
        if pattern.kind == "order" and pattern.prefix.upper() in {"S", "SO"}:
            regex = r"(?:s/?o|s)" if pattern.prefix.upper() == "S" else r"(?:s/?o)"
        gap = r"(\s?[\-#:._]?\s?(?:(?:no|nr)\.?\s?)?)"
        flags, most = re.IGNORECASE, pattern.padding + 3
        self.body = re.compile(
            rf"{BEFORE_PREFIX}{regex}{gap}(\d{{1,{most}}}){AFTER_PREFIX}", flags
        )
        # The letter O for a zero: only in a number of the full length.
        self.mistyped = re.compile(
            rf"{BEFORE_PREFIX}{regex}([\-#]?)(?=[\dO]*O)(?=O*\d[\dO]*\d)"
            rf"([\dO]{{{max(pattern.padding, 3)}}}){AFTER_PREFIX}",
            flags,
        )
        self.whole = re.compile(rf"{regex}(\d{{{max(pattern.padding, 1)}}})", flags)
        labels = KEYWORDS.get(pattern.kind, ("(?!)", ""))[0]
        self.labelled = re.compile(rf"(?:{labels}){LINK}$", flags)

    def _value(self, legends, digits):
        queue = iter(legends)
        head = "".join(
            next(queue) if literal is None else literal for literal in self.literals
        )
        return head + digits.zfill(self.pattern.padding)

    def _is_meant(self, plain, found, between, digits):
        """Whether what reads like a number of the series is one."""
        start, end = found.span()
        written = found.group()
        # Someone who writes the full length means the document; a short number
        # needs a prefix that cannot be anything else, or an explicit '#'.
        full = len(digits) >= self.pattern.padding
        zero = digits.startswith("0")
        if len(digits) > self.pattern.padding and zero:
            return False
        if not full:
            # In a file's name, before "/43", or without the signs: only complete.
            beside = plain[max(start - 1, 0) : start] + plain[end : end + 1]
            bare = self.glued and not re.search(r"[/\-_.\s]", written)
            if bare or "_" in beside or plain[end : end + 1] == "/":
                return False
            if not self.distinctive and "#" not in between:
                # 주문번호 S42: the word before the short number says what it is.
                if not self.labelled.search(plain, 0, start):
                    return False
        if not self.distinctive and not zero and between:
            if between.strip() in {"", "-", ".", "_"}:
                return False
        # "주문 30일차" of a company whose orders are called 주문-000030
        loosely = between.isspace() or not full and not re.search(r"[/\-#]", written)
        if loosely and not zero and not (self.distinctive and full):
            return not COUNTER.match(plain, end)
        return True

    def __call__(self, plain):
        kind = self.pattern.kind
        for found in self.mistyped.finditer(plain):
            *legends, _gap, digits = found.groups()
            value = self._value(legends, digits.upper().replace("O", "0"))
            yield *found.span(), kind, value, VARIANT, "variant"
        for run in SPACED.finditer(plain):
            found = self.whole.fullmatch(run.group().replace(" ", ""))
            if found:
                *legends, digits = found.groups()
                value = self._value(legends, digits)
                yield *run.span(), kind, value, VARIANT, "variant"
        for found in self.body.finditer(plain):
            *legends, between_, digits = found.groups()
            if not self._is_meant(plain, found, between_, digits):
                continue
            value = self._value(legends, digits)
            written = found.group().upper() == value.upper()
            score, why = (EXACT, "exact") if written else (VARIANT, "variant")
            yield *found.span(), kind, value, score, why
            if len(digits) >= self.pattern.padding:
                for *span, more in gone_on(plain, found.end(), digits):
                    yield *span, kind, self._value(legends, more), LISTED, "listed"


def _keyword_matcher(kind, series):
    """Numbers without prefix: the word before them says what they are.

    Only for series whose prefix has no date inside; with several (one per
    warehouse), the first one is meant.
    """
    labels, loose = KEYWORDS[kind]
    plainest = next((p for p in series if "%(" not in p.prefix), None)
    words = f"(?P<label>{labels})" + (f"|(?P<loose>{loose})" if loose else "")
    body = re.compile(
        rf"(?<![A-Za-z])(?:{words}){LINK}(?P<number>\d+)(?P<beon>번(?![째이]|\s*(?:이상|이나)))?{AFTER}",
        re.IGNORECASE,
    )
    behind = re.compile(
        rf"(?<![A-Za-z0-9.,\-/])(?P<number>\d{{3,}})번\s*(?:{loose})", re.IGNORECASE
    )

    def usable(digits):
        return (
            len(digits) <= plainest.padding + 3
            and not (len(digits) > plainest.padding and digits.startswith("0"))
            and not DATE.match(digits)
        )

    def match(plain):
        if plainest is None:
            return
        for found in body.finditer(plain):
            digits = found["number"]
            if (
                not usable(digits)
                or not found["beon"]
                and COUNTER.match(plain, found.end())
                or SHOP.search(plain, max(found.start() - 24, 0), found.start())
            ):
                continue
            if len(digits) == 1 and "#" in found.group():
                continue  # "order #1 priority"
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
            more = MORE.match(plain, found.end()) if labelled else None
            while more and usable(more["number"]):
                if COUNTER.match(plain, more.end()):
                    break
                value = plainest.prefix + more["number"].zfill(plainest.padding)
                yield more.start("number"), more.end("number"), kind, value, score, why
                more = MORE.match(plain, more.end())
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
    for found in TRACKING.finditer(plain):
        written = found.group(1).strip()
        value = re.sub(r"[\s\-]", "", written).upper()
        if 9 <= len(value) <= 30 and not (
            PHONE.match(written) or MOBILE.match(value) or DATE.match(value)
        ):
            yield (
                found.start(1),
                found.start(1) + len(written),
                "tracking",
                value,
                VARIANT,
                "tracking",
            )
    for found in TRACKING_BARE.finditer(plain):
        yield (
            found.start(1),
            found.end(1),
            "tracking",
            found.group(1).upper(),
            LABELLED,
            "tracking_format",
        )
    for regex, kind, score in (
        (LOT, "lot", 0.93),
        (CUSTOMER_REF, "customer_ref", 0.93),
    ):
        for found in regex.finditer(plain):
            value = found.group(1)
            if (
                len(value) >= 4
                and any(char.isdigit() for char in value)
                and not (DATE.match(value) or PHONE.match(value) or MOBILE.match(value))
                # "lot 3000 times", but "발주번호 4711001 건", "PO-4711 건"
                and (
                    not value.isdigit()
                    or len(value) >= 6
                    or not COUNTER.match(plain, found.end())
                )
            ):
                yield found.start(1), found.end(1), kind, value.upper(), score, kind
