# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

KINDS = [
    ("event", "Event"),
    ("sales", "Sales"),
    ("research", "Market Research"),
    ("expert", "Expert Opinion"),
    ("delphi", "Delphi Panel"),
    ("override", "Override"),
]
# what only the step that applies adjustments writes
RESOLVED = {"quantity", "effect", "series_id"}


class ForecastAdjustment(models.Model):
    _name = "forecast.adjustment"
    _description = "Forecast Adjustment"
    _order = "date, kind, id"
    _rec_name = "reason"

    plan_id = fields.Many2one(
        "forecast.plan", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    series_id = fields.Many2one(
        "forecast.series",
        string="Forecast",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
        help="Empty as long as the plan does not forecast the product here.",
    )
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="cascade"
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    date = fields.Date(string="Period", required=True, help="First day of the period.")
    kind = fields.Selection(KINDS, required=True, index=True)
    basis = fields.Selection(
        [
            ("delta", "Change"),
            ("target", "Wanted Quantity"),
            ("percent", "Percent"),
        ],
        required=True,
        default="delta",
        help="What the adjustment holds on to when the statistical forecast changes.",
    )
    target = fields.Float(
        string="Wanted Quantity", digits="Product Unit", aggregator=None
    )
    percent = fields.Float(digits=(16, 2), aggregator=None)
    quantity = fields.Float(
        string="Change",
        digits="Product Unit",
        help="Signed change asked for, against the forecast before this step.",
    )
    weight = fields.Float(
        digits=(16, 4),
        default=1.0,
        aggregator="avg",
        help="0 to 1, from the record of whoever says it; the effect is weight × change.",
    )
    effect = fields.Float(
        digits="Product Unit", readonly=True, help="Weight × change, as last applied."
    )
    author_id = fields.Many2one(
        "res.users",
        readonly=True,
        index="btree_not_null",
        help="Empty for the result of a panel: it has no single author.",
    )
    reason = fields.Char()
    res_model = fields.Char(string="Source Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Source", model_field="res_model", readonly=True
    )
    replaced_id = fields.Many2one(
        "forecast.adjustment",
        string="Instead of",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Override that this one took the place of; undo brings it back.",
    )
    state = fields.Selection(
        [("active", "Active"), ("expired", "Expired"), ("withdrawn", "Withdrawn")],
        required=True,
        default="active",
        help="Expired: the period has passed. Withdrawn: no longer applied, kept as the "
        "record of who changed what.",
    )

    _by_plan = models.Index("(plan_id, product_id, warehouse_id, date)")
    _unlinked = models.Index("(plan_id) WHERE series_id IS NULL")
    _by_source = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")
    _one_override = models.UniqueIndex(
        "(plan_id, product_id, warehouse_id, date)"
        " WHERE kind = 'override' AND state = 'active'",
        "A period has one active override at most.",
    )
    _weight_range = models.Constraint(
        "CHECK (weight >= 0 AND weight <= 1)", "A weight lies between 0 and 1."
    )
    _finite = models.Constraint(
        "CHECK (abs(COALESCE(quantity, 0)) < 1e15 AND abs(COALESCE(target, 0)) < 1e15"
        " AND abs(COALESCE(percent, 0)) < 1e7)",
        "A quantity or percentage is out of range.",
    )
    _target_positive = models.Constraint(
        "CHECK (basis != 'target' OR target >= 0)",
        "A wanted quantity cannot be negative.",
    )

    @api.constrains("reason", "kind")
    def _check_reason(self):
        for one in self:
            if one.kind != "event" and not (one.reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "The adjustment of %(product)s in %(date)s needs a reason.",
                        product=one.product_id.display_name,
                        date=one.date,
                    )
                )

    @api.constrains("date", "plan_id")
    def _check_date(self):
        for one in self:
            start = one.plan_id._period_start(one.date)
            if one.date != start:
                raise ValidationError(
                    self.env._(
                        "Period %(date)s of an adjustment must be the first day of a period "
                        "of plan %(plan)s, here %(start)s.",
                        date=one.date,
                        plan=one.plan_id.name,
                        start=start,
                    )
                )

    @api.constrains("product_id", "warehouse_id", "plan_id")
    def _check_place(self):
        for one in self:
            if one.warehouse_id.company_id != one.plan_id.company_id:
                raise ValidationError(
                    self.env._(
                        "Warehouse %(warehouse)s belongs to another company than plan "
                        "%(plan)s.",
                        warehouse=one.warehouse_id.display_name,
                        plan=one.plan_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Make adjustments and apply them to the forecasts at once.

        The author is whoever is logged in; code that acts for a person (sudo) names him
        or her. Give `series_id`, or plan, product and warehouse.
        """
        series = self.env["forecast.series"].browse(
            {vals["series_id"] for vals in vals_list if vals.get("series_id")}
        )
        series.check_access("read")
        known = {one.id: one for one in series}
        cleaned = []
        for given in vals_list:
            vals = {key: given[key] for key in given if key != "effect"}
            if not self.env.su or "author_id" not in vals:
                vals["author_id"] = self.env.uid
            one = known.get(vals.get("series_id"))
            if one:
                vals.update(
                    plan_id=one.plan_id.id,
                    product_id=one.product_id.id,
                    warehouse_id=one.warehouse_id.id,
                )
            plan = self.env["forecast.plan"].browse(vals.get("plan_id"))
            vals["company_id"] = plan.company_id.id
            cleaned.append(vals)
        records = super().create(cleaned)
        records._link_series()
        records._apply()
        return records

    def write(self, vals):
        if not self.env.su:
            vals = {
                key: value
                for key, value in vals.items()
                if key not in ("author_id", "effect", "company_id", "replaced_id")
            }
        result = super().write(vals)
        if set(vals) - RESOLVED or "quantity" in vals:
            self._apply()
        return result

    def unlink(self):
        series = self.series_id
        result = super().unlink()
        if not self.env.context.get("forecast_no_apply"):
            series._apply_adjustments()
        return result

    def _apply(self):
        """Apply the adjustments of these rows' series, unless the caller does it later."""
        if not self.env.context.get("forecast_no_apply"):
            self.series_id._apply_adjustments()

    def _link_series(self):
        """Find the series of rows that name plan, product and warehouse only."""
        self._link_plans(self.filtered(lambda one: not one.series_id).plan_id)

    @api.model
    def _link_plans(self, plans):
        """Rows of these plans whose series did not exist when they were made."""
        if not plans:
            return
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
UPDATE forecast_adjustment rec
   SET series_id = series.id
  FROM forecast_series series
 WHERE rec.series_id IS NULL AND rec.plan_id = ANY(%s)
   AND series.plan_id = rec.plan_id
   AND series.product_id = rec.product_id
   AND series.warehouse_id = rec.warehouse_id
   %s
                """,
                plans.ids,
                self.env["forecast.series"]._place_level_sql("series"),
            )
        )
        self.invalidate_model(["series_id"])

    def action_withdraw(self):
        """No longer apply these adjustments; they stay as a record."""
        self.check_access("write")
        self.filtered(lambda one: one.state == "active").write({"state": "withdrawn"})
        return True

    @api.model
    def _cron_expire(self):
        """Job: mark what belongs to passed periods."""
        for (plan,) in self._read_group([("state", "=", "active")], ["plan_id"]):
            self._expire(plan)

    @api.model
    def _expire(self, plan):
        """Mark the plan's adjustments whose period has passed in their warehouse."""
        for warehouse_id, _zone, _since, until in plan._places():
            self.with_context(forecast_no_apply=True).search(
                [
                    ("plan_id", "=", plan.id),
                    ("warehouse_id", "=", warehouse_id),
                    ("state", "=", "active"),
                    ("date", "<", until),
                ]
            ).write({"state": "expired"})

    def action_open_source(self):
        """Open what the adjustment comes from."""
        self.ensure_one()
        source = self if not self.res_model or not self.res_id else None
        model, res_id = (
            ("forecast.series", self.series_id.id)
            if source is not None
            else (self.res_model, self.res_id)
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": res_id,
            "views": [(False, "form")],
        }
