# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import NOW, MedicalCase


class RecallTours(MedicalCase, HttpCase):
    """Real browser; the clock runs free while it works."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(NOW):
            cls._make_medical()

    def _recall(self):
        lot = self._stock(self.a.ward_room.location_id, self.stent, 4, "BAD-1")
        recall = self.env["medical.recall"].create(
            {
                "title": "Stent may break",
                "reason": "Fatigue",
                "lot_ids": [Command.set(lot.ids)],
            }
        )
        recall.action_start()
        self.env.flush_all()
        return recall

    def _answer(self):
        recall = self._recall()
        self.start_tour(
            "/my/medical/recalls", "medical_supply_recall_answer", login="nurse_a"
        )
        self.env.invalidate_all()
        answer = recall.notice_ids.answer_ids
        self.assertEqual((answer.state, answer.missing_qty), ("answered", 3))
        self.assertEqual(recall.notice_ids.state, "answered")

    def _risk(self):
        product = self._product("Contrast medium", 20.0, tracking="lot")
        self.a.room._add_products(product)
        self.a.ward_room._add_products(product, base_rate=1.0)
        soon = fields.Datetime.add(fields.Datetime.now(), days=12)
        lot = self._stock(self.a.room.location_id, product, 8, "OLD", soon)
        self._run(self.a.room, self.a.ward_room)
        risk = self.env["medical.waste.risk"].search([("lot_id", "=", lot.id)])
        self.assertEqual(risk.best_action, "move")
        self.env.flush_all()
        return risk


@tagged("post_install", "-at_install")
class TestRecallToursPhone(RecallTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_recall_answer(self):
        self._answer()

    def test_portal_expiry(self):
        risk = self._risk()
        self.start_tour(
            "/my/medical/expiry", "medical_supply_portal_expiry", login="manager_a"
        )
        self.env.invalidate_all()
        self.assertTrue(risk.expiry_action_id.picking_ids)


@tagged("post_install", "-at_install")
class TestRecallToursDesktop(RecallTours):
    browser_size = "1400x900"

    def test_recall_answer(self):
        self._answer()

    def test_expiry_board(self):
        risk = self._risk()
        action = self.env.ref("medical_supply_crm.medical_expiry_board_action")
        self.start_tour(
            f"/odoo/action-{action.id}", "medical_supply_expiry_board", login="admin"
        )
        self.env.invalidate_all()
        self.assertFalse(risk.expiry_action_id)
