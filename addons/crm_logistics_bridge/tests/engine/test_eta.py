# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import numpy as np
import pandas as pd
import pytest
from crm_logistics_bridge.engine import eta
from hypothesis import given, settings
from hypothesis import strategies as st


def history(leads, **columns):
    frame = pd.DataFrame(
        {
            "stage": "order",
            "warehouse": 1,
            "carrier": 7,
            "region": "KR-11",
            "weekday": 0,
            "lead": np.asarray(leads, dtype=float),
            "done": pd.date_range("2026-01-01", periods=len(leads), freq="h"),
        }
    )
    return frame.assign(**columns)


def query(**columns):
    values = {
        "stage": "order",
        "warehouse": 1,
        "carrier": 7,
        "region": "KR-11",
        "weekday": 0,
        "elapsed": 0.0,
    }
    return pd.DataFrame([{**values, **columns}])


def generated(count, seed=1):
    rng = np.random.default_rng(seed)
    frame = history(np.zeros(count))
    frame["warehouse"] = rng.integers(1, 4, count)
    frame["carrier"] = rng.integers(1, 4, count)
    frame["weekday"] = rng.integers(0, 7, count)
    frame["region"] = rng.choice(["KR-11", "KR-26", "US-CA"], count)
    frame["lead"] = (
        rng.gamma(1.5 + frame["carrier"], 0.5 + 0.3 * frame["warehouse"])
        + (frame["region"] == "US-CA") * 4
    )
    return frame


def test_p90_of_one_to_ten_is_nine():
    assert eta.inverted_cdf(range(1, 11), 0.9) == 9
    lanes = eta.fit(history(range(1, 11)))
    assert set(lanes["p90"]) == {9.0}
    assert set(lanes["p50"]) == {5.0}


def test_three_observations_fall_back_to_the_parent():
    few = history([30, 31, 32], warehouse=2)
    lanes = eta.fit(pd.concat([history(range(1, 11)), few], ignore_index=True))
    assert 2 not in set(lanes["warehouse"])
    answer = eta.predict(lanes, query(warehouse=2)).iloc[0]
    assert lanes.loc[answer["lane"], "level"] == 0
    assert answer["n"] == 13


def test_a_thin_lane_leans_on_its_parent():
    thin = history([20.0] * 10, weekday=3)
    lanes = eta.fit(pd.concat([history([2.0] * 90), thin], ignore_index=True))
    own = lanes[(lanes["level"] == 4) & (lanes["weekday"] == 3)].iloc[0]
    assert 2.0 < own["p50"] < 20.0


def test_no_history_gives_no_date():
    lanes = eta.fit(history([]))
    assert lanes.empty
    assert eta.predict(lanes, query()).iloc[0]["lane"] == -1


@pytest.mark.parametrize("lead", [-1.0, float("nan")])
def test_impossible_lead_times_are_named(lead):
    with pytest.raises(ValueError, match="lead must be days from 0 up, got"):
        eta.fit(history([1.0, lead]))


def test_missing_columns_are_named():
    with pytest.raises(ValueError, match="lacks the columns lead"):
        eta.fit(history([1.0]).drop(columns="lead"))


def test_nine_of_ten_held_out_deliveries_keep_the_promise():
    frame = generated(30000)
    lanes = eta.fit(frame.iloc[:20000])
    held_out = frame.iloc[20000:].assign(elapsed=0.0)
    answer = eta.predict(lanes, held_out)
    kept = (held_out["lead"] <= answer["promise"]).mean()
    assert 0.87 <= kept <= 0.93
    company = lanes[lanes["level"] == 0].iloc[0]
    assert abs(company["coverage"] - 0.9) <= 0.03
    error = (held_out["lead"] - answer["expected"]).abs().mean()
    plain = held_out["warehouse"].map(
        frame.iloc[:20000].groupby("warehouse")["lead"].mean()
    )
    assert error < (held_out["lead"] - plain).abs().mean()


def test_days_gone_by_are_taken_into_account():
    lanes = eta.fit(history(range(1, 21)))
    fresh = eta.predict(lanes, query()).iloc[0]
    older = eta.predict(lanes, query(elapsed=15.0)).iloc[0]
    assert fresh["expected"] < 15 < older["expected"] <= older["promise"] <= 20
    late = eta.predict(lanes, query(elapsed=25.0)).iloc[0]
    assert late["beyond"] and late["expected"] == 25


GAMMA = eta.fit(history(np.random.default_rng(0).gamma(2, 3, 200)))


@settings(deadline=None, max_examples=50)
@given(st.floats(0, 60), st.floats(0, 60))
def test_expectation_never_goes_back(first, second):
    lanes = GAMMA
    low, high = sorted((first, second))
    early = eta.predict(lanes, query(elapsed=low)).iloc[0]
    later = eta.predict(lanes, query(elapsed=high)).iloc[0]
    for answer, elapsed in ((early, low), (later, high)):
        assert elapsed <= answer["expected"] <= answer["promise"] or answer["beyond"]
    assert early["expected"] <= later["expected"] + 1e-6


def test_after_the_cut_off_counts_the_next_day():
    starts = pd.Series(pd.to_datetime(["2026-11-20 14:59", "2026-11-20 15:00"]))
    moved = eta.effective_start(starts, 15.0)
    assert moved.tolist() == [
        pd.Timestamp("2026-11-20 14:59"),
        pd.Timestamp("2026-11-21"),
    ]


def test_region():
    assert eta.region_key("KR", "11", "04524") == "KR-11"
    assert eta.region_key("KR", None, "04524") == "KR-04"
    assert eta.region_key("KR", None, None) == "KR"
    assert eta.region_key(None, None, None) == ""
