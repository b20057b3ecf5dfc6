# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.rma_sale.controllers.sale_portal import CustomerPortal


class LogisticsReturnController(CustomerPortal):
    """Returns requested on the portal; rma_sale's own form would pass by the policies."""

    def _return_order(self, order_id, access_token):
        """The order, as sudo, where the visitor may see it; else None."""
        try:
            return self._document_check_access(
                "sale.order", order_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return None

    def _return_page(self, order, access_token, **values):
        return request.render(
            "crm_logistics_bridge.return_page",
            {
                "sale_order": order,
                "page_name": "logistics_return",
                "rows": order._logistics_return_lines(),
                "reasons": order.env["logistics.return.reason"].search([]),
                "conditions": order.env["logistics.return.policy"]
                ._fields["condition"]
                ._description_selection(request.env),
                "operations": order._logistics_return_operations(),
                "places": order._logistics_return_places(),
                "token": access_token,
                "post": {},
                "refusals": [],
                **values,
            },
        )

    @http.route(
        "/my/orders/<int:order_id>/return",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def return_form(self, order_id, access_token=None, **_unused):
        """The form to request a return of this order."""
        order = self._return_order(order_id, access_token)
        if not order or order.state != "sale":
            return request.redirect("/my")
        return self._return_page(order, access_token)

    @http.route(
        "/my/orders/<int:order_id>/return",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def return_request(self, order_id, access_token=None, **post):
        """Make the returns, or show the form again with the refusals in words."""
        order = self._return_order(order_id, access_token)
        if not order:
            return request.redirect("/my")
        files = [
            (upload.filename, upload.read())
            for upload in request.httprequest.files.getlist("pictures")[:10]
            if upload.filename
        ]
        try:
            with request.env.cr.savepoint():
                rmas = order._logistics_request_return(self._parsed(post), files)
        except UserError as error:
            return self._return_page(
                order, access_token, post=post, refusals=str(error).split("\n")
            )
        return request.render(
            "crm_logistics_bridge.return_thanks",
            {
                "sale_order": order,
                "rmas": rmas,
                "page_name": "logistics_return",
                "token": access_token,
            },
        )

    def _parsed(self, post):
        """The form's texts as values; what is no number counts as not given."""

        def number(name, kind=int):
            try:
                return kind(post.get(name) or 0)
            except ValueError:
                return 0

        keys = [name.removeprefix("quantity-") for name in post if "quantity-" in name]
        try:
            pickup = fields.Date.to_date(post.get("pickup_date") or False)
        except ValueError:
            pickup = False
        return {
            "lines": {
                key: {
                    "quantity": number(f"quantity-{key}", float),
                    "reason": number(f"reason-{key}"),
                    "condition": post.get(f"condition-{key}"),
                }
                for key in keys
            },
            "operation": number("operation"),
            "handover": post.get("handover"),
            "dropoff": number("dropoff"),
            "pickup_date": pickup,
            "note": post.get("note"),
        }

    # -- the way past the policies is closed ---------------------------------------
    @http.route()
    def request_rma(self, order_id, access_token=None, **post):
        return self._to_form(order_id, access_token)

    @http.route()
    def request_sale_rma(self, order_id, access_token=None, **kw):
        return self._to_form(order_id, access_token)

    def _to_form(self, order_id, access_token):
        suffix = f"?access_token={access_token}" if access_token else ""
        return request.redirect(f"/my/orders/{order_id}/return{suffix}")
