# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""iCalendar (RFC 5545) to schedule events; recurrences through `recurring-ical-events`.

A calendar is free text for the most part. Copied are times, STATUS, SEQUENCE and these codes:
X-PROCEDURE-CODE (or a mapped property; else CATEGORIES entries with a digit that look like codes),
X-LOCATION-CODE or a LOCATION that is a code, X-DEPARTMENT-CODE, X-PRACTITIONER-CODE, PRIORITY.
SUMMARY, DESCRIPTION, ORGANIZER, ATTENDEE, CONTACT and COMMENT are never looked at.
"""

import re
from datetime import date, datetime, timedelta

from . import times
from .events import version_key
from .ical_recur import (
    MAX_OCCURRENCES,
    aware,
    date_value,
    many,
    occurrence_key,
    occurrences,
)

_STATUS = {
    "CONFIRMED": "booked",
    "TENTATIVE": "pending",
    "CANCELLED": "cancelled",
    "": "booked",
}
_PROPERTIES = {
    "procedure": ("X-PROCEDURE-CODE", "X-SNOMED-CODE", "X-PROCEDURE"),
    "system": ("X-PROCEDURE-SYSTEM",),
    "location": ("X-LOCATION-CODE",),
    "department": ("X-DEPARTMENT-CODE",),
    "practitioner": ("X-PRACTITIONER-CODE",),
}
_BLOCK = re.compile(
    r"^BEGIN:VEVENT\s*$.*?^END:VEVENT\s*$", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_ZONE = re.compile(
    r"^BEGIN:VTIMEZONE\s*$.*?^END:VTIMEZONE\s*$",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)


def default_window(now=None):
    """(from, to): a month back for late states, 400 days ahead for the planning horizon."""
    now = now or datetime.now(times.UTC)
    return now - timedelta(days=35), now + timedelta(days=400)


def read_ical(text, out, mapping=None, window=None):
    """Read every VEVENT of `text` into the collector.

    :param mapping: {"procedure"|"system"|"location"|"department"|"practitioner": property name}
    :param window: (from, to) aware datetimes for endless recurrences; finite series are
        expanded whole, single events are always given
    """
    _Calendar(text, out, mapping or {}, window or default_window()).take()


class _Calendar:
    def __init__(self, text, out, mapping, window):
        from icalendar import Calendar

        self.Calendar = Calendar
        self.out, self.window = out, window
        self.properties = {
            key: (
                (mapping[key].upper(),) if isinstance(mapping.get(key), str) else names
            )
            for key, names in _PROPERTIES.items()
        }
        # unfolded, because blocks are cut out by line (RFC 5545, 3.1)
        self.text = re.sub(r"\r\n?|\n", "\n", text)
        self.text = re.sub(r"\n[ \t]", "", self.text)
        self.method = ""
        head = self.text[:100_000].split("\nBEGIN:", 1)[0]
        found = re.search(
            r"^METHOD:(\w+)",
            self.text[: len(head) + 5000],
            re.MULTILINE | re.IGNORECASE,
        )
        if found:
            self.method = found.group(1).upper()

    def take(self):
        zones = "\n".join(_ZONE.findall(self.text[:5_000_000]))
        series, order = {}, []
        for number, block in enumerate(_BLOCK.findall(self.text), 1):
            found = re.search(
                r"^UID(?:;[^:\n]*)?:(.*)$", block, re.MULTILINE | re.IGNORECASE
            )
            uid = found.group(1).strip() if found else ""
            if not uid:
                note = (
                    "no UID: the content identifies the event, changes are not followed"
                )
                self.out.problem(f"VEVENT[{number}].UID", "no-id", note)
                uid = block
            if uid not in series:
                order.append(uid)
            series.setdefault(uid, []).append((number, block))
        if not order and not re.search(
            r"^END:VCALENDAR", self.text, re.MULTILINE | re.IGNORECASE
        ):
            self.out.error(
                "VCALENDAR", "cut-off", "the calendar ends before its END line"
            )
        elif not order and not self.out.result.problems:
            self.out.result.units += 1  # an empty calendar is a calendar
            self.out.problem("VCALENDAR", "empty", "the calendar holds no event")
        opened = len(
            re.findall(r"^BEGIN:VEVENT\s*$", self.text, re.MULTILINE | re.IGNORECASE)
        )
        closed = len(
            re.findall(r"^END:VEVENT\s*$", self.text, re.MULTILINE | re.IGNORECASE)
        )
        if opened != closed:
            self.out.error(
                "VEVENT", "cut-off", "an event has no BEGIN or END line; not read"
            )
        for uid in order:
            with self.out.guard(f"VEVENT[{series[uid][0][0]}]"):
                self.series(uid, series[uid], zones)

    def series(self, uid, blocks, zones):
        number = blocks[0][0]
        where = f"VEVENT[{number}]"
        body = "\n".join(block for _n, block in blocks)
        text = (
            f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{zones}\n{body}\nEND:VCALENDAR\n"
        )
        try:
            calendar = self.Calendar.from_ical(text.replace("\n\n", "\n"))
            parts = [c for c in calendar.walk("VEVENT")]
        except Exception:  # the library raises many kinds; the position is what helps
            if len(blocks) > 1:  # one broken member must not take the series along
                for one in blocks:
                    self.series(uid, [one], zones)
                return
            self.out.error(
                where, "not-ical", "this event is not valid iCalendar; not read"
            )
            return
        if len(parts) != len(blocks):  # damage has put one inside another, or hidden it
            if len(blocks) > 1:
                for one in blocks:
                    self.series(uid, [one], zones)
                return
            self.out.error(
                where, "not-ical", "this event is not valid iCalendar; not read"
            )
            return
        self.out.result.units += 1
        for part in parts:
            for name, _message in getattr(part, "errors", ()):
                name = name if name in _KNOWN else "property"
                self.out.problem(
                    f"{where}.{name}", "bad-property", "not a valid value; left out"
                )
        recurs = any(
            p.get("RRULE") or p.get("RDATE") or p.get("RECURRENCE-ID") for p in parts
        )
        if not recurs:
            for part, (n, _block) in zip(parts, blocks, strict=True):
                self.event(uid, part, f"VEVENT[{n}]", "")
            return
        try:
            found, more = occurrences(calendar, parts, self.window, self.out.zone)
        except Exception:
            self.out.error(
                f"{where}.RRULE", "bad-recurrence", "the recurrence cannot be expanded"
            )
            return
        if more:
            note = f"only the first {MAX_OCCURRENCES} occurrences read"
            self.out.problem(f"{where}.RRULE", "too-many", note)
        for part in found:
            self.event(uid, part, where, occurrence_key(part, self.out.zone))

    def event(self, uid, part, where, occurrence):
        out = self.out
        start = self.moment(part, "DTSTART", where)
        end = self.moment(part, "DTEND", where, quiet=True)
        minutes = None
        duration = date_value(part, "DURATION")
        if isinstance(duration, timedelta):
            minutes = duration.total_seconds() / 60
        status = str(part.get("STATUS") or "").strip().upper()
        if status not in _STATUS:
            out.problem(
                f"{where}.STATUS", "unknown-status", "unknown status; booked assumed"
            )
        state = (
            "cancelled" if self.method == "CANCEL" else _STATUS.get(status, "booked")
        )
        if start is None:
            if state != "cancelled":
                out.error(f"{where}.DTSTART", "no-start", "no usable start; not read")
                return
        out.add(
            event_hash=out.hash("event", f"{uid}#{occurrence}" if occurrence else uid),
            kind="event",
            status=state,
            start=start,
            end=end if minutes is None else None,
            duration_minutes=minutes,
            procedure_codes=self.procedures(part, where),
            department=self.value(part, "department", where),
            location=self.location(part, where),
            practitioner=self.value(part, "practitioner", where),
            priority=self.priority(part),
            version=self.version(part, where, state),
            position=where,
        )

    def moment(self, part, name, where, quiet=False):
        value = date_value(part, name)
        if not isinstance(value, (date, datetime)):
            return None
        if not isinstance(value, datetime):
            if not quiet:
                note = "date without time: midnight in the feed's time zone assumed"
                out = self.out
                out.problem(f"{where}.{name}", "date-only", note)
        elif value.tzinfo is None and not quiet:
            note = "time without zone: the feed's time zone assumed"
            self.out.problem(f"{where}.{name}", "no-timezone", note)
        moment = aware(value, self.out.zone)
        return moment if 1900 <= moment.year < 2200 else None

    def texts(self, part, names):
        for name in names:
            values = [str(v) for v in many(part.get(name))]
            if values:
                return name, [
                    p.strip() for v in values for p in v.split(",") if p.strip()
                ]
        return names[0], []

    def value(self, part, key, where):
        name, values = self.texts(part, self.properties[key])
        if not values:
            return None
        return self.out.code(values[0], f"{where}.{name}", person=key == "practitioner")

    def location(self, part, where):
        own = self.value(part, "location", where)
        if own:
            return own
        text = str(part.get("LOCATION") or "").strip()
        # free text by nature: an address in it is the normal case, not a fault
        if (
            text
            and re.search(r"\d", text)
            and re.fullmatch(r"[A-Za-z0-9._/\-]{1,24}", text)
        ):
            return self.out.code(text, f"{where}.LOCATION")
        return None

    def procedures(self, part, where):
        _name, systems = self.texts(part, self.properties["system"])
        name, values = self.texts(part, self.properties["procedure"])
        system = systems[0] if systems else ""
        if not values:
            for category in many(part.get("CATEGORIES")):
                for text in getattr(category, "cats", None) or [category]:
                    if re.fullmatch(r"[A-Z0-9.\-]{3,18}", str(text)) and re.search(
                        r"\d", str(text)
                    ):
                        values.append(str(text))
            name = "CATEGORIES"
        found = []
        for value in values[:50]:
            own, _bar, code = value.rpartition("|")
            pair = self.out.coding(own or system, code, f"{where}.{name}")
            if pair:
                found.append(pair)
        return tuple(dict.fromkeys(found))

    def priority(self, part):
        text = str(part.get("PRIORITY") or "")
        return text if re.fullmatch(r"[1-9]", text) else None

    def version(self, part, where, state):
        stamp = None
        for name in ("LAST-MODIFIED", "DTSTAMP", "CREATED"):
            value = date_value(part, name)
            if isinstance(value, datetime):
                stamp = aware(value, self.out.zone)
                break
        sequence = str(part.get("SEQUENCE") or "0")
        if not re.fullmatch(r"\d{1,9}", sequence):
            self.out.problem(
                f"{where}.SEQUENCE", "bad-property", "not a number; 0 assumed"
            )
            sequence = "0"
        return version_key(
            sequence=int(sequence), updated=stamp or self.out.received, status=state
        )


_KNOWN = frozenset(
    [
        "DTSTART",
        "DTEND",
        "DURATION",
        "DTSTAMP",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "SEQUENCE",
        "STATUS",
        "UID",
        "CREATED",
        "LAST-MODIFIED",
        "PRIORITY",
        "CATEGORIES",
        "LOCATION",
    ]
)
