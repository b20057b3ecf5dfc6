# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import uuid

import werkzeug

from odoo import http
from odoo.http import request
from odoo.tools import html2plaintext

from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController

from ..engine.files import clean_name, mask_file
from ..engine.masking import mask_text


class LogisticsTicketController(HelpdeskTicketController):
    """The portal's form goes through the ledger: sent twice, it is one ticket."""

    def _get_create_new_ticket_values(self, **kw):
        values = super()._get_create_new_ticket_values(**kw)
        return {**values, "intake_token": uuid.uuid4().hex}

    @http.route()
    def submit_ticket(self, **kw):
        token = kw.get("intake_token")
        if not token or not (kw.get("description") or "").strip():
            return super().submit_ticket(**kw)
        values = self._prepare_submit_ticket_vals(**kw)
        partner = request.env.user.partner_id
        # sudo: as helpdesk_mgmt's own form; the sender is the user who is logged in
        env = request.env["logistics.intake"].sudo().env
        company = env["res.company"].browse(values["company_id"])
        account = env["logistics.channel.account"]._own_account(company, "web")
        text = html2plaintext(values.pop("description")).strip() or kw["description"]
        subject = (values.pop("name") or "")[:500]
        for name in ("partner_id", "partner_name", "partner_email", "company_id"):
            values.pop(name)
        message = env["logistics.intake"]._receive(
            account,
            {
                # the token alone would let one user name another's message
                "external_id": f"{request.env.uid}-{token[:64]}",
                "text": text[:100_000],
                "subject": subject,
                "sender": {"name": partner.name or ""},
                "partner_id": partner.id,
            },
            ticket_values={k: v for k, v in values.items() if v},
        )
        ticket = message.ticket_id
        if not ticket:
            return werkzeug.utils.redirect("/my/tickets")
        if partner not in ticket.message_partner_ids:
            ticket.message_subscribe(partner_ids=partner.ids)
        if kw.get("attachment") and not message.repeat_count:
            env["logistics.intake"]._keep_files(
                ticket,
                [
                    (mask_text(clean_name(upload.filename))[0], mask_file(content)[0])
                    for upload in request.httprequest.files.getlist("attachment")
                    if upload.filename and (content := upload.read())
                ],
            )
        return werkzeug.utils.redirect(f"/my/ticket/{ticket.id}")
