# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MedicalStoreroom(models.Model):
    _inherit = "medical.storeroom"

    billing = fields.Selection(
        [("month", "Monthly"), ("case", "By Record"), ("none", "Not From Here")],
        string="Invoicing of Use",
        required=True,
        default="month",
        help="How the recorded use of consignment stock is invoiced. Monthly: one "
        "order and draft invoice on the first of the month for the month before. By "
        "record: one for each recorded case or use, every night.",
    )
    bin_ids = fields.One2many("medical.bin", "storeroom_id", string="Bins")

    def action_bins(self):
        """Open the bins of the storeroom."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_bin_action"
        )
        action["domain"] = [("storeroom_id", "=", self.id)]
        return action
