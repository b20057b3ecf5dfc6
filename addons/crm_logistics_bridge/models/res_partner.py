# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def get_logistics_overview(self, partner_id):
        """Everything an agent needs about a customer in one call (see logistics.overview).

        :param int partner_id: any contact of the customer
        :return: dict with partner, counts, orders, arrivals, returns, tickets, value,
            habits and can_return; dates as UTC strings, money formatted
        """
        partner = self.browse(int(partner_id)).exists()
        return self.env["logistics.overview"]._overview(partner) if partner else False

    def action_logistics_overview(self):
        """Open overview and timeline of this customer on a page of their own."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "crm_logistics_bridge.overview",
            "name": self.env._("Overview: %s", self.display_name),
            "params": {"partner_id": self.id},
            "context": {"active_id": self.id, "active_model": self._name},
        }
