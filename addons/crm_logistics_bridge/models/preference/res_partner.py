# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_duration


class ResPartner(models.Model):
    """When a customer wants deliveries, as the customer says it."""

    _inherit = "res.partner"

    logistics_window_from = fields.Float(
        string="Deliver from", help="Hour of the day, on the customer's own clock."
    )
    logistics_window_to = fields.Float(
        string="Deliver until", help="Hour of the day. Both 0: any time."
    )
    logistics_window_note = fields.Char(
        string="Delivery remark",
        help="What whoever delivers should know: days, gate, whom to call.",
    )

    @api.constrains("logistics_window_from", "logistics_window_to")
    def _check_logistics_window(self):
        for partner in self:
            first, last = partner.logistics_window_from, partner.logistics_window_to
            if (first or last) and not 0 <= first < last <= 24:
                raise ValidationError(
                    self.env._(
                        "Delivery window of %(name)s: %(first)s to %(last)s is no part "
                        "of a day.",
                        name=partner.display_name,
                        first=format_duration(first),
                        last=format_duration(last),
                    )
                )

    @api.private
    def _logistics_window_text(self):
        """The stated window in words: this contact's, or else the customer's own."""
        self.ensure_one()
        parts = []
        for partner in self | self.commercial_partner_id:
            if partner.logistics_window_to:
                parts.append(
                    f"{format_duration(partner.logistics_window_from)} – "
                    f"{format_duration(partner.logistics_window_to)}"
                )
            if partner.logistics_window_note:
                parts.append(partner.logistics_window_note)
            if parts:
                break
        return ", ".join(parts)
