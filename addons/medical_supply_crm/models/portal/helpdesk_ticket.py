# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from odoo.addons.crm_logistics_bridge.engine.masking import mask_text

#: More reports than this of one person in one day are a mistake, or worse.
MAX_REPORTS = 30
WITHDRAW_MINUTES = 60


class HelpdeskTicket(models.Model):
    """Problems that the people of a hospital report on the portal."""

    _inherit = "helpdesk.ticket"

    medical_storeroom_id = fields.Many2one(
        "medical.storeroom",
        index="btree_not_null",
        help="Storeroom that this ticket is about. The users of the departments it "
        "serves see the ticket on the portal.",
    )
    medical_product_id = fields.Many2one("product.product")

    @api.model
    @api.private
    def _medical_report(self, user, text, room, product=None, picking=None, urgent=0):
        """Ticket of a hospital user; the same report again opens no second one.

        The caller has checked that the user may see storeroom and delivery, and
        passes sudo.

        :param user: res.users that reports
        :param text: what is wrong, in the user's words; national ids are masked
        :param room: medical.storeroom, or an empty one
        :param urgent: whether patients are concerned
        :return: helpdesk.ticket in sudo
        :raise UserError: nothing said, or too often, in words for the user
        """
        text = mask_text((text or "").strip()[:5000])[0]
        if not text:
            raise UserError(self.env._("Please write what is wrong."))
        product = product or self.env["product.product"]
        picking = picking or self.env["stock.picking"]
        contact = user.sudo().partner_id
        key = f"{user.id}|{room.id}|{product.id}|{picking.id}|{text}"
        recent = self.search(
            [
                ("create_uid", "=", user.id),
                (
                    "create_date",
                    ">",
                    fields.Datetime.subtract(fields.Datetime.now(), days=1),
                ),
            ]
        )
        same = recent.filtered(
            lambda ticket: ticket.logistics_report_key == key and not ticket.closed
        )
        if same:
            return same[0]
        if len(recent) >= MAX_REPORTS:
            raise UserError(
                self.env._(
                    "You have reported %s problems today. Please call us instead.",
                    MAX_REPORTS,
                )
            )
        about = product.display_name or picking.name or room.name
        first = text.splitlines()[0][:80]
        values = {
            "name": f"{about}: {first}" if about else first,
            "description": plaintext2html(text),
            "partner_id": contact.id,
            "partner_name": contact.name,
            "partner_email": contact.email,
            "company_id": (room or picking).company_id.id or user.company_id.id,
            "channel_id": self.env.ref(
                "helpdesk_mgmt.helpdesk_ticket_channel_web", raise_if_not_found=False
            ).id,
            "user_id": False,
            "medical_storeroom_id": room.id,
            "medical_product_id": product.id,
            "logistics_report_key": key,
        }
        if urgent:
            values["priority"] = "3"
            values["category_id"] = self.env.ref(
                "medical_supply_crm.ticket_category_medical_urgent"
            ).id
        ticket = self.with_context(mail_create_nosubscribe=True).create(values)
        ticket.message_subscribe(partner_ids=contact.ids)
        if picking:
            ticket._logistics_add_link(
                picking, self.env._("Reported by the hospital on the portal")
            )
        return ticket

    def _medical_can_withdraw(self, user):
        """Whether this user may still take the report back: it is theirs, young, and
        nobody has begun to work on it."""
        self.ensure_one()
        limit = fields.Datetime.subtract(
            fields.Datetime.now(), minutes=WITHDRAW_MINUTES
        )
        return (
            self.create_uid == user
            and bool(self.logistics_report_key)
            and self.create_date >= limit
            and self.stage_id.unattended
            and not self.user_id
        )

    @api.private
    def _medical_withdraw(self, user):
        """Close a report that was a mistake. The caller passes sudo.

        :raise UserError: too late
        """
        self.ensure_one()
        if not self._medical_can_withdraw(user):
            raise UserError(
                self.env._(
                    "Ticket %s is already being worked on. Please write in its "
                    "messages that it is settled.",
                    self.number,
                )
            )
        self.stage_id = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_cancelled")
