# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSecondApproval(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.a.room.department_ids |= cls.a.ward
        cls.pharmacist = cls._portal_user("pharmacist_a", cls.a.partner)
        cls.a.partner.medical_manager_ids |= cls.pharmacist.partner_id

    def _sent(self):
        self._book(self.a, 10)
        self._run(self.a.room)
        proposal = self._proposal(self.a.room)
        proposal.action_send()
        return proposal

    def _sign(self, proposal, user, quantities=None):
        return proposal._approve(
            quantities or {}, partner=user.partner_id, signed_by=user.name
        )

    def test_cold_chain_takes_two_people(self):
        self.stent.medical_cold_chain = True
        proposal = self._sent()
        self.assertFalse(self._sign(proposal, self.a.nurse))
        self.assertEqual(proposal.approval_step, "second")
        with self.assertRaisesRegex(UserError, "another person"):
            self._sign(proposal, self.a.nurse)
        self.assertEqual(proposal.state, "sent")
        self.assertFalse(proposal.sale_order_id)
        self.assertTrue(self._sign(proposal, self.a.manager))
        self.assertEqual(len(proposal.sale_order_id), 1)
        self.assertEqual(
            proposal.signed_by, f"{self.a.nurse.name}, {self.a.manager.name}"
        )
        self.assertTrue(proposal.sale_order_id.picking_ids.medical_cold_chain)

    def test_controlled_takes_a_licence_that_is_valid(self):
        self.stent.medical_controlled = True
        self.pharmacist.partner_id.write(
            {"medical_licence_number": "P-77", "medical_licence_until": "2026-03-01"}
        )
        proposal = self._sent()
        self._sign(proposal, self.a.nurse)
        self.assertEqual(proposal.approval_step, "licence")
        self._sign(proposal, self.a.manager)
        self.assertEqual(proposal.approval_step, "licence")
        self._sign(proposal, self.pharmacist)
        self.assertEqual(proposal.approval_step, "licence")
        self.assertEqual(proposal.state, "sent")
        self.pharmacist.partner_id.medical_licence_until = "2026-12-31"
        other = self._portal_user("pharmacist_b", self.a.partner)
        self.a.partner.medical_manager_ids |= other.partner_id
        other.partner_id.medical_licence_number = "P-78"
        self.assertTrue(self._sign(proposal, other))

    def test_a_licensed_person_alone_is_not_two(self):
        self.stent.medical_controlled = True
        self.pharmacist.partner_id.medical_licence_number = "P-77"
        proposal = self._sent()
        self.assertFalse(self._sign(proposal, self.pharmacist))
        self.assertEqual(proposal.approval_step, "second")
        self.assertTrue(self._sign(proposal, self.a.nurse))

    def test_who_changes_a_quantity_has_not_countersigned_it(self):
        self.stent.medical_cold_chain = True
        proposal = self._sent()
        stents = proposal.line_ids.filtered(lambda ln: ln.product_id == self.stent)
        self._sign(proposal, self.a.nurse)
        self.assertFalse(
            self._sign(proposal, self.a.manager, {stents.id: stents.order_qty - 1})
        )
        self.assertEqual(proposal.signature_ids.partner_id, self.a.manager.partner_id)
        self.assertEqual(proposal.approval_step, "second")
        self.assertTrue(self._sign(proposal, self.a.nurse))
        self.assertEqual(stents.approved_qty, stents.order_qty - 1)

    def test_without_the_flagged_line_one_signature_is_enough(self):
        self.stent.medical_controlled = True
        proposal = self._sent()
        stents = proposal.line_ids.filtered(lambda ln: ln.product_id == self.stent)
        self.assertTrue(self._sign(proposal, self.a.nurse, {stents.id: 0}))
        self.assertEqual(proposal.sale_order_id.order_line.product_id, self.glove)

    def test_the_medical_desk_is_held_to_it_too(self):
        self.stent.medical_cold_chain = True
        group = "medical_supply_crm.group_medical_user,sales_team.group_sale_salesman"
        desks = [new_test_user(self.env, login=f"desk_{n}", groups=group) for n in "12"]
        proposal = self._sent()
        proposal.with_user(desks[0]).action_approve()
        self.assertEqual(proposal.state, "sent")
        with self.assertRaises(UserError):
            proposal.with_user(desks[0]).action_approve()
        proposal.with_user(desks[1]).action_approve()
        self.assertEqual(proposal.state, "ordered")

    def test_the_state_cannot_be_written_past_the_signatures(self):
        """The desk may write proposals over RPC; the decision is not in its hands."""
        self.stent.medical_controlled = True
        proposal = self._sent()
        desk = new_test_user(
            self.env, login="desk", groups="medical_supply_crm.group_medical_user"
        )
        for values in (
            {"state": "ordered"},
            {"approval_step": False},
            {"auto_rule_id": False},
            {"signed_by": "Somebody"},
        ):
            with self.assertRaises(UserError):
                proposal.with_user(desk).write(values)
        with self.assertRaises(UserError):
            self.env["medical.approval.log"].with_user(desk).create(
                {"proposal_id": proposal.id, "action": "sign"}
            )
