# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Turn real invoices into what a warehouse would have done about them.

The invoices say what was ordered, by whom and when. They say nothing about
carriers, delivery days and purchases, so these are made here, always the same
from the same input (seeded by the invoice number):

  * promised day: order day + 3 (home), 7 (Europe) or 14 (world) working days;
  * delivered day: order day + a working-day lead time drawn from a table per lane,
    of which the last days are the carrier's;
  * purchases: every four weeks per supplier, enough for the sales that follow.

Pure pandas, no Odoo.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from .online_retail import COLLECTIVE

HOME = "United Kingdom"
WORLD = {"Australia", "Japan", "Singapore", "USA", "Canada", "Brazil", "RSA", "Israel"}
# lane -> (promised working days, working days with the carrier, {lead: share})
LANES = {
    "home": (3, 1, {1: 0.34, 2: 0.36, 3: 0.18, 4: 0.07, 6: 0.05}),
    "europe": (7, 2, {3: 0.14, 4: 0.24, 5: 0.26, 6: 0.16, 7: 0.1, 9: 0.06, 12: 0.04}),
    "world": (14, 5, {7: 0.15, 9: 0.3, 11: 0.27, 13: 0.16, 16: 0.08, 20: 0.04}),
}
# purchase lead time in days, one entry per supplier
SUPPLIER_LEAD_DAYS = (7, 14, 21, 28)
REVIEW_DAYS = 28
DELAYED_AGE_DAYS = (8, 18)


@dataclass
class Plan:
    """What to load, with final dates.

    orders: per order: customer, country, lane, date, promised, lead (promised calendar
        days), shipped, delivered (NaT = not yet), delayed (bool)
    lines: per order line: order, line, article, quantity, price
    returns: as :attr:`Retail.returns`, final dates, only of delivered orders
    purchases: per purchase: supplier, date, planned, received (NaT = on its way)
    purchase_lines: per purchase line: purchase, article, quantity
    """

    orders: pd.DataFrame
    lines: pd.DataFrame
    returns: pd.DataFrame
    purchases: pd.DataFrame
    purchase_lines: pd.DataFrame

    def fingerprint(self):
        """Return a short text that differs as soon as anything in the plan differs."""
        digest = hashlib.sha256()
        for table in (self.orders, self.lines, self.returns, self.purchases, self.purchase_lines):
            digest.update(table.to_csv(lineterminator="\n").encode())
        return digest.hexdigest()[:16]


def shift_days(last_day, today):
    """Return by how many days to move all dates, always whole weeks.

    The last day of the data lands on the most recent same weekday before today, so
    weekdays and weekly patterns stay as they were.
    """
    return (today - timedelta(days=1) - last_day).days // 7 * 7


def lane_of(country):
    """Return home, europe or world."""
    if country == HOME:
        return "home"
    return "world" if country in WORLD else "europe"


def supplier_of(article):
    """Return the index of the (invented) supplier of an article."""
    return stable_number(article) % len(SUPPLIER_LEAD_DAYS)


def stable_number(text):
    """Return a number that is the same for the same text on every machine."""
    return int.from_bytes(hashlib.sha256(str(text).encode()).digest()[:6], "big")


def make_plan(retail, now, days=0):
    """Return the :class:`Plan` for usable rows.

    :param retail: :class:`~suite.demo.online_retail.Retail`
    :param now: datetime (UTC) of the load; nothing is delivered after it
    :param days: shift of all dates, see :func:`shift_days`
    """
    shift = timedelta(days=days)
    lines = retail.sales.copy()
    lines["date"] += shift
    returns = retail.returns.copy()
    returns["date"] += shift
    orders = _plan_orders(lines, pd.Timestamp(now))
    late_article = _delay_one_order(orders, lines, returns, pd.Timestamp(now))
    delivered = orders["delivered"]
    # goods come back after they arrived, and only if that has happened by now
    arrived = returns["order"].map(delivered)
    returns["date"] = returns["date"].where(returns["date"] > arrived, arrived + timedelta(days=2))
    returns = returns[arrived.notna() & (returns["date"] <= now)]
    purchases, purchase_lines = _plan_purchases(orders, lines, pd.Timestamp(now), late_article)
    return Plan(
        orders,
        lines[["order", "line", "article", "quantity", "price", "customer"]],
        returns.reset_index(drop=True),
        purchases,
        purchase_lines,
    )


def _plan_orders(lines, now):
    """Return the orders with promised and delivered date."""
    orders = (
        lines.groupby("order", sort=False)
        .agg(
            customer=("customer", "first"),
            country=("country", "first"),
            date=("date", "first"),
        )
        .sort_values("date", kind="stable")
    )
    orders["lane"] = orders["country"].map(lane_of)
    promised, shipped, delivered = [], [], []
    for order, row in orders.iterrows():
        random = np.random.default_rng(stable_number(order))
        days, carrier, table = LANES[row["lane"]]
        lead = int(random.choice(list(table), p=np.array(list(table.values()))))
        minutes = int(random.integers(0, 240))
        day = row["date"].normalize()
        promised.append(row["date"] + (day + pd.offsets.BDay(days) - day))
        arrival = day + pd.offsets.BDay(lead)
        sent = arrival - pd.offsets.BDay(carrier) + timedelta(hours=17)
        shipped.append(max(sent, row["date"] + timedelta(hours=1)))
        delivered.append(
            max(
                arrival + timedelta(hours=11, minutes=minutes),
                shipped[-1] + timedelta(hours=12),
            )
        )
    orders["promised"] = promised
    orders["lead"] = (orders["promised"] - orders["date"]).dt.days
    orders["shipped"] = shipped
    orders["delivered"] = delivered
    for name in ("shipped", "delivered"):
        orders[name] = orders[name].where(orders[name] <= now)
    orders["delayed"] = False
    return orders


def _delay_one_order(orders, lines, returns, now):
    """Keep one recent order undelivered for want of an article; return the article.

    Taken is, of the home orders of one to two and a half weeks ago with three lines
    or more, the one worth most that holds an article that never came back and that
    nobody else ordered since.
    """
    low, high = DELAYED_AGE_DAYS
    age = (now - orders["date"]).dt.days
    named = (orders["lane"] == "home") & (orders["customer"] != COLLECTIVE)
    recent = orders[age.between(low, high) & named]
    if recent.empty:
        return None
    value = (lines["quantity"] * lines["price"]).groupby(lines["order"]).sum()
    returned = set(returns["article"])
    best = None
    for order, row in recent.iterrows():
        mine = lines.loc[lines["order"] == order, "article"]
        for article in mine:
            same = set(lines.loc[lines["article"] == article, "order"])
            later = [other for other in same if other != order and orders.at[other, "date"] >= row["date"]]
            rank = (
                len(mine) < 3,
                article in returned,
                len(later),
                -value[order],
                order,
            )
            if best is None or rank < best[0]:
                best = (rank, order, article, later)
    _rank, order, article, later = best
    waiting = [order, *later]
    orders.loc[waiting, ["shipped", "delivered"]] = pd.NaT
    orders.loc[order, "delayed"] = True
    return article


def _plan_purchases(orders, lines, now, late_article):
    """Return purchases and their lines that cover every delivery in time.

    One purchase per supplier and review period; received at the period's start,
    ordered a lead time before. What an article has left at the end varies between
    no cover and nine weeks, so that reorder rules have something to say. The article
    that is late is on its way with the newest purchase.
    """
    sold = lines.assign(
        shipped=lines["order"].map(orders["shipped"]),
        ordered=lines["order"].map(orders["date"]),
    )
    start = orders["date"].min().normalize() - timedelta(days=7)
    sold["period"] = (sold["shipped"].fillna(now) - start).dt.days // REVIEW_DAYS
    periods = int(sold["period"].max()) + 1
    shipped = sold[sold["shipped"].notna()]
    waiting = sold[sold["shipped"].isna()].groupby("article")["quantity"].sum()
    recent = sold[sold["ordered"] > now - timedelta(weeks=13)]
    weekly = recent.groupby("article")["quantity"].sum() / 13
    demand = shipped.pivot_table(
        index="article",
        columns="period",
        values="quantity",
        aggfunc="sum",
        fill_value=0,
    ).reindex(columns=range(periods), fill_value=0)
    purchases, purchase_lines = {}, []

    def add(period, article, quantity, on_its_way=False):
        supplier = supplier_of(article)
        key = f"{supplier}-{'open' if on_its_way else period}"
        lead = SUPPLIER_LEAD_DAYS[supplier]
        if key not in purchases:
            jitter = stable_number(key) % 5 - 1
            arrival = start + timedelta(days=period * REVIEW_DAYS, hours=9)
            if on_its_way:
                ordered = (now - timedelta(days=lead - 4)).normalize()
                ordered += timedelta(hours=10)
                arrival = pd.NaT
            else:
                ordered = arrival - timedelta(days=lead + jitter)
            purchases[key] = {
                "supplier": supplier,
                "date": ordered,
                "planned": ordered + timedelta(days=lead),
                "received": arrival,
            }
        purchase_lines.append((key, article, quantity))

    for article, needs in demand.iterrows():
        left = 0
        for period in range(periods):
            need = int(needs[period])
            if article == late_article:
                buy = need  # bought to the piece, so that none is left
            else:
                last = period == periods - 1
                if last:
                    cover = stable_number(article) % 10 * weekly.get(article, 0)
                    need += int(waiting.get(article, 0) + cover)
                buy = max(0, math.ceil((need * (1 if last else 1.1) - left) / 12) * 12)
            if buy:
                add(period, article, buy)
            left += buy - int(needs[period])
    if late_article:
        quantity = int(waiting.get(late_article, 0) + 4 * weekly.get(late_article, 0))
        add(periods - 1, late_article, math.ceil(quantity / 12) * 12, True)
    return (
        pd.DataFrame.from_dict(purchases, orient="index").sort_values("date"),
        pd.DataFrame(purchase_lines, columns=["purchase", "article", "quantity"]),
    )
