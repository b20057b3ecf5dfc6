# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models

from ...tools.texts import problem_text
from ..plan.forecast_plan import GRAINS
from ..plan.forecast_plan_demand import STEPS


class ForecastRun(models.Model):
    """Between what was delivered and what the engine sees."""

    _inherit = "forecast.run"

    def _prepare(self, plan, demands):
        inputs = super()._prepare(plan, demands + plan._unborn(demands))
        self._clean(plan, inputs)
        # products without any history that nothing could be borrowed for
        return [one for one in inputs if one.seen]

    def _clean(self, plan, inputs):
        """Estimate unmet demand, take events out, mark outliers, class by variability;
        then borrow the history of like products.

        Sets cleaned, flags, xyz, cv, prefix and ahead of each input.

        :param inputs: list of SeriesInput
        """
        import numpy as np

        from ...engine.cleaning import align, clean, xyz_classes

        own = [one for one in inputs if one.history]
        freq = GRAINS[plan.grain][0]
        y = align([one.history for one in own])
        if own:
            width = y.shape[1]
            step, first = STEPS[plan.grain], min(one.start for one in own)
            last = max(one.start for one in own)
            # first days of all periods: date arithmetic once, not for every series
            table = [first]
            while table[-1] < last or len(table) < width + 1:
                table.append(first + step * len(table))
            table += [table[-1] + step * (i + 1) for i in range(width)]
            lengths = np.array(
                [(b - a).days for a, b in zip(table, table[1:], strict=False)]
            )
            number = {day: index for index, day in enumerate(table)}
            days = np.zeros(y.shape)
            for i, one in enumerate(own):
                begin, count = number[one.start], len(one.history)
                days[i, width - count :] = lengths[begin : begin + count]
            out, waited = self._stockout_matrices(plan, own, number, y.shape)
            found = clean(
                y,
                freq,
                days=days,
                out=out,
                waited=waited,
                factor=self._event_matrix(plan, own, y.shape),
                outliers=plan.outliers,
            )
            marks = {
                "stockout": found.stockout,
                "outlier": found.outlier,
                "event": found.event,
            }
            for name, mask in marks.items():
                for i, column in zip(*np.nonzero(mask), strict=True):
                    one = own[i]
                    one.flags = one.flags or {}
                    index = str(int(column) - y.shape[1] + len(one.history))
                    one.flags.setdefault(index, []).append(name)
            for i in np.flatnonzero(
                (found.value != y).any(1) & (found.value > -1).any(1)
            ):
                one = own[i]
                seen = found.value[i, y.shape[1] - len(one.history) :]
                if (seen != np.asarray(one.history)).any():
                    one.cleaned = seen.round(6).tolist()
            names, variation = xyz_classes(found.value, freq)
            for one, name, cv in zip(own, names, variation.tolist(), strict=True):
                one.xyz, one.cv = name, None if np.isnan(cv) else round(cv, 4)
        self._adjust_holidays(plan, inputs)
        self._borrow(plan, inputs)
        self._plan_fade(plan, inputs)

    def _demand_problems(self, plan, demands):
        found = super()._demand_problems(plan, demands)
        unborn = {(one.product_id, one.warehouse_id) for one in plan._unborn(demands)}
        found = [
            one for one in found if one[2] != "no_history" or one[:2] not in unborn
        ]
        for demand in demands:
            if demand.foreign:
                figures = {"count": demand.foreign}
                text = problem_text(self.env, "unit_unrelated", figures, "")
                found.append(
                    (
                        demand.product_id,
                        demand.warehouse_id,
                        "unit_unrelated",
                        figures,
                        text,
                    )
                )
        return found

    def _stockout_matrices(self, plan, inputs, number, shape):
        """(days without stock, demand that waited), (N, T) each; (None, None) where the
        plan does not look at them or there were none.

        :param number: {first day of a period: its number}
        """
        import numpy as np

        gaps = plan.read_stockouts() if plan.use_stockouts else {}
        if not gaps:
            return None, None
        out, waited = np.zeros(shape), np.zeros(shape)
        for i, one in enumerate(inputs):
            gap = gaps.get((one.product_id, one.warehouse_id))
            shift = shape[1] - len(one.history) - number[one.start]
            for day, (days, quantity) in (gap or {}).items():
                column = number.get(day, -1) + shift
                if day >= one.start and column < shape[1]:
                    out[i, column], waited[i, column] = days, quantity
        return out, waited

    def _event_matrix(self, plan, inputs, shape):
        """(N, T) factors of events, 1 = none; None without events."""
        import numpy as np

        factors = plan._event_factors(inputs)
        if not any(factors.values()):
            return None
        matrix = np.ones(shape)
        for i, one in enumerate(inputs):
            for index, factor in factors.get(one.uid, {}).items():
                matrix[i, shape[1] - len(one.history) + int(index)] = factor
        return matrix

    def _history(self, one):
        """What a series keeps of its history.

        * start, y: first day and demand delivered, by period
        * cleaned: what the engine saw of the same periods (only where it differs)
        * flags: {period index: ["stockout", "outlier", "event", "holiday"]}
        * like: {product_id, scale, start, y} the like product's demand, at this product's
          level, that the engine saw before `start`
        """
        values = {"start": one.start.isoformat(), "y": one.history}
        if one.cleaned is not None:
            values["cleaned"] = one.cleaned
        if one.flags:
            values["flags"] = one.flags
        if one.prefix:
            values["like"] = one.prefix
        return values
