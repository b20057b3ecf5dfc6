# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class MedicalConsumptionLine(models.Model):
    _inherit = "medical.consumption.line"

    def _on_hand_by_lot(self, *args, **kwargs):
        """Recalled lots are used only where somebody names them (it happened, so it is
        recorded); lots of the expiry board come before all others."""
        rows = super()._on_hand_by_lot(*args, **kwargs)
        if self.lot_id or self.consumption_id.mode == "count":
            return rows

        def lot(row):
            # the key may name an owner besides the lot
            return row[0][0] if isinstance(row[0], tuple) else row[0]

        free = [row for row in rows if not lot(row).medical_blocked]
        return sorted(free, key=lambda row: not lot(row).medical_use_first)
