# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Order-up-to quantiles against scipy and against direct convolution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from medical_supply_crm.engine import Terms, demand, levels, negative_binomial_ppf
from scipy import stats


def terms(rows):
    """Terms from (line, event, quantity, probability, show) rows."""
    columns = list(zip(*sorted(rows), strict=True)) or [()] * 5
    kinds = (int, int, float, float, float)
    return Terms(*(np.array(c, kind) for c, kind in zip(columns, kinds, strict=True)))


def quantile(rows, mean=0.0, dispersion=1.0, service=0.95):
    arrays = (np.array([value]) for value in (mean, dispersion, service))
    return levels(terms(rows), *arrays)


def by_convolution(rows, mean, dispersion, size=4000):
    """Distribution of total demand by adding event after event: the slow, plain way."""
    total = np.zeros(size)
    total[0] = 1.0
    events = {}
    for _line, event, quantity, probability, show in rows:
        events.setdefault((event, show), []).append((int(quantity), probability))
    for (_event, show), parts in events.items():
        used = np.zeros(size)
        used[0] = 1.0
        for quantity, probability in parts:
            moved = np.r_[np.zeros(quantity), used[: size - quantity]]
            used = (1 - probability) * used + probability * moved
        used = show * used
        used[0] += 1 - show
        total = np.convolve(total, used)[:size]
    if mean > 0:
        grid = np.arange(size)
        if dispersion > 1:
            p = 1 / dispersion
            rest = stats.nbinom.pmf(grid, mean * p / (1 - p), p)
        else:
            rest = stats.poisson.pmf(grid, mean)
        total = np.convolve(total, rest)[:size]
    return total


@pytest.mark.parametrize("service", [0.5, 0.9, 0.95, 0.99, 0.999, 0.99999])
@pytest.mark.parametrize("n,p", [(1, 0.3), (10, 0.3), (200, 0.07), (3000, 0.5)])
def test_binomial(n, p, service):
    rows = [(0, i, 1, p, 1.0) for i in range(n)]
    assert quantile(rows, service=service).quantile[0] == stats.binom.ppf(service, n, p)
    rows = [(0, i, 1, 1.0, p) for i in range(n)]
    assert quantile(rows, service=service).quantile[0] == stats.binom.ppf(service, n, p)


@pytest.mark.parametrize("service", [0.05, 0.5, 0.95, 0.999])
@pytest.mark.parametrize("mean", [0.01, 0.7, 5, 90, 4000])
def test_unbooked_only(mean, service):
    got = quantile([], mean, 1.0, service).quantile[0]
    assert got == stats.poisson.ppf(service, mean)
    for dispersion in (1.2, 3, 25):
        got = quantile([], mean, dispersion, service).quantile[0]
        p = 1 / dispersion
        assert got == stats.nbinom.ppf(service, mean * p / (1 - p), p)


def test_binomial_and_poisson_together():
    rows = [(0, i, 1, 0.4, 1.0) for i in range(12)]
    exact = by_convolution(rows, 6.5, 1.0).cumsum()
    for service in (0.5, 0.9, 0.99, 0.9999):
        got = quantile(rows, 6.5, 1.0, service).quantile[0]
        assert got == np.argmax(exact >= service)


def test_moments_of_an_event_with_several_uses():
    rows = [(0, 0, 2, 0.3, 0.8), (0, 0, 5, 0.6, 0.8), (0, 1, 1, 1.0, 0.5)]
    found = quantile(rows)
    chance = by_convolution(rows, 0, 1)
    grid = np.arange(len(chance))
    mean = chance @ grid
    assert found.booked_mean[0] == pytest.approx(mean)
    assert found.booked_variance[0] == pytest.approx(chance @ (grid - mean) ** 2)


def test_fractional_quantities():
    rows = [(0, i, 0.5, 0.5, 1.0) for i in range(20)]
    expected = stats.binom.ppf(0.95, 20, 0.5) / 2
    assert quantile(rows).quantile[0] == expected
    rows = [(0, i, 1 / 3, 0.5, 1.0) for i in range(300)]
    found = quantile(rows)
    assert not found.exact[0]
    assert abs(found.quantile[0] - stats.binom.ppf(0.95, 300, 0.5) / 3) <= 1


def test_expansion_is_close_where_grids_would_be_huge(monkeypatch):
    rng = np.random.default_rng(3)
    rows = [(0, i, int(rng.choice([1, 10, 40])), 0.6, 0.9) for i in range(400)]
    exact = quantile(rows, 300, 2.0, 0.98)
    monkeypatch.setattr(demand, "MAX_GRID", 64)
    rough = quantile(rows, 300, 2.0, 0.98)
    assert exact.exact[0] and not rough.exact[0]
    sd = np.sqrt(exact.booked_variance[0] + 600)
    assert abs(rough.quantile[0] - exact.quantile[0]) < 0.02 * sd + 1


def test_lines_do_not_touch_each_other():
    rng = np.random.default_rng(5)
    rows = []
    for line in range(0, 60, 2):
        for event in range(rng.integers(1, 30)):
            rows.append(
                (line, 100 * line + event, int(rng.integers(1, 25)), rng.random(), 0.9)
            )
    mean, dispersion = rng.gamma(1, 3, 60), rng.choice([1.0, 2.0], 60)
    service = rng.choice([0.9, 0.99], 60)
    together = levels(terms(rows), mean, dispersion, service).quantile
    for line in range(60):
        own = [(0, *row[1:]) for row in rows if row[0] == line]
        alone = quantile(own, mean[line], dispersion[line], service[line]).quantile[0]
        assert together[line] == alone


_ROW = st.tuples(
    st.just(0),
    st.integers(0, 5),
    st.integers(0, 30),
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0])),
)


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(_ROW, max_size=12),
    show=st.lists(st.sampled_from([0.0, 0.3, 0.95, 1.0]), min_size=6, max_size=6),
    # scipy's own negative binomial is NaN at vanishing means: test_vanishing_mean
    mean=st.one_of(st.just(0.0), st.floats(1e-6, 60)),
    dispersion=st.sampled_from([1.0, 1.5, 6.0]),
    service=st.floats(0.01, 0.9999),
)
def test_any_line_is_exact(rows, show, mean, dispersion, service):
    rows = [(*row, show[row[1]]) for row in rows]
    got = quantile(rows, mean, dispersion, service).quantile[0]
    below = by_convolution(rows, mean, dispersion, 1500).cumsum()
    # the least level that reaches the service, but for rounding at an exact tie
    assert below[int(got)] >= service - 1e-8
    if got > 0:
        assert below[int(got) - 1] < service + 1e-8


@settings(max_examples=60, deadline=None)
@given(
    mean=st.floats(1e-3, 1e4),
    dispersion=st.floats(1.001, 50),
    service=st.floats(1e-3, 0.99999),
)
def test_negative_binomial_quantiles(mean, dispersion, service):
    got = negative_binomial_ppf(*(np.array([x]) for x in (service, mean, dispersion)))[
        0
    ]
    p = 1 / dispersion
    size = mean * p / (1 - p)
    assert stats.nbinom.cdf(got, size, p) >= service - 1e-9
    if got > 0:
        assert stats.nbinom.cdf(got - 1, size, p) < service + 1e-9


@pytest.mark.parametrize("kind", ["poisson-binomial", "compound", "over-dispersed"])
def test_share_of_periods_covered(kind):
    """Simulated periods in which demand ≤ level: the service level, or more by one step."""
    rng = np.random.default_rng(11)
    periods, service, mean, dispersion = 40_000, 0.95, 8.0, 1.0
    rows = [(0, i, 1, p, 0.9) for i, p in enumerate(rng.random(60))]
    if kind == "compound":
        rows = [(0, i, int(rng.integers(1, 9)), p, s) for _l, i, _q, p, s in rows]
    if kind == "over-dispersed":
        dispersion = 4.0
    level = quantile(rows, mean, dispersion, service).quantile[0]
    used = np.zeros(periods)
    for _line, _event, q, p, s in rows:
        used += q * (rng.random(periods) < s * p)
    p = 1 / dispersion
    if dispersion > 1:
        used += rng.negative_binomial(mean * p / (1 - p), p, periods)
    else:
        used += rng.poisson(mean, periods)
    share = (used <= level).mean()
    step = (used == level).mean()
    assert service - 0.005 <= share <= service + step + 0.005


@pytest.mark.parametrize("dispersion", [1.0, 1.5, 6.0])
@pytest.mark.parametrize("mean", [5e-324, 1e-300, 1e-18])
def test_vanishing_mean(mean, dispersion):
    assert quantile([], mean, dispersion, 0.999).quantile[0] == 0
    assert quantile([(0, 0, 3, 1.0, 1.0)], mean, dispersion, 0.999).quantile[0] == 3
