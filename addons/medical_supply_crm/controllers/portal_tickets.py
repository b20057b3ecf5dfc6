# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from .common import HOME, MedicalPortal

TICKETS = f"{HOME}/tickets"
PAGE_SIZE = 20


class MedicalPortalTickets(MedicalPortal):
    """Problems reported to us, and the way to report one."""

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope:
            entries.append(
                {
                    "key": "medical_ticket",
                    "label": request.env._("Problems"),
                    "url": TICKETS,
                    "icon": "fa-life-ring",
                    "sequence": 80,
                }
            )
        return entries

    def _medical_tiles(self, scope):
        tiles = super()._medical_tiles(scope)
        if scope:
            tiles.append(
                {
                    "key": "tickets",
                    "sequence": 70,
                    "title": request.env._("Reported problems not settled yet"),
                    "url": f"{TICKETS}?only=open",
                    "count": request.env["helpdesk.ticket"].search_count(
                        self._ticket_domain("open")
                    ),
                    "level": "info",
                }
            )
        return tiles

    def _ticket_domain(self, only="all"):
        """Which tickets the user may see is decided by the record rules."""
        return {
            "open": [("stage_id.closed", "=", False)],
            "done": [("stage_id.closed", "=", True)],
        }.get(only, [])

    @http.route(
        [TICKETS, f"{TICKETS}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_tickets(self, page=1, only="all", done=None, **_kwargs):
        """The user's problems, those that are open first."""
        scope = self._medical_scope()
        if not scope:
            return self._medical_away()
        labels = {
            "all": request.env._("All"),
            "open": request.env._("Open"),
            "done": request.env._("Settled"),
        }
        only = only if only in labels else "all"
        tickets = request.env["helpdesk.ticket"]
        domain = self._ticket_domain(only)
        pager = self._medical_pager(
            TICKETS, tickets.search_count(domain), page, step=PAGE_SIZE, only=only
        )
        return self._medical_render(
            "portal_tickets",
            "medical_tickets",
            request.env._("Reported problems"),
            tickets=tickets.search(
                domain,
                order="closed_date desc NULLS FIRST, priority desc, id desc",
                limit=PAGE_SIZE,
                offset=pager["offset"],
            ).sudo(),
            pager=pager,
            only=only,
            filters=labels,
            filter_url=TICKETS,
            counts=None,
            notice=request.env._("Your report is withdrawn.")
            if done == "withdrawn"
            else None,
        )

    def _asked_records(self, scope, storeroom=None, product=None, delivery=None):
        """Storeroom, product and delivery of an address or a form, as far as they are
        the user's; what is not theirs counts as not given."""

        def number(text):
            return int(text) if str(text or "").isdigit() else 0

        rooms = scope.storerooms() if scope.sees_stock else None
        room = request.env["medical.storeroom"].sudo()
        line = request.env["medical.storeroom.line"].sudo()
        picking = request.env["stock.picking"].sudo()
        if rooms:
            room = rooms.filtered(lambda record: record.id == number(storeroom))
            if number(delivery):
                try:
                    picking = self._delivery(scope, number(delivery))
                except MissingError:
                    picking = picking.browse()
                room = room or self._delivery_room(scope, picking)
            if number(product):
                line = scope.search(
                    "medical.storeroom.line",
                    [
                        ("product_id", "=", number(product)),
                        ("storeroom_id", "in", (room or rooms).ids),
                    ],
                    limit=1,
                )
        return room, line.product_id, picking

    @http.route(
        f"{TICKETS}/new", type="http", auth="user", website=True, methods=["GET"]
    )
    def medical_ticket_new(self, storeroom=None, product=None, delivery=None, **_kw):
        """The form to report a problem, with what it was opened from filled in."""
        scope = self._medical_scope()
        if not scope:
            return self._medical_away()
        return self._render_ticket_form(
            scope, self._asked_records(scope, storeroom, product, delivery)
        )

    def _render_ticket_form(self, scope, records, error=None, form=None):
        room, product, picking = records
        return self._medical_render(
            "portal_ticket_new",
            "medical_ticket_new",
            request.env._("Report a problem"),
            crumbs=[(request.env._("Reported problems"), TICKETS)],
            rooms=scope.storerooms(),
            room=room,
            product=product,
            picking=picking,
            error=error,
            form=form or {},
        )

    @http.route(
        f"{TICKETS}/new", type="http", auth="user", website=True, methods=["POST"]
    )
    def medical_ticket_report(self, **form):
        """Open the ticket; the same report sent twice is one ticket."""
        self._speak_users_language()
        scope = self._medical_scope()
        if not scope:
            return self._medical_away()
        room, product, picking = records = self._asked_records(
            scope, form.get("storeroom"), form.get("product"), form.get("delivery")
        )
        try:
            # sudo: portal users create no tickets themselves; what the ticket is
            # about has been checked to be theirs
            ticket = (
                request.env["helpdesk.ticket"]
                .sudo()
                ._medical_report(
                    request.env.user,
                    form.get("text"),
                    room,
                    product,
                    picking,
                    urgent=bool(form.get("urgent")),
                )
            )
        except UserError as error:
            return self._render_ticket_form(scope, records, error.args[0], form)
        return request.redirect(f"{TICKETS}/{ticket.id}?done=reported")

    @http.route(f"{TICKETS}/<int:ticket_id>", type="http", auth="user", website=True)
    def medical_ticket(self, ticket_id, done=None, error=None, **_kwargs):
        """One problem, with what was written about it."""
        try:
            ticket = self._medical_ticket(ticket_id)
        except (AccessError, MissingError):
            return self._medical_away()
        withdraw = ticket._medical_can_withdraw(request.env.user)
        return self._medical_render(
            "portal_ticket",
            "medical_ticket_page",
            ticket.name,
            crumbs=[(request.env._("Reported problems"), TICKETS)],
            ticket=ticket,
            notice=request.env._(
                "Thank you. We have your report, its number is %s.", ticket.number
            )
            if done == "reported"
            else None,
            undo={
                "url": f"{TICKETS}/{ticket.id}/withdraw",
                "label": request.env._("Undo"),
            }
            if withdraw
            else None,
            withdraw=withdraw,
            error=request.env._(
                "This report is already being worked on and cannot be withdrawn. "
                "Please write below that it is settled."
            )
            if error == "late"
            else None,
        )

    def _medical_ticket(self, ticket_id):
        if not self._medical_scope():
            raise AccessError(request.env._("This page is for hospital users."))
        return self._document_check_access("helpdesk.ticket", ticket_id)

    @http.route(
        f"{TICKETS}/<int:ticket_id>/withdraw",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def medical_ticket_withdraw(self, ticket_id, **_form):
        """Take back a report that was a mistake."""
        try:
            ticket = self._medical_ticket(ticket_id)
        except (AccessError, MissingError):
            return self._medical_away()
        try:
            ticket._medical_withdraw(request.env.user)
        except UserError:
            return request.redirect(f"{TICKETS}/{ticket.id}?error=late")
        return request.redirect(f"{TICKETS}?done=withdrawn")
