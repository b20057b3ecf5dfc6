# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from .common import HOME, MedicalPortal

DELIVERIES = f"{HOME}/deliveries"
PAGE_SIZE = 20


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

    def _medical_tiles(self, scope):
        tiles = super()._medical_tiles(scope)
        if not scope.sees_stock:
            return tiles
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        due = self._deliveries_domain(scope, "open")
        pickings = request.env["stock.picking"].sudo()
        return [
            *tiles,
            {
                "key": "deliveries_late",
                "sequence": 30,
                "title": request.env._("Deliveries that are late"),
                "url": f"{DELIVERIES}?only=late",
                "count": pickings.search_count(self._deliveries_domain(scope, "late")),
                "level": "danger",
            },
            {
                "key": "deliveries_due",
                "sequence": 35,
                "title": request.env._("Deliveries due by tomorrow"),
                "url": DELIVERIES,
                "count": pickings.search_count(
                    [
                        *due,
                        "|",
                        ("logistics_eta_date", "<", tomorrow),
                        "&",
                        ("logistics_eta_date", "=", False),
                        ("scheduled_date", "<", tomorrow),
                    ]
                ),
                "level": "info",
            },
        ]

    def _deliveries_domain(self, scope, only="all"):
        """Deliveries into the storerooms of the scope.

        Transfers are hardly open to portal users, so they are found in sudo by the
        locations of the storerooms, which were read as the user.
        """
        domain = [
            ("location_dest_id", "in", scope.storerooms().location_id.ids),
            ("state", "not in", ["draft", "cancel"]),
        ]
        if only == "open":
            domain.append(("state", "!=", "done"))
        elif only == "done":
            domain.append(("state", "=", "done"))
        elif only == "late":
            domain += [("state", "!=", "done"), ("logistics_late", "=", True)]
        return domain

    def _delivery(self, scope, picking_id):
        """One delivery of the scope, in sudo.

        :raise MissingError: none of the user's
        """
        picking = (
            request.env["stock.picking"]
            .sudo()
            .search([("id", "=", picking_id), *self._deliveries_domain(scope)])
        )
        if not scope.sees_stock or not picking:
            raise MissingError(request.env._("This delivery does not exist any more."))
        return picking

    def _delivery_room(self, scope, picking):
        return scope.storerooms().filtered(
            lambda room: room.location_id == picking.location_dest_id
        )[:1]

    @http.route(
        [DELIVERIES, f"{DELIVERIES}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_deliveries(self, page=1, only="all", **_kwargs):
        """Deliveries, those on their way first."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        labels = {
            "all": request.env._("All"),
            "open": request.env._("On their way"),
            "late": request.env._("Late"),
            "done": request.env._("Delivered"),
        }
        only = only if only in labels else "all"
        domain = self._deliveries_domain(scope, only)
        model = request.env["stock.picking"].sudo()
        pager = self._medical_pager(
            DELIVERIES, model.search_count(domain), page, step=PAGE_SIZE, only=only
        )
        # "done" is the last of the states in the order of the alphabet that remain
        # (assigned, confirmed, waiting come before or after it), so two keys are not
        # enough: the date of completion sorts the open ones first
        pickings = model.search(
            domain,
            order="date_done desc NULLS FIRST, scheduled_date desc, id desc",
            limit=PAGE_SIZE,
            offset=pager["offset"],
        )
        return self._medical_render(
            "portal_deliveries",
            "medical_deliveries",
            request.env._("Deliveries"),
            pickings=pickings,
            room_by_location={room.location_id: room for room in scope.storerooms()},
            pager=pager,
            only=only,
            filters=labels,
            filter_url=DELIVERIES,
            counts=None,
        )

    @http.route(
        f"{DELIVERIES}/<int:picking_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_delivery(self, picking_id, **_kwargs):
        """One delivery: when it comes, where it is, what is in it."""
        scope = self._medical_scope()
        try:
            picking = self._delivery(scope, picking_id)
        except (AccessError, MissingError):
            return self._medical_away()
        order = picking.sale_id
        readable = order and order.with_user(request.env.user).has_access("read")
        reasons = picking._logistics_reason_texts()
        return self._medical_render(
            "portal_delivery",
            "medical_delivery",
            picking.name,
            crumbs=[(request.env._("Deliveries"), DELIVERIES)],
            picking=picking,
            room=self._delivery_room(scope, picking),
            reason=reasons.get(picking.id),
            order_url=f"/my/orders/{order.id}" if readable else None,
        )
