# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A customer writes by messenger: ticket, answer, contact, and nothing twice."""

import base64
import json
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import TYPE, MessengerData

INTAKE = "odoo.addons.crm_logistics_bridge.models.intake.logistics_intake"
TICKET = "odoo.addons.crm_logistics_bridge_mail_gateway.models.helpdesk_ticket"


@tagged("post_install", "-at_install")
class TestGatewayStory(MessengerData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_messenger()
        cls.order = cls.make_order(cls.contact)
        cls.agent = cls.make_user(
            "chat_agent",
            "base.group_user,helpdesk_mgmt.group_helpdesk_user",
            password="chat_agent",
        )

    def setUp(self):
        super().setUp()
        self.sent.clear()

    def update(self, number, text, chat=77, name="민지", **more):
        return {
            "update_id": 1000 + number,
            "message": {
                "message_id": number,
                "date": 1767225600 + number,
                "chat": {"id": chat},
                "from": {"id": chat, "first_name": name},
                "text": text,
                **more,
            },
        }

    def deliver(self, update, key="gateway-test-key"):
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        return self.opener.post(
            f"{self.base_url()}/gateway/{TYPE}/{key}/update",
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=30,
        )

    def say(self, number, text, **more):
        answer = self.deliver(self.update(number, text, **more))
        self.assertEqual(answer.status_code, 200, answer.text)
        self.env.invalidate_all()
        return self.ledger()[:1]

    def ledger(self):
        return self.env["logistics.intake.message"].search(
            [("account_id.gateway_id", "=", self.gateway.id)], order="id desc"
        )

    def know(self, chat=77, partner=None):
        self.env["res.partner.gateway.channel"].create(
            {
                "partner_id": (partner or self.contact).id,
                "gateway_id": self.gateway.id,
                "gateway_token": str(chat),
            }
        )

    def test_story(self):
        self.know()
        first = self.say(1, f"주문 {self.order.name} 배송이 아직 안 왔어요")
        ticket = first.ticket_id
        self.assertEqual((first.state, first.result), ("done", "created"))
        self.assertEqual(ticket.partner_id, self.contact)
        self.assertEqual(ticket.sale_order_ids, self.order)
        self.assertIn("배송이 아직", ticket.description)
        again = self.say(1, f"주문 {self.order.name} 배송이 아직 안 왔어요")
        self.assertEqual((again, again.repeat_count), (first, 1))
        channel = ticket.logistics_gateway_channel_id
        self.assertIn("Shop bot", ticket.with_user(self.agent).logistics_gateway_note)
        self.assertFalse(self.make_ticket("by hand").logistics_gateway_note)
        self.assertEqual(len(self.customer_words(channel)), 1)
        self.assertEqual(first.gateway_message_id.gateway_message_id.res_id, ticket.id)
        second = self.say(2, "언제 오나요?")
        self.assertEqual((second.result, second.ticket_id), ("reply", ticket))
        self.assertEqual(
            ticket.message_ids.filtered(
                lambda m: m.author_id == self.contact and m.message_type == "comment"
            ).mapped("gateway_type"),
            [TYPE, TYPE],
        )
        # the agent has no rights on messengers at all
        self.authenticate("chat_agent", "chat_agent")
        post = self.call(
            "/mail/message/post",
            thread_model="helpdesk.ticket",
            thread_id=ticket.id,
            post_data={
                "body": "내일 도착합니다",
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
            },
        )
        self.assertNotIn("error", post)
        self.assertEqual(len(self.sent), 1)
        token, body, _files = self.sent[0]
        self.assertEqual(token, "77")
        self.assertIn("내일 도착합니다", body)
        fetched = self.call(
            "/mail/thread/messages",
            thread_model="helpdesk.ticket",
            thread_id=ticket.id,
        )
        self.assertIn("내일 도착합니다", json.dumps(fetched, ensure_ascii=False))
        self.assertNotIn("error", fetched)
        # a note stays inside
        self.call(
            "/mail/message/post",
            thread_model="helpdesk.ticket",
            thread_id=ticket.id,
            post_data={
                "body": "단골",
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_note",
            },
        )
        self.assertEqual(len(self.sent), 1)

    def call(self, route, **params):
        return self.url_open(
            route,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()

    def customer_words(self, channel):
        return channel.message_ids.filtered(lambda m: m.message_type == "comment")

    def test_unknown_sender_becomes_a_contact_on_a_click(self):
        message = self.say(1, "안녕하세요", chat=501, name="새 손님")
        ticket = message.ticket_id
        self.assertFalse(ticket.partner_id)
        self.assertEqual(message.sender_handle, "501")
        self.assertIn("새 손님", ticket.logistics_unknown_sender)
        answer = ticket.with_user(self.agent).message_post(
            body="누구세요?", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(self.sent[-1][0], "501", "also without a contact")
        self.assertEqual(
            answer.notification_ids.mapped("notification_status"), ["sent"]
        )
        ticket.with_user(self.agent).action_logistics_create_contact()
        contact = ticket.partner_id
        self.assertEqual(contact.name, "새 손님")
        self.assertEqual(contact.gateway_channel_ids.gateway_token, "501")
        later = self.say(2, "한빛입니다", chat=501)
        self.assertEqual(later.partner_id, contact)
        ticket.with_user(self.agent).action_logistics_undo_contact()
        self.assertFalse(contact.exists())
        self.assertEqual(self.say(3, "또 저예요", chat=501).state, "done")

    def test_contacts_by_themselves_where_set(self):
        self.gateway._logistics_account().create_contacts = True
        first = self.say(1, "안녕", chat=601, name="자동")
        self.assertEqual(first.partner_id.name, "자동")
        self.assertEqual(self.say(2, "저예요", chat=601).partner_id, first.partner_id)

    def test_two_chats_are_two_tickets_and_a_closed_one_is_over(self):
        one = self.say(1, "첫 손님입니다", chat=1)
        two = self.say(2, "다른 손님이에요", chat=2)
        self.assertNotEqual(one.ticket_id, two.ticket_id)
        one.ticket_id.stage_id = self.env.ref(
            "helpdesk_mgmt.helpdesk_ticket_stage_cancelled"
        )
        self.assertNotEqual(self.say(3, "다시", chat=1).ticket_id, one.ticket_id)

    def test_the_same_words_by_mail_and_chat_are_one_ticket(self):
        self.know()
        mail = (
            "From: Minji <minji@example.com>\nTo: help@example.com\nSubject: 문의\n"
            "Message-Id: <chat-join@example.com>\n"
            "Content-Type: text/plain; charset=utf-8\n\n"
            f"주문 {self.order.name} 배송이 아직 안 왔어요\n"
        )
        ticket_id = self.env["mail.thread"].message_process("helpdesk.ticket", mail)
        joined = self.say(1, f"주문 {self.order.name} 배송이 아직 안 왔어요")
        self.assertEqual((joined.result, joined.ticket_id.id), ("joined", ticket_id))
        self.assertTrue(joined.ticket_id.logistics_gateway_channel_id)

    def test_files_and_hidden_numbers(self):
        files = [
            {"name": "memo.txt", "data": base64.b64encode(b"900101-1234567").decode()},
            {"name": "box.png", "data": base64.b64encode(b"\x89PNG").decode()},
        ]
        message = self.say(1, "카드 4111-1111-1111-1111 입니다", files=files)
        ticket, channel = message.ticket_id, message.gateway_message_id.res_id
        self.assertEqual(message.masked_count, 2)
        chat = self.env["discuss.channel"].browse(channel)
        everywhere = (ticket | ticket).message_ids | chat.message_ids
        kept = " ".join(map(str, everywhere.mapped("body"))) + ticket.description
        kept += " ".join(map(str, everywhere.attachment_ids.mapped("raw")))
        self.assertNotIn("4111", kept)
        self.assertNotIn("1234567", kept)
        self.assertEqual(
            set(ticket.message_ids.attachment_ids.mapped("name")),
            {"memo.txt", "box.png"},
        )
        only_file = self.say(2, "", chat=9, files=files[1:])
        self.assertEqual(only_file.ticket_id.name, "box.png")

    @mute_logger(INTAKE)
    def test_what_cannot_be_filed_is_kept_and_tried_again(self):
        Intake = type(self.env["logistics.intake"])
        with patch.object(Intake, "_new_ticket", side_effect=UserError("no team")):
            failed = self.say(1, "카드 4111 1111 1111 1111 문의")
        self.assertEqual((failed.state, failed.reason), ("failed", "no team"))
        self.assertTrue(failed.gateway_message_id, "the chat has it already")
        done = self.say(1, "카드 4111 1111 1111 1111 문의")
        self.assertEqual((done, done.state), (failed, "done"))
        channel = done.ticket_id.logistics_gateway_channel_id
        self.assertEqual(len(self.customer_words(channel)), 1)
        with patch.object(Intake, "_new_ticket", side_effect=UserError("no team")):
            other = self.say(2, "다른 분", chat=8)
        other.with_user(self.agent).action_retry()
        self.assertTrue(other.ticket_id.logistics_gateway_channel_id)

    @mute_logger(TICKET)
    def test_a_gateway_that_refuses_leaves_a_failure(self):
        ticket = self.say(1, "안녕하세요").ticket_id
        model = type(self.env["mail.gateway.abstract"])
        with patch.object(model, "_send", side_effect=ValueError("no network")):
            message = ticket.with_user(self.agent).message_post(
                body="답", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        told = message.sudo().notification_ids
        self.assertEqual(told.mapped("notification_status"), ["exception"])
        self.assertEqual(told.failure_reason, "no network")

    def test_an_answer_in_discuss_is_on_the_ticket(self):
        ticket = self.say(1, "안녕하세요").ticket_id
        admin = self.env.ref("base.user_admin")
        ticket.logistics_gateway_channel_id.with_user(admin).message_post(
            body="곧 확인합니다",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(len(self.sent), 1)
        self.assertIn("곧 확인합니다", str(ticket.message_ids[0].body))
        self.assertEqual(ticket.message_ids[0].author_id, admin.partner_id)

    def test_switched_off_it_stays_a_chat(self):
        self.gateway.logistics_intake = False
        self.deliver(self.update(1, "안녕하세요"))
        self.assertFalse(self.ledger())
        channel = self.env["discuss.channel"].search(
            [("gateway_id", "=", self.gateway.id)]
        )
        self.assertEqual(len(self.customer_words(channel)), 1)

    @mute_logger("odoo.addons.mail_gateway.controllers.gateway")
    def test_wrong_deliveries(self):
        self.assertEqual(self.deliver(b"{").status_code, 400)
        self.assertEqual(self.deliver({}, key="nothing").status_code, 200)
        self.assertEqual(self.deliver({"callback": 1}).status_code, 200)
        self.assertFalse(self.ledger())

    def test_numbers_never_reach_our_log(self):
        with self.assertLogs("odoo.addons.crm_logistics_bridge", "DEBUG") as logs:
            self.say(1, "카드 4111-1111-1111-1111")
            Intake = type(self.env["logistics.intake"])
            with patch.object(Intake, "_new_ticket", side_effect=KeyError("x")):
                self.say(2, "900101-1234567", chat=5)
        self.assertNotIn("4111-1", "".join(logs.output))
        self.assertNotIn("900101-1", "".join(logs.output))
