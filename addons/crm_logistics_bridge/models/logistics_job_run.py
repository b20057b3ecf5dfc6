# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class LogisticsJobRun(models.Model):
    """What a scheduled job of this add-on did: the health page of an admin."""

    _name = "logistics.job.run"
    _description = "Logistics Job Run"
    _order = "start_date desc, id desc"

    name = fields.Char(string="Job", required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    start_date = fields.Datetime(required=True, readonly=True, index=True)
    duration = fields.Float(
        string="Duration (s)", readonly=True, aggregator="avg"
    )
    row_count = fields.Integer(string="Rows", readonly=True)
    state = fields.Selection(
        [("done", "Done"), ("failed", "Failed"), ("empty", "Nothing to do")],
        required=True,
        readonly=True,
    )
    message = fields.Text(readonly=True)
