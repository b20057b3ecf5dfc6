# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""SIU^S12 to S24 and S26: appointments, one event per service (AIS)."""

from . import times
from .hl7_reader import MAX_LINES, Reader, identifier

TRIGGERS = {
    "S12": "booked",
    "S13": "booked",
    "S14": "booked",
    "S15": "cancelled",
    "S16": "cancelled",
    "S17": "entered-in-error",
    "S18": "booked",
    "S19": "booked",
    "S20": "cancelled",
    "S21": "cancelled",
    "S22": "cancelled",
    "S23": "cancelled",
    "S24": "proposed",
    "S26": "noshow",
}
# These close the whole visit whatever the segments say.
_FINAL = {"S15", "S16", "S17", "S26"}
# These speak of single services or resources of a visit (10.4.7 to 10.4.11).
_PARTIAL = {"S18", "S19", "S20", "S21", "S22"}
FILLER_STATUS = {
    "booked": "booked",
    "overbook": "booked",
    "confirmed": "booked",
    "scheduled": "booked",
    "blocked": "cancelled",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "dc": "cancelled",
    "discontinued": "cancelled",
    "deleted": "entered-in-error",
    "noshow": "noshow",
    "no-show": "noshow",
    "no show": "noshow",
    "complete": "fulfilled",
    "completed": "fulfilled",
    "started": "arrived",
    "arrived": "arrived",
    "checkedin": "arrived",
    "checked-in": "arrived",
    "pending": "pending",
    "waitlist": "pending",
    "tentative": "pending",
    "requested": "proposed",
    "proposed": "proposed",
}


class Siu(Reader):
    def take(self):
        m, out = self.m, self.out
        number = identifier(m, "SCH", 0, 2) or identifier(m, "SCH", 0, 1)
        if not number:
            if m.count("SCH"):
                out.error(
                    "SCH-2",
                    "no-id",
                    "neither SCH-1 nor SCH-2 names the appointment; not read",
                )
            else:
                out.error(
                    "SCH", "no-segment", "SCH segment is missing; message not read"
                )
            return
        occurrence = m.get("SCH", 0, 3)
        event_hash = out.hash(
            "appointment", f"{number}#{occurrence}" if occurrence else number
        )
        groups = self.groups()
        services = [i for g in groups for i in g["AIS"]]
        if len(services) > MAX_LINES:
            out.error(
                "AIS",
                "too-many-lines",
                f"more than {MAX_LINES} services; the rest not read",
            )
        numbers = self.line_numbers(services)
        whole = {
            "start": self.time("TQ1", 0, 7) or self.time("SCH", 0, 11, 4),
            "end": self.time("TQ1", 0, 8) or self.time("SCH", 0, 11, 5),
            "place": self.place("PV1", 0, 3),
            "priority": out.priority(
                m.get("TQ1", 0, 9) or m.get("SCH", 0, 11, 6), "TQ1-9", self.deny
            ),
        }
        if not services:
            if self.trigger not in _FINAL and self.trigger not in ("S23", "S24"):
                out.problem(
                    "AIS",
                    "no-service",
                    "no AIS segment: the visit has no procedure code",
                )
            groups = groups or [{"AIS": [], "AIL": [], "AIP": []}]
            self.line(event_hash, 1, None, groups[0], whole)
            return
        for group in groups:
            for index in group["AIS"]:
                if index < MAX_LINES:
                    self.line(event_hash, numbers[index], index, group, whole)

    def groups(self):
        """Segment indexes per resource group (RGS); services before any RGS form one group."""
        groups, current = [], None
        for name, index, _line in self.m.segments:
            if name == "RGS" or (current is None and name in ("AIS", "AIL", "AIP")):
                current = {"AIS": [], "AIL": [], "AIP": []}
                groups.append(current)
            if name in ("AIS", "AIL", "AIP"):
                current[name].append(index)
        for (
            group
        ) in groups:  # a group without its own room or person uses the visit's first
            for name in ("AIL", "AIP"):
                if not group[name]:
                    group[name] = next((g[name] for g in groups if g[name]), [])
        return groups

    def line_numbers(self, services):
        """AIS-1 where it numbers the services of the message uniquely, else their order."""
        texts = [self.m.get("AIS", i, 1) for i in services]
        if all(t.isdecimal() and 0 < len(t) < 5 and int(t) > 0 for t in texts):
            values = [int(t) for t in texts]
            if len(set(values)) == len(values):
                return dict(zip(services, values, strict=True))
        return {index: n for n, index in enumerate(services, 1)}

    def line(self, event_hash, number, index, group, whole):
        m, out = self.m, self.out
        start, end, minutes, codes, status = (
            whole["start"],
            whole["end"],
            None,
            (),
            None,
        )
        position = "SCH"
        if index is not None:
            position = f"AIS[{index + 1}]"
            codes = self.codings("AIS", index, 3)
            own = self.time("AIS", index, 4)
            if own is None and whole["start"] and m.get("AIS", index, 5):
                offset = self.length("AIS", index, 5, 6)
                own = (
                    start + times.timedelta(minutes=offset)
                    if offset is not None
                    else None
                )
            minutes = self.length("AIS", index, 7, 8)
            if own is not None:
                # TQ1-8 ends the whole visit; it ends this service only when nothing else does
                end = None if minutes is not None or (end and end <= own) else end
                start = own
            elif minutes is not None:
                end = None
            status = self.status("AIS", index, 10)
            if m.get("AIS", index, 2).upper() == "D":
                status = "cancelled"
        if minutes is None and end is None:
            minutes = self.length("SCH", 0, 9, 10)
        closing = self.trigger in _FINAL or self.trigger in ("S23", "S24")
        if closing or (self.trigger in ("S20", "S21", "S22") and status is None):
            status = TRIGGERS[self.trigger]
        status = status or self.status("SCH", 0, 25) or TRIGGERS[self.trigger]
        if start is None and status in ("booked", "arrived"):
            out.error(
                position,
                "no-start",
                "booked, but no start in AIS-4, TQ1-7 or SCH-11; not read",
            )
            return
        ward, room = (
            self.place("AIL", group["AIL"][0], 3) if group["AIL"] else (None, None)
        )
        ward, room = (ward, room) if ward or room else whole["place"]
        person = None
        if group["AIP"]:
            place = self.name("AIP", group["AIP"][0], 3)
            person = out.code(
                m.get("AIP", group["AIP"][0], 3), f"{place}.1", self.deny, person=True
            )
        out.add(
            event_hash=event_hash,
            kind="slot" if self.trigger in ("S23", "S24") else "appointment",
            status=status,
            start=start,
            end=end,
            duration_minutes=minutes,
            procedure_codes=codes,
            department=ward,
            location=room,
            practitioner=person,
            priority=whole["priority"],
            # one version for all lines of the message, whatever their single states
            version=self.version(TRIGGERS[self.trigger]),
            line=number,
            position=position,
            partial=self.trigger in _PARTIAL and index is not None,
        )

    def status(self, segment, index, number):
        text = self.m.get(segment, index, number).lower()
        if not text:
            return None
        found = FILLER_STATUS.get(text)
        if found is None:
            place = self.name(segment, index, number)
            self.out.problem(
                place, "unknown-status", "unknown status; the trigger event decides"
            )
        return found
