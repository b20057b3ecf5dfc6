# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Nothing that must not be kept reaches the server's log, whatever arrives and fails."""

import base64
import json
import logging
from contextlib import contextmanager
from email.message import EmailMessage
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import LogisticsData

OURS = "odoo.addons.crm_logistics_bridge"
RESIDENT, CARD = "900101-1234567", "4111-1111-1111-1111"
SECRETS = ("1234567", "9001011", "4111-1", "41111", "411111")
#: Words of the customer: the log has no business with them either.
WORDS = "비밀이야기"


class _Listener(logging.Handler):
    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.written = []

    def emit(self, record):
        self.written.append(self.format(record))


@tagged("post_install", "-at_install")
class TestIntakeLog(LogisticsData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.user, cls.key, cls.account = cls.make_channel("log_bot", "log-test")

    @contextmanager
    def listening(self):
        """All loggers of Odoo at INFO, ours at DEBUG."""
        levels = dict.fromkeys(("", "odoo", "werkzeug"), logging.INFO)
        levels[OURS] = logging.DEBUG
        before = {name: logging.getLogger(name).level for name in levels}
        listener = _Listener()
        root = logging.getLogger()
        # what is provoked here is heard here alone: the run's own log stays quiet
        handlers, root.handlers = root.handlers, [listener]
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        try:
            yield listener.written
        finally:
            root.handlers = handlers
            for name, level in before.items():
                logging.getLogger(name).setLevel(level)

    def post(self, payload, **headers):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.opener.post(
            f"{self.base_url()}/logistics/intake/v1/log-test",
            data=body,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.key}",
                **headers,
            },
            timeout=30,
        )

    def everything_arrives(self, mark):
        text = f"{WORDS} 주민 {RESIDENT} 카드 {CARD}"
        file = base64.b64encode(text.encode()).decode()
        good = {
            "external_id": f"{mark}",
            "text": text,
            "subject": text,
            "sender": {"name": RESIDENT, "email": "minji@example.com"},
            "attachments": [{"name": f"{CARD}.txt", "content": file}],
        }
        self.post(good)
        self.post(good)
        for wrong in (
            {**good, "external_id": f"{mark}-1", "sender": {"email": CARD}},
            {**good, "external_id": f"{mark}-2", "sent_at": RESIDENT},
            {**good, "external_id": f"{mark}-3", "attachments": [{"name": CARD}]},
            {**good, "external_id": f"{mark}-4", "attachments": [text]},
            json.dumps(good).encode()[:-5],
            text.encode("cp949"),
        ):
            self.assertIn(self.post(wrong).status_code, (400, 413, 415, 422))
        mail = EmailMessage()
        mail["From"], mail["To"] = "minji@example.com", "help@example.com"
        mail["Subject"], mail["Message-Id"] = f"카드 {CARD}", f"<log-{mark}@x.example>"
        mail.set_content(text)
        mail.add_attachment(text, filename="memo.txt")
        self.env["mail.thread"].message_process("helpdesk.ticket", bytes(mail))
        broken = bytes(mail).replace(b"<log-", b"<broken-")[:400] + text.encode("cp949")
        self.env["mail.thread"].message_process("helpdesk.ticket", broken)

    def assertSilent(self, written):
        for line in written:
            for secret in (*SECRETS, WORDS):
                self.assertNotIn(secret, line)

    def test_what_works(self):
        with self.listening() as written:
            self.everything_arrives("ok")
        self.assertTrue(written)
        self.assertSilent(written)

    def test_what_fails(self):
        Intake = type(self.env["logistics.intake"])
        Ticket = type(self.env["helpdesk.ticket"])
        text = f"{WORDS} {RESIDENT} {CARD}"
        for error in (UserError(text), ValueError(text), KeyError(text)):
            with (
                self.subTest(error=type(error).__name__),
                self.listening() as written,
                patch.object(Intake, "_new_ticket", side_effect=error),
                patch.object(Ticket, "message_new", side_effect=error),
            ):
                self.everything_arrives(type(error).__name__)
            self.assertTrue(any("failed" in line for line in written))
            self.assertSilent(written)
        failed = self.env["logistics.intake.message"].search([("state", "=", "failed")])
        kept = " ".join(map(str, failed.mapped("reason")))
        self.assertNotIn(RESIDENT, kept)
        self.assertNotIn(CARD, kept)

    def test_what_the_database_refuses(self):
        Intake = type(self.env["logistics.intake"])

        def refuse(intake, *_args, **_kwargs):
            intake.env.cr.execute("SELECT 1/0", log_exceptions=False)

        with self.listening() as written, patch.object(Intake, "_new_ticket", refuse):
            self.everything_arrives("sql")
        self.assertSilent(written)
