# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The adjustments of many series as columns, and their effect; not a model."""

from odoo.tools import SQL

from ...tools.bulk import bulk_update


class Adjustments:
    """Rows of forecast.adjustment that are applied, keyed by what the caller counts by."""

    NAMES = ("id", "key", "date", "kind", "basis", "value", "weight", "was")

    def __init__(self, rows):
        """:param rows: tuples (id, key, date, kind, basis, value, weight, (quantity,
        effect))"""
        self.rows = rows
        self.used = []
        self.outcome = None

    def __bool__(self):
        return bool(self.rows)

    _SELECT = SQL(
        "kind, basis, CASE basis WHEN 'target' THEN target WHEN 'percent' THEN percent"
        " ELSE quantity END, COALESCE(weight, 0), quantity, effect"
    )

    @classmethod
    def of_series(cls, env, series):
        """Those of some series, keyed by the series' id."""
        rows = env.execute_query(
            SQL(
                "SELECT id, series_id, date, %s FROM forecast_adjustment"
                " WHERE series_id = ANY(%s) AND state != 'withdrawn'",
                cls._SELECT,
                series.ids,
            )
        )
        return cls([(*row[:7], row[7:]) for row in rows])

    @classmethod
    def of_plan(cls, env, plan, product_ids, since):
        """Those of some products of a plan, keyed by (product, warehouse)."""
        rows = env.execute_query(
            SQL(
                "SELECT id, product_id, warehouse_id, date, %s FROM forecast_adjustment"
                " WHERE plan_id = %s AND product_id = ANY(%s) AND date >= %s"
                " AND state != 'withdrawn'",
                cls._SELECT,
                plan.id,
                product_ids,
                since,
            )
        )
        return cls([(row[0], row[1:3], *row[3:8], row[8:]) for row in rows])

    def apply(self, keys, baseline):
        """Apply the rows to lines named by (key, date); rows without a line are left out.

        :returns: engine.opinions.Adjusted
        """
        from ...engine.opinions import adjust

        position = {key: index for index, key in enumerate(keys)}
        self.used = [row for row in self.rows if (row[1], row[2]) in position]
        self.outcome = adjust(
            baseline,
            [position[row[1], row[2]] for row in self.used],
            [row[3] for row in self.used],
            [row[4] for row in self.used],
            [row[5] or 0.0 for row in self.used],
            [row[6] for row in self.used],
        )
        return self.outcome

    def store(self, env):
        """Keep what each adjustment came to, where it changed."""
        fresh = zip(
            self.used,
            self.outcome.quantity.tolist(),
            self.outcome.weight.tolist(),
            strict=True,
        )
        changed = [
            (row[0], quantity, quantity * weight)
            for row, quantity, weight in fresh
            if (quantity, quantity * weight) != row[7]
        ]
        if changed:
            ids, quantities, effects = zip(*changed, strict=True)
            bulk_update(
                env,
                "forecast.adjustment",
                ids,
                {"quantity": quantities, "effect": effects},
            )
