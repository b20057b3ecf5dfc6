# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_keep_order_years = fields.Integer(
        string="Keep orders and payments (years)",
        default=5,
        help="Nothing about an order whose posted invoice is younger is deleted or "
        "anonymised. Korea: 5 years for contracts, payments and supplies (Enforcement "
        "Decree of the E-Commerce Act, article 6).",
    )
    logistics_keep_dispute_years = fields.Integer(
        string="Keep complaints (years)",
        default=3,
        help="Closed tickets and settled returns about an order are kept so long. "
        "Korea: 3 years for complaints and disputes (Enforcement Decree of the "
        "E-Commerce Act, article 6). 0 keeps none.",
    )
    logistics_access_days = fields.Integer(
        string="Keep the access log (days)",
        default=730,
        help="Who looked at which customer's overview. Korea asks for at least one "
        "year, two for larger or sensitive data (Standards of Personal Information "
        "Security, article 8).",
    )

    @api.constrains(
        "logistics_keep_order_years",
        "logistics_keep_dispute_years",
        "logistics_access_days",
    )
    def _check_logistics_keep(self):
        for company in self:
            for name, least in (
                ("logistics_keep_order_years", 0),
                ("logistics_keep_dispute_years", 0),
                ("logistics_access_days", 365),
            ):
                if company[name] < least:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: %(value)s is below %(least)s.",
                            field=company._fields[name]._description_string(self.env),
                            value=company[name],
                            least=least,
                        )
                    )
