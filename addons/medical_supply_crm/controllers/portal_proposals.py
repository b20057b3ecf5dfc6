# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from .common import HOME, MedicalPortal

PROPOSALS = f"{HOME}/proposals"


class MedicalPortalProposals(MedicalPortal):
    """Proposals: what to approve, and what came of it."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "medical_proposal_count" in counters:
            values["medical_proposal_count"] = self._medical_open_count()
        return values

    def _medical_open_count(self):
        return self._medical_scope().count("medical.proposal", [("state", "=", "sent")])

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope.sees_stock:
            entries.append(
                {
                    "key": "medical_proposal",
                    "label": request.env._("Proposals"),
                    "url": PROPOSALS,
                    "icon": "fa-check-square-o",
                    "sequence": 10,
                }
            )
        return entries

    def _medical_tiles(self, scope):
        tiles = super()._medical_tiles(scope)
        if scope.sees_stock:
            tiles.append(
                {
                    "key": "proposals",
                    "sequence": 10,
                    "title": request.env._("Proposals to approve"),
                    "url": PROPOSALS,
                    "count": self._medical_open_count(),
                    "level": "warning",
                }
            )
        return tiles

    def _medical_home_values(self, scope):
        return dict(
            super()._medical_home_values(scope),
            proposals=scope.search(
                "medical.proposal", [("state", "=", "sent")], limit=5
            ),
        )

    @http.route(
        [PROPOSALS, f"{PROPOSALS}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_proposals(self, page=1, **_kwargs):
        """Proposals, the open ones first."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        pager = self._medical_pager(
            PROPOSALS, scope.count("medical.proposal"), page, step=20
        )
        proposals = scope.search(
            "medical.proposal", limit=20, offset=pager["offset"], order="id desc"
        )
        return self._medical_render(
            "portal_proposals",
            "medical_proposals",
            request.env._("Replenishment proposals"),
            proposals=proposals.sorted(lambda row: row.state != "sent"),
            pager=pager,
        )

    @http.route(
        f"{PROPOSALS}/<int:proposal_id>", type="http", auth="user", website=True
    )
    def medical_proposal(self, proposal_id, done=None, **_kwargs):
        """One proposal with its lines, to approve, or with what came of it."""
        try:
            proposal = self._medical_record("medical.proposal", proposal_id)
        except (AccessError, MissingError):
            return self._medical_away()
        return self._render_proposal(proposal, done=done)

    def _render_proposal(self, proposal, error=None, form=None, done=None):
        order, me = proposal.sale_order_id, request.env.user.partner_id
        now = fields.Datetime.now()
        open_now = proposal.state == "sent"
        notices = {
            "signed": request.env._(
                "Thank you. Your signature is kept; another one is still needed."
            ),
            "undone": request.env._(
                "The automatic order is cancelled. The proposal waits for you."
            ),
        }
        readable = order and order.with_user(request.env.user).has_access("read")
        return self._medical_render(
            "portal_proposal",
            "medical_proposal",
            proposal.name,
            crumbs=[(request.env._("Proposals"), PROPOSALS)],
            proposal=proposal,
            error=error,
            form=form or {},
            done=done,
            notice=notices.get(done),
            signed_already=me in proposal.signature_ids.partner_id,
            delivery_dates={
                urgent: proposal.storeroom_id.promised_date(now, urgent)
                for urgent in (False, True)
            }
            if open_now
            else {},
            order_url=f"/my/orders/{order.id}" if readable else None,
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
            return self._medical_away()
        if proposal.state == "ordered":
            # second click, second tab: show what the first one has done
            return request.redirect(f"{PROPOSALS}/{proposal.id}?done=already")
        try:
            with request.env.cr.savepoint():
                ordered = proposal._approve(
                    self._form_quantities(proposal, form),
                    partner=request.env.user.partner_id,
                    signed_by=form.get("signed_by", ""),
                    urgent=bool(form.get("urgent")),
                    revision=self._form_revision(proposal, form),
                    decisions=self._form_decisions(proposal, form),
                )
        except (UserError, ValidationError) as error:
            proposal.invalidate_recordset()
            return self._render_proposal(proposal, error=error.args[0], form=form)
        done = "approved" if ordered else "signed"
        return request.redirect(f"{PROPOSALS}/{proposal.id}?done={done}")

    def _form_decisions(self, proposal, form):
        """What the form says about each line beside its quantity, see
        ``medical.proposal._approve``.

        :raise ValidationError: a substitute that is not a number
        """
        decisions = {}
        for line in proposal.line_ids:
            decision = {}
            if f"decision_{line.id}" in form:
                decision["decision"] = form[f"decision_{line.id}"]
                decision["reason"] = form.get(f"reason_{line.id}", "")
            if f"substitute_{line.id}" in form:
                value = form[f"substitute_{line.id}"].strip()
                if value and not (value.isascii() and value.isdigit()):
                    raise ValidationError(
                        request.env._(
                            "%(product)s: “%(value)s” is no substitute.",
                            product=line.product_id.display_name,
                            value=value,
                        )
                    )
                decision["substitute"] = int(value or 0) or False
            if decision:
                decisions[line.id] = decision
        return decisions

    @http.route(
        f"{PROPOSALS}/<int:proposal_id>/undo",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def medical_proposal_undo(self, proposal_id, **_form):
        """Undo what a rule has ordered, until it is picked."""
        self._speak_users_language()
        try:
            proposal = self._medical_record("medical.proposal", proposal_id)
        except (AccessError, MissingError):
            return self._medical_away()
        try:
            with request.env.cr.savepoint():
                proposal._undo(request.env.user.partner_id)
        except UserError as error:
            proposal.invalidate_recordset()
            return self._render_proposal(proposal, error=error.args[0])
        return request.redirect(f"{PROPOSALS}/{proposal.id}?done=undone")

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
            return self._medical_away()
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
