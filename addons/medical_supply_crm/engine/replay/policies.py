# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reorder points and order-up-to levels, each from what was known at the time.

A policy takes (ledger, schedule, spans, settings) and returns (reorder, upto, use): levels of shape
(K settings, S series, T - first periods), and the (S, T - first) mean use a period that it expects, by
which it leaves out what will expire unused, or None where it counts whatever is on the shelf. All of
them review at the same moments.

* minmax: average monthly consumption (AMC) of the last half year times minimum and maximum cover, the
  way of OpenLMIS and mSupply; the setting is the cover at the minimum in protection intervals.
* par: a par level of mean + z·sd of the use of one protection interval, filled up at each review and set
  anew each quarter; the setting is z.
* booked: the quantile of booked + unbooked demand over the protection interval at a service level
  (`engine.demand.levels`); the setting is the service level. Without a schedule all demand is unbooked.
"""

from dataclasses import dataclass

import numpy as np

from ..demand import Perishable, Terms, levels

POLICIES = ("minmax", "par", "booked")
SETTINGS = {
    "minmax": (0.6, 0.8, 1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 4.0, 5.0, 7.0),
    "par": (0.0, 0.3, 0.6, 0.9, 1.2, 1.6, 2.0, 2.5, 3.0, 3.6, 4.5, 6.0),
    "booked": (0.6, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.9995),
}
SHRINK = 8  # protection intervals that the pooled variance counts as
HALF_LIFE = 13  # protection intervals after which an observation counts half


@dataclass(frozen=True)
class Spans:
    """Times in whole periods.

    :ivar first: index of the first period that is lived through
    :ivar lead: from order to arrival; :ivar review: between two orders
    """

    first: int
    lead: int
    review: int

    @property
    def protection(self):
        """Periods an order must cover: until the next one arrives."""
        return self.lead + self.review


def min_max(ledger, _schedule, spans, settings):
    """Plain minimum and maximum from average consumption."""
    window = max(2, round(182 / ledger.days))
    mean = _trailing(ledger.demand, window, spans.first)
    cover = np.asarray(settings)[:, None, None] * spans.protection
    reorder = np.ceil(mean * cover)
    return reorder, np.ceil(mean * (cover + spans.review)), None


def par_refill(ledger, _schedule, spans, settings):
    """Par levels, filled up at each review."""
    totals = _totals(ledger.demand, spans.protection)
    quarter = max(1, round(91 / ledger.days))
    width = ledger.demand.shape[1] - spans.first
    level = np.empty((len(settings), len(ledger.demand), width))
    for now in range(0, width, quarter):
        known = totals[:, : max(spans.first + now - spans.protection + 1, 1)]
        mean, sd = known.mean(1), known.std(1)
        par = mean[None] + np.asarray(settings)[:, None] * sd[None]
        level[:, :, now : now + quarter] = np.ceil(par)[:, :, None]
    return level, level, None


def booked_demand(ledger, schedule, spans, settings):
    """Quantiles of booked + unbooked demand over the protection interval."""
    settings = np.asarray(settings, float)
    rows, width = ledger.demand.shape
    span = spans.protection
    known, scale = _booked_known(ledger, schedule, span)
    # what came on top of the bookings known when the order had to be placed
    surplus = _totals(ledger.demand, span) - known[:, : width - span + 1]
    weights = 0.5 ** (np.arange(surplus.shape[1])[::-1] / (HALF_LIFE * span))
    level = np.empty((len(settings), rows, width - spans.first))
    use = np.empty((rows, width - spans.first))
    for now in range(spans.first, width):
        seen = max(now - span + 1, 1)
        mean, variance = _moments(surplus[:, :seen], weights[-seen:], span)
        terms, booked_variance = _terms(schedule, now, span, scale[:, now])
        rate = np.maximum(mean, 0)
        spread = np.maximum(variance - booked_variance, rate)
        dispersion = np.where(rate > 0, spread / np.maximum(rate, 1e-9), 1)
        mean_use = rate + _mean_use(terms, rows)
        use[:, now - spans.first] = mean_use / span
        level[:, :, now - spans.first] = _quantiles(
            ledger, terms, rate, np.clip(dispersion, 1, 50), mean_use, settings, spans
        )
    return level, level, use


def _mean_use(terms, rows):
    share = terms.probability * terms.show
    return np.bincount(terms.line.astype(int), terms.quantity * share, rows)


def _quantiles(ledger, terms, rate, dispersion, mean_use, settings, spans):
    """(K, S) order-up-to levels; all settings in one call of the engine."""
    count, rows = len(settings), len(rate)
    offset = np.repeat(np.arange(count), len(terms.line)) * rows
    many = Terms(
        np.tile(terms.line, count) + offset,
        np.tile(terms.event, count),
        np.tile(terms.quantity, count),
        np.tile(terms.probability, count),
        np.tile(terms.show, count),
    )
    service = np.repeat(settings, rows)
    series = ledger.series
    life = series["shelf_life_days"].to_numpy() / ledger.days
    perishable = None
    if not np.isnan(life).all():
        cost = np.maximum(np.tile(series["unit_cost"].to_numpy(float), count), 1e-9)
        per_period = mean_use / spans.protection
        mean = np.tile(per_period * np.nan_to_num(life), count)
        perishable = Perishable(
            np.tile(~np.isnan(life), count), cost * service / (1 - service), cost,
            mean, np.tile(dispersion, count),
        )  # fmt: skip
    found = levels(
        many, np.tile(rate, count), np.tile(dispersion, count), service, perishable
    )
    return np.minimum(found.quantile, found.cap).reshape(count, rows)


def _terms(schedule, now, span, scale):
    """Booked terms known at `now` for the protection interval, and their variance by series."""
    if schedule is None:
        empty = np.zeros(0)
        return Terms(empty.astype(int), empty.astype(int), empty, empty, empty), 0.0
    terms = schedule.terms(schedule.known_at(now, now + span), scale)
    share = terms.probability * terms.show
    variance = terms.quantity**2 * share * (1 - share)
    return terms, np.bincount(terms.line, variance, len(scale))


def _booked_known(ledger, schedule, span):
    """(S, T) mean use booked, at the start of each period, for the `span` periods from it on, and the
    (S, T) factor by which bookings overstated use before that period (≤ 1)."""
    rows, width = ledger.demand.shape
    booked = np.zeros((rows, width))
    if schedule is None:
        return booked, np.ones((rows, width))
    mean = schedule.expected()
    last = np.zeros((rows, width))  # as known at the start of the period itself
    for now in range(width):
        one = schedule.known_at(now, now + 1)
        last[:, now] = np.bincount(schedule.series[one], mean[one], rows)
    used = np.cumsum(np.pad(ledger.demand, ((0, 0), (1, 0))), 1)[:, :-1]
    said = np.cumsum(np.pad(last, ((0, 0), (1, 0))), 1)[:, :-1]
    scale = np.where(said > 0, np.minimum(used / np.maximum(said, 1e-9), 1), 1)
    for now in range(width):
        some = schedule.known_at(now, now + span)
        booked[:, now] = (
            np.bincount(schedule.series[some], mean[some], rows) * scale[:, now]
        )
    return booked, scale


def _totals(demand, span):
    """(S, T - span + 1) sums of `span` periods from each one on."""
    sums = np.cumsum(np.pad(demand, ((0, 0), (1, 0))), 1)
    return sums[:, span:] - sums[:, :-span]


def _trailing(demand, window, first):
    """(1, S, T - first) mean of the `window` periods before each period from `first` on."""
    sums = np.cumsum(np.pad(demand, ((0, 0), (1, 0))), 1)
    now = np.arange(first, demand.shape[1])
    low = np.maximum(now - window, 0)
    return ((sums[:, now] - sums[:, low]) / (now - low))[None]


def _moments(surplus, weights, span):
    """Weighted mean and variance of each row; the variance ÷ mean shrunk to that of all rows.

    Totals of neighbouring periods overlap, so n of them count as n ÷ span observations.
    """
    share = weights / weights.sum()
    mean = surplus @ share
    count = 1 / (share**2).sum() / span
    variance = (
        ((surplus - mean[:, None]) ** 2) @ share * max(count, 1) / max(count - 1, 0.5)
    )
    some = mean > 0
    ratio = np.where(some, variance / np.where(some, mean, 1), 0)
    pooled = np.median(ratio[some]) if some.any() else 1.0
    shrunk = (count * ratio + SHRINK * pooled) / (count + SHRINK)
    # a forecast mean is itself uncertain by variance ÷ n
    return mean, np.where(some, shrunk * mean, variance) * (1 + 1 / max(count, 1))


MAKE = {"minmax": min_max, "par": par_refill, "booked": booked_demand}
