# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..eta.stock_picking import UNDATED


class SaleOrder(models.Model):
    """The order as its customer follows it, logged in or by signed link."""

    _inherit = "sale.order"

    logistics_link_ids = fields.One2many(
        "logistics.tracking.link", "order_id", string="Tracking links", readonly=True
    )

    @api.private
    def _logistics_tracking_url(self):
        """Absolute address where the customer follows this order without login."""
        self.ensure_one()
        # The link is a permission for the customer, whoever sends it.
        return self.env["logistics.tracking.link"].sudo()._for_order(self.sudo()).url

    def action_logistics_tracking_link(self):
        """Show the tracking links of this order, with a valid one among them."""
        self.ensure_one()
        self.check_access("read")
        self._logistics_tracking_url()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tracking links of %s", self.name),
            "res_model": "logistics.tracking.link",
            "views": [[False, "list"]],
            "domain": [("order_id", "=", self.id)],
            "target": "new",
        }

    def _logistics_portal_card(self, picking):
        """Packages and carrier events of a delivery; no prices, no addresses."""
        packages = {}
        for line in picking.move_line_ids:
            package = line.result_package_id.name or ""
            packages.setdefault(package, {}).setdefault(line.product_id, 0.0)
            packages[package][line.product_id] += line.quantity_product_uom
        if not any(packages):
            packages = {
                "": {
                    move.product_id: move.product_qty
                    for move in picking.move_ids
                    if move.state != "cancel"
                }
            }
        labels = dict(
            self.env["logistics.carrier.event"]
            ._fields["state"]
            ._description_selection(self.env)
        )
        rated = self._logistics_delivery_ratings(picking)
        return {
            "id": picking.id,
            "packages": [
                {
                    "name": name,
                    "content": [
                        {
                            "product": product.with_context(
                                display_default_code=False
                            ).display_name,
                            "quantity": quantity,
                            "uom": product.uom_id.name,
                        }
                        for product, quantity in content.items()
                    ],
                }
                for name, content in sorted(packages.items())
            ],
            "events": [
                {
                    "date": event.date,
                    "label": labels[event.state],
                    "place": event.location or "",
                    "text": event.description or "",
                }
                for event in picking.logistics_event_ids
            ],
            "rating": int(rated.rating) if rated else 0,
            "told": picking.logistics_told_date
            if picking.logistics_late and picking.logistics_eta_source not in UNDATED
            else False,
        }
