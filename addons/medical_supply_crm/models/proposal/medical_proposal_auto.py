# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from ...tools.locking import lock_rows
from .medical_proposal import OPEN_STATES


class MedicalProposalAuto(models.Model):
    """Approval by rule, its undoing, and what cancelling an order gives back."""

    _inherit = "medical.proposal"

    def _approve_by_rules(self):
        """Order the proposals that a rule lets through; note on the others why not.

        Proposals that somebody has signed already, or whose automatic approval was
        undone, are left to people.

        :return: the ordered proposals
        """
        ordered = self.browse()
        # most hospitals have no rule: their proposals cost nothing here
        hospitals = (
            self.env["medical.approval.rule"]
            .sudo()
            .search([("company_id", "in", self.company_id.ids)])
            .hospital_id
        )
        ruled = self.filtered(lambda proposal: proposal.hospital_id in hospitals)
        (self - ruled).filtered("auto_note").auto_note = False
        for proposal in ruled:
            if (
                proposal.state not in OPEN_STATES
                or proposal.auto_blocked
                or not proposal.line_ids
                or proposal.sudo().signature_ids
            ):
                continue
            rule, reasons = self.env["medical.approval.rule"].sudo()._find(proposal)
            if rule:
                proposal._approve(
                    {line.id: line.order_qty for line in proposal.line_ids},
                    partner=self.env.ref("base.partner_root"),
                    signed_by=self.env._("Rule “%s”", rule.name),
                    urgent=proposal.urgent,
                    rule=rule,
                )
                proposal._tell_of_rule(rule)
                ordered |= proposal
            else:
                note = "; ".join(reasons)[:250] or False
                if proposal.auto_note != note:
                    proposal.auto_note = note
        return ordered

    def _tell_of_rule(self, rule):
        """The hospital's people read afterwards what was ordered for them."""
        self.ensure_one()
        people = (
            self.hospital_id.medical_manager_ids
            | self.storeroom_id.department_ids.medical_user_ids
        )
        self.sudo().message_post(
            partner_ids=people.ids,
            subtype_xmlid="mail.mt_comment",
            subject=self.env._("%s was ordered by rule", self.name),
            body=self.env._(
                "%(number)s was ordered under the rule “%(rule)s”. It can be undone "
                "until the warehouse begins to pick it.",
                number=self.name,
                rule=rule.name,
            ),
        )

    def action_undo(self):
        """Undo the automatic approval: a person shall decide."""
        self.check_access("write")
        for proposal in self:
            proposal._undo(self.env.user.partner_id)

    def _undo(self, partner):
        """Take an automatic approval back, as long as nothing is picked.

        The proposal waits for the hospital again and no rule approves it any more.
        Where a newer proposal of the storeroom is open already, this one is cancelled
        and its demand goes into that one.

        :raise UserError: not approved by a rule, or already picked
        :raise AccessError: the person has no role in this hospital
        """
        self.ensure_one()
        lock_rows(self)
        self.invalidate_recordset(["state", "auto_rule_id"])
        role = self._approver_role(partner)
        if self.state != "ordered" or not self.auto_rule_id:
            raise UserError(
                self.env._("%s was not approved by a rule: nothing to undo.", self.name)
            )
        # sudo: undoing is the right that was checked; whether goods are picked, and
        # the order that is cancelled, are not open to the hospital's people
        proposal = self.sudo()
        if proposal._is_picked():
            raise UserError(
                self.env._(
                    "%s is already being picked: it can no longer be undone. Use a "
                    "return once it is delivered.",
                    self.name,
                )
            )
        proposal._cancel_orders()
        for entry in proposal.log_ids.filtered(lambda row: row.action == "order"):
            entry.valid = False
        proposal.signature_ids.valid = False
        proposal._log(
            "undo",
            partner=partner,
            signed_by=partner.name,
            role=role,
            rule=proposal.auto_rule_id,
        )
        newer = proposal.search(
            [
                ("storeroom_id", "=", proposal.storeroom_id.id),
                ("state", "in", OPEN_STATES),
            ]
        )
        newer.auto_blocked = True
        proposal.write(
            {
                "state": "cancelled" if newer else "sent",
                "auto_blocked": True,
                "auto_rule_id": False,
                "approval_step": False,
                "signed_by": False,
                "signed_on": False,
                "approver_id": False,
                "sale_order_id": False,
                "commitment_date": False,
                "revision": proposal.revision + 1,
            }
        )

    def _cancel_orders(self):
        """Cancel the order and the transfers that are not done."""
        proposal = self.with_context(medical_cancelling=True)
        proposal.sale_order_id.filtered(
            lambda order: order.state != "cancel"
        )._action_cancel()
        proposal.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        ).action_cancel()

    def _on_order_cancelled(self):
        """The order was cancelled elsewhere, in sales or in the warehouse: the demand
        is open again, and the next run proposes it once."""
        if self.env.context.get("medical_cancelling"):
            return
        for proposal in self.filtered(lambda row: row.state == "ordered"):
            if proposal.delivery_status in ("partial", "done"):
                continue
            proposal.state = "cancelled"
            proposal.log_ids.filtered(lambda row: row.action == "order").valid = False
            proposal._log("cancel", partner=self.env.user.partner_id)
