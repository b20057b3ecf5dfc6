# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import LogisticsCase

TODAY = date.today()


def day(ago):
    return TODAY - timedelta(days=ago)


@tagged("post_install", "-at_install")
class TestKpiStock(LogisticsCase):
    """Turnover and stock-out of past days, from the moves alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Stock KPI Company"})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.company.partner_id.tz = "UTC"
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.facts = cls.env["logistics.kpi.day"]
        cls.categ = cls.env["product.category"].create({"name": "KPI goods"})
        cls.gloves, cls.gauze = cls.env["product.product"].create(
            [
                {"name": name, "is_storable": True, "categ_id": cls.categ.id}
                for name in ("KPI gloves", "KPI gauze")
            ]
        )
        cls.outside = {
            "in": cls.env.ref("stock.stock_location_suppliers"),
            "out": cls.env.ref("stock.stock_location_customers"),
        }

    def move(self, product, quantity, ago):
        """Goods came in (more than 0) or went out so many days ago, at noon."""
        stock = self.warehouse.lot_stock_id
        source, target = (
            (self.outside["in"], stock)
            if quantity > 0
            else (stock, self.outside["out"])
        )
        moment = datetime.combine(day(ago), datetime.min.time()) + timedelta(hours=12)
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": abs(quantity),
                "location_id": source.id,
                "location_dest_id": target.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": abs(quantity), "picked": True})
        move._action_done()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET date = %s WHERE id = %s", (moment, move.id)
        )
        self.env.invalidate_all()
        return move

    def value(self, code, first, last):
        ((value, numerator, denominator),) = self.facts._read_group(
            [
                ("company_id", "=", self.company.id),
                ("kpi_id", "=", self.kpi(code).id),
                ("date", ">=", first),
                ("date", "<=", last),
            ],
            [],
            ["value:avg", "numerator:sum", "denominator:sum"],
        )
        return value, numerator, denominator

    def kpi(self, code):
        return self.env.ref(f"crm_logistics_bridge.kpi_{code}")

    def test_turnover(self):
        """100 on hand for 5 days, then 60 for 5: 40 shipped of 80 on average."""
        self.move(self.gloves, 100, 20)
        out = self.move(self.gloves, -40, 5)
        self.facts._refresh(self.company, day(30), TODAY)
        value, numerator, denominator = self.value("turnover", day(10), day(1))
        self.assertEqual(denominator, 5 * 100 + 5 * 60)
        self.assertEqual(numerator, 40 * 365)
        self.assertAlmostEqual(value, 40 / 80 * 36.5)
        found = self.facts._record_ids(
            self.kpi("turnover"), self.company, day(10), day(1)
        )
        self.assertEqual(found["stock.move"], out.ids)
        self.assertEqual(found["product.product"], self.gloves.ids)
        fact = self.facts.search(
            [("company_id", "=", self.company.id), ("date", "=", day(5))]
        ).filtered(lambda f: f.kpi_id.code == "turnover")
        self.assertEqual(fact.warehouse_id, self.warehouse)
        self.assertEqual(fact.categ_id, self.categ)

    def test_stock_out_days(self):
        """Two articles sold; one is out for 4 of 10 days: 4 of 20 article-days."""
        self.move(self.gloves, 10, 40)
        self.move(self.gloves, -1, 30)
        self.move(self.gauze, 5, 40)
        self.move(self.gauze, -2, 35)
        self.move(self.gauze, -3, 10)
        self.move(self.gauze, 8, 6)
        self.facts._refresh(self.company, day(40), TODAY)
        value, numerator, denominator = self.value("stockout", day(10), day(1))
        self.assertEqual((numerator, denominator), (4, 20))
        self.assertAlmostEqual(value, 0.2)
        missing = self.facts._record_ids(
            self.kpi("stockout"), self.company, day(10), day(1), against=True
        )
        self.assertEqual(missing, {"product.product": self.gauze.ids})
        # before anything was sold, nothing was expected
        self.assertFalse(self.value("stockout", day(40), day(36))[2])

    def test_not_expected_after_ninety_days(self):
        self.move(self.gloves, 4, 130)
        self.move(self.gloves, -4, 120)
        self.facts._refresh(self.company, day(130), TODAY)
        _value, numerator, denominator = self.value("stockout", day(130), TODAY)
        self.assertEqual((numerator, denominator), (91, 91))
        self.assertEqual(self.value("stockout", day(29), TODAY)[2], 0)

    def test_part_and_whole_agree(self):
        """A few days made anew are the same as in the whole."""
        for product, quantity, ago in (
            (self.gloves, 50, 100),
            (self.gloves, -20, 80),
            (self.gauze, 3, 60),
            (self.gauze, -3, 50),
            (self.gloves, -30, 20),
            (self.gauze, 9, 8),
            (self.gloves, 5, 2),
        ):
            self.move(product, quantity, ago)

        def facts():
            rows = self.facts.search([("company_id", "=", self.company.id)])
            return sorted(
                (r.date, r.kpi_id.code, r.categ_id.id, r.numerator, r.denominator)
                for r in rows
                if r.kpi_id.code in ("turnover", "stockout")
            )

        self.facts._refresh(self.company, date(2000, 1, 1), TODAY)
        whole = facts()
        self.facts._refresh(self.company, day(9), TODAY)
        self.assertEqual(facts(), whole)
        self.assertGreater(len(whole), 150)

    def test_sums_are_the_rows(self):
        """What the facts sum is what the rows behind them say."""
        self.move(self.gloves, 7, 9)
        self.move(self.gloves, -7, 4)
        self.move(self.gauze, 2, 9)
        self.facts._refresh(self.company, day(10), TODAY)
        start, end = self.facts._bounds(self.company, day(10), TODAY)
        Source = self.env["logistics.kpi.source"]
        for code in ("turnover", "stockout"):
            sums = [0.0, 0.0]
            for source in ("shipped", "stock"):
                self.env.cr.execute(Source._rows(source, self.company, start, end))
                for row in self.env.cr.dictfetchall():
                    if row["kpi"] == code:
                        sums[0] += row["numerator"]
                        sums[1] += row["denominator"]
            self.assertEqual(tuple(sums), self.value(code, day(10), TODAY)[1:])

    def test_classes_of_customers(self):
        """80 % of all sales make an A; who bought nothing has no class."""
        partners = self.env["res.partner"].create(
            [{"name": f"Class {number}"} for number in range(4)]
        )
        for partner, quantity in zip(partners, (80000, 15000, 5000, 0), strict=True):
            if quantity:
                self.make_order(
                    partner, quantity=quantity * 1000, company_id=self.company.id
                )
        self.env["res.partner"]._logistics_classify()
        self.assertEqual(
            [partner.logistics_class for partner in partners], ["a", "b", "c", False]
        )
        with freeze_time(datetime.now() + timedelta(days=400)):
            self.env["res.partner"]._logistics_classify()
        self.assertFalse(any(partner.logistics_class for partner in partners))
