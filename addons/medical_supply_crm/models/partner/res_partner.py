# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

DEPARTMENT_TYPES = [
    ("ward", "Ward"),
    ("operating_room", "Operating rooms"),
    ("intensive_care", "Intensive care"),
    ("emergency", "Emergency"),
    ("outpatient", "Outpatient clinic"),
    ("cath_lab", "Catheter laboratory"),
    ("endoscopy", "Endoscopy"),
    ("pharmacy", "Pharmacy"),
    ("central_store", "Central store"),
    ("other", "Other"),
]


class ResPartner(models.Model):
    """Hospitals and their departments are contacts: addresses, price lists, terms
    and the portal then work as for every other customer."""

    _inherit = "res.partner"

    is_hospital = fields.Boolean(
        string="Is a Hospital",
        help="This customer is a hospital whose storerooms are replenished.",
    )
    medical_department_type = fields.Selection(
        DEPARTMENT_TYPES,
        string="Hospital Department",
        help="Set on an address below a hospital that is one of its departments.",
    )
    hospital_id = fields.Many2one(
        "res.partner",
        compute="_compute_hospital_id",
        store=True,
        recursive=True,
        index="btree_not_null",
        help="The hospital this contact or department belongs to.",
    )
    medical_manager_ids = fields.Many2many(
        "res.partner",
        "medical_hospital_manager_rel",
        "hospital_id",
        "contact_id",
        string="Hospital Managers",
        help="Contacts who see and approve the proposals of every department of this "
        "hospital on the portal.",
    )
    medical_user_ids = fields.Many2many(
        "res.partner",
        "medical_department_user_rel",
        "department_id",
        "contact_id",
        string="Department Users",
        help="Contacts who see and approve on the portal the proposals of the "
        "storerooms that serve this department, and nothing else.",
    )
    medical_integration_ids = fields.Many2many(
        "res.partner",
        "medical_hospital_integration_rel",
        "hospital_id",
        "contact_id",
        string="Integration Contacts",
        help="Contacts of the hospital's IT who see on the portal how its schedule "
        "feeds are doing, and nothing else.",
    )
    medical_managed_hospital_ids = fields.Many2many(
        "res.partner",
        "medical_hospital_manager_rel",
        "contact_id",
        "hospital_id",
        string="Manages Hospitals",
    )
    medical_user_department_ids = fields.Many2many(
        "res.partner",
        "medical_department_user_rel",
        "contact_id",
        "department_id",
        string="Works in Departments",
    )
    medical_integration_hospital_ids = fields.Many2many(
        "res.partner",
        "medical_hospital_integration_rel",
        "contact_id",
        "hospital_id",
        string="Looks After Feeds of",
    )
    medical_role = fields.Selection(
        [
            ("manager", "Hospital manager"),
            ("ward", "Department user"),
            ("integration", "Integration"),
        ],
        string="Portal Role",
        compute="_compute_medical_role",
        groups="medical_supply_crm.group_medical_reader",
    )
    medical_storeroom_ids = fields.One2many(
        "medical.storeroom", "hospital_id", string="Storerooms"
    )
    medical_storeroom_count = fields.Integer(
        string="Storerooms Count", compute="_compute_medical_storeroom_count"
    )

    @api.depends("is_hospital", "parent_id.hospital_id")
    def _compute_hospital_id(self):
        for partner in self:
            if partner.is_hospital:
                partner.hospital_id = partner._origin or partner
            else:
                partner.hospital_id = partner.parent_id.hospital_id

    @api.depends(
        "medical_managed_hospital_ids",
        "medical_user_department_ids",
        "medical_integration_hospital_ids",
    )
    def _compute_medical_role(self):
        for partner in self:
            partner.medical_role = partner._medical_role()

    def _compute_medical_storeroom_count(self):
        counts = dict(
            self.env["medical.storeroom"]._read_group(
                [("hospital_id", "in", self.ids)], ["hospital_id"], ["__count"]
            )
        )
        for partner in self:
            partner.medical_storeroom_count = counts.get(partner._origin, 0)

    @api.constrains(
        "medical_manager_ids",
        "medical_user_ids",
        "medical_integration_ids",
        "parent_id",
    )
    def _check_medical_contacts(self):
        """A role is given only to the hospital's own people, and ends before a
        contact moves to another: a slip of the mouse here would show one hospital's
        storerooms to another."""
        # sudo: whoever moves a contact need not see the hospitals it works for
        granting = self.sudo()
        granting |= granting.medical_managed_hospital_ids
        granting |= granting.medical_user_department_ids
        granting |= granting.medical_integration_hospital_ids
        for partner in granting:
            for contact in (
                partner.medical_manager_ids
                | partner.medical_user_ids
                | partner.medical_integration_ids
            ):
                if (
                    contact.hospital_id != partner.hospital_id
                    or not contact.hospital_id
                ):
                    raise ValidationError(
                        self.env._(
                            "%(contact)s is not a contact of %(hospital)s: portal "
                            "roles go only to contacts of the same hospital.",
                            contact=contact.display_name,
                            hospital=partner.display_name,
                        )
                    )

    def _medical_role(self):
        """Widest portal role of this contact: manager, ward, integration or False."""
        self.ensure_one()
        # sudo: a contact's own roles; the hospital's record need not be readable
        contact = self.sudo()
        if contact.medical_managed_hospital_ids:
            return "manager"
        if contact.medical_user_department_ids:
            return "ward"
        if contact.medical_integration_hospital_ids:
            return "integration"
        return False

    def _medical_role_partners(self, role):
        """Hospitals (manager, integration) or departments (ward) of a role."""
        self.ensure_one()
        return {
            "manager": self.medical_managed_hospital_ids,
            "ward": self.medical_user_department_ids,
            "integration": self.medical_integration_hospital_ids,
        }.get(role, self.browse())

    def action_medical_storerooms(self):
        """Open the storerooms of this hospital."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_storeroom_action"
        )
        action["domain"] = [("hospital_id", "=", self.id)]
        action["context"] = {"default_hospital_id": self.id}
        return action
