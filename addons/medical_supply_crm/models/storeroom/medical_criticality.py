# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class MedicalCriticality(models.Model):
    """How bad a shortage is, and so how much stock stands against it."""

    _name = "medical.criticality"
    _description = "Medical Criticality Class"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    service_level = fields.Float(
        required=True,
        default=0.95,
        digits=(6, 5),
        help="Probability that the stock covers the demand until the delivery after "
        "the next one. 0.999 means: short in one period of a thousand.",
    )
    shortage_factor = fields.Float(
        required=True,
        default=10.0,
        help="Cost of one missing unit, as a multiple of the unit's own cost. Stock "
        "that will probably expire is only held while it costs less than that.",
    )
    raise_ticket = fields.Boolean(
        string="Ticket for Threatened Procedures",
        help="When a booked procedure is short of a product of this class, an urgent "
        "ticket is raised at once.",
    )
    description = fields.Text(translate=True)

    _service_level_range = models.Constraint(
        "CHECK (service_level >= 0.5 AND service_level < 1)",
        "The service level must be at least 0.5 and less than 1.",
    )
    _shortage_factor_positive = models.Constraint(
        "CHECK (shortage_factor > 0)",
        "The shortage factor must be positive.",
    )

    @api.depends("name", "service_level")
    def _compute_display_name(self):
        for criticality in self:
            percent = f"{criticality.service_level * 100:g}"
            criticality.display_name = f"{criticality.name} ({percent} %)"
