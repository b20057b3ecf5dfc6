# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ForecastOverrideWizard(models.TransientModel):
    _name = "forecast.override.wizard"
    _description = "Change Forecasts by Hand"

    plan_id = fields.Many2one(
        "forecast.plan",
        string="Plan of These Forecasts",
        compute="_compute_plan_id",
        store=True,
    )
    series_ids = fields.Many2many("forecast.series", string="Forecasts")
    product_ids = fields.Many2many("product.product", string="Products")
    categ_id = fields.Many2one(
        "product.category",
        string="Category",
        help="Every forecast product of the category and its children.",
    )
    warehouse_ids = fields.Many2many("stock.warehouse", string="Warehouses")
    chosen_plan_id = fields.Many2one(
        "forecast.plan",
        string="Plan",
        default=lambda self: self.env["forecast.plan"].search([], limit=1),
    )
    date_from = fields.Date(string="From Period")
    date_to = fields.Date(string="To Period")
    mode = fields.Selection(
        [
            ("percent", "Change by percent"),
            ("add", "Add to each period's total"),
            ("set", "Set each period's total"),
            ("baseline", "Back to the statistical forecast"),
            ("reset", "Take overrides back"),
        ],
        required=True,
        default="percent",
        help="A total is shared among the forecasts in proportion to what stands there. "
        "“Back to the statistical forecast” also leaves out events and opinions; “Take "
        "overrides back” keeps them.",
    )
    value = fields.Float(digits="Product Unit")
    reason = fields.Char()
    series_count = fields.Integer(string="Forecasts Met", compute="_compute_preview")
    period_count = fields.Integer(string="Periods", compute="_compute_preview")
    total_before = fields.Float(
        string="Total Now", digits="Product Unit", compute="_compute_preview"
    )
    total_after = fields.Float(
        string="Total Then", digits="Product Unit", compute="_compute_preview"
    )

    @api.depends("series_ids", "chosen_plan_id")
    def _compute_plan_id(self):
        for wizard in self:
            wizard.plan_id = wizard.series_ids.plan_id[:1] or wizard.chosen_plan_id

    def _lines(self):
        """forecast.line that the wizard is about."""
        self.ensure_one()
        if self.series_ids:
            domain = Domain("series_id", "in", self.series_ids.ids)
        elif self.categ_id or self.product_ids:
            domain = Domain("plan_id", "=", self.plan_id.id)
            domain &= Domain("series_id.active", "=", True)
            if self.categ_id:
                domain &= Domain("product_id.categ_id", "child_of", self.categ_id.id)
            if self.product_ids:
                domain &= Domain("product_id", "in", self.product_ids.ids)
            if self.warehouse_ids:
                domain &= Domain("warehouse_id", "in", self.warehouse_ids.ids)
        else:
            return self.env["forecast.line"]
        if self.date_from:
            domain &= Domain("date", ">=", self.plan_id._period_start(self.date_from))
        if self.date_to:
            domain &= Domain("date", "<=", self.date_to)
        lines = self.env["forecast.line"].search(domain)
        if "team_id" in self.env["forecast.series"]._fields and not self.series_ids:
            lines = lines.filtered(lambda line: not line.series_id.team_id)
        return lines

    def _wanted(self, lines):
        """{(series, date): quantity} of the chosen mode."""
        from ..engine.opinions import spread

        if self.mode == "percent":
            factor = max(0.0, 1 + self.value / 100)
            return {(line.series_id, line.date): line.mean * factor for line in lines}
        if self.mode == "baseline":
            return {(line.series_id, line.date): line.baseline for line in lines}
        wanted, periods = {}, defaultdict(list)
        for line in lines:
            periods[line.date].append(line)
        for day, parts in periods.items():
            means = [line.mean for line in parts]
            total = self.value + (sum(means) if self.mode == "add" else 0.0)
            shares = spread(max(0.0, total), means).tolist()
            for line, share in zip(parts, shares, strict=True):
                wanted[line.series_id, day] = share
        return wanted

    @api.depends(
        "series_ids",
        "product_ids",
        "categ_id",
        "warehouse_ids",
        "chosen_plan_id",
        "date_from",
        "date_to",
        "mode",
        "value",
    )
    def _compute_preview(self):
        for wizard in self:
            lines = wizard._lines()
            wizard.series_count = len(lines.series_id)
            wizard.period_count = len(set(lines.mapped("date")))
            wizard.total_before = sum(lines.mapped("mean"))
            wizard.total_after = (
                0.0 if wizard.mode == "reset" else sum(wizard._wanted(lines).values())
            )

    def action_apply(self):
        """Write the overrides."""
        self.ensure_one()
        lines = self._lines()
        if not lines:
            raise UserError(
                self.env._(
                    "No forecast matches: choose forecasts, products or a category, and "
                    "periods that the plan covers."
                )
            )
        if self.mode == "reset":
            self.env["forecast.adjustment"].search(
                [
                    ("series_id", "in", lines.series_id.ids),
                    ("date", "in", list(set(lines.mapped("date")))),
                    ("kind", "=", "override"),
                    ("state", "=", "active"),
                ]
            ).action_withdraw()
        else:
            self.env["forecast.adjustment"]._override(self._wanted(lines), self.reason)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(lines)s period(s) of %(series)s forecast(s) changed.",
                    lines=len(lines),
                    series=len(lines.series_id),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
