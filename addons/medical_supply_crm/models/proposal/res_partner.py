# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    medical_ward_limit = fields.Float(
        string="Approval Limit of Department Users",
        digits="Product Price",
        help="Value, in the currency of the hospital's prices, up to which department "
        "users approve a proposal alone; above it a hospital manager signs as well. On "
        "a department it goes before the hospital's. 0 means no limit.",
    )
    medical_licence_number = fields.Char(
        string="Licence for Controlled Substances",
        help="Number of the contact's licence, as a pharmacist or a responsible "
        "person has it.",
    )
    medical_licence_until = fields.Date(
        string="Licence Valid Until", help="Empty: without end."
    )

    def _medical_licensed(self, today):
        """Whether this contact may release controlled substances on that day."""
        self.ensure_one()
        return bool(
            self.medical_licence_number
            and (not self.medical_licence_until or self.medical_licence_until >= today)
        )
