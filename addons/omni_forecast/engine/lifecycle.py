# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Products that begin and products that end.

* A new product borrows the profile of a like product: the like one's history, brought to
  the new one's level, is put before its own (forecasting by analogy, Armstrong 2001, and
  Thomassey & Happiette 2007 for the profile of a like article).
* A product that is discontinued is forecast until its last day, and not beyond; without
  a stated day it fades out in a straight line.
"""

import numpy as np

TRUST = 3.0  # periods that the stated ratio counts for against what was sold


def like_scale(own, like, ratio=1.0, trust=TRUST):
    """Level of a new product relative to the like one.

    (Σ own + trust × ratio × mean) / (Σ like + trust × mean) over the periods both have;
    without any, the stated ratio. Example: own 6, 6; like 10, 10; ratio 1 →
    (12 + 30) / (20 + 30) = 0.84.

    :param own: demand of the new product; :param like: the like one's in the same periods
    :param ratio: what the planner expects
    """
    own, like = np.asarray(own, float), np.asarray(like, float)
    mean = like.mean() if like.size else 0.0
    if mean <= 0:
        return float(ratio)
    return float((own.sum() + trust * ratio * mean) / (like.sum() + trust * mean))


def fade_factors(starts, ends, last_day=None, fade_from=None, fade_periods=0):
    """(H,) share of the forecast that is left in each period ahead.

    :param starts, ends: first day and first day after each period (date)
    :param last_day: last day with demand; the period it lies in keeps its share of days
    :param fade_from: day from which the demand fades; None: it does not
    :param fade_periods: periods in which it fades to nothing; 3: 0.75, 0.5, 0.25, 0 …
    """
    share = np.ones(len(starts))
    gone = 0.0  # periods of fading that lie behind already
    if fade_from is not None and len(starts):
        length = (ends[0] - starts[0]).days
        gone = max(0.0, (starts[0] - fade_from).days / length)
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if last_day is not None:
            left = (last_day - start).days + 1
            share[i] = min(max(left / (end - start).days, 0.0), 1.0)
        if fade_from is not None and end > fade_from:
            step = gone + sum(1 for other in ends[: i + 1] if other > fade_from)
            share[i] *= max(0.0, 1.0 - step / (fade_periods + 1.0))
    return share
