# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models

from ..plan.forecast_plan import GRAINS
from ..plan.forecast_plan_demand import STEPS

# periods of its own after which a product no longer needs another one's profile
SEASONS = {"M": 30, "W": 130, "D": 28}


class ForecastRun(models.Model):
    """New products and products that end."""

    _inherit = "forecast.run"

    def _borrow(self, plan, inputs):
        """Put a like product's history, at the new one's level, before its own.

        A like product lends only demand of the same warehouse.
        """
        from ...engine.lifecycle import like_scale

        likes = plan._like_products(inputs)
        if not likes:
            return
        known = {(one.product_id, one.warehouse_id): one for one in inputs}
        enough = SEASONS[GRAINS[plan.grain][0]]
        for one in inputs:
            like_id, ratio = likes.get(one.product_id, (None, 1.0))
            like = known.get((like_id, one.warehouse_id))
            if like is None or len(one.history) >= enough or not like.history:
                continue
            lent = like.history if like.cleaned is None else like.cleaned
            before = self._periods_between(plan, like.start, one.start)
            if before <= 0:
                continue
            own = one.history if one.cleaned is None else one.cleaned
            scale = like_scale(own, lent[before : before + len(own)], ratio)
            one.prefix = {
                "product_id": like_id,
                "scale": round(scale, 6),
                "start": like.start.isoformat(),
                "y": [round(scale * value, 6) for value in lent[:before]],
            }

    @staticmethod
    def _periods_between(plan, first, last):
        """Whole periods of the plan from `first` to `last`, both first days."""
        if plan.grain == "month":
            return (last.year - first.year) * 12 + last.month - first.month
        return (last - first).days // (7 if plan.grain == "week" else 1)

    def _plan_fade(self, plan, inputs):
        """Share of the forecast left in each period ahead, for products that end."""
        from ...engine.lifecycle import fade_factors

        ends = plan._ending_products({one.product_id for one in inputs})
        if not ends:
            return
        today = {place[0]: place[3] for place in plan._places()}
        step = STEPS[plan.grain]
        for one in inputs:
            if one.product_id not in ends:
                continue
            last_day, fade_from = ends[one.product_id]
            until = today[one.warehouse_id]
            count = max(plan.horizon, one.periods)
            starts = [until + step * i for i in range(count + 1)]
            share = fade_factors(
                starts[:-1], starts[1:], last_day, fade_from, plan.fade_periods
            )
            if (share < 1).any():
                before = one.ahead or [1.0] * count
                one.ahead = [
                    round(a * b, 6)
                    for a, b in zip(before, share.tolist(), strict=False)
                ]

    def _orderable(self, plan, chunk):
        """The inputs that stock may be ordered for: none where the plan sees only part of
        the demand, and no kits, which are never on stock."""
        if plan.partial_demand:
            return []
        if plan.kits == "components" or not plan._kits_known():
            return chunk
        products = self.env["product.product"].browse(one.product_id for one in chunk)
        storable = {product.id for product in products if product.is_storable}
        return [one for one in chunk if one.product_id in storable]

    def _scale_ahead(self, chunk, results):
        """Holidays ahead and products that end: the forecast and its bands go along."""
        for one in chunk:
            if not one.ahead:
                continue
            before = results.total(one.uid, one.periods)
            block = results.block(one.uid)
            for name in results.BANDS:
                results.bands[name][block] = [
                    value * share
                    for value, share in zip(
                        results.bands[name][block], one.ahead, strict=False
                    )
                ]
            results.baseline[block] = results.bands["mean"][block]
            after = results.total(one.uid, one.periods)
            if results.quantile.get(one.uid) is not None:
                results.quantile[one.uid] *= after / before if before > 0 else 0.0
