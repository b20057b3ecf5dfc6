# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


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
    severity = fields.Char(readonly=True)
    message = fields.Char(string="Reason", readonly=True)
    fingerprint = fields.Char(
        readonly=True,
        help="Keyed hash of the delivery, so that the same one is not listed twice.",
    )
    state = fields.Selection(
        [("open", "Open"), ("done", "Settled")], default="open", required=True
    )

    _delivery_position_uniq = models.UniqueIndex(
        "(feed_id, fingerprint, position, code)"
    )

    @api.model
    def _quarantine(self, feed, fingerprint, problems):
        """Store the problems of one delivery, each once however often it is sent."""
        if not problems:
            return self.browse()
        known = {
            (row.position or "", row.code or "")
            for row in self.search(
                [("feed_id", "=", feed.id), ("fingerprint", "=", fingerprint)]
            )
        }
        values = {}
        for problem in problems:
            place = (problem["position"], problem["code"])
            if place not in known:
                values.setdefault(
                    place, dict(problem, feed_id=feed.id, fingerprint=fingerprint)
                )
        return self.create(list(values.values()))

    def action_done(self):
        """Mark as settled with the sender."""
        self.write({"state": "done"})

    def action_reopen(self):
        """Mark as open again."""
        self.write({"state": "open"})
