# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from collections import Counter, defaultdict

from odoo import fields, models
from odoo.tools import SQL

from ..plan.forecast_plan_demand import STEPS


class ForecastRequest(models.Model):
    """Sales-force composite: territories added up, corrected and completed."""

    _inherit = "forecast.request"

    def _history_dates(self, periods=12):
        """First days of the last complete periods."""
        step = STEPS[self.plan_id.grain]
        now = self.plan_id._period_start(fields.Date.context_today(self))
        return {now - step * (index + 1) for index in range(periods)}

    def _territory_demand(self, days):
        """Demand by salesperson and by team of the sales orders behind the deliveries.

        One query over done moves to customers, minus returns, in the product's unit, by
        the date wanted like the plan's own demand. Deliveries without a sales order are
        in "all" only.

        :param days: first days of periods
        :returns: dict ("user", id) / ("team", id) / "all" -> Counter of (product id,
            first day) -> quantity
        """
        self.ensure_one()
        result = defaultdict(Counter)
        if not days:
            return result
        plan = self.plan_id
        products = self._products()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
SELECT move.product_id, sale.user_id, sale.team_id,
       date_trunc(%(grain)s, (CASE WHEN source.usage = 'customer' THEN move.date
           ELSE COALESCE(sale.commitment_date, move.date_deadline, move.date) END
           AT TIME ZONE 'UTC') AT TIME ZONE %(tz)s)::date AS start,
       SUM(CASE WHEN source.usage = 'customer' THEN -1 ELSE 1 END * move.quantity
           * unit.factor / own.factor) AS quantity
  FROM stock_move move
  JOIN stock_location source ON source.id = move.location_id
  JOIN stock_location target ON target.id = move.location_dest_id
  JOIN product_product product ON product.id = move.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
  JOIN uom_uom unit ON unit.id = move.product_uom
  JOIN uom_uom own ON own.id = template.uom_id
  LEFT JOIN sale_order_line line ON line.id = move.sale_line_id
  LEFT JOIN sale_order sale ON sale.id = line.order_id
 WHERE move.state = 'done' AND move.company_id = %(company)s
   AND move.product_id = ANY(%(products)s)
   AND (source.usage = 'customer') != (target.usage = 'customer')
   AND (%(warehouse)s IS NULL OR %(warehouse)s = CASE WHEN source.usage = 'customer'
           THEN target.warehouse_id ELSE source.warehouse_id END)
 GROUP BY 1, 2, 3, 4
                """,
                grain=plan.grain,
                tz=plan._timezone(self.warehouse_id or plan._scope_warehouses()[:1]),
                company=self.company_id.id,
                products=products.ids,
                warehouse=self.warehouse_id.id or None,
            )
        )
        for product_id, user_id, team_id, start, quantity in rows:
            if start not in days:
                continue
            result["all"][product_id, start] += quantity
            if user_id:
                result["user", user_id][product_id, start] += quantity
            if team_id:
                result["team", team_id][product_id, start] += quantity
        return result

    def _products(self):
        """Products asked about, those of the categories too."""
        found = self.product_ids
        if self.categ_ids:
            found |= self.env["product.product"].search(
                [("categ_id", "child_of", self.categ_ids.ids)]
            )
        return found

    def _demand_of(self, demand, opinion):
        """Quantity of one opinion's products and period in `demand`."""
        products = opinion.product_id or self.env["product.product"].search(
            [("categ_id", "child_of", opinion.categ_id.ids)]
        )
        return sum(demand[product.id, opinion.date] for product in products)

    def _compose(self):
        """Add the territories up: one "composite" row per product and period.

        A territory that did not answer is filled by its share in last year's demand of
        the statistical forecast.
        """
        from ...engine.opinion_records import composite

        self.ensure_one()
        answers = self.opinion_ids.filtered(
            lambda one: (
                one.kind == "sales"
                and one.answered
                and one.participant_id.state == "answered"
            )
        )
        for one in answers:
            one.expected = one.quantity
        self.opinion_ids.filtered(
            lambda one: one.kind == "composite" and not one.scored
        ).unlink()
        demand = self._territory_demand(self._history_dates())
        groups = defaultdict(self.env["forecast.opinion"].browse)
        for one in answers:
            groups[one.product_id, one.categ_id, one.date] |= one
        rows = []
        for (product, category, day), parts in groups.items():
            parts._note_statistical()
            statistical = parts[0].statistical
            total, filled = composite(
                [one.quantity for one in parts],
                [one.participant_id.factor for one in parts],
                [self._share(demand, one) for one in parts],
                statistical,
            )
            rows.append(
                {
                    "request_id": self.id,
                    "kind": "composite",
                    "plan_id": self.plan_id.id,
                    "company_id": self.company_id.id,
                    "product_id": product.id,
                    "categ_id": category.id,
                    "warehouse_id": self.warehouse_id.id,
                    "date": day,
                    "quantity": total,
                    "answered": True,
                    "reason": self.env._(
                        "%(name)s: %(count)s of %(asked)s territories, %(filled).4g filled "
                        "from the statistical forecast",
                        name=self.name,
                        count=len(parts),
                        asked=len(self.participant_ids),
                        filled=filled,
                    ),
                }
            )
        self.env["forecast.opinion"].create(rows)

    def _share(self, demand, opinion):
        """Share of the opinion's territory in last year's demand for its product."""

        def quantity(key):
            return sum(
                value
                for (product_id, _day), value in demand[key].items()
                if product_id in wanted
            )

        wanted = set(
            (
                opinion.product_id
                or self.env["product.product"].search(
                    [("categ_id", "child_of", opinion.categ_id.ids)]
                )
            ).ids
        )
        whole = quantity("all")
        part = quantity(opinion.participant_id._territory())
        # a product that nobody has sold yet: everybody speaks for an equal part
        if whole <= 0:
            return 1.0 / len(self.participant_ids)
        return min(1.0, max(0.0, part / whole))
