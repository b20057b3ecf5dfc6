# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    medical_returnable = fields.Boolean(
        string="Taken Back Before Expiry",
        help="Hospitals may send back unopened units, by the policy of the vendor.",
    )
    medical_return_days = fields.Integer(
        string="Days Left at Return",
        default=90,
        help="Taken back while at least this many days are left until the expiration "
        "date.",
    )
    medical_return_credit = fields.Float(
        string="Credit at Return (%)",
        default=100.0,
        help="Share of the cost that a returned unit is worth.",
    )

    _medical_return_range = models.Constraint(
        "CHECK (medical_return_days >= 0 AND medical_return_credit >= 0 "
        "AND medical_return_credit <= 100)",
        "Days left cannot be negative, and the credit lies between 0 and 100 %.",
    )
