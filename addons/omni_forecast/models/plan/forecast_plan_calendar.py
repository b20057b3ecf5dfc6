# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date
from functools import lru_cache

from odoo import api, fields, models
from odoo.tools import SQL

from .forecast_plan_demand import STEPS


@lru_cache(maxsize=256)
def _public_holidays(country, subdivision, year, language):
    """((date, name), ...) of a year; () where the library does not know the country."""
    import holidays

    supported = holidays.list_supported_countries()
    if country not in supported:
        return ()
    if subdivision not in supported[country]:
        subdivision = None
    known = holidays.list_localized_countries().get(country, [])
    short = language.split("_")[0]
    chosen = next((one for one in (language, short) if one in known), None)
    if chosen is None:
        chosen = next((one for one in ("en_US", "en_GB", "en") if one in known), None)
    found = holidays.country_holidays(
        country, subdiv=subdivision, years=year, language=chosen
    )
    return tuple(sorted(found.items()))


class ForecastPlan(models.Model):
    """Public holidays and working days."""

    _inherit = "forecast.plan"

    holidays = fields.Selection(
        [("off", "Show Only"), ("adjust", "Learn and Adjust")],
        compute="_compute_holidays",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        string="Public Holidays",
        help="Learn and adjust: what a holiday did to the demand of its day or week is "
        "learned from the history of all products, taken out before forecasting and put "
        "back for the holidays ahead.",
    )
    holiday_country_id = fields.Many2one(
        "res.country",
        string="Holidays of",
        compute="_compute_holiday_country_id",
        store=True,
        precompute=True,
        readonly=False,
        help="Used where a warehouse's address names no country.",
    )

    @api.depends("grain")
    def _compute_holidays(self):
        for plan in self:
            # in a month a holiday more or less is lost in the noise
            plan.holidays = "off" if plan.grain == "month" else "adjust"

    @api.depends("company_id")
    def _compute_holiday_country_id(self):
        for plan in self:
            plan.holiday_country_id = plan.company_id.country_id

    def _holiday_place(self, warehouse=None):
        """(country code, state code) whose holidays count in `warehouse`."""
        self.ensure_one()
        # an address is readable by whoever reads the plan's warehouses
        address = warehouse.sudo().partner_id if warehouse else None
        if address and address.country_id:
            return _place(address.country_id, address.state_id)
        home = self.company_id.partner_id.sudo()
        country = self.holiday_country_id or home.country_id
        state = home.state_id if home.country_id == country else home.state_id.browse()
        return _place(country, state)

    def _holiday_days(self, place, start, end, language):
        """{date: name} of public holidays from `start` to `end`, both included."""
        country, state = place
        if not country:
            return {}
        return {
            day: name
            for year in range(start.year, end.year + 1)
            for day, name in _public_holidays(country, state, year, language)
            if start <= day <= end
        }

    @api.private
    def _holiday_marks(self, start, end, warehouse=None):
        """Public holidays for the screen, in the user's language where it is known.

        :param start, end: dates, both included
        :param warehouse: stock.warehouse whose address decides; None: the plan's country
        :returns: [{"date": ISO string, "name": str}] in order
        """
        self.ensure_one()
        days = self._holiday_days(
            self._holiday_place(warehouse),
            fields.Date.to_date(start),
            fields.Date.to_date(end),
            self.env.lang or "en_US",
        )
        return [
            {"date": fields.Date.to_string(day), "name": name}
            for day, name in sorted(days.items())
        ]

    def _working_weekdays(self):
        """Weekdays (0 = Monday) of the company's working hours; all without any."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT dayofweek FROM resource_calendar_attendance"
                " WHERE calendar_id = %s AND day_period != 'lunch'",
                self.company_id.resource_calendar_id.id or 0,
            )
        )
        return {int(row[0]) for row in rows} or set(range(7))

    @api.private
    def _holiday_shares(self, place, first, count):
        """Share of the working days that each holiday takes from each period.

        :param place: see `_holiday_place`
        :param first: first day of the first of `count` periods
        :returns: (list of names, [[share of each name] of each period])
        """
        self.ensure_one()
        step = STEPS[self.grain]
        starts = [first + step * index for index in range(count + 1)]
        working = self._working_weekdays()
        # names in one fixed language: they tell holidays apart
        days = self._holiday_days(place, first, starts[-1], "en_US")
        names = sorted({_plain(name) for name in days.values()})
        column = {name: index for index, name in enumerate(names)}
        table = []
        for start, end in zip(starts, starts[1:], strict=False):
            inside = [
                date.fromordinal(n) for n in range(start.toordinal(), end.toordinal())
            ]
            open_days = sum(1 for day in inside if day.weekday() in working) or 1
            row = [0.0] * len(names)
            for day in inside:
                if day in days and (day.weekday() in working or self.grain == "day"):
                    row[column[_plain(days[day])]] += 1.0 / open_days
            table.append(row)
        return names, table


def _place(country, state):
    """Codes as the library of holidays has them; Odoo writes "DE-BY" for Bavaria."""
    code = country.code or ""
    return code, (state.code or "").removeprefix(f"{code}-")


def _plain(name):
    """A substitute holiday is one of its kind: all of them share an effect."""
    low = name.lower()
    if "substitute" in low or "alternative" in low or "observed" in low:
        return "Substitute Holiday"
    return name
