# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestThreatenedProcedure(MedicalCase, TransactionCase):
    """A procedure whose kit will be short has one urgent ticket that follows it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.kit.line_ids.filtered(
            lambda line: line.product_id == cls.stent
        ).probability = 1
        cls._stock(cls.a.room.location_id, cls.glove, 100)

    def _event(self):
        self.a.feed.ingest(self.hl7(1, self.day(1)))
        return self.env["medical.event"].search([("feed_id", "=", self.a.feed.id)])

    def test_raised_once_closed_by_itself_and_opened_again(self):
        event = self._event()
        self._run(self.a.room)
        ticket = event.ticket_id
        self.assertEqual(
            ticket.category_id,
            self.env.ref("medical_supply_crm.ticket_category_medical_urgent"),
        )
        self.assertEqual(ticket.medical_event_ids, event)
        self.assertEqual(ticket.medical_product_ids, self.stent)
        self.assertFalse(ticket.medical_picking_ids)
        messages = ticket.message_ids
        self._run(self.a.room)
        self.assertEqual(event.ticket_id, ticket)
        self.assertEqual(ticket.message_ids, messages, "nothing new, nothing said")
        lot = self._stock(self.a.room.location_id, self.stent, 5, "ENOUGH")
        self._run(self.a.room)
        self.assertTrue(ticket.stage_id.closed)
        self.assertIn("covered again", str(ticket.message_ids[:2].mapped("body")))
        self.env["stock.quant"]._update_available_quantity(
            self.stent, self.a.room.location_id, -5, lot_id=lot
        )
        self._run(self.a.room)
        self.assertFalse(ticket.stage_id.closed, "short again: the same ticket")
        self.assertEqual(
            self.env["helpdesk.ticket"].search_count(
                [("medical_event_ids", "in", event.ids)]
            ),
            1,
        )

    def test_delivery_on_its_way_counts_from_its_expected_arrival(self):
        event = self._event()
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.a.room.location_id.id,
                "scheduled_date": "2026-03-02 02:00:00",
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.stent.id,
                            "product_uom_qty": 5,
                            "product_uom": self.stent.uom_id.id,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.a.room.location_id.id,
                            "date": "2026-03-02 02:00:00",
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.logistics_eta_date = "2026-03-03 00:00:00"
        self._run(self.a.room)
        self.assertFalse(event.ticket_id, "it comes in time")
        picking.logistics_eta_date = "2026-03-06 00:00:00"
        self._run(self.a.room)
        self.assertEqual(event.ticket_id.medical_picking_ids, picking)
        self.assertIn(picking.name, event.ticket_id.description)

    def test_cancelled_procedure_closes_its_ticket(self):
        event = self._event()
        self._run(self.a.room)
        ticket = event.ticket_id
        self.a.feed.ingest(self.hl7(1, self.day(1), event="S15", sent="20260301130000"))
        self._run(self.a.room)
        self.assertTrue(ticket.stage_id.closed)
        self.assertIn("no longer takes place", str(ticket.message_ids.mapped("body")))

    def test_closed_by_a_person_stays_closed(self):
        event = self._event()
        self._run(self.a.room)
        ticket = event.ticket_id
        stages = ticket.team_id._get_applicable_stages()
        ticket.stage_id = stages.filtered("closed")[:1]
        self._run(self.a.room)
        self.assertTrue(ticket.stage_id.closed)
