# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stock against forecast, by hand."""

import numpy as np
from omni_forecast.engine.exceptions import check_stock


def check(**values):
    plain = {
        "on_hand": [50],
        "due": [0],
        "supply": [50],
        "daily": [10],
        "lead_days": [8],
        "cover_days": 30,
    }
    return check_stock(**{**plain, **values})


def test_runs_out_before_a_new_order_comes():
    found = check()
    # 8 days at 10 are 80, 50 are there
    assert found.shortage.tolist() == [30]
    assert found.lasts.tolist() == [5]
    assert found.excess.tolist() == [0]
    assert check(due=[30], supply=[80]).shortage.tolist() == [0]
    # what is overdrawn is nothing on hand, not less than nothing
    assert check(on_hand=[-20], supply=[-20]).shortage.tolist() == [80]


def test_small_gaps_are_none():
    assert check(on_hand=[77]).shortage.tolist() == [0]


def test_excess_is_beyond_cover_and_lead_time():
    assert check(on_hand=[500], supply=[500]).excess.tolist() == [120]
    assert check(on_hand=[380], supply=[380]).excess.tolist() == [0]


def test_no_demand():
    found = check(daily=[0], on_hand=[7], supply=[7])
    assert found.excess.tolist() == [7] and np.isinf(found.lasts).all()
    assert found.shortage.tolist() == [0]
