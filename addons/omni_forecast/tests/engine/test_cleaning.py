# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stock-outs, events, outliers, like products and fading: worked checks."""

from datetime import date
from importlib import import_module

import numpy as np
import pytest


@pytest.fixture(scope="module")
def cleaning(engine):
    return import_module(f"{engine.__name__}.cleaning")


@pytest.fixture(scope="module")
def lifecycle(engine):
    return import_module(f"{engine.__name__}.lifecycle")


def test_ten_days_out_of_thirty_at_ten_a_day(cleaning):
    y = np.full((1, 12), 300.0)
    out = np.zeros((1, 12))
    y[0, 6], out[0, 6] = 200.0, 10
    found = cleaning.clean(y, "M", days=np.full((1, 12), 30.0), out=out)
    assert found.unmet[0, 6] == pytest.approx(100)
    assert found.value[0] == pytest.approx(np.full(12, 300.0))
    assert found.stockout.sum() == 1 and not found.outlier.any()


def test_a_whole_month_without_stock_borrows_from_its_neighbours(cleaning):
    y = np.full((1, 12), 60.0)
    out = np.zeros((1, 12))
    y[0, 6], out[0, 6] = 0.0, 30
    found = cleaning.clean(y, "M", days=np.full((1, 12), 30.0), out=out)
    assert found.value[0, 6] == pytest.approx(60, rel=0.01)


def test_customers_who_wait_are_counted_once(cleaning):
    y = np.full((1, 12), 300.0)
    out, waited = np.zeros((1, 12)), np.zeros((1, 12))
    out[0, 6], waited[0, 6] = 10, 100.0  # ordered on those days, delivered later
    days = np.full((1, 12), 30.0)
    found = cleaning.clean(y, "M", days=days, out=out, waited=waited)
    assert found.unmet.sum() == pytest.approx(0)
    assert not found.stockout.any()


def test_summer_article_is_not_missed_in_winter(cleaning):
    year = np.array([0, 0, 0, 30, 60, 90, 90, 60, 30, 0, 0, 0], float)
    y = np.tile(year, 3)[None]
    out = np.where(y == 0, 30.0, 0.0)
    found = cleaning.clean(y, "M", days=np.full(y.shape, 30.0), out=out)
    assert found.unmet.sum() == 0


def test_season_is_respected_where_stock_ran_out(cleaning):
    year = 30 * np.array([4, 4, 6, 8, 10, 12, 14, 13, 10, 8, 6, 20], float)
    y = np.tile(year, 4)[None]
    out = np.zeros(y.shape)
    y[0, 35], out[0, 35] = 0.0, 30  # a December
    found = cleaning.clean(y, "M", days=np.full(y.shape, 30.0), out=out)
    assert found.value[0, 35] > 450  # far above the 9.6 a day of the neighbours


def test_outlier_is_flagged_and_stays(cleaning):
    random = np.random.default_rng(1)
    y = random.poisson(100, (1, 36)).astype(float)
    y[0, 20] = 900
    found = cleaning.clean(y, "M")
    assert np.flatnonzero(found.outlier[0]).tolist() == [20]
    assert found.value[0, 20] == 900
    limited = cleaning.clean(y, "M", outliers="limit")
    assert 100 < limited.value[0, 20] < 160
    assert not cleaning.clean(y, "M", outliers="off").outlier.any()


def test_a_season_and_a_new_level_are_no_outliers(cleaning):
    random = np.random.default_rng(2)
    year = np.array([50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 400], float)
    y = (np.tile(year, 4) * random.normal(1, 0.05, 48)).round()[None]
    assert not cleaning.clean(y, "M").outlier.any()
    step = np.r_[random.poisson(50, 20), random.poisson(300, 4)].astype(float)[None]
    assert not cleaning.clean(step, "M").outlier.any()


def test_few_false_alarms_on_ordinary_demand(cleaning):
    random = np.random.default_rng(3)
    for y in (
        random.poisson(20, (500, 36)).astype(float),
        random.negative_binomial(3, 0.1, (500, 36)).astype(float),
        np.where(random.random((500, 36)) < 0.3, random.poisson(5, (500, 36)), 0.0),
    ):
        assert cleaning.clean(y, "M").outlier.mean() < 0.01


def test_event_is_divided_out(cleaning):
    y = np.full((1, 12), 100.0)
    y[0, 5] = 300.0
    factor = np.ones((1, 12))
    factor[0, 5] = 3.0
    found = cleaning.clean(y, "M", factor=factor)
    assert found.value[0] == pytest.approx(np.full(12, 100.0))
    assert found.event.sum() == 1 and not found.outlier.any()


def test_recovers_lost_sales_on_generated_demand(cleaning):
    """Truth known: Poisson demand, a fifth of the days without stock."""
    random = np.random.default_rng(4)
    daily = random.poisson(3, (300, 24, 30))
    gone = np.zeros(daily.shape, bool)
    for i in range(300):
        for t in random.choice(24, 8, replace=False):
            length = random.integers(5, 31)
            gone[i, t, :length] = True
    sold = np.where(gone, 0, daily).sum(2).astype(float)
    out = gone.sum(2).astype(float)
    found = cleaning.clean(sold, "M", days=np.full(sold.shape, 30.0), out=out)
    truth = daily.sum(2)
    hit = out > 0
    before = (sold - truth)[hit].sum() / truth[hit].sum()
    after = (found.value - truth)[hit].sum() / truth[hit].sum()
    assert before < -0.4
    assert abs(after) < 0.02


def test_xyz(cleaning):
    rows = [[10.0] * 12, [10.0, 0, 10, 20] * 3, [0.0] * 11 + [12], [5.0]]
    names, cv = cleaning.xyz_classes(cleaning.align(rows), "M")
    assert names == ["X", "Y", "Z", "Z"]
    assert cv[0] == 0 and cv[1] == pytest.approx(0.7385, abs=1e-4) and np.isnan(cv[3])


def test_like_scale_worked_check(lifecycle):
    assert lifecycle.like_scale([6, 6], [10, 10]) == pytest.approx(0.84)
    assert lifecycle.like_scale([], [], 0.5) == 0.5
    assert lifecycle.like_scale([3] * 300, [10] * 300) == pytest.approx(0.3, abs=0.01)


def test_fade_factors(lifecycle):
    starts = [date(2026, m, 1) for m in (3, 4, 5, 6, 7)]
    ends = [date(2026, m, 1) for m in (4, 5, 6, 7, 8)]
    assert lifecycle.fade_factors(starts, ends).tolist() == [1] * 5
    half = lifecycle.fade_factors(starts, ends, last_day=date(2026, 4, 15))
    assert half.tolist() == [1, 0.5, 0, 0, 0]
    fade = lifecycle.fade_factors(
        starts, ends, fade_from=date(2026, 3, 18), fade_periods=3
    )
    assert fade.tolist() == [0.75, 0.5, 0.25, 0, 0]
