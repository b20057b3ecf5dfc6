# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import re

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import LogisticsCase

MONEY_OF_OURS = re.compile(r"cost|margin|standard_price|purchase_price|\bvalue_unit\b")


@tagged("post_install", "-at_install")
class TestOverviewPanel(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.make_agent()

    def overview(self, partner=None, user=None):
        return (
            self.env["res.partner"]
            .with_user(user or self.agent)
            .get_logistics_overview((partner or self.contact).id)
        )

    def test_agent_with_helpdesk_rights_only_sees_everything_needed(self):
        self.assertFalse(
            self.env["sale.order"].with_user(self.agent).has_access("read")
        )
        self.assertFalse(
            self.env["stock.picking"].with_user(self.agent).has_access("write")
        )
        order = self.make_order(self.contact, product=self.scarce)
        done = self.make_order(self.customer)
        self.deliver(done)
        self.make_ticket("Hello", user_id=False)
        data = self.overview()
        self.assertEqual(data["partner"]["id"], self.customer.id)
        self.assertEqual([row["name"] for row in data["orders"]], [order.name])
        self.assertEqual(data["orders"][0]["progress"], 0)
        self.assertFalse(data["orders"][0]["can_open"])
        (arrival,) = data["arrivals"]
        self.assertEqual(arrival["missing"], ["Scarce Gauze"])
        self.assertEqual(data["counts"]["orders"], 1)
        self.assertEqual(data["counts"]["tickets"], 1)
        self.assertEqual(data["value"][0]["orders"], 2)
        self.assertEqual(data["habits"]["warehouse"]["name"], self.warehouse.name)

    def test_money_has_its_currency(self):
        self.make_order(quantity=3)
        self.assertIn(
            self.company.currency_id.symbol, self.overview()["orders"][0]["amount"]
        )

    def test_no_cost_and_no_margin_in_the_raw_answer(self):
        self.make_order()
        raw = json.dumps(self.overview())
        self.assertFalse(MONEY_OF_OURS.findall(raw))
        self.assertNotIn("4.25", raw, "the product's cost")

    def test_same_number_of_queries_for_2_and_50_orders(self):
        def count(partner):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.overview(partner)
            return self.env.cr.sql_log_count - before

        for _index in range(2):
            self.make_order(self.other)
        orders = self.env["sale.order"]
        for _index in range(50):
            orders |= self.make_order(self.customer, confirm=False)
        orders.action_confirm()
        self.settle()
        for partner in (self.other, self.customer):
            count(partner)  # what the registry caches once is not ours to count
        few, many = count(self.other), count(self.customer)
        self.assertEqual(few, many)
        self.assertLessEqual(many, 25)
        self.assertEqual(self.overview(self.customer)["counts"]["orders"], 50)

    def test_same_number_of_queries_for_10_and_1200_orders(self):
        """Also across the ORM's prefetch of 1,000, and with returns and tickets."""

        def count(partner):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            data = self.overview(partner)
            return self.env.cr.sql_log_count - before, data

        few = self.env["res.partner"].create({"name": "Ten Orders"})
        many = self.env["res.partner"].create({"name": "Many Orders"})
        self.deliver(self.make_order(few))
        template = self.make_order(many)
        for _index in range(12):
            self.make_ticket("Hello", partner=many, user_id=False)
        self.env.flush_all()
        # The columns that the database itself demands, copied from a real order.
        columns = SQL(", ").join(
            SQL.identifier(name)
            for name, field in self.env["sale.order"]._fields.items()
            if field.store
            and field.column_type
            and name not in ("id", "name", "partner_id", "access_token")
        )
        for partner, copies in ((few, 9), (many, 1199)):
            self.env.cr.execute(
                SQL(
                    "INSERT INTO sale_order (name, partner_id, %(columns)s) "
                    "SELECT 'COPY' || n, %(partner)s, %(columns)s "
                    "FROM sale_order, generate_series(1, %(copies)s) n WHERE id = %(id)s",
                    columns=columns,
                    partner=partner.id,
                    copies=copies,
                    id=template.id,
                )
            )
        for partner in (few, many):
            count(partner)
        (queries_few, _data), (queries_many, data) = count(few), count(many)
        self.assertEqual(data["counts"]["orders"], 1200)
        self.assertEqual(data["counts"]["tickets"], 12)
        self.assertEqual(len(data["tickets"]), 10)
        self.assertEqual(queries_few, queries_many)
        empty = self.env["res.partner"].create({"name": "New"})
        count(empty)
        self.assertEqual(count(empty)[0], queries_many)

    def test_outsiders_are_refused(self):
        plain = self.make_user("logistics_plain", "base.group_user")
        with self.assertRaisesRegex(AccessError, "Viewer"):
            self.overview(user=plain)
        portal = self.make_user("logistics_portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self.overview(user=portal)

    def test_only_companies_of_the_user(self):
        self.make_order()
        branch = self.env["res.company"].create({"name": "Other House"})
        foreign = self.make_order()
        # A second company's chart of accounts and routes are not the point here.
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order SET company_id = %s WHERE id = %s; "
                "UPDATE stock_picking SET company_id = %s WHERE sale_id = %s",
                *(branch.id, foreign.id, branch.id, foreign.id),
            )
        )
        self.env.invalidate_all()
        self.assertEqual(self.overview()["counts"]["orders"], 1)
        self.agent.write({"company_ids": [Command.link(branch.id)]})
        both = (
            self.env["res.partner"]
            .with_user(self.agent)
            .with_context(allowed_company_ids=[self.company.id, branch.id])
            .get_logistics_overview(self.customer.id)
        )
        self.assertEqual(both["counts"]["orders"], 2)

    def test_returns_in_progress(self):
        order = self.make_order()
        self.deliver(order)
        rma = self.env["rma"].create(
            {
                "partner_id": self.customer.id,
                "order_id": order.id,
                "product_id": self.product.id,
                "product_uom_qty": 1,
                "operation_id": self.env["rma.operation"].search([], limit=1).id,
                "location_id": self.warehouse.rma_loc_id.id,
            }
        )
        (row,) = self.overview()["returns"]
        self.assertEqual((row["name"], row["order_name"]), (rma.name, order.name))
        self.assertFalse(row["can_open"])

    def test_nobody(self):
        self.assertFalse(
            self.env["res.partner"].with_user(self.agent).get_logistics_overview(-1)
        )
        empty = self.overview(self.env["res.partner"].create({"name": "New"}))
        self.assertEqual(
            empty["counts"], {"orders": 0, "late": 0, "returns": 0, "tickets": 0}
        )
