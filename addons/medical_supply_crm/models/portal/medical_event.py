# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class MedicalEvent(models.Model):
    _inherit = "medical.event"

    def _threat_ticket_values(self, lines, category):
        """The people of the storeroom see the ticket about their procedure."""
        values = super()._threat_ticket_values(lines, category)
        return dict(values, medical_storeroom_id=self.storeroom_id.id)
