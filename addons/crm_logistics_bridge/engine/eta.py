# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When will it arrive: delivery dates learned from completed deliveries.

A *lane* is where a delivery comes from, who carries it, where to, and on which
weekday it starts. Lead times are days (float). For every lane the whole quantile
function is kept, so that a delivery which is already three days old gets the
expectation *given* those three days.

Method
------
1. Quantiles by the inverted empirical distribution (Hyndman & Fan 1996, type 1):
   the p-quantile of n values is the ceil(p n)-th smallest.
2. A lane with fewer than ``min_obs`` deliveries is not used; its parent is. Others
   are shrunk towards their parent with weight n / (n + shrink), quantile by quantile.
3. The p90 is corrected by split-conformal calibration (Romano, Patterson & Candes
   2019, one-sided): of the newest deliveries, left out of the fit, the
   ceil((m + 1) 0.9)-th smallest of (actual - p90) is added.
4. Coverage is measured on deliveries that neither fit nor calibration saw.
"""

import numpy as np
import pandas as pd

KEYS = ("warehouse", "carrier", "region", "weekday")
#: Finest first; level 0 is everything a stage has.
LEVELS = {4: KEYS, 3: KEYS[:3], 2: KEYS[:2], 1: KEYS[:1], 0: ()}
#: Key values that stand for "any".
ANY = {"warehouse": 0, "carrier": -1, "region": "*", "weekday": -1}
GRID = np.array([0.0, *np.arange(1, 20) / 20, 0.99, 1.0])
EXPECTED, PROMISE = 0.5, 0.9
#: A split-conformal correction needs some deliveries to stand on.
MIN_CALIBRATION = 50
_HISTORY = ("stage", *KEYS, "lead", "done")


def inverted_cdf(values, probability):
    """Quantile by the inverted empirical distribution.

    >>> inverted_cdf(range(1, 11), 0.9)
    9.0
    """
    values = np.sort(np.asarray(list(values), dtype=float))
    if not len(values):
        raise ValueError("inverted_cdf needs at least one value, got none")
    return float(values[_rank(len(values), probability)])


def _rank(count, probability):
    """0-based index of the quantile; the tiny term undoes 0.9 * 10 = 9.000000000000002."""
    return np.clip(
        np.ceil(np.asarray(count) * probability - 1e-9).astype(int) - 1, 0, None
    )


def effective_start(local, cutoff_hour):
    """Day on which an order really starts its way.

    :param local: Series of datetimes, company time zone, without tz
    :param cutoff_hour: number or Series; confirmed at or after this hour counts as the next
        day at 00:00; 24 or more switches it off
    """
    hours = local.dt.hour + local.dt.minute / 60 + local.dt.second / 3600
    late = hours >= cutoff_hour
    return local.where(~late, local.dt.normalize() + pd.Timedelta(1, "D"))


def region_key(country, state, postcode):
    """Destination region: country and state, else the first two of the postcode."""
    return "-".join(
        part for part in (country or "", state or (postcode or "")[:2]) if part
    )


def fit(history, min_obs=10, shrink=10.0):
    """Learn the lanes.

    :param history: DataFrame with columns stage, warehouse (int), carrier (int, 0 =
        none), region (str), weekday (0 = Monday), lead (days), done (datetime)
    :param int min_obs: fewest deliveries a lane of its own needs
    :param float shrink: deliveries that weigh as much as the parent lane
    :return: DataFrame with stage, level, the four keys (:data:`ANY` where wider),
        n, p50, p90, grid (list over :data:`GRID`), coverage and coverage_n
    :raises ValueError: missing column, negative or missing lead time
    """
    _check(history)
    history = history.sort_values("done", kind="stable").reset_index(drop=True)
    whole = ["warehouse", "carrier", "weekday"]
    history[whole] = history[whole].astype(int)
    tables = [
        _fit_stage(part.reset_index(drop=True), min_obs, shrink).assign(stage=stage)
        for stage, part in history.groupby("stage", sort=True)
    ]
    columns = [
        "stage",
        "level",
        *KEYS,
        "n",
        "p50",
        "p90",
        "grid",
        "coverage",
        "coverage_n",
    ]
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]


def _check(history):
    missing = [name for name in _HISTORY if name not in history.columns]
    if missing:
        raise ValueError(f"history lacks the columns {', '.join(missing)}")
    lead = history["lead"]
    wrong = lead.isna() | (lead < 0)
    if wrong.any():
        raise ValueError(
            f"lead must be days from 0 up, got {lead[wrong].iloc[0]!r} "
            f"in row {history.index[wrong][0]}"
        )


def _fit_stage(part, min_obs, shrink):
    """Fit on the older deliveries, correct on newer ones, measure on the newest."""
    total = len(part)
    fold = int(total * 0.2)
    lanes = _quantiles(part, min_obs, shrink)
    if fold < MIN_CALIBRATION:
        return _finish(lanes, _no_correction(), None)
    oldest, middle, newest = (
        part.iloc[: total - 2 * fold],
        part.iloc[total - 2 * fold : total - fold],
        part.iloc[total - fold :],
    )
    trial = _quantiles(oldest, min_obs, shrink)
    trial = _finish(trial, _correction(trial, middle), None)
    measured = _coverage(trial, newest)
    calibrated = _quantiles(part.iloc[: total - fold], min_obs, shrink)
    return _finish(lanes, _correction(calibrated, newest), measured)


def _quantiles(part, min_obs, shrink):
    """Quantile functions of every lane that has min_obs, shrunk to its parent."""
    lead = part["lead"].to_numpy(float)
    codes, table = np.zeros(len(part), dtype=np.int64), None
    levels, parent_of = {}, None
    for level in sorted(LEVELS):
        if level:
            own, _labels = pd.factorize(part[KEYS[level - 1]])
            parent_of = codes
            codes = pd.factorize(codes * (own.max() + 1 if len(own) else 1) + own)[0]
        order = np.lexsort((lead, codes))
        count = np.bincount(codes)
        first = np.concatenate(([0], np.cumsum(count)[:-1]))
        picks = first[:, None] + _rank(count[:, None], GRID[None, :])
        grid = lead[order][picks]
        example = order[first]
        if level:
            parent = levels[level - 1]
            up = parent_of[example]
            weight = (
                (count / (count + shrink))[:, None]
                if shrink
                else np.ones((len(count), 1))
            )
            weight = np.where(count[:, None] >= min_obs, weight, 0.0)
            grid = weight * grid + (1 - weight) * parent["grid"][up]
        levels[level] = {"grid": grid, "count": count, "example": example}
        keep = (count >= min_obs) | (level == 0)
        lanes = part.iloc[example[keep]][list(LEVELS[level])].reset_index(drop=True)
        for key in KEYS[level:]:
            lanes[key] = ANY[key]
        lanes["level"], lanes["n"] = level, count[keep]
        lanes["grid"] = list(grid[keep])
        table = lanes if table is None else pd.concat([table, lanes], ignore_index=True)
    return table


def _no_correction():
    return {"all": 0.0, "carrier": {}}


def _correction(lanes, held_out):
    """Days to add to the p90, per warehouse and carrier where enough are held out."""
    picked = assign(lanes, held_out)
    p90 = np.stack(lanes["grid"].to_numpy())[:, _at(PROMISE)]
    excess = held_out["lead"].to_numpy(float) - p90[picked]

    def quantile(values):
        rank = int(np.ceil((len(values) + 1) * PROMISE - 1e-9))
        return float(np.sort(values)[min(rank, len(values)) - 1])

    by_carrier = {
        key: quantile(excess[index])
        for key, index in held_out.reset_index(drop=True)
        .groupby(list(KEYS[:2]))
        .indices.items()
        if len(index) >= MIN_CALIBRATION
    }
    return {"all": quantile(excess), "carrier": by_carrier}


def _finish(lanes, correction, measured):
    """Apply the correction, rising from nothing at p50 to all of it at p90."""
    lanes = lanes.copy()
    grid = np.stack(lanes["grid"].to_numpy())
    days = np.array(
        [
            correction["carrier"].get(key, correction["all"])
            for key in zip(lanes["warehouse"], lanes["carrier"], strict=True)
        ]
    )
    share = np.clip((GRID - EXPECTED) / (PROMISE - EXPECTED), 0, 1)
    grid = np.maximum.accumulate(grid + days[:, None] * share[None, :], axis=1)
    lanes["grid"] = [row.round(4).tolist() for row in grid]
    lanes["p50"], lanes["p90"] = grid[:, _at(EXPECTED)], grid[:, _at(PROMISE)]
    lanes["coverage"], lanes["coverage_n"] = np.nan, 0
    if measured is not None:
        keys = ["level", *KEYS]
        lanes = lanes.drop(columns=["coverage", "coverage_n"]).merge(
            measured, on=keys, how="left"
        )
        lanes["coverage_n"] = lanes["coverage_n"].fillna(0).astype(int)
    return lanes


def _coverage(lanes, held_out):
    """Share of held-out deliveries that came by the p90, for each lane they fall in."""
    picked = assign(lanes, held_out)
    inside = held_out["lead"].to_numpy(float) <= lanes["p90"].to_numpy()[picked] + 1e-9
    frames = []
    for level, keys in LEVELS.items():
        frame = held_out.assign(inside=inside)
        for key in KEYS[level:]:
            frame[key] = ANY[key]
        frame = frame.groupby(list(KEYS), sort=False)["inside"].agg(["mean", "size"])
        frames.append(frame.reset_index().assign(level=level))
        assert len(keys) == level
    return pd.concat(frames).rename(columns={"mean": "coverage", "size": "coverage_n"})


def _at(probability):
    return int(np.argmin(np.abs(GRID - probability)))


def assign(lanes, queries):
    """Row number of the finest lane that each query falls in; -1 where none.

    :param lanes: result of :func:`fit` of one stage (or the stage column in both)
    :param queries: DataFrame with the four keys
    """
    by = ["stage"] if "stage" in lanes.columns and "stage" in queries.columns else []
    lanes = lanes.reset_index(drop=True)
    picked = np.full(len(queries), -1)
    for level in LEVELS:
        keys = [*by, *LEVELS[level]]
        own = lanes.loc[lanes["level"] == level, keys].assign(lane=lambda f: f.index)
        open_rows = picked < 0
        if not keys:
            if len(own):
                picked[open_rows] = own["lane"].iloc[0]
            continue
        found = queries[keys].merge(own, on=keys, how="left")["lane"].to_numpy(float)
        use = open_rows & ~np.isnan(found)
        picked[use] = found[use].astype(int)
    return picked


def predict(lanes, queries):
    """Remaining and total days of deliveries under way.

    :param lanes: DataFrame with stage, level, keys, n, grid
    :param queries: DataFrame with stage, the four keys, elapsed (days since start)
    :return: DataFrame (same index) with lane (row number, -1 = no history), n,
        expected and promise (days from start, given the elapsed ones), beyond
        (True when no learned delivery took that long)
    """
    result = pd.DataFrame(
        {"lane": -1, "n": 0, "expected": np.nan, "promise": np.nan, "beyond": False},
        index=queries.index,
    )
    if not len(lanes) or not len(queries):
        return result
    lane = assign(lanes, queries)
    known = lane >= 0
    if not known.any():
        return result
    grid = np.stack(lanes["grid"].to_numpy())[lane[known]]
    elapsed = np.clip(queries["elapsed"].to_numpy(float)[known], 0, None)
    reached = _cdf(grid, elapsed)
    beyond = elapsed > grid[:, -1]
    rows = result.index[known]
    for column, probability in (("expected", EXPECTED), ("promise", PROMISE)):
        days = _quantile(grid, reached + (1 - reached) * probability)
        result.loc[rows, column] = np.where(beyond, elapsed, np.maximum(days, elapsed))
    result.loc[rows, "lane"] = lane[known]
    result.loc[rows, "n"] = lanes["n"].to_numpy()[lane[known]]
    result.loc[rows, "beyond"] = beyond
    return result


def _cdf(grid, days):
    """Probability that a lane has delivered by so many days (linear between grid points)."""
    # Strictly below: a delivery that has just started has lost nothing yet.
    index = np.clip((grid < days[:, None]).sum(axis=1), 0, len(GRID) - 1)
    low = np.clip(index - 1, 0, None)
    rows = np.arange(len(grid))
    width = grid[rows, index] - grid[rows, low]
    share = np.where(
        width > 0, (days - grid[rows, low]) / np.where(width > 0, width, 1), 0
    )
    cdf = GRID[low] + np.clip(share, 0, 1) * (GRID[index] - GRID[low])
    return np.where(index == 0, 0.0, cdf)


def _quantile(grid, probability):
    """Days at a probability, for each row its own."""
    index = np.clip(np.searchsorted(GRID, probability - 1e-12), 1, len(GRID) - 1)
    rows = np.arange(len(grid))
    share = (probability - GRID[index - 1]) / (GRID[index] - GRID[index - 1])
    return grid[rows, index - 1] + share * (grid[rows, index] - grid[rows, index - 1])
