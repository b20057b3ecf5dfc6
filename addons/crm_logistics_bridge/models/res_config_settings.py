# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_link_auto_score = fields.Float(
        related="company_id.logistics_link_auto_score", readonly=False
    )
    logistics_link_recent_days = fields.Integer(
        related="company_id.logistics_link_recent_days", readonly=False
    )
    logistics_eta_history_days = fields.Integer(
        related="company_id.logistics_eta_history_days", readonly=False
    )
    logistics_eta_min_obs = fields.Integer(
        related="company_id.logistics_eta_min_obs", readonly=False
    )
    logistics_eta_cutoff_hour = fields.Float(
        related="company_id.logistics_eta_cutoff_hour", readonly=False
    )
    logistics_eta_grace_hours = fields.Float(
        related="company_id.logistics_eta_grace_hours", readonly=False
    )
    logistics_eta_holidays = fields.Boolean(
        related="company_id.logistics_eta_holidays", readonly=False
    )
    logistics_delay_notice = fields.Boolean(
        related="company_id.logistics_delay_notice", readonly=False
    )
    logistics_delay_notice_sms = fields.Boolean(
        related="company_id.logistics_delay_notice_sms", readonly=False
    )
    logistics_delay_notice_hours = fields.Integer(
        related="company_id.logistics_delay_notice_hours", readonly=False
    )
    logistics_quiet_from = fields.Float(
        related="company_id.logistics_quiet_from", readonly=False
    )
    logistics_quiet_to = fields.Float(
        related="company_id.logistics_quiet_to", readonly=False
    )
    logistics_segment_field_id = fields.Many2one(
        related="company_id.logistics_segment_field_id", readonly=False
    )
    logistics_tracking_days = fields.Integer(
        related="company_id.logistics_tracking_days", readonly=False
    )
    logistics_keep_order_years = fields.Integer(
        related="company_id.logistics_keep_order_years", readonly=False
    )
    logistics_keep_dispute_years = fields.Integer(
        related="company_id.logistics_keep_dispute_years", readonly=False
    )
    logistics_access_days = fields.Integer(
        related="company_id.logistics_access_days", readonly=False
    )
