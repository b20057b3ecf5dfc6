# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Demand classes after Syntetos, Boylan & Croston 2005, plus the life-cycle classes.

ADI is the average interval between periods with demand, CV² the squared coefficient of
variation of the sizes of non-zero demands. Borders: ADI 1.32, CV² 0.49.
"""

from dataclasses import dataclass

import numpy as np

from .season import closed_phases

ADI_BORDER = 1.32
CV2_BORDER = 0.49
CLASSES = ("smooth", "intermittent", "erratic", "lumpy", "new", "ending", "empty")


@dataclass(frozen=True)
class Classes:
    """name (N,) object, adi (N,), cv2 (N,), sparse (N,) bool, closed (N, season) bool.

    `sparse`: treated with the methods for intermittent demand whatever the class.
    `closed`: phases without demand, such as week-ends (`season.closed_phases`).
    """

    name: np.ndarray
    adi: np.ndarray
    cv2: np.ndarray
    sparse: np.ndarray
    closed: np.ndarray


def classify(y, n, season=1):
    """Classes of the rows of a right-aligned panel.

    * empty: no demand at all
    * new: fewer periods than max(6, half a season up to 12)
    * ending: demand used to come, but none for longer than three times its usual
      interval and a quarter of the history (and at least 6 periods)

    Phases that are always closed count as no periods: an article sold on every working day
    is smooth, not intermittent.

    :param y: (N, T) right-aligned, NaN on the left; :param n: (N,) lengths
    """
    width = y.shape[1]
    demand = np.where(np.isnan(y), 0.0, y)
    occurs = demand != 0
    count = occurs.sum(1)
    closed = closed_phases(y, season)
    open_periods = n * (1.0 - closed.mean(1))
    with np.errstate(all="ignore"):
        adi = np.where(count > 0, open_periods / np.maximum(count, 1), np.inf)
        adi = np.maximum(adi, 1.0)
        mean = np.where(count > 0, demand.sum(1) / np.maximum(count, 1), 0.0)
        unit = np.where(mean != 0, np.abs(mean), 1.0)[:, None]
        spread = np.where(occurs, demand / unit - np.sign(mean)[:, None], 0.0)
        cv2 = np.where(count > 1, (spread**2).sum(1) / np.maximum(count - 1, 1), 0.0)
    last = np.where(count > 0, width - 1 - np.argmax(occurs[:, ::-1], axis=1), -1)
    silent = width - 1 - last
    first = np.argmax(occurs, axis=1)
    # interval while the item was alive, without the silence at the end
    alive = np.where(count > 0, (last - first + 1) / np.maximum(count, 1), np.inf)
    ending = (count > 1) & (silent >= 6) & (silent > 3 * alive) & (silent > n / 4)
    new = n < max(6, min(season, 24) // 2)
    sparse = adi >= ADI_BORDER
    name = np.where(
        sparse,
        np.where(cv2 >= CV2_BORDER, "lumpy", "intermittent"),
        np.where(cv2 >= CV2_BORDER, "erratic", "smooth"),
    ).astype(object)
    name[new] = "new"
    name[ending] = "ending"
    name[count == 0] = "empty"
    return Classes(name, adi, cv2, sparse | ending | (count == 0), closed)


def closed_cells(closed, horizon, cuts):
    """((N, H), (W, N, H)) bool: closed periods ahead, and ahead of each earlier origin.

    :param closed: (N, m) by phase, phase 0 = first period ahead; :param cuts: (W,)
    """
    m = closed.shape[1]
    step = np.arange(horizon)
    past = np.zeros((len(cuts), len(closed), horizon), bool)
    for w, cut in enumerate(cuts):
        past[w] = closed[:, (step - cut) % m]
    return closed[:, step % m], past


def ended_at(y, n, cuts, least, season=1):
    """(W, N) bool: series whose demand had stopped at earlier origins.

    :param cuts: (W,) periods left out; :param least: periods an origin must leave
    """
    out = np.zeros((len(cuts), len(n)), bool)
    for w, cut in enumerate(cuts):
        rows = n - cut >= least
        if rows.any():
            then = classify(y[rows, : y.shape[1] - cut], n[rows] - cut, season)
            out[w, rows] = then.name == "ending"
    return out
