# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import threading
import time

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

HOLD_SECONDS = 0.7


@tagged("post_install", "-at_install")
class TestConcurrentApproval(BaseCase):
    """Two real sessions, each with a connection and a transaction of its own, and
    Odoo's own repetition of requests that met a changed row.

    Everything is really committed, and removed at the end.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self._in_session, self._remove)
        self.ids = self._in_session(self._make)

    def _in_session(self, function):
        """Run and commit in a session of its own, as a request would."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return retrying(lambda: function(env), env)

    def _make(self, env):
        hospital = env["res.partner"].create(
            {"name": "Concurrent Hospital", "is_company": True, "is_hospital": True}
        )
        people = env["res.partner"].create(
            [{"name": name, "parent_id": hospital.id} for name in ("Kim", "Lee")]
        )
        hospital.medical_manager_ids = people
        product = env["product.product"].create(
            {"name": "Concurrent gloves", "type": "consu", "is_storable": True}
        )
        room = env["medical.storeroom"].create(
            {
                "name": "Concurrent store",
                "hospital_id": hospital.id,
                "line_ids": [Command.create({"product_id": product.id, "par_min": 10})],
            }
        )
        bin_card = env["medical.bin"].create(
            {"storeroom_line_id": room.line_ids.id, "quantity": 5}
        )
        env["stock.quant"]._update_available_quantity(product, room.location_id, 3)
        env["medical.replenishment.run"]._run(room)
        proposal = env["medical.proposal"].search([("storeroom_id", "=", room.id)])
        proposal.action_send()
        return {
            "hospital": hospital.id,
            "people": people.ids,
            "product": product.id,
            "room": room.id,
            "bin": bin_card.id,
            "proposal": proposal.id,
        }

    def _remove(self, env):
        room = env["medical.storeroom"].browse(self.ids["room"])
        hospital = env["res.partner"].browse(self.ids["hospital"])
        product = env["product.product"].browse(self.ids["product"])
        proposals = env["medical.proposal"].search([("storeroom_id", "=", room.id)])
        proposals.filtered(lambda row: row.state != "cancelled").action_cancel()
        orders = env["sale.order"].search([("partner_id", "=", hospital.id)])
        runs = proposals.run_id | env["medical.replenishment.run"].search(
            [("storeroom_ids", "in", room.ids)]
        )
        moves = env["stock.move"].search([("product_id", "=", product.id)])
        pickings = moves.picking_id
        env.flush_all()
        # what has really happened cannot be unlinked by the models, rightly
        cr = env.cr
        cr.execute("DELETE FROM stock_move_line WHERE product_id = %s", [product.id])
        cr.execute("DELETE FROM stock_move WHERE product_id = %s", [product.id])
        cr.execute("DELETE FROM stock_quant WHERE product_id = %s", [product.id])
        cr.execute("DELETE FROM medical_consumption WHERE storeroom_id = %s", [room.id])
        env.invalidate_all()
        pickings.unlink()
        proposals.unlink()
        orders.unlink()
        runs.unlink()
        location, address = room.location_id, room.address_id
        room.unlink()
        location.unlink()
        address.unlink()
        product.product_tmpl_id.unlink()
        env["res.partner"].browse(self.ids["people"]).unlink()
        hospital.unlink()

    def _race(self, function):
        """Call ``function(env, number)`` in two sessions at once; the first to get
        through holds its transaction open for a while.

        :return: list of results, an exception where one was raised
        """
        barrier, results = threading.Barrier(2), {}

        def session(number):
            def once(env):
                result = function(env, number)
                time.sleep(HOLD_SECONDS)
                return result

            barrier.wait(20)
            try:
                results[number] = self._in_session(once)
            except UserError as error:
                results[number] = error

        threads = [
            threading.Thread(target=session, args=[number]) for number in range(2)
        ]
        # to meet a changed row is the expected outcome of the second session
        with mute_logger("odoo.service.model", "odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertEqual(len(results), 2, "a session did not come to an end")
        return list(results.values())

    def _approve(self, env, number):
        partner = env["res.partner"].browse(self.ids["people"][number])
        return (
            env["medical.proposal"]
            .browse(self.ids["proposal"])
            ._approve({}, partner=partner, signed_by=partner.name)
        )

    def _orders(self, env):
        return env["sale.order"].search_count(
            [("medical_proposal_id", "=", self.ids["proposal"])]
        )

    def test_two_approvals_at_once_make_one_order(self):
        results = self._race(self._approve)
        self.assertEqual(results.count(True), 1, results)
        [refused] = [row for row in results if isinstance(row, UserError)]
        self.assertIn("no longer open", str(refused))
        self.assertEqual(self._in_session(self._orders), 1)

    def test_two_signatures_at_once_both_count(self):
        def flag(env):
            env["product.product"].browse(self.ids["product"]).medical_cold_chain = True

        self._in_session(flag)
        results = self._race(self._approve)
        self.assertEqual(sorted(results), [False, True])
        self.assertEqual(self._in_session(self._orders), 1)

    def test_one_submission_sent_twice_at_once_is_recorded_once(self):
        def submit(env, _number):
            room = env["medical.storeroom"].browse(self.ids["room"])
            lines = [{"product_id": self.ids["product"], "quantity": 1}]
            record, new = env["medical.consumption"]._submit(room, "k", "use", lines)
            return record.id, new

        results = self._race(submit)
        self.assertEqual(len({record for record, _new in results}), 1)
        self.assertEqual(sorted(new for _record, new in results), [False, True])

    def test_a_bin_scanned_by_two_at_once_is_emptied_once(self):
        def scan(env, number):
            partner = env["res.partner"].browse(self.ids["people"][number])
            return env["medical.bin"].browse(self.ids["bin"])._empty(partner)

        self.assertEqual(sorted(self._race(scan)), [False, True])
