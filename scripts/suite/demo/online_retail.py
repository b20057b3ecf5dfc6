# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read UCI Online Retail rows, set the bad ones aside, match returns to sales.

Pure pandas, no Odoo: takes the file, gives tables and a list of problems.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, replace

import pandas as pd

COLUMNS = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]
TOTALS = ["Week", "StockCode", "Quantity"]
COLLECTIVE = "99999"  # customer number of the weekly collective orders
ARTICLE = r"^\d{5}[A-Za-z]{0,2}$"


@dataclass
class Retail:
    """The usable part of a file, and what was set aside.

    sales: one row per order line (order, line, customer, article, quantity, price,
        date, country, file_line)
    returns: one row per returned part of an order line (credit, date, order, line,
        customer, article, quantity, file_line); quantity > 0, in pieces
    articles: article -> description, price (median, in the file's currency)
    problems: one row per row set aside (line, invoice, field, value, reason)
    """

    sales: pd.DataFrame
    returns: pd.DataFrame
    articles: pd.DataFrame
    problems: pd.DataFrame


def read(path):
    """Read a file in the format of UCI Online Retail.

    :param path: csv or csv.gz with the columns :data:`COLUMNS`
    :return: :class:`Retail`
    :raise ValueError: when a column is missing
    """
    text = pd.read_csv(path, dtype=str, keep_default_na=False)
    missing = [name for name in COLUMNS if name not in text.columns]
    if missing:
        raise ValueError(f"{path}: column(s) missing: {', '.join(missing)}")
    problems = []
    rows = _typed(text, problems)
    credit = rows["credit"]
    sales = rows[~credit].copy()
    sales["order"] = sales["InvoiceNo"]
    sales["line"] = sales.groupby("order").cumcount()
    sales = sales.sort_values(["date", "order", "line"], kind="stable")
    returns = _match_returns(sales, rows[credit], problems)
    articles = sales.groupby("StockCode").agg(
        description=("Description", lambda texts: texts.mode().iat[0].strip()),
        price=("price", "median"),
    )
    names = {
        "CustomerID": "customer",
        "StockCode": "article",
        "Country": "country",
    }
    sales = sales.rename(columns=names)[
        [
            "order",
            "line",
            "customer",
            "article",
            "quantity",
            "price",
            "date",
            "country",
            "file_line",
        ]
    ].reset_index(drop=True)
    report = pd.DataFrame(problems, columns=["line", "invoice", "field", "value", "reason"]).sort_values(
        "line", kind="stable"
    )
    return Retail(sales, returns, articles, report.reset_index(drop=True))


def add_weekly_totals(retail, path):
    """Add one collective order a week, of customer :data:`COLLECTIVE`, to the sales.

    :param retail: :class:`Retail`; prices and descriptions come from its articles
    :param path: csv or csv.gz with the columns :data:`TOTALS`
    :return: a new :class:`Retail`
    :raise ValueError: a column is missing, or an article the sales do not hold
    """
    totals = pd.read_csv(path, dtype={"StockCode": str}, parse_dates=["Week"])
    missing = [name for name in TOTALS if name not in totals.columns]
    if missing:
        raise ValueError(f"{path}: column(s) missing: {', '.join(missing)}")
    strange = sorted(set(totals["StockCode"]) - set(retail.articles.index))
    if strange:
        raise ValueError(f"{path}: StockCode not among the sales: {', '.join(strange)}")
    # ordered in the middle of the week, so that it counts in the week it was sold in
    dates = totals["Week"] + pd.Timedelta(days=2, hours=9)
    more = pd.DataFrame(
        {
            "order": dates.dt.strftime("9%Y%m%d"),
            "line": totals.groupby("Week").cumcount(),
            "customer": COLLECTIVE,
            "article": totals["StockCode"],
            "quantity": totals["Quantity"],
            "price": totals["StockCode"].map(retail.articles["price"]),
            "date": dates,
            "country": "United Kingdom",
            "file_line": range(2, len(totals) + 2),
        }
    )
    more = more[more["date"] <= retail.sales["date"].max()]
    sales = pd.concat([retail.sales, more[retail.sales.columns]], ignore_index=True)
    sales = sales.sort_values(["date", "order", "line"], kind="stable", ignore_index=True)
    return replace(retail, sales=sales)


def _typed(text, problems):
    """Return the rows that are fit for use, typed; report the others."""
    rows = text.copy()
    rows["file_line"] = range(2, len(rows) + 2)  # line 1 holds the column names
    rows["quantity"] = pd.to_numeric(rows["Quantity"], errors="coerce")
    rows["price"] = pd.to_numeric(rows["UnitPrice"], errors="coerce")
    rows["date"] = pd.to_datetime(rows["InvoiceDate"], errors="coerce")
    rows["credit"] = rows["InvoiceNo"].str.startswith("C")
    checks = [
        (
            ~rows["InvoiceNo"].str.match(r"^C?\d+$"),
            "InvoiceNo",
            "not an invoice or credit note number",
        ),
        (rows["date"].isna(), "InvoiceDate", "not a date"),
        (rows["quantity"].isna(), "Quantity", "not a number"),
        (rows["price"].isna(), "UnitPrice", "not a number"),
        (
            ~rows["StockCode"].str.match(ARTICLE),
            "StockCode",
            "not an article (postage, fee, manual entry or voucher)",
        ),
        (rows["CustomerID"] == "", "CustomerID", "no customer"),
        (
            ~rows["credit"] & (rows["quantity"] <= 0),
            "Quantity",
            "not above zero, and not a credit note",
        ),
        (
            rows["credit"] & (rows["quantity"] >= 0),
            "Quantity",
            "credit note with a quantity not below zero",
        ),
        (rows["price"] <= 0, "UnitPrice", "not above zero"),
    ]
    bad = pd.Series(False, index=rows.index)
    for mask, field, reason in checks:
        for row in rows[mask & ~bad][["file_line", "InvoiceNo", field]].values.tolist():
            problems.append((row[0], row[1], field, row[2], reason))
        bad |= mask
    return rows[~bad]


def _match_returns(sales, credits, problems):
    """Give each credited row to earlier sales of the same customer and article.

    The newest earlier sale with something left to return comes first: goods come
    back soon after they were sold.
    """
    open_lines = defaultdict(deque)
    events = [
        (date, 0, file_line, (customer, article), (order, line, quantity), None)
        for date, file_line, customer, article, order, line, quantity in sales[
            ["date", "file_line", "CustomerID", "StockCode", "order", "line"] + ["quantity"]
        ].itertuples(index=False)
    ] + [
        (date, 1, file_line, (customer, article), quantity, credit)
        for date, file_line, customer, article, quantity, credit in credits[
            ["date", "file_line", "CustomerID", "StockCode", "quantity", "InvoiceNo"]
        ].itertuples(index=False)
    ]
    events.sort(key=lambda event: event[:3])
    matched = []
    for date, kind, file_line, pair, what, credit in events:
        if not kind:
            open_lines[pair].appendleft(list(what))
            continue
        wanted = -what
        for sold in open_lines[pair]:
            part = min(wanted, sold[2])
            if part > 0:
                sold[2] -= part
                wanted -= part
                matched.append((credit, date, sold[0], sold[1], *pair, part, file_line))
            if not wanted:
                break
        if wanted:
            problems.append(
                (
                    file_line,
                    credit,
                    "Quantity",
                    str(int(what)),
                    (
                        f"{int(wanted)} returned of article {pair[1]} without an earlier "
                        f"sale to customer {pair[0]} in this file"
                    ),
                )
            )
    return pd.DataFrame(
        matched,
        columns=[
            "credit",
            "date",
            "order",
            "line",
            "customer",
            "article",
            "quantity",
            "file_line",
        ],
    )
