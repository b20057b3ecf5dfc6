# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class HelpdeskTicket(models.Model):
    """Who wrote this ticket, where nobody of that address is known yet."""

    _inherit = "helpdesk.ticket"

    logistics_intake_ids = fields.One2many(
        "logistics.intake.message",
        "ticket_id",
        string="Inbound Messages",
        readonly=True,
        copy=False,
        groups="crm_logistics_bridge.group_logistics_agent",
    )
    logistics_unknown_sender = fields.Char(
        compute="_compute_logistics_unknown_sender",
        help="What is known of the sender of a ticket without a contact.",
    )
    logistics_contact_made = fields.Boolean(
        compute="_compute_logistics_unknown_sender",
        help="Its contact was made from one of its messages.",
    )

    @api.depends("partner_id", "partner_name", "partner_email")
    def _compute_logistics_unknown_sender(self):
        # sudo: whoever reads the ticket may read who sent it
        intake = self.env["logistics.intake"].sudo()
        for ticket in self:  # shown on the form alone
            ticket.logistics_unknown_sender = False
            known = ticket.sudo()
            made = known.partner_id.logistics_intake_message_id.ticket_id
            ticket.logistics_contact_made = bool(made) and made == known._origin
            if known.partner_id or not known._origin:
                continue
            _account, values, _message = intake._ticket_sender(known._origin)
            told = [
                values[f"sender_{name}"]
                for name in ("name", "email", "phone", "handle")
                if values[f"sender_{name}"]
            ]
            if told[1 if values["sender_name"] else 0 :]:
                ticket.logistics_unknown_sender = ", ".join(dict.fromkeys(told))

    def _logistics_check_contact(self):
        self.ensure_one()
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_agent"):
            raise AccessError(
                self.env._("Only agents of customer logistics may create contacts.")
            )
        self.check_access("write")

    def action_logistics_create_contact(self):
        """Make a contact of the ticket's sender, or take the one that is there."""
        self._logistics_check_contact()
        if self.partner_id:
            raise UserError(self.env._("Ticket %s has a contact already.", self.number))
        # sudo: agents of the helpdesk have no rights on contacts; what is written is
        # the sender of a ticket they may write, and nothing else
        ticket = self.sudo()
        intake = ticket.env["logistics.intake"]
        account, values, message = intake._ticket_sender(ticket)
        account = account or account._own_account(ticket.company_id, "mail")
        partner, new = intake._contact_of(account, values, message)
        intake._adopt(account, values, partner)
        if not ticket.partner_id:
            ticket.partner_id = partner
        text = (
            self.env._("Contact %s was made.", partner.display_name)
            if new
            else self.env._("Contact %s was known already.", partner.display_name)
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_logistics_undo_contact(self):
        """Take the contact back that was made from a message of this ticket."""
        self._logistics_check_contact()
        partner = self.partner_id
        # sudo: as above; only a contact made by the software from this very ticket
        made = partner.sudo().logistics_intake_message_id.ticket_id
        if not partner or made != self.sudo():
            raise UserError(
                self.env._("The contact of ticket %s was not made here.", self.number)
            )
        self.env["logistics.intake"].sudo()._unmake_contact(partner.sudo())
