# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...emr.codes import LOCAL
from ...emr.similar import best, code_likeness, likeness


class MedicalCodeMapping(models.Model):
    """A code of a feed that nobody has explained yet, or what it was explained to be.

    Procedure codes become codes of a procedure, for all feeds. Places (departments,
    rooms) are the hospital's own names, so they belong to the feed.
    """

    _name = "medical.code.mapping"
    _description = "Feed Code"
    _order = "state desc, event_count desc, id"
    _rec_name = "code"
    _check_company_auto = True

    feed_id = fields.Many2one(
        "medical.feed", required=True, ondelete="cascade", index=True
    )
    hospital_id = fields.Many2one(related="feed_id.hospital_id", store=True)
    company_id = fields.Many2one(related="feed_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [("procedure", "Procedure"), ("place", "Place")], required=True
    )
    system = fields.Char(required=True, default=LOCAL)
    code = fields.Char(required=True)
    procedure_id = fields.Many2one("medical.procedure", check_company=True)
    storeroom_id = fields.Many2one(
        "medical.storeroom",
        check_company=True,
        domain="[('hospital_id', '=', hospital_id)]",
    )
    state = fields.Selection(
        [("open", "To Map"), ("mapped", "Mapped"), ("ignored", "Ignored")],
        required=True,
        default="open",
        help="Ignored codes use no supplies; their events stay without demand.",
    )
    event_ids = fields.Many2many(
        "medical.event",
        "medical_event_mapping_rel",
        "mapping_id",
        "event_id",
        string="Waiting Events",
    )
    event_count = fields.Integer(
        string="Waiting", compute="_compute_event_count", store=True
    )

    first_event_date = fields.Datetime(
        string="First Needed",
        compute="_compute_first_event_date",
        help="Start of the first waiting event that is still to come.",
    )
    suggestion = fields.Char(
        compute="_compute_suggestion",
        help="The procedure or storeroom that the code resembles most. Only a hint: "
        "codes may look alike and mean different things.",
    )
    suggested_procedure_id = fields.Many2one(
        "medical.procedure", compute="_compute_suggestion"
    )
    suggested_storeroom_id = fields.Many2one(
        "medical.storeroom", compute="_compute_suggestion"
    )

    _code_uniq = models.Constraint(
        "UNIQUE (feed_id, kind, system, code)", "The feed already knows this code."
    )

    @api.depends("event_ids")
    def _compute_event_count(self):
        # counted in the database: thousands may wait for one code, and every delivery
        # adds some
        counts = dict(
            self.env["medical.event"]._read_group(
                [("mapping_ids", "in", self.ids)], ["mapping_ids"], ["__count"]
            )
        )
        for mapping in self:
            mapping.event_count = counts.get(mapping._origin, 0)

    @api.depends("event_ids.start")
    def _compute_first_event_date(self):
        first = dict(
            self.env["medical.event"]._read_group(
                [
                    ("mapping_ids", "in", self.ids),
                    ("start", ">=", fields.Datetime.now()),
                ],
                ["mapping_ids"],
                ["start:min"],
            )
        )
        for mapping in self:
            mapping.first_event_date = first.get(mapping._origin, False)

    @api.depends("kind", "system", "code", "state")
    def _compute_suggestion(self):
        """One read of the catalogue and of the storerooms for all codes together."""
        waiting = self.filtered(lambda row: row.state == "open")
        (self - waiting).update(
            {
                "suggestion": False,
                "suggested_procedure_id": False,
                "suggested_storeroom_id": False,
            }
        )
        if not waiting:
            return
        procedures = self.env["medical.procedure"].search([("active", "=", True)])
        known = procedures.code_ids
        rooms = self.env["medical.storeroom"].search(
            [("hospital_id", "in", waiting.hospital_id.ids)]
        )
        for mapping in waiting:
            procedure = room = None
            if mapping.kind == "procedure":
                procedure, score = mapping._like_procedure(known, procedures)
            else:
                room, score = mapping._like_room(rooms)
            found = procedure or room
            mapping.suggested_procedure_id = procedure or False
            mapping.suggested_storeroom_id = room or False
            mapping.suggestion = f"{score:.0%} {found.display_name}" if found else False

    def _like_procedure(self, known, procedures):
        def scores():
            for code in known:
                if code.system == self.system:
                    yield code_likeness(self.code, code.code), code.procedure_id
            if self.system == LOCAL or not self.code.isdigit():
                for procedure in procedures:
                    yield 0.95 * likeness(self.code, procedure.name), procedure

        return best(scores())

    def _like_room(self, rooms):
        def scores():
            for room in rooms:
                if room.hospital_id == self.hospital_id:
                    yield 0.95 * likeness(self.code, room.name), room
                    for department in room.department_ids:
                        yield likeness(self.code, department.ref or ""), room
                        yield 0.9 * likeness(self.code, department.name or ""), room

        return best(scores())

    def action_accept(self):
        """Take the suggestions."""
        for mapping in self.filtered(lambda row: row.state == "open"):
            if mapping.suggested_procedure_id:
                mapping.procedure_id = mapping.suggested_procedure_id
            elif mapping.suggested_storeroom_id:
                mapping.storeroom_id = mapping.suggested_storeroom_id

    @api.depends("system", "code")
    def _compute_display_name(self):
        for mapping in self:
            mapping.display_name = (
                mapping.code
                if mapping.kind == "place" or mapping.system == LOCAL
                else f"{mapping.system} {mapping.code}"
            )

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        mappings.filtered(lambda row: row.procedure_id or row.storeroom_id)._apply()
        return mappings

    def write(self, vals):
        result = super().write(vals)
        if {"procedure_id", "storeroom_id"} & vals.keys():
            self._apply()
        return result

    def _apply(self):
        """Make the choice effective: file the procedure codes, resolve the events."""
        codes = self.env["medical.procedure.code"]
        for mapping in self:
            target = (
                mapping.procedure_id
                if mapping.kind == "procedure"
                else mapping.storeroom_id
            )
            if mapping.kind == "procedure" and target:
                pair = (mapping.system, mapping.code)
                known = codes.search([("system", "=", pair[0]), ("code", "=", pair[1])])
                if known:
                    known.procedure_id = target
                else:
                    codes.create(
                        {
                            "system": pair[0],
                            "code": pair[1],
                            "procedure_id": target.id,
                        }
                    )
            if target:
                mapping.state = "mapped"
            elif mapping.state == "mapped":
                mapping.state = "open"
        self._waiting_events()._resolve()

    def _waiting_events(self):
        """What waits for these codes, and what is still to come: a corrected mapping
        changes events that were resolved before."""
        return self.event_ids | self.env["medical.event"].search(
            [
                ("feed_id", "in", self.feed_id.ids),
                ("start", ">=", fields.Datetime.now()),
            ]
        )

    def action_ignore(self):
        """These codes use no supplies."""
        if mapped := self.filtered(lambda row: row.state == "mapped"):
            raise UserError(
                self.env._(
                    "%s is mapped: remove the procedure or storeroom first.",
                    mapped[0].display_name,
                )
            )
        self.write({"state": "ignored"})
        self.event_ids._resolve()

    def action_reopen(self):
        """Put ignored codes back into the queue."""
        self.filtered(lambda row: row.state == "ignored").write({"state": "open"})
        self.event_ids._resolve()
