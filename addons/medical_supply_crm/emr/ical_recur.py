# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Recurring events of a calendar, expanded in bounded time; see `ical`."""

from datetime import date, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

from . import times

MAX_OCCURRENCES = 2000  # of one series
_SERIES_DAYS = 3660  # a series that ends is read over its first ten years
_MAX_STEPS = 50_000  # strides of a rule between its start and the end of the window
_STRIDE = {
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(days=7),
    "MONTHLY": timedelta(days=28),
    "YEARLY": timedelta(days=365),
}

_EARLIEST = datetime(1970, 1, 1, tzinfo=times.UTC)
_LATEST = datetime(2199, 12, 1, tzinfo=times.UTC)


def occurrences(calendar, parts, window, zone):
    """Occurrences of one series, in bounded time and number.

    :param parts: the VEVENT components of `calendar`, all of one UID
    :param window: (from, to) aware datetimes, for series without an end
    :param zone: tzinfo for times that carry none
    :return: (occurrences, whether there are more than MAX_OCCURRENCES)
    :raise ValueError: a rule that cannot be expanded in bounded time
    """
    from recurring_ical_events import of

    start, end = window
    begins = [
        aware(date_value(p, name), zone)
        for p in parts
        for name in ("DTSTART", "RECURRENCE-ID")
        if isinstance(date_value(p, name), date)
    ]
    lower = min(begins) - timedelta(days=1)
    upper = max(max(begins), lower + timedelta(days=_SERIES_DAYS))
    rules = [(p, rule) for p in parts for rule in many(p.get("RRULE"))]
    if any(not r.get("COUNT") and not r.get("UNTIL") for _p, r in rules):
        lower, upper = max(lower, start), max(end, max(begins))
    upper += timedelta(days=1)
    for part, rule in rules:
        if not _bound(rule, date_value(part, "DTSTART"), upper):
            _drop(part, rule)
    lower, upper = max(lower, _EARLIEST), min(upper, _LATEST)
    found, seen, at, step = [], set(), lower, timedelta(days=800)
    while at < upper and len(found) <= MAX_OCCURRENCES:
        stop = min(at + step, upper)
        for part in of(calendar, skip_bad_series=True).between(at, stop):
            key = occurrence_key(part, zone)
            if key not in seen:
                seen.add(key)
                found.append(part)
        at = stop
    return found[:MAX_OCCURRENCES], len(found) > MAX_OCCURRENCES


def occurrence_key(part, zone):
    """Text naming one occurrence: its original start in UTC."""
    value = date_value(part, "RECURRENCE-ID") or date_value(part, "DTSTART")
    if isinstance(value, (date, datetime)):
        return aware(value, zone).strftime("%Y%m%dT%H%M%SZ")
    return ""


def _bound(rule, begin, upper):
    """Give a recurrence rule an end it surely reaches; ValueError when it has none.

    dateutil, which expands the rules, walks to the year 9999 when a rule never matches (30
    February) and for ever when INTERVAL is 0. COUNT is turned into the UNTIL it amounts to.

    :return: whether the rule has any occurrence until `upper`
    """
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    if frequency not in _STRIDE:
        raise ValueError("no schedule repeats by the minute")
    if not isinstance(begin, date) or begin.year < 1970:
        raise ValueError("no start")
    if any(
        int(value) < 1
        for name in ("INTERVAL", "COUNT")
        for value in rule.get(name) or ()
    ):
        raise ValueError("interval or count below one")
    plain = datetime(begin.year, begin.month, begin.day)
    if isinstance(begin, datetime):
        plain = begin.replace(tzinfo=None)
    limit = upper.replace(tzinfo=None) + timedelta(days=1)
    if (limit - plain) / _STRIDE[frequency] > _MAX_STEPS:
        raise ValueError("too many steps")
    counts, until = rule.pop("COUNT", None), rule.pop("UNTIL", None)
    text = rule.to_ical().decode()
    if not _matches(text, plain, limit):
        return False
    last = limit
    if counts:
        dates = rrulestr(f"{text};UNTIL={limit:%Y%m%dT%H%M%S}", dtstart=plain)
        found = list(islice(dates, min(int(counts[0]), MAX_OCCURRENCES + 1)))
        last = found[-1] if found else plain
    if until:
        rule["UNTIL"] = until
    untils = rule.get("UNTIL") or []
    ends = [u for u in untils if isinstance(u, date)]
    if ends and _naive(ends[0]) <= last:
        return True
    if not isinstance(begin, datetime):
        rule["UNTIL"] = [last.date()]
    elif begin.tzinfo is None:
        rule["UNTIL"] = [last]
    else:
        rule["UNTIL"] = [last.replace(tzinfo=begin.tzinfo).astimezone(times.UTC)]
    return True


def _matches(text, begin, limit):
    """Whether a rule without an end has an occurrence from `begin` to `limit`.

    The calendar repeats every 400 years, weekdays included. The question is asked as
    late as dates go, where the walk of a rule that never matches is short.
    """
    years = (datetime.max.year - limit.year) // 400 * 400
    first = next(iter(rrulestr(text, dtstart=_later(begin, years))), None)
    return first is not None and first <= _later(limit, years)


def _later(value, years):
    return value.replace(year=value.year + years)


def _drop(part, rule):
    """Take a rule that never matches out of its event, which then stands alone."""
    left = [other for other in many(part.pop("RRULE")) if other is not rule]
    if left:
        part["RRULE"] = left


def _naive(value):
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime(value.year, value.month, value.day)


def date_value(part, name):
    """The Python value of a date property; None when absent or broken."""
    try:
        return getattr(part.get(name), "dt", None)
    except Exception:  # icalendar's stand-in for a broken value raises on access
        return None


def many(value):
    """List of the values of a property that may occur once, often or not at all."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def aware(value, zone):
    """Aware UTC datetime of a date or datetime as the library gives it."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    try:
        return value.astimezone(times.UTC)
    except (OverflowError, ValueError):
        return _EARLIEST
