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
class TestReports(MedicalCase, TransactionCase):
    """Figures of the storerooms, kits beside use, and policies on the own history."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()

    def _use(self, quantity, event=None, room=None):
        record = self.env["medical.consumption"].create(
            {
                "storeroom_id": (room or self.a.room).id,
                "mode": "case" if event else "use",
                "event_id": event.id if event else False,
                "line_ids": [
                    Command.create({"product_id": self.glove.id, "quantity": quantity})
                ],
            }
        )
        record.action_complete()

    def test_day_of_a_storeroom(self):
        self._stock(self.a.room.location_id, self.glove, 10)
        self._book(self.a, 5)
        self._run(self.a.room)
        facts = self.env["medical.supply.fact"].search(
            [("storeroom_id", "=", self.a.room.id)]
        )
        self.assertEqual(sum(facts.mapped("lines")), 2)
        self.assertEqual(sum(facts.mapped("out_lines")), 1, "no stent on the shelf")
        self.assertEqual(sum(facts.mapped("stock_value")), 15)
        gloves = facts.filtered(lambda fact: not fact.out_lines)
        self.assertEqual(gloves.fill_rate, 100)
        # five cases with two gloves each in nine days
        self.assertAlmostEqual(gloves.inventory_days, 10 / (10 / 9), delta=0.1)
        self._run(self.a.room)
        again = self.env["medical.supply.fact"].search(
            [("storeroom_id", "=", self.a.room.id)]
        )
        self.assertEqual(again, facts, "one row a day")
        groups = self.env["medical.supply.fact"]._read_group(
            [("storeroom_id", "=", self.a.room.id)], [], ["out_lines:sum"]
        )
        self.assertEqual(groups[0][0], 1)
        self.assertEqual(self.a.partner.medical_fill_rate, 50)
        self.assertGreater(self.a.partner.medical_threat_count, -1)

    def test_kit_expected_and_used(self):
        self._stock(self.a.room.location_id, self.glove, 10)
        self._book(self.a, 1)
        event = self.env["medical.event"].search([("feed_id", "=", self.a.feed.id)])
        self._use(3, event)
        rows = self.env["medical.kit.report"].search([("event_id", "=", event.id)])
        by_product = {row.product_id: row for row in rows}
        glove, stent = by_product[self.glove], by_product[self.stent]
        self.assertEqual((glove.expected, glove.used, glove.difference), (2, 3, 1))
        self.assertEqual((round(stent.expected, 2), stent.used), (0.3, 0))

    def test_comparison_on_the_own_history(self):
        comparison = self.env["medical.comparison"].create(
            {"hospital_id": self.a.partner.id, "company_id": self.company.id}
        )
        with self.assertRaisesRegex(UserError, "cannot be compared yet"):
            comparison.action_compute()
        now = fields.Datetime.now()
        room = self.a.room
        for week in range(30):
            with freeze_time(now - timedelta(weeks=31 - week)):
                move = self.env["stock.move"].create(
                    {
                        "product_id": self.glove.id,
                        "product_uom": self.glove.uom_id.id,
                        "product_uom_qty": 20,
                        "location_id": self.warehouse.lot_stock_id.id,
                        "location_dest_id": room.location_id.id,
                        "quantity": 20,
                        "picked": True,
                    }
                )
                move._action_done()
                self._use(8 + 3 * (week % 4))
        ledger = comparison._read_ledger()
        self.assertEqual(len(ledger), 31)
        self.assertEqual(ledger["received"].sum(), 600)
        self.assertEqual(
            ledger["distributed"].sum(), sum(8 + 3 * (w % 4) for w in range(30))
        )
        self.assertLess(
            (
                ledger["opening"] + ledger["received"] - ledger["distributed"]
                + ledger["adjusted"] - ledger["closing"]
            ).abs().max(),
            1e-6,
        )  # fmt: skip
        comparison.action_compute()
        self.assertEqual(comparison.series, 1)
        self.assertGreater(comparison.minmax_stock, 0)
        policies = set(comparison.point_ids.mapped("policy"))
        self.assertEqual(policies, {"minmax", "par", "booked"})
        self.assertTrue(comparison.computed_on)
