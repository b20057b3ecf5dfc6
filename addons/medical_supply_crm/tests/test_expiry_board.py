# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestExpiryBoard(MedicalCase, TransactionCase):
    """What will expire is seen, judged, acted upon with one click, and undone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.product = cls._product(
            "Contrast medium", 20.0, tracking="lot", use_expiration_date=True
        )
        cls.line = cls.a.room._add_products(cls.product)
        cls.other = cls.a.ward_room._add_products(cls.product, base_rate=1.0)
        cls.far = cls.b.room._add_products(cls.product, base_rate=5.0)
        cls.desk = new_test_user(
            cls.env, login="desk", groups="medical_supply_crm.group_medical_user"
        )

    def _risk(self, quantity=8, expiry="2026-03-12 12:00:00", room=None):
        room = room or self.a.room
        lot = self._stock(room.location_id, self.product, quantity, "OLD", expiry)
        self._run(self.a.room, self.a.ward_room, self.b.room)
        return self.env["medical.waste.risk"].search(
            [("lot_id", "=", lot.id), ("storeroom_id", "=", room.id)]
        )

    def test_move_to_the_room_that_needs_it(self):
        risk = self._risk()
        self.assertEqual(risk.best_action, "move")
        self.assertEqual(risk.target_id, self.a.ward_room, "not another hospital's")
        self.assertEqual((risk.best_qty, risk.saved_value, risk.value), (8, 160, 160))
        risk = risk.with_user(self.desk)
        risk.action_apply()
        action = risk.expiry_action_id
        picking = action.sudo().picking_ids
        self.assertEqual(picking.location_id, self.a.room.location_id)
        self.assertEqual(picking.location_dest_id, self.a.ward_room.location_id)
        self.assertEqual(picking.move_line_ids.lot_id.name, "OLD")
        self.assertEqual(picking.move_line_ids.quantity, 8)
        with self.assertRaisesRegex(UserError, "already under way"):
            risk.action_apply()
        todo = self.env["medical.waste.risk"].search([("expiry_action_id", "=", False)])
        self.assertNotIn(risk, todo)
        risk.action_undo()
        self.assertEqual(picking.state, "cancel")
        self.assertEqual(action.state, "undone")
        self.assertFalse(risk.expiry_action_id)
        risk.action_apply()
        picking = risk.expiry_action_id.sudo().picking_ids
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        with self.assertRaisesRegex(UserError, "already moved"):
            risk.action_undo()
        self._run(self.a.room, self.a.ward_room)
        self.assertFalse(risk.exists())
        self.assertEqual(
            self.env["medical.expiry.action"].search([("state", "=", "done")]).quantity,
            8,
        )

    def test_run_again_changes_nothing(self):
        risk = self._risk()
        stamp = risk.write_date
        self._run(self.a.room, self.a.ward_room, self.b.room)
        self.assertTrue(risk.exists())
        self.assertEqual(risk.write_date, stamp)

    def test_consignment_goes_to_another_hospital(self):
        cabinet, taker = self.env["medical.storeroom"].create(
            [
                {
                    "name": name,
                    "hospital_id": space.partner.id,
                    "ownership": "consignment",
                    "warehouse_id": self.warehouse.id,
                }
                for name, space in (("Cabinet A", self.a), ("Cabinet B", self.b))
            ]
        )
        cabinet._add_products(self.product)
        taker._add_products(self.product, base_rate=3.0)
        self.env["medical.replenishment.run"]._run(taker)
        lot = self._stock(
            cabinet.location_id, self.product, 6, "OLD", "2026-03-12 12:00:00"
        )
        self.env["medical.replenishment.run"]._run(cabinet | taker)
        risk = self.env["medical.waste.risk"].search([("lot_id", "=", lot.id)])
        self.assertEqual((risk.best_action, risk.target_id), ("move", taker))

    def test_return_while_the_policy_allows(self):
        self.product.product_tmpl_id.write(
            {
                "medical_returnable": True,
                "medical_return_days": 10,
                "medical_return_credit": 50,
            }
        )
        self.other.base_rate = 0
        risk = self._risk()
        self.assertEqual((risk.best_action, risk.saved_value), ("return", 80))
        risk.action_apply()
        picking = risk.expiry_action_id.picking_ids
        self.assertEqual(picking.location_dest_id, self.warehouse.lot_stock_id)
        self.assertEqual(picking.picking_type_id, self.warehouse.in_type_id)

    def test_swap_brings_fresher_goods_back(self):
        self._stock(
            self.a.ward_room.location_id, self.product, 40, "NEW", "2027-03-12 12:00:00"
        )
        risk = self._risk()
        self.assertEqual((risk.best_action, risk.best_qty), ("swap", 8))
        risk.action_apply()
        pickings = risk.expiry_action_id.picking_ids
        self.assertEqual(
            {
                (
                    row.location_id,
                    row.move_line_ids.lot_id.name,
                    row.move_line_ids.quantity,
                )
                for row in pickings
            },
            {
                (self.a.room.location_id, "OLD", 8),
                (self.a.ward_room.location_id, "NEW", 8),
            },
        )

    def test_use_first_changes_what_recorded_use_takes(self):
        self.other.base_rate = 0
        self.line.base_rate = 0.5
        older = self._stock(
            self.a.room.location_id, self.product, 1, "OLDEST", "2026-03-09 12:00:00"
        )
        risk = self._risk(20)
        self.assertEqual(risk.best_action, "use_first")
        risk.action_apply()
        self.assertTrue(risk.lot_id.medical_use_first)
        record = self.env["medical.consumption"].create(
            {
                "storeroom_id": self.a.room.id,
                "mode": "use",
                "line_ids": [
                    Command.create({"product_id": self.product.id, "quantity": 1})
                ],
            }
        )
        record.action_complete()
        self.assertEqual(record.move_ids.move_line_ids.lot_id, risk.lot_id)
        self.assertNotEqual(record.move_ids.move_line_ids.lot_id, older)
        risk.action_undo()
        self.assertFalse(risk.lot_id.medical_use_first)

    def test_rights(self):
        risk = self._risk()
        reader = new_test_user(
            self.env, login="reader", groups="medical_supply_crm.group_medical_reader"
        )
        with self.assertRaises(AccessError):
            risk.with_user(reader).action_apply()
        model = self.env["medical.waste.risk"]
        self.assertEqual(model.with_user(self.a.manager).search([]), risk)
        self.assertFalse(model.with_user(self.a.nurse).search([]), "not her storeroom")
        self.assertFalse(model.with_user(self.b.manager).search([]))
        with self.assertRaises(AccessError):
            risk.with_user(self.a.manager).read(["value"])
