# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import json
import os
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from odoo.tests import Form, TransactionCase, tagged

from ..emr import poll
from .canaries import (
    BIRTH_ISO,
    CANARIES,
    FREE,
    GIVEN,
    KOREAN,
    MRN,
    NAME,
    PERSON,
    PHONE,
    SSN,
    CanarySearch,
)
from .common import MedicalCase
from .servers import people
from .servers.process import EmrProcess

DATA = Path(__file__).parent / "data"


@tagged("post_install", "-at_install")
class TestPrivacyFeeds(CanarySearch, MedicalCase, TransactionCase):
    """The same search after feeds that are fetched: pages, faults, exchange records,
    column previews, dropped files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.emr = EmrProcess(data=[DATA / "fhir"])
        cls.addClassCleanup(cls.emr.stop)
        cls.feed = cls.a.feed
        cls.feed.write(
            {
                "transport": "fhir",
                "message_format": "auto",
                "url": cls.emr.fhir,
                "is_plain_allowed": True,
                "auth_method": "smart",
                "auth_name": "omni",
                "resource_types": "Appointment,ServiceRequest,Procedure,Encounter,Slot",
            }
        )
        cls.feed.action_make_key()
        cls.emr.control(
            clients={"omni": cls.feed.public_jwks}, set={"page": 3, "rude": True}
        )

    def setUp(self):
        super().setUp()
        cron = type(self.env["ir.cron"])
        for patcher in (
            patch.object(cron, "_commit_progress", lambda *_a, **_k: 1.0),
            patch.object(poll.web.time, "sleep", lambda _seconds: None),
        ):
            patcher.start()
            self.addCleanup(patcher.stop)

    def _patient(self):
        return {
            "resourceType": "Patient",
            "id": MRN,
            "name": [{"family": NAME, "given": [GIVEN, KOREAN]}],
            "birthDate": BIRTH_ISO,
            "telecom": [{"value": PHONE}],
            "identifier": [{"value": SSN}, {"value": MRN}],
        }

    def _visit(self, **values):
        visit = self.fhir("VISITCANARY1", self.day(300))
        patient = {"reference": f"Patient/{MRN}", "display": f"{NAME} {GIVEN}"}
        visit["participant"].append({"actor": patient, "status": "accepted"})
        return {
            **visit,
            "id": "VISITCANARY1",
            "comment": FREE,
            "description": f"{FREE} {NAME}",
            **values,
        }

    def test_no_canary_survives_fetching(self):
        log = self._capture_log()
        bad = self._visit(id="VISITCANARY2", status=NAME, priority=NAME)
        bad["serviceType"] = [{"coding": [{"system": NAME, "code": KOREAN}]}]
        worse = self._visit(id="VISITCANARY3", start=f"{NAME} {BIRTH_ISO}")
        self.emr.control(put=[self._patient(), self._visit(), bad, worse])
        self.assertIsNone(self.feed._poll())
        self.assertGreaterEqual(len(self.feed.event_ids), 5)
        body = json.dumps({"error": NAME, "error_description": f"{SSN} {KOREAN}"})
        for path, status in (
            ("^/token", 400),
            ("^/fhir/metadata", 200),
            ("^/fhir/Appointment", 500),
            ("^/fhir/Appointment", 200),
            ("^/fhir/Appointment", 404),
        ):
            fault = {"path": path, "status": status, "body": body, "times": 20}
            self.emr.control(faults=[fault])
            self.feed.poll_state = False
            self.assertTrue(self.feed._poll())
            self.emr.control(set={"faults": []})
        self.feed._poll_again(self.feed.create_date)
        self._calendar()
        self._columns()
        self._folder()
        exchanges = self.env["edi.exchange.record"].search(
            [("model", "=", "medical.feed"), ("res_id", "=", self.feed.id)]
        )
        self.assertTrue(exchanges)
        for exchange in exchanges:
            content = exchange._get_file_content()
            self.assertFalse([word for word in CANARIES if word in content])
        self.env.flush_all()
        self.assertFalse(self._hits_in_tables())
        self.assertFalse(self._hits_in_attachments())
        lines = "\n".join(log.lines)
        self.assertTrue(lines)
        self.assertFalse([word for word in CANARIES if word in lines])
        self.assertFalse(
            [word for word in CANARIES if word in str(self.feed._health())]
        )

    def _calendar(self):
        text = (
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:{NAME}\r\nBEGIN:VEVENT\r\n"
            f"UID:VISITCANARY9\r\nDTSTART:{NAME}\r\nSUMMARY:{NAME} {SSN}\r\nEND:VEVENT\r\n"
            "END:VCALENDAR\r\n"
        )
        self.emr.control(calendars={"c.ics": {"text": text, "etag": f'"{"x" * 300}"'}})
        self.b.feed.write(
            {
                "transport": "ical",
                "url": f"{self.emr.root}/cal/c.ics",
                "is_plain_allowed": True,
            }
        )
        self.assertIsNone(self.b.feed._poll())
        self.assertTrue(self.b.feed.problem_ids)

    def _columns(self):
        for text in (
            f"id,start,procedure,patient name\nVISITCANARY5,2026-03-05 09:00,{NAME},{NAME}\n",
            f"id,start,procedure\nVISITCANARY5,{NAME},{KOREAN}\n",
            f"{NAME},{SSN},{BIRTH_ISO}\n{GIVEN},1,2\n",
            f"{NAME},{GIVEN}\n1,2\n",
        ):
            wizard = self.env["medical.feed.columns"]
            form = Form(wizard.with_context(default_feed_id=self.feed.id))
            form.payload_file = base64.b64encode(text.encode())
            shown = f"{form.problem} {form.preview}"
            self.assertFalse([word for word in CANARIES if word in shown], shown)
            form.save()

    def _folder(self):
        with tempfile.TemporaryDirectory() as base:
            self.env["ir.config_parameter"].set_param(
                "medical_supply_crm.drop_folder", base
            )
            folder = Path(base) / self.feed.source
            folder.mkdir()
            texts = [
                self.hl7(1, self.day(2), patient=PERSON),
                f"{FREE} {NAME}",
                self.bundle(self._patient(), self._visit()),
            ]
            for number, text in enumerate(texts):
                path = folder / f"{NAME}-{number}.txt"
                path.write_text(text)
                os.utime(path, (time.time() - 60,) * 2)
            self.feed.transport = "folder"
            self.assertIsNone(self.feed._poll())

    def test_no_person_of_the_example_files_is_found(self):
        """Every message file of the tests by message, by upload and by folder."""
        log = self._capture_log()
        words = set()
        self.feed.transport = "push"
        for path in sorted((DATA / "hl7v2").glob("*.hl7")):
            text = path.read_bytes().decode("utf-8-sig")
            words |= people.hl7_words(text)
            raw = text.replace("\r\n", "\r").replace("\n", "\r").encode()
            self.feed.ingest_messages([base64.b64encode(raw).decode()])
            self.feed.ingest(text)
            self.feed.ingest(text[: len(text) // 2])
        for path in sorted((DATA / "fhir").glob("*.json")):
            self.feed.ingest(path.read_text())
        self.assertGreater(len(words), 40)
        # what Odoo's own data holds (a name of a state, a word of a help text) is no find
        self.env.flush_all()
        hits = [
            (word, table)
            for word in words
            for table, _count in self._hits_in_ours(word)
        ]
        self.assertFalse(hits)
        self.assertFalse(self._hits_in_attachments(words))
        pattern = people.pattern(words)
        self.assertFalse(pattern.findall("\n".join(log.lines).encode()))

    def _hits_in_ours(self, word):
        """Tables that schedules are written to, and that hold the word."""
        ours = (
            "medical_event",
            "medical_feed",
            "medical_feed_problem",
            "medical_code_mapping",
            "edi_exchange_record",
            "mail_message",
        )
        found = []
        for table in ours:
            # pylint: disable=sql-injection
            self.env.cr.execute(
                f"SELECT count(*) FROM {table} t WHERE t::text ~ %s",  # noqa: S608
                [rf"(^|[^0-9A-Za-z]){word_pattern(word)}([^0-9A-Za-z]|$)"],
            )
            count = self.env.cr.fetchone()[0]
            if count:
                found.append((table, count))
        return found


def word_pattern(word):
    """A word as PostgreSQL's regular expressions take it literally."""
    return "".join(
        f"\\{sign}" if not sign.isalnum() and sign != " " else sign for sign in word
    )
