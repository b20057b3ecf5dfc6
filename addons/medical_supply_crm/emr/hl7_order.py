# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""ORM^O01 and OMG^O19: orders, one event per ORC/OBR pair."""

from .hl7_reader import MAX_LINES, Reader, identifier

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


class Order(Reader):
    """ORM^O01 and OMG^O19: one event per ORC/OBR pair."""

    def take(self):
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
        if len(pairs) > MAX_LINES:
            out.error(
                "OBR",
                "too-many-lines",
                f"more than {MAX_LINES} orders; the rest not read",
            )
        ward, room = self.place("PV1", 0, 3)
        for number, (orc, obr, tq1) in enumerate(pairs[:MAX_LINES], 1):
            self.order(number, orc, obr, tq1, ward, room)

    def order(self, number, orc, obr, tq1, ward, room):
        m, out = self.m, self.out
        ids = [
            identifier(m, "ORC", orc, 2) if orc is not None else "",
            identifier(m, "OBR", obr, 2),
        ]
        ids += [
            identifier(m, "ORC", orc, 3) if orc is not None else "",
            identifier(m, "OBR", obr, 3),
        ]
        ident = next((i for i in ids if i), "")
        if not ident and orc is not None and identifier(m, "ORC", orc, 4):
            ident = f"{identifier(m, 'ORC', orc, 4)}#{number}"
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
                m.get("ORC", orc, 12),
                f"{self.name('ORC', orc, 12)}.1",
                self.deny,
                person=True,
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
