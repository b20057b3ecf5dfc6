# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import LogisticsCase, LogisticsData
from .test_returns import NOW, ReturnsData


class ExchangeData(ReturnsData):
    @classmethod
    def set_up_exchange(cls):
        cls.set_up_returns()
        cls.larger = cls.env["product.product"].create(
            {
                "name": "Sterile Gloves L",
                "is_storable": True,
                "list_price": 12.5,
                "categ_id": cls.product.categ_id.id,
                "taxes_id": [Command.clear()],
            }
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.larger, cls.warehouse.lot_stock_id, 50
        )
        cls.alien = cls.env["product.product"].create(
            {
                "name": "From Elsewhere",
                "is_storable": True,
                "categ_id": cls.env["product.category"].create({"name": "Else"}).id,
            }
        )

    @classmethod
    def line_of(cls, order, **values):
        (row,) = order._logistics_return_lines()
        line = {"quantity": 2, "reason": cls.unneeded.id, "condition": "sealed"}
        return {row["key"]: {**line, **values}}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestReturnsExchange(ExchangeData, LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_exchange()
        with freeze_time(NOW):
            cls.order = cls.make_order(cls.contact, quantity=5)
            cls.deliver(cls.order)

    def exchange(self, **values):
        return self.ask(
            self.order,
            lines=self.line_of(self.order, exchange=self.larger.id),
            operation=self.replace.id,
            **values,
        )

    def test_offers_with_their_difference(self):
        (row,) = self.order._logistics_return_lines()
        offers = {
            article["product"]: article
            for article in self.order._logistics_exchange_articles(row)
        }
        self.assertAlmostEqual(offers[self.larger]["difference"], 2.5)
        self.assertIn("2.50", offers[self.larger]["text"])
        self.assertIn("more", offers[self.larger]["text"])
        self.assertNotIn(self.alien, offers)
        self.assertNotIn(self.product, offers)

    def test_an_agent_confirms_then_the_other_article_goes_out(self):
        rma = self.exchange()
        self.assertEqual(rma.state, "draft", "the policy alone does not accept it")
        self.assertEqual(rma.logistics_exchange_product_id, self.larger)
        self.assertAlmostEqual(rma.logistics_exchange_difference, 2.5)
        self.policy.refund = True
        rma.action_confirm()
        rma._logistics_receive(2)
        rma.logistics_inspection_ids = [
            Command.create({"quantity": 2, "grade_id": self.grade_a.id})
        ]
        rma.action_logistics_book()
        moves = rma.delivery_move_ids
        self.assertEqual(moves.product_id, self.larger)
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 2)
        invoice = rma.logistics_exchange_move_id
        self.assertEqual((invoice.move_type, invoice.state), ("out_invoice", "draft"))
        self.assertAlmostEqual(invoice.amount_untaxed, 5.0)
        self.assertIn(rma.name, invoice.invoice_line_ids.name)

    def test_only_what_was_accepted_is_exchanged_and_charged(self):
        self.policy.refund = True
        self.larger.list_price = 7.0
        rma = self.exchange()
        self.assertAlmostEqual(rma.logistics_exchange_difference, -3.0)
        rma.action_confirm()
        rma._logistics_receive(2)
        self.grade_d.refundable = False
        rma.logistics_inspection_ids = [
            Command.create({"quantity": 1, "grade_id": self.grade_a.id}),
            Command.create({"quantity": 1, "grade_id": self.grade_d.id}),
        ]
        rma.action_logistics_book()
        self.assertEqual(sum(rma.delivery_move_ids.mapped("product_uom_qty")), 1)
        credit = rma.logistics_exchange_move_id
        self.assertEqual(credit.move_type, "out_refund")
        self.assertAlmostEqual(credit.amount_untaxed, 3.0)

    def test_the_agents_dialog_proposes_it(self):
        rma = self.exchange()
        rma.action_confirm()
        rma._logistics_receive(2)
        action = rma.action_replace()
        values = (
            self.env["rma.delivery.wizard"]
            .with_context(**action["context"])
            .default_get(["product_id", "product_uom_qty"])
        )
        self.assertEqual(values["product_id"], self.larger.id)

    def test_nothing_that_was_not_offered(self):
        with self.assertRaisesRegex(UserError, "offered instead"):
            self.ask(
                self.order,
                lines=self.line_of(self.order, exchange=self.alien.id),
                operation=self.replace.id,
            )
        rma = self.ask(
            self.order, lines=self.line_of(self.order, exchange=self.alien.id)
        )
        self.assertFalse(rma.logistics_exchange_product_id, "money back: no exchange")

    def test_several_orders_in_one_request(self):
        second = self.make_order(self.contact, quantity=4)
        self.deliver(second)
        both = self.order | second
        lines = {**self.line_of(self.order), **self.line_of(second, quantity=3)}
        rmas = self.ask(both, lines=lines)
        self.assertEqual(len(rmas), 2)
        self.assertEqual(len(set(rmas.mapped("logistics_request"))), 1)
        self.assertEqual(rmas.order_id, both)
        self.assertEqual(
            {rma.order_id: rma.product_uom_qty for rma in rmas},
            {self.order: 2, second: 3},
        )
        self.assertEqual(set(rmas.mapped("state")), {"confirmed"})
        # one refused line refuses all of it
        lines = {
            **self.line_of(self.order),
            **self.line_of(second, quantity=1, condition="used"),
        }
        with self.assertRaisesRegex(UserError, "in this condition"):
            self.ask(both, lines=lines)
        self.assertEqual(len(both.rma_ids), 2)
        foreign = self.make_order(self.other)
        with self.assertRaisesRegex(UserError, "one by one"):
            self.ask(self.order | foreign, lines=self.line_of(self.order))

    def test_label(self):
        rma = self.ask(self.order)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "crm_logistics_bridge.report_return_label", rma.ids
        )[0]
        text = html.decode()
        self.assertIn(rma.name, text)
        self.assertIn("data:image/svg+xml;base64", text, "the barcode")
        self.assertIn(self.contact.name, text)
        self.assertIn(self.warehouse.partner_id.name, text)


@tagged("post_install", "-at_install")
class TestReturnsOfOrdersPortal(ExchangeData, LogisticsData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.set_up_exchange()
        cls.make_user(
            "portal_orders",
            "base.group_portal",
            password="portal_orders",
            partner_id=cls.contact.id,
        )
        cls.orders = cls.make_order(cls.contact) | cls.make_order(cls.contact)
        cls.foreign = cls.make_order(cls.other)
        for order in cls.orders | cls.foreign:
            cls.deliver(order)

    def setUp(self):
        super().setUp()
        self.authenticate("portal_orders", "portal_orders")

    def test_return_over_several_orders_and_label(self):
        page = self.url_open("/my/returns/new")
        for order in self.orders:
            self.assertIn(order.name, page.text)
        self.assertNotIn(self.foreign.name, page.text)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        data = {"csrf_token": token, "operation": self.replace.id, "handover": "pickup"}
        for order in self.orders:
            ((key, line),) = self.line_of(order, quantity=1).items()
            data.update({f"{name}-{key}": value for name, value in line.items()})
        (foreign,) = self.line_of(self.foreign)
        self.url_open(
            "/my/returns/new",
            data={**data, f"quantity-{foreign}": 1, f"reason-{foreign}": 1},
        )
        self.assertFalse(self.orders.rma_ids | self.foreign.rma_ids, "all or nothing")
        page = self.url_open("/my/returns/new", data=data)
        self.assertIn("o_logistics_return_done", page.text)
        rmas = self.orders.rma_ids
        self.assertEqual(len(rmas), 2)
        link = re.search(r'href="(/my/rmas/\d+/label[^"]+)"', page.text)[1]
        label = self.url_open(link.replace("&amp;", "&"))
        self.assertEqual(label.status_code, 200)
        if "html" in label.headers["Content-Type"]:
            self.assertIn("o_logistics_label", label.text)
        self.logout()
        closed = self.url_open(f"/my/rmas/{rmas[0].id}/label?access_token=x")
        self.assertNotIn(rmas[0].name, closed.text)
