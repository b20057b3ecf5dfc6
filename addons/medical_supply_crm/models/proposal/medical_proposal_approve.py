# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from hashlib import sha256

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import float_is_zero

from ...tools.locking import lock_rows

CLEARING_ROLES = ("manager", "desk", "auto")
# Outcome of the methods of this model; never written from outside, so that nobody who
# may edit a proposal can step past its signatures.
DECIDED = {
    "approval_step",
    "approver_id",
    "auto_blocked",
    "auto_rule_id",
    "commitment_date",
    "log_ids",
    "revision",
    "sale_order_id",
    "signature_ids",
    "signed_by",
    "signed_on",
    "state",
}


class MedicalProposalApprove(models.Model):
    """The decision about a proposal: signatures, limits, four eyes, and its undoing.

    A proposal is ordered when its signatures suffice:

    - its value is within the department users' limit, or a hospital manager or the
      medical desk signed;
    - with cold chain or controlled products, two different people signed;
    - with controlled products, one of the two holds a licence.

    Until then it stays open with the signatures it has. They count for exactly what
    was signed: a run or a second person that changes the lines voids them.
    """

    _inherit = "medical.proposal"

    log_ids = fields.One2many("medical.approval.log", "proposal_id", readonly=True)
    signature_ids = fields.One2many(
        "medical.approval.log",
        "proposal_id",
        string="Signatures",
        domain=[("action", "=", "sign"), ("valid", "=", True)],
        readonly=True,
    )
    approval_step = fields.Selection(
        [
            ("manager", "Waiting for a Hospital Manager"),
            ("second", "Waiting for a Second Signature"),
            ("licence", "Waiting for a Licensed Person"),
        ],
        readonly=True,
        copy=False,
        tracking=True,
        help="What is still missing after the first signature.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        compute_sudo=True,
        help="Of the hospital's prices, as on its orders.",
    )
    amount_total = fields.Monetary(
        string="Value",
        compute="_compute_amount_total",
        compute_sudo=True,
        help="Approved quantities at the hospital's prices, without taxes.",
    )
    needs_second = fields.Boolean(
        string="Two Signatures", compute="_compute_needs", compute_sudo=True
    )
    needs_licence = fields.Boolean(compute="_compute_needs", compute_sudo=True)
    auto_rule_id = fields.Many2one(
        "medical.approval.rule",
        string="Approved by Rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    auto_blocked = fields.Boolean(
        string="Not by Itself",
        readonly=True,
        copy=False,
        help="Its automatic approval was undone: a person decides.",
    )
    auto_note = fields.Char(
        string="Why Not by Itself",
        readonly=True,
        copy=False,
        help="Why no rule approved this proposal.",
    )
    can_undo = fields.Boolean(compute="_compute_can_undo", compute_sudo=True)

    @api.depends("hospital_id", "company_id")
    def _compute_currency_id(self):
        for proposal in self:
            hospital = proposal.hospital_id.with_company(proposal.company_id)
            proposal.currency_id = (
                hospital.property_product_pricelist.currency_id
                or proposal.company_id.currency_id
            )

    def _company_amount(self):
        """Value of the proposal in the company's currency: what rules and logs are in."""
        self.ensure_one()
        return self.currency_id._convert(
            self.amount_total, self.company_id.currency_id, self.company_id
        )

    @api.depends("line_ids.amount")
    def _compute_amount_total(self):
        for proposal in self:
            proposal.amount_total = sum(proposal.line_ids.mapped("amount"))

    @api.depends("line_ids.approved_qty", "line_ids.needs_second")
    def _compute_needs(self):
        for proposal in self:
            lines = proposal.line_ids.filtered("approved_qty")
            proposal.needs_second = any(lines.mapped("needs_second"))
            proposal.needs_licence = any(lines.mapped("is_controlled"))

    @api.depends(
        "state", "auto_rule_id", "sale_order_id.picking_ids.state", "transfer_ids.state"
    )
    def _compute_can_undo(self):
        for proposal in self:
            proposal.can_undo = (
                proposal.state == "ordered"
                and bool(proposal.auto_rule_id)
                and not proposal._is_picked()
            )

    def _is_picked(self):
        """Whether the warehouse has begun to pick what was ordered."""
        self.ensure_one()
        moves = self.sale_order_id.order_line.move_ids | self.transfer_ids.move_ids
        return any(
            move.state == "done" or (move.picked and move.state != "cancel")
            for move in moves
        )

    # -- who ---------------------------------------------------------------------------
    def _approver_role(self, partner):
        """What the person is to this proposal.

        :return: "manager", "ward" or "desk"
        :raise AccessError: nothing
        """
        self.ensure_one()
        room = self.storeroom_id.sudo()
        if partner in room.hospital_id.medical_manager_ids:
            return "manager"
        if partner in room.department_ids.medical_user_ids:
            return "ward"
        # sudo: a portal user does not read the groups of colleagues
        users = partner.sudo().user_ids
        if partner == self.env.user.partner_id:
            users |= self.env.user
        if any(
            user.has_group("medical_supply_crm.group_medical_user") for user in users
        ):
            return "desk"
        raise AccessError(
            self.env._(
                "%(person)s has no role at %(hospital)s and cannot decide about "
                "%(number)s.",
                person=partner.display_name,
                hospital=room.hospital_id.display_name,
                number=self.name,
            )
        )

    def _ward_limit(self, partner):
        """Value up to which this department user approves alone; 0: no limit."""
        self.ensure_one()
        room = self.storeroom_id.sudo()
        departments = room.department_ids.filtered(
            lambda department: partner in department.medical_user_ids
        )
        own = departments.filtered("medical_ward_limit").mapped("medical_ward_limit")
        return max(own, default=room.hospital_id.medical_ward_limit)

    # -- approval --------------------------------------------------------------------
    def _approve(
        self,
        quantities,
        *,
        partner,
        signed_by,
        urgent=False,
        revision=None,
        decisions=None,
        rule=None,
    ):
        """Sign with these quantities, and order when the signatures suffice.

        The row is locked first: a second approval of the same proposal waits, then
        finds it ordered and is refused, so no click makes two orders.

        :param dict quantities: line id -> approved quantity, in units of the article
        :param partner: res.partner who decides
        :param str signed_by: name as signed
        :param bool urgent: deliver by the storeroom's rule for urgent orders
        :param revision: revision that the approver has seen, or None
        :param dict decisions: line id -> dict with ``decision`` (approve, later or
            reject), ``reason`` and ``substitute`` (id of a medical.substitute, or
            False); lines without an entry keep what they say
        :param rule: medical.approval.rule that signs in place of a person
        :return: whether it is ordered now; else ``approval_step`` says what is missing
        :raise UserError: not open, changed since it was read, or already signed by
            the same person
        :raise ValidationError: a quantity outside its limits, nothing to order
        :raise AccessError: the person has no role in this hospital
        """
        self.ensure_one()
        lock_rows(self)
        self.invalidate_recordset(["state", "revision"])
        self._check_open()
        if revision is not None and revision != self.revision:
            raise UserError(
                self.env._(
                    "%s was recalculated while you were reading it. Please look at "
                    "the new quantities and approve again.",
                    self.name,
                )
            )
        signed_by = (signed_by or "").strip()
        if not signed_by:
            raise ValidationError(self.env._("Please sign with your name to approve."))
        role = "auto" if rule else self._approver_role(partner)
        self.line_ids._decide(quantities, decisions or {})
        if not self.line_ids.filtered("approved_qty"):
            raise ValidationError(
                self.env._(
                    "All quantities are 0: reject the proposal if nothing is needed."
                )
            )
        self._void_signatures(self._content())
        # sudo: signing is the right that was checked; the log is not written by hand
        self.sudo()._sign(partner, signed_by, role, rule)
        self.sudo().write(
            {"urgent": urgent, "approval_step": self._missing_step(partner)}
        )
        if self.approval_step:
            self._notify_missing(signed_by)
            return False
        self._order_now(partner, signed_by, rule)
        return True

    def write(self, vals):
        decided = DECIDED & vals.keys()
        if decided and not self.env.su:
            raise AccessError(
                self.env._(
                    "%s: decided by signing, sending or cancelling the proposal, not "
                    "by editing it.",
                    ", ".join(sorted(self._fields[name].string for name in decided)),
                )
            )
        return super().write(vals)

    def _content(self):
        """What a signature stands for, as a digest."""
        self.ensure_one()
        content = [
            (line.id, round(line.approved_qty, 6), line.substitute_id.id or 0)
            for line in self.line_ids.sorted("id")
        ]
        return sha256(repr(content).encode()).hexdigest()

    def _void_signatures(self, content=None):
        """Signatures of something else than this content no longer count.

        :param content: see ``_content``; None voids them all
        """
        # sudo: whoever changes the lines voids what others have signed
        proposal = self.sudo()
        signatures = proposal.signature_ids.filtered(
            lambda row: row.content != content or content is None
        )
        if signatures:
            signatures.valid = False
            proposal.invalidate_recordset(["signature_ids"])
            proposal.filtered("approval_step").approval_step = False

    def _sign(self, partner, signed_by, role, rule):
        if not rule and partner in self.signature_ids.partner_id:
            raise UserError(
                self.env._(
                    "%(person)s has already signed %(number)s: another person has to "
                    "sign as well.",
                    person=partner.display_name,
                    number=self.name,
                )
            )
        self._log("sign", partner=partner, signed_by=signed_by, role=role, rule=rule)
        self.invalidate_recordset(["signature_ids"])

    def _log(
        self, action, *, partner=None, signed_by="", role=False, rule=None, note=""
    ):
        """Add to the approval log; also for callers without rights on it."""
        self.ensure_one()
        partner = partner or self.env["res.partner"]
        today = fields.Date.context_today(self)
        return (
            # sudo: see the callers: each has checked the right to decide
            self.env["medical.approval.log"]
            .sudo()
            .create(
                {
                    "proposal_id": self.id,
                    "action": action,
                    "partner_id": partner.id,
                    "signed_by": signed_by,
                    "role": role,
                    "licensed": bool(partner)
                    and partner.sudo()._medical_licensed(today),
                    "rule_id": rule.id if rule else False,
                    "amount": self._company_amount(),
                    "revision": self.revision,
                    "content": self._content() if action == "sign" else False,
                    "note": note,
                }
            )
        )

    def _missing_step(self, partner):
        """What the signatures lack to order, or False."""
        self.ensure_one()
        signatures = self.sudo().signature_ids
        limit = self._ward_limit(partner)
        if (
            limit
            and not set(signatures.mapped("role")) & set(CLEARING_ROLES)
            and self.currency_id.compare_amounts(self.amount_total, limit) > 0
        ):
            return "manager"
        if self.needs_licence and not any(signatures.mapped("licensed")):
            return "licence"
        if self.needs_second and len(signatures.partner_id) < 2:
            return "second"
        return False

    def _order_now(self, partner, signed_by, rule):
        names = self.sudo().signature_ids.sorted("id").mapped("signed_by")
        self.sudo().write(
            {
                "signed_by": ", ".join(names) or signed_by,
                "signed_on": fields.Datetime.now(),
                "approver_id": partner.id,
                "auto_rule_id": rule.id if rule else False,
                "commitment_date": self.storeroom_id.promised_date(
                    fields.Datetime.now(), self.urgent
                ),
                "state": "ordered",
            }
        )
        self._log(
            "order",
            partner=partner,
            signed_by=self.signed_by,
            role="auto" if rule else self._approver_role(partner),
            rule=rule,
        )
        # sudo: approving is the right that was checked; the order and its transfer
        # follow from it, for a hospital as well as for the medical desk
        proposal = self.sudo().with_company(self.company_id)
        ordered = proposal.line_ids.filtered(
            lambda line: (
                not float_is_zero(
                    line.ordered_qty, precision_rounding=line.uom_id.rounding
                )
            )
        )
        if proposal.storeroom_id.ownership == "consignment":
            proposal._create_transfer(ordered)
        else:
            proposal._create_order(ordered)

    def _notify_missing(self, signed_by):
        """Tell those who can give what is missing."""
        self.ensure_one()
        room = self.storeroom_id.sudo()
        people = room.hospital_id.medical_manager_ids
        if self.approval_step != "manager":
            people |= room.department_ids.medical_user_ids
        people -= self.sudo().signature_ids.partner_id
        steps = dict(self._fields["approval_step"]._description_selection(self.env))
        url = f"{self.get_base_url()}/my/medical/proposals/{self.id}"
        self.sudo().message_post(
            partner_ids=people.ids,
            subtype_xmlid="mail.mt_comment",
            subject=self.env._("%s needs another signature", self.name),
            body=Markup("<p>%s</p><p><a href='%s'>%s</a></p>")
            % (
                self.env._(
                    "%(person)s has signed %(number)s. %(step)s.",
                    person=signed_by,
                    number=self.name,
                    step=steps[self.approval_step],
                ),
                url,
                self.env._("Read and sign it"),
            ),
        )

    def _reject(self, *, partner, signed_by, reason):
        """Reject an open proposal.

        :param str reason: why, for the medical desk
        :raise UserError: not open
        :raise AccessError: the person has no role in this hospital
        """
        self.ensure_one()
        lock_rows(self)
        self.invalidate_recordset(["state"])
        self._check_open()
        role = self._approver_role(partner)
        signed_by = (signed_by or partner.name or "").strip()
        self._void_signatures()
        self.sudo().write(
            {
                "state": "rejected",
                "signed_by": signed_by,
                "signed_on": fields.Datetime.now(),
                "approver_id": partner.id,
                "reject_reason": (reason or "").strip()[:500],
            }
        )
        self._log(
            "reject",
            partner=partner,
            signed_by=signed_by,
            role=role,
            note=self.reject_reason,
        )
