# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_partner import _tz_get

from .medical_storeroom import WEEKDAY_FIELDS

# A storeroom that no day of a whole year suits is closed, not late.
SEARCH_DAYS = 366


class MedicalStoreroomDelivery(models.Model):
    """When the next delivery comes: lead time, weekdays, cut-off time, closed days."""

    _inherit = "medical.storeroom"

    timezone = fields.Selection(
        _tz_get,
        required=True,
        default=lambda self: self._default_timezone(),
        help="Of the hospital: its cut-off times are meant in it.",
    )
    has_cutoff = fields.Boolean(
        string="Cut-off Time",
        help="What is approved later counts as approved on the next day.",
    )
    cutoff_hour = fields.Float(
        string="Cut-off", default=12.0, help="Time of day at the hospital."
    )
    urgent_days = fields.Integer(
        string="Urgent Lead Days",
        default=1,
        required=True,
        help="Days from the approval of an urgent order to its delivery; 0 is the "
        "same day.",
    )
    urgent_any_day = fields.Boolean(
        string="Urgent on Any Day",
        default=True,
        help="Urgent orders come on weekdays and holidays without delivery as well.",
    )
    urgent_has_cutoff = fields.Boolean(string="Urgent Cut-off Time")
    urgent_cutoff_hour = fields.Float(string="Urgent Cut-off", default=15.0)
    expiry_margin_days = fields.Integer(
        string="Expiry Margin (Days)",
        default=7,
        required=True,
        help="Lots must be usable this long after the last procedure that the "
        "delivery is for.",
    )
    closure_ids = fields.One2many(
        "medical.storeroom.closure", "storeroom_id", string="Days without Delivery"
    )

    _cutoff_range = models.Constraint(
        "CHECK (cutoff_hour >= 0 AND cutoff_hour <= 24"
        " AND urgent_cutoff_hour >= 0 AND urgent_cutoff_hour <= 24)",
        "A cut-off time lies between 0:00 and 24:00.",
    )
    _urgent_positive = models.Constraint(
        "CHECK (urgent_days >= 0 AND expiry_margin_days >= 0)",
        "Urgent lead days and expiry margin cannot be negative.",
    )

    @api.model
    def _default_timezone(self):
        return self.env.user.tz or self.env.company.partner_id.tz or "UTC"

    def _closed_days(self, start):
        """Dates from ``start`` on at which no delivery is taken."""
        self.ensure_one()
        days = set()
        # sudo: holidays of the hospital, for its own people who approve as well
        for closure in (
            self.env["medical.storeroom.closure"]
            .sudo()
            .search(
                [
                    ("hospital_id", "=", self.hospital_id.id),
                    ("storeroom_id", "in", [False, self.id]),
                    ("date_to", ">=", start),
                    ("date_from", "<=", start + timedelta(days=SEARCH_DAYS)),
                ]
            )
        ):
            day = max(closure.date_from, start)
            last = min(closure.date_to, start + timedelta(days=SEARCH_DAYS))
            while day <= last:
                days.add(day)
                day += timedelta(days=1)
        return days

    @api.private
    def next_delivery_date(self, today, urgent=False):
        """First delivery day that the lead time allows, for an approval on a day
        before its cut-off.

        :param today: date of the approval
        :param urgent: by the storeroom's rule for urgent orders
        :return: date
        :raise UserError: every delivery day of a year is closed
        """
        self.ensure_one()
        date = today + timedelta(days=self.urgent_days if urgent else self.lead_days)
        if urgent and self.urgent_any_day:
            return date
        closed = self._closed_days(date)
        for _day in range(SEARCH_DAYS):
            if self[WEEKDAY_FIELDS[date.weekday()]] and date not in closed:
                return date
            date += timedelta(days=1)
        raise UserError(
            self.env._(
                "%(storeroom)s takes no delivery within a year after %(date)s: see its "
                "days without delivery.",
                storeroom=self.display_name,
                date=fields.Date.to_string(today),
            )
        )

    @api.private
    def promised_date(self, moment, urgent=False):
        """Delivery day of what is approved now.

        :param moment: naive UTC datetime of the approval
        :param urgent: by the storeroom's rule for urgent orders
        :return: date
        """
        self.ensure_one()
        local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone or "UTC"))
        hour = local.hour + local.minute / 60 + local.second / 3600
        has_cutoff = self.urgent_has_cutoff if urgent else self.has_cutoff
        cutoff = self.urgent_cutoff_hour if urgent else self.cutoff_hour
        today = local.date()
        if has_cutoff and hour >= cutoff:
            today += timedelta(days=1)
        return self.next_delivery_date(today, urgent)
