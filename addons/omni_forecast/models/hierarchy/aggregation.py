# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The forecasts of a plan as matrices, and their sums; not a model."""

from datetime import date

from odoo.tools import SQL

from ..plan.forecast_plan import GRAINS
from ..plan.forecast_plan_demand import STEPS
from .hierarchy import Tree

LONGEST = 1100  # periods of history that sums are made of
YEAR = {"D": 365, "W": 52, "M": 12}


class Aggregation:
    """Bottom series (N), periods ahead (H) and nodes (M) of a plan.

    Quantities are in one unit for the whole plan: the only one there is, else the reference
    units, so that every total is the plain sum of its parts.
    """

    def __init__(self, plan):
        self.plan, self.env = plan, plan.env
        self.freq = GRAINS[plan.grain][0]
        self._read_series(plan)
        self.dates = []
        if self.series_ids:
            self.read_lines()
            self._place(plan)

    def __bool__(self):
        return bool(self.dates)

    # Reading ----------------------------------------------------------------------

    def _read_series(self, plan):
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
SELECT series.id, series.product_id, series.warehouse_id, series.yearly_demand,
       series.yearly_value, series.history, unit.id, unit.factor::float8,
       split_part(unit.parent_path, '/', 1)::int
  FROM forecast_series series
  JOIN product_product product ON product.id = series.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
  JOIN uom_uom unit ON unit.id = template.uom_id
 WHERE series.plan_id = %s AND series.active
 ORDER BY series.id
                """,
                plan.id,
            )
        )
        import numpy as np

        self.series_ids = [row[0] for row in rows]
        self.keys = [(row[1], row[2]) for row in rows]
        self.yearly = np.array([row[3] or 0.0 for row in rows], float)
        value = np.array([row[4] or 0.0 for row in rows], float)
        self.histories = [row[5] or {} for row in rows]
        units = {row[6] for row in rows}
        self.factor = np.ones(len(rows))
        self.uom = [row[6] for row in rows]
        if len(units) > 1:
            self.factor = np.array([row[7] for row in rows], float)
            self.uom = [row[8] for row in rows]
        self.yearly *= self.factor
        # worth of one piece in the plan's unit
        self.price = np.where(
            self.yearly > 0, value / np.where(self.yearly > 0, self.yearly, 1.0), 0.0
        )

    def read_lines(self):
        """(N, H) final means, and base forecasts without the last reconciliation."""
        import numpy as np

        rows = self.env.execute_query(
            SQL(
                "SELECT id, series_id, date, mean, COALESCE(reconciled, 0)"
                " FROM forecast_line WHERE series_id = ANY(%s)",
                self.series_ids,
            )
        )
        self.dates = sorted({row[2] for row in rows})
        column = {day: index for index, day in enumerate(self.dates)}
        row_of = {one: index for index, one in enumerate(self.series_ids)}
        shape = len(self.series_ids), len(self.dates)
        self.line_ids = np.zeros(shape, np.int64)
        self.final, self.base = np.zeros(shape), np.zeros(shape)
        if not rows:
            return
        line, series, day, mean, moved = zip(*rows, strict=True)
        at = [row_of[one] for one in series], [column[one] for one in day]
        self.line_ids[at] = line
        self.final[at] = mean
        self.base[at] = np.maximum(np.array(mean) - np.array(moved), 0.0)
        self.final *= self.factor[:, None]
        self.base *= self.factor[:, None]

    # Nodes ------------------------------------------------------------------------

    def _place(self, plan):
        """Number the nodes and say what is part of them."""
        from ...engine.reconcile import Summing

        self.tree = Tree(
            self.env,
            plan._scope_warehouses(),
            {product for product, _place in self.keys},
        )
        number, rows, cols = {}, [], []
        for index, (product, warehouse) in enumerate(self.keys):
            for node in self.tree.above(product, warehouse):
                rows.append(number.setdefault(node, len(number)))
                cols.append(index)
        self.summing = Summing(rows, cols, len(number), len(self.keys))
        self.nodes = list(number)
        self._sum_history()
        self.channels = []
        if plan.split_by_team:
            self._read_channels(plan)

    def _sum_history(self):
        """(M, T) demand delivered and demand as models saw it, by period."""
        import numpy as np

        starts = [
            date.fromisoformat(one["start"]) if one.get("start") else None
            for one in self.histories
        ]
        known = [
            (start, len(one["y"]))
            for start, one in zip(starts, self.histories, strict=True)
            if start and one.get("y")
        ]
        self.first = min((start for start, _length in known), default=None)
        width = max((self._ordinal(start) + n for start, n in known), default=0)
        cut = max(0, width - LONGEST)
        self.cut, self.width = cut, width - cut
        delivered = np.zeros((len(self.keys), self.width))
        seen = np.zeros_like(delivered)
        for index, (start, one) in enumerate(zip(starts, self.histories, strict=True)):
            if not start or not one.get("y"):
                continue
            self._lay(delivered[index], start, one["y"])
            self._lay(seen[index], start, one.get("cleaned") or one["y"])
        self.delivered, self.seen = delivered, seen
        delivered = delivered * self.factor[:, None]
        self.past = self.summing.total(delivered)
        self.past_seen = self.summing.total(seen * self.factor[:, None])

    def _lay(self, row, start, values):
        at = self._ordinal(start) - self.cut
        if at < 0:
            values, at = values[-at:], 0
        # a period of which nothing is known adds nothing to a total
        row[at : at + len(values)] = [value or 0.0 for value in values]

    def _ordinal(self, day):
        """Whole periods from the first day of all histories to `day`."""
        first = self.first
        if self.plan.grain == "month":
            return (day.year - first.year) * 12 + day.month - first.month
        return (day - first).days // (7 if self.plan.grain == "week" else 1)

    def _read_channels(self, plan):
        """Channels: the part of each sales team in a forecast, as further nodes."""
        import numpy as np

        row_of = {key: index for index, key in enumerate(self.keys)}
        past, teams = [], []
        for one in plan.read_demand(by_team=True):
            index = row_of.get((one.product_id, one.warehouse_id))
            if index is None or self.first is None:
                continue
            row = np.zeros(self.width)
            self._lay(row, one.start, one.quantity)
            whole = self.delivered[index]
            ratio = np.where(
                whole > 0, self.seen[index] / np.maximum(whole, 1e-12), 1.0
            )
            self.channels.append(index)
            past.append((row, row * ratio))
            teams.append(
                ("channel", "", one.warehouse_id, 0, one.product_id, one.team_id)
            )
        if not past:
            return
        factor = self.factor[self.channels][:, None]
        self.channels = np.array(self.channels)
        delivered = np.array([one[0] for one in past]) * factor
        seen = np.array([one[1] for one in past]) * factor
        names = sorted({node[5] for node in teams})
        group = np.array([names.index(node[5]) for node in teams])
        for source, name in ((delivered, "past"), (seen, "past_seen")):
            sums = np.zeros((len(names), self.width))
            np.add.at(sums, group, source)
            setattr(self, name, np.vstack([getattr(self, name), sums, source]))
        self.group = group
        self.nodes += [("team", "", 0, 0, 0, team) for team in names] + teams

    def panel(self):
        """DataFrame unique_id, ds, y: history of every node from its first demand on."""
        import numpy as np
        import pandas as pd

        if self.first is None:
            return pd.DataFrame({"unique_id": [], "ds": [], "y": []})
        begin = (self.past_seen > 0).argmax(axis=1)
        begin[(self.past_seen <= 0).all(axis=1)] = self.width
        days = pd.to_datetime(self.days())
        length = self.width - begin
        node = np.repeat(np.arange(len(self.nodes)), length)
        period = np.concatenate(
            [np.arange(one, self.width) for one in begin] or [np.array([], int)]
        )
        return pd.DataFrame(
            {
                "unique_id": node.astype(str),
                "ds": days[period],
                "y": self.past_seen[node, period],
            }
        )

    def days(self):
        """First day of each period of the history."""
        if not hasattr(self, "_days"):
            step = STEPS[self.plan.grain]
            self._days = [
                self.first + step * (self.cut + index) for index in range(self.width)
            ]
        return self._days

    # Results ----------------------------------------------------------------------

    def settle(self, found):
        """Take over what the process answered: sums, channels, bands.

        A channel gets the part of its place's forecast that its own forecast is of those of
        all channels of the place.
        """
        import numpy as np

        self.bands, self.scores = found["bands"], found["scores"]
        self.mean = self.summing.total(self.final)
        self.value = self.summing.total(self.final * self.price[:, None])
        if len(self.channels):
            own = self.bands["mean"][-len(self.channels) :]
            own = np.where(np.isnan(own), 0.0, np.maximum(own, 0.0))
            own += 1e-9 * (1.0 + self.past[-len(self.channels) :].sum(1))[:, None]
            whole = np.zeros_like(self.final)
            np.add.at(whole, self.channels, own)
            part = own / whole[self.channels] * self.final[self.channels]
            worth = part * self.price[self.channels][:, None]
            for rows, name in ((part, "mean"), (worth, "value")):
                sums = np.zeros((self.group.max() + 1, rows.shape[1]))
                np.add.at(sums, self.group, rows)
                setattr(self, name, np.vstack([getattr(self, name), sums, rows]))

    def band(self, name):
        """(M, H) band of the nodes: as far from the sum as the direct forecast's is from
        its mean; without a direct forecast the sum itself."""
        import numpy as np

        move = self.bands[name] - self.bands["mean"]
        return np.where(np.isnan(move), self.mean, np.maximum(self.mean + move, 0.0))

    def facts(self, number):
        """Values of the node's fields."""
        import numpy as np

        node, score = self.nodes[number], self.scores[number]
        past = self.past[number]
        held = np.flatnonzero(past > 0)
        begin = int(held[0]) if held.size else self.width
        base = self.bands["mean"][number]
        total, direct = self.mean[number].sum(), base.sum()
        year = YEAR[self.freq]
        units = self._units(number)
        value = self.value[number].sum()
        return {
            "uom_id": units.pop() if len(units) == 1 else None,
            "mixed_units": len(units) > 0,
            "series_count": self._counts()[number],
            "yearly_demand": float(past[-year:].sum()),
            "yearly_value": float(value * year / max(len(self.dates), 1)),
            "next_mean": float(self.mean[number][0]),
            "model": score.get("model"),
            "wape": score.get("wape"),
            "bias": score.get("bias"),
            "gap": float(direct / total - 1.0)
            if total > 0 and direct == direct
            else None,
            "history": {
                "start": self.days()[begin].isoformat() if held.size else None,
                "y": past[begin:].round(6).tolist(),
            },
            **({"region": node[1] or None} if node[0] == "region" else {}),
        }

    def _units(self, number):
        if not hasattr(self, "_unit_sets"):
            sets = [set() for _node in self.nodes]
            for row, col in zip(self.summing.rows, self.summing.cols, strict=True):
                sets[row].add(self.uom[col])
            if len(self.channels):
                start = self.summing.shape[0]
                teams = int(self.group.max()) + 1
                for index, (bottom, group) in enumerate(
                    zip(self.channels, self.group, strict=True)
                ):
                    sets[start + group].add(self.uom[bottom])
                    sets[start + teams + index].add(self.uom[bottom])
            self._unit_sets = sets
        return set(self._unit_sets[number])

    def _counts(self):
        import numpy as np

        if not hasattr(self, "_series_counts"):
            counts = np.bincount(self.summing.rows, minlength=len(self.nodes))
            if len(self.channels):
                start, teams = self.summing.shape[0], int(self.group.max()) + 1
                counts[start : start + teams] = np.bincount(self.group, minlength=teams)
                counts[start + teams :] = 1
            self._series_counts = counts.tolist()
        return self._series_counts
