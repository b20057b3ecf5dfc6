# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models

from .adjusting import Adjustments


class ForecastRun(models.Model):
    """Events, opinions and overrides come back after every run."""

    _inherit = "forecast.run"

    def _adjust(self, plan, chunk, results):
        """Apply the plan's adjustments to the engine's answer, before it is written.

        `results.baseline` keeps the engine's means; means, bands and lead-time quantiles
        of adjusted series are shifted in place, so that everything after it (lines,
        recommendations) uses the final forecast. Calling it again changes nothing.

        :param chunk: list of SeriesInput (their `series_id` may be unknown yet)
        """
        inputs = [
            one
            for one in chunk
            if one.uid in results.choice
            and one.uid not in results.adjusted
            and not getattr(one, "team_id", False)
        ]
        results.adjusted.update(one.uid for one in inputs)
        if not inputs:
            return
        since = min(results.dates[results.block(one.uid).start] for one in inputs)
        self.env["forecast.adjustment"].flush_model()
        rows = Adjustments.of_plan(
            self.env, plan, list({one.product_id for one in inputs}), since
        )
        if not rows:
            return
        wanted = {row[1] for row in rows.rows}
        inputs = [one for one in inputs if (one.product_id, one.warehouse_id) in wanted]
        keys, at = [], []
        for one in inputs:
            block = results.block(one.uid)
            key = (one.product_id, one.warehouse_id)
            keys += [(key, day) for day in results.dates[block]]
            at += range(block.start, block.stop)
        totals = {one.uid: results.total(one.uid, one.periods) for one in inputs}
        outcome = rows.apply(keys, [results.baseline[index] for index in at])
        results.shift(at, outcome.final.tolist())
        for one in inputs:
            if results.quantile.get(one.uid) is not None:
                results.quantile[one.uid] += (
                    results.total(one.uid, one.periods) - totals[one.uid]
                )
        rows.store(self.env)

    def _retire(self, plan):
        """After the last chunk: adjustments find new series or expire, opinions get scored."""
        result = super()._retire(plan)
        self.env["forecast.adjustment"]._link_plans(plan)
        self.env["forecast.adjustment"]._expire(plan)
        # sudo: whoever runs the plan may not write other people's opinions
        self.env["forecast.opinion"].sudo()._score(plan)
        return result
