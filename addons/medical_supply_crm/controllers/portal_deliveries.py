# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from .common import HOME, MedicalPortal

DELIVERIES = f"{HOME}/deliveries"


class MedicalPortalDeliveries(MedicalPortal):
    """What is on its way into the storerooms, and what has come."""

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope.sees_stock:
            entries.append(
                {
                    "key": "medical_deliver",
                    "label": request.env._("Deliveries"),
                    "url": DELIVERIES,
                    "icon": "fa-truck",
                    "sequence": 40,
                }
            )
        return entries

    def _deliveries_domain(self, scope):
        """Deliveries into the storerooms of the scope.

        Transfers are hardly open to portal users, so they are found in sudo by the
        locations of the storerooms, which were read as the user.
        """
        return [
            ("location_dest_id", "in", scope.storerooms().location_id.ids),
            ("state", "not in", ["draft", "cancel"]),
        ]

    @http.route(DELIVERIES, type="http", auth="user", website=True, readonly=True)
    def medical_deliveries(self, **_kwargs):
        """Deliveries on their way and done, with their orders."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        rooms = scope.storerooms()
        pickings = (
            request.env["stock.picking"]
            .sudo()
            .search(
                self._deliveries_domain(scope),
                order="scheduled_date desc, id desc",
                limit=100,
            )
        )
        orders = pickings.sale_id.with_user(request.env.user)._filtered_access("read")
        return self._medical_render(
            "portal_deliveries",
            "medical_deliveries",
            request.env._("Deliveries"),
            pickings=pickings,
            room_by_location={room.location_id: room for room in rooms},
            readable_orders=orders.sudo(),
        )
