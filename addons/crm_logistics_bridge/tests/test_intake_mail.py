# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Mails as they really arrive, through Odoo's own gateway."""

import base64
from email.message import EmailMessage

from odoo.tests import tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install")
class TestIntakeMail(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.contact)

    def process(self, mail):
        raw = mail if isinstance(mail, bytes) else bytes(mail)
        ticket_id = self.env["mail.thread"].message_process("helpdesk.ticket", raw)
        return self.env["helpdesk.ticket"].browse(ticket_id)

    def compose(self, text, subject="문의", sender="minji@example.com", **headers):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, "help@example.com", subject
        mail["Message-Id"] = f"<{abs(hash((text, subject)))}@example.com>"
        for name, value in headers.items():
            mail[name] = value
        mail.set_content(text)
        return mail

    def korean(self, charset, label, header=True):
        body = f"주문 {self.order.name} 똠방각하 배송이 안 왔어요".encode(charset)
        subject = base64.b64encode("배송 뷁 지연".encode(charset)).decode()
        lines = [
            b"From: =?%s?B?%s?= <minji@example.com>"
            % (label, base64.b64encode("김민지".encode(charset))),
            b"To: help@example.com",
            b"Subject: =?%s?B?%s?=" % (label, subject.encode()),
            b"Message-Id: <%s@kr.example.com>" % label,
            b"MIME-Version: 1.0",
        ]
        if header:
            lines.append(b'Content-Type: text/plain; charset="%s"' % label)
            lines.append(b"Content-Transfer-Encoding: 8bit")
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    def test_korean_encodings(self):
        for label in (b"euc-kr", b"ks_c_5601-1987", b"cp949", b"EUC-KR"):
            with self.subTest(label=label):
                ticket = self.process(self.korean("cp949", label))
                self.assertEqual(ticket.name, "배송 뷁 지연")
                self.assertIn("똠방각하", ticket.description)
                self.assertEqual(ticket.sale_order_ids, self.order)

    def test_bare_eight_bit_without_any_charset(self):
        raw = (
            "From: 김민지 <minji@example.com>\r\nTo: help@example.com\r\n"
            "Subject: 배송 뷁 문의\r\nMessage-Id: <bare@x>\r\n\r\n"
            f"주문 {self.order.name} 펲시 언제 와요"
        ).encode("cp949")
        ticket = self.process(raw)
        self.assertEqual(ticket.name, "배송 뷁 문의")
        self.assertEqual(ticket.partner_id, self.contact)
        self.assertIn("펲시 언제", ticket.description)

    def test_multipart_with_html_and_attachment(self):
        mail = self.compose("plain")
        mail.add_alternative(
            f"<p>주문 <b>{self.order.name}</b> 파손, 카드 4111-<b>1111</b>-1111-1111</p>",
            subtype="html",
        )
        mail.add_attachment(
            b"\x89PNG", maintype="image", subtype="png", filename="a.png"
        )
        mail.add_attachment("주민 900101-1234567", filename="memo.txt")
        ticket = self.process(mail)
        self.assertEqual(ticket.sale_order_ids, self.order)
        self.assertNotIn("4111", ticket.description)
        attachments = ticket.message_ids.attachment_ids
        self.assertEqual(set(attachments.mapped("name")), {"a.png", "memo.txt"})
        memo = attachments.filtered(lambda a: a.name == "memo.txt")
        self.assertNotIn(b"1234567", memo.raw)

    def test_colleague_forwards_a_customers_mail(self):
        colleague = self.make_agent("forwarder")
        colleague.email = "agent@company.example"
        text = (
            "봐 주세요\n\n---------- Forwarded message ---------\n"
            "From: Kim Minji <minji@example.com>\nDate: Mon\nSubject: late\n\n"
            f"{self.order.name} 언제 오나요"
        )
        ticket = self.process(self.compose(text, "Fwd: late", "agent@company.example"))
        self.assertEqual(ticket.partner_id, self.contact)
        self.assertEqual(ticket.sale_order_ids, self.order)

    def test_a_strangers_forward_proves_nothing(self):
        text = (
            "---------- Forwarded message ---------\nFrom: <minji@example.com>\n\n"
            f"{self.order.name}"
        )
        ticket = self.process(self.compose(text, "Fwd: x", "eve@example.org"))
        self.assertFalse(ticket.partner_id)

    def test_reply_by_headers_still_works(self):
        ticket = self.process(self.compose("언제 와요"))
        sent = ticket.message_post(
            body="내일 도착합니다",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        reply = self.compose("고맙습니다", "Re: 문의", References=sent.message_id)
        self.assertEqual(self.process(reply), ticket)
        message = self.env["logistics.intake.message"].search(
            [("ticket_id", "=", ticket.id)], order="id desc", limit=1
        )
        self.assertEqual(message.result, "reply")

    def test_unknown_charset_is_read(self):
        raw = bytes(self.compose("hello charset")).replace(b"utf-8", b"x-unknown-9")
        self.assertIn("hello charset", self.process(raw).description)

    def test_mail_to_an_alias(self):
        team = self.env["helpdesk.ticket.team"].create(
            {"name": "Care", "alias_name": "h7care"}
        )
        mail = self.compose("hi from alias")
        mail.replace_header(
            "To", f"h7care@{team.alias_domain_id.name or 'example.com'}"
        )
        if not team.alias_domain_id:
            return
        ticket_id = self.env["mail.thread"].message_process(None, bytes(mail))
        self.assertEqual(self.env["helpdesk.ticket"].browse(ticket_id).team_id, team)

    def test_mails_of_other_models_pass_untouched(self):
        before = self.env["logistics.intake.message"].search_count([])
        partner_id = self.env["mail.thread"].message_process(
            "res.partner", bytes(self.compose("for somebody", "Someone"))
        )
        self.assertTrue(partner_id)
        self.assertEqual(self.env["logistics.intake.message"].search_count([]), before)
        with self.assertRaises(ValueError):
            lost = self.compose("no route at all", "x")
            lost.replace_header("To", "nobody-has-this@example.com")
            self.env["mail.thread"].message_process(None, bytes(lost))
