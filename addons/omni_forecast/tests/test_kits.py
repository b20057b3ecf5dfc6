# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import datetime

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time

from .common import TODAY, ForecastCase


@freeze_time(TODAY)
class TestKits(ForecastCase):
    """Kits exist where Manufacturing is installed; the plan says so where it is not."""

    def test_without_manufacturing_the_plan_says_so(self):
        plan = self.make_plan()
        if plan._kits_known():
            self.skipTest("Manufacturing is installed.")
        self.assertFalse(plan.has_kits)
        with self.assertRaisesRegex(ValidationError, "Manufacturing app"):
            plan.kits = "kits"

    def test_kit_counts_as_kit_or_as_components(self):
        plan = self.make_plan(history_periods=6)
        if not plan._kits_known():
            self.skipTest("Manufacturing is not installed.")
        screw, board = self.make_product("Screw"), self.make_product("Board")
        kit = self.make_product("Shelf Kit", is_storable=False)
        bom = self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "product_qty": 1,
                "bom_line_ids": [
                    (0, 0, {"product_id": screw.id, "product_qty": 8}),
                    (0, 0, {"product_id": board.id, "product_qty": 2}),
                ],
            }
        )
        moves = self.make_moves(
            [
                (screw, datetime(2026, 1, 10), 24),
                (board, datetime(2026, 1, 10), 6),
                (screw, datetime(2026, 1, 20), 5),
            ]
        )
        for move, line in zip(moves, bom.bom_line_ids, strict=False):
            move.bom_line_id = line
        self.env.flush_all()
        self.assertEqual(
            self.demand(plan),
            {screw: ("2026-01-01", [29, 0]), board: ("2026-01-01", [6, 0])},
        )
        plan.kits = "kits"
        self.assertEqual(
            self.demand(plan),
            {kit: ("2026-01-01", [3, 0]), screw: ("2026-01-01", [5, 0])},
        )
        back = self.make_moves([(screw, datetime(2026, 2, 5), -8)])
        back.origin_returned_move_id = moves[0]
        self.env.flush_all()
        self.assertEqual(self.demand(plan)[kit], ("2026-01-01", [2, 0]))
        # a planner without any right on bills of materials
        outcome = plan.with_user(self.planner).action_run_now()
        self.assertEqual(outcome["state"], "done", outcome["error"])
        self.assertFalse(
            self.env["forecast.recommendation"].search(
                [("plan_id", "=", plan.id), ("product_id", "=", kit.id)]
            )
        )
        self.assertFalse(plan._ending_products([kit.id, screw.id]))
        (screw | board | kit).sale_ok = False
        self.assertEqual(list(plan._ending_products([kit.id, screw.id])), [kit.id])
