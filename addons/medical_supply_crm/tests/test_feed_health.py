# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import io
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, tagged

from .common import NOW, MedicalCase
from .servers.process import EmrProcess

KOREAN = (
    "수술 예약 번호,환자명,주민등록번호,수술 시작일시,예상 시간,수술 코드,수술실,상태\n"
    "OP-1,홍길동,900101-1234567,2026-03-05 09:00,90,PCI,CATH,예약\n"
    "OP-2,김영희,910101-2234567,2026-03-06 10:00,60,PCI,CATH,취소\n"
)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestFeedHealth(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.feed = cls.a.feed

    def _event(self):
        return self.env["medical.event"].search([("feed_id", "=", self.feed.id)])

    # -- health ------------------------------------------------------------------------
    def test_counters_of_the_day_and_lag(self):
        self.feed.ingest(self.hl7(1, self.day(2), sent="20260302085000"))
        self.feed.ingest(self.hl7(1, self.day(2), sent="20260302085000"))
        self.feed.ingest("MSH|^~\\&|A|B|C|D|20260302||SIU^S12|1|P|2.5\r")
        day = self.feed.day_ids
        self.assertEqual(day.date, fields.Date.to_date("2026-03-02"))
        self.assertEqual((day.deliveries, day.received, day.created), (3, 2, 1))
        self.assertEqual(day.errors, 1)
        self.assertAlmostEqual(self.feed.error_rate, 1 / 3)
        # sent at 8:50 in Seoul, arrived at 10:00
        self.assertAlmostEqual(self.feed.last_lag_minutes, 70, delta=1)
        health = self.feed._health()[0]
        self.assertEqual(health["days"][0]["received"], 2)
        self.assertEqual(health["problems"][0]["position"], "#1 SCH")
        self.assertEqual(health["state"], "attention")

    def test_silence_is_told_once_and_ends_by_itself(self):
        self.company.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Week", "tz": "Asia/Seoul"}
        )
        self.feed.silence_hours = 8
        self.feed.ingest(self.hl7(1, self.day(2)))
        watch = self.env["medical.feed"]._cron_watch
        for after, silent in (
            # Monday 10:00 in Seoul to 16:00: six hours at most
            (timedelta(hours=6), False),
            # Tuesday 14:00: more than eight business hours
            (timedelta(hours=28), True),
        ):
            with freeze_time(fields.Datetime.to_datetime(NOW) + after):
                watch()
                watch()
                self.assertEqual(bool(self.feed.silent_since), silent)
                self.assertEqual(len(self.feed.activity_ids), int(silent))
        self.assertEqual(self.feed.state, "silent")
        self.feed.ingest(self.hl7(2, self.day(3)))
        self.assertFalse(self.feed.silent_since)
        self.assertFalse(self.feed.activity_ids)

    def test_a_weekend_is_not_silence(self):
        self.company.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Week", "tz": "Asia/Seoul"}
        )
        self.feed.silence_hours = 8
        with freeze_time("2026-03-06 08:00:00"):  # Friday 17:00 in Seoul
            self.feed.ingest(self.hl7(1, self.day(9)))
        with freeze_time("2026-03-09 01:00:00"):  # Monday 10:00
            self.env["medical.feed"]._cron_watch()
        self.assertFalse(self.feed.silent_since)

    def test_suggestions_for_unknown_codes(self):
        self.feed.ingest(self.hl7(1, self.day(2), code="PCI2^x^L", place="CATHLAB"))
        codes = {code.kind: code for code in self.feed.mapping_ids}
        self.assertEqual(codes["procedure"].suggested_procedure_id, self.procedure)
        self.assertEqual(codes["place"].suggested_storeroom_id, self.a.room)
        self.assertIn(self.a.room.display_name, codes["place"].suggestion)
        self.assertEqual(codes["place"].event_count, 1)
        self.assertEqual(codes["place"].first_event_date, self._event().start)
        listed = self.feed._health()[0]["codes"]
        self.assertEqual({one["waiting"] for one in listed}, {1})
        self.feed.mapping_ids.action_accept()
        self.assertEqual(self._event().state, "ready")

    def test_a_warning_of_every_message_is_listed_once_a_day(self):
        for number in range(3):
            text = self.hl7(number, self.day(2)).replace(
                "|0|min|60|min|", "|0|min|60||"
            )
            self.feed.ingest(text)
        codes = self.feed.problem_ids.mapped("code")
        self.assertEqual(len(codes), len(set(codes)))

    # -- tables --------------------------------------------------------------------------
    def _upload(self, text):
        form = Form(
            self.env["medical.feed.columns"].with_context(default_feed_id=self.feed.id)
        )
        raw = text if isinstance(text, bytes) else text.encode()
        form.payload_file = base64.b64encode(raw)
        return form

    def test_columns_are_proposed_previewed_and_saved(self):
        form = self._upload(KOREAN)
        found = {line["meaning"]: line["heading"] for line in form.line_ids._records}
        self.assertEqual(found["id"], "수술 예약 번호")
        self.assertEqual(found["start"], "수술 시작일시")
        self.assertEqual(found["procedure"], "수술 코드")
        self.assertEqual(found["location"], "수술실")
        self.assertEqual(found["status"], "상태")
        self.assertEqual(found["duration"], "예상 시간")
        self.assertNotIn("환자명", found.values())
        self.assertNotIn("주민등록번호", found.values())
        self.assertIn("2026-03-05T00:00:00Z", form.preview)
        self.assertIn("PCI", form.preview)
        for secret in ("홍길동", "900101", "김영희", "OP-1"):
            self.assertNotIn(secret, form.preview)
        wizard = form.save()
        wizard.action_save()
        self.assertEqual(self.feed.column_ids.mapped("meaning"), list(found))
        answer = self.feed.ingest(KOREAN)
        self.assertEqual((answer["format"], answer["created"]), ("csv", 2))
        self.assertEqual(
            self._event().sorted("start").mapped("status"), ["booked", "cancelled"]
        )

    def test_excel_is_proposed_too(self):
        import openpyxl

        book = openpyxl.Workbook()
        for row in KOREAN.splitlines():
            book.active.append(row.split(","))
        raw = io.BytesIO()
        book.save(raw)
        form = self._upload(raw.getvalue())
        self.assertEqual(len(form.line_ids._records), 6)
        self.assertIn("2026-03-05T00:00:00Z", form.preview)

    def test_wrong_files_are_refused_by_cell(self):
        for text, said in (
            ("홍길동,900101-1234567\n김,1\n", "cell B1"),
            ("name,comment\na,b\n", "no known headings"),
            ("hello\n", "no columns"),
            ("%PDF-1.4 \x00\x01", "not a table"),
        ):
            form = self._upload(text)
            self.assertIn(said, form.problem or "", text)
            self.assertFalse(form.preview)
        form = self._upload("id,start,procedure\nA,someday,PCI\n")
        self.assertIn("B2: this is not a date or time", form.problem)
        # a saved column that the next file does not have
        self.feed.column_ids = [
            (0, 0, {"meaning": "start", "heading": "Beginn"}),
            (0, 0, {"meaning": "id", "heading": "id"}),
        ]
        answer = self.feed.ingest("id,start,procedure\nA,2026-03-05 09:00,PCI\n", "csv")
        self.assertEqual(answer["received"], 0)
        self.assertIn("'Beginn' for 'start'", answer["problems"][0]["message"])
        wizard = self.env["medical.feed.columns"].create({"feed_id": self.feed.id})
        with self.assertRaisesRegex(UserError, "holds the start"):
            wizard.action_save()

    # -- complete deliveries -----------------------------------------------------------------
    def _table(self, ids):
        rows = "".join(f"A{n},2026-03-{5 + n % 20:02d} 09:00,PCI,CATH\n" for n in ids)
        return f"id,start,procedure,location\n{rows}"

    def test_what_vanishes_is_cancelled_only_when_deliveries_are_complete(self):
        self.feed.ingest(self._table(range(8)))
        self.feed.ingest(self._table(range(6)))
        self.assertEqual(set(self._event().mapped("state")), {"ready"})
        self.feed.is_full = True
        self.feed.ingest(self._table(range(6)))
        states = self._event().mapped("state")
        self.assertEqual((states.count("ready"), states.count("cancelled")), (6, 2))
        # listed again: as before
        self.feed.ingest(self._table(range(8)))
        self.assertEqual(set(self._event().mapped("state")), {"ready"})
        # a row that cannot be read is not a missing one
        broken = self._table(range(7)) + "A7,someday,PCI,CATH\n"
        self.feed.ingest(broken)
        self.assertEqual(set(self._event().mapped("state")), {"ready"})

    def test_a_much_shorter_delivery_needs_a_word(self):
        self.feed.is_full = True
        self.feed.ingest(self._table(range(12)))
        answer = self.feed.ingest(self._table(range(2)))
        self.assertEqual(answer["problems"][0]["code"], "shrunk")
        self.assertEqual(set(self._event().mapped("state")), {"ready"})
        self.feed.is_shrink_accepted = True
        self.feed.ingest(self._table(range(2)))
        self.assertEqual(self._event().mapped("state").count("cancelled"), 10)
        self.assertFalse(self.feed.is_shrink_accepted)


@tagged("post_install", "-at_install")
class TestCalendarAndFolder(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.emr = EmrProcess(auth="none")
        cls.addClassCleanup(cls.emr.stop)
        cls.feed = cls.a.feed

    def setUp(self):
        super().setUp()
        cron = type(self.env["ir.cron"])
        patcher = patch.object(cron, "_commit_progress", lambda *_a, **_k: 1.0)
        patcher.start()
        self.addCleanup(patcher.stop)

    def _calendar(self, numbers):
        start = fields.Datetime.now() + timedelta(days=2)
        events = "".join(
            f"BEGIN:VEVENT\r\nUID:u{n}\r\nDTSTAMP:20260101T000000Z\r\n"
            f"DTSTART:{start + timedelta(hours=n):%Y%m%dT%H%M%S}Z\r\nDURATION:PT1H\r\n"
            "SUMMARY:HONG GILDONG\r\nX-PROCEDURE-CODE:PCI\r\nX-LOCATION-CODE:CATH\r\n"
            "END:VEVENT\r\n"
            for n in numbers
        )
        return (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
            + events
            + "END:VCALENDAR\r\n"
        )

    def _events(self):
        return self.env["medical.event"].search([("feed_id", "=", self.feed.id)])

    def _connect(self, name="plan.ics", **values):
        self.feed.write(
            {
                "transport": "ical",
                "message_format": "ical",
                "url": f"{self.emr.root}/cal/{name}",
                "is_plain_allowed": True,
                **values,
            }
        )

    def test_calendar_by_etag(self):
        self._connect()
        self.emr.control(
            calendars={"plan.ics": {"text": self._calendar(range(4)), "etag": '"1"'}}
        )
        self.assertIsNone(self.feed._poll())
        self.assertEqual(set(self._events().mapped("state")), {"ready"})
        self.assertEqual(len(self._events()), 4)
        received = self.feed.day_ids.received
        self.assertIsNone(self.feed._poll())
        self.assertEqual(self.feed.day_ids.received, received)  # 304
        self.assertEqual(self.feed.day_ids.polls, 2)
        # it shrinks, and is not said to be complete
        self.emr.control(
            calendars={"plan.ics": {"text": self._calendar(range(3)), "etag": '"2"'}}
        )
        self.feed._poll()
        self.assertEqual(set(self._events().mapped("state")), {"ready"})
        self.feed.is_full = True
        self.feed.action_poll_all()
        self.assertEqual(self._events().mapped("state").count("cancelled"), 1)

    def test_signed_in_moved_and_gone(self):
        text = self._calendar(range(2))
        self.emr.control(
            calendars={
                "basic.ics": {"text": text, "user": "omni", "password": "pw-1"},
                "token.ics": {"text": text, "token": ["X-Api-Key", "t-2"]},
                "old.ics": {"moved": "/cal/new.ics"},
                "new.ics": {"text": text},
                "gone.ics": {"gone": True},
            }
        )
        self._connect("basic.ics", auth_method="basic", auth_name="omni")
        self.feed.auth_secret = "wrong"
        self.assertIn("refuses the user name", self.feed._poll())
        self.feed.auth_secret = "pw-1"
        self.assertIsNone(self.feed._poll())
        self._connect("token.ics", auth_method="header", auth_header="X-Api-Key")
        self.feed.auth_secret = "t-2"
        self.assertIsNone(self.feed._poll())
        self._connect("old.ics", auth_method="none")
        self.assertIsNone(self.feed._poll())
        self.assertTrue(self.feed.url.endswith("/cal/new.ics"))
        self._connect("gone.ics")
        self.assertIn("gone", self.feed._poll())
        self._connect("never.ics")
        self.assertIn("gone", self.feed._poll())
        self.assertEqual(len(self._events()), 2)

    def test_drop_folder(self):
        import os
        import tempfile
        import time
        from pathlib import Path

        with tempfile.TemporaryDirectory() as base:
            self.feed.transport = "folder"
            self.assertIn("no drop folder", self.feed._poll())
            self.env["ir.config_parameter"].set_param(
                "medical_supply_crm.drop_folder", base
            )
            self.assertIn("no folder", self.feed._poll())
            folder = Path(base) / self.feed.source
            folder.mkdir()
            day = fields.Datetime.now() + timedelta(days=3)
            old = time.time() - 60
            for name, text, aged in (
                ("a.hl7", self.hl7(1, day), True),
                ("b.hl7.part", self.hl7(2, day), True),
                ("c.hl7", self.hl7(3, day), False),
                ("d.txt", "HONG GILDONG 900101-1234567", True),
            ):
                (folder / name).write_text(text)
                if aged:
                    os.utime(folder / name, (old, old))
            self.assertIsNone(self.feed._poll())
            left = sorted(path.name for path in folder.iterdir())
            self.assertEqual(left, ["b.hl7.part", "c.hl7", "refused"])
            self.assertEqual(
                [p.name for p in (folder / "refused").iterdir()], ["d.txt"]
            )
            self.assertEqual(len(self._events()), 1)
            self.assertNotIn("GILDONG", str(self.feed.problem_ids.read()))
