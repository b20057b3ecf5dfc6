# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which model speaks for which series, and why.

The default is a combination: picking each series' own backtest winner is worse than
always combining (measured on monthly hospital demand: MASE 0.793 against 0.761). A zero
forecast wins MAE, MASE and WAPE on intermittent demand, so nothing is chosen by those
there.
"""

import numpy as np

from .accuracy import row_sum

REGULAR = (
    "Many periods without demand, but the combination for regular demand erred less in the "
    "backtest of such series."
)
STOPPED = "Demand has stopped: the combination erred less than TSB where it had stopped before."
POLICIES = ("fast", "balanced", "thorough")
# Articles by value: what a dear policy is worth its time for
WORTH = {
    "balanced": {"A": "balanced", "B": "balanced"},
    "thorough": {"A": "thorough", "B": "balanced"},
}
# A class of series leaves the combination for one model only when that model won by so much,
# at so many origins of so many, by more than chance, in a class of so many series.
MARGIN, WINS, CHANCE, ORIGINS, SERIES = 0.05, 0.8, 3.0, 3, 30
ENOUGH = (
    4000  # series of a class that are judged; more, by an even stride, do not change it
)


def choose(classes, n):
    """(model (N,) object, reason (N,) object) of the policy `fast`."""
    model = np.full(len(n), "comb", dtype=object)
    reason = np.full(
        len(n),
        "Combination by default: it loses to no single method over many series.",
        dtype=object,
    )
    sparse = classes.sparse
    model[sparse] = "sparse_comb"
    reason[sparse] = "Many periods without demand: combination of intermittent methods."
    ending = classes.name == "ending"
    model[ending] = "tsb"
    reason[ending] = "Demand has stopped: TSB lets the forecast fade out."
    empty = classes.name == "empty"
    model[empty] = "naive"
    reason[empty] = "No demand in the whole history: zero."
    short = n < 5
    model[short & ~empty] = "moving_average"
    reason[short & ~empty] = "Fewer than 5 periods of history: their mean."
    return model, reason


def unbias(mean, back, classes):
    """Take from the intermittent combination the bias that such items had, in place.

    Σ actual / Σ forecast over all sparse series and origins: what a warehouse full of such
    items really asked for. Drawn to 1 when the sums hang on few series (by their
    effective number), and kept within 0.7 to 1.3.

    :returns: the factor
    """
    rows = classes.sparse & (classes.name != "empty")
    if "sparse_comb" not in back.mean or not rows.any():
        return 1.0
    actual, past = back.actual[:, rows], back.mean["sparse_comb"][:, rows]
    known = ~np.isnan(actual) & ~np.isnan(past)
    wanted = np.where(known, actual, 0.0).sum((0, 2)) * back.unit[rows]
    promised = np.where(known, past, 0.0).sum((0, 2)) * back.unit[rows]
    top = promised.max(initial=0.0)
    if not top > 0:
        return 1.0
    wanted, promised = wanted / top, promised / top
    series = promised.sum() ** 2 / (promised**2).sum()
    share = series / (series + 20.0)
    factor = 1.0 + share * (wanted.sum() / promised.sum() - 1.0)
    factor = float(np.clip(factor, 0.7, 1.3))
    mean["sparse_comb"] *= factor
    back.mean["sparse_comb"] *= np.float32(factor)
    return factor


def contest(back, name, base, rows, sparse, when=None):
    """How much less a model errs than the combination on a class of series.

    The errors of each series are measured in the mean of both on it, absolute ones for
    frequent and squared ones for intermittent demand (where absolute errors are least for a
    forecast of zero; the gain is that of their root), so that each series counts alike and
    none for more than 2.

    :param rows: (N,) bool; :param when: (W, N) bool, origins at which a series is judged
    :returns: (gain, share of origins won, deviations of chance, origins judged)
    """
    rows = np.flatnonzero(rows)
    rows = rows[:: max(1, -(-len(rows) // ENOUGH))]
    actual = back.actual[:, rows]
    theirs = np.abs(back.mean[base][:, rows] - actual)
    ours = np.abs(back.mean[name][:, rows] - actual)
    if sparse:
        theirs, ours = theirs**2, ours**2
    known = ~np.isnan(theirs) & ~np.isnan(ours)
    if when is not None:
        known &= when[:, rows, None]
    count = row_sum(known)
    with np.errstate(invalid="ignore", divide="ignore"):
        theirs = row_sum(np.where(known, theirs, 0.0)) / count
        ours = row_sum(np.where(known, ours, 0.0)) / count
        judged = count > 0
        scale = np.where(judged, 0.5 * (theirs + ours), 0.0).sum(0) / judged.sum(0)
        scale = np.where(scale > 0, scale, np.nan)
        gap = (theirs - ours) / scale
    judged = (~np.isnan(gap)).any(1)
    if not judged.any():
        return 0.0, 0.0, 0.0, 0
    gap = gap[judged]
    known = ~np.isnan(gap)
    each = np.where(known, gap, 0.0).sum(0)[known.any(0)] / known.sum(0)[known.any(0)]
    spread = each.std() / np.sqrt(len(each))
    gain = float(each.mean())
    sure = gain / spread if spread > 0 else 0.0
    gain = 1.0 - ((2.0 - gain) / (2.0 + gain)) ** (0.5 if sparse else 1.0)
    won = float(np.mean(np.nanmean(gap, axis=1) > 0))
    return gain, won, sure, int(judged.sum())


def _parts(classes, among, seasonal):
    """(N,) bool rows of each class of demand with SERIES or more; those with a season apart
    from those without where both are as many.

    What a seasonal naive forecast wins on series whose season the combination does not see yet
    says nothing of those where it does.
    """
    for name in np.unique(classes.name.astype(str)):
        rows = (classes.name == name) & among
        parts = [rows] if seasonal is None else [rows & seasonal, rows & ~seasonal]
        if min(np.count_nonzero(part) for part in parts) < SERIES:
            parts = [rows]
        yield from (part for part in parts if np.count_nonzero(part) >= SERIES)


def champions(back, classes, model, reason, margin, seasonal=None):
    """Let one model speak for a whole class where it beats the combination for sure.

    Pooled by class, because each series' own winner is mostly luck; in place. A class of
    intermittent demand first goes to that of the two combinations which erred less.

    :param seasonal: (N,) bool, a season is in the combination
    """
    for rows in _parts(classes, np.isin(model, ("comb", "sparse_comb")), seasonal):
        sparse = bool(classes.sparse[rows].any())
        base = "sparse_comb" if sparse else "comb"
        if sparse:
            gain, _won, sure, _origins = contest(back, "comb", base, rows, sparse)
            if gain > 0 and sure > 2:
                base = "comb"
                model[rows], margin[rows] = base, gain
                reason[rows] = REGULAR
        best, lead = None, MARGIN
        for other in back.mean:
            if other in (base, "drivers"):
                continue
            gain, won, sure, origins = contest(back, other, base, rows, sparse)
            if gain > lead and won >= WINS and sure >= CHANCE and origins >= ORIGINS:
                best, lead = other, gain
        if best:
            model[rows], margin[rows] = best, lead
            reason[rows] = (
                f"Champion of its class: {lead:.0%} less error than the combination."
            )


def fading(back, ended, classes, model, reason, margin):
    """Whether TSB or the combination speaks for demand that has stopped, in place.

    Judged on the series that had stopped at an earlier origin, not on those that have by now:
    of the latter every forecast of long ago was too high.

    :param ended: (W, N) bool
    """
    rows = (classes.name == "ending") & (model == "tsb")
    judged = ended.any(0)
    if not rows.any() or np.count_nonzero(judged) < SERIES or "tsb" not in back.mean:
        return
    gain, _won, sure, _origins = contest(back, "comb", "tsb", judged, True, ended)
    if gain > 0 and sure > 2:
        model[rows], margin[rows], reason[rows] = "comb", gain, STOPPED


def keep_if_good(policy, back, classes, rows):
    """(N,) bool: rows of a dear policy, without classes where the combination did better.

    It stays unless it erred more than the combination, beyond chance, at the origins where
    both were asked.
    """
    keep = rows.copy()
    if policy not in back.mean:
        return keep
    for name in np.unique(classes.name[rows].astype(str)):
        some = rows & (classes.name == name)
        gain, _won, sure, _origins = contest(back, policy, "comb", some, False)
        if gain < 0 and sure < -CHANCE:
            keep &= ~some
    return keep


def by_worth(policy, abc):
    """(N,) object: the policy of each series by its class of value; all A without one."""
    if policy == "fast":
        return np.full(len(abc), "fast", dtype=object)
    return np.array([WORTH[policy].get(letter, "fast") for letter in abc], dtype=object)


def drivers_choice(back, explained, classes, model, reason, margin):
    """Let the drivers speak for a class of series where they won the backtest.

    Judged pooled over the class by the total absolute error over the total demand of all
    origins (the root of squares for sparse classes); they must win by 2 %. Without a
    backtest the drivers are not trusted.
    """
    if "drivers" not in back.mean:
        return
    for sparse in (False, True):
        rows = explained & (classes.sparse == sparse) & (classes.name != "empty")
        if not rows.any():
            continue
        base = back.mean["sparse_comb" if sparse else "comb"]
        known = ~np.isnan(back.mean["drivers"]) & ~np.isnan(back.actual)
        known &= rows[None, :, None]
        if not known.any():
            continue
        power = 2 if sparse else 1
        won = (np.abs(back.mean["drivers"] - back.actual)[known] ** power).sum()
        lost = (np.abs(base - back.actual)[known] ** power).sum()
        gain = 1.0 - (won / lost) ** (1.0 / power) if lost > 0 else 0.0
        if gain > 0.02:
            model[rows] = "drivers"
            margin[rows] = gain
            reason[rows] = (
                f"Known drivers cut the backtest error of such series by {gain:.0%}."
            )
