# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

POLICIES = [
    ("minmax", "Min/max"),
    ("par", "Par refill"),
    ("booked", "Booked demand"),
]


class MedicalComparisonPoint(models.Model):
    """One setting of one policy on the hospital's own history: a point of its curve."""

    _name = "medical.comparison.point"
    _description = "Point of a Policy's Curve"
    _order = "comparison_id, abc, policy, stock_value"
    _rec_name = "policy"

    comparison_id = fields.Many2one(
        "medical.comparison", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="comparison_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    policy = fields.Selection(POLICIES, readonly=True)
    abc = fields.Char(string="Class", readonly=True)
    setting = fields.Float(readonly=True, digits=(8, 4))
    fill_rate = fields.Float(
        string="Fill Rate (%)",
        readonly=True,
        aggregator="avg",
        help="100 × units served ÷ units wanted.",
    )
    stockout_share = fields.Float(
        string="Short Periods (%)", readonly=True, aggregator="avg"
    )
    stock_value = fields.Monetary(string="Mean Stock", readonly=True, aggregator="avg")
    waste_value = fields.Monetary(string="Expired", readonly=True, aggregator="avg")
