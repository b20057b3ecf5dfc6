# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPartialApproval(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()

    def _sent(self, space=None, count=10):
        space = space or self.a
        self._book(space, count)
        self._run(space.room)
        proposal = self._proposal(space.room)
        proposal.action_send()
        return proposal

    def _line(self, proposal, product):
        return proposal.line_ids.filtered(lambda line: line.product_id == product)

    def _sign(self, proposal, user=None, quantities=None, **values):
        user = user or self.a.manager
        return proposal._approve(
            quantities or {}, partner=user.partner_id, signed_by=user.name, **values
        )

    def test_a_line_left_for_later_comes_back_exactly_once(self):
        proposal = self._sent()
        gloves, stents = (self._line(proposal, p) for p in (self.glove, self.stent))
        wanted = stents.order_qty
        ordered = self._sign(
            proposal,
            decisions={stents.id: {"decision": "later", "reason": "counting first"}},
        )
        self.assertTrue(ordered)
        self.assertEqual(proposal.sale_order_id.order_line.product_id, self.glove)
        self.assertEqual(stents.approved_qty, 0)
        self.assertEqual(stents.decision, "later")
        for _again in range(2):
            self._run(self.a.room)
            rest = self._proposal(self.a.room)
            self.assertEqual(len(rest), 1)
            self.assertEqual(
                {line.product_id: line.order_qty for line in rest.line_ids},
                {self.stent: wanted},
            )
        self.assertTrue(self._sign(rest))
        self._run(self.a.room)
        self.assertFalse(self._proposal(self.a.room))
        orders = self.env["sale.order"].search(
            [("medical_proposal_id.storeroom_id", "=", self.a.room.id)]
        )
        total = {}
        for line in orders.order_line:
            total[line.product_id] = (
                total.get(line.product_id, 0) + line.product_uom_qty
            )
        self.assertEqual(total, {self.glove: gloves.order_qty, self.stent: wanted})

    def test_a_rejected_line_needs_a_reason(self):
        proposal = self._sent()
        stents = self._line(proposal, self.stent)
        with self.assertRaisesRegex(ValidationError, "say why"):
            self._sign(proposal, decisions={stents.id: {"decision": "reject"}})
        self.assertEqual(proposal.state, "sent")
        self._sign(
            proposal,
            decisions={stents.id: {"decision": "reject", "reason": "own stock"}},
        )
        self.assertEqual(stents.decision_reason, "own stock")
        self.assertEqual(proposal.state, "ordered")

    def test_above_the_limit_of_the_ward_a_manager_signs_as_well(self):
        self.a.partner.medical_ward_limit = 20
        self.a.room.department_ids |= self.a.ward
        proposal = self._sent()
        self.assertGreater(proposal.amount_total, 20)
        self.assertFalse(self._sign(proposal, self.a.nurse))
        self.assertEqual(proposal.approval_step, "manager")
        self.assertEqual(proposal.state, "sent")
        self.assertFalse(proposal.sale_order_id)
        self.assertTrue(self._sign(proposal, self.a.manager))
        self.assertEqual(proposal.state, "ordered")
        self.assertEqual(
            proposal.log_ids.sorted("id").mapped(lambda row: (row.action, row.role)),
            [("sign", "ward"), ("sign", "manager"), ("order", "manager")],
        )

    def test_within_the_limit_the_ward_approves_alone(self):
        self.a.partner.medical_ward_limit = 20
        self.a.ward.medical_ward_limit = 1e6
        self.a.room.department_ids |= self.a.ward
        self.assertTrue(self._sign(self._sent(), self.a.nurse))

    def test_people_of_another_hospital_cannot_sign(self):
        proposal = self._sent()
        for user in (self.b.manager, self.b.nurse, self.a.nurse):
            with self.assertRaises(AccessError):
                self._sign(proposal, user)
        self.assertFalse(proposal.log_ids)

    def test_a_changed_proposal_needs_its_signature_again(self):
        self.a.partner.medical_ward_limit = 20
        self.a.room.department_ids |= self.a.ward
        proposal = self._sent()
        self._sign(proposal, self.a.nurse)
        self.a.feed.ingest(
            "\r".join(self.hl7(700 + n, self.day(3, 8 + n)) for n in range(10))
        )
        self._run(self.a.room)
        self.assertFalse(proposal.approval_step)
        self.assertFalse(proposal.signature_ids)
        self.assertEqual(len(proposal.log_ids), 1)

    def test_a_cancelled_order_gives_its_demand_back_once(self):
        proposal = self._sent()
        self._sign(proposal)
        quantities = {ln.product_id: ln.order_qty for ln in proposal.line_ids}
        proposal.sale_order_id._action_cancel()
        self.assertEqual(proposal.state, "cancelled")
        for _again in range(2):
            self._run(self.a.room)
            again = self._proposal(self.a.room)
            self.assertEqual(
                {ln.product_id: ln.order_qty for ln in again.line_ids}, quantities
            )

    def test_a_cancelled_consignment_transfer_gives_its_demand_back(self):
        room = self.a.room
        other = self.env["medical.storeroom"].create(
            {
                "name": "Implant cabinet",
                "hospital_id": self.a.partner.id,
                "ownership": "consignment",
                "line_ids": [
                    (0, 0, {"product_id": self.stent.id, "par_min": 4}),
                ],
            }
        )
        self._run(other)
        proposal = self._proposal(other)
        proposal.action_send()
        self._sign(proposal)
        self.assertEqual(proposal.transfer_ids.move_ids.product_uom_qty, 4)
        proposal.transfer_ids.action_cancel()
        self.assertEqual(proposal.state, "cancelled")
        self._run(other)
        self.assertEqual(self._proposal(other).line_ids.order_qty, 4)
        self.assertFalse(self._proposal(room))

    def test_cut_off_and_closed_days_move_the_delivery(self):
        room = self.a.room
        room.write({"timezone": "Asia/Seoul", "has_cutoff": True, "cutoff_hour": 11})
        moment = datetime(2026, 3, 2, 1)  # 10:00 in Seoul
        self.assertEqual(str(room.promised_date(moment)), "2026-03-04")
        late = moment.replace(hour=2)
        self.assertEqual(str(room.promised_date(late)), "2026-03-05")
        self.env["medical.storeroom.closure"].create(
            {
                "name": "Stocktake",
                "storeroom_id": room.id,
                "date_from": "2026-03-05",
                "date_to": "2026-03-06",
            }
        )
        self.assertEqual(str(room.promised_date(late)), "2026-03-09")
        self.env["medical.storeroom.closure"].create(
            {
                "name": "Holiday",
                "hospital_id": self.a.partner.id,
                "date_from": "2026-03-09",
            }
        )
        self.assertEqual(str(room.promised_date(late)), "2026-03-10")
        self.assertEqual(str(self.b.room.promised_date(late)), "2026-03-04")
        self.assertEqual(str(room.promised_date(moment, urgent=True)), "2026-03-03")
        room.write({"urgent_days": 0, "urgent_any_day": False})
        self.assertEqual(str(room.promised_date(moment, urgent=True)), "2026-03-02")
        room.write({"urgent_has_cutoff": True, "urgent_cutoff_hour": 9})
        self.assertEqual(str(room.promised_date(moment, urgent=True)), "2026-03-03")
