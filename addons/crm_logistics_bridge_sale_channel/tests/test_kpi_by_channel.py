# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo import Command
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestKpiByChannel(TransactionCase):
    def test_repeat_purchase_by_channel(self):
        """Two orders of a customer, the second by another channel."""
        company = self.env["res.company"].create({"name": "Channel Company"})
        self.env.user.company_ids |= company
        env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        company.partner_id.tz = "UTC"
        shop, market = env["sale.channel"].create(
            [{"name": "Shop"}, {"name": "Market"}]
        )
        partner = env["res.partner"].create({"name": "Channel Customer"})
        product = env["product.product"].create({"name": "Service", "type": "service"})
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "sale_channel_id": channel.id,
                    "order_line": [Command.create({"product_id": product.id})],
                }
                for channel in (shop, market)
            ]
        )
        orders.action_confirm()
        for order, day in zip(orders, (3, 9), strict=True):
            order.date_order = f"2026-03-0{day} 09:00:00"
        Fact = env["logistics.kpi.day"]
        first, last = date(2026, 3, 1), date(2026, 3, 31)
        Fact._refresh(company, first, last)
        kpi = env.ref("crm_logistics_bridge.kpi_repeat")
        found = dict(
            Fact._read_group(
                [("company_id", "=", company.id), ("kpi_id", "=", kpi.id)],
                ["sale_channel_id"],
                ["value:avg"],
            )
        )
        self.assertEqual(found, {shop: 0.0, market: 1.0})
        fact = Fact.search(
            [("kpi_id", "=", kpi.id), ("sale_channel_id", "=", market.id)]
        )
        ids = Fact._record_ids(
            kpi, company, first, last, {"sale_channel_id": market.id}
        )
        self.assertEqual(ids, {"sale.order": orders[1].ids})
        self.assertTrue(fact.action_open_records())
