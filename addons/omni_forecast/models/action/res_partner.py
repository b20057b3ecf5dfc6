# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    forecast_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Vendor's Working Days",
        help="Orders count from the vendor's next working day; closures (time off of the "
        "working hours) prolong the lead time. Empty: every day is a working day.",
    )
    forecast_holidays = fields.Boolean(
        string="Closed on Public Holidays",
        help="The public holidays of the vendor's country are closures.",
    )

    def _forecast_workdays(self, first, last):
        """The vendor's working days between two days (engine.workdays.WorkDays)."""
        from ...engine.workdays import ALWAYS

        self.ensure_one()
        partner = self.commercial_partner_id
        calendar = self.forecast_calendar_id or partner.forecast_calendar_id
        days = calendar._forecast_workdays(first, last) if calendar else ALWAYS
        if self.forecast_holidays or partner.forecast_holidays:
            country = (self.country_id or partner.country_id).code
            days = days._replace(
                closed=days.closed | self._public_holidays(country, first, last)
            )
        return days

    def _public_holidays(self, country, first, last):
        """Public holidays of a country, where the library `holidays` knows it."""
        try:
            import holidays
        except ImportError:
            return frozenset()
        years = range(first.year, last.year + 1)
        if country not in holidays.list_supported_countries():
            return frozenset()
        found = holidays.country_holidays(country, years=years)
        return frozenset(day for day in found if first <= day <= last)
