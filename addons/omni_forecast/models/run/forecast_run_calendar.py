# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models

from ..plan.forecast_plan import GRAINS


class ForecastRun(models.Model):
    """Public holidays: out of the history, back into the forecast."""

    _inherit = "forecast.run"

    def _adjust_holidays(self, plan, inputs):
        """Learn the effect of holidays over all series of a calendar and take it out.

        Sets cleaned, flags and ahead (factors of the periods ahead) of each input.
        """
        import numpy as np

        from ...engine.cleaning import align
        from ...engine.holiday import factors, learn_effects

        if plan.holidays != "adjust":
            return
        freq = GRAINS[plan.grain][0]
        groups = {}
        until = {place[0]: place[3] for place in plan._places()}
        for warehouse in plan._scope_warehouses():
            key = plan._holiday_place(warehouse), until[warehouse.id]
            groups.setdefault(key, set()).add(warehouse.id)
        for (place, _end), warehouse_ids in groups.items():
            rows = [
                one
                for one in inputs
                if one.history and one.warehouse_id in warehouse_ids
            ]
            if not rows or not place[0]:
                continue
            value = align([one.cleaned or one.history for one in rows])
            width = value.shape[1]
            ahead = max([plan.horizon, *(one.periods for one in rows)])
            first = min(one.start for one in rows)
            names, table = plan._holiday_shares(place, first, width + ahead)
            if not names:
                continue
            share = np.array(table)
            effects = learn_effects(value, share[:width], freq)
            factor = factors(share, effects)
            changed = np.flatnonzero(np.abs(factor - 1.0) > 1e-9)
            for one in rows:
                skip = width - len(one.history)
                past = [t for t in changed if skip <= t < width]
                if past:
                    seen = list(one.cleaned or one.history)
                    one.flags = one.flags or {}
                    for t in past:
                        seen[t - skip] = round(seen[t - skip] / float(factor[t]), 6)
                        one.flags.setdefault(str(int(t - skip)), []).append("holiday")
                    one.cleaned = seen
                if any(t >= width for t in changed):
                    one.ahead = factor[width:].round(6).tolist()
