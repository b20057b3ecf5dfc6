# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LogisticsCase

NOW = "2026-03-10 09:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestControlTower(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.make_agent()
        cls.company.logistics_eta_cutoff_hour = 24
        cls.hall = cls.env["stock.warehouse"].create({"name": "Hall", "code": "HAL"})
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, cls.hall.lot_stock_id, 100
        )

    def tower(self):
        return (
            self.env["logistics.control.tower"]
            .with_user(self.agent)
            .get_tower(self.hall.id)
        )

    def planned(self, date, products):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.contact.id,
                "warehouse_id": self.hall.id,
                "order_line": [
                    Command.create({"product_id": p.id, "product_uom_qty": 1})
                    for p in products
                ],
            }
        )
        order.action_confirm()
        order.picking_ids.scheduled_date = date
        self.settle()
        return order.picking_ids

    def test_grid_of_days_and_availability(self):
        gloves, gauze = self.product, self.scarce
        cases = {
            ("overdue", "ready"): self.planned("2026-03-09 12:00:00", [gloves]),
            ("today", "ready"): self.planned("2026-03-10 12:00:00", [gloves]),
            ("today", "partly"): self.planned("2026-03-10 12:00:00", [gloves, gauze]),
            ("tomorrow", "blocked"): self.planned("2026-03-11 12:00:00", [gauze]),
            ("week", "ready"): self.planned("2026-03-15 12:00:00", [gloves]),
            ("later", "ready"): self.planned("2026-04-15 12:00:00", [gloves]),
        }
        data = self.tower()
        found = {
            (bucket, availability): ids
            for bucket, row in data["grid"].items()
            for availability, ids in row.items()
            if ids
        }
        self.assertEqual(found, {key: p.ids for key, p in cases.items()})
        (product,) = data["blocked"]
        self.assertEqual(product["name"], "Scarce Gauze")
        self.assertEqual(len(product["ids"]), 2)
        (load,) = data["load"]
        self.assertEqual((load["open"], load["due"], load["lines"]), (6, 3, 7))

    def test_after_the_cut_off_it_leaves_tomorrow(self):
        self.hall.logistics_cutoff_hour = 11.0
        before = self.planned("2026-03-10 10:00:00", [self.product])
        after = self.planned("2026-03-10 12:00:00", [self.product])
        grid = self.tower()["grid"]
        self.assertEqual(grid["today"]["ready"], before.ids)
        self.assertEqual(grid["tomorrow"]["ready"], after.ids)

    def test_late_by_cause_and_done(self):
        late = self.planned("2026-03-09 12:00:00", [self.scarce])
        late.sale_id.commitment_date = "2026-03-01 12:00:00"
        self.settle()
        gone = self.planned("2026-03-10 12:00:00", [self.product])
        gone.move_ids.picked = True
        gone._action_done()
        self.settle()
        data = self.tower()
        self.assertEqual(
            [(cause["reason"], cause["ids"]) for cause in data["late"]],
            [("out_of_stock", late.ids)],
        )
        self.assertEqual(data["load"][0]["done"], 1)

    def test_agent_without_stock_rights(self):
        self.planned("2026-03-10 12:00:00", [self.product])
        data = self.tower()
        self.assertFalse(data["can_open"])
        text = json.dumps(data)
        for secret in ("4.25", "price", "cost", "Kim Minji"):
            self.assertNotIn(secret, text)
        nobody = self.make_user("nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["logistics.control.tower"].with_user(nobody).get_tower()

    def test_same_queries_for_many(self):
        self.planned("2026-03-10 12:00:00", [self.product])

        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.tower()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for _number in range(5):
            self.planned("2026-03-10 12:00:00", [self.product, self.scarce])
        self.assertEqual(count(), few)
