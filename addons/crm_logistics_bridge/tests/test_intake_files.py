# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files that come with a delivery over HTTP."""

import base64
import json
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import LogisticsData

INTAKE = "odoo.addons.crm_logistics_bridge.models.intake.logistics_intake"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestIntakeFiles(LogisticsData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.user, cls.key, cls.account = cls.make_channel("file_bot", "file-test")

    def post(self, **arguments):
        return self.opener.post(
            f"{self.base_url()}/logistics/intake/v1/file-test",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
            **arguments,
        )

    def message(self, external_id, *attachments, **more):
        return {
            "external_id": external_id,
            "text": f"사진 보냅니다 {external_id}",
            "sender": {"email": "minji@example.com"},
            **more,
            "attachments": [
                {"name": name, "content": base64.b64encode(content).decode()}
                for name, content in attachments
            ],
        }

    def files_of(self, answer):
        self.assertEqual(answer.status_code, 200, answer.text)
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", "helpdesk.ticket"),
                ("res_id", "=", answer.json()["ticket_id"]),
            ],
            order="id",
        )

    def test_base64_in_json_once(self):
        payload = self.message("f1", ("상자.png", PNG), ("memo.txt", b"hello"))
        first, again = self.post(json=payload), self.post(json=payload)
        self.assertEqual(first.json(), again.json())
        files = self.files_of(first)
        self.assertEqual(files.mapped("name"), ["상자.png", "memo.txt"])
        self.assertEqual(files[0].raw, PNG)
        self.assertEqual(files.mapped("mimetype"), ["image/png", "text/plain"])

    def test_multipart_with_fields_and_with_one_object(self):
        fields_ = {
            "external_id": "p1",
            "text": "깨졌어요",
            "sender.email": "minji@example.com",
        }
        first = self.post(
            data=fields_, files=[("file", ("a.png", PNG)), ("file", ("b.png", PNG))]
        )
        files = self.files_of(first)
        self.assertEqual(files.mapped("name"), ["a.png", "b.png"])
        ticket = self.env["helpdesk.ticket"].browse(first.json()["ticket_id"])
        self.assertEqual(ticket.partner_id, self.contact)
        message = {"external_id": "p2", "text": "또 왔어요", "ticket": ticket.number}
        message["sender"] = {"email": "minji@example.com"}
        reply = self.post(
            data={"message": json.dumps(message)}, files={"photo": ("c.png", PNG)}
        )
        self.assertEqual(reply.json()["result"], "reply")
        self.assertEqual(ticket.message_ids[0].attachment_ids.mapped("name"), ["c.png"])

    def test_the_same_in_json_and_multipart_is_one_message(self):
        one = self.post(json=self.message("same", ("a.png", PNG)))
        two = self.post(
            data={"external_id": "same", "text": "x"}, files={"f": ("a.png", PNG)}
        )
        self.assertEqual(one.json(), two.json())
        self.assertEqual(len(self.files_of(one)), 1)

    def test_numbers_in_text_files_and_names_are_hidden(self):
        secret = "주민 900101-1234567, 카드 4111-1111-1111-1111"
        answer = self.post(
            json=self.message(
                "secret",
                ("utf8.txt", secret.encode()),
                ("cp949.csv", secret.encode("cp949")),
                ("utf16.txt", secret.encode("utf-16")),
                ("900101-1234567.png", PNG),
            )
        )
        files = self.files_of(answer)
        for encoding, file in zip(("utf-8", "cp949", "utf-16"), files, strict=False):
            text = file.raw.decode(encoding)
            self.assertNotIn("1234567", text)
            self.assertNotIn("4111-1", text)
            self.assertIn("주민", text)
        self.assertNotIn("900101", files[3].name)
        ledger = self.env["logistics.intake.message"].browse(answer.json()["id"])
        self.assertEqual(ledger.masked_count, 7)

    def test_refusals_name_the_field(self):
        self.account.write({"file_count_limit": 2, "file_limit_kb": 1})
        program = b"MZ\x90\x00" + b"x" * 100
        for attachments, status, code, field in (
            ([{"name": "a.png"}], 400, "invalid", "attachments[0].content"),
            ([{"content": "eA=="}], 400, "invalid", "attachments[0].name"),
            (
                [{"name": "a.txt", "content": "*"}],
                400,
                "invalid",
                "attachments[0].content",
            ),
            (
                [{"name": "..", "content": "eA=="}],
                400,
                "invalid",
                "attachments[0].name",
            ),
            ("x", 400, "invalid", "attachments"),
            (["x"], 400, "invalid", "attachments[0]"),
            (
                [{"name": "a.txt", "content": "eA==", "x": 1}],
                400,
                "invalid",
                "attachments[0].x",
            ),
            ([("a.txt", b"x")] * 3, 400, "too_many_files", "attachments"),
            (
                [("a.txt", b"x"), ("b.txt", b"x" * 1025)],
                413,
                "too_large",
                "attachments[1]",
            ),
            ([("a.exe", b"x")], 415, "file_type", "attachments[0]"),
            ([("a.png.SCR", b"x")], 415, "file_type", "attachments[0]"),
            ([("photo.png", program)], 415, "file_type", "attachments[0]"),
            ([("note.txt", b"#!/bin/sh\n")], 415, "file_type", "attachments[0]"),
            ([("p.txt", b"<html><script>")], 415, "file_type", "attachments[0]"),
            ([("x\u202egnp.exe", b"x")], 415, "file_type", "attachments[0]"),
            ([("noending", b"x")], 415, "file_type", "attachments[0]"),
            ([("a.xyz", b"x")], 415, "file_type", "attachments[0]"),
        ):
            with self.subTest(attachments=attachments):
                payload = self.message("bad")
                payload["attachments"] = attachments
                if isinstance(attachments[0], tuple):
                    payload = self.message("bad", *attachments)
                answer = self.post(json=payload)
                self.assertEqual(answer.status_code, status, answer.text)
                self.assertEqual(answer.json()["error"], code)
                self.assertEqual(answer.json()["field"], field)
                self.assertIn(field.split(".")[0], answer.json()["reason"])
        self.assertFalse(
            self.env["logistics.intake.message"].search_count(
                [("account_id", "=", self.account.id)]
            )
        )

    def test_multipart_refusals(self):
        good = {"external_id": "m", "text": "x"}
        for arguments, field in (
            ({"data": {"message": "{"}}, "message"),
            ({"data": {"message": "{}", "text": "x"}}, "text"),
            ({"data": {**good, "colour": "red"}}, "colour"),
            ({"data": {**good, "sender.colour": "red"}}, "sender.colour"),
            ({"data": {"text": "x"}}, "external_id"),
            ({"data": [("text", "a"), ("text", "b")]}, "text"),
        ):
            with self.subTest(field=field):
                answer = self.post(files={"f": ("a.png", PNG)}, **arguments)
                self.assertEqual(answer.status_code, 400, answer.text)
                self.assertEqual(answer.json()["field"], field)

    def test_own_list_of_endings(self):
        self.account.file_types = "pdf, DWG"
        answer = self.post(json=self.message("d", ("plan.dwg", b"AC1032")))
        self.assertEqual(answer.status_code, 200, answer.text)
        answer = self.post(json=self.message("e", ("a.png", PNG)))
        self.assertEqual(answer.status_code, 415)
        self.account.file_types = False
        answer = self.post(json=self.message("g", ("a.xyz", b"x")))
        self.assertEqual(answer.status_code, 200, answer.text)
        answer = self.post(json=self.message("h", ("a.js", b"x")))
        self.assertEqual(answer.status_code, 415)

    @mute_logger(INTAKE, "odoo.http")
    def test_files_of_a_failed_message_are_kept_and_used(self):
        Intake = type(self.env["logistics.intake"])
        payload = self.message("fail", ("a.png", PNG), ("b.txt", b"x"))
        with patch.object(Intake, "_new_ticket", side_effect=UserError("no team")):
            for _time in range(2):
                self.assertEqual(self.post(json=payload).status_code, 422)
        message = self.env["logistics.intake.message"].search(
            [("external_id", "=", "fail"), ("account_id", "=", self.account.id)]
        )
        kept = self.env["logistics.intake"]._kept_files(message)
        self.assertEqual(kept.mapped("name"), ["a.png", "b.txt"])
        message.action_retry()
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "helpdesk.ticket"),
                ("res_id", "=", message.ticket_id.id),
            ],
            order="id",
        )
        self.assertEqual(files.mapped("name"), ["a.png", "b.txt"])
        self.assertFalse(self.env["logistics.intake"]._kept_files(message))

    def test_pages_are_kept_as_text(self):
        self.account.file_types = False
        page = b"<?xml version='1.0'?><x:html xmlns:x='http://www.w3.org/1999/xhtml'/>"
        answer = self.post(json=self.message("x", ("a.xml", page)))
        self.assertEqual(self.files_of(answer).mimetype, "text/plain")
