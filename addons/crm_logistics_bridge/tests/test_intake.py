# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import LogisticsCase

INTAKE = "odoo.addons.crm_logistics_bridge.models.intake.logistics_intake"


@tagged("post_install", "-at_install")
class TestIntake(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.kr")
        cls.customer.phone = cls.contact.phone = False
        cls.contact.write(
            {"phone": "010-1234-5678", "country_id": cls.company.country_id.id}
        )
        cls.chat, cls.market = cls.env["logistics.channel.account"].create(
            [
                {"name": "Chat", "kind": "chat", "code": "chat-test"},
                {"name": "Market", "kind": "marketplace", "code": "market-test"},
            ]
        )
        cls.intake = cls.env["logistics.intake"].sudo()
        cls.order = cls.make_order(cls.contact)

    def arrive(self, text, account=None, **payload):
        sender = payload.pop("sender", {"phone": "01012345678"})
        payload.setdefault("external_id", f"x-{len(text)}-{text[:40]}")
        return self.intake._receive(
            account or self.chat, {"text": text, "sender": sender, **payload}
        )

    def mail(self, body, subject="Hello", sender="Minji <minji@example.com>", mid="a"):
        return (
            f"From: {sender}\nTo: help@example.com\nSubject: {subject}\n"
            f"Message-Id: <{mid}@example.com>\n"
            f"Content-Type: text/plain; charset=utf-8\n\n{body}\n"
        )

    def process(self, mail):
        ticket_id = self.env["mail.thread"].message_process("helpdesk.ticket", mail)
        return self.env["helpdesk.ticket"].browse(ticket_id)

    # -- once -------------------------------------------------------------
    def test_redelivery_is_answered_with_the_first_result(self):
        first = self.arrive("배송 언제 와요", external_id="one")
        tickets = self.env["helpdesk.ticket"].search_count([])
        again = self.arrive("배송 언제 와요", external_id="one")
        self.assertEqual(first, again)
        self.assertEqual(first.answer, again.answer)
        self.assertEqual(self.env["helpdesk.ticket"].search_count([]), tickets)
        self.assertEqual(again.repeat_count, 1)
        other = self.arrive("다른 문의", account=self.market, external_id="one")
        self.assertNotEqual(other.ticket_id, first.ticket_id)

    def test_redelivered_mail_is_answered_with_its_ticket(self):
        ticket = self.process(self.mail("언제 와요"))
        self.assertTrue(ticket)
        self.assertEqual(self.process(self.mail("언제 와요")), ticket)

    def test_mail_without_message_id_is_known_by_what_was_written(self):
        mail = self.mail("no id").replace("Message-Id: <a@example.com>\n", "")
        ticket = self.process("Received: from one\n" + mail)
        self.assertEqual(self.process("Received: from two\n" + mail), ticket)

    def test_story_mail_and_chat_are_one_ticket(self):
        text = f"주문 {self.order.name} 배송이 아직 안 왔어요"
        ticket = self.process(self.mail(f"안녕하세요. {text}. 감사합니다."))
        self.assertEqual(ticket.partner_id, self.contact)
        chat = self.arrive(text)
        self.assertEqual((chat.result, chat.ticket_id), ("joined", ticket))
        self.assertEqual(chat.partner_id, self.contact)
        self.assertEqual(ticket.sale_order_ids, self.order)

    def test_other_words_other_person_or_too_late_are_other_tickets(self):
        first = self.arrive("물건이 아직 도착하지 않았습니다", external_id="1")
        self.assertEqual(
            self.arrive("세금계산서를 다시 보내 주세요", external_id="2").result,
            "created",
        )
        stranger = self.arrive(
            "물건이 아직 도착하지 않았습니다",
            external_id="3",
            sender={"phone": "010-9999-0000"},
        )
        self.assertNotEqual(stranger.ticket_id, first.ticket_id)
        with freeze_time("2030-01-01"):
            late = self.arrive("물건이 아직 도착하지 않았습니다", external_id="4")
        self.assertEqual(late.result, "created")

    def test_another_order_number_is_another_matter(self):
        first = self.arrive("S00041 배송이 아직 안 왔어요 확인 부탁", external_id="1")
        second = self.arrive("S00042 배송이 아직 안 왔어요 확인 부탁", external_id="2")
        self.assertNotEqual(first.ticket_id, second.ticket_id)

    def test_closed_ticket_is_not_joined(self):
        first = self.arrive("전화 부탁드립니다 지금요", external_id="1")
        first.ticket_id.stage_id = self.env.ref(
            "helpdesk_mgmt.helpdesk_ticket_stage_cancelled"
        )
        self.assertEqual(
            self.arrive("전화 부탁드립니다 지금요", external_id="2").result, "created"
        )

    # -- replies ----------------------------------------------------------
    def test_reply_without_headers_finds_its_ticket(self):
        ticket = self.process(self.mail("언제 와요"))
        subject = f"Re: The ticket {ticket.number} stage has changed."
        for place, mail in enumerate(
            (
                self.mail("네 확인했습니다", subject=subject, mid="b"),
                self.mail(f"감사합니다\n\n> 문의번호 {ticket.number} 접수", mid="c"),
            )
        ):
            with self.subTest(place=place):
                self.assertEqual(self.process(mail), ticket)
        self.assertIn("네 확인했습니다", "".join(ticket.message_ids.mapped("body")))

    def test_a_stranger_naming_a_ticket_gets_their_own(self):
        ticket = self.process(self.mail("언제 와요"))
        other = self.process(
            self.mail("hi", f"Re: {ticket.number}", "Eve <eve@example.org>", mid="b")
        )
        self.assertTrue(other)
        self.assertNotEqual(other, ticket)

    def test_reply_by_api_names_its_ticket(self):
        first = self.arrive("첫 문의입니다", external_id="1")
        reply = self.arrive(
            "추가로 사진 보냅니다", external_id="2", ticket=first.ticket_id.number
        )
        self.assertEqual((reply.result, reply.ticket_id), ("reply", first.ticket_id))

    def test_unknown_sender_may_go_on_with_their_own_ticket(self):
        sender = {"email": "new@example.org", "name": "New"}
        first = self.arrive("hello there, anybody?", external_id="1", sender=sender)
        self.assertFalse(first.partner_id)
        reply = self.arrive(
            f"{first.ticket_id.number}: still me", external_id="2", sender=sender
        )
        self.assertEqual(reply.ticket_id, first.ticket_id)

    # -- who --------------------------------------------------------------
    def test_phone_in_any_spelling_is_the_contact(self):
        for place, phone in enumerate(
            ("010-1234-5678", "+82 10 1234 5678", "0082-10-1234-5678", "01012345678")
        ):
            with self.subTest(phone=phone):
                message = self.arrive(
                    f"문의 {place}", external_id=str(place), sender={"phone": phone}
                )
                self.assertEqual(message.sender_phone, "+821012345678")
                self.assertEqual(message.partner_id, self.contact)

    def test_phone_of_another_country_than_the_company(self):
        self.company.country_id = self.env.ref("base.us")
        first = self.arrive("물건이 안 왔습니다 확인 바람", external_id="1")
        self.assertEqual(first.sender_phone, "+821012345678")
        self.assertEqual(first.partner_id, self.contact)
        odd = [
            self.arrive(
                "hello, is anybody there today",
                external_id=number,
                sender={"phone": "77-123"},
            )
            for number in ("2", "3")
        ]
        self.assertEqual(odd[0].ticket_id, odd[1].ticket_id)

    def test_handle_is_learned_from_a_certain_message(self):
        sender = {"handle": "minji88"}
        self.assertFalse(self.arrive("안녕", external_id="0", sender=sender).partner_id)
        known = {"handle": "minji88", "email": "MINJI@Example.com"}
        self.arrive("주소 바꿔 주세요", external_id="1", sender=known)
        message = self.arrive("언제 되나요", external_id="2", sender=sender)
        self.assertEqual(message.partner_id, self.contact)
        foreign = self.arrive(
            "여기는 다른 채널", self.market, external_id="3", sender=sender
        )
        self.assertFalse(foreign.partner_id, "a handle means somebody in its channel")

    def test_contradicting_sender_becomes_a_proposal_never_a_merge(self):
        self.other.phone = "010-7777-8888"
        sender = {"email": "minji@example.com", "phone": "010-7777-8888"}
        message = self.arrive("누구일까요", sender=sender)
        self.assertFalse(message.partner_id)
        self.assertFalse(message.ticket_id.partner_id)
        self.assertEqual(message.candidate_ids, self.contact | self.other)
        proposal = self.env["logistics.merge.proposal"].search(
            [("message_id", "=", message.id)]
        )
        self.assertEqual(proposal.partner_ids, self.contact | self.other)
        self.assertTrue(self.other.exists() and self.contact.exists())
        proposal.action_reject()
        self.arrive("다시 문의합니다", sender=sender, external_id="again")
        self.assertEqual(proposal.state, "rejected")
        self.assertEqual(
            self.env["logistics.merge.proposal"].search_count(
                [("partner_key", "=", proposal.partner_key)]
            ),
            1,
        )

    def test_proposal_is_merged_by_odoos_own_dialog(self):
        twin = self.env["res.partner"].create(
            {"name": "Minji", "email": "minji@example.com"}
        )
        message = self.arrive("안녕하세요?", sender={"email": "minji@example.com"})
        proposal = self.env["logistics.merge.proposal"].search(
            [("message_id", "=", message.id)]
        )
        action = proposal.action_merge()
        wizard = (
            self.env[action["res_model"]]
            .with_context(**action["context"])
            .create({"dst_partner_id": self.contact.id})
        )
        self.assertEqual(wizard.partner_ids, self.contact | twin)
        wizard.action_merge()
        self.assertEqual(proposal.state, "merged")
        self.assertFalse(twin.exists())

    def test_tagged_address_is_a_candidate_only(self):
        message = self.arrive("hi", sender={"email": "minji+shop@example.com"})
        self.assertFalse(message.partner_id)
        self.assertEqual(message.candidate_ids, self.contact)
        message.action_use_candidate()
        self.assertEqual(message.ticket_id.partner_id, self.contact)

    def test_untrusted_channel_chooses_no_contact(self):
        self.chat.trusted = False
        message = self.arrive("hi", sender={"email": "minji@example.com"})
        self.assertFalse(message.partner_id)
        self.assertEqual(message.candidate_ids, self.contact)

    # -- what must not be kept --------------------------------------------
    def test_sensitive_numbers_are_hidden_everywhere(self):
        rrn, card = "900101-1234567", "4111-1111-1111-1111"
        text = f"주민번호 {rrn}, 카드 {card} 입니다"
        message = self.arrive(
            text,
            external_id="secret",
            subject=f"카드 {card}",
            sender={"name": rrn, "phone": "01012345678"},
        )
        ticket = self.process(self.mail(text, subject=card, mid="secret"))
        kept = " ".join(
            str(value)
            for record in (message, message.ticket_id, ticket, *ticket.message_ids)
            for value in record.read()[0].values()
        )
        for secret in (rrn, card, "900101", "411111", "4111-1"):
            self.assertNotIn(secret, kept)
        self.assertEqual(message.masked_count, 4)
        self.assertIn("1111", message.ticket_id.description)
        self.assertNotIn("&lt;", ticket.description + ticket.message_ids[-1].body)

    # -- failures ---------------------------------------------------------
    def test_failure_is_a_record_that_can_be_tried_again(self):
        Intake = type(self.env["logistics.intake"])
        with (
            patch.object(Intake, "_new_ticket", side_effect=UserError("no team")),
            self.assertLogs(INTAKE, "WARNING") as logs,
        ):
            message = self.arrive("카드 4111 1111 1111 1111", external_id="bad")
        self.assertNotIn("카드", "".join(logs.output))
        self.assertEqual((message.state, message.reason), ("failed", "no team"))
        self.assertFalse(message.ticket_id)
        self.assertNotIn("41111", str(message.payload))
        agent = self.make_agent("retry_agent")
        message.with_user(agent).action_retry()
        self.assertEqual((message.state, message.tries), ("done", 2))
        self.assertIn("카드", message.ticket_id.description)
        with self.assertRaises(UserError):
            message.action_retry()

    @mute_logger(INTAKE)
    def test_failed_delivery_works_when_it_comes_again(self):
        Intake = type(self.env["logistics.intake"])
        with patch.object(Intake, "_new_ticket", side_effect=KeyError("x")):
            message = self.arrive("hello you", external_id="bad")
        self.assertEqual(message.reason, "KeyError: 'x'")
        self.assertEqual(self.arrive("hello you", external_id="bad").state, "done")

    @mute_logger(INTAKE)
    def test_mail_that_fails_is_kept_and_tried_again(self):
        Ticket = type(self.env["helpdesk.ticket"])
        with patch.object(Ticket, "message_new", side_effect=ValueError("broken")):
            self.assertFalse(self.process(self.mail("카드 4111111111111111", mid="f")))
        message = self.env["logistics.intake.message"].search(
            [("external_id", "=", "<f@example.com>")]
        )
        self.assertEqual(message.state, "failed")
        self.assertTrue(message.raw)
        message.action_retry()
        self.assertEqual(message.state, "done")
        self.assertEqual(message.ticket_id.partner_id, self.contact)
        self.assertFalse(message.raw)

    @mute_logger(INTAKE)
    def test_mail_nobody_can_read_is_kept(self):
        Thread = type(self.env["mail.thread"])
        with patch.object(Thread, "message_parse", side_effect=LookupError("charset")):
            self.assertFalse(self.process(self.mail("hi", mid="u")))
        message = self.env["logistics.intake.message"].search(
            [("external_id", "=", "<u@example.com>")]
        )
        self.assertEqual((message.state, message.subject), ("failed", "Hello"))

    def test_wrong_payloads_are_refused_with_the_field(self):
        for payload, field in (
            ({"text": "x"}, "external_id"),
            ({"external_id": "1"}, "text"),
            ({"external_id": "1", "text": " "}, "text"),
            ({"external_id": "1", "text": "x", "colour": 1}, "colour"),
            ({"external_id": "1", "text": "x", "sender": []}, "sender"),
            (
                {"external_id": "1", "text": "x", "sender": {"email": "a"}},
                "sender.email",
            ),
            ({"external_id": 1, "text": "x"}, "external_id"),
            ({"external_id": "1", "text": "x", "sent_at": "soon"}, "sent_at"),
            ({"external_id": "1", "transcript": []}, "transcript"),
            ({"external_id": "1", "text": "x", "transcript": [{}]}, "transcript"),
            ({"external_id": "1", "text": "x\x00"}, "NUL"),
        ):
            with (
                self.subTest(payload=payload),
                self.assertRaisesRegex(UserError, field),
            ):
                self.intake._receive(self.chat, payload)
        with self.assertRaises(UserError):
            self.intake._receive(self.chat, ["x"])

    # -- other doors ------------------------------------------------------
    def test_chat_transcript(self):
        message = self.intake._receive(
            self.chat,
            {
                "external_id": "t",
                "transcript": [
                    {"at": "10:02", "who": "Kim", "text": f"{self.order.name} 어디쯤?"},
                    {"who": "Bot", "text": "확인 중"},
                ],
                "sender": {"email": "minji@example.com"},
            },
        )
        self.assertIn("10:02 Kim:", message.ticket_id.description)
        self.assertEqual(message.ticket_id.sale_order_ids, self.order)

    def test_agent_files_a_call(self):
        agent = self.make_agent("call_agent")
        with Form(self.env["logistics.intake.note"].with_user(agent)) as form:
            form.sender_phone = "010 1234 5678"
            form.text = f"고객 전화: {self.order.name} 파손"
        note = form.record
        ticket = self.env["helpdesk.ticket"].browse(note.action_file()["res_id"])
        self.assertEqual(ticket.partner_id, self.contact)
        self.assertEqual(ticket.user_id, agent)
        self.assertEqual(note.action_file()["res_id"], ticket.id, "pressed twice")
        clerk = new_test_user(self.env, "no_agent", "base.group_user")
        with self.assertRaises(AccessError):
            note.with_user(clerk).action_file()

    def test_ledger_rights(self):
        message = self.arrive("hi")
        clerk = new_test_user(self.env, "clerk", "base.group_user")
        with self.assertRaises(AccessError):
            message.with_user(clerk).read(["words"])
        agent = self.make_agent("reads")
        self.assertTrue(message.with_user(agent).subject is not None)
        with self.assertRaises(AccessError):
            message.with_user(agent).read(["payload"])
        with self.assertRaises(AccessError):
            message.with_user(agent).write({"state": "done"})
        own = new_test_user(
            self.env, "own", "base.group_user,helpdesk_mgmt.group_helpdesk_user_own"
        )
        message.ticket_id.user_id = agent
        self.assertFalse(
            self.env["logistics.intake.message"]
            .with_user(own)
            .search([("id", "=", message.id)])
        )

    def test_rows_are_read_once_per_message(self):
        self.arrive("warm up", external_id="0")

        def queries(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.arrive(f"새로운 문의 {number} 입니다", external_id=f"q{number}")
            return self.env.cr.sql_log_count - before

        first = queries(1)
        for number in range(2, 8):
            last = queries(number)
        self.assertLessEqual(last, first + 2)
