# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    logistics_legal_hold = fields.Boolean(
        string="Legal hold",
        copy=False,
        groups="crm_logistics_bridge.group_logistics_privacy",
        help="Nothing about this ticket is deleted or anonymised, whatever a rule says.",
    )
    logistics_legal_hold_reason = fields.Char(
        string="Why it is held",
        copy=False,
        groups="crm_logistics_bridge.group_logistics_privacy",
    )
    logistics_anonymised_date = fields.Datetime(
        string="Anonymised on", readonly=True, copy=False
    )

    @api.constrains("logistics_legal_hold", "logistics_legal_hold_reason")
    def _check_logistics_legal_hold(self):
        for ticket in self.sudo():
            reason = (ticket.logistics_legal_hold_reason or "").strip()
            if ticket.logistics_legal_hold and not reason:
                raise ValidationError(
                    self.env._("Ticket %s: a legal hold needs a reason.", ticket.number)
                )

    def write(self, vals):
        if "logistics_legal_hold" not in vals:
            return super().write(vals)
        hold = bool(vals["logistics_legal_hold"])
        changed = self.filtered(lambda ticket: ticket.logistics_legal_hold != hold)
        result = super().write(vals)
        self.env["logistics.privacy.log"]._note_hold(changed, hold)
        return result
