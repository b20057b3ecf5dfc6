# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Mails as the world sends them: wrong charsets, broken parts, machines, floods.

Each becomes a ticket with its text, or a line of the ledger that says why not.
"""

import base64
import quopri
from email.header import Header
from email.message import EmailMessage

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LogisticsCase

MAIL = "odoo.addons.mail.models.mail_thread"
INTAKE = "odoo.addons.crm_logistics_bridge.models.intake.logistics_intake"
TEXT = "똠방각하 배송이 안 왔어요"


@tagged("post_install", "-at_install")
class TestIntakeMailBroken(LogisticsCase):
    def setUp(self):
        super().setUp()
        self.number = 0
        account = self.env["logistics.channel.account"]._own_account(
            self.company, "mail"
        )
        account.join_hours = 0

    def head(
        self, content_type, subject="문의", extra="", sender="Kim <k@example.org>"
    ):
        self.number += 1
        return (
            f"From: {sender}\r\nTo: help@example.com\r\n"
            f"Subject: {Header(subject, 'utf-8').encode()}\r\n"
            f"Message-Id: <broken-{self.number}@example.org>\r\n"
            f"MIME-Version: 1.0\r\n{extra}Content-Type: {content_type}\r\n\r\n"
        ).encode()

    def process(self, raw):
        raw = raw if isinstance(raw, bytes) else bytes(raw)
        ticket_id = self.env["mail.thread"].message_process("helpdesk.ticket", raw)
        self.env.flush_all()
        return self.env["helpdesk.ticket"].browse(ticket_id or ())

    def last(self):
        return self.env["logistics.intake.message"].search([], order="id desc", limit=1)

    def compose(self, text="안녕", subject="문의", sender="k@example.org", **headers):
        self.number += 1
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, "help@example.com", subject
        mail["Message-Id"] = f"<composed-{self.number}@example.org>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        return mail

    # -- charsets ---------------------------------------------------------
    def test_the_bytes_are_believed_not_the_label(self):
        for declared, true, transfer in (
            ("utf-8", "cp949", "8bit"),
            ("utf-8", "cp949", "base64"),
            ("", "cp949", "base64"),
            ("", "utf-8", "quoted-printable"),
            ("euc-kr", "utf-8", "base64"),
            ("ks_c_5601-1987", "cp949", "quoted-printable"),
            ("iso-8859-1", "cp949", "quoted-printable"),
            ("us-ascii", "utf-8", "8bit"),
            ("x-unknown", "cp949", "8bit"),
            ("iso-2022-kr", "iso-2022-kr", "7bit"),
            ("", "iso-2022-kr", "7bit"),
        ):
            text = TEXT if true != "iso-2022-kr" else "주문 배송이 안 왔어요"
            body = text.encode(true)
            if transfer == "base64":
                body = base64.encodebytes(body)
            elif transfer == "quoted-printable":
                body = quopri.encodestring(body)
            label = f"; charset={declared}" if declared else ""
            for kind in ("plain", "html"):
                with self.subTest(declared=declared, true=true, kind=kind):
                    extra = f"Content-Transfer-Encoding: {transfer}\r\n"
                    ticket = self.process(
                        self.head(f"text/{kind}{label}", extra=extra) + body
                    )
                    self.assertIn(text, ticket.description)

    def test_western_letters_stay(self):
        text = "déjà vu, où est mon colis à Paris ÀÉ?"
        head = self.head("text/plain; charset=iso-8859-1")
        self.assertIn(text, self.process(head + text.encode("latin-1")).description)

    def test_headers_in_iso_2022_kr(self):
        word = base64.b64encode("배송 문의".encode("iso-2022-kr"))
        raw = self.head("text/plain; charset=utf-8").replace(
            b"Subject: ", b"Subject: =?ISO-2022-KR?B?%s?=\r\nX-Old: " % word
        )
        self.assertEqual(self.process(raw + b"hi").name, "배송 문의")

    # -- parts ------------------------------------------------------------
    def test_html_only_inline_image_and_calendar(self):
        mail = self.compose("그림")
        mail.add_alternative('<p>그림 <img src="cid:pic"></p>', subtype="html")
        mail.get_payload()[1].add_related(
            b"\x89PNG", maintype="image", subtype="png", cid="<pic>", filename="p.png"
        )
        ticket = self.process(mail)
        message = ticket.message_ids.filtered("attachment_ids")
        self.assertEqual(message.attachment_ids.mapped("name"), ["p.png"])
        self.assertIn(f"/web/image/{message.attachment_ids.id}", str(message.body))
        mail = self.compose("초대합니다")
        mail.add_alternative("BEGIN:VCALENDAR\nEND:VCALENDAR", subtype="calendar")
        ticket = self.process(mail)
        self.assertIn("초대합니다", ticket.description)
        self.assertEqual(len(ticket.message_ids.attachment_ids), 1)

    def test_forwarded_as_attachment_with_numbers(self):
        mail, inner = self.compose("전달합니다"), EmailMessage()
        inner["From"], inner["Subject"] = "lee@example.org", "카드 4111-1111-1111-1111"
        inner.set_content("주민 900101-1234567")
        mail.add_attachment(inner)
        ticket = self.process(mail)
        self.assertIn("전달합니다", ticket.description)
        files = ticket.message_ids.attachment_ids
        self.assertEqual(len(files), 1)
        kept = files.raw.decode() + str(ticket.description)
        self.assertNotIn("1234567", kept)
        self.assertNotIn("4111-1", kept)

    def test_two_hundred_files(self):
        mail = self.compose("많은 첨부")
        for number in range(200):
            mail.add_attachment(
                b"x%d" % number,
                maintype="application",
                subtype="octet-stream",
                filename=f"f{number}.bin",
            )
        ticket = self.process(mail)
        self.assertEqual(len(ticket.message_ids.attachment_ids), 200)

    def test_broken_mime_keeps_its_text(self):
        part = b"--b1\r\nContent-Type: text/plain\r\n\r\nhello broken\r\n"
        for raw in (
            self.head('multipart/mixed; boundary="b1"')
            + part
            + b"--b1\r\nContent-Type: image/png; name=a.png\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\niVBORw0",
            self.head("multipart/mixed") + part + b"--b1--",
            self.head('multipart/mixed; boundary="zz"') + part + b"--b1--",
            self.head("text/plain", extra="Content-Transfer-Encoding: x-odd\r\n")
            + b"hello broken",
            self.head("text/plain", extra="Date: yesterday\r\n") + b"hello broken",
            self.head("text/plain; charset=utf-8")
            + b"hello \x00broken\x00".replace(b" \x00", b" "),
            b"To: help@example.com\r\nSubject: no sender\r\n\r\nhello broken",
            self.head("text/plain", sender="not an address") + b"hello broken",
            self.head("text/plain", sender="a@example.org, b@example.org")
            + b"hello broken",
            self.head("text/plain").replace(b"From: Kim", b"From: \xff\xfe\xc0Kim")
            + b"hello broken",
            self.head('multipart/mixed; boundary="b0"')
            + b"".join(
                b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n'
                % (depth, depth + 1)
                for depth in range(100)
            )
            + b"--b100\r\nContent-Type: text/plain\r\n\r\nhello broken\r\n--b100--",
        ):
            with self.subTest(raw=raw[:300]):
                self.assertIn("hello broken", self.process(raw).description)

    def test_nothing_in_it_is_a_ticket_all_the_same(self):
        ticket = self.process(self.head("text/plain; charset=utf-8", "제목만 있어요"))
        self.assertEqual(ticket.name, "제목만 있어요")
        self.assertTrue(self.process(b""))
        mail = self.compose("x", "사진만")
        mail.set_content(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
        ticket = self.process(mail)
        self.assertEqual(ticket.message_ids.attachment_ids.mapped("name"), ["a.png"])

    def test_odd_ids_do_not_swallow_mails(self):
        raw = self.head("text/plain")
        tickets = [
            self.process(
                raw.replace(b"Message-Id: ", b"Message-Id: <>\r\nX-Old: ") + text
            )
            for text in (b"one thing", b"quite another")
        ]
        self.assertEqual(len({ticket.id for ticket in tickets}), 2)
        endless = self.head("text/plain").replace(b"<broken", b"<" + b"a" * 5000) + b"x"
        ticket = self.process(endless)
        self.assertEqual(self.process(endless), ticket)

    def test_huge_ones(self):
        line = f"{TEXT} 12345 S00042 010-1234-5678\n".encode()
        ticket = self.process(self.head("text/plain; charset=utf-8") + line * 8000)
        self.assertIn(TEXT, ticket.description)
        ticket = self.process(self.head("text/plain") + b"1234567890" * 30000)
        self.assertEqual(self.last().state, "done")
        ticket = self.process(self.head("text/plain", "긴 제목 " * 1000) + b"x")
        self.assertTrue(ticket)

    # -- machines ---------------------------------------------------------
    def test_automatic_replies_make_no_ticket(self):
        for headers, subject in (
            ({"Auto_Submitted": "auto-replied"}, "Re: hi"),
            ({"X_Autoreply": "yes"}, "Re: hi"),
            ({"Precedence": "auto_reply"}, "Re: hi"),
            ({}, "Automatic reply: order"),
            ({}, "자동응답: 휴가 중입니다"),
            ({}, "[부재중 자동회신] 휴가"),
        ):
            with self.subTest(subject=subject, headers=headers):
                mail = self.compose("휴가 중입니다", subject, **headers)
                self.assertFalse(self.process(mail))
                message = self.last()
                self.assertEqual(
                    (message.state, message.ignored_reason), ("ignored", "auto_reply")
                )
                self.assertFalse(self.process(mail), "again: nothing new")
                self.assertEqual((self.last(), message.repeat_count), (message, 1))
        agent = self.make_agent()
        message.with_user(agent).action_file_anyway()
        self.assertEqual(message.state, "done")
        self.assertIn("휴가 중", message.ticket_id.description)

    def test_forms_and_absence_at_the_door_are_no_replies(self):
        form = self.compose("문의 양식", "웹 문의", Auto_Submitted="auto-generated")
        self.assertTrue(self.process(form))
        self.assertTrue(self.process(self.compose("부재중 배송", "부재중 배송 문의")))

    def test_automatic_reply_to_a_ticket_is_a_note_there(self):
        ticket = self.process(self.compose("언제 와요"))
        sent = ticket.message_post(
            body="내일", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        reply = self.compose(
            "휴가", "Re: x", References=sent.message_id, Auto_Submitted="auto-replied"
        )
        answered = self.process(reply)
        self.assertEqual(answered, ticket, self.last().reason)
        said = ticket.message_ids.filtered(lambda m: "휴가" in str(m.body))
        self.assertEqual(said.subtype_id, self.env.ref("mail.mt_note"))

    @mute_logger(MAIL)
    def test_failure_reports_and_floods_are_kept(self):
        bounce = (
            self.head(
                "multipart/report; report-type=delivery-status; boundary=b",
                sender="MAILER-DAEMON@example.org",
            )
            + b"--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n--b--"
        )
        self.assertFalse(self.process(bounce))
        self.assertEqual(self.last().ignored_reason, "bounce")
        self.env["ir.config_parameter"].sudo().set_param(
            "mail.gateway.loop.threshold", "3"
        )
        ticket = self.process(self.compose("언제 와요"))
        sent = ticket.message_post(body="내일", message_type="comment")
        for number in range(2):
            reply = self.compose(f"답장 {number}", References=sent.message_id)
            self.assertEqual(self.process(reply), ticket)
        reply = self.compose("네 번째", References=sent.message_id)
        self.assertFalse(self.process(reply))
        message = self.last()
        self.assertEqual((message.state, message.ignored_reason), ("ignored", "loop"))
        message.action_file_anyway()
        self.assertEqual(message.ticket_id, ticket)
        self.assertIn("네 번째", str(ticket.message_ids[0].body))

    @mute_logger(INTAKE)
    def test_what_breaks_every_parser_is_a_failed_record(self):
        Thread = self.env["mail.thread"]
        self.patch(
            type(Thread),
            "message_parse",
            lambda *_args, **_kwargs: (_ for _ in ()).throw(RecursionError("deep")),
        )
        raw = self.head("text/plain; charset=utf-8", "카드 4111111111111111") + b"\xff"
        self.assertFalse(self.process(raw + b"900101-1234567"))
        message = self.last()
        self.assertEqual(message.state, "failed")
        self.assertNotIn("411111", message.subject)
        self.assertEqual(message.sender_email, "k@example.org")
        self.assertNotIn(b"1234567", base64.b64decode(message.raw))
