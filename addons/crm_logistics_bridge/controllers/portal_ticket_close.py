# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController


class LogisticsTicketCloseController(HelpdeskTicketController):
    """helpdesk_mgmt closes whatever ticket the address names, for any user. Only those
    who may see a ticket may close it, and only with a stage of its team."""

    @http.route()
    def support_ticket_close(self, **kw):
        number = str(kw.get("ticket_id") or "")
        ticket = request.env["helpdesk.ticket"].browse(
            int(number) if number.isdigit() else 0
        )
        try:
            if not ticket.sudo().exists():
                raise MissingError(request.env._("This ticket does not exist."))
            ticket.check_access("read")
        except (AccessError, MissingError):
            return request.redirect("/my")
        stage = str(kw.get("stage_id") or "")
        stages = ticket.sudo().team_id._get_applicable_stages()
        if not stage.isdigit() or int(stage) not in stages.ids:
            return request.redirect(f"/my/ticket/{ticket.id}")
        return super().support_ticket_close(ticket_id=ticket.id, stage_id=int(stage))
