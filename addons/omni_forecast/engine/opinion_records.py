# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How much an opinion counts, and what its author's record corrects.

Sources: Bates & Granger, "The Combination of Forecasts", *Operational Research Quarterly* 20
(1969) – weights inverse to the mean squared errors, correlation left out; shrinkage towards
a prior as in Diebold & Pauly, "The Use of Prior Information in Forecast Combination",
*International Journal of Forecasting* 6 (1990); bias correction of judgement by its own
record: Theil, *Applied Economic Forecasting* (1966), here the ratio of sums, which a single
bad month of a small territory cannot throw off.
"""

import numpy as np

PRIOR = 0.2  # weight of an opinion without any record
# several heads err less than one, so a composite and a panel start higher
PRIORS = {"expert": PRIOR, "composite": 0.3, "delphi": 0.3, "research": 0.2}
STRENGTH = 6.0  # scored opinions that weigh as much as the prior
CONFIDENCE = {"low": 0.5, "medium": 0.75, "high": 1.0}


def error_ratio(pairs, prior=PRIOR, strength=STRENGTH):
    """Mean squared error of an opinion over that of the statistical forecast, shrunk.

    With m the mean squared statistical error over the n scored periods, e the opinion's
    errors there and r = (1 − prior) / prior:

        ratio = (strength · r · m + Σ e²) / ((strength + n) · m)

    Without a record the ratio is r, and the weight 1 / (1 + r) is the prior.

    :param pairs: (opinion's error, statistical error) of each scored period; both scaled
        by the level of the series, so that products of any size can be pooled
    :returns: float > 0
    :raises ValueError: prior is not between 0 and 1
    """
    if not 0 < prior < 1:
        raise ValueError("prior: must lie between 0 and 1.")
    start = (1 - prior) / prior
    pairs = np.asarray(pairs, dtype=float).reshape(-1, 2)
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if not len(pairs):
        return start
    squares = (pairs**2).sum(axis=0)
    # a statistical forecast without any error would make every opinion worthless
    mean = max(squares[1] / len(pairs), 1e-6)
    ratio = (strength * start * mean + squares[0]) / ((strength + len(pairs)) * mean)
    return float(max(ratio, 1e-6))


def blend_weights(ratios, confidence=None):
    """Weights of several opinions about one period; the rest is the statistical forecast's.

    weight_i = (c_i / ratio_i) / (1 + Σ c_j / ratio_j): inverse to the mean squared errors,
    the statistical forecast being the 1. A stated confidence c can only lower a weight:
    people are surer than they are right.

    :param ratios: (N,) as `error_ratio` gives; :param confidence: (N,) 0 … 1, default 1
    :returns: (N,) weights, their sum below one
    """
    odds = 1.0 / np.asarray(ratios, dtype=float)
    if confidence is not None:
        odds = odds * np.asarray(confidence, dtype=float)
    return odds / (1.0 + odds.sum())


def bias_factor(pairs, strength=3.0, limits=(0.5, 2.0)):
    """What to multiply a person's figures with: actual over forecast, ratio of sums.

    factor = (Σ actual + k·s) / (Σ forecast + k·s), s the mean forecast, k the strength:
    without a record 1, and the more periods the closer to the ratio of the sums.

    Forecasts 100, 120, 80 against 80, 90, 70: (240 + 300) / (300 + 300) = 0.9.

    :param pairs: (forecast, actual) of each scored period, quantities >= 0
    :param strength: periods that weigh as much as “no bias”
    :param limits: the factor stays inside
    :returns: float
    """
    pairs = np.asarray(pairs, dtype=float).reshape(-1, 2)
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    forecast, actual = pairs.sum(axis=0) if len(pairs) else (0.0, 0.0)
    if forecast <= 0:
        return 1.0
    prior = strength * forecast / len(pairs)
    return float(np.clip((actual + prior) / (forecast + prior), *limits))


def composite(quantity, factor, share, statistical):
    """Total of one product and period from the territories that have answered.

    Σ factor · quantity of those who answered, and for everybody else their share of the
    statistical forecast: share_missing · statistical, share_missing = 1 − Σ share answered.

    Two of three territories (shares 0.5 and 0.2) say 60 (factor 0.9) and 20 (factor 1),
    the statistical forecast is 100: 54 + 20 + 0.3 · 100 = 104.

    :param quantity, factor, share: (N,) of those who answered
    :returns: (total, part that fills the missing territories)
    """
    quantity, factor, share = (
        np.asarray(value, dtype=float) for value in (quantity, factor, share)
    )
    missing = float(np.clip(1.0 - share.sum(), 0.0, 1.0))
    filled = missing * max(0.0, float(statistical))
    return float((quantity * factor).sum() + filled), filled
