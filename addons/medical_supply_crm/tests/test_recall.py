# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestRecall(MedicalCase, TransactionCase):
    """From a lot to every storeroom and department, and back to a full account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.balloon = cls._product(
            "Balloon catheter", 90.0, tracking="lot", use_expiration_date=True
        )
        cls.own_room = cls._room("Consignment cabinet", cls.b, cls.b.department)
        cls.own_room = cls.env["medical.storeroom"].create(
            {
                "name": "Consignment",
                "hospital_id": cls.b.partner.id,
                "department_ids": [Command.set(cls.b.department.ids)],
                "ownership": "consignment",
                "warehouse_id": cls.warehouse.id,
            }
        )
        cls.lot = cls.env["stock.lot"].create(
            {"name": "BAD-1", "product_id": cls.balloon.id}
        )
        cls.good = cls.env["stock.lot"].create(
            {"name": "GOOD-1", "product_id": cls.balloon.id}
        )
        cls.supplier = cls.env.ref("stock.stock_location_suppliers")
        cls.stock = cls.warehouse.lot_stock_id
        cls.officer = new_test_user(
            cls.env,
            login="recall_officer",
            groups="medical_supply_crm.group_medical_recall_officer",
        )

    @classmethod
    def _move(cls, source, target, quantity, lot=None, product=None, **values):
        product = product or cls.balloon
        place = {"location_id": source.id, "location_dest_id": target.id}
        move = cls.env["stock.move"].create(
            dict(
                place,
                product_id=product.id,
                product_uom=product.uom_id.id,
                product_uom_qty=quantity,
                picked=True,
                move_line_ids=[
                    Command.create(
                        dict(
                            place,
                            product_id=product.id,
                            product_uom_id=product.uom_id.id,
                            quantity=quantity,
                            lot_id=(cls.lot if lot is None else lot).id,
                            picked=True,
                        )
                    )
                ],
                **values,
            )
        )
        move._action_done()
        return move

    def _use(self, room, quantity, event=None, lot=None):
        record = self.env["medical.consumption"].create(
            {
                "storeroom_id": room.id,
                "mode": "case" if event else "use",
                "event_id": event.id if event else False,
                "line_ids": [
                    Command.create(
                        {
                            "product_id": self.balloon.id,
                            "lot_id": (lot or self.lot).id,
                            "quantity": quantity,
                        }
                    )
                ],
            }
        )
        record.action_complete()
        return record

    def _spread(self):
        """100 units in: 60 to hospital A's two rooms, 20 on consignment at B, 5 lost,
        15 left; 10 used in A, 4 of them in a case; 3 used from consignment."""
        self._move(self.supplier, self.stock, 100)
        self._move(self.stock, self.a.room.location_id, 40)
        self._move(self.stock, self.a.ward_room.location_id, 20)
        self._move(self.stock, self.own_room.location_id, 20)
        scrap = self.env["stock.location"].search(
            [("usage", "=", "inventory"), ("company_id", "=", self.company.id)], limit=1
        )
        self._move(self.stock, scrap, 5)
        self._book(self.a, 1)
        event = self.env["medical.event"].search([("feed_id", "=", self.a.feed.id)])
        self._use(self.a.room, 4, event)
        self._use(self.a.ward_room, 6)
        self._use(self.own_room, 3)
        return event

    def _recall(self, **values):
        return (
            self.env["medical.recall"]
            .with_user(self.officer)
            .create(
                {
                    "title": "Balloon may burst",
                    "reason": "Burst pressure below the specification",
                    "instructions": "Keep for collection",
                    "product_ids": [Command.set(self.balloon.ids)],
                    "lot_names": "BAD-1",
                    "deadline": "2026-03-06",
                    "officer_id": self.officer.id,
                    **values,
                }
            )
        )

    def _places(self, recall):
        return {
            (line.kind, line.storeroom_id.name or "", line.event_id.id): line.quantity
            for line in recall.line_ids
        }

    def test_lot_to_every_storeroom_and_department(self):
        event = self._spread()
        recall = self._recall()
        recall.action_trace()
        self.assertEqual(
            self._places(recall),
            {
                ("warehouse", "", False): 15,
                ("shelf", "Catheter laboratory store", False): 36,
                ("shelf", "Ward 5 store", False): 14,
                ("shelf", "Consignment", False): 17,
                ("used", "Catheter laboratory store", event.id): 4,
                ("used", "Ward 5 store", False): 6,
                ("used", "Consignment", False): 3,
                ("lost", "", False): 5,
            },
        )
        self.assertEqual(recall.received_qty, 100)
        self.assertEqual(recall.traced_qty, 100)
        self.assertEqual(recall.difference_qty, 0)
        self.assertEqual(recall.distributed_qty, 80)
        case = recall.line_ids.filtered("event_id")
        self.assertEqual(case.department_ids, self.a.department)
        self.assertEqual(case.event_hash, event.event_hash)
        self.assertFalse(recall.notice_ids, "a draft tells nobody")
        self.assertFalse(self.lot.medical_blocked)

    def test_start_blocks_and_tells(self):
        self._spread()
        self.a.manager.lang = "ko_KR"
        recall = self._recall()
        recall.action_start()
        self.assertTrue(self.lot.medical_blocked)
        self.assertFalse(self.good.medical_blocked)
        self.assertEqual(recall.notice_ids.partner_id, self.a.partner | self.b.partner)
        notice = recall.notice_ids.filtered(
            lambda row: row.partner_id == self.a.partner
        )
        told = notice.message_ids.notified_partner_ids
        self.assertIn(self.a.manager.partner_id, told)
        self.assertIn(self.a.nurse.partner_id, told)
        self.assertNotIn(self.b.manager.partner_id, told)
        # not reserved, not delivered
        self.assertEqual(
            self.env["stock.quant"]._get_available_quantity(self.balloon, self.stock), 0
        )
        with self.assertRaisesRegex(UserError, "BAD-1"):
            self._move(self.stock, self.a.room.location_id, 1)
        # not counted as supply
        line = self.a.room._add_products(self.balloon)
        self.assertFalse(line._lot_rows(line.ids))

    def test_reservations_are_freed(self):
        self._move(self.supplier, self.stock, 10)
        self._move(self.supplier, self.stock, 10, lot=self.good)
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": self.a.room.location_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.balloon.id,
                            "product_uom_qty": 8,
                            "product_uom": self.balloon.uom_id.id,
                            "location_id": self.stock.id,
                            "location_dest_id": self.a.room.location_id.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        self.assertEqual(picking.move_line_ids.lot_id, self.lot)
        recall = self._recall()
        recall.action_trace()
        self.assertEqual(
            self._places(recall),
            {("reserved", "", False): 8, ("warehouse", "", False): 2},
        )
        recall.action_start()
        self.assertEqual(picking.move_line_ids.lot_id, self.good)
        self.assertEqual(self._places(recall), {("warehouse", "", False): 10})
        recall.action_quarantine_own()
        self.assertEqual(self._places(recall), {("quarantine", "", False): 10})
        self.assertEqual(recall.progress, 100)
        recall.action_close()
        self.assertEqual(recall.state, "closed")
        self.assertTrue(self.lot.medical_blocked, "a closed recall frees nothing")

    def _answer(self, recall, room, **counts):
        answer = recall.notice_ids.answer_ids.filtered(
            lambda row: row.storeroom_id == room and row.state == "open"
        )
        answer._answer(
            dict.fromkeys(
                ("found_qty", "quarantined_qty", "used_qty", "missing_qty"), 0
            )
            | counts,
            signed_by="Choi Yuna",
        )
        return answer

    def test_answers_account_for_every_unit(self):
        self._spread()
        recall = self._recall()
        recall.action_start()
        recall.action_quarantine_own()
        with self.assertRaisesRegex(ValidationError, "the other 6"):
            self._answer(recall, self.a.room, found_qty=30, quarantined_qty=30)
        with self.assertRaisesRegex(ValidationError, "31 quarantined"):
            self._answer(recall, self.a.room, found_qty=30, quarantined_qty=31)
        self._answer(
            recall, self.a.room, found_qty=30, quarantined_qty=30, used_qty=4,
            missing_qty=2,
        )  # fmt: skip
        self.assertEqual(
            self.a.room.line_ids.browse()._stock_rows([]), [], "no line, no row"
        )
        self._answer(recall, self.a.ward_room, found_qty=14, quarantined_qty=14)
        with self.assertRaisesRegex(UserError, "not yet accounted"):
            recall.action_close()
        self._answer(recall, self.own_room, found_qty=18, quarantined_qty=18)
        self.assertEqual(recall.received_qty, 101, "one unit more than the books had")
        self.assertEqual(recall.difference_qty, 0)
        self.assertEqual(recall.accounted_qty, 101)
        self.assertEqual(recall.progress, 100)
        self.assertEqual(set(recall.notice_ids.mapped("state")), {"answered"})
        kinds = {}
        for line in recall.line_ids:
            kinds[line.kind] = kinds.get(line.kind, 0) + line.quantity
        self.assertEqual(
            kinds, {"quarantine": 15 + 30 + 14 + 18, "used": 17, "lost": 7}
        )
        recall.action_close()
        rows = recall.report_rows()
        self.assertEqual(len({len(row) for row in rows}), 1)
        self.assertIn("Choi Yuna", {cell for row in rows for cell in row})
        html = self.env["ir.actions.report"]._render_qweb_html(
            "medical_supply_crm.report_recall", recall.ids
        )[0]
        self.assertIn(b"BAD-1", html)

    def test_second_answer_is_refused(self):
        self._spread()
        recall = self._recall()
        recall.action_start()
        answer = self._answer(
            recall, self.a.ward_room, found_qty=14, quarantined_qty=14
        )
        with self.assertRaisesRegex(UserError, "Choi Yuna"):
            answer._answer(
                {
                    "found_qty": 14,
                    "quarantined_qty": 14,
                    "used_qty": 0,
                    "missing_qty": 0,
                },
                signed_by="Other",
            )

    def test_trace_again_changes_nothing(self):
        self._spread()
        recall = self._recall()
        recall.action_start()
        lines, answers = recall.line_ids, recall.notice_ids.answer_ids
        messages = len(recall.notice_ids.message_ids)
        recall.action_trace()
        self.assertEqual(recall.line_ids, lines)
        self.assertEqual(recall.notice_ids.answer_ids, answers)
        self.assertEqual(len(recall.notice_ids.message_ids), messages)

    def test_lot_that_arrives_later(self):
        recall = self._recall(lot_names="LATE-7")
        recall.action_start()
        self.assertFalse(recall.line_ids)
        late = self.env["stock.lot"].create(
            {"name": "LATE-7", "product_id": self.balloon.id}
        )
        self.assertTrue(late.medical_blocked)
        self._move(self.supplier, self.stock, 12, lot=late)
        self.assertEqual(self._places(recall), {("warehouse", "", False): 12})
        # units that reach a hospital's books later ask anew
        other = self.env["stock.lot"].create(
            {"name": "OTHER", "product_id": self.balloon.id}
        )
        self._move(self.supplier, self.a.room.location_id, 3, lot=other)
        self.assertFalse(recall.notice_ids)
        other.name = "LATE-7b"
        recall.lot_names = "LATE-7\nLATE-7b"
        recall.action_trace()
        self.assertEqual(recall.notice_ids.partner_id, self.a.partner)
        self.assertTrue(other.medical_blocked)

    def test_vendor_reference_and_serials(self):
        serial = self._product("Pacemaker", 3000.0, tracking="serial")
        lots = self.env["stock.lot"].create(
            [
                {"name": f"SN-{number}", "product_id": serial.id, "ref": "MFG-9"}
                for number in range(3)
            ]
        )
        for lot in lots:
            self._move(self.supplier, self.stock, 1, lot=lot, product=serial)
        self._move(self.stock, self.a.room.location_id, 1, lot=lots[1], product=serial)
        recall = self._recall(
            product_ids=[Command.clear()], lot_names=False, vendor_reference="MFG-9"
        )
        recall.action_trace()
        self.assertEqual(recall.matched_lot_ids, lots)
        self.assertEqual(
            {(line.kind, line.lot_id) for line in recall.line_ids},
            {("warehouse", lots[0]), ("shelf", lots[1]), ("warehouse", lots[2])},
        )

    def test_product_without_lots(self):
        # MedicalCase puts gloves on the shelf without moves: only what came by moves
        # counts as received
        self._move(
            self.supplier, self.a.room.location_id, 30, lot=self.env["stock.lot"],
            product=self.glove,
        )  # fmt: skip
        recall = self._recall(
            product_ids=[Command.set(self.glove.ids)], lot_names=False
        )
        recall.action_start()
        self.assertTrue(self.glove.medical_blocked)
        self.assertEqual(
            self.env["stock.quant"]._get_available_quantity(self.glove, self.stock), 0
        )
        recall.action_cancel()
        self.assertFalse(self.glove.medical_blocked)
        self.assertEqual(
            self.env["stock.quant"]._get_available_quantity(self.glove, self.stock), 500
        )

    def test_reminder_and_escalation(self):
        self._spread()
        recall = self._recall()
        recall.action_start()
        notice = recall.notice_ids.filtered(
            lambda row: row.partner_id == self.a.partner
        )
        moment = fields.Datetime.now()
        with freeze_time(moment + timedelta(days=1)):
            recall.notice_ids._remind()
            self.assertEqual(notice.reminder_count, 0)
        with freeze_time(moment + timedelta(days=2)):
            recall.notice_ids._remind()
            recall.notice_ids._remind()
            self.assertEqual(notice.reminder_count, 1)
        with freeze_time(moment + timedelta(days=6)):
            recall.notice_ids._remind()
            self.assertTrue(notice.escalated_on)
            self.assertIn(self.officer, recall.activity_ids.user_id)

    def test_rights(self):
        reader = new_test_user(
            self.env, login="r", groups="medical_supply_crm.group_medical_reader"
        )
        recall = self._recall()
        with self.assertRaises(AccessError):
            recall.with_user(reader).action_start()
        self._spread()
        recall.action_start()
        nurse = self.env["medical.recall.answer"].with_user(self.a.nurse).search([])
        self.assertEqual(nurse.storeroom_id, self.a.ward_room)
        manager = self.env["medical.recall.answer"].with_user(self.a.manager).search([])
        self.assertEqual(manager.storeroom_id, self.a.room | self.a.ward_room)
        with self.assertRaises(AccessError):
            nurse.write({"found_qty": 1})
        with self.assertRaises(AccessError):
            recall.with_user(self.a.manager).read(["title"])
