# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import LogisticsCase

#: Ways to write a number; {n} is the printed one, {d} its digits.
FORMS = (
    "{n}",
    "주문번호 {d}",
    "{n}은 언제 와요",
    "order no. {d}",
    "[{n}]",
    "확인서_{n}.pdf",
    "주문번호: {n}번",
    "{n}랑",
)


@tagged("post_install", "-at_install")
class TestLinkIsolation(LogisticsCase):
    """Whatever is written: nothing but what the customer may see, in the ticket's company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Order = cls.env["sale.order"]
        cls.sibling = cls.env["res.partner"].create(
            {"name": "Lee Sora", "parent_id": cls.customer.id}
        )
        cls.own = cls.make_order(cls.contact)
        cls.of_sibling = cls.make_order(cls.sibling)
        cls.foreign = cls.make_order(cls.other)
        cls.draft = cls.make_order(cls.contact, confirm=False)
        cls.second = cls.env["res.company"].create({"name": "Second Company"})
        cls.elsewhere = Order.with_company(cls.second).create(
            {
                "partner_id": cls.contact.id,
                "company_id": cls.second.id,
                # the same number in another company
                "name": cls.own.name,
            }
        )
        cls.elsewhere.state = "sale"
        cls.all_orders = (
            cls.own | cls.of_sibling | cls.foreign | cls.draft | cls.elsewhere
        )
        cls.visible = cls.own | cls.of_sibling

    def linked(self, text, **values):
        ticket = self.make_ticket(text, **values)
        return ticket, ticket.logistics_link_ids.filtered(
            lambda link: link.source == "text"
        )

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        said=st.lists(
            st.tuples(st.integers(0, 4), st.sampled_from(FORMS)), min_size=1, max_size=4
        ),
        between=st.sampled_from([" / ", "\n", ", 그리고 ", " and "]),
    )
    def test_any_mix_of_numbers_links_only_what_is_visible(self, said, between):
        orders = [(self.all_orders[place], form) for place, form in said]
        text = between.join(
            form.format(n=order.name, d=order.name.lstrip("S"))
            for order, form in orders
        )
        ticket, links = self.linked(text)
        named = {order.name for order, _form in orders}
        expected = self.visible.filtered(lambda order: order.name in named)
        self.assertEqual(links.order_id, expected, text)
        self.assertTrue(all(links.mapped("reason")))
        # Neither a link nor a word of what belongs to others.
        everything = " ".join(
            str(value)
            for link in ticket.logistics_link_ids
            for value in (link.name, link.reason_value)
        )
        self.assertNotIn(self.foreign.name, everything)
        self.assertNotIn(self.draft.name, everything)

    def test_same_number_in_another_company(self):
        _ticket, links = self.linked(self.own.name)
        self.assertEqual(links.order_id, self.own)
        _ticket, links = self.linked(self.own.name, company_id=self.second.id)
        self.assertEqual(links.order_id, self.elsewhere)

    def test_range_over_the_numbers_of_others(self):
        """Numbers follow each other: own, of a colleague, of another customer."""
        text = f"{self.own.name}~{self.draft.name[-2:]} 모두 안 왔어요"
        _ticket, links = self.linked(text)
        self.assertEqual(links.order_id, self.visible)
        by_code = set(links.mapped("reason_code"))
        self.assertEqual(by_code, {"exact", "listed"})
        self.assertIn("Said in short", " ".join(links.mapped("reason")))

    def test_numbering_of_the_company(self):
        sequence = self.env["ir.sequence"].search(
            [("code", "=", "sale.order")], limit=1
        )
        sequence.write({"prefix": "주문-%(year)s-", "padding": 6, "number_next": 41})
        order = self.make_order(self.contact)
        self.assertTrue(order.name.startswith("주문-"))
        for text in (order.name, order.name.replace("-", " "), f"{order.name}번은요"):
            _ticket, links = self.linked(text)
            self.assertEqual(links.order_id, order, text)

    def test_queries_do_not_grow_with_the_references(self):
        def count(orders):
            text = ", ".join(orders.mapped("name"))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            ticket = self.make_ticket(text)
            self.env.flush_all()
            spent = self.env.cr.sql_log_count - before
            self.assertGreaterEqual(
                len(ticket.logistics_link_ids.order_id), len(orders)
            )
            return spent

        many = self.env["sale.order"]
        for _place in range(12):
            many |= self.make_order(self.contact)
        count(many[:2])
        self.assertLessEqual(count(many), count(many[:2]) + 6)
