# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The demo's real orders: what is used, what is set aside, what is planned around them."""

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from suite.demo import online_retail, retail_plan

DATA = Path(__file__).parents[2] / "data" / "online_retail" / "online_retail_extract.csv.gz"
TOTALS = DATA.with_name("weekly_totals.csv.gz")
HEAD = ",".join(online_retail.COLUMNS)


@pytest.fixture(scope="module")
def extract():
    return online_retail.read(DATA)


@pytest.fixture(scope="module")
def retail(extract):
    return online_retail.add_weekly_totals(extract, TOTALS)


def read(tmp_path, *rows):
    path = tmp_path / "rows.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return online_retail.read(path)


def test_each_bad_row_is_reported_with_line_field_value_and_reason(tmp_path):
    retail = read(
        tmp_path,
        "1,10001,MUG,2,2011-01-03 10:00:00,1.5,7,France",
        "2,10001,MUG,2,2011-01-03 10:00:00,1.5,,France",
        "3,POST,POSTAGE,1,2011-01-03 10:00:00,1.5,7,France",
        "4,10001,MUG,-2,2011-01-03 10:00:00,1.5,7,France",
        "5,10001,MUG,2,2011-01-03 10:00:00,0,7,France",
        "6,10001,MUG,two,2011-01-03 10:00:00,1.5,7,France",
        "7,10001,MUG,2,yesterday,1.5,7,France",
        "C8,10001,MUG,-5,2011-02-03 10:00:00,1.5,7,France",
    )
    assert retail.problems[["line", "field", "value"]].values.tolist() == [
        [3, "CustomerID", ""],
        [4, "StockCode", "POST"],
        [5, "Quantity", "-2"],
        [6, "UnitPrice", "0"],
        [7, "Quantity", "two"],
        [8, "InvoiceDate", "yesterday"],
        [9, "Quantity", "-5"],
    ]
    assert "3 returned of article 10001 without an earlier sale" in retail.problems["reason"].iloc[-1]
    assert retail.sales["file_line"].tolist() == [2]
    assert retail.returns["quantity"].tolist() == [2]


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("InvoiceNo,StockCode\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="Description, Quantity"):
        online_retail.read(path)


def test_a_return_belongs_to_the_newest_earlier_sale(tmp_path):
    retail = read(
        tmp_path,
        "1,10001,MUG,5,2011-01-03 10:00:00,1.5,7,France",
        "2,10001,MUG,5,2011-01-10 10:00:00,1.5,7,France",
        "C3,10001,MUG,-7,2011-01-12 10:00:00,1.5,7,France",
        "4,10001,MUG,5,2011-01-13 10:00:00,1.5,7,France",
    )
    assert retail.returns[["order", "quantity"]].values.tolist() == [["2", 5], ["1", 2]]


def test_never_more_comes_back_than_was_sold(retail):
    sold = retail.sales.set_index(["order", "line"])["quantity"]
    back = retail.returns.groupby(["order", "line"])["quantity"].sum()
    assert (back <= sold.reindex(back.index)).all()


def test_the_extract_is_what_its_readme_says(extract, retail):
    totals = retail.sales[retail.sales["customer"] == online_retail.COLLECTIVE]
    retail = extract
    readme = (DATA.parent / "README.md").read_text(encoding="utf-8")
    for figure in (
        f"{retail.sales['order'].nunique()} usable orders",
        f"{len(retail.sales):,} lines",
        f"{retail.sales['customer'].nunique()} customers",
        f"{retail.sales['country'].nunique()} countries",
        f"{retail.sales['article'].nunique()} articles",
        f"{len(retail.problems)} rows are unusable",
        f"{totals['order'].nunique()} weeks",
        f"{totals['article'].nunique()} articles with a total",
    ):
        assert figure in readme, figure


def test_totals_of_an_unknown_article_are_refused_by_name(tmp_path, extract):
    path = tmp_path / "totals.csv"
    path.write_text("Week,StockCode,Quantity\n2011-01-03,NOSUCH,5\n", encoding="utf-8")
    with pytest.raises(ValueError, match="StockCode not among the sales: NOSUCH"):
        online_retail.add_weekly_totals(extract, path)


def test_collective_orders_make_regular_articles_and_are_never_the_late_one(extract, retail):
    added = retail.sales[retail.sales["customer"] == online_retail.COLLECTIVE]
    assert len(retail.sales) == len(extract.sales) + len(added)
    assert added["date"].max() <= extract.sales["date"].max()
    assert not set(added["order"]) & set(extract.sales["order"])
    weekly = added.groupby(["article", "date"])["quantity"].sum().unstack(fill_value=0)
    sizes = weekly.where(weekly > 0)
    assert (len(weekly.columns) / sizes.count(axis=1) < 1.32).all()  # ADI
    assert ((sizes.std(axis=1, ddof=0) / sizes.mean(axis=1)) ** 2 < 0.49).mean() > 0.7  # CV²
    plan = retail_plan.make_plan(retail, datetime(2026, 11, 22, 6), 0)
    assert plan.orders[plan.orders["delayed"]]["customer"].ne(online_retail.COLLECTIVE).all()


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2026, 11, 20), date(2027, 2, 28)])
def test_dates_move_by_whole_weeks_to_just_before_today(today):
    last = date(2011, 12, 9)
    days = retail_plan.shift_days(last, today)
    moved = date.fromordinal(last.toordinal() + days)
    assert days % 7 == 0
    assert moved.weekday() == last.weekday()
    assert 1 <= (today - moved).days <= 7


def test_the_plan_is_the_same_each_time_and_nothing_happens_after_now(retail):
    now = datetime(2026, 11, 22, 6)
    days = retail_plan.shift_days(retail.sales["date"].max().date(), now.date())
    plan, again = (retail_plan.make_plan(retail, now, days) for _ in range(2))
    pd.testing.assert_frame_equal(plan.orders, again.orders)
    pd.testing.assert_frame_equal(plan.purchase_lines, again.purchase_lines)
    for moments in (plan.orders["shipped"], plan.orders["delivered"], plan.purchases["received"], plan.returns["date"]):
        assert (moments.dropna() <= now).all()
    orders = plan.orders
    assert (orders["shipped"].dropna() > orders["date"][orders["shipped"].notna()]).all()
    both = orders.dropna(subset=["delivered"])
    assert (both["delivered"] > both["shipped"]).all()


def test_one_order_is_late_for_want_of_an_article(retail):
    now = datetime(2026, 11, 22, 6)
    days = retail_plan.shift_days(retail.sales["date"].max().date(), now.date())
    orders = retail_plan.make_plan(retail, now, days).orders
    late = orders[orders["delayed"]]
    assert len(late) == 1
    assert late["promised"].iloc[0] < now
    assert late["shipped"].isna().all()


def test_there_is_stock_for_every_shipment_on_its_day(retail):
    now = datetime(2026, 11, 22, 6)
    days = retail_plan.shift_days(retail.sales["date"].max().date(), now.date())
    plan = retail_plan.make_plan(retail, now, days)
    received = plan.purchase_lines.assign(
        moment=plan.purchase_lines["purchase"].map(plan.purchases["received"])
    ).dropna(subset=["moment"])
    shipped = plan.lines.assign(moment=plan.lines["order"].map(plan.orders["shipped"])).dropna(subset=["moment"])
    moves = pd.concat(
        [
            received[["article", "moment", "quantity"]],
            shipped[["article", "moment", "quantity"]].assign(quantity=-shipped["quantity"]),
        ]
    ).sort_values(["moment", "quantity"], ascending=[True, False])
    left = moves.groupby("article")["quantity"].cumsum()
    assert (left >= 0).all()
