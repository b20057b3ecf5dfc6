# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Posteriors of kits and bookings, by hand and on simulated cases."""

import numpy as np
import pandas as pd
import pytest
from medical_supply_crm.engine.learning import learn_kits, show_rates


def test_posterior_by_hand():
    lines = pd.DataFrame(
        {
            "kit_line_id": [1],
            "kit_id": [1],
            "product_id": [7],
            "quantity": [2.0],
            "probability": [0.3],
        }
    )
    cases = pd.DataFrame({"event_id": range(10), "kit_id": 1})
    uses = pd.DataFrame(
        {"event_id": [0, 1, 2, 3, 4], "product_id": 7, "quantity": [3.0] * 5}
    )
    row = learn_kits(lines, cases, uses, strength=10).iloc[0]
    assert (row["cases"], row["used_cases"], row["used_quantity"]) == (10, 5, 15)
    assert row["probability"] == pytest.approx((3 + 5) / 20)
    assert row["quantity"] == pytest.approx((20 + 15) / 15)
    assert row["low"] < row["probability"] < row["high"]


def test_a_product_of_two_kits_teaches_nothing():
    lines = pd.DataFrame(
        {
            "kit_line_id": [1, 2],
            "kit_id": [1, 2],
            "product_id": 7,
            "quantity": 1.0,
            "probability": 0.5,
        }
    )
    cases = pd.DataFrame({"event_id": [0, 0], "kit_id": [1, 2]})
    uses = pd.DataFrame({"event_id": [0], "product_id": [7], "quantity": [1.0]})
    assert learn_kits(lines, cases, uses).empty


def test_many_cases_find_the_truth():
    rng = np.random.default_rng(3)
    truth = rng.uniform(0.05, 0.95, 200)
    lines = pd.DataFrame(
        {"kit_line_id": range(200), "kit_id": range(200), "product_id": range(200), "quantity": 1.0,
         "probability": 0.5}
    )  # fmt: skip
    cases = pd.DataFrame(
        {"event_id": np.arange(200 * 300), "kit_id": np.repeat(np.arange(200), 300)}
    )
    hit = rng.random(len(cases)) < truth[cases["kit_id"]]
    uses = cases[hit].rename(columns={"kit_id": "product_id"}).assign(quantity=2.0)
    out = learn_kits(lines, cases, uses).set_index("kit_line_id")
    assert np.abs(out["probability"] - truth).max() < 0.12
    inside = ((truth >= out["low"]) & (truth <= out["high"])).mean()
    assert inside > 0.8
    assert out["quantity"].between(1.5, 2.0).all()


def test_a_booking_close_to_its_day_is_surer():
    rng = np.random.default_rng(5)
    count = 4000
    known = rng.integers(0, 40, count)
    gone = np.where(rng.random(count) < 0.3, rng.integers(1, 30, count), np.nan)
    gone = np.where(gone > known, np.nan, gone)
    events = pd.DataFrame({"procedure_id": 1, "known": known, "gone": gone})
    priors = pd.DataFrame({"procedure_id": [1], "probability": [0.9]})
    out = show_rates(events, priors).sort_values("lead_from")
    assert out["probability"].is_monotonic_decreasing
    near, far = out.iloc[0], out.iloc[-1]
    assert near["probability"] > 0.99 and far["probability"] < 0.8
    alive = events[(events["known"] >= 8) & ~(events["gone"] >= 8)]
    row = out[out["lead_from"] == 8].iloc[0]
    assert row["cases"] == len(alive)
    assert row["probability"] == pytest.approx(alive["gone"].isna().mean(), abs=0.01)


def test_a_strength_must_be_positive():
    with pytest.raises(ValueError, match="strength"):
        show_rates(pd.DataFrame(), pd.DataFrame(), strength=0)
