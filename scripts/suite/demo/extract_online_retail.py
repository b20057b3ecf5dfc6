# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Make data/online_retail/online_retail_extract.csv.gz from the full UCI data set.

The extract keeps the columns, the values and the order of the source; rows are
only left out.  Nothing is random, so the same source gives the same bytes:

    python scripts/suite/demo/extract_online_retail.py SOURCE.csv.gz [TARGET.csv.gz]

What is kept
  * customers: the ones with the most invoice lines, from the United Kingdom and, so
    that deliveries have lanes, the best of each other country;
  * articles: the ones those customers bought in the most different weeks
    ("regular"), plus a band bought in few weeks ("intermittent");
  * every invoice line of those customers and articles, and the credit notes
    (invoice number starting with C) that give back something kept;
  * the bad rows of the source that touch them: no customer, zero price, negative
    quantity without C, stock codes that are no article, returns never sold.

Beside it weekly_totals.csv.gz is written: for the articles that sell in (nearly) every
week, what all other customers of the United Kingdom bought, summed by week. The demo
loads it as one collective order a week, so that these articles have their whole demand.
"""

import argparse
import gzip
import io
from pathlib import Path

import pandas as pd

REGULAR_ARTICLES = 30
INTERMITTENT_ARTICLES = 8
INTERMITTENT_WEEKS = (9, 16)
UK_CUSTOMERS = 10
COUNTRIES_ABROAD = 12
CUSTOMERS_PER_COUNTRY_ABROAD = 1
MAX_BAD_ROWS_PER_KIND = 30
MAX_LINE_QUANTITY = 1500
COLLECTIVE_ARTICLES = 14
ARTICLE = r"^\d{5}[A-Za-z]{0,2}$"


def read_source(path):
    """Return the source as text (so that values survive unchanged) and typed.

    :param path: the UCI file as csv or csv.gz
    :return: (text, typed) data frames sharing their index
    """
    text = pd.read_csv(path, dtype=str, keep_default_na=False)
    typed = text.copy()
    typed["Quantity"] = pd.to_numeric(text["Quantity"])
    typed["UnitPrice"] = pd.to_numeric(text["UnitPrice"])
    typed["InvoiceDate"] = pd.to_datetime(text["InvoiceDate"])
    typed["week"] = typed["InvoiceDate"].dt.to_period("W-SUN")
    typed["credit"] = text["InvoiceNo"].str.startswith("C")
    return text, typed


def select_rows(rows):
    """Return the index of the rows to keep (see the module's docstring).

    :param rows: typed frame of :func:`read_source`
    """
    is_article = rows["StockCode"].str.match(ARTICLE)
    sale = _sales(rows)
    customers = _select_customers(sale)
    sale = sale[sale["CustomerID"].isin(customers)]
    articles = _select_articles(sale)
    sale = sale[sale["StockCode"].isin(articles)]
    mine = rows["CustomerID"].isin(set(sale["CustomerID"]))
    sold_pairs = pd.MultiIndex.from_frame(sale[["CustomerID", "StockCode"]])
    pairs = pd.MultiIndex.from_frame(rows[["CustomerID", "StockCode"]])
    credits = rows[rows["credit"] & mine & pairs.isin(sold_pairs)]
    ours = rows["StockCode"].isin(articles)
    bad = [
        ours & (rows["CustomerID"] == "") & (rows["Quantity"] > 0),
        ours & (rows["UnitPrice"] <= 0) & (rows["Quantity"] > 0),
        ours & (rows["Quantity"] <= 0) & ~rows["credit"],
        ~is_article & mine & ~rows["credit"],
        ~is_article & mine & rows["credit"],
        ours & rows["credit"] & mine & ~pairs.isin(sold_pairs),
        rows["InvoiceNo"].str.startswith("A"),
    ]
    keep = sale.index.union(credits.index)
    for mask in bad:
        kind = rows.index[mask]
        step = max(1, len(kind) // MAX_BAD_ROWS_PER_KIND)
        keep = keep.union(kind[::step][:MAX_BAD_ROWS_PER_KIND])
    return keep


def _sales(rows):
    """Return the rows that are plain sales of an article to a known customer."""
    return rows[
        rows["StockCode"].str.match(ARTICLE)
        & ~rows["credit"]
        & (rows["Quantity"] > 0)
        & (rows["Quantity"] <= MAX_LINE_QUANTITY)
        & (rows["UnitPrice"] > 0)
        & (rows["CustomerID"] != "")
    ]


def weekly_totals(rows, keep):
    """Return Week (its Monday), StockCode, Quantity of the customers not kept.

    Of the kept articles the :data:`COLLECTIVE_ARTICLES` are taken whose weekly totals
    vary least (squared coefficient of variation, all weeks counted).

    :param rows: typed frame of :func:`read_source`
    :param keep: index of :func:`select_rows`
    """
    sale = _sales(rows)
    kept = _sales(rows.loc[keep])
    sale = sale[(sale["Country"] == "United Kingdom") & sale["StockCode"].isin(kept["StockCode"])]
    others = sale[~sale["CustomerID"].isin(kept["CustomerID"])]
    table = others.pivot_table(index="StockCode", columns="week", values="Quantity", aggfunc="sum", fill_value=0)
    variation = (table.std(axis=1) / table.mean(axis=1)).sort_values(kind="stable")
    totals = table.loc[sorted(variation.index[:COLLECTIVE_ARTICLES])].stack()
    totals = totals[totals > 0].rename("Quantity").reset_index()
    totals["Week"] = totals["week"].dt.start_time.dt.strftime("%Y-%m-%d")
    return totals.sort_values(["Week", "StockCode"])[["Week", "StockCode", "Quantity"]]


def _select_customers(sale):
    """Return customer numbers: the busy ones at home, and some from abroad."""
    weeks = (
        sale.groupby("CustomerID")
        .agg(
            weeks=("week", "nunique"),
            lines=("week", "size"),
            country=("Country", "first"),
        )
        .sort_values(["lines", "weeks"], ascending=False, kind="stable")
    )
    # the very largest buyers would be a third of all lines on their own
    weeks = weeks[weeks["lines"] < 1200]
    home = weeks[weeks["country"] == "United Kingdom"].head(UK_CUSTOMERS)
    abroad = weeks[weeks["country"] != "United Kingdom"]
    countries = abroad["country"].drop_duplicates().head(COUNTRIES_ABROAD)
    abroad = abroad[abroad["country"].isin(countries)].groupby("country").head(CUSTOMERS_PER_COUNTRY_ABROAD)
    return set(home.index) | set(abroad.index)


def _select_articles(sale):
    """Return stock codes: regular ones and a band of intermittent ones."""
    weeks = (
        sale.groupby("StockCode")
        .agg(weeks=("week", "nunique"), lines=("week", "size"))
        .sort_values(["weeks", "lines"], ascending=False, kind="stable")
    )
    regular = list(weeks.head(REGULAR_ARTICLES).index)
    low, high = INTERMITTENT_WEEKS
    band = weeks[weeks["weeks"].between(low, high)]
    step = max(1, len(band) // INTERMITTENT_ARTICLES)
    return regular + list(band.index[::step][:INTERMITTENT_ARTICLES])


def write_extract(text, keep, target):
    """Write the kept rows; the same rows always give the same bytes.

    :param text: text frame of :func:`read_source`
    :param keep: index of the rows to write
    :param target: path of the .csv.gz
    """
    _write(text.loc[keep].sort_index(), target)


def _write(table, target):
    """Write a table as csv.gz without a time stamp in it."""
    plain = io.StringIO()
    table.to_csv(plain, index=False, lineterminator="\n")
    with (
        open(target, "wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=9, mtime=0) as packed,
    ):
        packed.write(plain.getvalue().encode("utf-8"))


def main():
    """Command line: SOURCE [TARGET]."""
    default = Path(__file__).resolve().parents[3] / ("data/online_retail/online_retail_extract.csv.gz")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", help="UCI Online Retail as csv or csv.gz")
    parser.add_argument("target", nargs="?", default=str(default))
    options = parser.parse_args()
    text, rows = read_source(options.source)
    keep = select_rows(rows)
    write_extract(text, keep, options.target)
    totals = weekly_totals(rows, keep)
    _write(totals, Path(options.target).with_name("weekly_totals.csv.gz"))
    kept = rows.loc[keep]
    good = kept[~kept["credit"] & (kept["Quantity"] > 0) & (kept["UnitPrice"] > 0)]
    print(
        f"{len(kept)} rows, {good['InvoiceNo'].nunique()} invoices, "
        f"{good['StockCode'].nunique()} stock codes, "
        f"{good['CustomerID'].nunique()} customers -> {options.target}"
    )
    print(f"{len(totals)} weekly totals of {totals['StockCode'].nunique()} articles")


if __name__ == "__main__":
    main()
