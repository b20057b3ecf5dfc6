# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    logistics_refurbish_loc_id = fields.Many2one(
        "stock.location",
        string="Refurbishing location",
        check_company=True,
        copy=False,
        help="Where returned goods wait that need work before they are sold again. "
        "Made with the first of them.",
    )
    logistics_return_place = fields.Boolean(
        string="Takes returns",
        default=True,
        help="Offered to customers as a place to drop returns off.",
    )

    @api.private
    def _logistics_refurbish_location(self):
        """The refurbishing location, made beside the stock when first needed."""
        self.ensure_one()
        if not self.logistics_refurbish_loc_id:
            # A location of the warehouse itself, made by the inspection it serves.
            warehouse = self.sudo()
            warehouse.logistics_refurbish_loc_id = (
                self.env["stock.location"]
                .sudo()
                .create(
                    {
                        "name": self.env._("Refurbishing"),
                        "location_id": warehouse.view_location_id.id,
                        "usage": "internal",
                        "company_id": warehouse.company_id.id,
                    }
                )
            )
        return self.logistics_refurbish_loc_id
