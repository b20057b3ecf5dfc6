# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Times of the feeds: FHIR, HL7 v2 and free table forms to aware UTC datetimes.

Every parser returns `(datetime | None, note)`; `note` is None or one of
"date-only" (midnight local time assumed), "no-timezone" (feed zone assumed),
"imprecise" (year or month only: no time), "invalid".
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = UTC
_FHIR = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"\s?(Z|z|[+-]\d\d:?\d\d|[+-]\d\d)?\Z"
)
_FHIR_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z")
_HL7 = re.compile(
    r"(\d{4})(\d\d)?(\d\d)?T?(?:(\d\d)(\d\d)?(\d\d)?(?:\.(\d{0,6}))?)?\s?(Z|[+-]\d{4})?\Z"
)
_TABLE = re.compile(
    r"(\d{4})[-./년]\s?(\d{1,2})[-./월]\s?(\d{1,2})[일.]?"
    r"(?:[T\s]+(오전|오후|AM|PM|am|pm)?\s?(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s?(AM|PM|am|pm)?\s?"
    r"(Z|[+-]\d\d:?\d\d)?)?\Z"
)


def zone(name):
    """ZoneInfo of an IANA `name`; ValueError naming the zone when it does not exist."""
    try:
        return ZoneInfo(name)
    except Exception as exc:
        raise ValueError(f"unknown time zone {str(name)[:60]!r}") from exc


def _offset(text):
    if text in ("Z", "z"):
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:4] or 0)
    if minutes > 14 * 60:
        raise ValueError("offset")
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def make(year, month, day, hour, minute, second, micro, tzinfo):
    """Aware UTC datetime, or ValueError; years outside 1900..2199 are refused."""
    if not 1900 <= year < 2200:
        raise ValueError("year")
    # 60 is a legal leap second, 24:00 a legal end of day; datetime knows neither
    second = 59 if second == 60 else second
    extra = timedelta(0)
    if hour == 24 and minute == 0 and second == 0:
        hour, extra = 0, timedelta(days=1)
    value = datetime(year, month, day, hour, minute, second, micro, tzinfo)
    return (value + extra).astimezone(UTC)


def fhir_time(text, tzinfo):
    """FHIR date/dateTime/instant; see the module for the result."""
    if not isinstance(text, str) or len(text) > 40:
        return None, "invalid"
    try:
        found = _FHIR.match(text)
        if found:
            y, mo, d, h, mi, s, frac, off = found.groups()
            micro = int((frac or "0")[:6].ljust(6, "0"))
            where = _offset(off) if off else tzinfo
            value = make(
                int(y), int(mo), int(d), int(h), int(mi), int(s or 0), micro, where
            )
            return value, None if off else "no-timezone"
        found = _FHIR_DATE.match(text)
        if found:
            y, mo, d = found.groups()
            if not d:
                return None, "imprecise"
            return make(int(y), int(mo), int(d), 0, 0, 0, 0, tzinfo), "date-only"
    except (ValueError, OverflowError):
        return None, "invalid"
    return None, "invalid"


def hl7_time(text, tzinfo):
    """HL7 v2 DTM/TS `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ]`; see the module for the result."""
    if len(text) > 40:
        return None, "invalid"
    found = _HL7.match(text)
    if not found:
        return fhir_time(text, tzinfo)  # some engines send ISO times in v2
    y, mo, d, h, mi, s, frac, off = found.groups()
    if not d:
        return None, "imprecise"
    try:
        where = _offset(off) if off else tzinfo
        micro = int((frac or "0")[:6].ljust(6, "0"))
        value = make(
            int(y),
            int(mo),
            int(d),
            int(h or 0),
            int(mi or 0),
            int(s or 0),
            micro,
            where,
        )
    except (ValueError, OverflowError):
        return None, "invalid"
    return value, "date-only" if h is None else None


def hl7_zone(text):
    """The fixed offset an HL7 time carries, or None: MSH-7's is the default of its message."""
    found = _HL7.match(text) if len(text) <= 40 else None
    if not found or not found.group(8):
        return None
    try:
        return _offset(found.group(8))
    except ValueError:
        return None


def table_time(text, tzinfo):
    """Times as people write them in tables: ISO, `2026/1/5 14:30`, `2026. 1. 5. 오후 2:30`, HL7."""
    text = text.strip()
    value, note = fhir_time(text, tzinfo)
    if value is not None or note == "imprecise" or len(text) > 40:
        # a table time without zone is the normal case, not worth a warning
        return value, None if note == "no-timezone" else note
    if re.fullmatch(r"\d{8}(?:\d{4}(?:\d\d)?)?", text):
        return hl7_time(text, tzinfo)
    found = _TABLE.match(text)
    if not found:
        return None, "invalid"
    y, mo, d, before, h, mi, s, after, off = found.groups()
    hour = int(h or 0)
    half = (before or after or "").upper()
    if half in ("PM", "오후") and hour < 12:
        hour += 12
    elif half in ("AM", "오전") and hour == 12:
        hour = 0
    try:
        where = _offset(off) if off else tzinfo
        value = make(int(y), int(mo), int(d), hour, int(mi or 0), int(s or 0), 0, where)
    except (ValueError, OverflowError):
        return None, "invalid"
    return value, "date-only" if h is None else None


def iso(value):
    """UTC ISO text with Z, or None."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_UNIT_SECONDS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "초": 1,
    "min": 60, "mins": 60, "m": 60, "mn": 60, "minute": 60, "minutes": 60, "분": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "시간": 3600,
    "d": 86400, "day": 86400, "days": 86400, "일": 86400,
    "wk": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip


def unit_seconds(unit):
    """Seconds of a time unit as feeds write it (ISO+, ANS+, UCUM, words), or None."""
    return _UNIT_SECONDS.get(unit.strip().lower())
