# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import TransactionCase, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestConsignmentInvoice(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        account = cls.env["account.account"]
        cls.env["account.journal"].create(
            {"name": "Sales of the test", "code": "TSAL", "type": "sale"}
        )
        income = account.create(
            {"name": "Income", "code": "TINC", "account_type": "income"}
        )
        receivable = account.create(
            {
                "name": "Receivable",
                "code": "TREC",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        (cls.stent | cls.glove).property_account_income_id = income
        (cls.stent | cls.glove).taxes_id = False
        cls.a.partner.property_account_receivable_id = receivable
        cls.room = cls.env["medical.storeroom"].create(
            {
                "name": "Implant cabinet",
                "hospital_id": cls.a.partner.id,
                "ownership": "consignment",
                "billing": "case",
            }
        )
        cls._stock(cls.room.location_id, cls.glove, 50)
        cls._stock(cls.room.location_id, cls.stent, 10, "L1", "2027-01-01")

    def _use(self, key, quantity=2, product=None, **values):
        record, _new = self.env["medical.consumption"]._submit(
            self.room,
            key,
            "use",
            [{"product_id": (product or self.stent).id, "quantity": quantity}],
            **values,
        )
        return record

    def _bill(self):
        self.env["medical.consumption"]._cron_bill()

    def _net(self, product=None):
        """Invoiced quantity, credits taken off."""
        return sum(
            line.quantity * (-1 if line.move_id.move_type == "out_refund" else 1)
            for line in self.env["account.move.line"].search(
                [
                    ("move_id.partner_id", "=", self.a.partner.id),
                    ("product_id", "=", (product or self.stent).id),
                    ("display_type", "=", "product"),
                ]
            )
        )

    def test_use_is_invoiced_once_and_moves_nothing_again(self):
        record = self._use("k1")
        moves = self.env["stock.move"].search_count(
            [("product_id", "=", self.stent.id)]
        )
        self._bill()
        order = record.sale_order_id
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertFalse(order.picking_ids)
        self._bill()
        self.assertEqual(self._net(), 2)
        self.assertEqual(
            self.env["stock.move"].search_count([("product_id", "=", self.stent.id)]),
            moves,
        )

    def test_a_correction_after_the_invoice_gives_credit_once(self):
        for policy in ("order", "delivery"):
            self.stent.invoice_policy = policy
            before = self._net()
            record = self._use(f"{policy}-1", 3)
            self._bill()
            self.assertEqual(self._net() - before, 3)
            self._use(
                f"{policy}-2", 1, correction_of_id=record.id, reason="two came back"
            )
            self._bill()
            self._bill()
            self.assertEqual(self._net() - before, 1, policy)

    def test_what_was_corrected_before_the_invoice_is_never_on_it(self):
        record = self._use("k1", 3)
        self._use("k2", 1, correction_of_id=record.id)
        self._bill()
        self.assertEqual(self._net(), 1)
        self.assertFalse(record.sale_order_id)

    def test_monthly_is_one_order_for_the_month_before(self):
        self.room.billing = "month"
        first, second = self._use("k1"), self._use("k2", 4, self.glove)
        self._bill()
        self.assertFalse(first.sale_order_id)
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            third = self._use("k3")
            self._bill()
            self.assertTrue(first.sale_order_id)
            self.assertEqual(first.sale_order_id, second.sale_order_id)
            self.assertEqual(len(first.sale_order_id.order_line), 2)
            self.assertFalse(third.sale_order_id)

    def test_hospital_stock_is_sold_already(self):
        self._stock(self.a.room.location_id, self.glove, 10)
        record, _new = self.env["medical.consumption"]._submit(
            self.a.room,
            "k",
            "use",
            [{"product_id": self.glove.id, "quantity": 2}],
        )
        self.assertFalse(record.billable)
        self._bill()
        self.assertFalse(record.sale_order_id)

    def test_the_owner_of_the_goods_is_kept(self):
        owner = self.env["res.partner"].create({"name": "Maker of the stents"})
        self.env["stock.quant"]._update_available_quantity(
            self.glove, self.warehouse.lot_stock_id, 700, owner_id=owner
        )
        self.room.line_ids = [(0, 0, {"product_id": self.glove.id, "par_min": 800})]
        self._run(self.room)
        proposal = self._proposal(self.room)
        proposal.action_approve()
        picking = proposal.transfer_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking._action_done()
        quants = self.env["stock.quant"].search(
            [
                ("location_id", "=", self.room.location_id.id),
                ("product_id", "=", self.glove.id),
            ]
        )
        owned = quants.filtered(lambda quant: quant.owner_id == owner)
        self.assertGreater(owned.quantity, 0)
        before = sum(quants.mapped("quantity"))
        self._use("k", before, self.glove)
        quants.invalidate_recordset()
        self.assertFalse(any(quant.quantity < 0 for quant in quants.exists()))

    def test_lots_outlive_the_case(self):
        """A lot that expires before the case is not sent, the next one is."""
        soon = self._stock(
            self.warehouse.lot_stock_id, self.stent, 4, "SOON", "2026-03-08"
        )
        good = self._stock(
            self.warehouse.lot_stock_id, self.stent, 4, "GOOD", "2026-05-01"
        )
        later = self._stock(
            self.warehouse.lot_stock_id, self.stent, 50, "LATER", "2027-05-01"
        )
        self._book(self.a, 10)
        self._run(self.a.room)
        proposal = self._proposal(self.a.room)
        proposal.action_approve()
        move = proposal.sale_order_id.picking_ids.move_ids.filtered(
            lambda row: row.product_id == self.stent
        )
        self.assertEqual(str(move.medical_use_until.date()), "2026-03-15")
        lots = move.move_line_ids.lot_id
        self.assertNotIn(soon, lots)
        self.assertEqual(
            {line.lot_id: line.quantity for line in move.move_line_ids},
            {good: 4, later: 3},
        )
