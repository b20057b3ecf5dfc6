# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import LogisticsData


@tagged("post_install", "-at_install")
class TestIntakeHttp(LogisticsData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.user, cls.key, cls.account = cls.make_channel("shop_bot", "shop-test")
        expires = fields.Datetime.add(fields.Datetime.now(), days=1)
        keys = cls.env["res.users.apikeys"]
        stranger = new_test_user(cls.env, "other_bot", "base.group_user")
        cls.other_key = keys.with_user(stranger)._generate("rpc", "x", expires)

    def post(self, payload, key=None, code="shop-test", **headers):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        response = self.opener.post(
            f"{self.base_url()}/logistics/intake/v1/{code}",
            data=body,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {key or self.key}",
                **headers,
            },
            timeout=30,
        )
        return response

    def test_one_message_once(self):
        payload = {
            "external_id": "m1",
            "text": "배송 언제 와요?",
            "sender": {"email": "minji@example.com"},
        }
        first, again = self.post(payload), self.post(payload)
        self.assertEqual(first.status_code, 200, first.text)
        self.assertEqual(first.json(), again.json())
        ticket = self.env["helpdesk.ticket"].browse(first.json()["ticket_id"])
        self.assertEqual(ticket.partner_id, self.contact)
        self.assertEqual(ticket.number, first.json()["ticket"])
        self.assertEqual(set(first.json()), {"id", "result", "ticket", "ticket_id"})

    def test_refusals_say_why(self):
        good = {"external_id": "r", "text": "x"}
        for response, status, words in (
            (self.post(good, key="0" * 40), 401, "API key"),
            (self.post(good, Authorization=""), 401, "API key"),
            (self.post(good, key=self.other_key), 404, "no account"),
            (self.post(good, code="nothing"), 404, "no account"),
            (self.post(b"{"), 400, "JSON"),
            (self.post(b"\xff{}"), 400, "UTF-8"),
            (self.post([1]), 400, "object"),
            (self.post({"text": "x"}), 400, "external_id"),
            (self.post({"external_id": "r"}), 400, "text"),
            (
                self.post(good, **{"Content-Type": "text/plain"}),
                415,
                "application/json",
            ),
        ):
            with self.subTest(status=status, words=words):
                self.assertEqual(response.status_code, status)
                self.assertIn(words, response.json()["reason"])
        self.assertFalse(
            self.env["logistics.intake.message"].search(
                [("account_id", "=", self.account.id)]
            )
        )

    def test_size_limit(self):
        self.account.size_limit_kb = 1
        response = self.post({"external_id": "big", "text": "x" * 2000})
        self.assertEqual(response.status_code, 413)
        self.assertIn("1024", response.json()["reason"])

    def test_rate_limit(self):
        self.account.rate_limit = 2
        with freeze_time("2026-05-05 10:00:00"):
            codes = [
                self.post({"external_id": str(n), "text": f"message {n}"}).status_code
                for n in range(4)
            ]
        self.assertEqual(codes, [200, 200, 429, 429])
        with freeze_time("2026-05-05 10:01:01"):
            response = self.post({"external_id": "later", "text": "later"})
        self.assertEqual(response.status_code, 200)

    def test_sensitive_numbers_never_reach_the_log(self):
        with self.assertLogs(level="DEBUG") as logs:
            self.post({"external_id": "s", "text": "카드 4111-1111-1111-1111"})
            self.post(b'{"text": "900101-1234567"')
            self.post({"external_id": "t", "text": "900101-1234567", "sender": 1})
        written = "\n".join(logs.output)
        for secret in ("4111-1111", "411111", "900101-1"):
            self.assertNotIn(secret, written)

    def test_portal_form_sent_twice_is_one_ticket(self):
        portal = new_test_user(
            self.env, "intake_portal", "base.group_portal", password="intake_portal"
        )
        self.authenticate("intake_portal", "intake_portal")
        page = self.url_open("/new/ticket").text
        token = page.split('name="intake_token" value="')[1].split('"')[0]
        csrf = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        data = {
            "csrf_token": csrf,
            "intake_token": token,
            "subject": "파손",
            "description": "상자가 찌그러졌어요\n카드 4111-1111-1111-1111",
        }
        for _time in range(2):
            response = self.url_open(
                "/submitted/ticket", data=data, allow_redirects=False
            )
            self.assertIn("/my/ticket/", response.headers["Location"])
        ticket = self.env["helpdesk.ticket"].search(
            [("partner_id", "=", portal.partner_id.id)]
        )
        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.name, "파손")
        self.assertNotIn("4111", ticket.description)
        self.assertIn(portal.partner_id, ticket.message_partner_ids)
