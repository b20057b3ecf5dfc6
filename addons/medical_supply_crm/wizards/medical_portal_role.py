# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

DESK = "medical_supply_crm.group_medical_user"


class MedicalPortalRole(models.TransientModel):
    """Role of one hospital contact on the portal, with the invitation to it."""

    _name = "medical.portal.role"
    _description = "Portal Role of a Hospital Contact"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade"
    )
    hospital_id = fields.Many2one(related="partner_id.hospital_id")
    email = fields.Char(related="partner_id.email")
    role = fields.Selection(
        [
            ("manager", "Hospital manager: every department"),
            ("ward", "Department user: own departments"),
            ("integration", "Integration: schedule feeds only"),
            ("none", "None"),
        ],
        required=True,
        compute="_compute_role",
        precompute=True,
        store=True,
        readonly=False,
    )
    department_ids = fields.Many2many(
        "res.partner",
        string="Departments",
        domain="[('hospital_id', '=', hospital_id),"
        " ('medical_department_type', '!=', False)]",
        compute="_compute_role",
        precompute=True,
        store=True,
        readonly=False,
    )
    portal_state = fields.Selection(
        [
            ("none", "Not invited"),
            ("active", "Has access"),
            ("closed", "Access closed"),
            ("internal", "Colleague"),
        ],
        string="Portal Access",
        compute="_compute_portal_state",
    )

    @api.depends("partner_id")
    def _compute_role(self):
        for wizard in self:
            wizard.role = wizard.partner_id._medical_role() or "none"
            wizard.department_ids = wizard.partner_id.medical_user_department_ids

    @api.depends("partner_id")
    def _compute_portal_state(self):
        for wizard in self:
            # sudo: whether there is a login, which the desk need not administer
            users = wizard.partner_id.sudo().with_context(active_test=False).user_ids
            if any(user._is_internal() for user in users):
                wizard.portal_state = "internal"
            elif users.filtered("active"):
                wizard.portal_state = "active"
            else:
                wizard.portal_state = "closed" if users else "none"

    def action_apply(self):
        """Set the role; invite the contact if it has no access to the portal yet, and
        close the access of a contact without a role."""
        self.ensure_one()
        if not self.env.user.has_group(DESK):
            raise AccessError(
                self.env._("Only the medical desk decides about portal roles.")
            )
        if not self.hospital_id:
            raise UserError(
                self.env._(
                    "%s is not a contact of a hospital.", self.partner_id.display_name
                )
            )
        if self.portal_state == "internal":
            raise UserError(
                self.env._(
                    "%s is a colleague and works in the backend.",
                    self.partner_id.display_name,
                )
            )
        if self.role == "ward" and not self.department_ids:
            raise UserError(self.env._("Choose the departments of this user."))
        # sudo: the desk decides about roles without being an administrator of
        # contacts and users; only these three fields and the portal access change
        contact = self.partner_id.sudo()
        hospital = contact.hospital_id
        contact.write(
            {
                "medical_managed_hospital_ids": [
                    Command.set(hospital.ids if self.role == "manager" else [])
                ],
                "medical_user_department_ids": [
                    Command.set(self.department_ids.ids if self.role == "ward" else [])
                ],
                "medical_integration_hospital_ids": [
                    Command.set(hospital.ids if self.role == "integration" else [])
                ],
            }
        )
        access = (
            self.env["portal.wizard"]
            .sudo()
            .create({"partner_ids": [Command.set(contact.ids)]})
            .user_ids
        )
        if self.role == "none" and self.portal_state == "active":
            access.action_revoke_access()
        elif self.role != "none" and self.portal_state != "active":
            access.action_grant_access()
        return {"type": "ir.actions.act_window_close"}
