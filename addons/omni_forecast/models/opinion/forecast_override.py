# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import math

from odoo import api, fields, models
from odoo.exceptions import UserError


class ForecastAdjustment(models.Model):
    """Overrides: a planner's word about the quantity of a period."""

    _inherit = "forecast.adjustment"

    @api.model
    @api.private
    def _override(self, wanted, reason):
        """Replace the final forecast of some periods, all of them in one step.

        :param wanted: dict (forecast.series, first day of the period) -> quantity >= 0
        :param reason: text, required
        :returns: the new adjustments
        """
        self.check_access("create")
        if not (reason or "").strip():
            raise UserError(
                self.env._("Give a reason: why is the forecast changed by hand?")
            )
        for (series, day), quantity in wanted.items():
            if not math.isfinite(quantity) or quantity < 0:
                raise UserError(
                    self.env._(
                        "%(quantity)g is no quantity for %(series)s in %(date)s: it must be "
                        "zero or more.",
                        quantity=quantity,
                        series=series.display_name,
                        date=day,
                    )
                )
        series = self.env["forecast.series"].union(*(one for one, _day in wanted))
        series.check_access("read")
        self._check_ahead(wanted)
        old = {
            (one.series_id, one.date): one
            for one in self.search(
                [
                    ("series_id", "in", series.ids),
                    ("date", "in", list({day for _series, day in wanted})),
                    ("kind", "=", "override"),
                    ("state", "=", "active"),
                ]
            )
        }
        replaced = self.union(*(old[key] for key in wanted if key in old))
        later = self.with_context(forecast_no_apply=True)
        replaced.with_env(later.env).write({"state": "withdrawn"})
        replaced.flush_recordset()
        made = later.create(
            [
                {
                    "series_id": series.id,
                    "date": day,
                    "kind": "override",
                    "basis": "target",
                    "target": quantity,
                    "reason": reason.strip(),
                    "replaced_id": old.get((series, day), self).id,
                }
                for (series, day), quantity in wanted.items()
            ]
        ).with_env(self.env)
        series._apply_adjustments()
        return made

    def _check_ahead(self, wanted):
        """Only periods that the forecast covers can be changed."""
        series = self.env["forecast.series"].union(*(one for one, _day in wanted))
        known = {(line.series_id, line.date) for line in series.line_ids}
        for one, day in wanted:
            if (one, day) not in known:
                raise UserError(
                    self.env._(
                        "%(series)s has no forecast for %(date)s.",
                        series=one.display_name,
                        date=day,
                    )
                )

    def action_undo_override(self):
        """Take overrides back; the one that stood before each comes back."""
        self.check_access("write")
        todo = self.filtered(
            lambda one: one.kind == "override" and one.state == "active"
        )
        later = todo.with_context(forecast_no_apply=True)
        later.write({"state": "withdrawn"})
        later.flush_recordset()
        later.replaced_id.filtered(lambda one: one.state == "withdrawn").write(
            {"state": "active"}
        )
        todo.series_id._apply_adjustments()
        return True


class ForecastSeries(models.Model):
    """Overrides by series, as the grid and programs give them."""

    _inherit = "forecast.series"

    def set_overrides(self, quantities, reason):
        """Set the final quantity of some periods of this forecast.

        :param quantities: list of [first day of the period (ISO date), quantity]
        :param reason: why; required
        :returns: what `get_waterfall` returns
        """
        self.ensure_one()
        self.env["forecast.adjustment"]._override(
            {
                (self, fields.Date.to_date(day)): float(value)
                for day, value in quantities
            },
            reason,
        )
        return self.get_waterfall()

    def _active_overrides(self, days):
        return self.env["forecast.adjustment"].search(
            [
                ("series_id", "in", self.ids),
                ("date", "in", [fields.Date.to_date(day) for day in days]),
                ("kind", "=", "override"),
                ("state", "=", "active"),
            ]
        )

    def undo_overrides(self, days):
        """Bring back what stood before the newest override of these periods.

        :param days: list of first days (ISO dates)
        """
        self.ensure_one()
        self._active_overrides(days).action_undo_override()
        return self.get_waterfall()

    def reset_overrides(self, days):
        """Take every override of these periods back: events and opinions stay.

        :param days: list of first days (ISO dates)
        """
        self.ensure_one()
        self._active_overrides(days).action_withdraw()
        return self.get_waterfall()

    def action_change(self):
        """Open the wizard that changes the forecasts of these series by hand."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "omni_forecast.action_forecast_override_wizard"
        )
        action["context"] = {"default_series_ids": self.ids}
        return action
