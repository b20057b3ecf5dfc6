# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import api, fields, models
from odoo.exceptions import UserError


class MedicalFeedProblem(models.Model):
    """Quarantine: what could not be read, by position and reason.

    Holds no part of the message, not even the rejected value: a name in the wrong
    field would otherwise end up here.
    """

    _name = "medical.feed.problem"
    _description = "Schedule Feed Problem"
    _order = "id desc"
    _rec_name = "position"

    feed_id = fields.Many2one(
        "medical.feed", required=True, ondelete="cascade", index=True, readonly=True
    )
    hospital_id = fields.Many2one(related="feed_id.hospital_id", store=True)
    company_id = fields.Many2one(related="feed_id.company_id", store=True, index=True)
    date = fields.Datetime(default=fields.Datetime.now, readonly=True)
    position = fields.Char(
        readonly=True,
        help="Where in the delivery: message number and segment/field, JSON path or "
        "line.",
    )
    code = fields.Char(readonly=True)
    severity = fields.Selection(
        [("error", "Error"), ("warning", "Warning")],
        readonly=True,
        help="Error: an event was lost. Warning: a field was left out or assumed.",
    )
    message = fields.Char(string="Reason", readonly=True)
    fingerprint = fields.Char(
        readonly=True,
        help="Keyed hash of the delivery, so that the same one is not listed twice.",
    )
    state = fields.Selection(
        [("open", "Open"), ("done", "Settled")], default="open", required=True
    )

    can_replay = fields.Boolean(
        compute="_compute_can_replay",
        help="The source of the feed can be asked for it again.",
    )

    _delivery_position_uniq = models.UniqueIndex(
        "(feed_id, fingerprint, position, code)"
    )

    @api.model
    def _quarantine(self, feed, problems):
        """Store the problems of a delivery, each once however often it is sent.

        Warnings that every message of a sender brings (a field it never fills) are
        listed once a day.

        :param problems: list of dict position, code, severity, message, fingerprint
        :return: the new records
        """
        today = f"day:{fields.Date.context_today(self)}"
        wanted = {}
        for problem in problems:
            problem = dict(problem)
            if problem["severity"] == "warning":
                problem["fingerprint"] = today
                problem["position"] = re.sub(r"^#\d+ ", "", problem["position"])
            key = (problem["fingerprint"], problem["position"], problem["code"])
            wanted.setdefault(key, problem)
        if not wanted:
            return self.browse()
        known = {
            (row.fingerprint or "", row.position or "", row.code or ""): row
            for row in self.search(
                [
                    ("feed_id", "=", feed.id),
                    ("fingerprint", "in", list({key[0] for key in wanted})),
                ]
            )
        }
        if self.env.context.get("medical_replay"):
            # it was settled in the hope that it is mended: it is not
            self.union(
                *(row for key, row in known.items() if key in wanted)
            ).action_reopen()
        return self.create(
            [
                dict(problem, feed_id=feed.id)
                for key, problem in wanted.items()
                if key not in known
            ]
        )

    @api.depends("feed_id.transport")
    def _compute_can_replay(self):
        for problem in self:
            problem.can_replay = problem.feed_id.transport in ("fhir", "ical")

    def action_replay(self):
        """Read the sources of these problems again, after a code was mapped or the
        sender has mended the record. What is still wrong is opened again.

        :raise UserError: a feed whose messages are sent to us: nothing of them is kept
        """
        self.check_access("write")
        if pushed := self.filtered(lambda problem: not problem.can_replay):
            raise UserError(
                self.env._(
                    "The messages of %s are sent to us and not kept: ask the sender to "
                    "send again what is listed here.",
                    pushed[0].feed_id.display_name,
                )
            )
        # sudo: the desk may not read addresses and secrets of feeds
        for feed in self.feed_id.sudo():
            mine = self.filtered(lambda problem, feed=feed: problem.feed_id == feed)
            mine.write({"state": "done"})
            feed.with_context(medical_replay=True)._poll_again(min(mine.mapped("date")))

    def action_done(self):
        """Mark as settled with the sender."""
        self.write({"state": "done"})

    def action_reopen(self):
        """Mark as open again."""
        self.write({"state": "open"})
