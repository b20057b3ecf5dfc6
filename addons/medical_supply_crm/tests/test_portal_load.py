# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import time

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import SQL

from .common import NOW
from .test_schedule_to_order import PortalCase

_logger = logging.getLogger(__name__)

ROOMS, PRODUCTS = 200, 500


@tagged("post_install", "-at_install")
class TestPortalLoad(PortalCase):
    """A hospital with 200 storerooms of 500 products: 100,000 par lines, as many
    quants. Made in SQL, as such a hospital grows over years and not in a test."""

    def _grow(self, rooms, products):
        self.env.flush_all()
        execute = self.env.cr.execute
        made = self.env["product.product"].create(
            [
                {
                    "name": f"Load {number:04}",
                    "type": "consu",
                    "is_storable": True,
                }
                for number in range(products)
            ]
        )
        parent = self.a.room.location_id.location_id
        locations = self.env["stock.location"].create(
            [
                {"name": f"Load {n}", "usage": "customer", "location_id": parent.id}
                for n in range(rooms)
            ]
        )
        addresses = self.env["res.partner"].create(
            [
                {
                    "name": f"Load store {n:03}",
                    "type": "delivery",
                    "parent_id": self.a.department.id,
                }
                for n in range(rooms)
            ]
        )
        stores = self.env["medical.storeroom"].create(
            [
                {
                    "name": f"Load store {n:03}",
                    "hospital_id": self.a.partner.id,
                    "department_ids": self.a.department.ids,
                    "warehouse_id": self.warehouse.id,
                    "location_id": locations[n].id,
                    "address_id": addresses[n].id,
                }
                for n in range(rooms)
            ]
        )
        self.env.flush_all()
        criticality = self.env.ref("medical_supply_crm.criticality_standard").id
        execute(
            SQL(
                """
                INSERT INTO medical_storeroom_line
                       (storeroom_id, hospital_id, company_id, product_id, active,
                        criticality_id, pack_size, par_min, par_max, min_order,
                        base_rate, base_dispersion, daily_use)
                SELECT room.id, room.hospital_id, room.company_id, product.id, TRUE,
                       %s, 1, 5, 50, 0, 0, 1, (product.id %% 7)
                  FROM medical_storeroom room, product_product product
                 WHERE room.id = ANY(%s) AND product.id = ANY(%s)
                """,
                criticality,
                stores.ids,
                made.ids,
            )
        )
        execute(
            SQL(
                """
                INSERT INTO stock_quant
                       (location_id, product_id, company_id, quantity,
                        reserved_quantity, in_date)
                SELECT room.location_id, product.id, room.company_id,
                       (product.id + room.id) %% 40, 0, NOW()
                  FROM medical_storeroom room, product_product product
                 WHERE room.id = ANY(%s) AND product.id = ANY(%s)
                """,
                stores.ids,
                made.ids,
            )
        )
        execute("ANALYZE medical_storeroom_line, stock_quant")
        self.env.invalidate_all()
        return stores

    def _measure(self, urls):
        """Queries and seconds of each page, the second time it is opened."""
        found = {}
        for url in urls:
            self.get(url)
            before, start = self.env.cr.sql_log_count, time.perf_counter()
            response = self.get(url)
            found[url] = (
                self.env.cr.sql_log_count - before,
                time.perf_counter() - start,
            )
            self.assertEqual(response.status_code, 200, url)
            self.assertNotIn("away=1", response.url, url)
            self.assertLess(len(response.text), 400_000, url)
        return found

    def test_pages_of_a_large_hospital(self):
        with freeze_time(NOW):
            self.sent_proposal(self.a)
        self.authenticate("manager_a", "manager_a")
        urls = [
            "/my/medical",
            "/my/medical/storerooms",
            f"/my/medical/storerooms/{self.a.room.id}",
            "/my/medical/demand",
            "/my/medical/deliveries",
            "/my/medical/tickets",
        ]
        small = self._measure(urls)
        stores = self._grow(ROOMS, PRODUCTS)
        page = f"/my/medical/storerooms/{stores[0].id}"
        large = self._measure([*urls, page, f"{page}/page/12", f"{page}?search=0123"])
        for url, (queries, seconds) in large.items():
            _logger.info(
                "Portal page %s of 200 x 500: %s queries, %.2f s (small: %s)",
                url,
                queries,
                seconds,
                small.get(url, ("-",))[0],
            )
            # what grows with the page (its forty lines) is read at once
            self.assertLessEqual(queries, small.get(url, (60,))[0] + 25, url)
            self.assertLess(seconds, 15, url)
