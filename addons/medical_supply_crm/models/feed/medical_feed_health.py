# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models

DAYS = 14
RATE_DAYS = 7


class MedicalFeed(models.Model):
    """How a feed is doing, and the alarm when it has gone quiet."""

    _inherit = "medical.feed"

    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Gets an activity when the feed is silent or cannot be fetched.",
    )
    silence_hours = fields.Float(
        string="Silence Alarm",
        default=16.0,
        help="Business hours without an event after which the responsible is told, by "
        "the company's working hours. 0: no alarm.",
    )
    silent_since = fields.Datetime(readonly=True, copy=False)
    last_success_date = fields.Datetime(
        string="Last Success",
        readonly=True,
        copy=False,
        help="When the feed was last received, or fetched, without a failure.",
    )
    last_event_date = fields.Datetime(
        string="Last Event Received", readonly=True, copy=False
    )
    last_lag_minutes = fields.Float(
        string="Lag (Minutes)",
        readonly=True,
        copy=False,
        help="Age of the newest event of the last delivery when it arrived.",
    )
    failure_count = fields.Integer(
        string="Failures in a Row", readonly=True, copy=False
    )
    last_failure_date = fields.Datetime(readonly=True, copy=False)
    last_failure = fields.Char(readonly=True, copy=False)
    day_ids = fields.One2many("medical.feed.day", "feed_id", readonly=True)
    error_rate = fields.Float(
        compute="_compute_error_rate",
        compute_sudo=True,
        help="Share of what arrived in the last seven days that could not be read.",
    )

    @api.depends("day_ids.errors", "day_ids.received")
    def _compute_error_rate(self):
        since = fields.Date.context_today(self) - timedelta(days=RATE_DAYS)
        rates = {}
        for feed, errors, received in self.env["medical.feed.day"]._read_group(
            [("feed_id", "in", self.ids), ("date", ">", since)],
            ["feed_id"],
            ["errors:sum", "received:sum"],
        ):
            total = errors + received
            rates[feed.id] = errors / total if total else 0.0
        for feed in self:
            feed.error_rate = rates.get(feed._origin.id, 0.0)

    # -- silence -------------------------------------------------------------------------
    @api.model
    def _cron_watch(self):
        """Tell the responsible of every feed that has been silent for too long."""
        feeds = self.search([("silence_hours", ">", 0), ("silent_since", "=", False)])
        now = fields.Datetime.now()
        for feed in feeds:
            calendar = feed.company_id.resource_calendar_id
            since = feed.last_event_date or feed.create_date
            if (now - since).total_seconds() / 3600 <= feed.silence_hours:
                continue  # spares the calendar
            hours = (
                calendar.get_work_hours_count(since, now)
                if calendar
                else (now - since).total_seconds() / 3600
            )
            if hours > feed.silence_hours:
                feed._raise_silence(since)

    def _raise_silence(self, since):
        self.silent_since = since
        self._alarm(
            self.env._("The feed %s is silent", self.name),
            self.env._(
                "No event since %(since)s (UTC), longer than %(hours)s business hours. "
                "Ask the hospital's integration engineer.",
                since=fields.Datetime.to_string(since),
                hours=round(self.silence_hours, 1),
            ),
        )

    def _alarm(self, summary, note):
        """One open activity per feed and reason."""
        if summary not in self.activity_ids.mapped("summary"):
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=summary,
                note=note,
                user_id=(self.responsible_id or self.env.user).id,
            )

    def _end_silence(self):
        """The alarms are over once events arrive."""
        activities = self.activity_ids.filtered("automated")
        if activities:
            activities.action_feedback(feedback=self.env._("Events arrive again."))

    # -- for the portal page ---------------------------------------------------------------
    def _health(self):
        """Health of feeds as plain values, for people who may read nothing else.

        The caller has chosen the feeds by the reader's role: counters, queue and
        quarantine are read with the system's rights.

        :return: list of dict: id, name, hospital, transport, format (labels), state,
            state_label, last_success, last_event, last_failure_date, last_failure,
            lag_minutes, silent_since, error_rate, event_count, days (list of dict date,
            polls, failures, deliveries, received, created, updated, errors, warnings;
            newest first), codes (list of dict kind, system, code, waiting, first_event,
            suggestion), problems (list of dict id, date, position, severity, message,
            can_replay)
        """
        since = fields.Date.context_today(self) - timedelta(days=DAYS)
        feeds = self.sudo()
        days = self.env["medical.feed.day"].sudo()
        days = days.search([("feed_id", "in", feeds.ids), ("date", ">", since)])
        codes = self.env["medical.code.mapping"].sudo()
        codes = codes.search([("feed_id", "in", feeds.ids), ("state", "=", "open")])
        problems = self.env["medical.feed.problem"].sudo()
        problems = problems.search(
            [("feed_id", "in", feeds.ids), ("state", "=", "open")], limit=500
        )
        counters = [
            name
            for name, field in days._fields.items()
            if field.type == "integer" and name != "id"
        ]
        of_days = days.grouped("feed_id")
        of_codes = codes.grouped("feed_id")
        of_problems = problems.grouped("feed_id")

        def label(feed, name):
            return dict(feed._fields[name]._description_selection(self.env)).get(
                feed[name], ""
            )

        return [
            {
                "id": feed.id,
                "name": feed.name,
                "hospital": feed.hospital_id.display_name,
                "transport": label(feed, "transport"),
                "format": label(feed, "message_format"),
                "state": feed.state,
                "state_label": label(feed, "state"),
                "last_success": feed.last_success_date,
                "last_event": feed.last_event_date,
                "last_failure_date": feed.last_failure_date,
                "last_failure": feed.last_failure,
                "lag_minutes": feed.last_lag_minutes,
                "silent_since": feed.silent_since,
                "error_rate": feed.error_rate,
                "event_count": feed.event_count,
                "days": [
                    {"date": day.date, **{name: day[name] for name in counters}}
                    for day in of_days.get(feed, days.browse())
                ],
                "codes": [
                    {
                        "kind": code.kind,
                        "system": code.system,
                        "code": code.code,
                        "waiting": code.event_count,
                        "first_event": code.first_event_date,
                        "suggestion": code.suggestion,
                    }
                    for code in of_codes.get(feed, codes.browse())
                ],
                "problems": [
                    {
                        "id": problem.id,
                        "date": problem.date,
                        "position": problem.position,
                        "severity": problem.severity,
                        "message": problem.message,
                        "can_replay": problem.can_replay,
                    }
                    for problem in of_problems.get(feed, problems.browse())
                ],
            }
            for feed in feeds
        ]
