# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A contact for a sender nobody knows."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install")
class TestIntakeContact(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.kr")
        cls.account = cls.env["logistics.channel.account"].create(
            {"name": "Chat", "kind": "chat", "code": "contact-test", "join_hours": 0}
        )
        cls.agent = cls.make_agent()
        cls.intake = cls.env["logistics.intake"].sudo()

    def arrive(self, number, account=None, **sender):
        return self.intake._receive(
            account or self.account,
            {"external_id": f"c{number}", "text": f"문의 {number}", "sender": sender},
        )

    def contacts(self, email="new@example.org"):
        return self.env["res.partner"].search([("email_normalized", "=", email)])

    def test_one_click_on_the_ticket(self):
        sender = {"name": "Park", "email": "new@example.org", "phone": "010-5555-1234"}
        first, second = self.arrive(1, **sender), self.arrive(2, **sender)
        ticket = first.ticket_id.with_user(self.agent)
        self.assertIn("new@example.org", ticket.logistics_unknown_sender)
        ticket.action_logistics_create_contact()
        contact = self.contacts()
        self.assertEqual(len(contact), 1)
        self.assertEqual((contact.name, contact.phone), ("Park", "+821055551234"))
        self.assertEqual(first.ticket_id.partner_id, contact)
        self.assertEqual(second.ticket_id.partner_id, contact, "all of the sender's")
        self.assertEqual((first | second).partner_id, contact)
        self.assertFalse(ticket.logistics_unknown_sender)
        third = self.arrive(3, phone="+82 10 5555 1234")
        self.assertEqual(third.partner_id, contact)
        with self.assertRaises(UserError):
            ticket.action_logistics_create_contact()

    def test_one_click_on_the_message_and_back(self):
        message = self.arrive(1, name="Park", email="New@Example.org ")
        message.with_user(self.agent).action_create_contact()
        contact = self.contacts()
        self.assertEqual(message.ticket_id.partner_id, contact)
        self.assertTrue(message.contact_made)
        self.assertTrue(message.ticket_id.logistics_contact_made)
        message.with_user(self.agent).action_undo_contact()
        self.assertFalse(contact.exists())
        self.assertFalse(message.partner_id)
        self.assertFalse(message.ticket_id.partner_id)
        self.assertTrue(message.ticket_id.logistics_unknown_sender)
        message.ticket_id.with_user(self.agent).action_logistics_create_contact()
        self.assertEqual(len(self.contacts()), 1)

    def test_references_are_linked_once_the_contact_is_there(self):
        message = self.arrive(1, email="new@example.org")
        ticket = message.ticket_id
        ticket.with_user(self.agent).action_logistics_create_contact()
        order = self.make_order(self.contacts())
        ticket.name = f"주문 {order.name}"
        self.assertEqual(ticket.sale_order_ids, order)
        with self.assertRaisesRegex(UserError, "Sales Order"):
            ticket.with_user(self.agent).action_logistics_undo_contact()

    def test_never_a_duplicate(self):
        message = self.arrive(1, email="new@example.org", phone="010-7000-0000")
        known = self.env["res.partner"].create(
            {"name": "Made meanwhile", "phone": "010 7000 0000"}
        )
        message.with_user(self.agent).action_create_contact()
        self.assertEqual(message.partner_id, known)
        self.assertFalse(self.contacts())
        self.assertFalse(message.contact_made)
        with self.assertRaises(UserError):
            message.with_user(self.agent).action_undo_contact()

    def test_several_candidates_are_not_decided(self):
        message = self.arrive(1, email="twins@example.org")
        self.env["res.partner"].create(
            [{"name": name, "email": "twins@example.org"} for name in ("A", "B")]
        )
        with self.assertRaisesRegex(UserError, "A, B"):
            message.with_user(self.agent).action_create_contact()

    def test_nothing_known_makes_nothing(self):
        message = self.arrive(1, name="Somebody")
        self.assertFalse(message.ticket_id.logistics_unknown_sender)
        with self.assertRaises(UserError):
            message.with_user(self.agent).action_create_contact()

    def test_only_agents(self):
        message = self.arrive(1, email="new@example.org")
        stranger = self.make_user("stranger", "base.group_user")
        with self.assertRaises(UserError):
            message.with_user(stranger).action_create_contact()
        with self.assertRaises(AccessError):
            message.ticket_id.with_user(stranger).action_logistics_create_contact()

    # -- by itself --------------------------------------------------------
    def test_off_by_default_and_on_where_set(self):
        self.assertFalse(self.arrive(1, email="new@example.org").partner_id)
        self.account.create_contacts = True
        message = self.arrive(2, name="Park", email="new@example.org")
        self.assertEqual(message.partner_id, self.contacts())
        self.assertEqual(message.ticket_id.partner_id.name, "Park")
        self.assertEqual(message.identity_reason, "created")
        again = self.arrive(3, email="NEW@example.org")
        self.assertEqual(again.partner_id, message.partner_id)
        self.assertEqual(len(self.contacts()), 1)
        handle = self.arrive(4, handle="park7")
        self.assertEqual(handle.partner_id.name, "park7")
        self.assertEqual(self.arrive(5, handle="park7").partner_id, handle.partner_id)

    def test_machines_and_candidates_are_left_alone(self):
        self.account.create_contacts = True
        self.assertFalse(self.arrive(1, email="no-reply@shop.example").partner_id)
        self.contact.email = "min.ji@gmail.com"
        message = self.arrive(2, email="minji+shop@gmail.com")
        self.assertFalse(message.partner_id)
        self.assertEqual(message.candidate_ids, self.contact)

    def test_an_untrusted_channel_makes_none(self):
        with self.assertRaises(ValidationError):
            self.account.write({"trusted": False, "create_contacts": True})

    def test_mail(self):
        account = self.env["logistics.channel.account"]._own_account(
            self.company, "mail"
        )
        account.create_contacts = True
        mail = (
            "From: Choi <choi@example.org>\nTo: help@example.com\nSubject: hi\n"
            "Message-Id: <contact-1@example.org>\n"
            "Content-Type: text/plain; charset=utf-8\n\n안녕하세요\n"
        )
        ticket_id = self.env["mail.thread"].message_process("helpdesk.ticket", mail)
        ticket = self.env["helpdesk.ticket"].browse(ticket_id)
        contact = self.contacts("choi@example.org")
        self.assertEqual((ticket.partner_id, contact.name), (contact, "Choi"))
        self.assertEqual(ticket.message_ids.author_id & contact, contact)
        ticket.with_user(self.agent).action_logistics_undo_contact()
        self.assertFalse(ticket.partner_id)
        self.assertFalse(contact.exists())
