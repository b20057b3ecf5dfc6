# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Totals equal the sum of their parts, over random hierarchies."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def module(engine):
    return import_module(f"{engine.__name__}.reconcile")


@st.composite
def hierarchies(draw):
    """Bottoms in a random tree and in a second, crossing level."""
    bottoms = draw(st.integers(1, 12))
    groups = draw(st.integers(1, 4))
    places = draw(st.integers(1, 3))
    group = draw(
        st.lists(st.integers(0, groups - 1), min_size=bottoms, max_size=bottoms)
    )
    place = draw(
        st.lists(st.integers(0, places - 1), min_size=bottoms, max_size=bottoms)
    )
    rows = [0] * bottoms + [1 + g for g in group] + [1 + groups + p for p in place]
    cols = list(range(bottoms)) * 3
    seed = draw(st.integers(0, 2**32 - 1))
    return rows, cols, 1 + groups + places, bottoms, groups, seed


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(hierarchies(), st.sampled_from(["bottom_up", "wls_struct", "ols"]))
def test_totals_equal_the_sum_of_parts(module, drawn, method):
    rows, cols, nodes, bottoms, groups, seed = drawn
    random = np.random.default_rng(seed)
    summing = module.Summing(rows, cols, nodes, bottoms)
    bottom = random.gamma(1.0, 20.0, (bottoms, 3))
    base = summing.total(bottom) * random.uniform(0.6, 1.6, (nodes, 1))
    base[random.random(nodes) < 0.2] = np.nan
    used = summing.total(bottom).sum(1) > 0
    base[~used] = np.nan
    found, _method, note = module.reconcile(summing, base, bottom, method)
    assert not note
    assert (found >= 0).all()
    totals = summing.total(found)
    assert totals[0] == pytest.approx(found.sum(0))
    assert totals[1 : 1 + groups].sum(0) == pytest.approx(totals[0])
    assert totals[1 + groups :].sum(0) == pytest.approx(totals[0])


def test_weighted_least_squares_worked_check(module):
    """Total 30, parts 10 and 10: weights 2, 1, 1 give 12.5 and 12.5."""
    summing = module.Summing([0, 0], [0, 1], 1, 2)
    found, method, _note = module.reconcile(
        summing, np.array([[30.0]]), np.array([[10.0], [10.0]]), "wls_struct"
    )
    assert method == "wls_struct"
    assert found[:, 0] == pytest.approx([12.5, 12.5], abs=1e-4)
    found, _method, _note = module.reconcile(
        summing, np.array([[30.0]]), np.array([[10.0], [10.0]]), "ols"
    )
    assert found.sum() == pytest.approx(26.667, abs=1e-2)


def test_unknown_method_is_refused(module, engine):
    with pytest.raises(engine.EngineError, match="method is 'magic'"):
        module.reconcile(
            module.Summing([0], [0], 1, 1), np.ones((1, 1)), np.ones((1, 1)), "magic"
        )


def test_in_a_process_of_its_own(module):
    months = pd.date_range("2023-01-01", periods=36, freq="MS")
    panel = pd.DataFrame(
        {"unique_id": "0", "ds": months, "y": np.full(36, 40.0) + np.arange(36) % 3}
    )
    value = module.run_in_process(
        panel,
        {"freq": "M", "horizon": 3},
        ([0, 0], [0, 1], (1, 2)),
        np.full((2, 3), 10.0),
        "wls_struct",
    )
    assert value["method"] == "wls_struct", value["note"]
    assert value["bands"]["mean"].shape == (1, 3)
    assert 20 < value["bottom"].sum(0)[0] < 41
    assert value["scores"][0]["model"]
