# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import MedicalCase


@tagged("post_install", "-at_install")
class TestPortalRoles(MedicalCase, TransactionCase):
    """The medical desk decides who of a hospital sees what on the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.desk = new_test_user(
            cls.env,
            login="desk_roles",
            groups="medical_supply_crm.group_medical_user",
        )
        cls.contact = cls.env["res.partner"].create(
            {
                "name": "Kim Hana",
                "email": "hana.kim@example.com",
                "parent_id": cls.a.partner.id,
            }
        )

    def _wizard(self, **values):
        return (
            self.env["medical.portal.role"]
            .with_user(self.desk)
            .create({"partner_id": self.contact.id, **values})
        )

    def test_a_role_invites_and_no_role_closes_the_access(self):
        self._wizard(
            role="ward", department_ids=[Command.set(self.a.ward.ids)]
        ).action_apply()
        user = self.contact.user_ids
        self.assertTrue(user._is_portal())
        rooms = self.env["medical.storeroom"].with_user(user)
        self.assertEqual(rooms.search([]), self.a.ward_room)
        self._wizard(role="manager").action_apply()
        self.assertEqual(rooms.search([]), self.a.room | self.a.ward_room)
        self._wizard(role="integration").action_apply()
        self.assertFalse(rooms.search([]))
        self.assertEqual(self._wizard().role, "integration")
        self._wizard(role="none").action_apply()
        self.assertFalse(self.contact._medical_role())
        self.assertFalse(user.active)
        self.assertEqual(self._wizard(role="manager").portal_state, "closed")
        self._wizard(role="manager").action_apply()
        self.assertTrue(user.active)

    def test_what_cannot_be_is_said_in_words(self):
        with self.assertRaisesRegex(UserError, "Choose the departments"):
            self._wizard(role="ward").action_apply()
        stranger = self.env["res.partner"].create({"name": "Shop"})
        with self.assertRaisesRegex(UserError, "not a contact of a hospital"):
            self._wizard(partner_id=stranger.id, role="manager").action_apply()
        self.contact.email = False
        with self.assertRaises(UserError):
            self._wizard(role="manager").action_apply()
        with self.assertRaises(AccessError):
            self.env["medical.portal.role"].with_user(self.a.manager).create(
                {"partner_id": self.contact.id, "role": "manager"}
            )

    def test_only_managers_change_the_addresses_of_a_hospital(self):
        address = self.a.room.address_id
        for user, allowed in (
            (self.a.manager, True),
            (self.a.nurse, False),
            (self.b.manager, False),
        ):
            self.assertEqual(
                address.with_user(user).sudo()._can_be_edited_by_current_customer(),
                allowed,
                user.login,
            )
        self.assertTrue(
            self.a.nurse.partner_id.with_user(self.a.nurse)
            .sudo()
            ._can_be_edited_by_current_customer()
        )
