# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    logistics_criticality = fields.Selection(
        [
            ("0", "Normal"),
            ("1", "Important"),
            ("2", "Hospital"),
            ("3", "Life depends on it"),
        ],
        string="Criticality",
        default="0",
        help="Factor of the priority of this customer's tickets; see the priority table.",
    )
