# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Uplift of events: worked examples and properties."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omni_forecast.engine import events

MONTHS = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
APRIL = date(2026, 4, 1)


def test_coverage_counts_days():
    share = events.coverage(MONTHS, APRIL, date(2026, 1, 22), date(2026, 2, 14))
    assert share == pytest.approx([10 / 31, 0.5, 0])
    outside = events.coverage(MONTHS, APRIL, date(2025, 1, 1), date(2025, 12, 31))
    assert outside.tolist() == [0, 0, 0]
    assert events.coverage([], APRIL, date(2026, 1, 1), APRIL).size == 0


def test_baseline_is_the_mean_of_the_neighbours():
    y = [10, 12, 40, 14, 16]
    base = events.baseline_without(y, [False, False, True, False, False])
    assert base.tolist() == [10, 12, 13, 14, 16]
    assert np.isnan(events.baseline_without([5.0], [True])).all()


def test_baseline_keeps_the_season():
    year = np.array([10.0] * 11 + [40.0])
    y = np.tile(year, 4)
    touched = np.zeros(48, bool)
    touched[35] = True
    base = events.baseline_without(y, touched, season=12)
    assert 25 < base[35] < 45
    assert events.baseline_without(y, touched, season=1)[35] == pytest.approx(10)


def test_ratio_of_half_a_period():
    # half of the third month at twice the usual demand: 10 + 10 / 2 = 15
    y = [10, 10, 15, 10, 10]
    found = events.observe(y, {"sale": [0, 0, 0.5, 0, 0]})
    assert found == {"sale": (5.0, 5.0)}
    assert events.ratio_of(*found["sale"]) == 2.0


def test_overlap_and_stock_out_speak_for_no_event():
    y = [10, 10, 30, 20, 10, 10]
    shares = {"a": [0, 0, 1, 1, 0, 0], "b": [0, 0, 1, 0, 0, 0]}
    assert events.observe(y, shares) == {"a": (10.0, 10.0)}
    gone = [False, False, False, True, False, False]
    assert events.observe(y, shares, gone) == {}


def test_one_event_is_half_believed_by_its_kind():
    record = events.Record([(1, "promotion", "tea", "green", 10.0, 10.0)])
    assert record.ratio("promotion", 1) == 2.0
    kind = record.propose("promotion", "coffee", "latte")
    assert (kind.events, kind.level) == (1, "kind")
    assert kind.ratio == pytest.approx(2**0.5)
    category = record.propose("promotion", "tea", "black")
    assert category.ratio == pytest.approx(2**0.75) and category.level == "category"
    product = record.propose("promotion", "tea", "green")
    assert product.ratio == pytest.approx(2**0.875) and product.level == "product"
    assert product.low < product.ratio < product.high
    assert record.propose("closure", "tea", "green") == events.Uplift()


def test_articles_of_one_event_are_one_event():
    rows = [(1, "promotion", "tea", name, 10.0, 10.0) for name in "abcdef"]
    found = events.Record(rows).propose("promotion", "tea", "z")
    assert (found.events, found.level) == (1, "category")
    assert found.ratio == pytest.approx(2**0.75)


def test_closure_ends_demand_and_is_learned():
    rows = [(n, "closure", None, "x", -100.0, 100.0) for n in range(5)]
    found = events.Record(rows).propose("closure", None, "x")
    assert found.ratio < 0.05 and found.low >= 0


def test_effect_and_dip():
    extra = events.effect([100, 100, 100], [0.5, 0, 0], 1.4, [0, 1, 0], 0.5)
    assert extra.tolist() == pytest.approx([20, -10, 0])
    # nobody buys less than nothing
    deep = events.effect([100, 5, 0], [1, 0, 0], 3.0, [0, 1, 1], 1.0)
    assert deep.tolist() == [200, -5, 0]


def test_stated_quantity_is_split():
    assert events.spread_quantity([1, 3], 8).tolist() == [2, 6]
    assert events.spread_quantity([0, 0], 8).tolist() == [4, 4]


ROWS = st.lists(
    st.tuples(
        st.integers(0, 8),
        st.just("promotion"),
        st.sampled_from("ab"),
        st.integers(0, 4),
        st.floats(-50, 500),
        st.floats(1, 100),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_proposal_lies_between_nothing_and_what_was_seen(rows):
    record = events.Record(rows)
    found = record.propose("promotion", "a", 1)
    seen = [
        math.log(max(ratio, events.FLOOR))
        for key, ratios in record._ratios.items()
        for ratio in ratios.values()
    ]
    assert min([0.0, *seen]) - 1e-9 <= math.log(found.ratio) <= max([0.0, *seen]) + 1e-9
    assert 0 < found.low <= found.ratio <= found.high
    assert found.events == len({row[0] for row in rows}) or found.level != "kind"


@settings(max_examples=40, deadline=None)
@given(ROWS, st.floats(0.01, 100), st.randoms())
def test_units_and_order_do_not_matter(rows, scale, random):
    other = [(*row[:4], row[4] * scale, row[5] * scale) for row in rows]
    random.shuffle(other)
    one = events.Record(rows).propose("promotion", "a", 1)
    two = events.Record(other).propose("promotion", "a", 1)
    assert (one.ratio, one.low, one.high) == pytest.approx(
        (two.ratio, two.low, two.high)
    )
    assert (one.events, one.level) == (two.events, two.level)


def test_more_events_come_closer_to_what_was_seen():
    ratios = [
        events.Record([(n, "promotion", "tea", "x", 5.0, 10.0) for n in range(count)])
        .propose("promotion", "tea", "x")
        .ratio
        for count in (1, 2, 4, 8)
    ]
    assert ratios == sorted(ratios) and 1.5 - ratios[-1] < 0.001


def test_learned_from_noisy_months():
    """Six promotions of half a month at +60 %: found within a tenth, past the noise."""
    random = np.random.default_rng(5)
    rows = []
    for product in range(30):
        share = {n: np.zeros(48) for n in range(6)}
        for n in range(6):
            share[n][5 + 7 * n] = 0.5
        factor = np.prod([events.period_factors(s, 1.6) for s in share.values()], 0)
        y = random.poisson(80 * factor)
        for event, (extra, exposure) in events.observe(y, share, season=12).items():
            rows.append((event, "promotion", "tea", product, extra, exposure))
    found = events.Record(rows).propose("promotion", "tea")
    assert 1.5 < found.ratio < 1.7 and found.events == 6
    assert found.low < 1.6 < found.high
