# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAutoApproval(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.rule = cls.env["medical.approval.rule"].create(
            {
                "name": "Cath lab",
                "hospital_id": cls.a.partner.id,
                "max_amount": 10000,
            }
        )

    def _orders(self, room):
        return self.env["sale.order"].search(
            [("medical_proposal_id.storeroom_id", "=", room.id)]
        )

    def _last(self, room):
        return self.env["medical.proposal"].search(
            [("storeroom_id", "=", room.id)], order="id desc", limit=1
        )

    def test_a_rule_orders_once_and_is_logged(self):
        self._book(self.a, 10)
        self._book(self.b, 10)
        run = self._run(self.a.room, self.b.room)
        proposal = self._last(self.a.room)
        self.assertEqual(proposal.state, "ordered")
        self.assertEqual(proposal.auto_rule_id, self.rule)
        self.assertEqual(run.auto_count, 1)
        order_log = proposal.log_ids.filtered(lambda row: row.action == "order")
        self.assertEqual(order_log.rule_id, self.rule)
        self.assertEqual(order_log.role, "auto")
        self.assertAlmostEqual(order_log.amount, proposal.amount_total)
        # the hospital without a rule is asked as ever
        self.assertEqual(self._last(self.b.room).state, "draft")
        self._run(self.a.room)
        self.assertEqual(len(self._orders(self.a.room)), 1)

    def test_prices_in_another_currency(self):
        """The hospital sees its own currency, limits and logs are in the company's."""
        won = self.env["res.currency"].create(
            {"name": "TWN", "symbol": "T", "rounding": 1.0}
        )
        self.env["res.currency.rate"].create(
            {"currency_id": won.id, "name": "2020-01-01", "rate": 1000.0}
        )
        self.a.partner.property_product_pricelist = self.env[
            "product.pricelist"
        ].create(
            {
                "name": "In won",
                "currency_id": won.id,
                "item_ids": [
                    Command.create({"compute_price": "fixed", "fixed_price": 2000.0})
                ],
            }
        )
        self._book(self.a, 10)
        self._run(self.a.room)
        proposal = self._last(self.a.room)
        pieces = sum(proposal.line_ids.mapped("ordered_qty"))
        self.assertEqual(proposal.currency_id, won)
        self.assertAlmostEqual(proposal.amount_total, pieces * 2000)
        self.assertEqual(proposal.state, "ordered", proposal.auto_note)
        order_log = proposal.log_ids.filtered(lambda row: row.action == "order")
        self.assertAlmostEqual(order_log.amount, pieces * 2)

    def test_what_a_rule_does_not_let_through(self):
        other = self.env["product.category"].create({"name": "Dressings"})
        for values, words in (
            ({"max_amount": 10}, "more than"),
            ({"department_id": self.a.ward.id}, "another department"),
            ({"storeroom_id": self.a.ward_room.id}, "another storeroom"),
            ({"category_ids": [(6, 0, other.ids)]}, "other category"),
            ({"max_change": 20}, "only 0 orders"),
        ):
            rule = self.rule.copy(dict(values, active=True))
            self.rule.active = False
            self._book(self.a, 10)
            self._run(self.a.room)
            proposal = self._proposal(self.a.room)
            self.assertEqual(proposal.state, "draft", values)
            self.assertIn(words, proposal.auto_note)
            rule.active = False

    def test_flagged_products_are_never_ordered_by_rule(self):
        for flag in ("medical_cold_chain", "medical_controlled"):
            self.stent[flag] = True
            self._book(self.a, 10)
            self._run(self.a.room)
            proposal = self._proposal(self.a.room)
            self.assertEqual(proposal.state, "draft")
            self.assertIn("Coronary stent", proposal.auto_note)
            self.stent[flag] = False

    def test_the_weekly_limit(self):
        self._book(self.a, 10)
        self._run(self.a.room)
        first = self._last(self.a.room)
        self.assertEqual(first.state, "ordered")
        self.rule.max_amount_week = first.amount_total + 1
        self.a.feed.ingest(
            "\r".join(self.hl7(700 + n, self.day(3, 8 + n)) for n in range(10))
        )
        self._run(self.a.room)
        second = self._proposal(self.a.room)
        self.assertEqual(second.state, "draft")
        self.assertIn("week", second.auto_note)
        later = fields.Datetime.now() + timedelta(days=8)
        with freeze_time(later):
            self.assertEqual(self.rule._approved_amount(self.a.room, days=7), 0)

    def test_what_is_usual(self):
        log = self.env["medical.approval.log"]
        self._book(self.a, 10)
        self.rule.max_change = 20
        self._run(self.a.room)
        proposal = self._proposal(self.a.room)
        amount = proposal.amount_total
        for share in (0.5, 0.5, 0.5):
            log.create(
                {
                    "proposal_id": proposal.id,
                    "action": "order",
                    "amount": amount * share,
                }
            )
        self._run(self.a.room)
        self.assertEqual(proposal.state, "draft")
        self.assertIn("differs by 100", proposal.auto_note)
        log.search([("proposal_id", "=", proposal.id)]).write({"amount": amount * 0.9})
        self._run(self.a.room)
        self.assertEqual(proposal.state, "ordered")

    def test_undone_until_picked_and_then_left_to_people(self):
        self._book(self.a, 10)
        self._run(self.a.room)
        proposal = self._last(self.a.room)
        order = proposal.sale_order_id
        self.assertTrue(proposal.can_undo)
        with self.assertRaises(AccessError):
            proposal._undo(self.b.manager.partner_id)
        proposal._undo(self.a.manager.partner_id)
        self.assertEqual(order.state, "cancel")
        self.assertEqual(proposal.state, "sent")
        self._run(self.a.room)
        self.assertEqual(self._last(self.a.room), proposal)
        self.assertEqual(proposal.state, "sent", "the rule must not order it again")
        self.assertEqual(self.rule._approved_amount(self.a.room, days=7), 0)
        proposal._approve({}, partner=self.a.manager.partner_id, signed_by="Lee")
        self.assertEqual(proposal.state, "ordered")
        orders = self._orders(self.a.room).filtered(lambda row: row.state == "sale")
        self.assertEqual(len(orders), 1)

    def test_not_undone_once_picked(self):
        self._book(self.a, 10)
        self._run(self.a.room)
        proposal = self._last(self.a.room)
        picking = proposal.sale_order_id.picking_ids
        picking.action_assign()
        picking.move_ids[0].picked = True
        proposal.invalidate_recordset(["can_undo"])
        self.assertFalse(proposal.can_undo)
        with self.assertRaisesRegex(UserError, "already being picked"):
            proposal._undo(self.a.manager.partner_id)
        self.assertEqual(proposal.state, "ordered")

    def test_undone_with_a_newer_proposal_open(self):
        self._book(self.a, 10)
        self._run(self.a.room)
        first = self._last(self.a.room)
        self.rule.max_amount = 1
        self.a.feed.ingest(
            "\r".join(self.hl7(700 + n, self.day(3, 8 + n)) for n in range(10))
        )
        self._run(self.a.room)
        second = self._proposal(self.a.room)
        self.assertTrue(second)
        self.rule.max_amount = 1e9
        first._undo(self.a.manager.partner_id)
        self.assertEqual(first.state, "cancelled")
        self._run(self.a.room)
        self.assertEqual(self._proposal(self.a.room), second)
        self.assertTrue(second.auto_blocked)
        gloves = second.line_ids.filtered(lambda ln: ln.product_id == self.glove)
        self.assertEqual(gloves.order_qty, 40)
