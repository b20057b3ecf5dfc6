# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import fields, models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _forecast_workdays(self, first, last):
        """Working days of the week, and days of which a closure takes all, between two
        days. Time off of single people is no closure.

        :returns: engine.workdays.WorkDays
        """
        from ...engine.workdays import WorkDays

        self.ensure_one()
        attendances = self.attendance_ids.filtered(
            lambda one: one.display_type != "line_section" and one.day_period != "lunch"
        )
        weekdays = frozenset(int(one.dayofweek) for one in attendances)
        closed = set()
        for leave in self.global_leave_ids.filtered(
            lambda one: one.time_type == "leave"
        ):
            zoned = self.with_context(tz=self.tz or "UTC")
            start = fields.Datetime.context_timestamp(zoned, leave.date_from)
            end = fields.Datetime.context_timestamp(zoned, leave.date_to)
            day = max(start.date(), first)
            while day <= min(end.date(), last):
                hours = [
                    (one.hour_from, one.hour_to)
                    for one in attendances
                    if int(one.dayofweek) == day.weekday()
                ]
                begin = start.hour + start.minute / 60 if day == start.date() else 0
                finish = end.hour + (end.minute + 1) / 60 if day == end.date() else 24
                # a morning off is no closure
                if all(begin <= opens and closes <= finish for opens, closes in hours):
                    closed.add(day)
                day += timedelta(days=1)
        if self.flexible_hours or not weekdays:
            weekdays = frozenset(range(7))
        return WorkDays(weekdays, frozenset(closed))
