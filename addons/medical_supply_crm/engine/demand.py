# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Distribution of demand over a protection interval: booked events + unbooked use.

Booked demand of a line is a sum over events. An event takes place with its show probability;
when it does, each of its kit lines is used with its own probability in its own quantity
(Poisson-binomial for single units, a compound sum in general). Unbooked demand is Poisson, or
negative binomial when its variance exceeds its mean. The sum's probabilities come exactly from
its characteristic function on a grid, one inverse FFT per line, batched by grid size.

Sources: Y. Hong, "On computing the distribution function for the Poisson binomial
distribution", CSDA 59 (2013) 41-51 (DFT-CF method); S. Axsaeter, "Inventory Control", 3rd ed.,
2015, ch. 5 (order-up-to levels, compound demand); Cornish and Fisher, 1938 (expansion).
"""

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

STEPS = (1, 2, 4, 5, 10, 20, 100)  # a lattice of 1/step units carries the quantities
MAX_GRID = 1 << 15
_CELLS = 1 << 21  # complex grid cells held at once (32 MB)


@dataclass
class Terms:
    """Booked use, one row per event × kit line, sorted by (line, event).

    :ivar line: int array, index of the stock line
    :ivar event: int array, number of the event
    :ivar quantity: units used when used
    :ivar probability: of use, given that the event takes place
    :ivar show: probability that the event takes place
    """

    line: np.ndarray
    event: np.ndarray
    quantity: np.ndarray
    probability: np.ndarray
    show: np.ndarray

    def take(self, where):
        """The terms selected by a mask or index, in the same order."""
        return Terms(*(getattr(self, n)[where] for n in self.__dataclass_fields__))

    def groups(self):
        """Starts of the (line, event) groups."""
        if not len(self.line):
            return np.zeros(0, int)
        change = (np.diff(self.line) != 0) | (np.diff(self.event) != 0)
        return np.r_[0, np.flatnonzero(change) + 1]


def group_moments(terms):
    """Mean, variance, third central moment and largest use of each (line, event) group.

    Given the event takes place its use has mean m, variance v and third central moment w;
    mixing with "does not take place" (probability 1 - s) gives the moments about zero
    s·m, s·(v + m²), s·(w + 3mv + m³).

    :return: (starts, mean, variance, third, largest), arrays per group
    """
    starts = terms.groups()
    if not len(starts):
        empty = np.zeros(0)
        return starts, empty, empty, empty, empty
    q, p, s = terms.quantity, terms.probability, terms.show[starts]
    m = np.add.reduceat(q * p, starts)
    v = np.add.reduceat(q * q * p * (1 - p), starts)
    w = np.add.reduceat(q**3 * p * (1 - p) * (1 - 2 * p), starts)
    first, second, third = s * m, s * (v + m * m), s * (w + 3 * m * v + m**3)
    variance = np.maximum(second - first**2, 0)
    central = third - 3 * first * second + 2 * first**3
    largest = np.add.reduceat(np.where((p > 0) & (terms.show > 0), q, 0.0), starts)
    return starts, first, variance, central, largest


@dataclass
class Levels:
    """Result of `levels`; arrays per line."""

    quantile: np.ndarray
    cap: np.ndarray  # inf where nothing caps
    booked_mean: np.ndarray
    booked_variance: np.ndarray
    exact: np.ndarray  # bool: False where the Cornish-Fisher expansion stood in


def levels(terms, unbooked_mean, dispersion, service, perishable=None):
    """Order-up-to quantiles of booked + unbooked demand.

    :param terms: `Terms` inside the protection interval
    :param unbooked_mean: array per line, mean over the interval (≥ 0)
    :param dispersion: array per line, variance ÷ mean of unbooked demand (≥ 1)
    :param service: array per line, wanted P(demand ≤ level), in (0, 1)
    :param perishable: None or `Perishable`: where the newsvendor cap is to be found as well
    :return: `Levels`. A grid is wide enough for all but about 1e-12 of the probability;
        lines whose grid would exceed `MAX_GRID` use Cornish-Fisher with three cumulants.
    """
    n = len(unbooked_mean)
    starts, mean, variance, third, largest = group_moments(terms)
    owner = terms.line[starts] if len(starts) else np.zeros(0, int)
    total = [np.bincount(owner, x, n) for x in (mean, variance, third, largest)]
    booked_mean, booked_variance, booked_third, _largest = total
    result = Levels(
        np.zeros(n), np.full(n, np.inf), booked_mean, booked_variance, np.ones(n, bool)
    )
    with_terms = np.zeros(n, bool)
    with_terms[owner[largest > 0]] = True
    _unbooked_only(result, ~with_terms, unbooked_mean, dispersion, service, perishable)
    if not with_terms.any():
        return result
    widest = np.zeros(n)
    np.maximum.at(widest, owner, largest)
    lower, size, step = _grids(
        terms, n, with_terms, widest, total, unbooked_mean, dispersion
    )
    rough = with_terms & ((size > MAX_GRID) | (step == 0))
    _expansion(result, rough, booked_third, unbooked_mean, dispersion, service)
    exact = with_terms & ~rough
    for width in np.unique(size[exact]):
        for fine in np.unique(step[exact & (size == width)]):
            lines = np.flatnonzero(exact & (size == width) & (step == fine))
            _by_grid(
                result, terms, lines, int(width), int(fine), lower,
                unbooked_mean, dispersion, service, perishable,
            )  # fmt: skip
    return result


def _grids(terms, n, with_terms, widest, total, unbooked_mean, dispersion):
    """First grid point (units), number of points and points per unit of each line.

    Bernstein's inequality bounds what lies outside [mean - k, mean + k]: with k = 9·sd + 20·b
    (b: largest jump) it is below 1e-12; the negative binomial tail falls by (1 - 1/d) per unit.
    """
    booked_mean, booked_variance, _third, booked_max = total
    step = np.zeros(n, int)
    for fine in reversed(STEPS):
        whole = np.abs(terms.quantity * fine - np.rint(terms.quantity * fine)) < 1e-9
        odd = np.bincount(terms.line[~whole], minlength=n) > 0
        step[~odd] = fine
    reach = 9 * np.sqrt(booked_variance) + 20 * widest
    above = np.minimum(booked_max, booked_mean + reach)
    over = 9 * np.sqrt(unbooked_mean * dispersion)
    over = np.where(unbooked_mean > 0, over + 20 + 30 * (dispersion - 1), 0)
    lower = np.floor(np.maximum(booked_mean - reach, 0))
    lower += np.floor(np.maximum(unbooked_mean - over, 0))
    points = (above + unbooked_mean + over - lower + 2) * np.maximum(step, 1)
    points = np.where(with_terms, np.minimum(points, 4.0 * MAX_GRID), 2)
    size = 1 << np.ceil(np.log2(np.maximum(points, 16))).astype(int)
    return lower, size, step


def _by_grid(
    result,
    terms,
    lines,
    width,
    fine,
    lower,
    unbooked_mean,
    dispersion,
    service,
    perishable,
):
    """Exact quantiles of `lines`, all with the same grid."""
    chosen = np.zeros(len(unbooked_mean), bool)
    chosen[lines] = True
    part = terms.take(chosen[terms.line])
    first = np.searchsorted(part.line, lines)
    last = np.searchsorted(part.line, lines, side="right")
    half = width // 2 + 1
    cost = np.cumsum((last - first) + 2) * half
    batch = cost // _CELLS
    turns = np.arange(half)
    roots = np.exp(-2j * np.pi * np.arange(width) / width)
    offsets = np.arange(width)
    for number in np.unique(batch):
        rows = np.flatnonzero(batch == number)
        now = lines[rows]
        some = part.take(slice(first[rows[0]], last[rows[-1]]))
        jump = np.rint(some.quantity * fine).astype(np.int64) & (width - 1)
        use = roots[(jump[:, None] * turns) & (width - 1)]
        use *= some.probability[:, None]
        use += (1 - some.probability)[:, None]
        starts = some.groups()
        if len(starts) < len(some.line):
            use = np.multiply.reduceat(use, starts, axis=0)
        show = some.show[starts]
        use *= show[:, None]
        use += (1 - show)[:, None]
        owners = some.line[starts]
        edges = np.r_[0, np.flatnonzero(np.diff(owners)) + 1]
        shape = np.multiply.reduceat(use, edges, axis=0)
        unit = roots[(fine * turns) & (width - 1)]
        shape *= _unbooked_shape(unit, unbooked_mean[now], dispersion[now])
        chance = np.fft.irfft(shape, width, axis=1)
        origin = (lower[now] * fine).astype(np.int64)
        order = (origin[:, None] + offsets) & (width - 1)
        below = np.cumsum(np.take_along_axis(chance, order, axis=1), axis=1)
        reached = below >= (service[now] - 1e-11)[:, None]
        place = np.where(reached.any(axis=1), reached.argmax(axis=1), width - 1)
        result.quantile[now] = (origin + place) / fine
        if perishable is not None:
            _cap_on_grid(result, perishable, now, origin, below, fine)


def _unbooked_shape(unit, mean, dispersion):
    """Characteristic function of Poisson / negative binomial demand, lines × frequencies."""
    lack = 1 - unit
    extra = dispersion - 1
    poisson = extra < 1e-6
    size = mean / np.where(poisson, 1, extra)
    out = np.exp(-mean[:, None] * lack)
    some = np.flatnonzero(~poisson & (mean > 0))
    if len(some):
        spread = np.log(1 + extra[some, None] * lack)
        out[some] = np.exp(-size[some, None] * spread)
    return out


def _unbooked_only(result, where, mean, dispersion, service, perishable):
    """Quantiles of lines without bookings by scipy's closed forms."""
    lines = np.flatnonzero(where & (mean > 0))
    extra = dispersion[lines] - 1
    plain = lines[extra < 1e-6]
    wide = lines[extra >= 1e-6]
    level = np.maximum(service - 1e-11, 0)
    result.quantile[plain] = stats.poisson.ppf(level[plain], mean[plain])
    if len(wide):
        result.quantile[wide] = negative_binomial_ppf(
            level[wide], mean[wide], dispersion[wide]
        )
    if perishable is None:
        return
    lines = lines[perishable.applies[lines]]
    low, high = np.zeros(len(lines)), result.quantile[lines].copy()
    while (low < high).any():  # bisection: benefit falls and waste rises with the level
        middle = np.ceil((low + high) / 2)
        gain = unbooked_below(middle, mean[lines], dispersion[lines])
        good = perishable.worth(lines, middle, 1 - gain)
        low, high = np.where(good, middle, low), np.where(good, high, middle - 1)
    capped = low < result.quantile[lines]
    result.cap[lines[capped]] = low[capped]


def negative_binomial_ppf(level, mean, dispersion):
    """Quantiles of the negative binomial with given mean and variance/mean, vectorised.

    scipy's nbinom.ppf searches one by one; here a Cornish-Fisher start is corrected by
    bisection on the regularised incomplete beta function for all lines at once.
    """
    sd = np.sqrt(mean * dispersion)
    skew = (2 * dispersion - 1) / sd
    z = special.ndtri(level)
    guess = mean + sd * (z + (z * z - 1) * skew / 6)
    low = np.full(len(mean), -1.0)
    high = np.ceil(np.maximum(guess, 1)) + 1
    short = unbooked_below(high + 1, mean, dispersion) < level
    while short.any():
        low = np.where(short, high, low)
        high = np.where(short, 2 * high + 1, high)
        short = unbooked_below(high + 1, mean, dispersion) < level
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = unbooked_below(middle + 1, mean, dispersion) >= level
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


def unbooked_below(level, mean, dispersion):
    """P(unbooked demand < level) for whole levels: Poisson or negative binomial."""
    level = np.maximum(level, 0)
    extra = np.maximum(dispersion - 1, 0)
    poisson = extra < 1e-6
    size = np.where(poisson, 1, mean / np.where(poisson, 1, extra))
    out = np.where(
        poisson,
        special.gammaincc(np.maximum(level, 1e-300), np.maximum(mean, 0)),
        special.betainc(
            np.maximum(size, 1e-300), np.maximum(level, 1e-300), 1 / (1 + extra)
        ),
    )
    return np.where(level <= 0, 0.0, np.where(mean <= 0, 1.0, out))


@dataclass
class Perishable:
    """What the newsvendor cap needs; arrays per line.

    The next unit, the S-th of the order-up-to level, earns `shortage` when demand of the
    protection interval reaches it, and costs `cost` when demand until it expires does not:
    the level stays where shortage · P(D ≥ S) ≥ cost · P(D until expiry < S)
    (Nahmias, "Perishable Inventory Systems", 2011, ch. 3: marginal analysis).
    """

    applies: np.ndarray  # bool: finite shelf life, positive costs
    shortage: np.ndarray
    cost: np.ndarray
    mean: np.ndarray  # demand until a unit ordered today expires
    dispersion: np.ndarray

    def worth(self, lines, level, reach):
        """True where the `level`-th unit is worth having; `reach` = P(D ≥ level)."""
        waste = unbooked_below(level, self.mean[lines], self.dispersion[lines])
        return self.shortage[lines] * reach >= self.cost[lines] * waste


def _cap_on_grid(result, perishable, lines, origin, below, fine):
    """Caps of lines on a grid: most levels are worth their last unit, the rest is bisected."""
    rows = np.flatnonzero(perishable.applies[lines])
    now, start, below = lines[rows], origin[rows], below[rows]
    high = np.rint(result.quantile[now] * fine).astype(np.int64) - start

    def worth(place, some):
        level = (start[some] + place) / fine
        under = below[some, np.maximum(place - 1, 0)]
        reach = np.where(place > 0, 1 - under, 1.0)
        return perishable.worth(now[some], np.ceil(level), reach)

    some = np.flatnonzero(~worth(high, np.arange(len(rows))))
    low, top = np.zeros(len(some), np.int64), high[some]
    while (low < top).any():
        middle = (low + top + 1) // 2
        good = worth(middle, some)
        low, top = np.where(good, middle, low), np.where(good, top, middle - 1)
    result.cap[now[some]] = (start[some] + low) / fine


def _expansion(result, where, booked_third, unbooked_mean, dispersion, service):
    """Cornish-Fisher quantiles for lines whose grid would be too large.

    With n summands the error of the three-cumulant expansion is O(1/n) in units of one
    standard deviation; these lines have sums of thousands of units.
    """
    lines = np.flatnonzero(where)
    if not len(lines):
        return
    mean = result.booked_mean[lines] + unbooked_mean[lines]
    d = dispersion[lines]
    variance = result.booked_variance[lines] + unbooked_mean[lines] * d
    third = booked_third[lines] + unbooked_mean[lines] * d * (2 * d - 1)
    sd = np.sqrt(np.maximum(variance, 1e-300))
    z = special.ndtri(service[lines])
    value = mean + sd * (z + (z * z - 1) * third / sd**3 / 6)
    result.quantile[lines] = np.ceil(np.maximum(value, 0) - 1e-9)
    result.exact[lines] = False
