# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What was promised against what came: lead-time totals in the backtest.

At each origin the quantile of the lead-time total is made from the errors of the *other*
origins (leave one out, as `intervals.measure` does for the bands) and held against the total
that came. Beside it stands the textbook's z·σ·√L (e.g. Silver, Pyke & Thomas 2017), with the
one-step error known at that origin.
"""

from statistics import NormalDist

import numpy as np
import pandas as pd

from . import accuracy, leadtime

PROMISES = [
    "unique_id",
    "service",
    "checks",
    "met",
    "met_textbook",
    "textbook",
    "level",
    "scale",
    "scale_square",
]


def textbook_quantile(mean, sigma, periods, service):
    """Lead-time quantile of the usual formula: forecast of the total + z·σ·√L.

    :param mean: (N, H) forecast; :param sigma: (N,) one-step error; :param periods: (N,)
    :param service: (N,) probabilities; :returns: (N,)
    """
    total = np.array(
        [row[:length].sum() for row, length in zip(mean, periods, strict=True)]
    )
    z = np.array([NormalDist().inv_cdf(p) for p in service])
    return total + z * sigma * np.sqrt(periods)


def promise_frame(table, back, past, past_scale, group, periods, service, now, season):
    """Promised and measured service of each series.

    :param back: backtest.Backtest; :param past: (W, N, H) its forecasts by the chosen model
    :param past_scale: (W, N); :param group: (N,); :param periods: (N,) lead time, 0 = none
    :param service: (N,) promised probability
    :param now: (mean (N, H), sigma (N,)) of the forecast ahead, for the formula
    :returns: DataFrame unique_id, service, checks (origins with a whole lead time known),
        met, met_textbook (how often the total stayed within the quantile), textbook (the
        formula's quantile today), level (mean demand of the periods judged), scale and
        scale_square (of MASE and RMSSE, for errors yet to come)
    """
    size = len(table.n)
    checks, met, formula = np.zeros((3, size))
    unit = table.unit
    with np.errstate(invalid="ignore"):
        known = ~np.isnan(back.actual) & ~np.isnan(past)
    count = known.sum((0, 2))
    level = np.where(known, back.actual, 0.0).sum((0, 2)) / np.maximum(count, 1)
    textbook = np.full(size, np.nan)
    if periods is not None:
        ahead = periods > 0
        textbook[ahead] = textbook_quantile(
            now[0][ahead], now[1][ahead], periods[ahead], service[ahead]
        )
        _count(
            back, past, past_scale, group, periods, service, unit, checks, met, formula
        )
    return pd.DataFrame(
        {
            "unique_id": table.ids,
            "service": service,
            "checks": checks.astype(int),
            "met": met.astype(int),
            "met_textbook": formula.astype(int),
            "textbook": np.maximum(textbook, 0.0) * unit,
            "level": np.where(count > 0, level, np.nan) * unit,
            "scale": accuracy.naive_scale(table.y, season, 1) * unit,
            "scale_square": accuracy.naive_scale(table.y, 1, 2) * unit**2,
        },
        columns=PROMISES,
    )


def _count(back, past, past_scale, group, periods, service, unit, checks, met, formula):
    """Add up, origin by origin, where the total stayed within either quantile."""
    windows = len(back.cuts)
    error = back.actual - past
    for w in range(windows if windows > 1 else 0):
        others = np.arange(windows) != w
        for length in np.unique(periods[periods > 0]):
            actual = back.actual[w, :, :length].sum(1)
            judged = (periods == length) & ~np.isnan(actual) & (past_scale[w] > 0)
            judged &= ~np.isnan(past[w, :, :length]).any(1)
            if not judged.any():
                continue
            asked = np.unique(service[judged])
            answers = leadtime.total_quantile(
                np.where(np.isnan(past[w]), 0.0, past[w]),
                np.where(past_scale[w] > 0, past_scale[w], np.nanmedian(past_scale[w])),
                error[others],
                past_scale[others],
                group,
                int(length),
                asked,
                np.nan_to_num(back.level[w]) * unit,
                back.level[others] * unit,
            )
            plain = past[w, :, :length].sum(1)
            for wanted, answer in zip(asked, answers, strict=True):
                rows = judged & (service == wanted)
                checks[rows] += 1
                met[rows] += actual[rows] <= np.maximum(answer[rows], 0.0) + 1e-9
                usual = plain + NormalDist().inv_cdf(wanted) * back.sigma[w] * np.sqrt(
                    length
                )
                formula[rows] += actual[rows] <= np.maximum(usual[rows], 0.0) + 1e-9
