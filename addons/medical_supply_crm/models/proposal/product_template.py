# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    medical_cold_chain = fields.Boolean(
        string="Cold Chain",
        help="Must be kept cold on its way. Proposals with it need the signatures of "
        "two people.",
    )
    medical_controlled = fields.Boolean(
        string="Controlled Substance",
        help="Narcotics and other substances under special control. Proposals with it "
        "need the signatures of two people, one of them with a licence.",
    )
    medical_discontinued = fields.Boolean(
        string="No Longer Supplied",
        help="Proposals order its substitute instead, where one is listed.",
    )
