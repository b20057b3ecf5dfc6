# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MedicalFeedDay(models.Model):
    """What a feed brought on one day, counted by the hospital's calendar."""

    _name = "medical.feed.day"
    _description = "Schedule Feed Day"
    _order = "date desc, id desc"
    _rec_name = "date"

    feed_id = fields.Many2one(
        "medical.feed", required=True, ondelete="cascade", index=True, readonly=True
    )
    hospital_id = fields.Many2one(related="feed_id.hospital_id", store=True)
    company_id = fields.Many2one(related="feed_id.company_id", store=True, index=True)
    date = fields.Date(required=True, readonly=True)
    polls = fields.Integer(
        readonly=True, help="How often the sender was asked and answered."
    )
    failures = fields.Integer(
        string="Failed Polls",
        readonly=True,
        help="How often the sender could not be reached, refused, or broke off.",
    )
    deliveries = fields.Integer(readonly=True)
    received = fields.Integer(string="Events Received", readonly=True)
    created = fields.Integer(string="New Events", readonly=True)
    updated = fields.Integer(string="Changed Events", readonly=True)
    errors = fields.Integer(readonly=True)
    warnings = fields.Integer(readonly=True)

    _day_uniq = models.Constraint(
        "UNIQUE (feed_id, date)", "The feed already has counters of this day."
    )
