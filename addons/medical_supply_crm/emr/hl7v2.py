# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""HL7 v2.3 to 2.8 schedule messages (SIU) and orders (ORM^O01, OMG^O19) to schedule events.

Sources: HL7 v2.8.2 chapter 10 (scheduling: 10.4 trigger events, 10.6 segments) and chapter 4
(ORC, OBR, TQ1); tables 0278 (filler status), 0206 (segment action), 0119 (order control).

Read, and nothing else: MSH-7/9/13/18; SCH-1/2/3/9/10/11/25; TQ1-7/8/9; AIS-1/2/3/4/5/6/7/8/10;
AIL-3; AIP-3; PV1-3; ORC-1/2/3/4/5/7/12; OBR-2/3/4/6/7/27/36. From PID, NK1, GT1 only the list of words
is taken that must not appear in a code field; it is forgotten with the message.
"""

from . import times
from .codes import deny_tokens
from .events import version_key
from .hl7_split import Message, split_messages

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
_STATUS = {
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
# ORC-1 (table 0119), then ORC-5 (table 0038)
_ORDER_CONTROL = {
    "CA": "cancelled",
    "OC": "cancelled",
    "CR": "cancelled",
    "DC": "cancelled",
}
_ORDER_CONTROL |= {
    "OD": "cancelled",
    "DR": "cancelled",
    "DE": "unknown",
    "NW": "booked",
}
_ORDER_CONTROL |= {
    "OK": "booked",
    "XO": "booked",
    "XR": "booked",
    "RP": "booked",
    "RO": "booked",
}
_ORDER_CONTROL |= {"SC": "booked", "SN": "booked", "NA": "booked", "HD": "pending"}
_ORDER_STATUS = {
    "CA": "cancelled",
    "DC": "cancelled",
    "CM": "fulfilled",
    "ER": "entered-in-error",
}
_ORDER_STATUS |= {"IP": "arrived", "SC": "booked", "HD": "pending", "RP": "cancelled"}
_TYPES = frozenset(
    [
        "ACK",
        "ADT",
        "BAR",
        "BPS",
        "BRP",
        "BRT",
        "BTS",
        "CCF",
        "CCI",
        "CCM",
        "CCQ",
        "CCR",
        "CCU",
        "CQU",
        "CRM",
        "CSU",
        "DFT",
        "DOC",
        "DSR",
        "EAC",
        "EAN",
        "EAR",
        "EHC",
        "ESR",
        "ESU",
        "INR",
        "INU",
        "LSR",
        "LSU",
        "MCF",
        "MDM",
        "MFD",
        "MFK",
        "MFN",
        "MFQ",
        "MFR",
        "NMD",
        "NMQ",
        "NMR",
        "OMB",
        "OMD",
        "OMG",
        "OMI",
        "OML",
        "OMN",
        "OMP",
        "OMS",
        "OPL",
        "OPR",
        "OPU",
        "ORA",
        "ORB",
        "ORD",
        "ORF",
        "ORG",
        "ORI",
        "ORL",
        "ORM",
        "ORN",
        "ORP",
        "ORR",
        "ORS",
        "ORU",
        "OSM",
        "OSQ",
        "OSR",
        "OUL",
        "PEX",
        "PGL",
        "PIN",
        "PMU",
        "PPG",
        "PPP",
        "PPR",
        "PPT",
        "PPV",
        "PRR",
        "PTR",
        "QBP",
        "QCK",
        "QCN",
        "QRY",
        "QSB",
        "QSX",
        "QVR",
        "RAR",
        "RAS",
        "RCI",
        "RCL",
        "RDE",
        "RDR",
        "RDS",
        "RDY",
        "REF",
        "RER",
        "RGR",
        "RGV",
        "ROR",
        "RPA",
        "RPI",
        "RPL",
        "RPR",
        "RQA",
        "RQC",
        "RQI",
        "RQP",
        "RRA",
        "RRD",
        "RRE",
        "RRG",
        "RRI",
        "RSP",
        "RTB",
        "SCN",
        "SDN",
        "SDR",
        "SIU",
        "SLN",
        "SLR",
        "SMD",
        "SQM",
        "SQR",
        "SRM",
        "SRR",
        "SSR",
        "SSU",
        "STC",
        "STI",
        "SUR",
        "TBR",
        "TCR",
        "TCU",
        "UDM",
        "VXQ",
        "VXR",
        "VXU",
        "VXX",
    ]
)
_MAX_LINES = 500


def read_hl7v2(data, out):
    """Read every message of `data` (bytes) into the collector `out`; never raises on content."""
    head, raws = split_messages(data)
    if head:
        out.error(
            "MSH", "no-msh", "text before the first MSH segment belongs to no message"
        )
    for number, raw in enumerate(raws, 1):
        out.record = number
        try:
            message = Message(raw)
        except ValueError as exc:
            out.error("MSH", "bad-delimiters", f"{exc}; message not read")
            continue
        out.result.units += 1
        if message.charset_fault == "unknown-charset":
            out.problem(
                "MSH-18", "unknown-charset", "unknown character set; read as UTF-8"
            )
        elif message.charset_fault:
            out.problem(
                "MSH-18", "bad-charset", "text does not fit the stated character set"
            )
        if message.stray:
            out.problem(
                "MSH",
                "stray-lines",
                f"{message.stray} lines are not segments and were not read",
            )
        with out.guard("MSH"):
            _read_message(message, out)
    out.record = None


def _read_message(m, out):
    kind = m.get("MSH", 0, 9, 1).upper()
    trigger = m.get("MSH", 0, 9, 2).upper()
    if not trigger and "_" in m.get("MSH", 0, 9, 3):
        trigger = m.get("MSH", 0, 9, 3).split("_")[-1].upper()
    if kind == "SIU" and trigger in TRIGGERS:
        reader = _Siu(m, out, trigger)
    elif (kind, trigger) in (("ORM", "O01"), ("OMG", "O19"), ("ORM", ""), ("OMG", "")):
        reader = _Order(m, out, trigger)
    elif kind == "SIU":
        out.error(
            "MSH-9.2", "unknown-trigger", "unknown SIU trigger event; message not read"
        )
        return
    else:
        known = f"{kind} is" if kind in _TYPES else "this is"
        out.problem(
            "MSH-9", "not-schedule", f"{known} not a schedule message; not read"
        )
        return
    reader.read()


class _Reader:
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


class _Siu(_Reader):
    def read(self):
        m, out = self.m, self.out
        number = _identifier(m, "SCH", 0, 2) or _identifier(m, "SCH", 0, 1)
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
        if len(services) > _MAX_LINES:
            out.error(
                "AIS",
                "too-many-lines",
                f"more than {_MAX_LINES} services; the rest not read",
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
                if index < _MAX_LINES:
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
                return dict(zip(services, values))
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
            person = out.code(m.get("AIP", group["AIP"][0], 3), f"{place}.1", self.deny)
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
        found = _STATUS.get(text)
        if found is None:
            place = self.name(segment, index, number)
            self.out.problem(
                place, "unknown-status", "unknown status; the trigger event decides"
            )
        return found


class _Order(_Reader):
    """ORM^O01 and OMG^O19: one event per ORC/OBR pair."""

    def read(self):
        m, out = self.m, self.out
        pairs, control, timing = [], None, None
        for name, index, _line in m.segments:
            if name == "ORC":
                control, timing = index, None
            elif name == "TQ1":
                timing = index
                if pairs and pairs[-1][0] == control and pairs[-1][2] is None:
                    pairs[-1][2] = index
            elif name == "OBR":
                pairs.append([control, index, timing])
                timing = None
        if not pairs:
            out.error("OBR", "no-segment", "OBR segment is missing; order not read")
        if len(pairs) > _MAX_LINES:
            out.error(
                "OBR",
                "too-many-lines",
                f"more than {_MAX_LINES} orders; the rest not read",
            )
        ward, room = self.place("PV1", 0, 3)
        for number, (orc, obr, tq1) in enumerate(pairs[:_MAX_LINES], 1):
            self.order(number, orc, obr, tq1, ward, room)

    def order(self, number, orc, obr, tq1, ward, room):
        m, out = self.m, self.out
        ids = [
            _identifier(m, "ORC", orc, 2) if orc is not None else "",
            _identifier(m, "OBR", obr, 2),
        ]
        ids += [
            _identifier(m, "ORC", orc, 3) if orc is not None else "",
            _identifier(m, "OBR", obr, 3),
        ]
        ident = next((i for i in ids if i), "")
        if not ident and orc is not None and _identifier(m, "ORC", orc, 4):
            ident = f"{_identifier(m, 'ORC', orc, 4)}#{number}"
        if not ident:
            out.error(
                self.name("OBR", obr, 2),
                "no-id",
                "the order has no placer or filler number; not read",
            )
            return
        status = None
        if orc is not None:
            code = m.get("ORC", orc, 1).upper()
            status = _ORDER_CONTROL.get(code)
            if code not in ("CA", "OC", "CR", "DC", "OD", "DR"):
                status = _ORDER_STATUS.get(m.get("ORC", orc, 5).upper(), status)
        start = end = None
        if tq1 is not None:
            start, end = self.time("TQ1", tq1, 7), self.time("TQ1", tq1, 8)
        for field in (36, 6, 7):
            start = start or self.time("OBR", obr, field)
        if orc is not None:
            start = start or self.time("ORC", orc, 7, 4)
        start = start or self.time("OBR", obr, 27, 4)
        if start is None:
            out.problem(self.name("OBR", obr, 36), "no-start", "the order says no time")
        priority = m.get("TQ1", tq1, 9) if tq1 is not None else m.get("OBR", obr, 5)
        person = None
        if orc is not None:
            person = out.code(
                m.get("ORC", orc, 12), f"{self.name('ORC', orc, 12)}.1", self.deny
            )
        status = status or "unknown"
        out.add(
            event_hash=out.hash("order", ident),
            kind="order",
            status=status,
            start=start,
            end=end,
            procedure_codes=self.codings("OBR", obr, 4),
            department=ward,
            location=room,
            practitioner=person,
            priority=out.priority(priority, self.name("OBR", obr, 5), self.deny),
            version=self.version(status),
            position=f"OBR[{obr + 1}]",
        )


def _identifier(m, segment, index, number):
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
