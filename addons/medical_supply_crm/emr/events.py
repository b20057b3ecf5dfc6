# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The one form all feeds are read into, and how versions of an event are merged."""

import hashlib
import hmac
import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime

from . import codes, times

KINDS = (
    "appointment",
    "servicerequest",
    "procedure",
    "encounter",
    "slot",
    "order",
    "event",
)
# A slot is capacity, not use; everything else may become demand.
DEMAND_KINDS = frozenset(KINDS) - {"slot"}
# States in which the goods will (still) be needed.
OPEN_STATUSES = frozenset(("proposed", "pending", "booked", "arrived"))


@dataclass(frozen=True, slots=True)
class ScheduleEvent:
    """One line of one visit, without anything that identifies the patient.

    :ivar event_hash: HMAC-SHA256 hex of the visit's own id under the site's key
    :ivar start, end: aware UTC datetimes or None
    :ivar duration_minutes: int or float, None when the feed gives neither length nor end
    :ivar procedure_codes: ((system, code), …), systems as `codes.system_name` gives them
    :ivar version: text with a total order, see `version_key` and `newer`
    :ivar line: 1-based number of the service within the visit (HL7: one per AIS)
    :ivar position: where it stood in the payload
    :ivar partial: the message speaks of this line only, not of the whole visit
    :ivar snapshot: newest version known to describe the *whole* visit
    :ivar based_on: event hashes of the orders or appointments this one carries out
    """

    source: str
    event_hash: str
    kind: str
    status: str
    start: datetime | None = None
    end: datetime | None = None
    duration_minutes: float | None = None
    procedure_codes: tuple = ()
    department: str | None = None
    location: str | None = None
    practitioner: str | None = None
    priority: str | None = None
    version: str = ""
    line: int = 1
    position: str = ""
    partial: bool = False
    snapshot: str = ""
    based_on: tuple = ()

    def to_dict(self):
        """JSON-ready dict; `from_dict` is its inverse."""
        out = {f.name: getattr(self, f.name) for f in fields(self)}
        out["start"] = times.iso(self.start)
        out["end"] = times.iso(self.end)
        out["procedure_codes"] = [list(pair) for pair in self.procedure_codes]
        out["based_on"] = list(self.based_on)
        return out

    @classmethod
    def from_dict(cls, data):
        """The event `to_dict` described; unknown keys are ignored."""
        known = {f.name for f in fields(cls)}
        data = {k: v for k, v in data.items() if k in known}
        for key in ("start", "end"):
            if isinstance(data.get(key), str):
                data[key] = times.fhir_time(data[key], times.UTC)[0]
        data["procedure_codes"] = tuple(
            tuple(p) for p in data.get("procedure_codes") or ()
        )
        data["based_on"] = tuple(data.get("based_on") or ())
        return cls(**data)

    @property
    def is_demand(self):
        """True when this event will still use supplies."""
        return self.kind in DEMAND_KINDS and self.status in OPEN_STATUSES


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read. `message` never repeats payload content.

    :ivar position: "AIS[2]-4", "entry[3].resource.start", "VEVENT[2].DTSTART",
        "row 5, column start"
    :ivar severity: "error" (an event was lost) | "warning" (a field was dropped or assumed)
    :ivar record: 1-based message, line or row number where the payload has several
    """

    position: str
    code: str
    severity: str
    message: str
    file: str | None = None
    record: int | None = None

    def to_dict(self):
        return asdict(self)


@dataclass(slots=True)
class ReadResult:
    """What `read` found. `units`: messages, resources, rows that could be parsed at all."""

    events: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    format: str = "unknown"
    units: int = 0


class Collector:
    """Carries what every reader needs and gathers what it finds."""

    def __init__(self, *, hash_key, source, timezone="UTC", received=None):
        if not isinstance(hash_key, (bytes, bytearray)) or len(hash_key) < 16:
            raise ValueError("hash_key must be at least 16 bytes")
        if not isinstance(source, str) or not source:
            raise ValueError("source must be a non-empty text")
        self.key = bytes(hash_key)
        self.source = source
        self.zone = times.zone(timezone)
        if received is not None and received.tzinfo is None:
            raise ValueError("received must be an aware datetime")
        self.received = received
        self.result = ReadResult()
        self.record = None

    def hash(self, kind, identifier):
        """Keyed hash of a visit's own id: without the key neither reversed nor guessed."""
        text = "\0".join((self.source, kind, identifier))
        return hmac.digest(
            self.key, text.encode("utf-8", "surrogatepass"), "sha256"
        ).hex()

    def problem(self, position, code, message, severity="warning"):
        self.result.problems.append(
            Problem(position, code, severity, message, record=self.record)
        )

    @contextmanager
    def guard(self, position):
        """Keep one unit's unforeseen failure from taking the rest of the feed along."""
        try:
            yield
        except Exception as exc:
            kind = type(exc).__name__  # the text of an exception may quote the payload
            self.error(position, "internal-error", f"reader failed ({kind}); not read")

    def error(self, position, code, message):
        self.problem(position, code, message, "error")

    def code(self, value, position, deny=(), snomed=False, person=False):
        """`value` if it is a code that may be copied, else None and a warning.

        :param person: True for the number of a practitioner in a field where senders
            also put names: KIM or LEE looks like ICU or ENDO, so only a value with a
            digit is taken for a staff number
        """
        if value is None or value == "":
            return None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.problem(position, "wrong-type", "a code must be text; left out")
            return None
        value = value.strip()
        if not value:
            return None
        fault = codes.code_fault(value, snomed)
        if fault is None and person and not any(map(str.isdigit, value)):
            fault = "word-not-code"
        if fault is None and deny and codes.denied(value, deny):
            fault = "looks-personal"
        if fault:
            self.problem(position, fault, _FAULTS[fault])
            return None
        return value

    def coding(self, system, code, position, deny=()):
        """(system, code) that may be copied, or None and a warning."""
        if system is None:
            system = ""
        if not isinstance(system, str):
            self.problem(
                position, "wrong-type", "a code system must be text; code left out"
            )
            return None
        name = codes.system_name(system)
        if name is None or (
            deny and name is not codes.LOCAL and codes.denied(name, deny)
        ):
            self.problem(
                position, "bad-system", "this is not a code system; code left out"
            )
            return None
        code = self.code(code, position, deny, snomed=name == codes.SNOMED)
        return (name, code) if code else None

    def priority(self, value, position, deny=()):
        if isinstance(value, str) and value.strip().lower() in codes.PRIORITIES:
            return codes.PRIORITIES[value.strip().lower()]
        return self.code(value, position, deny)

    def time(self, value, position, parse):
        """Aware datetime or None; warns about what was assumed."""
        moment, note = parse(value, self.zone)
        if note:
            self.problem(position, note, _NOTES[note])
        return moment

    def add(self, **values):
        """Store an event after making start, end and duration agree."""
        start, end = values.get("start"), values.get("end")
        minutes = values.get("duration_minutes")
        position = values.get("position", "")
        if start and end and end < start:
            self.problem(
                position, "end-before-start", "end lies before start; end left out"
            )
            end = None
        if minutes is not None and not 0 <= minutes <= 60 * 24 * 366:
            self.problem(
                position,
                "bad-duration",
                "duration is negative or over a year; left out",
            )
            minutes = None
        if start and minutes is not None and end is None:
            end = start + times.timedelta(minutes=minutes)
        elif start and end and minutes is None:
            minutes = (end - start).total_seconds() / 60
        if minutes is not None and float(minutes).is_integer():
            minutes = int(minutes)
        values.update(end=end, duration_minutes=minutes)
        values.setdefault(
            "snapshot", "" if values.get("partial") else values.get("version", "")
        )
        self.result.events.append(ScheduleEvent(source=self.source, **values))


_FAULTS = {
    "too-long": "longer than a code can be; left out",
    "not-a-code": "does not look like a code; left out",
    "word-not-code": "a plain word, not a code; left out",
    "looks-personal": "looks like personal data in a code field; left out",
}
_NOTES = {
    "date-only": "date without time: midnight in the feed's time zone assumed",
    "no-timezone": "time without zone: the feed's time zone assumed",
    "imprecise": "only year or month given; no time taken from it",
    "invalid": "this is not a date or time",
}


def version_key(*, sequence=0, updated=None, counter=0, status="unknown"):
    """Version text whose plain string order is the order of versions.

    `sequence` (iCalendar SEQUENCE, a table's version column) decides first, then the time of
    the message or update (UTC, microseconds), then `counter` (FHIR versionId, HL7 MSH-13),
    then how far the visit has come, so that a cancellation in the same minute as the booking
    (feeds with minute precision) wins.
    """
    stamp = (
        updated.astimezone(times.UTC).strftime("%Y%m%dT%H%M%S%f")
        if updated
        else "0" * 21
    )
    sequence = min(max(int(sequence), 0), 10**10 - 1)
    counter = min(max(int(counter), 0), 10**12 - 1)
    return f"{sequence:010d}|{stamp}|{counter:012d}|{codes.STATUS_RANK.get(status, 0)}"


def newer(a, b):
    """True when `a` is a newer version than `b` (events or version texts): a total order."""
    if isinstance(a, str) and isinstance(b, str):
        return a > b
    return _order(a) > _order(b)


def _order(event):
    # Two messages with equal version and other content: any fixed rule will do as long as it
    # does not depend on which came first, so the content's own digest decides.
    content = event.to_dict()
    content.pop("snapshot")
    content.pop("position")
    text = json.dumps(content, sort_keys=True)
    return event.version, hashlib.sha256(text.encode()).hexdigest()


def merge(events):
    """The present state of a schedule from any collection of messages, in any order.

    Per (source, event_hash) the newest version that describes the whole visit wins with all its
    lines; newer messages about single lines (`partial`) replace just those. The result depends
    only on the set of events, and `merge(merge(a) + b) == merge(a + b)`: a store that keeps the
    merged events and merges new ones in ends in the same state for every order of arrival.

    :return: list of events sorted by (source, event_hash, line)
    """
    groups = {}
    for event in events:
        groups.setdefault((event.source, event.event_hash), []).append(event)
    merged = []
    for key in sorted(groups):
        group = groups[key]
        if len(group) == 1:
            merged.append(group[0])
            continue
        snapshot = max(e.snapshot for e in group)
        wholes = [e for e in group if not e.partial and e.version == snapshot]
        lines = {}
        for event in wholes + [e for e in group if e.partial and e.version >= snapshot]:
            known = lines.get(event.line)
            if known is None or newer(event, known):
                lines[event.line] = event
        for line in sorted(lines):
            event = lines[line]
            merged.append(
                event
                if event.snapshot == snapshot
                else replace(event, snapshot=snapshot)
            )
    return merged


def countable(events):
    """Merged events that mean demand, each use counted once.

    An order or appointment that another event carries out (`based_on`) is dropped when that
    other event is known: the appointment of a service request, the encounter of an appointment.
    """
    events = [e for e in events if e.kind in DEMAND_KINDS]
    carried = {
        (e.source, ref)
        for e in events
        if e.status != "entered-in-error"
        for ref in e.based_on
    }
    return [
        e for e in events if e.is_demand and (e.source, e.event_hash) not in carried
    ]
