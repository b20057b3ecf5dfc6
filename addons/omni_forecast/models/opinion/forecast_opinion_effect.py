# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

ADJUSTMENT = {
    "expert": "expert",
    "composite": "sales",
    "delphi": "delphi",
    "research": "research",
}


class ForecastOpinion(models.Model):
    """From opinion to adjustment, and its score when the actual arrives.

    Everything here runs as superuser: a contributor's answer changes forecasts that he or
    she may not read. The callers have checked whose answer it is.
    """

    _inherit = "forecast.opinion"

    def _parts(self):
        """The forecast lines that each opinion is about.

        :returns: dict opinion id -> list of (series id, product id, warehouse id,
            statistical forecast)
        """
        if not self:
            return {}
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
SELECT opinion.id, series.id, series.product_id, series.warehouse_id,
       COALESCE(line.baseline, line.mean)
  FROM forecast_opinion opinion
  JOIN forecast_series series ON series.plan_id = opinion.plan_id AND series.active
   AND (opinion.warehouse_id IS NULL OR series.warehouse_id = opinion.warehouse_id)
   %s
  JOIN forecast_line line ON line.series_id = series.id AND line.date = opinion.date
  JOIN product_product product ON product.id = series.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
  LEFT JOIN product_category mine ON mine.id = template.categ_id
  LEFT JOIN product_category asked ON asked.id = opinion.categ_id
 WHERE opinion.id = ANY(%s)
   AND (opinion.product_id = series.product_id
        OR mine.parent_path LIKE asked.parent_path || '%%')
 ORDER BY opinion.id, series.id
                """,
                self.env["forecast.series"]._place_level_sql("series"),
                self.ids,
            )
        )
        parts = defaultdict(list)
        for opinion_id, *part in rows:
            parts[opinion_id].append(tuple(part))
        return parts

    def _note_statistical(self):
        """Keep what the statistical forecast says now, as the other side of the record."""
        todo = self.filtered(lambda one: not one.scored)
        parts = todo._parts()
        for one in todo:
            if one.id in parts:
                one.statistical = sum(part[3] for part in parts[one.id])
        return parts

    def _ratios(self):
        """{(kind, author id or False): (error ratio, scored opinions)} of these rows."""
        from ...engine.opinion_records import PRIORS, error_ratio

        pairs = defaultdict(list)
        scored = self.search(
            [
                ("scored", "=", True),
                ("kind", "in", list(set(self.mapped("kind")))),
                ("company_id", "in", self.company_id.ids),
                ("statistical", ">", 0),
            ]
        )
        for one in scored:
            key = (one.kind, one.author_id.id if one.kind == "expert" else False)
            level = max(one.statistical, abs(one.actual))
            pairs[key].append(
                (
                    (one.expected - one.actual) / level,
                    (one.statistical - one.actual) / level,
                )
            )
        return {
            (kind, author): (
                error_ratio(pairs[kind, author], PRIORS[kind]),
                len(pairs[kind, author]),
            )
            for kind, author in {
                (one.kind, one.author_id.id if one.kind == "expert" else False)
                for one in self
            }
        }

    def _weigh(self):
        """Set each row's weight beside the others of the same product and period."""
        from ...engine.opinion_records import CONFIDENCE, blend_weights

        ratios = self._ratios()
        groups = defaultdict(list)
        for one in self:
            key = (
                one.plan_id,
                one.product_id,
                one.categ_id,
                one.warehouse_id,
                one.date,
            )
            groups[key].append(one)
        for rows in groups.values():
            found = [
                ratios[one.kind, one.author_id.id if one.kind == "expert" else False]
                for one in rows
            ]
            confidence = [
                CONFIDENCE[one.confidence or "medium"] if one.kind == "expert" else 1.0
                for one in rows
            ]
            weights = blend_weights([ratio for ratio, _n in found], confidence)
            for one, (ratio, count), weight in zip(
                rows, found, weights.tolist(), strict=True
            ):
                one.write(
                    {
                        "weight": weight,
                        "record_ratio": ratio,
                        "record_count": count,
                        "expected": one.quantity
                        if one.basis == "target"
                        else one.statistical * (1 + one.percent / 100),
                    }
                )

    def _publish(self, source):
        """Replace the adjustments that come from `source` by those of these rows.

        :param source: the request, panel or study that the rows belong to
        """
        rows = self.filtered("answered")
        parts = rows._note_statistical()
        rows._weigh()
        adjustments = self.env["forecast.adjustment"].with_context(
            forecast_no_apply=True
        )
        old = adjustments.search(
            [("res_model", "=", source._name), ("res_id", "=", source.id)]
        )
        series = old.series_id
        old.unlink()
        made = adjustments.create(
            [
                {
                    **place,
                    "date": one.date,
                    "kind": ADJUSTMENT[one.kind],
                    "weight": one.weight,
                    "author_id": one.author_id.id,
                    "reason": one.reason or source.display_name,
                    "res_model": source._name,
                    "res_id": source.id,
                }
                for one in rows
                for place in one._places(parts.get(one.id, ()))
            ]
        )
        (series | made.series_id)._apply_adjustments()
        return made

    def _places(self, parts):
        """Where the opinion applies: values of one adjustment per forecast.

        A quantity is shared in proportion to the statistical forecast; a percentage is the
        same everywhere. A product without any forecast in this plan waits for one.
        """
        from ...engine.opinions import spread

        if parts:
            shares = spread(self.quantity, [part[3] for part in parts]).tolist()
            return [
                {"series_id": part[0], "basis": "percent", "percent": self.percent}
                if self.basis == "percent"
                else {"series_id": part[0], "basis": "target", "target": share}
                for part, share in zip(parts, shares, strict=True)
            ]
        known = self.env["forecast.series"].search_count(
            [
                ("plan_id", "=", self.plan_id.id),
                ("product_id", "=", self.product_id.id),
            ],
            limit=1,
        )
        warehouse = self.warehouse_id or self.plan_id._scope_warehouses()[:1]
        if known or not self.product_id or self.basis == "percent" or not warehouse:
            return []
        return [
            {
                "plan_id": self.plan_id.id,
                "product_id": self.product_id.id,
                "warehouse_id": warehouse.id,
                "basis": "target",
                "target": self.quantity,
            }
        ]

    @api.model
    def _score(self, plan):
        """Write the actual of every opinion whose period the plan's history now holds."""
        until = min((place[3] for place in plan._places()), default=None)
        if until is None:
            return
        rows = self.search(
            [
                ("plan_id", "=", plan.id),
                ("scored", "=", False),
                ("answered", "=", True),
                ("date", "<", until),
            ]
        )
        if not rows:
            return
        territories = rows.filtered(lambda one: one.kind == "sales")
        for request in territories.request_id:
            mine = territories.filtered(lambda one, r=request: one.request_id == r)
            demand = request._territory_demand(set(mine.mapped("date")))
            for one in mine:
                found = demand[one.participant_id._territory()]
                one.write({"actual": request._demand_of(found, one), "scored": True})
        others = rows - territories
        actuals = others._actuals(plan)
        for one in others:
            if one.id in actuals:
                one.write({"actual": actuals[one.id], "scored": True})

    def _actuals(self, plan):
        """{opinion id: demand of its products in its period}, where the history has it."""
        domain = [("plan_id", "=", plan.id)]
        if "team_id" in self.env["forecast.series"]._fields:
            domain.append(("team_id", "=", False))
        by_product = defaultdict(list)
        for series in (
            self.env["forecast.series"].with_context(active_test=False).search(domain)
        ):
            past = series.history or {}
            days = plan._period_days(past.get("start"), len(past.get("y", ())))
            by_product[series.product_id].append(
                (series.warehouse_id, dict(zip(days, past.get("y", ()), strict=True)))
            )
        found = {}
        for one in self:
            products = [
                product
                for product in by_product
                if product == one.product_id
                or (
                    one.categ_id
                    and (product.categ_id.parent_path or "").startswith(
                        one.categ_id.parent_path
                    )
                )
            ]
            values = [
                history[fields.Date.to_string(one.date)]
                for product in products
                for warehouse, history in by_product[product]
                if fields.Date.to_string(one.date) in history
                and (not one.warehouse_id or warehouse == one.warehouse_id)
            ]
            if values:
                found[one.id] = sum(value or 0.0 for value in values)
        return found
