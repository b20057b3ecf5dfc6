# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From what was delivered to what was wanted: stock-outs, events, outliers.

* **Stock-outs.** Days without stock censor the demand: nothing is sold, though customers
  ask. With Poisson arrivals the days in stock alone estimate the rate (Conrad 1976,
  *Sales data and the estimation of demand*; Wecker 1978; Nahmias 1994 for other
  distributions); a period with few such days borrows from its neighbours (gamma prior,
  exponential weights, season taken out). Where customers order anyway and wait, their
  orders are demand already: only the share that did not wait is added.
* **Events.** A period under an event is divided by the factor learned for it.
* **Outliers.** Hampel's identifier (Hampel 1974; Pearson 2002): distance to a running
  median in robust standard deviations (1.4826 × MAD) of the deseasonalised series.
  Three in a row on one side are a new level, not outliers. They are marked; only on
  request are they limited.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .calendars import DEFAULT_SEASON
from .season import seasonal_index

ADI_BORDER = 1.32
DECAY = {"M": 0.8, "W": 0.92, "D": 0.97}  # weight of the next period in the local rate
PRIOR = 0.25  # strength of the local rate, in periods
WINDOW = {"M": 13, "W": 13, "D": 29}  # of the running median
BORDER = 5.0  # robust standard deviations beyond which a value is an outlier
LIMIT = 3.0  # where a limited outlier ends up
LEAST = 8  # periods under which nobody can tell an outlier
TO_ORDER = 0.25  # share of days in stock under which a product is procured to order
CLOSED = 0.3  # factor of an event under which the place was as good as closed
OUTLIERS = ("off", "flag", "limit")


@dataclass(frozen=True)
class Cleaned:
    """Right-aligned (N, T) arrays: `value` what a model should see, `unmet` the estimated
    demand of stock-out days inside it, and where something was found."""

    value: np.ndarray
    unmet: np.ndarray
    stockout: np.ndarray
    outlier: np.ndarray
    event: np.ndarray


def align(rows, fill=np.nan):
    """(N, T) right-aligned matrix of rows of different length."""
    width = max((len(row) for row in rows), default=0)
    out = np.full((len(rows), width), fill)
    for i, row in enumerate(rows):
        if len(row):
            out[i, width - len(row) :] = row
    return out


def clean(
    y,
    freq,
    *,
    days=None,
    out=None,
    waited=None,
    factor=None,
    outliers="flag",
    season=None,
):
    """Cleaned demand of N series.

    :param y: (N, T) demand delivered, right-aligned, NaN on the left
    :param freq: "M", "W" or "D"
    :param days: (N, T) days of each period; needed with `out`
    :param out: (N, T) days without stock; None: stock-outs are not looked at
    :param waited: (N, T) part of y that was wanted on such days and delivered later
    :param factor: (N, T) multiplier of events, 1 = none
    :param outliers: "off", "flag" (mark only) or "limit" (to 3 robust deviations)
    :returns: Cleaned
    """
    if outliers not in OUTLIERS:
        raise ValueError(f"outliers is {outliers!r}; it must be one of {OUTLIERS}.")
    m = DEFAULT_SEASON[freq] if season is None else season
    none = np.zeros(y.shape, bool)
    closed = none
    if factor is not None and days is not None:
        # a closure leaves nothing to divide: its days count like days without stock
        closed = (factor < CLOSED) & ~np.isnan(y)
        shut = np.where(closed, days * (1.0 - factor), 0.0)
        out = shut if out is None else np.maximum(out, shut)
        factor = np.where(closed, 1.0, factor)
    unmet, stockout = np.zeros(y.shape), none
    if out is not None:
        rows = np.flatnonzero((out > 0).any(1))
        if rows.size:
            unmet[rows] = unmet_demand(
                y[rows],
                days[rows],
                out[rows],
                np.zeros((len(rows), y.shape[1])) if waited is None else waited[rows],
                freq,
                m,
            )
            stockout = (unmet > 0) & ~closed
    value = y + unmet
    event = closed
    if factor is not None:
        event = (factor != 1) & (factor > 0)
        value = np.where(event, value / np.where(event, factor, 1.0), value)
        event = event | closed
    outlier = none
    if outliers != "off" and y.shape[1] >= LEAST:
        outlier, limited = find_outliers(value, freq, m, stockout | event)
        if outliers == "limit":
            value = np.where(outlier, limited, value)
    return Cleaned(value, unmet, stockout, outlier, event)


def unmet_demand(y, days, out, waited, freq, m):
    """(N, T) demand that stock-out days kept from being met.

    Example: 20 days in stock sold 200, 10 days were out of stock, neighbouring months
    sell 10 a day: 100 unmet.
    """
    inside = ~np.isnan(y)
    days = np.where(inside, days, 0.0)
    out = np.clip(np.where(inside, out, 0.0), 0.0, days)
    stocked = days - out
    waited = np.where(inside, waited, 0.0)
    sold = np.where(inside, np.maximum(y - waited, 0.0), 0.0)
    index = _season_of_rate(sold, stocked, inside, days, freq, m)
    weight = _local(stocked * index, DECAY[freq])
    with np.errstate(all="ignore"):
        local = np.where(weight > 0, index * _local(sold, DECAY[freq]) / weight, 0.0)
        prior = PRIOR * days
        rate = np.where(
            stocked + prior > 0, (sold + prior * local) / (stocked + prior), 0.0
        )
        expected = (rate * out).sum(1)
        patient = np.where(expected > 0, waited.sum(1) / expected, 1.0)
    lost = 1.0 - np.clip(patient, 0.0, 1.0)
    unmet = lost[:, None] * rate * out
    unmet[_off_season(stocked, days, out, m)] = 0.0
    # hardly ever in stock: bought when somebody orders, not kept for those who come
    unmet[stocked.sum(1) < TO_ORDER * days.sum(1)] = 0.0
    unmet[unmet < 1e-9] = 0.0
    return unmet


def _season_of_rate(sold, stocked, inside, days, freq, m):
    """(N, T) multiplicative index of the daily rate; 1 without a believed season."""
    size, width = sold.shape
    usable = stocked > 0.25 * days
    weight = _local(stocked, DECAY[freq])
    with np.errstate(all="ignore"):
        local = np.where(weight > 0, _local(sold, DECAY[freq]) / weight, 0.0)
        rate = np.where(usable, sold / np.where(usable, stocked, 1.0), local)
    rate[~inside] = np.nan
    return seasonal_index(rate, m).over(width) if width else np.ones((size, 0))


def _local(x, decay):
    """(N, T) sums with weights decay^distance, in both directions."""
    ahead, back = np.zeros_like(x), np.zeros_like(x)
    run = np.zeros(len(x))
    for t in range(x.shape[1]):
        run = decay * run + x[:, t]
        ahead[:, t] = run
    run = np.zeros(len(x))
    for t in range(x.shape[1] - 1, -1, -1):
        run = decay * run + x[:, t]
        back[:, t] = run
    return ahead + back - x


def _off_season(stocked, days, out, m):
    """(N, T) periods that are without stock every year: nobody meant to sell then."""
    full = (out >= 0.9 * days) & (days > 0)
    if m <= 1 or not full.any():
        return np.zeros(out.shape, bool)
    phase = (np.arange(out.shape[1]) - out.shape[1]) % m
    off = np.zeros(out.shape, bool)
    for one in np.unique(phase[full.any(0)]):
        columns = phase == one
        seen = (days[:, columns] > 0).sum(1)
        share = stocked[:, columns].sum(1) / np.maximum(days[:, columns].sum(1), 1)
        off[:, columns] = ((seen >= 2) & (share < 0.1))[:, None]
    return off & full


def find_outliers(value, freq, m, explained):
    """Hampel's identifier on the deseasonalised series.

    :param explained: (N, T) bool: stock-outs and events, never outliers
    :returns: (flag (N, T) bool, limited (N, T) what a limited value would be)
    """
    inside = ~np.isnan(value)
    filled = np.where(inside, value, 0.0)
    n = inside.sum(1)
    positive = filled > 0
    sparse = n >= ADI_BORDER * np.maximum(positive.sum(1), 1)
    index = seasonal_index(value, m).over(value.shape[1])
    flag = np.zeros(value.shape, bool)
    limited = filled.copy()
    rows = np.flatnonzero(~sparse & (n >= LEAST))
    if rows.size:
        z = value[rows] / index[rows]
        level = (
            pd.DataFrame(z.T)
            .rolling(WINDOW[freq], center=True, min_periods=3)
            .median()
            .to_numpy()
            .T
        )
        rest = z - level
        usual = _row_median(np.abs(rest))
        height = np.maximum(np.nan_to_num(level), 0.0)
        floor = 0.1 * height
        whole = (filled[rows] % 1 == 0).all(1)[:, None]
        # pieces cannot vary less than a Poisson count does
        floor = np.where(whole, np.maximum(floor, np.sqrt(height)), floor)
        scale = np.maximum(1.4826 * usual[:, None], floor)
        with np.errstate(invalid="ignore"):
            far = np.abs(rest) > BORDER * np.maximum(scale, 1e-9)
        far &= inside[rows] & ~explained[rows]
        # a product that begins in the middle of a period sells little in it
        begin = value.shape[1] - n[rows]
        far[np.arange(len(rows)), begin] &= rest[np.arange(len(rows)), begin] > 0
        far &= ~_runs(far & (rest > 0)) & ~_runs(far & (rest < 0))
        flag[rows] = far
        border = np.maximum(level + np.sign(rest) * LIMIT * scale, 0.0) * index[rows]
        limited[rows] = np.where(far, border, filled[rows])
    rows = np.flatnonzero(sparse & (positive.sum(1) >= 4))
    if rows.size:
        # sizes of intermittent demand are skewed: their logarithms, and only the high side
        with np.errstate(divide="ignore"):
            logs = np.where(positive[rows], np.log(filled[rows]), np.nan)
        centre = _row_median(logs)[:, None]
        scale = np.maximum(1.4826 * _row_median(np.abs(logs - centre))[:, None], 0.5)
        with np.errstate(invalid="ignore"):
            far = (logs - centre > BORDER * scale) & ~explained[rows]
        flag[rows] = far
        limited[rows] = np.where(far, np.exp(centre + LIMIT * scale), filled[rows])
    return flag, limited


def _row_median(x):
    """(N,) median of what is known in each row; 0 where nothing is."""
    ordered = np.sort(x, axis=1)  # NaN last
    count = (~np.isnan(x)).sum(1)
    row = np.arange(len(x))
    low = ordered[row, np.maximum(count - 1, 0) // 2]
    high = ordered[row, np.minimum(count // 2, np.maximum(count - 1, 0))]
    return np.where(count > 0, 0.5 * (low + high), 0.0)


def _runs(flag, length=3):
    """(N, T) bool: members of a run of at least `length` flags."""
    width = flag.shape[1]
    count = np.zeros(flag.shape, int)
    run = np.zeros(len(flag), int)
    for t in range(width):
        run = np.where(flag[:, t], run + 1, 0)
        count[:, t] = run
    longest = np.zeros(len(flag), int)
    out = np.zeros(flag.shape, bool)
    for t in range(width - 1, -1, -1):
        longest = np.where(flag[:, t], np.maximum(longest, count[:, t]), 0)
        out[:, t] = longest >= length
    return out


def xyz_classes(value, freq):
    """Classes by variability: X under 0.5, Y under 1, Z from 1 on.

    Coefficient of variation of the demand of the newest two seasons (day: 91 days); under
    three periods, or without demand, Z. Source: Silver, Pyke & Thomas 2017, ch. 2.

    :returns: (list of "X", "Y", "Z", (N,) coefficients, NaN where unknown)
    """
    width = {"M": 24, "W": 104, "D": 91}[freq]
    part = value[:, -width:]
    count = (~np.isnan(part)).sum(1)
    known = np.where(np.isnan(part), 0.0, part)
    mean = known.sum(1) / np.maximum(count, 1)
    spread = np.where(np.isnan(part), 0.0, known - mean[:, None])
    sd = np.sqrt((spread**2).sum(1) / np.maximum(count - 1, 1))
    ok = (count >= 3) & (mean > 0)
    cv = np.where(ok, sd / np.where(ok, mean, 1.0), np.nan)
    names = np.where(cv < 0.5, "X", np.where(cv < 1.0, "Y", "Z"))
    return names.tolist(), cv
