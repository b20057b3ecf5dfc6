# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class LogisticsEtaLane(models.Model):
    _name = "logistics.eta.lane"
    _description = "Delivery Lane"
    _order = "stage, level, observations desc, id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    observations = fields.Integer(readonly=True)
    stage = fields.Char(readonly=True)
    level = fields.Integer(readonly=True)
