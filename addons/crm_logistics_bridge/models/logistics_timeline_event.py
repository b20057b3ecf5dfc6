# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models
from odoo.tools import SQL


class LogisticsTimelineEvent(models.Model):
    _name = "logistics.timeline.event"
    _description = "Customer Timeline Event"
    _auto = False
    _order = "date desc, id desc"

    date = fields.Datetime(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            "SELECT id, create_date AS date, company_id, id AS ticket_id "
            "FROM helpdesk_ticket"
        )
