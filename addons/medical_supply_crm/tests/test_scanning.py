# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..engine import labels
from .common import NOW, MedicalCase

GTIN = "08801234567893"
BOX = "18801234567890"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestScanning(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.room = cls.a.room
        cls.stent.write({"barcode": GTIN[1:], "medical_hibc": "A123BJC5D6E7"})
        cls.lot = cls._stock(
            cls.room.location_id, cls.stent, 5, lot_name="LOT7", expiry="2027-03-31"
        )
        cls._stock(cls.room.location_id, cls.glove, 40)

    def _read(self, text, room=None):
        return self.env["medical.scan"]._read_label(room or self.room, text)

    def _problems(self):
        return self.env["medical.scan.problem"].search(
            [("storeroom_id", "=", self.room.id)]
        )

    def test_a_device_label_in_every_way_it_reaches_us(self):
        for text in (
            f"(01){GTIN}(11)250101(17)270331(10)LOT7(21)S-9",
            f"01{GTIN}112501011727033110LOT7\x1d21S-9",
            f"]d201{GTIN}112501011727033110LOT7\x1d21S-9",
            # no separator: the lot on the shelf says where the lot number ends
            f"01{GTIN}112501011727033110LOT721S-9",
            f"01{GTIN}21S-9\x1d1727033110LOT7",
        ):
            result = self._read(text)
            self.assertEqual(result.get("product_id"), self.stent.id, (text, result))
            self.assertEqual(result["lot_id"], self.lot.id, text)
            self.assertEqual(result["expiry"], "2027-03-31")
            self.assertFalse(result["warning"])

    def test_day_zero_is_the_last_of_the_month_and_years_have_two_digits(self):
        result = self._read(f"(01){GTIN}(17)270200(10)LOT7")
        self.assertEqual(result["expiry"], "2027-02-28")
        self.assertIn("our records say", result["warning"])
        result = self._read(f"(01){GTIN}(17)990131(10)LOT7")
        self.assertEqual(result["expiry"], "1999-01-31")
        self.assertIn("do not use", result["warning"])
        self.assertIn("does not exist", self._read(f"(01){GTIN}(17)271331")["error"])

    def test_packs_count_in_units_when_their_size_is_known(self):
        self.glove.barcode = "8801234567206"
        dozen = self.env.ref("uom.product_uom_dozen")
        box = "1880123456720" + labels.gs1._check("1880123456720")
        result = self._read(f"(01){box}(10)X")
        self.assertIn("how many it holds", result["error"])
        problem = self._problems()
        self.assertEqual((problem.reason, problem.code), ("pack", box))
        problem.write({"product_id": self.glove.id, "uom_id": dozen.id})
        problem.action_solve()
        self.assertEqual(problem.state, "solved")
        self.assertEqual(self._read(f"(01){box}(10)X")["quantity"], 12)
        self.assertEqual(self._read(f"(02){box}(37)2")["quantity"], 24)
        self.assertEqual(self._read("8801234567206")["quantity"], 1)

    def test_hibc(self):
        primary = "+A123BJC5D6E70"
        combined = f"{primary}/$$3270331LOT7"
        result = self._read(combined + labels.check_character(combined))
        self.assertEqual(result["product_id"], self.stent.id)
        self.assertEqual((result["lot_id"], result["quantity"]), (self.lot.id, 1))
        link = labels.check_character(primary)
        secondary = f"+$$3270331LOT7{link}"
        result = self._read(secondary + labels.check_character(secondary))
        self.assertEqual(result["lot_id"], self.lot.id)
        self.assertIn("read correctly", self._read(f"{combined}X")["error"])
        pack = "+A123BJC5D6E71"
        self.assertIn(
            "how many it holds",
            self._read(pack + labels.check_character(pack))["error"],
        )

    def test_unknown_products_are_told_to_the_medical_desk_once(self):
        text = "(01)08809999999996(10)Z"
        gtin = "0880999999999"
        text = f"(01){gtin}{labels.gs1._check(gtin)}(10)Z"
        for _again in range(2):
            self.assertIn("medical desk has been told", self._read(text)["error"])
        problem = self._problems()
        self.assertEqual((problem.count, problem.state), (2, "open"))
        problem.product_id = self.glove
        problem.action_solve()
        self.assertEqual(self._read(text)["product_id"], self.glove.id)

    def test_a_wristband_leaves_nothing_behind(self):
        for text in ("MRN00012345", "900101-1234567", "KIM MINSU"):
            self.assertIn("Nothing of it was kept", self._read(text)["error"])
        problem = self._problems()
        self.assertEqual((problem.code, problem.count), (False, 3))

    def test_the_lot_of_another_storeroom_is_not_found_here(self):
        self.assertEqual(self._read("LOT7")["lot_id"], self.lot.id)
        self.assertIn("error", self._read("LOT7", self.b.room))
        result = self._read(f"(01){GTIN}(10)LOT7", self.b.room)
        self.assertFalse(result["lot_id"])
        self.assertIn("not on the shelf", result["warning"])

    def test_one_submission_is_recorded_once(self):
        model = self.env["medical.consumption"]
        lines = [
            {"product_id": self.stent.id, "lot": "LOT7", "quantity": 1},
            {"product_id": self.stent.id, "lot": "LOT7", "quantity": 1},
            {"product_id": self.glove.id, "quantity": 2},
        ]
        first, new = model._submit(self.room, "key-1", "use", lines)
        again, twice = model._submit(self.room, "key-1", "use", lines)
        self.assertEqual((new, twice), (True, False))
        self.assertEqual(first, again)
        self.assertEqual(self._on_hand(self.stent), 3)
        self.assertEqual(self._on_hand(self.glove), 38)

    def test_more_than_there_is_over_two_lines_is_refused(self):
        lines = [{"product_id": self.stent.id, "quantity": 3}] * 2
        with self.assertRaisesRegex(UserError, "only 2"):
            self.env["medical.consumption"]._submit(self.room, "k", "use", lines)

    def test_a_correction_keeps_what_was_recorded(self):
        model = self.env["medical.consumption"]
        record, _new = model._submit(
            self.room, "k1", "use", [{"product_id": self.glove.id, "quantity": 10}]
        )
        right, _new = model._submit(
            self.room,
            "k2",
            "use",
            [{"product_id": self.glove.id, "quantity": 1}],
            correction_of_id=record.id,
            reason="ten typed for one",
        )
        self.assertEqual((record.state, right.state), ("corrected", "done"))
        self.assertEqual(self._on_hand(self.glove), 39)
        self.assertEqual(len(record.move_ids), 2)
        self.assertEqual(record.line_ids.quantity, 10)
        with self.assertRaisesRegex(UserError, "only completed"):
            record._withdraw("again")
        right._withdraw("not used at all")
        self.assertEqual(self._on_hand(self.glove), 40)

    def test_serial_numbers(self):
        pump = self._product("Infusion pump", 900.0, tracking="serial")
        pump.barcode = "8801234567909"
        for name in ("S-1", "S-2"):
            lot = self.env["stock.lot"].create({"name": name, "product_id": pump.id})
            self.env["stock.quant"]._update_available_quantity(
                pump, self.room.location_id, 1, lot_id=lot
            )
        result = self._read("(01)08801234567909(10)B7(21)S-2")
        self.assertEqual((result["lot"], result["quantity"]), ("S-2", 1))
        self.env["medical.consumption"]._submit(
            self.room,
            "k",
            "use",
            [{"product_id": pump.id, "lot": "S-2", "quantity": 1}],
        )
        self.assertEqual(self._on_hand(pump), 1)
        with self.assertRaisesRegex(UserError, "only 0"):
            self.env["medical.consumption"]._submit(
                self.room,
                "k2",
                "use",
                [{"product_id": pump.id, "lot": "S-2", "quantity": 1}],
            )

    def test_complete_cannot_be_written(self):
        record = self.env["medical.consumption"].create(
            {
                "storeroom_id": self.room.id,
                "line_ids": [
                    fields.Command.create({"product_id": self.glove.id, "quantity": 1})
                ],
            }
        )
        with self.assertRaisesRegex(UserError, "moved no stock"):
            record.state = "done"

    def _on_hand(self, product):
        return sum(
            self.env["stock.quant"]
            .search(
                [
                    ("location_id", "=", self.room.location_id.id),
                    ("product_id", "=", product.id),
                ]
            )
            .mapped("quantity")
        )
