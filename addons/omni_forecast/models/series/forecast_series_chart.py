# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from bisect import bisect_right
from datetime import timedelta

from odoo import fields, models

EARLIER = 6  # earlier forecasts that the chart can show


class ForecastSeries(models.Model):
    """What the planner's chart marks besides demand and forecast."""

    _inherit = "forecast.series"

    def get_chart_data(self):
        """The chart's curves and marks.

        :returns: what the method above gives, and
            baseline (statistical forecast by period, None in the past),
            cleaned (demand as the engine saw it, None where it is the demand itself),
            flags ({index of a past period: ["stockout", "outlier", "event"]}),
            events (dicts with id, name, kind, first and last index, uplift),
            holidays (dicts with index and name),
            overrides ({index: {reason, author, kind}}),
            earlier (dicts with label and values like mean, newest first),
            editable (whether the user may change periods)
        """
        data = super().get_chart_data()
        days = [fields.Date.to_date(day) for day in data["labels"]]
        past = self.history or {}
        count = len(past.get("y") or [])
        cleaned = past.get("cleaned") or []
        ahead = [None] * (len(days) - count)
        index = {day: position for position, day in enumerate(days)}
        lines = self.line_ids.sorted("date")
        shift = len(days) - len(lines)
        data.update(
            baseline=[None] * shift + lines.mapped("baseline"),
            cleaned=cleaned + ahead if len(cleaned) == count else [],
            flags={int(key): value for key, value in (past.get("flags") or {}).items()},
            events=self._chart_events(days),
            holidays=self._chart_holidays(days),
            overrides=self._chart_overrides(index),
            earlier=self._chart_earlier(index, len(days)),
            editable=self.env["forecast.adjustment"].has_access("create"),
        )
        return data

    def _chart_events(self, days):
        """Confirmed events of the product and the warehouse in the chart's time."""
        if not days:
            return []
        plan = self.plan_id
        end = plan._next_period(days[-1])
        events = self.env["forecast.event"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "confirmed"),
                ("date_end", ">=", days[0]),
                ("date_start", "<", end),
            ],
            order="date_start, id",
        )
        found = []
        for event, (products, warehouses) in events._scope(self.product_id.ids).items():
            if self.product_id.id not in products:
                continue
            if self.warehouse_id.id not in warehouses:
                continue
            inside = [
                position
                for position, day in enumerate(days)
                if day <= event.date_end and plan._next_period(day) > event.date_start
            ]
            uplift = event.actual_uplift if event.measured else event.expected_uplift
            found.append(
                {
                    "id": event.id,
                    "name": event.name,
                    "kind": event.kind,
                    "first": inside[0],
                    "last": inside[-1],
                    "uplift": uplift,
                    "measured": event.measured,
                }
            )
        return found

    def _chart_holidays(self, days):
        """Public holidays by the day or week they lie in; a month is never without."""
        plan = self.plan_id
        if not days or plan.grain == "month":
            return []
        end = plan._next_period(days[-1]) - timedelta(days=1)
        found = {}
        for mark in plan._holiday_marks(days[0], end, self.warehouse_id):
            day = fields.Date.to_date(mark["date"])
            found.setdefault(bisect_right(days, day) - 1, []).append(mark["name"])
        return [
            {"index": index, "name": ", ".join(names)} for index, names in found.items()
        ]

    def _chart_overrides(self, index):
        """What people changed by hand, by period."""
        found = {}
        rows = self.env["forecast.adjustment"].search(
            [
                ("series_id", "=", self.id),
                ("state", "!=", "withdrawn"),
                ("kind", "!=", "event"),
            ]
        )
        labels = dict(rows._fields["kind"]._description_selection(self.env))
        for row in rows:
            if row.date in index:
                found.setdefault(index[row.date], []).append(
                    {
                        "kind": labels[row.kind],
                        "reason": row.reason or "",
                        "author": row.author_id.name or "",
                    }
                )
        return found

    def _chart_earlier(self, index, size):
        """Forecasts as they stood when they were made, newest first."""
        found = []
        newest = self.line_ids[:1].date
        for one in self.env["forecast.vintage"].search(
            [("series_id", "=", self.id), ("start", "<", newest)],
            order="start desc, run_id desc, id",
            limit=EARLIER * 4,
        ):
            start, values = one.start, one.final or []
            if any(other["start"] == start for other in found):
                # the last word of each period counts
                continue
            curve = [None] * size
            for day, value in zip(
                self.plan_id._period_dates(start, len(values)), values, strict=True
            ):
                if day in index:
                    curve[index[day]] = value
            if any(value is not None for value in curve):
                found.append({"start": start, "values": curve})
            if len(found) == EARLIER:
                break
        return [
            {"start": fields.Date.to_string(one["start"]), "values": one["values"]}
            for one in found
        ]
