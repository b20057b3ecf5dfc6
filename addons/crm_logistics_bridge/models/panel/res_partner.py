# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def get_logistics_overview(self, partner_id):
        """As before; the look is kept in the access log."""
        result = super().get_logistics_overview(partner_id)
        if result:
            customer = self.browse(result["partner"]["id"])
            self.env["logistics.access.log"]._note(customer, "view")
        return result

    @api.model
    def get_logistics_quick_action(self, partner_id, order_id):
        """What can be done for an order from the overview.

        :param int partner_id: any contact of the customer
        :param int order_id: an order of that customer
        :return: dict, see logistics.quick.action
        """
        partner = self.browse(int(partner_id)).exists()
        result = self.env["logistics.quick.action"]._choices(partner, int(order_id))
        # Addresses are shown: that is a look at the customer too.
        self.env["logistics.access.log"]._note(partner.commercial_partner_id, "view")
        return result

    @api.model
    def do_logistics_quick_action(self, partner_id, order_id, kind, values=None):
        """Resend or take it back, change address or date, notify; returns what was done.

        :param str kind: resend ({lines: {line id: quantity}}), unsend, return
            ({lines: {key: quantity}, reason, operation, condition, text}), address ({address: id}),
            date ({date: 'YYYY-MM-DD'}) or notify ({text})
        """
        partner = self.browse(int(partner_id)).exists()
        return self.env["logistics.quick.action"]._do(
            partner, int(order_id), kind, values
        )
