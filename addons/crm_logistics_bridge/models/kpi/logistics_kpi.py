# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models

#: Model of the records behind each source.
MODELS = {
    "line": "sale.order.line",
    "order": "sale.order",
    "return": "rma",
    "ticket": "helpdesk.ticket",
    "rating": "rating.rating",
    "shipped": "stock.move",
    "stock": "product.product",
}
PERIOD = 30


class LogisticsKpi(models.Model):
    """A figure with its definition: what is counted, the formula, and its last value."""

    _name = "logistics.kpi"
    _description = "Logistics KPI"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    formula = fields.Text(required=True, translate=True, readonly=True)
    unit = fields.Selection(
        [
            ("percent", "%"),
            ("days", "days"),
            ("hours", "hours"),
            ("score", "of 5"),
            ("turns", "a year"),
        ],
        required=True,
        readonly=True,
    )
    better = fields.Selection(
        [("up", "More is better"), ("down", "Less is better")],
        required=True,
        readonly=True,
    )
    value = fields.Float(
        string="Last 30 days", compute="_compute_values", digits=(16, 1)
    )
    previous = fields.Float(
        string="30 days before", compute="_compute_values", digits=(16, 1)
    )
    count = fields.Integer(string="Counted", compute="_compute_values")
    trend = fields.Selection(
        [("better", "Better"), ("worse", "Worse"), ("same", "Unchanged")],
        compute="_compute_values",
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "A KPI has one definition.")

    @api.depends_context("allowed_company_ids", "uid")
    def _compute_values(self):
        today = fields.Date.context_today(self)
        sums = {}
        Fact = self.env["logistics.kpi.day"]
        for place, first, last in (
            ("now", today - timedelta(days=PERIOD - 1), today),
            (
                "before",
                today - timedelta(days=2 * PERIOD - 1),
                today - timedelta(days=PERIOD),
            ),
        ):
            for kpi, numerator, denominator in Fact._read_group(
                [
                    ("kpi_id", "in", self.ids),
                    ("date", ">=", first),
                    ("date", "<=", last),
                ],
                ["kpi_id"],
                ["numerator:sum", "denominator:sum"],
            ):
                sums[place, kpi.id] = (numerator, denominator)
        for kpi in self:
            now = sums.get(("now", kpi.id), (0, 0))
            before = sums.get(("before", kpi.id), (0, 0))
            kpi.count = round(now[1])
            kpi.value = kpi._ratio(*now)
            kpi.previous = kpi._ratio(*before)
            change = round(kpi.value - kpi.previous, 1)
            if not now[1] or not before[1] or not change:
                kpi.trend = "same"
            else:
                kpi.trend = (
                    "better" if (change > 0) == (kpi.better == "up") else "worse"
                )

    def _ratio(self, numerator, denominator):
        """The figure of these sums, as its unit is shown."""
        if not denominator:
            return 0.0
        return (100 if self.unit == "percent" else 1) * numerator / denominator

    def action_open_figures(self):
        """The daily facts behind the figure."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_logistics_bridge.logistics_kpi_day_action"
        )
        return {
            **action,
            "name": self.name,
            "domain": [("kpi_id", "=", self.id)],
            "context": {"search_default_last_30": 1},
        }

    def action_open_records(self):
        """The records behind the last 30 days."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return self.env["logistics.kpi.day"]._records_action(
            self,
            self.env.companies,
            today - timedelta(days=PERIOD - 1),
            today,
        )
