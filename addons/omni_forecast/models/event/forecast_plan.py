# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models
from odoo.fields import Domain

from ..plan.forecast_plan_demand import STEPS
from .forecast_event_learning import SEASONS


class ForecastPlan(models.Model):
    """What events did to the plan's history."""

    _inherit = "forecast.plan"

    def _next_period(self, start):
        """First day of the period after the one that begins on `start`."""
        return start + STEPS[self.grain]

    def _place_domain(self):
        """Domain on forecast.series: a whole place, not one of its channels."""
        self.ensure_one()
        domain = Domain("plan_id", "=", self.id)
        if "team_id" in self.env["forecast.series"]._fields:
            domain &= Domain("team_id", "=", False)
        return domain

    @api.private
    def _event_factors(self, inputs):
        """By how much earlier events multiplied the demand of each period.

        The ratio is the one measured in this history for the event and the product's
        category, so that one article's chance does not pass for the event's effect.

        :param inputs: rows with uid, product_id, warehouse_id, start (date) and history
            (quantities by period from start on)
        :returns: dict uid -> {period index: factor}; 1.4 means 40 % more than without.
            A planned closure gives factors near 0: the demand of such a period says
            nothing.
        """
        self.ensure_one()
        from ...engine.events import Record, observe, period_factors

        events = self.env["forecast.event"]
        past = events._past(self.company_id)
        if not past or not inputs:
            return {}
        products = self.env["product.product"].browse(
            {one.product_id for one in inputs}
        )
        category = {product.id: product.categ_id.id for product in products}
        scope = past._scope(products.ids)
        kinds = {event.id: event.kind for event in past}
        touched, rows = {}, []
        for one in inputs:
            starts = self._period_dates(one.start, len(one.history))
            shares = events._series_shares(
                self, scope, one.product_id, one.warehouse_id, starts
            )
            if not shares:
                continue
            touched[one.uid] = (category[one.product_id], shares)
            found = observe(one.history, shares, season=SEASONS[self.grain])
            rows += [
                (event, kinds[event], category[one.product_id], one.product_id, *seen)
                for event, seen in found.items()
            ]
        record = Record(rows)
        factors = {}
        for uid, (categ, shares) in touched.items():
            mine = {}
            for event, share in shares.items():
                ratio = record.ratio(kinds[event], event, categ)
                if ratio is None:
                    continue
                for index in share.nonzero()[0].tolist():
                    factor = float(period_factors(share[index], ratio))
                    mine[index] = mine.get(index, 1.0) * factor
            if mine:
                factors[uid] = mine
        return factors

    def _period_dates(self, start, count):
        """First days (dates) of `count` periods from `start` on."""
        step = STEPS[self.grain]
        return [start + step * index for index in range(count)]
