# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import math
from datetime import timedelta

from odoo import api, fields, models

from ...tools.bulk import bulk_update
from ..plan.forecast_plan import GRAINS

PER_YEAR = {"D": 365, "W": 52, "M": 12}
STEADY = ("smooth", "erratic")


class ForecastPlan(models.Model):
    """What a planner should look at first, and what it is worth."""

    _inherit = "forecast.plan"

    cover_days = fields.Integer(
        string="Excess beyond",
        default=180,
        help="Stock beyond so many days of expected demand (and the lead time) is excess.",
    )
    error_limit = fields.Float(
        string="Large Error from",
        digits=(6, 4),
        default=0.5,
        help="A steady article whose backtest errs by more than this share of its demand "
        "(WAPE) is an exception.",
    )

    _exception_limits = models.Constraint(
        "CHECK (cover_days BETWEEN 1 AND 3650 AND error_limit > 0)",
        "Excess begins beyond 1 to 3650 days, a large error above 0 %.",
    )

    def action_refresh_exceptions(self):
        """Compare today's stock with the newest forecast."""
        self.check_access("read")
        self.env["forecast.series"].check_access("write")
        for plan in self:
            plan._refresh_exceptions()
        return True

    @api.model
    def _cron_refresh_exceptions(self):
        """Job: stock changes daily, a plan may run weekly."""
        for plan in self.search([("active", "=", True)]):
            plan._refresh_exceptions()

    @api.private
    def _refresh_exceptions(self):
        """Find stock-outs ahead, excess, large errors; choose each forecast's dearest.

        An article that could not be forecast properly stays a problem whatever its stock.
        Money: shortage at sales price, excess at cost; over a year at cost: the bias, the
        error beyond the plan's limit, the part of the error that the naive forecast would
        have avoided.
        """
        self.ensure_one()
        from ...engine.exceptions import check_stock
        from ...engine.reorder import PERIOD_DAYS

        series = self.env["forecast.series"].search_fetch(
            self._place_domain(),
            [
                "product_id",
                "warehouse_id",
                "exception",
                "model_exception",
                "lead_days",
                "lead_mean",
                "lead_periods",
                "yearly_value",
                "demand_class",
                "wape",
                "recent_bias",
                "check_count",
            ],
        )
        if not series:
            return
        freq = GRAINS[self.grain][0]
        today = fields.Date.context_today(self)
        products = series.product_id.ids
        costs = self.read_costs(products)
        stock = self._read_stock(products, series.warehouse_id)
        ruled = self._ruled_places(series)
        avoidable = self._avoidable(series)
        totals = dict(
            self.env["forecast.line"]._read_group(
                [("series_id", "in", series.ids)], ["series_id"], ["mean:avg"]
            )
        )
        have, due, supply, near, far, kept = [], [], [], [], [], []
        for one in series:
            key = (one.product_id.id, one.warehouse_id.id)
            at = stock.get(key)
            limit = today + timedelta(days=math.ceil(one.lead_days or 0))
            have.append(at.on_hand - at.total("other_out") if at else 0.0)
            due.append(sum(q for day, q in at.incoming if day <= limit) if at else 0.0)
            supply.append(at.supply if at else 0.0)
            near.append(
                (one.lead_mean or 0) / (max(one.lead_periods, 1) * PERIOD_DAYS[freq])
            )
            far.append((totals.get(one) or 0.0) / PERIOD_DAYS[freq])
            # goods that never lie on a shelf here cannot run out of it
            kept.append(key in ruled or bool(at and (at.on_hand > 0 or at.incoming)))
        lead = series.mapped("lead_days")
        common = {"on_hand": have, "due": due, "supply": supply, "lead_days": lead}
        soon = check_stock(daily=near, cover_days=self.cover_days, **common)
        late = check_stock(daily=far, cover_days=self.cover_days, **common)
        columns = {
            name: []
            for name in (
                "exception",
                "exception_value",
                "stockout_date",
                "shortage_ahead",
                "excess_quantity",
            )
        }
        for index, one in enumerate(series):
            cost, price = costs[one.product_id.id]
            short = float(soon.shortage[index]) if kept[index] else 0.0
            excess = float(late.excess[index])
            code, value = self._dearest(
                one, freq, cost, price, short, excess, avoidable.get(one.id, 1.0)
            )
            columns["exception"].append(code)
            columns["exception_value"].append(value)
            columns["shortage_ahead"].append(short)
            columns["excess_quantity"].append(excess)
            columns["stockout_date"].append(
                today + timedelta(days=int(soon.lasts[index])) if short else None
            )
        bulk_update(self.env, "forecast.series", series.ids, columns)

    def _ruled_places(self, series):
        """(product id, warehouse id) that somebody keeps stock of by a rule."""
        return {
            (product.id, warehouse.id)
            for product, warehouse in self.env[
                "stock.warehouse.orderpoint"
            ]._read_group(
                [
                    ("product_id", "in", series.product_id.ids),
                    ("warehouse_id", "in", series.warehouse_id.ids),
                    ("product_max_qty", ">", 0),
                ],
                ["product_id", "warehouse_id"],
            )
        }

    def _avoidable(self, series):
        """dict series id -> share of the backtest's error that the naive forecast avoids,
        of forecasts found worse than it."""
        worse = series.filtered(
            lambda one: one.model_exception == "naive" and one.rmsse
        )
        found = {}
        for one, naive in self.env["forecast.score"]._read_group(
            [("series_id", "in", worse.ids), ("model", "in", ("snaive", "naive"))],
            ["series_id"],
            ["rmsse:min"],
        ):
            found[one.id] = max(1.0 - (naive or 0.0) / one.rmsse, 0.0)
        return found

    def _dearest(self, one, freq, cost, price, short, excess, avoidable):
        """(exception, its money) of one forecast."""
        found = one.model_exception or one.exception or "none"
        if one.exception == "problem" or found == "problem":
            return "problem", one.yearly_value
        unit = cost or price
        worth = [(0.0, "none")]
        if short:
            worth.append((short * (price or cost), "stockout"))
        if excess:
            worth.append((excess * unit, "excess"))
        if found == "bias":
            year = abs(one.recent_bias) * PER_YEAR[freq] * unit
            worth.append((max(year, 1e-6), "bias"))
        elif found == "naive":
            lost = avoidable * (one.wape or 0.0) * one.yearly_value
            worth.append((max(lost, 1e-6), "naive"))
        if (
            one.check_count
            and one.demand_class in STEADY
            and (one.wape or 0.0) > self.error_limit
        ):
            worth.append(((one.wape - self.error_limit) * one.yearly_value, "error"))
        value, code = max(worth)
        return code, value
