# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.tests import tagged

from .common import NOW
from .test_schedule_to_order import PortalCase


@tagged("post_install", "-at_install")
class TestRecordTours(PortalCase):
    """Real browser, as wide as a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_scan_record_and_correct(self):
        room = self.a.ward_room
        self.stent.barcode = "8801234567893"
        self._stock(room.location_id, self.stent, 5, "LOT7", "2027-03-31 00:00:00")
        self._stock(room.location_id, self.glove, 40)
        self.env.flush_all()
        self.start_tour(
            "/my/medical/consumption", "medical_supply_record_use", login="nurse_a"
        )
        records = self.env["medical.consumption"].search(
            [("storeroom_id", "=", room.id)], order="id"
        )
        self.assertEqual(records.mapped("state"), ["corrected", "done"])
        self.assertEqual(records.line_ids.mapped("quantity"), [2, 1])
        self.assertEqual(
            self.env["medical.scan.problem"]
            .search([("storeroom_id", "=", room.id)])
            .mapped("code"),
            [False],
        )

    def test_empty_bin(self):
        line = self.a.ward_room.line_ids.filtered(
            lambda row: row.product_id == self.glove
        )
        card = self.env["medical.bin"].create(
            {"storeroom_line_id": line.id, "quantity": 20}
        )
        self.env.flush_all()
        self.start_tour(
            f"/my/medical/bins/{card.code}", "medical_supply_empty_bin", login="nurse_a"
        )
        card.invalidate_recordset()
        self.assertEqual(card.state, "empty")

    def test_part_of_a_proposal(self):
        with freeze_time(NOW):
            proposal = self.sent_proposal(self.a)
        self.start_tour(
            f"/my/medical/proposals/{proposal.id}",
            "medical_supply_part_of_a_proposal",
            login="manager_a",
        )
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "ordered")
        self.assertEqual(proposal.sale_order_id.order_line.product_id, self.glove)
