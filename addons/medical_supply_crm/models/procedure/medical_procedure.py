# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MedicalProcedure(models.Model):
    """A kind of procedure, under whichever codes the hospitals name it."""

    _name = "medical.procedure"
    _description = "Medical Procedure"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: shared by all companies."
    )
    show_probability = fields.Float(
        required=True,
        default=1.0,
        digits=(6, 4),
        help="Share of the booked procedures that really take place.",
    )
    code_ids = fields.One2many("medical.procedure.code", "procedure_id", copy=False)
    kit_ids = fields.One2many("medical.kit", "procedure_id")
    kit_count = fields.Integer(compute="_compute_kit_count")
    event_count = fields.Integer(
        string="Booked Ahead", compute="_compute_event_count", compute_sudo=True
    )

    _show_probability_range = models.Constraint(
        "CHECK (show_probability >= 0 AND show_probability <= 1)",
        "The show probability lies between 0 and 1.",
    )

    def _compute_kit_count(self):
        counts = dict(
            self.env["medical.kit"]._read_group(
                [("procedure_id", "in", self.ids)], ["procedure_id"], ["__count"]
            )
        )
        for procedure in self:
            procedure.kit_count = counts.get(procedure._origin, 0)

    def _compute_event_count(self):
        counts = dict(
            self.env["medical.event"]._read_group(
                [
                    ("procedure_ids", "in", self.ids),
                    ("is_booked", "=", True),
                    ("start", ">=", fields.Datetime.now()),
                    ("company_id", "in", self.env.companies.ids),
                ],
                ["procedure_ids"],
                ["__count"],
            )
        )
        for procedure in self:
            procedure.event_count = counts.get(procedure._origin, 0)
