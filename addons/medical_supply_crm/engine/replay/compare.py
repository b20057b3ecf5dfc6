# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Policies side by side: service against stock, and what that saves."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .errors import LedgerError
from .policies import MAKE, POLICIES, SETTINGS, Spans
from .simulate import simulate


@dataclass
class Comparison:
    """Result of `compare`.

    :ivar curves: one row per policy, class and setting: policy, abc ("A".."C", "all"), setting,
        fill_rate, stockout_share (of series-periods), stock_value (mean), waste_value, orders, demand
    :ivar equal_fill: per class and policy: target, stock_value, waste_value at that fill rate (NaN
        where the policy's settings do not reach it), and stock_saved, waste_saved of "booked" against
        it (shares)
    :ivar equal_stock: per class and policy: stock_value, short_share (of demand not served),
        stockout_share, and the same of "booked" at that stock
    :ivar facts: dict: series, period, periods, first (period lived through first), lead, review,
        estimated (share of the demand)
    """

    curves: pd.DataFrame
    equal_fill: pd.DataFrame
    equal_stock: pd.DataFrame
    facts: dict


def compare(ledger, schedule=None, *, lead_days, review_days, policies=POLICIES, target=0.99,
            first=None, settings=None):  # fmt: skip
    """Live through the ledger's demand again under each policy.

    :param lead_days, review_days: rounded up to periods of the ledger (review at least one)
    :param target: fill rate at which stock and waste are compared
    :param first: periods kept for learning; None: a third of the ledger, at least two protection
        intervals and at most two years
    :param settings: dict policy → settings, for those that are not to be the usual ones
    :return: `Comparison`
    :raises LedgerError: an unknown policy, or too few periods for these times
    """
    for name in policies:
        if name not in MAKE:
            raise LedgerError(f"policy {name!r}: must be one of {', '.join(MAKE)}")
    for name, days in (("lead_days", lead_days), ("review_days", review_days)):
        if not 0 <= days <= 3650:
            raise LedgerError(f"{name} {days!r}: must lie between 0 and 3650")
    if not 0.5 < target < 1:
        raise LedgerError(f"target {target!r}: must lie between 0.5 and 1")
    lead = int(np.ceil(lead_days / ledger.days - 1e-9))
    review = max(1, int(np.ceil(review_days / ledger.days - 1e-9)))
    width = ledger.demand.shape[1]
    if first is None:
        first = min(max(width // 3, 2 * (lead + review)), round(730 / ledger.days))
    spans = Spans(int(first), lead, review)
    warm = spans.protection  # all policies start from the same shelf: not their doing
    if not spans.protection <= first <= width - warm - 4:
        raise LedgerError(
            f"{width} {ledger.period}s are too few for {first} to learn from, a lead time of {lead} "
            f"and a review of {review} {ledger.period}(s)"
        )
    classes = _abc(ledger)
    parts = [
        _curve(
            name,
            np.asarray((settings or {}).get(name, SETTINGS[name]), float),
            ledger,
            schedule,
            spans,
            classes,
            warm,
        )  # fmt: skip
        for name in policies
    ]
    curves = pd.concat(parts, ignore_index=True)
    facts = {
        "series": len(ledger.series), "period": ledger.period, "periods": width, "first": spans.first,
        "lead": lead, "review": review, "estimated": float(ledger.estimated.mean()),
    }  # fmt: skip
    return Comparison(
        curves, _at_equal_fill(curves, target), _at_equal_stock(curves, target), facts
    )


def _abc(ledger):
    """Class of each series by value of its demand: A the first 80 %, B the next 15 %."""
    value = ledger.demand.sum(1) * ledger.series["unit_cost"].to_numpy(float)
    order = np.argsort(-value, kind="stable")
    before = (np.cumsum(value[order]) - value[order]) / max(value.sum(), 1e-9)
    classes = np.empty(len(value), "U1")
    classes[order] = np.where(before < 0.8, "A", np.where(before < 0.95, "B", "C"))
    return classes


def _curve(name, settings, ledger, schedule, spans, classes, warm):
    reorder, upto, use = MAKE[name](ledger, schedule, spans, settings)
    count, rows, width = upto.shape
    series = ledger.series
    initial = _initial(ledger, spans)
    out = simulate(
        np.tile(ledger.demand[:, spans.first :], (count, 1)),
        upto.reshape(count * rows, width),
        reorder.reshape(count * rows, width),
        use=None if use is None else np.tile(use, (count, 1)),
        lead=spans.lead,
        review=spans.review,
        initial=np.tile(initial, count),
        life=np.tile(series["shelf_life_days"].to_numpy(float) / ledger.days, count),
        pack=np.tile(series["pack_size"].to_numpy(float), count),
        skip=warm,
        count_first=False,
    )
    cost = np.tile(series["unit_cost"].to_numpy(float), count)
    frame = pd.DataFrame(
        {
            "setting": np.repeat(settings, rows),
            "abc": np.tile(classes, count),
            "demand": out.demand,
            "served": out.served,
            "short": out.short_periods,
            "stock_value": out.stock * cost,
            "waste_value": out.wasted * cost,
            "orders": out.orders,
            "n": out.periods,
        }
    )
    both = pd.concat([frame, frame.assign(abc="all")])
    table = both.groupby(["abc", "setting"], as_index=False).sum()
    table["fill_rate"] = table["served"] / table["demand"].where(table["demand"] > 0)
    table["stockout_share"] = table["short"] / table["n"]
    table.insert(0, "policy", name)
    return table[["policy", "abc", "setting", "fill_rate", "stockout_share", "stock_value",
                  "waste_value", "orders", "demand"]]  # fmt: skip


def _initial(ledger, spans):
    """Stock every policy starts from: the ledger's, else one protection interval's mean use."""
    usual = ledger.demand[:, : spans.first].mean(1) * spans.protection
    written = ledger.opening[:, spans.first]
    return np.where(np.isnan(written), np.ceil(usual), written)


def _at(curve, by, value, *wanted):
    """Values of a policy's curve where `by` takes `value`.

    Where its cheapest setting serves better already, or its dearest needs less stock, that setting
    speaks: it is no worse than what is asked for. NaN where no setting serves so well, or none needs
    so little.
    """
    curve = curve.sort_values(["stock_value", by])
    # more stock never serves less; small steps back of the simulation are levelled
    x = np.maximum.accumulate(curve[by].to_numpy(float))
    out_of_reach = value > x[-1] + 1e-12 if by == "fill_rate" else value < x[0] - 1e-12
    if np.isnan(value) or out_of_reach:
        return [np.nan] * len(wanted)
    return [float(np.interp(value, x, curve[name].to_numpy(float))) for name in wanted]


def _at_equal_fill(curves, target):
    rows = []
    for abc, group in curves.groupby("abc"):
        found = {
            name: _at(part, "fill_rate", target, "stock_value", "waste_value")
            for name, part in group.groupby("policy", sort=False)
        }
        ours = found.get("booked", [np.nan, np.nan])
        for name, (stock, waste) in found.items():
            saved = [
                _saved(mine, theirs)
                for mine, theirs in zip(ours, (stock, waste), strict=True)
            ]
            rows.append((abc, name, target, stock, waste, *saved))
    names = [
        "abc",
        "policy",
        "target",
        "stock_value",
        "waste_value",
        "stock_saved",
        "waste_saved",
    ]
    return pd.DataFrame(rows, columns=names)


def _at_equal_stock(curves, target):
    """Each policy at the stock it needs for the target, and "booked" with that stock."""
    rows = []
    for abc, group in curves.groupby("abc"):
        parts = dict(tuple(group.groupby("policy", sort=False)))
        for name, part in parts.items():
            stock, shares = _at(
                part, "fill_rate", target, "stock_value", "stockout_share"
            )
            ours = [np.nan, np.nan]
            if "booked" in parts and not np.isnan(stock):
                ours = _at(
                    parts["booked"], "stock_value", stock, "fill_rate", "stockout_share"
                )
            rows.append((abc, name, stock, 1 - target, shares, 1 - ours[0], ours[1]))
    names = ["abc", "policy", "stock_value", "short_share", "stockout_share",
             "booked_short_share", "booked_stockout_share"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _saved(mine, theirs):
    return 1 - mine / theirs if theirs and theirs > 0 else np.nan
