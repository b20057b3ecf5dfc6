# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

GROUP = "privacy_partner_to_be_forgotten.group_partner_anonymize"
#: Kinds of fields that may hold words about a person.
TEXTS = ("char", "text", "html", "binary", "date")
#: Fields of a contact that say nothing about the person.
HARMLESS = {"lang", "tz", "name", "email", "display_name", "complete_name"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    logistics_legal_hold = fields.Boolean(
        string="Legal hold",
        copy=False,
        groups="crm_logistics_bridge.group_logistics_privacy",
        help="Nothing about this contact is deleted or anonymised, whatever a rule says.",
    )
    logistics_legal_hold_reason = fields.Char(
        string="Why it is held",
        copy=False,
        groups="crm_logistics_bridge.group_logistics_privacy",
    )

    @api.constrains("logistics_legal_hold", "logistics_legal_hold_reason")
    def _check_logistics_legal_hold(self):
        # sudo: contacts are saved by people who may not read holds
        for partner in self.sudo():
            reason = (partner.logistics_legal_hold_reason or "").strip()
            if partner.logistics_legal_hold and not reason:
                raise ValidationError(
                    self.env._("%s: a legal hold needs a reason.", partner.display_name)
                )

    def write(self, vals):
        if "logistics_legal_hold" not in vals:
            return super().write(vals)
        hold = bool(vals["logistics_legal_hold"])
        changed = self.filtered(lambda partner: partner.logistics_legal_hold != hold)
        result = super().write(vals)
        self.env["logistics.privacy.log"]._note_hold(changed, hold)
        return result

    def _get_partner_initials(self):
        """Initials of a Korean name would be the family name."""
        initials = super()._get_partner_initials()
        return initials if initials.isascii() else "X"

    def _prepare_partner_anonymized_vals(self, anonymized_name, anonymized_email):
        """Also what other add-ons keep in words, pictures and dates about a contact."""
        values = super()._prepare_partner_anonymized_vals(
            anonymized_name, anonymized_email
        )
        for name, field in self._fields.items():
            if (
                field.type in TEXTS
                and field.store
                and not field.required
                and not (field.compute and not field.inverse and field.readonly)
                and not field.related
                and name not in HARMLESS
                and name not in values
            ):
                values[name] = False
        return values

    def anonymize_partner_data(self):
        """As before; then everything of customer logistics about this person goes.

        :raises UserError: a legal hold, an open ticket, return or delivery
        """
        self.ensure_one()
        if not self.env.user.has_group(GROUP) and not self.env.su:
            raise AccessError(
                self.env._("You don't have permission to anonymize partners.")
            )
        # sudo: a person is forgotten in all companies and by people without stock rights;
        # the group checked above is the gate
        partner = self.sudo()
        Forget = self.env["logistics.privacy.forget"].sudo()
        prepared = Forget._prepare(partner)
        # No message about what was changed before in this transaction: it would say it.
        partner._track_discard()
        result = super(ResPartner, partner).anonymize_partner_data()
        if partner.is_company:
            self.env["logistics.privacy.log"]._note(
                "forget",
                prepared["company"],
                self.env._("Forget this person"),
                "res.partner",
                self.ids,
            )
        else:
            Forget._finish(partner, prepared)
        return result

    def action_logistics_forget(self):
        """Show what would be touched and kept, and ask."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "privacy_partner_to_be_forgotten.action_partner_anonymize"
        )
        return {
            **action,
            "name": self.env._("Forget this person"),
            "context": {
                "active_model": "res.partner",
                "active_ids": self.ids,
                "active_test": False,
            },
        }
