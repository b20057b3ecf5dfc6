# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from ...tools.labels import MODELS

LEVELS = [
    ("total", "Total"),
    ("region", "Region"),
    ("warehouse", "Warehouse"),
    ("category", "Category"),
    ("product", "Product"),
    ("team", "Sales Team"),
    ("channel", "Channel"),
]


class ForecastNode(models.Model):
    _name = "forecast.node"
    _description = "Aggregated Forecast"
    _order = "plan_id, level_order, yearly_value desc, id"
    _rec_names_search = ["categ_id", "warehouse_id", "product_id", "team_id", "region"]

    # Written in bulk by `forecast.run`; no stored computed field may be added here.
    plan_id = fields.Many2one(
        "forecast.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    level = fields.Selection(LEVELS, required=True)
    level_order = fields.Integer(required=True, aggregator=None)
    region = fields.Char()
    warehouse_id = fields.Many2one("stock.warehouse", ondelete="cascade")
    categ_id = fields.Many2one(
        "product.category", string="Category", ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", ondelete="cascade"
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        ondelete="cascade",
        help="Empty on the level of teams: demand without a sales team.",
    )
    parent_id = fields.Many2one(
        "forecast.node", string="Part of", index="btree_not_null", ondelete="set null"
    )
    uom_id = fields.Many2one(
        "uom.uom", string="Unit", help="Unit that the parts are converted to."
    )
    mixed_units = fields.Boolean(
        help="The parts have units that cannot be converted into each other; quantities are "
        "summed as they are. The value is comparable."
    )
    series_count = fields.Integer(string="Forecasts")
    yearly_demand = fields.Float(string="Demand of a Year", digits="Product Unit")
    yearly_value = fields.Monetary(string="Value of a Year")
    next_mean = fields.Float(string="Next Period", digits="Product Unit")
    model = fields.Selection(
        MODELS, string="Direct Model", help="Model of the forecast of the total itself."
    )
    wape = fields.Float(
        string="WAPE", digits=(16, 4), aggregator=None, help="Of the direct forecast."
    )
    bias = fields.Float(
        string="Bias (forecast − actual)",
        digits=(16, 2),
        aggregator=None,
        help="Of the direct forecast.",
    )
    gap = fields.Float(
        string="Direct against Sum",
        digits=(16, 4),
        aggregator=None,
        help="Direct forecast of the total over the sum of the parts, minus one, over the "
        "horizon. Far from zero: the parts miss something that the total shows, or the "
        "other way round.",
    )
    history = fields.Json(help="First day and demand by period.")
    line_ids = fields.One2many("forecast.node.line", "node_id", string="Figures")
    child_ids = fields.One2many("forecast.node", "parent_id", string="Parts")

    _key_uniq = models.UniqueIndex(
        "(plan_id, level, COALESCE(region, ''), COALESCE(warehouse_id, 0),"
        " COALESCE(categ_id, 0), COALESCE(product_id, 0), COALESCE(team_id, 0))",
        "A plan has one aggregate of a kind.",
    )

    @api.depends(
        "level",
        "region",
        "warehouse_id",
        "categ_id",
        "product_id",
        "team_id",
        "plan_id",
    )
    @api.depends_context("lang")
    def _compute_display_name(self):
        for node in self:
            node.display_name = node._label()

    def _label(self):
        self.ensure_one()
        team = self.team_id.name or self.env._("No Sales Team")
        if self.level == "total":
            return self.env._("Total – %s", self.plan_id.name)
        if self.level == "region":
            return self.region or self.env._("No Region")
        if self.level == "channel":
            return f"{self.product_id.display_name} – {self.warehouse_id.code} – {team}"
        if self.level == "team":
            return team
        record = {
            "warehouse": self.warehouse_id,
            "category": self.categ_id,
            "product": self.product_id,
        }[self.level]
        return record.display_name

    def get_chart_data(self):
        """What the chart shows, as `forecast.series.get_chart_data` gives it; the direct
        forecast takes the place of the models to compare with."""
        self.ensure_one()
        self.check_access("read")
        past = self.history or {}
        values = past.get("y", [])
        lines = self.line_ids.sorted("date")
        plan = self.plan_id
        days = plan._period_days(past.get("start"), len(values))
        ahead = [fields.Date.to_string(day) for day in lines.mapped("date")]
        gap = [None] * len(values)
        labels = days + ahead
        holidays = []
        if labels and plan.grain != "month":
            holidays = [
                {"index": labels.index(mark["date"]), "name": mark["name"]}
                for mark in plan._holiday_marks(
                    labels[0], labels[-1], self.warehouse_id
                )
                if mark["date"] in labels
            ]
        direct = gap + [line.base if line.has_base else None for line in lines]
        return {
            "grain": plan.grain,
            "unit": self.uom_id.name or "",
            "labels": labels,
            "history": values + [None] * len(ahead),
            "models": {"direct": direct} if any(lines.mapped("has_base")) else {},
            "labels_of_models": {
                "sum": self.env._("Sum of the Parts"),
                "direct": self.env._("Direct Forecast of the Total"),
            },
            "chosen": "sum",
            "mean": gap + lines.mapped("mean"),
            "baseline": gap + lines.mapped("mean"),
            "cleaned": [],
            "flags": {},
            "events": [],
            "holidays": holidays,
            "overrides": {},
            "earlier": [],
            "editable": False,
            **{
                name: gap + lines.mapped(name)
                for name in ("lo80", "hi80", "lo95", "hi95")
            },
        }

    def action_open_parts(self):
        """The parts of this aggregate: aggregates, else forecasts."""
        self.ensure_one()
        if self.child_ids:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "omni_forecast.action_forecast_node"
            )
            action["domain"] = [("parent_id", "=", self.id)]
            action["context"] = {}
            return action
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "omni_forecast.action_forecast_series"
        )
        action["domain"] = [("plan_id", "=", self.plan_id.id), *self._series_domain()]
        action["context"] = {}
        return action

    def _series_domain(self):
        """Domain of the forecasts below this aggregate."""
        self.ensure_one()
        if self.level in ("warehouse", "channel", "product"):
            domain = []
            if self.warehouse_id:
                domain.append(("warehouse_id", "=", self.warehouse_id.id))
            if self.product_id:
                domain.append(("product_id", "=", self.product_id.id))
            return domain
        if self.level == "category":
            return [("product_id.categ_id", "child_of", self.categ_id.id)]
        if self.level == "region":
            warehouses = self.plan_id._scope_warehouses().filtered(
                lambda one: (one._forecast_region() or "") == (self.region or "")
            )
            return [("warehouse_id", "in", warehouses.ids)]
        return []
