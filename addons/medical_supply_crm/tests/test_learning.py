# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestLearning(MedicalCase, TransactionCase):
    """Recorded cases teach kits, past bookings show probabilities, the rest the base
    rate; the run uses all three."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls._stock(cls.a.room.location_id, cls.stent, 500)
        cls._stock(cls.a.room.location_id, cls.glove, 500)

    def _record(self, event, **quantities):
        record = self.env["medical.consumption"].create(
            {
                "storeroom_id": self.a.room.id,
                "mode": "case" if event else "use",
                "event_id": event.id if event else False,
                "line_ids": [
                    Command.create(
                        {"product_id": getattr(self, name).id, "quantity": quantity}
                    )
                    for name, quantity in quantities.items()
                ],
            }
        )
        record.action_complete()
        return record

    def _cases(self, count=10, stents=8):
        self._book(self.a, count)
        events = self.env["medical.event"].search([("feed_id", "=", self.a.feed.id)])
        for number, event in enumerate(events):
            uses = {"glove": 2}
            if number < stents:
                uses["stent"] = 1
            self._record(event, **uses)
        return events

    def test_kit_old_beside_new_apply_and_undo(self):
        self._cases()
        learning = self.env["medical.kit.learning"]._learn()
        row = learning.filtered(lambda row: row.product_id == self.stent)
        self.assertEqual((row.cases, row.used_cases), (10, 8))
        self.assertEqual(row.old_probability, 0.3)
        # ten cases of the catalogue at 30 % and ten of which eight used it
        self.assertAlmostEqual(row.new_probability, 0.55)
        self.assertLess(row.low, 0.55)
        self.assertNotIn(self.glove, learning.product_id, "as the kit says")
        self.assertEqual(self.env["medical.kit.learning"]._learn(), learning)
        line = row.kit_line_id
        self.assertEqual(line.probability, 0.3, "nothing without a decision")
        row.action_apply()
        self.assertAlmostEqual(line.probability, 0.55)
        self.assertFalse(
            self.env["medical.kit.learning"]._learn(), "cases do not count twice"
        )
        with self.assertRaises(UserError):
            row.action_apply()
        row.action_undo()
        self.assertEqual(line.probability, 0.3)
        self.assertEqual(row.state, "undone")

    def test_show_probability_by_days_ahead(self):
        events = self._cases(20, 0)
        start = fields.Datetime.now() - timedelta(days=5)
        events.write({"start": start})
        self.env.cr.execute(
            "UPDATE medical_event SET create_date = %s WHERE id = ANY(%s)",
            [start - timedelta(days=20), events.ids],
        )
        events[:8].write({"status": "cancelled", "is_demand": False})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE medical_event SET cancelled_on = %s WHERE id = ANY(%s)",
            [start - timedelta(days=5), events[:8].ids],
        )
        self.env.invalidate_all()
        self.env["medical.show.rate"]._learn()
        rates = self.env["medical.show.rate"].search(
            [("procedure_id", "=", self.procedure.id)]
        )
        by_lead = {rate.lead_from: rate for rate in rates}
        self.assertEqual((by_lead[0].cases, by_lead[0].shown), (12, 12))
        self.assertEqual((by_lead[8].cases, by_lead[8].shown), (20, 12))
        self.assertLess(by_lead[8].probability, by_lead[0].probability)
        self._book_ahead()
        bookings = self.env["medical.replenishment.run"]._read_bookings(
            self.a.room, fields.Date.context_today(self.env.user), 30
        )
        shown = set(bookings["show_probability"].round(4))
        self.assertEqual(
            shown, {round(by_lead[2].probability, 4), round(by_lead[8].probability, 4)}
        )

    def _book_ahead(self):
        self.a.feed.ingest(
            "\r".join(
                self.hl7(900 + number, self.day(offset, 15))
                for number, offset in enumerate((2, 9))
            )
        )

    def test_unbooked_use_is_forecast_and_used(self):
        now = fields.Datetime.now()
        for week in range(16):
            with freeze_time(now - timedelta(weeks=16 - week)):
                self._record(None, glove=14)
        line = self.a.room.line_ids.filtered(lambda row: row.product_id == self.glove)
        self.env["medical.storeroom.line"]._learn_unbooked()
        self.assertAlmostEqual(line.learned_rate, 2.0, delta=0.2)
        self.assertEqual(line.learned_weeks, 16)
        run = self.env["medical.replenishment.run"]
        stock = run._read_stock(line).iloc[0]
        self.assertAlmostEqual(stock["base_rate"], line.learned_rate)
        line.base_rate = 5
        self.assertEqual(run._read_stock(line).iloc[0]["base_rate"], 5)
