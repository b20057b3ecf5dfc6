# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.fields import Command

from .medical_event import LOCAL

# Place key of events that name neither a room nor a department
NO_PLACE = "-"


class MedicalEventResolve(models.Model):
    """From the codes of an event to its procedure, storeroom and kit."""

    _inherit = "medical.event"

    def action_resolve(self):
        """Look the codes up again, for example after a kit was added."""
        self._resolve()

    def _resolve(self):
        """Find procedure, storeroom and kit of the events; queue unknown codes.

        One search per subject for all events together, one write per distinct
        outcome (there are few: procedures × storerooms).
        """
        if not self:
            return
        procedure_by_code = self.env["medical.procedure.code"]._find(
            pair for event in self for pair in event._code_pairs()
        )
        mappings = {
            (row.feed_id.id, row.kind, row.system, row.code): row
            for row in self.env["medical.code.mapping"].search(
                [("feed_id", "in", self.feed_id.ids)]
            )
        }
        rooms = self._rooms_of_hospitals()
        matches = {}
        for event in self:
            procedures, open_codes = event._match_codes(procedure_by_code, mappings)
            room, departments, open_place = event._match_place(mappings, rooms)
            matches[event] = (procedures, room, departments, open_codes + open_place)
        self._queue_codes(matches, mappings)
        kits = self._find_kits(matches)
        outcomes = {}
        for event, (procedures, room, _departments, open_keys) in matches.items():
            waiting = [mappings[key].id for key in open_keys] if event.is_booked else []
            state = event._outcome(procedures, room, kits[event], open_keys)
            outcome = (
                tuple(procedures.ids),
                tuple(kits[event].ids),
                room.id,
                tuple(waiting),
                state,
            )
            outcomes[outcome] = outcomes.get(outcome, self.browse()) | event
        for (procedures, kit_ids, room, waiting, state), events in outcomes.items():
            events.write(
                {
                    "procedure_ids": [Command.set(procedures)],
                    "kit_ids": [Command.set(kit_ids)],
                    "storeroom_id": room,
                    "mapping_ids": [Command.set(waiting)],
                    "state": state,
                }
            )

    def _match_codes(self, procedure_by_code, mappings):
        """Procedures of the event and the keys of its codes that nobody knows.

        A message may carry several codings of one procedure: one known code is
        enough, the others are queued without holding the event up.
        """
        procedures, unknown = self.env["medical.procedure"], []
        for system, code in self._code_pairs():
            key = (self.feed_id.id, "procedure", system, code)
            mapping = mappings.get(key)
            if (system, code) in procedure_by_code:
                procedures |= procedure_by_code[system, code]
            elif not mapping or mapping.state != "ignored":
                unknown.append(key)
        return procedures, unknown

    def _match_place(self, mappings, rooms):
        """Storeroom and departments of the event, and the place key to map if none.

        In order: what was mapped by hand, a department whose reference is the code,
        the feed's default storeroom, the hospital's only storeroom.
        """
        codes = [code for code in (self.location_code, self.department_code) if code]
        no_department = self.env["res.partner"]
        hospital_rooms, departments = rooms[self.hospital_id.id]
        named = no_department.union(
            *(departments[code] for code in codes if code in departments)
        )
        for code in codes or [NO_PLACE]:
            mapping = mappings.get((self.feed_id.id, "place", LOCAL, code))
            if mapping and mapping.state == "mapped":
                return mapping.storeroom_id, named, []
            if mapping and mapping.state == "ignored":
                return mapping.storeroom_id, named, []
        for department in named:
            served = hospital_rooms.filtered(
                lambda room, department=department: department in room.department_ids
            )
            if served:
                return served[:1], named, []
        if self.feed_id.default_storeroom_id:
            return self.feed_id.default_storeroom_id, named, []
        if len(hospital_rooms) == 1:
            return hospital_rooms, named, []
        key = (self.feed_id.id, "place", LOCAL, (codes or [NO_PLACE])[0])
        return self.env["medical.storeroom"], named, [key]

    def _rooms_of_hospitals(self):
        """Dict hospital id -> (storerooms, dict department reference -> department)."""
        hospitals = self.hospital_id
        rooms = (
            self.env["medical.storeroom"]
            .search(
                [
                    ("hospital_id", "in", hospitals.ids),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
            .grouped("hospital_id")
        )
        departments = (
            self.env["res.partner"]
            .search(
                [
                    ("hospital_id", "in", hospitals.ids),
                    ("medical_department_type", "!=", False),
                    ("ref", "!=", False),
                ]
            )
            .grouped("hospital_id")
        )
        return {
            hospital.id: (
                rooms.get(hospital, self.env["medical.storeroom"]),
                {row.ref: row for row in departments.get(hospital, ())},
            )
            for hospital in hospitals
        }

    def _queue_codes(self, matches, mappings):
        """Create the mapping queue entries that are missing; updates ``mappings``."""
        missing = {
            key
            for event, (_procedures, _room, _departments, keys) in matches.items()
            if event.is_booked
            for key in keys
            if key not in mappings
        }
        created = self.env["medical.code.mapping"].create(
            [
                {"feed_id": feed, "kind": kind, "system": system, "code": code}
                for feed, kind, system, code in sorted(missing)
            ]
        )
        mappings.update(zip(sorted(missing), created, strict=True))

    def _find_kits(self, matches):
        """Dict event -> kits of its procedures."""
        requests = [
            (
                procedure,
                event.hospital_id,
                departments or room.department_ids,
                event._local_date(),
                event.company_id,
                event.practitioner_code,
            )
            for event, (procedures, room, departments, _keys) in matches.items()
            for procedure in procedures
        ]
        found = iter(self.env["medical.kit"]._resolve(requests))
        return {
            event: self.env["medical.kit"].union(
                *(next(found) for _procedure in procedures)
            )
            for event, (procedures, *_rest) in matches.items()
        }

    def _outcome(self, procedures, room, kits, open_keys):
        """State of the event after its codes have been looked up."""
        if not self.is_booked:
            return "cancelled"
        if not procedures and any(
            kind == "procedure" for _f, kind, _s, _c in open_keys
        ):
            return "unmapped"
        if not procedures and self.procedure_codes:
            return "ignored"
        if not room:
            return "unmapped" if open_keys else "ignored"
        if not self.start:
            return "no_date"
        return "ready" if kits else "no_kit"

    def _code_pairs(self):
        self.ensure_one()
        return [(system or LOCAL, code) for system, code in self.procedure_codes or []]
