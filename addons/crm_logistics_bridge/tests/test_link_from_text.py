# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install")
class TestLinkFromText(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.contact)
        cls.foreign = cls.make_order(cls.other)

    def linked(self, ticket, state=None):
        links = ticket.logistics_link_ids
        return set(
            (links.filtered(lambda x: x.state == state) if state else links).mapped(
                "name"
            )
        )

    def test_korean_text_links_order_and_delivery(self):
        ticket = self.make_ticket(f"주문 {self.order.name} 배송이 아직 안 왔어요")
        self.assertEqual(
            self.linked(ticket, "confirmed"),
            {self.order.name, self.order.picking_ids.name},
        )
        link = ticket.logistics_link_ids.filtered("order_id")
        self.assertEqual((link.res_model, link.res_id), ("sale.order", self.order.id))
        self.assertIn(self.order.name, link.reason)
        self.assertIn("배송이", link.snippet)
        self.assertEqual(ticket.sale_order_ids, self.order)
        self.assertEqual(ticket.so_count, 1)
        self.assertIn(self.order.name, ticket.logistics_reference)

    def test_spellings_lead_to_the_same_order(self):
        number = self.order.name
        digits = number.lstrip("S")
        wide = "".join(chr(ord(char) + 0xFEE0) for char in number)
        for text in (
            f"{number}은",
            f"ＳＯ {number}",
            f"order {number.lower()}",
            f"{wide}번 주문",
        ):
            with self.subTest(text=text):
                self.assertIn(number, self.linked(self.make_ticket(text), "confirmed"))
        self.assertIn(
            number,
            self.linked(self.make_ticket("?", description=f"주문번호는 {digits}")),
        )

    def test_number_of_another_customer_gives_no_link_and_no_hint(self):
        ticket = self.make_ticket(f"Where is {self.foreign.name}?")
        link_texts = ticket.logistics_link_ids.mapped(
            lambda link: f"{link.name} {link.reason} {link.snippet}"
        )
        self.assertNotIn(self.foreign.name, " ".join(link_texts))
        self.assertNotIn(self.foreign, ticket.sale_order_ids)
        unknown = self.make_ticket("Where is S99999?")
        self.assertEqual(
            ticket.logistics_link_ids.mapped("reason"),
            unknown.logistics_link_ids.mapped("reason"),
            "an existing foreign number must look like one that does not exist",
        )

    def test_ticket_without_customer_gets_no_link(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": self.order.name, "description": "<p>?</p>"}
        )
        self.assertFalse(ticket.logistics_link_ids)
        ticket.partner_id = self.contact
        self.assertIn(self.order.name, self.linked(ticket, "confirmed"))

    def make_loose(self, text, **values):
        return self.env["helpdesk.ticket"].create(
            {"name": text, "description": "<p>?</p>", **values}
        )

    def test_without_a_contact_the_agent_is_told_and_one_sender_is_proposed(self):
        agent = self.make_agent("loose_agent")
        ticket = self.make_loose(
            f"주문 {self.order.name} 배송이 안 왔어요",
            partner_email="Minji <MINJI@example.com>",
            user_id=agent.id,
        ).with_user(agent)
        self.assertFalse(ticket.partner_id, "an address can be forged")
        self.assertFalse(ticket.logistics_link_ids)
        self.assertIn(self.order.name, ticket.logistics_hint)
        self.assertEqual(ticket.logistics_sender_id, self.contact)
        ticket.action_logistics_use_sender()
        self.assertEqual(ticket.partner_id, self.contact)
        self.assertIn(self.order.name, self.linked(ticket, "confirmed"))
        self.assertFalse(ticket.logistics_hint)
        with self.assertRaises(UserError):
            ticket.action_logistics_use_sender()

    def test_hint_looks_nothing_up(self):
        known = self.make_loose(f"Where is {self.order.name}?")
        unknown = self.make_loose("Where is S99999?")
        self.assertEqual(
            known.logistics_hint.replace(self.order.name, "S99999"),
            unknown.logistics_hint,
        )
        self.assertFalse(self.make_loose("Hello?").logistics_hint)

    def test_two_contacts_with_the_address_are_nobody(self):
        self.contact.copy({"email": self.contact.email})
        ticket = self.make_loose(self.order.name, partner_email=self.contact.email)
        self.assertTrue(ticket.logistics_hint)
        self.assertFalse(ticket.logistics_sender_id)

    def test_reasons_are_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("ko_KR")
        link = self.make_ticket(f"{self.order.name} ?").logistics_link_ids.filtered(
            "order_id"
        )
        self.assertEqual(link.reason, f"Number {self.order.name} written in full")
        self.env["ir.module.module"]._load_module_terms(
            ["crm_logistics_bridge"], ["ko_KR"]
        )
        korean = link.with_context(lang="ko_KR").reason
        self.assertIn(self.order.name, korean)
        self.assertNotIn("written", korean)

    def test_no_reference_proposes_open_orders(self):
        ticket = self.make_ticket("언제 오나요?")
        self.assertEqual(self.linked(ticket, "proposed"), {self.order.name})
        self.assertFalse(ticket.sale_order_ids)
        self.assertEqual(ticket.logistics_reference, f"({self.order.name})")

    def test_message_of_the_customer_adds_a_link(self):
        ticket = self.make_ticket("언제 오나요?")
        second = self.make_order(self.contact)
        ticket.message_post(
            body=f"아, {second.name}이요",
            author_id=self.contact.id,
            message_type="email",
        )
        link = ticket.logistics_link_ids.filtered(lambda x: x.order_id == second)
        self.assertEqual(link.state, "confirmed")
        self.assertTrue(link.message_id)

    def test_mail_gateway_links(self):
        mail = (
            "From: Minji <minji@example.com>\nTo: help@example.com\nSubject: late\n"
            "Message-Id: <one@example.com>\nContent-Type: text/plain; charset=utf-8\n\n"
            f"주문 {self.order.name} 언제 오나요\n"
        )
        ticket_id = self.env["mail.thread"].message_process("helpdesk.ticket", mail)
        ticket = self.env["helpdesk.ticket"].browse(ticket_id)
        self.assertEqual(ticket.partner_id, self.contact)
        self.assertEqual(ticket.sale_order_ids, self.order)

    def test_decisions_can_be_undone_and_are_remembered(self):
        agent = self.make_agent()
        ticket = self.make_ticket(f"{self.order.name} ?").with_user(agent)
        link = ticket.logistics_link_ids.filtered(lambda x: x.kind == "order")
        link.action_reject()
        self.assertEqual((link.state, link.decided_by_id), ("rejected", agent))
        self.assertFalse(ticket.sudo().sale_order_ids)
        ticket.action_logistics_rescan()
        self.assertEqual(link.state, "rejected", "a rejection is not proposed again")
        link.action_undo()
        self.assertEqual(
            (link.state, link.decided_by_id), ("proposed", self.env["res.users"])
        )
        link.action_confirm()
        self.assertEqual(ticket.sudo().sale_order_ids, self.order)

    def test_orders_of_helpdesk_sale_and_links_stay_in_step(self):
        ticket = self.make_ticket("Hello", sale_order_ids=self.order.ids)
        link = ticket.logistics_link_ids.filtered("order_id")
        self.assertEqual((link.state, link.source), ("confirmed", "manual"))
        ticket.sale_order_ids = False
        self.assertEqual(link.state, "rejected")

    def test_another_customer_takes_the_links_away(self):
        ticket = self.make_ticket(f"{self.order.name} ?")
        ticket.partner_id = self.other
        self.assertNotIn(self.order.name, self.linked(ticket))
        self.assertNotIn(self.order, ticket.sale_order_ids)

    def test_tracking_rma_and_lot_references(self):
        self.deliver(self.order)
        picking = self.order.picking_ids
        picking.carrier_tracking_ref = "1234-5678-9012"
        ticket = self.make_ticket("운송장번호 123456789012 조회 안됨")
        self.assertEqual(
            self.linked(ticket, "confirmed"), {picking.name, self.order.name}
        )

    def test_score_setting_decides_what_is_confirmed(self):
        self.company.logistics_link_auto_score = 1.1
        ticket = self.make_ticket(f"{self.order.name} ?")
        self.assertEqual(set(ticket.logistics_link_ids.mapped("state")), {"proposed"})

    def test_queries_do_not_grow_with_the_tickets(self):
        tickets = self.env["helpdesk.ticket"]
        for _index in range(20):
            tickets |= self.make_ticket(f"{self.order.name} {self.make_order().name}")

        def count(records):
            records.logistics_link_ids.unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records._logistics_link_from_text(suggest=True)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(tickets)
        few, many = count(tickets[:2]), count(tickets)
        self.assertEqual(len(tickets.logistics_link_ids), 80)
        self.assertLessEqual(many, few + 3)

    def test_other_addons_can_link(self):
        ticket = self.make_ticket("Recall", partner=self.customer)
        link = ticket._logistics_add_link(self.order.picking_ids, "Recall of lot 7")
        self.assertEqual(
            (link.state, link.name), ("confirmed", self.order.picking_ids.name)
        )
        self.assertEqual(
            ticket._logistics_add_link(self.order.picking_ids, "again"), link
        )
        with self.assertRaisesRegex(ValueError, "res.partner cannot be linked"):
            ticket._logistics_add_link(self.customer, "no")
