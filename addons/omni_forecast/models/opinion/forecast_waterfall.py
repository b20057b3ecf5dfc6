# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models

from .adjusting import Adjustments
from .forecast_adjustment import KINDS


class ForecastSeries(models.Model):
    """From the statistical baseline to the final forecast, step by step."""

    _inherit = "forecast.series"

    def get_waterfall(self):
        """The steps from baseline to final, by period.

        :returns: dict with unit, grain, editable, steps ([name, label]), periods (dicts
            with date, baseline, one change per step, reconciled, final, and the active
            override's reason, author and whether it replaced one), notes (adjustments
            with their words)
        """
        self.ensure_one()
        self.check_access("read")
        lines = self.line_ids.sorted("date")
        rows = Adjustments.of_series(self.env, self)
        outcome = rows.apply(
            [(self.id, line.date) for line in lines],
            lines.mapped("baseline"),
        )
        labels = dict(
            self.env["forecast.adjustment"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        adjustments = self.env["forecast.adjustment"].search(
            [
                ("series_id", "=", self.id),
                ("state", "!=", "withdrawn"),
                ("date", "in", lines.mapped("date")),
            ]
        )
        overrides = {one.date: one for one in adjustments if one.kind == "override"}
        names = [name for name, _label in KINDS]
        changes = (outcome.running[:, 1:] - outcome.running[:, :-1]).tolist()
        periods = []
        for line, row, base in zip(
            lines, changes, outcome.running[:, 0].tolist(), strict=True
        ):
            override = overrides.get(line.date)
            steps = dict(zip(names, row, strict=True))
            periods.append(
                {
                    "date": fields.Date.to_string(line.date),
                    "baseline": base,
                    **steps,
                    "reconciled": line.mean - base - sum(row),
                    "final": line.mean,
                    "overridden": bool(override),
                    "reason": override.reason if override else "",
                    "author": override.author_id.name if override else "",
                    "replaced": bool(override and override.replaced_id),
                }
            )
        return {
            "unit": self.uom_id.name,
            "grain": self.plan_id.grain,
            "editable": self.env["forecast.adjustment"].has_access("create"),
            "steps": [
                ("baseline", self.env._("Statistical forecast")),
                *labels.items(),
                ("reconciled", self.env._("Reconciliation")),
                ("final", self.env._("Final forecast")),
            ],
            "periods": periods,
            "notes": [
                {
                    "id": one.id,
                    "date": fields.Date.to_string(one.date),
                    "kind": labels[one.kind],
                    "effect": one.effect,
                    "quantity": one.quantity,
                    "weight": one.weight,
                    "author": one.author_id.name or "",
                    "reason": one.reason or "",
                }
                for one in adjustments
            ],
        }
