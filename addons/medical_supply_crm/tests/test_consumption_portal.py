# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.tests import tagged

from .common import NOW
from .test_schedule_to_order import PortalCase

FORM = "//form[contains(concat(' ', @class, ' '), ' o_medical_record_form ')]"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestConsumptionPortal(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.room = cls.a.ward_room
        cls.lot = cls._stock(
            cls.room.location_id, cls.stent, 5, "LOT7", "2027-03-31 00:00:00"
        )
        cls._stock(cls.room.location_id, cls.glove, 40)
        cls.stent.barcode = "8801234567893"

    def _form(self, url):
        [form] = self.page(url).xpath(FORM)
        return {
            node.get("name"): node.get("value") or ""
            for node in form.xpath(".//input[@name]")
        }

    def _new(self, mode="use", room=None, **query):
        extra = "".join(f"&{key}={value}" for key, value in query.items())
        room = room or self.room
        return f"/my/medical/consumption/new?room={room.id}&mode={mode}{extra}"

    def _submit(self, form, **values):
        return self.get("/my/medical/consumption/submit", data=dict(form, **values))

    def _key(self, product, lot=None):
        return f"qty-{product.id}-{lot.id if lot else 0}"

    def _on_hand(self, product):
        self.env.invalidate_all()
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

    def test_use_by_a_ward_nurse_sent_twice_is_recorded_once(self):
        self.authenticate("nurse_a", "nurse_a")
        self.assertIn(self.room.name, self.get("/my/medical/consumption").text)
        form = self._form(self._new())
        form.update({self._key(self.stent, self.lot): "1", self._key(self.glove): "2"})
        self.assertIn("The stock is up to date", self._submit(form).text)
        self.assertIn("recorded already", self._submit(form).text)
        self.assertEqual(self._on_hand(self.stent), 4)
        self.assertEqual(self._on_hand(self.glove), 38)
        record = self.env["medical.consumption"].search(
            [("storeroom_id", "=", self.room.id)]
        )
        self.assertEqual(len(record), 1)
        self.assertEqual(record.partner_id, self.a.nurse.partner_id)

    def test_what_cannot_be_is_said_in_words(self):
        self.authenticate("nurse_a", "nurse_a")
        form = self._form(self._new())
        key = self._key(self.glove)
        for value, words in (
            ("many", "is not a quantity"),
            ("-1", "is not a quantity"),
            ("nan", "is not a quantity"),
            ("1000", "only 40"),
            ("", "has no lines"),
        ):
            self.assertIn(words, self._submit(form, **{key: value}).text, value)
        self.assertIn("form is incomplete", self._submit(form, key="").text)
        self.assertEqual(self._on_hand(self.glove), 40)

    def test_count(self):
        self.authenticate("nurse_a", "nurse_a")
        form = self._form(self._new("count"))
        self._submit(form, **{self._key(self.glove): "33"})
        self.assertEqual(self._on_hand(self.glove), 33)
        self.assertEqual(self._on_hand(self.stent), 5, "what is empty is not counted")
        found = self.env["stock.lot"].create(
            {"name": "FOUND", "product_id": self.stent.id}
        )
        self._submit(
            self._form(self._new("count")),
            found_product=str(self.stent.id),
            found_lot="FOUND",
            found_quantity="2",
        )
        self.assertEqual(self._on_hand(self.stent), 7)
        self._submit(
            self._form(self._new("count")), **{self._key(self.stent, found): "0"}
        )
        self.assertEqual(self._on_hand(self.stent), 5)

    def test_case_is_filled_in_from_its_kit_first_expired_first(self):
        self._stock(self.a.room.location_id, self.glove, 10)
        early = self._stock(
            self.a.room.location_id, self.stent, 1, "EARLY", "2026-04-01 00:00:00"
        )
        self.kit.line_ids.write({"handling": "open"})
        self.a.feed.ingest(self.hl7(1, self.day(0, 9)))
        event = self.env["medical.event"].search(
            [("storeroom_id", "=", self.a.room.id)]
        )
        self.env.flush_all()
        self.authenticate("manager_a", "manager_a")
        self.assertIn(
            f"event={event.id}", self.get(self._new("case", self.a.room)).text
        )
        form = self._form(self._new("case", self.a.room, event=event.id))
        self.assertEqual(form[self._key(self.glove)], "2")
        self.assertEqual(form[self._key(self.stent, early)], "1")
        self._submit(form)
        record = self.env["medical.consumption"].search([("event_id", "=", event.id)])
        self.assertEqual(record.state, "done")
        self.assertEqual(record.mode, "case")

    def test_correct_and_take_back(self):
        self.authenticate("nurse_a", "nurse_a")
        form = self._form(self._new())
        self._submit(form, **{self._key(self.glove): "10"})
        record = self.env["medical.consumption"].search(
            [("storeroom_id", "=", self.room.id)]
        )
        url = f"/my/medical/consumption/{record.id}"
        form = self._form(f"{url}/correct")
        self.assertEqual(form[self._key(self.glove)], "10")
        self._submit(form, **{self._key(self.glove): "1", "reason": "typed wrong"})
        self.assertEqual(self._on_hand(self.glove), 39)
        self.assertIn("o_medical_corrected", self.get(url).text)
        right = record.correction_ids
        page = self.page(f"/my/medical/consumption/{right.id}")
        token = page.xpath("//input[@name='csrf_token']")[0].get("value")
        url = f"/my/medical/consumption/{right.id}/withdraw"
        for _twice in range(2):
            self.assertIn("Taken back", self.get(url, data={"csrf_token": token}).text)
        self.assertEqual(self._on_hand(self.glove), 40)

    def test_scan(self):
        self.authenticate("nurse_a", "nurse_a")

        def scan(text, room=self.room):
            return self.make_jsonrpc_request(
                "/my/medical/consumption/scan", {"room": room.id, "text": text}
            )

        result = scan("(01)08801234567893(11)250101(17)270331(10)LOT7(21)S1")
        self.assertEqual(result["lot_id"], self.lot.id)
        self.assertIn("medical desk has been told", scan("8809999999997")["error"])
        self.assertIn("not yours", scan("8801234567893", self.b.room)["error"])

    def test_bin(self):
        par = self.room.line_ids.filtered(lambda line: line.product_id == self.glove)
        card = self.env["medical.bin"].create(
            {"storeroom_line_id": par.id, "quantity": 20}
        )
        self.env.flush_all()
        self.authenticate("manager_b", "manager_b")
        url = f"/my/medical/bins/{card.code}"
        self.assertNotIn("o_medical_empty_button", self.get(url).text)
        self.authenticate("nurse_a", "nurse_a")
        page = self.page(url)
        token = page.xpath("//input[@name='csrf_token']")[0].get("value")
        self.assertIn(
            "refill asked", self.get(f"{url}/empty", data={"csrf_token": token}).text
        )
        self.assertIn(
            "asked for twice", self.get(f"{url}/empty", data={"csrf_token": token}).text
        )
        proposal = self._proposal(self.room)
        self.assertEqual(proposal.line_ids.order_qty, 20)

    def test_another_hospitals_records_are_not_there(self):
        other, _new = self.env["medical.consumption"]._submit(
            self.room, "k", "use", [{"product_id": self.glove.id, "quantity": 1}]
        )
        self.env.flush_all()
        self.authenticate("manager_b", "manager_b")
        for url in (
            self._new(),
            f"/my/medical/consumption/{other.id}",
            f"/my/medical/consumption/{other.id}/correct",
        ):
            self.assertNotIn(self.room.name, self.get(url).text)
        form = self._form(self._new(room=self.b.room))
        for values in (
            {"room": str(self.room.id), self._key(self.glove): "1"},
            {"corrects": str(other.id), self._key(self.glove): "1"},
        ):
            self._submit(form, **values)
        self.assertEqual(self._on_hand(self.glove), 39)
        self.assertEqual(other.state, "done")
