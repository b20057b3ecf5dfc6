# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class MedicalEvent(models.Model):
    _inherit = "medical.event"

    cancelled_on = fields.Datetime(
        compute="_compute_cancelled_on",
        store=True,
        help="When the cancellation became known: bookings teach how sure the next ones "
        "are.",
    )

    @api.depends("status")
    def _compute_cancelled_on(self):
        for event in self:
            if event.status in ("cancelled", "noshow", "entered-in-error"):
                event.cancelled_on = event.cancelled_on or fields.Datetime.now()
            else:
                event.cancelled_on = False
