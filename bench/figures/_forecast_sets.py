# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The real series that forecasts are judged on, and the judging.

The sets are not part of the repository; OMNI_SHARED_DATA names the folder that holds m3/,
expsmooth/, spare_parts/ and orange_juice/. M3 comes with its split, of the others the last
periods are held out.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from suite.prepare import Problem

DRIVERS = ["price", "deal", "feat"]
WEEKS = 8
BANDS = ("mean", "lo80", "hi80", "lo95", "hi95")


def data_folder():
    """:raises Problem: OMNI_SHARED_DATA is not set or not a folder"""
    path = os.environ.get("OMNI_SHARED_DATA", "")
    if not path or not Path(path).is_dir():
        raise Problem("OMNI_SHARED_DATA must name the folder with m3/, expsmooth/, spare_parts/")
    return Path(path)


def month(start, count):
    """`count` month starts from "YYYY-MM"."""
    return (np.datetime64(start, "M") + np.arange(count)).astype("datetime64[ns]")


def hospital(folder):
    """Monthly patient counts, 767 x 84."""
    return pd.read_csv(folder / "expsmooth" / "hospital.csv.gz", parse_dates=["ds"])


def braf(folder):
    """Royal Air Force spares, 5,000 x 84 months."""
    wide = pd.read_csv(folder / "spare_parts" / "braf.csv.gz")
    wide.columns = wide.columns.str.strip()
    y = wide.drop(columns=["item", "Price"]).to_numpy(float)
    ids = np.array([f"B{i:04d}" for i in range(len(y))], dtype=object)
    return pd.DataFrame(
        {
            "unique_id": np.repeat(ids, y.shape[1]),
            "ds": np.tile(month("1996-01", y.shape[1]), len(y)),
            "y": y.ravel(),
        }
    )


def m3(folder):
    """M3 monthly, 1,428 series: (train, test)."""
    meta = pd.read_csv(folder / "m3" / "m3_meta.csv.gz")
    monthly = meta[meta.period.str.strip() == "MONTHLY"].unique_id
    frame = pd.read_csv(folder / "m3" / "m3.csv.gz")
    frame = frame[frame.unique_id.isin(monthly)]
    # the calendar date plays no part; a running month number does
    frame["ds"] = month("1950-01", int(frame.t.max()))[frame.t.to_numpy() - 1]
    train = frame.split == "train"
    return frame[train], frame[~train]


def retail_weeks(folder):
    """Weekly pieces sold by article of a gift wholesaler, about 2,800 x 53: (train, test).

    Complete weeks; articles sold in 10 weeks or more; the last 4 weeks held out.
    """
    columns = ["StockCode", "Quantity", "InvoiceDate", "UnitPrice"]
    path = folder / "online_retail" / "online_retail.csv.gz"
    lines = pd.read_csv(path, usecols=columns, dtype={"StockCode": str})
    lines = lines[(lines.Quantity > 0) & (lines.UnitPrice > 0)]
    days = pd.to_datetime(lines.InvoiceDate).dt.normalize()
    lines["ds"] = days - pd.to_timedelta(days.dt.weekday, unit="D")
    sold = lines[lines.ds < lines.ds.max()].groupby(["StockCode", "ds"]).Quantity.sum()
    wide = sold.unstack("ds", fill_value=0)
    past, held = wide.iloc[:, :-4], wide.iloc[:, -4:]
    ids = past.index[(past > 0).sum(axis=1) >= 10]
    first = past.loc[ids].gt(0).idxmax(axis=1)
    out = []
    for part in (past.loc[ids], held.loc[ids]):
        long = part.stack().rename("y").reset_index().rename(columns={"StockCode": "unique_id"})
        # an article begins with its first sale
        out.append(long[long.ds >= long.unique_id.map(first)])
    return tuple(out)


def orange_juice(folder):
    """Weekly sales by store and brand with own price, deal and feature."""
    path = folder / "orange_juice" / "orange_juice_store_brand_week.csv.gz"
    frame = pd.read_csv(path)
    frame["unique_id"] = frame.store.astype(str) + "_" + frame.brand.astype(str)
    weeks = 7 * frame.week.to_numpy()
    frame["ds"] = np.datetime64("1989-09-14", "ns") + weeks.astype("timedelta64[D]")
    frame["y"] = np.exp(frame.logmove)
    prices = frame[[f"price{i}" for i in range(1, 12)]].to_numpy()
    frame["price"] = prices[np.arange(len(frame)), frame.brand - 1]
    return frame


def orange_juice_origins(folder):
    """(train, test) at three origins: series complete at the origin and over 8 weeks."""
    frame = orange_juice(folder)
    for last in (136, 144, 152):
        train = frame[frame.week <= last]
        test = frame[(frame.week > last) & (frame.week <= last + WEEKS)]
        ends = train.groupby("unique_id").week.max()
        count = test.groupby("unique_id").size()
        keep = ends.index[ends == last].intersection(count.index[count == WEEKS])
        yield train[train.unique_id.isin(keep)], test[test.unique_id.isin(keep)]


def split(frame, cut, horizon):
    """(train, test): the last `cut` rows of each series held out, `horizon` of them judged."""
    left = frame.groupby("unique_id").cumcount(ascending=False)
    return frame[left >= cut], frame[(left < cut) & (left >= cut - horizon)]


def sample(train, test, every):
    """Every n-th series of both."""
    ids = sorted(train.unique_id.unique())[::every]
    return train[train.unique_id.isin(ids)], test[test.unique_id.isin(ids)]


def past_of(train):
    """History of each series in the order of the ids, a list of arrays."""
    return [y.to_numpy() for _id, y in train.sort_values("ds").groupby("unique_id").y]


def actual_of(test):
    """(N, H) of the held-out periods in the order of the ids."""
    test = test.sort_values(["unique_id", "ds"])
    return test.y.to_numpy(float).reshape(test.unique_id.nunique(), -1)


def matrix(frame, test, column="mean"):
    """(N, H) of a column of results at the held-out periods."""
    both = test[["unique_id", "ds"]].merge(frame, on=["unique_id", "ds"], how="left")
    both = both.sort_values(["unique_id", "ds"])
    return both[column].to_numpy(float).reshape(both.unique_id.nunique(), -1)


def judge(accuracy, past, y, mean):
    """Mean over series of MASE, sMAPE, RMSSE; bias and absolute error as share of demand."""
    one = np.array([accuracy.naive_scale(p, 12) for p in past])
    two = np.array([accuracy.naive_scale(p, 1, 2) for p in past])
    return {
        "MASE": float(np.nanmean(accuracy.mase(y, mean, scale=np.where(one > 0, one, np.nan)))),
        "sMAPE": float(np.nanmean(accuracy.smape(y, mean))),
        "RMSSE": float(np.nanmean(accuracy.rmsse(y, mean, scale=np.where(two > 0, two, np.nan)))),
        "bias": float((mean - y).sum() / y.sum()),
        "WAPE": float(np.abs(mean - y).sum() / y.sum()),
    }


def coverages(result, test, y):
    """{80: share inside, 95: share inside}."""
    bands = {name: matrix(result.forecasts, test, name) for name in BANDS}
    return {level: float(((y >= bands[f"lo{level}"]) & (y <= bands[f"hi{level}"])).mean()) for level in (80, 95)}
