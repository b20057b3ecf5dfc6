# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The best thing to do with goods that will expire where they lie."""

import numpy as np
import pandas as pd
import pytest
from medical_supply_crm.engine.expiry import best_actions


def risk(risk_id, line_id, quantity, **values):
    return {
        "risk_id": risk_id, "line_id": line_id, "product_id": 1, "hospital_id": 1, "consigned": False,
        "quantity": quantity, "lot_quantity": quantity, "days_left": 10, "unit_cost": 10.0,
        "return_days": np.nan, "return_credit": 1.0, "skip": 0.1, **values,
    }  # fmt: skip


def room(line_id, daily_use, **values):
    return {
        "line_id": line_id, "product_id": 1, "hospital_id": 1, "consigned": False,
        "daily_use": daily_use, "covered": 0.0, "fresh": 0.0, **values,
    }  # fmt: skip


def best(risks, rooms, **options):
    return best_actions(pd.DataFrame(risks), pd.DataFrame(rooms), **options)[
        0
    ].set_index("risk_id")


def test_to_the_room_that_still_needs_it():
    out = best(
        [risk(1, 1, 5)], [room(1, 0.0), room(2, 0.3), room(3, 1.0, covered=20.0)]
    )
    assert out.loc[
        1, ["action", "target_line_id", "quantity", "saved_value"]
    ].tolist() == ["move", 2, 3, 30.0]


def test_another_hospital_only_while_it_is_ours():
    rooms = [
        room(1, 0),
        room(2, 5, hospital_id=2),
        room(3, 5, hospital_id=2, consigned=True),
    ]
    assert best([risk(1, 1, 5)], rooms).loc[1, "action"] == "none"
    ours = best(
        [risk(1, 1, 5, consigned=True)], [dict(rooms[0], consigned=True), *rooms[1:]]
    )
    assert ours.loc[1, "target_line_id"] == 3


def test_swap_where_the_receiver_is_covered_by_fresher_goods():
    rooms = [room(1, 0), room(2, 2.0, covered=40.0, fresh=30.0)]
    out = best([risk(1, 1, 5)], rooms)
    assert (out.loc[1, "action"], out.loc[1, "quantity"]) == ("swap", 5)
    assert best([risk(1, 1, 5)], rooms, move_cost=30).loc[1, "action"] == "none"


@pytest.mark.parametrize(("days", "action"), [(30, "return"), (29, "none")])
def test_return_while_the_policy_allows(days, action):
    given = risk(1, 1, 5, days_left=days, return_days=30.0, return_credit=0.8)
    out = best([given], [room(1, 0)])
    assert out.loc[1, "action"] == action
    assert out.loc[1, "saved_value"] == (40 if action == "return" else 0)


def test_use_first_saves_the_share_that_would_skip_the_lot():
    out = best([risk(1, 1, 2, lot_quantity=10)], [room(1, 0.5)])
    # 8 units would be used in time, 5.5 within the 11 days, a tenth of them skips the lot
    assert out.loc[1, "action"] == "use_first"
    assert out.loc[1, "saved_value"] == pytest.approx(0.1 * 5.5 * 10)


def test_a_receiver_takes_no_more_than_it_can_use():
    risks = [risk(number, number, 4, days_left=10 + number) for number in range(1, 5)]
    rooms = [room(number, 0) for number in range(1, 5)] + [room(9, 0.6), room(8, 0.3)]
    out = best(risks, rooms)
    moved = out[out["action"] == "move"].groupby("target_line_id")["quantity"].sum()
    assert moved[9] <= 0.6 * 14 and moved[8] <= 0.3 * 14
    assert out["quantity"].sum() == moved.sum() >= 8


def test_many_lots_at_once_within_places():
    rng = np.random.default_rng(1)
    rooms = [
        room(
            line,
            rng.gamma(1, 0.3),
            product_id=line % 50,
            hospital_id=line % 7,
            covered=rng.integers(0, 5),
        )
        for line in range(3000)
    ]
    risks = [
        risk(i, line, int(rng.integers(1, 9)), product_id=line % 50, hospital_id=line % 7,
             days_left=int(rng.integers(1, 60)), unit_cost=rng.gamma(2, 10))
        for i, line in enumerate(rng.choice(3000, 2000, replace=False))
    ]  # fmt: skip
    out = best(risks, rooms)
    assert len(out) == 2000
    frame = pd.DataFrame(risks).set_index("risk_id").join(out, rsuffix="_done")
    moved = frame[frame["action"] == "move"]
    assert len(moved) > 300
    there = pd.DataFrame(rooms).set_index("line_id").loc[moved["target_line_id"]]
    assert (there["hospital_id"].to_numpy() == moved["hospital_id"].to_numpy()).all()
    total = moved.groupby("target_line_id")["quantity_done"].sum()
    last = moved.groupby("target_line_id")["days_left"].max()
    about = pd.DataFrame(rooms).set_index("line_id").loc[total.index]
    assert (total <= about["daily_use"] * last - about["covered"] + 1e-6).all()


def test_nothing_at_risk():
    empty = pd.DataFrame([risk(1, 1, 5)]).iloc[:0]
    assert best_actions(empty, pd.DataFrame([room(1, 1)]))[0].empty
