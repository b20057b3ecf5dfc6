# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class LogisticsMergeProposal(models.Model):
    """Contacts that may be one person. A person decides; nothing is merged silently."""

    _name = "logistics.merge.proposal"
    _description = "Contact Merge Proposal"
    _order = "state, id desc"
    _rec_name = "reason"

    partner_ids = fields.Many2many("res.partner", string="Contacts", readonly=True)
    partner_key = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    reason = fields.Char(string="Why", readonly=True)
    message_id = fields.Many2one(
        "logistics.intake.message",
        string="Inbound Message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    state = fields.Selection(
        [("open", "To decide"), ("merged", "Merged"), ("rejected", "Not the same")],
        required=True,
        readonly=True,
        default="open",
    )
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decided_date = fields.Datetime(string="Decided on", readonly=True)

    _key_uniq = models.UniqueIndex(
        "(company_id, partner_key)", "These contacts are proposed already."
    )

    @api.model
    @api.private
    def _propose(self, partners, company, reason, message):
        """Propose to merge; contacts once judged different stay so.

        :return: the new or existing proposal, empty for fewer than two contacts
        """
        if len(partners) < 2:
            return self.browse()
        key = ",".join(map(str, sorted(partners.ids)))
        known = self.search(
            [("company_id", "=", company.id), ("partner_key", "=", key)], limit=1
        )
        if known:
            return known
        now = fields.Datetime.now()
        ((new_id,),) = self.env.execute_query(
            SQL(
                """
                INSERT INTO logistics_merge_proposal
                       (partner_key, company_id, reason, message_id, state,
                        create_uid, write_uid, create_date, write_date)
                VALUES (%s, %s, %s, %s, 'open', %s, %s, %s, %s)
                    ON CONFLICT (company_id, partner_key)
                    DO UPDATE SET write_date = EXCLUDED.write_date
                RETURNING id
                """,
                key,
                company.id,
                reason,
                message.id or None,
                self.env.uid,
                self.env.uid,
                now,
                now,
            )
        ) or ((None,),)
        proposal = self.browse(new_id)
        proposal.invalidate_recordset()
        proposal.partner_ids = partners
        return proposal

    def action_merge(self):
        """Open Odoo's own merge dialog with these contacts."""
        self.ensure_one()
        self.check_access("read")
        partners = self.partner_ids.exists()
        if self.state != "open" or len(partners) < 2:
            raise UserError(
                self.env._("This proposal has no two contacts left to merge.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge contacts"),
            "res_model": "base.partner.merge.automatic.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "active_model": "res.partner",
                "active_ids": partners.ids,
                "logistics_merge_proposal_id": self.id,
            },
        }

    def action_reject(self):
        """They are different people; not proposed again."""
        self._decide("rejected")

    def action_reopen(self):
        """Take the decision back."""
        self._decide("open")

    @api.private
    def _decide(self, state):
        self.write(
            {
                "state": state,
                "decided_by_id": self.env.uid if state != "open" else False,
                "decided_date": fields.Datetime.now() if state != "open" else False,
            }
        )
