# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

HEADERS = {
    # The address is the permission: it must not travel on, nor be found or kept.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


class LogisticsTrackingController(http.Controller):
    """Following an order by signed link: that order and nothing else."""

    def _link(self, token):
        # sudo: a public visitor has no rights; the signature is the permission.
        return request.env["logistics.tracking.link"].sudo()._from_token(token)

    def _closed(self, state):
        """Page for a link that opens nothing; forged and never made look the same."""
        status = 404 if state == "unknown" else 410
        response = request.render(
            "crm_logistics_bridge.tracking_closed", {"state": state}
        )
        response.status_code = status
        response.headers.update(HEADERS)
        return response

    def _page(self, link, token, **values):
        order = link.order_id
        response = request.render(
            "crm_logistics_bridge.tracking_page",
            {
                "order": order,
                "company": order.company_id,
                "trackings": order._logistics_portal_tracking(),
                "problems": order._logistics_problem_labels(),
                "address": f"/track/{token}",
                "signed": True,
                "error": "",
                "ticket": False,
                "thanks": False,
                **values,
            },
        )
        response.headers.update(HEADERS)
        return response

    def _speak(self, link):
        """Language and time zone of the customer, whoever opens the page."""
        order = link.order_id
        zone = order.partner_id.tz or order.company_id.partner_id.tz
        request.update_context(
            lang=order.partner_id.lang or request.env.lang, tz=zone or "UTC"
        )
        return link.with_env(request.env(su=True))

    @http.route(
        "/track/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def track(self, token, ticket=None, thanks=None, **_unused):
        """The tracking page of one order."""
        link, state = self._link(token)
        if state != "valid":
            return self._closed(state)
        link = self._speak(link)
        link._count_visit()
        told = link.order_id.env["helpdesk.ticket"].search(
            [
                ("logistics_report_order_id", "=", link.order_id.id),
                ("number", "=", ticket or ""),
            ],
            limit=1,
        )
        return self._page(link, token, ticket=told.number, thanks=bool(thanks))

    @http.route(
        "/track/<string:token>/problem",
        type="http",
        auth="public",
        methods=["POST"],
        sitemap=False,
    )
    def problem(self, token, kind="", text="", picking="", **_unused):
        """Open a ticket about the order, linked to it."""
        link, state = self._link(token)
        if state != "valid":
            return self._closed(state)
        link = self._speak(link)
        files = [
            (upload.filename, upload.read())
            for upload in request.httprequest.files.getlist("pictures")[:10]
            if upload.filename
        ]
        try:
            with request.env.cr.savepoint():
                ticket = link.order_id._logistics_report_problem(
                    kind, text, int(picking) if picking.isdigit() else False, files
                )
        except UserError as error:
            return self._page(link, token, error=str(error), text=text, kind=kind)
        return request.redirect(f"/track/{token}?ticket={ticket.number}")

    @http.route(
        "/track/<string:token>/rating",
        type="http",
        auth="public",
        methods=["POST"],
        sitemap=False,
    )
    def rating(self, token, picking="", stars="", text="", **_unused):
        """Keep the rating of a delivery that has arrived."""
        link, state = self._link(token)
        if state != "valid":
            return self._closed(state)
        link = self._speak(link)
        try:
            link.order_id._logistics_rate(
                int(picking) if picking.isdigit() else False,
                int(stars) if stars.isdigit() else 0,
                text,
            )
        except UserError as error:
            return self._page(link, token, error=str(error))
        return request.redirect(f"/track/{token}?thanks=1")
