# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What HL7 v2 schedule and order messages share: times, lengths, codes, places, people."""

from . import times
from .codes import deny_tokens
from .events import version_key

MAX_LINES = 500


class Reader:
    def __init__(self, m, out, trigger):
        self.m, self.out, self.trigger = m, out, trigger
        stamp = m.get("MSH", 0, 7)
        # the message's own zone is the default of all its times (chapter 2A.3.22)
        self.zone = times.hl7_zone(stamp) or out.zone
        self.sent = self.time("MSH", 0, 7) if stamp else None
        if self.sent is None:
            self.sent = out.received
            out.problem(
                "MSH-7",
                "no-version",
                "no usable message time; the time of receipt, if known, counts",
            )
        counter = m.get("MSH", 0, 13)
        self.counter = int(counter) if counter.isdecimal() and len(counter) < 13 else 0
        self.deny = self._people()

    def _people(self):
        m, values = self.m, []
        for name, numbers in _PEOPLE.items():
            for index in range(min(m.count(name), 20)):
                for number in numbers:
                    for text in m.field(name, index, number).split(m.repeat)[:10]:
                        if text:
                            parts = text.replace(m.sub, m.components).split(
                                m.components
                            )[:4]
                            values += parts[:1] if number in _FIRST_ONLY else parts
        return deny_tokens(m.plain(v) for v in values)

    def name(self, segment, index, number):
        many = self.m.count(segment) > 1
        return (
            f"{segment}[{index + 1}]-{number}"
            if many or segment in _REPEATED
            else f"{segment}-{number}"
        )

    def time(self, segment, index, number, component=1):
        text = self.m.get(segment, index, number, component)
        if not text:
            return None
        place = self.name(segment, index, number) + (
            f".{component}" if component > 1 else ""
        )
        return self.out.time(
            text, place, lambda value, _zone: times.hl7_time(value, self.zone)
        )

    def length(self, segment, index, number, unit_number):
        """Minutes of a duration field and its unit field, or None."""
        text = self.m.get(segment, index, number)
        if not text:
            return None
        place = self.name(segment, index, number)
        try:
            value = float(text) if len(text) < 16 else -1.0
        except ValueError:
            value = -1.0
        if not 0 <= value < 10**7:
            self.out.problem(
                place, "bad-duration", "duration is not a number in range; left out"
            )
            return None
        unit = self.m.get(segment, index, unit_number)
        unit_place = self.name(segment, index, unit_number)
        if not unit:
            self.out.problem(
                unit_place, "no-unit", "duration without unit: minutes assumed"
            )
            seconds = 60
        else:
            seconds = times.unit_seconds(unit)
            if seconds is None:
                self.out.problem(
                    unit_place,
                    "unknown-unit",
                    "unknown unit of time; duration left out",
                )
                return None
        minutes = value * seconds / 60
        if 0 < minutes < 2 and value >= 5:
            self.out.problem(
                unit_place,
                "short-duration",
                "under two minutes: check the unit the sender writes",
            )
        return minutes

    def codings(self, segment, index, number):
        """((system, code), …) of a CE/CWE field: main and alternate codes."""
        m, out, found = self.m, self.out, []
        place = self.name(segment, index, number)
        text = m.field(segment, index, number)
        for code_part, system_part in ((1, 3), (4, 6), (10, 12)):
            code = m.part(text, code_part)
            if code:
                pair = out.coding(
                    m.part(text, system_part), code, f"{place}.{code_part}", self.deny
                )
                if pair and pair not in found:
                    found.append(pair)
        return tuple(found)

    def place(self, segment, index, number):
        """(department, location) codes of a PL field: point of care, room."""
        m, out = self.m, self.out
        text = m.field(segment, index, number)
        if not text:
            return None, None
        where = self.name(segment, index, number)
        ward = out.code(m.part(text, 1), f"{where}.1", self.deny)
        room = out.code(m.part(text, 2), f"{where}.2", self.deny)
        return ward, "/".join(p for p in (ward, room) if p) or None

    def version(self, status):
        return version_key(updated=self.sent, counter=self.counter, status=status)


def identifier(m, segment, index, number):
    """An entity identifier (EI) as one text: number and assigning namespace."""
    text = m.field(segment, index, number).split(m.repeat, 1)[0]
    parts = [m.plain(p) for p in text.split(m.components)]
    while parts and not parts[-1]:
        parts.pop()
    return "^".join(parts) if parts and parts[0] else ""


_REPEATED = frozenset(("AIS", "AIL", "AIP", "AIG", "OBR"))
# Fields of people whose words may not turn up as codes; of id fields only the number counts.
_PEOPLE = {
    "PID": (2, 3, 4, 5, 6, 7, 9, 13, 14, 18, 19, 20),
    "NK1": (2, 5, 6, 30),
    "GT1": (3, 6, 7, 8, 12),
    "IN1": (16, 18),
    "MRG": (1, 4, 7),
}
_FIRST_ONLY = frozenset((3, 4, 18, 20))
