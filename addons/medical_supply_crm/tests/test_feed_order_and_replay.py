# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestFeedOrderAndReplay(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()

    def _events(self):
        return self.env["medical.event"].search([("feed_id", "=", self.a.feed.id)])

    def test_hl7_and_fhir_become_the_same_kind_of_event(self):
        answer = self.a.feed.ingest(self.hl7(1, self.day(2)))
        self.assertEqual(answer["format"], "hl7v2")
        self.assertEqual(answer["created"], 1, answer)
        answer = self.a.feed.ingest(self.bundle(self.fhir(2, self.day(3))))
        self.assertEqual(answer["format"], "fhir")
        self.assertEqual(answer["created"], 1, answer)
        events = self._events()
        self.assertEqual(events.mapped("state"), ["ready", "ready"])
        self.assertEqual(events.procedure_ids, self.procedure)
        self.assertEqual(events.kit_ids, self.kit)
        self.assertEqual(events.storeroom_id, self.a.room)

    def test_any_order_of_arrival_ends_in_the_same_state(self):
        start = self.day(2)
        book = self.hl7(7, start, sent="20260301100000")
        move = self.hl7(7, self.day(4), event="S13", sent="20260301110000")
        cancel = self.hl7(7, self.day(4), event="S15", sent="20260301120000")
        for messages in (
            (book, move, cancel),
            (cancel, move, book),
            (move, cancel, book),
            (cancel, book, move, book, cancel),
        ):
            for message in messages:
                self.a.feed.ingest(message)
            event = self._events()
            self.assertEqual(len(event), 1)
            self.assertEqual(event.status, "cancelled")
            self.assertEqual(event.state, "cancelled")
            self.assertFalse(event.is_booked)
            event.sudo().unlink()

    def test_late_booking_after_the_move_keeps_the_new_date(self):
        self.a.feed.ingest(self.hl7(8, self.day(4), event="S13", sent="20260301110000"))
        answer = self.a.feed.ingest(self.hl7(8, self.day(2), sent="20260301100000"))
        self.assertEqual((answer["updated"], answer["unchanged"]), (0, 1))
        self.assertEqual(self._events()._local_date(), self.day(4).date())

    def test_replay_changes_no_row(self):
        payload = "\r".join(self.hl7(n, self.day(2 + n % 4)) for n in range(30))
        self.a.feed.ingest(payload)
        before = self._rows()
        answer = self.a.feed.ingest(payload)
        self.assertEqual(answer["unchanged"], 30)
        self.assertEqual((answer["created"], answer["updated"]), (0, 0))
        self.env.flush_all()
        self.assertEqual(self._rows(), before)

    def _rows(self):
        self.env.flush_all()
        rows = []
        for table in ("medical_event", "medical_code_mapping", "medical_feed_problem"):
            # pylint: disable=sql-injection
            self.env.cr.execute(
                f"SELECT id, xmin::text, ctid::text FROM {table} ORDER BY id"  # noqa: S608
            )
            rows.append(self.env.cr.fetchall())
        return rows

    def test_malformed_is_quarantined_and_good_ones_are_stored(self):
        good = self.fhir(11, self.day(2))
        bad = dict(self.fhir(12, self.day(3)), start="tomorrow morning")
        answer = self.a.feed.ingest(self.bundle(bad, good))
        self.assertGreaterEqual(answer["created"], 1)
        self.assertTrue(answer["problems"])
        problem = self.env["medical.feed.problem"].search(
            [("feed_id", "=", self.a.feed.id)]
        )
        self.assertTrue(any("entry[0]" in (row.position or "") for row in problem))
        self.assertNotIn("tomorrow morning", str(problem.read()))
        self.assertEqual(self.a.feed.state, "attention")
        # the same delivery again lists nothing twice
        count = len(problem)
        self.a.feed.ingest(self.bundle(bad, good))
        self.assertEqual(
            self.env["medical.feed.problem"].search_count(
                [("feed_id", "=", self.a.feed.id)]
            ),
            count,
        )

    def test_unknown_codes_wait_in_the_queue_until_they_are_mapped(self):
        self.a.feed.ingest(self.hl7(20, self.day(2), code="999001^X^SCT", place="OR9"))
        event = self._events()
        self.assertEqual(event.state, "unmapped")
        mappings = self.a.feed.mapping_ids
        self.assertEqual(set(mappings.mapped("kind")), {"procedure", "place"})
        mappings.filtered(
            lambda row: row.kind == "procedure"
        ).procedure_id = self.procedure
        self.assertEqual(event.state, "unmapped")
        mappings.filtered(lambda row: row.kind == "place").storeroom_id = self.a.room
        self.assertEqual(event.state, "ready")
        self.assertEqual(event.storeroom_id, self.a.room)
        self.assertEqual(self.a.feed.open_mapping_count, 0)
        # the next message with these codes needs nobody
        self.a.feed.ingest(self.hl7(21, self.day(3), code="999001^X^SCT", place="OR9"))
        self.assertEqual(self._events().mapped("state"), ["ready", "ready"])

    def test_ignored_code_uses_no_supplies(self):
        self.a.feed.ingest(self.hl7(22, self.day(2), code="999002^X^SCT"))
        self.a.feed.mapping_ids.action_ignore()
        self.assertEqual(self._events().state, "ignored")

    def test_kit_of_the_hospital_goes_before_the_general_one(self):
        special = self.kit.copy(
            {"name": "Kit of this hospital", "hospital_id": self.a.partner.id}
        )
        self.a.feed.ingest(self.hl7(30, self.day(2)))
        self.b.feed.ingest(self.hl7(30, self.day(2)))
        self.assertEqual(self._events().kit_ids, special)
        other = self.env["medical.event"].search([("feed_id", "=", self.b.feed.id)])
        self.assertEqual(other.kit_ids, self.kit)

    def test_same_visit_number_of_two_hospitals_are_two_events(self):
        self.a.feed.ingest(self.hl7(40, self.day(2)))
        self.b.feed.ingest(self.hl7(40, self.day(2)))
        hashes = self.env["medical.event"].search([]).mapped("event_hash")
        self.assertEqual(len(hashes), len(set(hashes)))
