# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class LogisticsJobRun(models.Model):
    _inherit = "logistics.job.run"

    job = fields.Selection(
        selection_add=[("triage", "Learn the issue types")],
        ondelete={"triage": "cascade"},
    )
