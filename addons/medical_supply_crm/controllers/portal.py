# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

HOME = "/my/medical"
PROPOSALS = f"{HOME}/proposals"
DEMAND_DAYS = 14


class MedicalPortal(CustomerPortal):
    """The hospital's pages.

    What a user may see is decided by the record rules alone: every page reads as the
    user, and only switches to sudo for the records that reading has let through (to
    show product names and the like, as the portal pages of core do). A record of
    another hospital and one that does not exist get the same answer: the way home.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "medical_proposal_count" in counters:
            values["medical_proposal_count"] = self._medical_open_count()
        if "medical_storeroom_count" in counters:
            values["medical_storeroom_count"] = (
                request.env["medical.storeroom"].search_count([])
                if self._is_hospital_user()
                else 0
            )
        return values

    def _is_hospital_user(self):
        """Portal users only: a colleague with backend rights works in the backend,
        and would see every hospital here."""
        return request.env.user._is_portal()

    def _medical_open_count(self):
        if not self._is_hospital_user():
            return 0
        return request.env["medical.proposal"].search_count([("state", "=", "sent")])

    def _medical_values(self, page_name, **values):
        return dict(self._prepare_portal_layout_values(), page_name=page_name, **values)

    def _medical_record(self, model, record_id):
        """The record if this user may read it.

        :return: record in sudo
        :raise AccessError, MissingError: not readable, or not there
        """
        if not self._is_hospital_user():
            raise AccessError(request.env._("This page is for hospital users."))
        return self._document_check_access(model, record_id)

    def _speak_users_language(self):
        """Posted forms carry no language in their address and would be answered in
        the site's default one. Answer in the language of the page, which the browser
        keeps in a cookie, or else in the user's."""
        if request.cookies.get("frontend_lang"):
            return
        lang = request.env["res.lang"]._get_data(code=request.env.user.lang)
        if lang:
            request.lang = lang
            request.update_context(lang=lang.code)

    def _medical_search(self, model, domain, **kwargs):
        """Records that this user may read, in sudo for display."""
        records = request.env[model]
        if self._is_hospital_user():
            records = records.search(domain, **kwargs)
        return records.sudo()

    # -- home -----------------------------------------------------------------------
    @http.route(HOME, type="http", auth="user", website=True, readonly=True)
    def medical_home(self, **_kwargs):
        """What needs the hospital today."""
        rooms = self._medical_search("medical.storeroom", [])
        if not rooms:
            return request.redirect("/my")
        today = fields.Date.context_today(request.env.user)
        lines = rooms.line_ids
        soon = today + timedelta(days=30)
        values = self._medical_values(
            "medical_home",
            storerooms=rooms,
            proposals=self._medical_search(
                "medical.proposal", [("state", "=", "sent")]
            ),
            event_count=len(self._demand_events()),
            days=DEMAND_DAYS,
            short_lines=lines.filtered(
                lambda line: line.daily_use > 0 and line.days_of_cover < 2
            ),
            expiring_lines=lines.filtered(
                lambda line: line.next_expiry and line.next_expiry <= soon
            ),
            delivery_count=len(self._deliveries(open_only=True)),
        )
        return request.render("medical_supply_crm.portal_home", values)

    # -- proposals --------------------------------------------------------------------
    @http.route(
        [PROPOSALS, f"{PROPOSALS}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_proposals(self, page=1, **_kwargs):
        """Proposals, the open ones first."""
        total = (
            request.env["medical.proposal"].search_count([])
            if self._is_hospital_user()
            else 0
        )
        pager = portal_pager(url=PROPOSALS, total=total, page=page, step=20)
        proposals = self._medical_search(
            "medical.proposal", [], limit=20, offset=pager["offset"], order="id desc"
        )
        return request.render(
            "medical_supply_crm.portal_proposals",
            self._medical_values(
                "medical_proposals",
                proposals=proposals.sorted(lambda row: row.state != "sent"),
                pager=pager,
            ),
        )

    @http.route(
        f"{PROPOSALS}/<int:proposal_id>", type="http", auth="user", website=True
    )
    def medical_proposal(self, proposal_id, done=None, **_kwargs):
        """One proposal with its lines, to approve, or with what came of it."""
        try:
            proposal = self._medical_record("medical.proposal", proposal_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        return self._render_proposal(proposal, done=done)

    def _render_proposal(self, proposal, error=None, form=None, done=None):
        order = proposal.sale_order_id
        readable = order and order.with_user(request.env.user).has_access("read")
        return request.render(
            "medical_supply_crm.portal_proposal",
            self._medical_values(
                "medical_proposal",
                proposal=proposal,
                error=error,
                form=form or {},
                done=done,
                order_url=f"/my/orders/{order.id}" if readable else None,
            ),
        )

    @http.route(
        f"{PROPOSALS}/<int:proposal_id>/approve",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def medical_proposal_approve(self, proposal_id, **form):
        """Approve with the quantities of the form, and order."""
        self._speak_users_language()
        try:
            proposal = self._medical_record("medical.proposal", proposal_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if proposal.state == "ordered":
            # second click, second tab: show what the first one has done
            return request.redirect(f"{PROPOSALS}/{proposal.id}?done=already")
        try:
            with request.env.cr.savepoint():
                proposal._approve(
                    self._form_quantities(proposal, form),
                    partner=request.env.user.partner_id,
                    signed_by=form.get("signed_by", ""),
                    urgent=bool(form.get("urgent")),
                    revision=self._form_revision(proposal, form),
                )
        except (UserError, ValidationError) as error:
            proposal.invalidate_recordset()
            return self._render_proposal(proposal, error=error.args[0], form=form)
        return request.redirect(f"{PROPOSALS}/{proposal.id}?done=approved")

    def _form_quantities(self, proposal, form):
        """Dict line id -> quantity, from the fields ``qty_<line id>``.

        :raise ValidationError: a field is missing or not a number, naming the product
        """
        quantities = {}
        for line in proposal.line_ids:
            text = (form.get(f"qty_{line.id}") or "").strip().replace(",", ".")
            try:
                quantities[line.id] = float(text)
            except ValueError as error:
                raise ValidationError(
                    request.env._(
                        "%(product)s: “%(value)s” is not a quantity.",
                        product=line.product_id.display_name,
                        value=text,
                    )
                ) from error
        return quantities

    def _form_revision(self, proposal, form):
        """Revision that the page was made from; a form without it is not ours."""
        try:
            return int(form.get("revision", ""))
        except ValueError as error:
            raise ValidationError(
                request.env._(
                    "The form of %s is incomplete. Please open the page again.",
                    proposal.name,
                )
            ) from error

    @http.route(
        f"{PROPOSALS}/<int:proposal_id>/reject",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def medical_proposal_reject(self, proposal_id, **form):
        """Reject with a reason."""
        self._speak_users_language()
        try:
            proposal = self._medical_record("medical.proposal", proposal_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        partner = request.env.user.partner_id
        try:
            proposal._reject(
                partner=partner,
                signed_by=form.get("signed_by") or partner.name,
                reason=form.get("reason", ""),
            )
        except UserError as error:
            return self._render_proposal(proposal, error=error.args[0], form=form)
        return request.redirect(f"{PROPOSALS}/{proposal.id}?done=rejected")

    # -- schedule, stock, deliveries -----------------------------------------------------
    def _demand_events(self):
        now = fields.Datetime.now()
        return self._medical_search(
            "medical.event",
            [
                ("state", "=", "ready"),
                ("start", ">=", now),
                ("start", "<", now + timedelta(days=DEMAND_DAYS)),
            ],
            order="start, id",
        )

    @http.route(f"{HOME}/demand", type="http", auth="user", website=True, readonly=True)
    def medical_demand(self, **_kwargs):
        """Booked procedures and what they need, day by day."""
        days = {}
        for event in self._demand_events():
            procedures = days.setdefault(event._local_date(), {})
            for procedure in event.procedure_ids:
                row = procedures.setdefault(procedure, {"count": 0, "products": {}})
                row["count"] += 1
            for kit_line in event.kit_ids.line_ids:
                products = procedures.setdefault(
                    kit_line.kit_id.procedure_id, {"count": 1, "products": {}}
                )["products"]
                products[kit_line.product_id] = (
                    products.get(kit_line.product_id, 0.0)
                    + kit_line.quantity
                    * kit_line.probability
                    * kit_line.kit_id.procedure_id.show_probability
                )
        return request.render(
            "medical_supply_crm.portal_demand",
            self._medical_values("medical_demand", days=days, horizon=DEMAND_DAYS),
        )

    @http.route(
        f"{HOME}/storerooms", type="http", auth="user", website=True, readonly=True
    )
    def medical_storerooms(self, **_kwargs):
        """The storerooms this user may see."""
        rooms = self._medical_search("medical.storeroom", [])
        return request.render(
            "medical_supply_crm.portal_storerooms",
            self._medical_values("medical_storerooms", storerooms=rooms),
        )

    @http.route(
        f"{HOME}/storerooms/<int:storeroom_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_storeroom(self, storeroom_id, **_kwargs):
        """Stock and days of cover of one storeroom."""
        try:
            room = self._medical_record("medical.storeroom", storeroom_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        lines = room.line_ids.sorted(
            lambda line: (
                line.daily_use <= 0,
                line.days_of_cover,
                line.product_id.display_name,
            )
        )
        return request.render(
            "medical_supply_crm.portal_storeroom",
            self._medical_values("medical_storeroom", storeroom=room, lines=lines),
        )

    def _deliveries(self, open_only=False):
        """Deliveries into the storerooms that this user may see.

        The storerooms are read as the user; transfers themselves are not open to
        portal users, so they are found by the storerooms' locations, in sudo.
        """
        rooms = self._medical_search("medical.storeroom", [])
        domain = [
            ("location_dest_id", "in", rooms.location_id.ids),
            ("state", "not in", ["draft", "cancel"]),
        ]
        if open_only:
            domain.append(("state", "!=", "done"))
        return (
            request.env["stock.picking"]
            .sudo()
            .search(domain, order="scheduled_date desc, id desc", limit=100)
        )

    @http.route(
        f"{HOME}/deliveries", type="http", auth="user", website=True, readonly=True
    )
    def medical_deliveries(self, **_kwargs):
        """Deliveries on their way and done, with their orders."""
        rooms = self._medical_search("medical.storeroom", [])
        pickings = self._deliveries()
        orders = pickings.sale_id.with_user(request.env.user)._filtered_access("read")
        return request.render(
            "medical_supply_crm.portal_deliveries",
            self._medical_values(
                "medical_deliveries",
                pickings=pickings,
                room_by_location={room.location_id: room for room in rooms},
                readable_orders=orders.sudo(),
            ),
        )
