# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.rma_sale.controllers.sale_portal import CustomerPortal

#: Orders on the form for several orders.
RETURNABLE_ORDERS = 40


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

    def _return_page(self, orders, access_token, path, **values):
        """The form for these orders; ``path`` is where it is sent."""
        rows = [row for row in orders._logistics_return_lines() if row["left"]]
        if len(orders) > 1:
            # Of many orders, what a policy may still take, newest first.
            place = {order: index for index, order in enumerate(orders)}
            rows = [row for row in rows if row["policy"]._takes_after(row["days"])]
            rows.sort(key=lambda row: place[row["order"]])
        return request.render(
            "crm_logistics_bridge.return_page",
            {
                "orders": orders,
                "path": path,
                "page_name": "logistics_return",
                "rows": rows,
                "articles": {
                    row["key"]: orders._logistics_exchange_articles(row) for row in rows
                },
                "reasons": orders.env["logistics.return.reason"].search([]),
                "conditions": orders.env["logistics.return.policy"]
                ._fields["condition"]
                ._description_selection(request.env),
                "operations": orders._logistics_return_operations(),
                "places": orders._logistics_return_places(),
                "token": access_token,
                "post": {},
                "refusals": [],
                **values,
            },
        )

    def _return_answer(self, orders, access_token, path, post):
        """Make the returns, or show the form again with the refusals in words."""
        files = [
            (upload.filename, upload.read())
            for upload in request.httprequest.files.getlist("pictures")[:10]
            if upload.filename
        ]
        try:
            with request.env.cr.savepoint():
                rmas = orders._logistics_request_return(self._parsed(post), files)
        except UserError as error:
            return self._return_page(
                orders, access_token, path, post=post, refusals=str(error).split("\n")
            )
        return request.render(
            "crm_logistics_bridge.return_thanks",
            {
                "orders": orders,
                "rmas": rmas,
                "page_name": "logistics_return",
                "token": access_token,
            },
        )

    def _returnable_orders(self):
        """The visitor's newest orders of which something was delivered; as sudo."""
        # The record rules of the portal say which orders are the visitor's.
        orders = request.env["sale.order"].search(
            [
                ("state", "=", "sale"),
                ("delivery_status", "in", ("started", "partial", "full")),
                (
                    "partner_id",
                    "child_of",
                    request.env.user.partner_id.commercial_partner_id.ids,
                ),
            ],
            order="date_order desc, id desc",
            limit=RETURNABLE_ORDERS,
        )
        first = orders[:1]
        # One request goes to one company and one customer.
        return orders.filtered(
            lambda order: (
                order.company_id == first.company_id
                and order.partner_id.commercial_partner_id
                == first.partner_id.commercial_partner_id
            )
        ).sudo()

    @http.route(
        "/my/returns/new",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def returns_form(self, **_unused):
        """The form to return articles of several orders at once."""
        return self._return_page(self._returnable_orders(), None, "/my/returns/new")

    @http.route(
        "/my/returns/new",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def returns_request(self, **post):
        """Make the returns of several orders."""
        orders = self._returnable_orders()
        return self._return_answer(orders, None, "/my/returns/new", post)

    @http.route(
        "/my/rmas/<int:rma_id>/label",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
    )
    def return_label(self, rma_id, access_token=None, **_unused):
        """The label of a return to print and stick on; as PDF where the server makes
        them, else as a page."""
        try:
            rma = self._document_check_access("rma", rma_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if rma.state in ("draft", "cancelled"):
            return request.redirect(rma.get_portal_url())
        Report = request.env["ir.actions.report"].sudo()
        able = Report.get_wkhtmltopdf_state() in ("ok", "upgrade", "workers")
        return self._show_report(
            model=rma,
            report_type="pdf" if able else "html",
            report_ref="crm_logistics_bridge.report_return_label_action",
            download=able,
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
        path = self._return_path(order_id, access_token)
        return self._return_page(order, access_token, path)

    def _return_path(self, order_id, access_token):
        suffix = f"?access_token={access_token}" if access_token else ""
        return f"/my/orders/{order_id}/return{suffix}"

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
        path = self._return_path(order_id, access_token)
        return self._return_answer(order, access_token, path, post)

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
                    "exchange": number(f"exchange-{key}"),
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
        return request.redirect(self._return_path(order_id, access_token))
