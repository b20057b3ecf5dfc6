# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...emr.tabular import FIELDS


class MedicalFeedColumn(models.Model):
    """Which column of a feed's tables holds what."""

    _name = "medical.feed.column"
    _description = "Schedule Feed Column"
    _order = "feed_id, id"
    _rec_name = "heading"

    feed_id = fields.Many2one(
        "medical.feed", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="feed_id.company_id", store=True, index=True)
    meaning = fields.Selection(lambda self: self._meanings(), required=True)
    heading = fields.Char(string="Column Heading", required=True)

    _meaning_uniq = models.Constraint(
        "UNIQUE (feed_id, meaning)", "The feed already has a column of this meaning."
    )

    def _meanings(self):
        labels = {
            "id": self.env._("Visit Number (kept as a hash)"),
            "start": self.env._("Start"),
            "end": self.env._("End"),
            "duration": self.env._("Duration"),
            "procedure": self.env._("Procedure Code"),
            "system": self.env._("Code System"),
            "status": self.env._("Status"),
            "department": self.env._("Department Code"),
            "location": self.env._("Room Code"),
            "practitioner": self.env._("Practitioner Number"),
            "priority": self.env._("Priority"),
            "version": self.env._("Version Number"),
            "updated": self.env._("Changed On"),
        }
        return [(name, labels.get(name, name)) for name in FIELDS]
