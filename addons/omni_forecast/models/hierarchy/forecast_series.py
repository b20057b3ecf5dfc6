# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models
from odoo.tools import SQL

from .hierarchy import KEYS, Tree


class ForecastSeries(models.Model):
    """Aggregates follow when a forecast is changed by hand."""

    _inherit = "forecast.series"

    @api.private
    def _apply_adjustments(self):
        if self.env.context.get("forecast_no_nodes"):
            return super()._apply_adjustments()
        series = self.exists()
        before = series._node_means()
        result = super()._apply_adjustments()
        after = series._node_means()
        moved = [
            (*key, after[key] - mean)
            for key, mean in before.items()
            if key in after and abs(after[key] - mean) > 1e-9
        ]
        if moved:
            self._move_nodes(moved)
        return result

    def _node_means(self):
        """{(plan, product, warehouse, date): mean} in the unit of the aggregates."""
        if not self:
            return {}
        self.env["forecast.line"].flush_model(["mean"])
        rows = self.env.execute_query(
            SQL(
                """
SELECT series.plan_id, series.product_id, series.warehouse_id, line.date, line.mean
  FROM forecast_line line JOIN forecast_series series ON series.id = line.series_id
 WHERE line.series_id = ANY(%s) AND series.active
                """,
                self.ids,
            )
        )
        return {row[:4]: row[4] for row in rows}

    def _move_nodes(self, moved):
        """Add changes of forecasts to all aggregates they are part of.

        :param moved: list of (plan id, product id, warehouse id, date, change)
        """
        for plan in self.plan_id:
            mine = [row[1:] for row in moved if row[0] == plan.id]
            if mine:
                self._move_plan_nodes(plan, mine)

    def _move_plan_nodes(self, plan, mine):
        rows = self.env.execute_query(
            SQL(
                "SELECT id, level, %s, uom_id FROM forecast_node"
                " WHERE plan_id = %s AND (level NOT IN ('product', 'channel')"
                " OR product_id = ANY(%s))",
                SQL(", ").join(SQL.identifier(key) for key in KEYS),
                plan.id,
                list({row[0] for row in mine}),
            )
        )
        if not rows:
            return
        ids = {
            (level, region or "", *(key or 0 for key in keys)): id_
            for id_, level, region, *keys, _uom in rows
        }
        products = self.env["product.product"].browse({row[0] for row in mine})
        # in units of their own where the plan has one unit only, else in reference units
        top = ids.get(("total", "", 0, 0, 0, 0))
        unit = self.env["forecast.node"].browse(top).uom_id
        factor = {
            one.id: 1.0 if one.uom_id == unit else one.uom_id.factor for one in products
        }
        price = self._unit_values(plan, products.ids)
        tree = Tree(self.env, plan._scope_warehouses(), products.ids)
        channels = {}
        for key, id_ in ids.items():
            if key[0] == "channel":
                channels.setdefault((key[4], key[2]), []).append((id_, key[5]))
        shares = self._channel_shares(channels)
        change = {}

        def add(node_id, day, quantity, worth):
            if node_id:
                old = change.get((node_id, day), (0.0, 0.0))
                change[node_id, day] = old[0] + quantity, old[1] + worth

        for product, warehouse, day, delta in mine:
            quantity, worth = delta * factor[product], delta * price.get(product, 0.0)
            for node in tree.above(product, warehouse):
                add(ids.get(node), day, quantity, worth)
            for id_, team in channels.get((product, warehouse), []):
                part = shares.get((id_, day), 0.0)
                add(id_, day, quantity * part, worth * part)
                team_node = ids.get(("team", "", 0, 0, 0, team))
                add(team_node, day, quantity * part, worth * part)
        node_ids, days = zip(*change, strict=True)
        self.env.cr.execute(
            SQL(
                """
UPDATE forecast_node_line line
   SET mean = line.mean + data.quantity, value = line.value + data.worth,
       lo80 = GREATEST(0, lo80 + data.quantity), hi80 = hi80 + data.quantity,
       lo95 = GREATEST(0, lo95 + data.quantity), hi95 = hi95 + data.quantity
  FROM unnest(%s::int[], %s::date[], %s::float8[], %s::float8[])
       AS data (node_id, date, quantity, worth)
 WHERE line.node_id = data.node_id AND line.date = data.date
                """,
                list(node_ids),
                list(days),
                [one[0] for one in change.values()],
                [one[1] for one in change.values()],
            )
        )
        self.env.cr.execute(
            SQL(
                """
UPDATE forecast_node node SET next_mean = line.mean
  FROM (SELECT DISTINCT ON (node_id) node_id, mean FROM forecast_node_line
         WHERE node_id = ANY(%s) ORDER BY node_id, date) line
 WHERE node.id = line.node_id
                """,
                list(set(node_ids)),
            )
        )
        self.env["forecast.node"].invalidate_model()
        self.env["forecast.node.line"].invalidate_model()

    def _unit_values(self, plan, product_ids):
        """Worth of one piece of each product, as the aggregates reckon it."""
        rows = self.env.execute_query(
            SQL(
                "SELECT product_id, MAX(yearly_value / yearly_demand)"
                " FROM forecast_series WHERE plan_id = %s AND product_id = ANY(%s)"
                " AND yearly_demand > 0 GROUP BY product_id",
                plan.id,
                product_ids,
            )
        )
        return dict(rows)

    def _channel_shares(self, channels):
        """{(node id, date): share of the channel in its place's forecast}; by the last
        year's demand where the forecast is zero."""
        ids = [id_ for group in channels.values() for id_, _team in group]
        if not ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
SELECT line.node_id, line.date,
       CASE WHEN SUM(line.mean) OVER place > 0 THEN line.mean / SUM(line.mean) OVER place
            WHEN SUM(node.yearly_demand) OVER place > 0
            THEN node.yearly_demand / SUM(node.yearly_demand) OVER place
            ELSE 1.0 / COUNT(*) OVER place END
  FROM forecast_node_line line JOIN forecast_node node ON node.id = line.node_id
 WHERE line.node_id = ANY(%s)
WINDOW place AS (PARTITION BY node.product_id, node.warehouse_id, line.date)
                """,
                ids,
            )
        )
        return {row[:2]: float(row[2]) for row in rows}
