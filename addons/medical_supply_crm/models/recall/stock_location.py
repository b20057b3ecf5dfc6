# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockLocation(models.Model):
    _inherit = "stock.location"

    medical_quarantine = fields.Boolean(
        string="Recall Quarantine",
        readonly=True,
        help="Recalled units are set aside here.",
    )
    medical_hospital_id = fields.Many2one(
        "res.partner",
        string="Quarantine of",
        readonly=True,
        index="btree_not_null",
        help="Hospital that keeps these units set aside.",
    )

    def _is_medical_storeroom(self):
        """Whether goods that come here stand on a hospital's shelf."""
        self.ensure_one()
        parents = [int(key) for key in (self.parent_path or "").split("/") if key]
        # sudo: who moves goods need not see the storerooms
        return bool(
            self.env["medical.storeroom"]
            .sudo()
            .with_context(active_test=False)
            .search_count([("location_id", "in", parents)], limit=1)
        )
