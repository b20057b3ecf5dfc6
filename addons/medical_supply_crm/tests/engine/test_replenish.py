# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From schedule and stock to order lines: the design's worked checks and what must always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from medical_supply_crm import emr
from medical_supply_crm.engine import Options, replenish
from scipy import stats

TODAY = pd.Timestamp("2026-01-05")
LINE = {
    "line_id": "L",
    "storeroom_id": "S",
    "product_id": "P",
    "par_min": 0,
    "par_max": 0,
    "review_days": 7,
    "lead_days": 3,
    "service_level": 0.95,
    "pack_size": 1,
    "min_order": 0,
    "unit_cost": 1.0,
    "base_rate": 0.0,
}


def day(number):
    return TODAY + pd.Timedelta(number, unit="D")


def stock(*changes):
    return pd.DataFrame([{**LINE, **change} for change in changes or ({},)])


def booking(count=1, when=2, show=1.0, kit="K", store="S"):
    return pd.DataFrame(
        {
            "event_id": range(count),
            "storeroom_id": store,
            "kit_id": kit,
            "date": [day(when)] * count,
            "show_probability": show,
        }
    )


def kit(*rows):
    rows = rows or (("P", 1, 1.0),)
    columns = ["product_id", "quantity", "probability"]
    return pd.DataFrame(rows, columns=columns).assign(kit_id="K")


def lots(*rows, line="L"):
    frame = pd.DataFrame(rows, columns=["quantity", "expiry"])
    return frame.assign(line_id=line, lot_id=[f"lot{i}" for i in range(len(frame))])


def only(plan):
    assert len(plan.lines) == 1
    return plan.lines.iloc[0]


def test_ten_bookings_of_a_kit_with_gloves_and_a_stent():
    lines = stock({"line_id": "glove", "product_id": "glove"}, {"product_id": "stent"})
    kits = kit(("glove", 2, 1.0), ("stent", 1, 0.3))
    plan = replenish(lines, booking(10), kits, None, None, today=TODAY)
    glove, stent = plan.lines.itertuples()
    assert (glove.booked_mean, glove.booked_sd, glove.order_up_to) == (20, 0, 20)
    assert stent.booked_mean == pytest.approx(3)
    assert stent.order_up_to == 5 == stats.binom.ppf(0.95, 10, 0.3)
    assert (stent.order_qty, stent.safety) == (5, pytest.approx(2))


def test_what_expires_before_first_use_does_not_count():
    held = lots((5, day(3)), (3, pd.NaT))
    plan = replenish(stock(), booking(8, when=4), kit(), held, None, today=TODAY)
    line = only(plan)
    assert (line.on_hand, line.usable, line.expiring) == (8, 3, 5)
    assert line.order_qty == 5
    assert plan.waste[["lot_id", "quantity", "counted"]].values.tolist() == [
        ["lot0", 5, True]
    ]
    # the same by a stated first use instead of a booking
    known = stock({"base_rate": 1.0, "first_use_date": day(4)})
    line = only(replenish(known, None, None, held, None, today=TODAY))
    assert (line.usable, line.expiring, line.unbooked_mean) == (3, 5, 6)


def test_book_cancel_and_a_late_older_booking_ask_for_nothing():
    def message(stamp, trigger):
        return "\r".join(
            (
                rf"MSH|^~\&|A|B|C|D|{stamp}||SIU^{trigger}|1|P|2.5",
                "SCH|P1|F1",
                "AIS|1||4711^Hip^L|20260107090000|||90|min",
            )
        )

    feed = [("20260102", "S12"), ("20260103", "S15")] * 2 + [("20260101", "S12")]
    stored = []
    for stamp, trigger in feed:
        found = emr.read(message(stamp, trigger), hash_key=b"k" * 32, source="h")
        stored = emr.merge(stored + found.events)
    assert len(stored) == 1 and stored[0].status == "cancelled"
    open_ones = emr.countable(stored)
    plan = replenish(stock(), booking(len(open_ones)), kit(), None, None, today=TODAY)
    assert only(plan).booked_mean == 0 and only(plan).order_qty == 0


def test_protection_interval_is_half_open():
    for when, mean in ((-1, 0), (0, 1), (9, 1), (10, 0)):
        line = only(
            replenish(stock(), booking(when=when), kit(), None, None, today=TODAY)
        )
        assert (line.protection_days, line.booked_mean) == (10, mean)


def test_par_minimum_packs_and_minimum_order():
    plan = replenish(
        stock({"par_min": 7, "pack_size": 5}), None, None, None, None, today=TODAY
    )
    line = only(plan)
    assert (line.order_up_to, line.net_need, line.rounding, line.order_qty) == (
        7,
        7,
        3,
        10,
    )
    big = stock({"par_min": 7, "pack_size": 5, "min_order": 22})
    assert only(replenish(big, None, None, None, None, today=TODAY)).order_qty == 25
    enough = replenish(big, None, None, lots((7, pd.NaT)), None, today=TODAY)
    assert only(enough).order_qty == 0


def test_par_maximum_limits_safety_but_not_what_is_booked():
    lines = stock({"par_max": 6, "base_rate": 2.0})
    line = only(replenish(lines, None, None, None, None, today=TODAY))
    assert (line.order_up_to, line.cap, line.capped) == (6, "par_max", True)
    line = only(replenish(lines, booking(9), kit(), None, None, today=TODAY))
    assert line.order_up_to == 9
    free = Options(respect_par_max=False)
    line = only(replenish(lines, None, None, None, None, today=TODAY, options=free))
    assert line.order_up_to == stats.poisson.ppf(0.95, 20)


def test_incoming_counts_by_its_arrival():
    lines = stock({"par_min": 10})
    frame = pd.DataFrame(
        {
            "line_id": "L",
            "date": [day(-2), day(3), day(10), pd.NaT],
            "quantity": [1, 2, 4, 8],
        }
    )
    plan = replenish(lines, None, None, None, frame, today=TODAY)
    assert (only(plan).incoming, only(plan).order_qty) == (3, 7)
    assert sorted(plan.problems["code"]) == ["no-date", "overdue"]


def test_expiry_caps_the_level():
    lines = stock(
        {
            "base_rate": 1.0,
            "service_level": 0.999,
            "shelf_life_days": 10,
            "lead_days": 0,
        }
    )
    cheap = lines.assign(shortage_cost=0.5, unit_cost=10.0)
    dear = lines.assign(shortage_cost=10_000.0, unit_cost=10.0)
    capped = only(replenish(cheap, None, None, None, None, today=TODAY))
    free = only(replenish(dear, None, None, None, None, today=TODAY))
    assert capped.capped and capped.cap == "expiry" and not free.capped
    # by hand: the last unit whose use still outweighs its expiry
    units = np.arange(1, 40)
    worth = 0.5 * stats.poisson.sf(units - 1, 7) >= 10 * stats.poisson.cdf(
        units - 1, 10
    )
    assert capped.order_up_to == units[worth].max()
    assert free.order_up_to == stats.poisson.ppf(0.999, 7)
    # never under par minimum
    held = cheap.assign(par_min=9)
    assert only(replenish(held, None, None, None, None, today=TODAY)).order_up_to == 9
    # the same through the grid of booked lines: a tiny booked part changes nothing
    touched = replenish(cheap, booking(1, show=1e-9), kit(), None, None, today=TODAY)
    assert only(touched).order_up_to == capped.order_up_to


def test_shortage_dates_and_events_at_risk():
    events = booking(3).assign(date=[day(1), day(4), day(6)])
    held = lots((1, pd.NaT))
    coming = pd.DataFrame({"line_id": ["L"], "date": [day(5)], "quantity": [1]})
    plan = replenish(stock(), events, kit(), held, coming, today=TODAY)
    line = only(plan)
    assert line.first_short_date == day(4)
    assert line.at_risk_events == 2
    assert not line.urgent  # an order placed today arrives on day 3
    plan = replenish(stock({"lead_days": 5}), events, kit(), held, coming, today=TODAY)
    assert only(plan).urgent
    plenty = replenish(stock(), events, kit(), lots((9, pd.NaT)), None, today=TODAY)
    assert pd.isna(only(plenty).first_short_date)
    assert only(plenty).at_risk_events == 0


def test_nothing_is_lost_in_silence():
    lines = stock(
        {},
        {},
        {"line_id": "twin"},
        {"line_id": "bad", "product_id": "B", "lead_days": -1},
        {"line_id": "odd", "product_id": "O", "service_level": 2, "pack_size": 0},
    )
    events = [booking(2), booking(1, kit="none"), booking(1, store="T")]
    events = pd.concat(events, ignore_index=True)
    events.loc[0, "date"] = pd.NaT
    held = pd.concat([lots((-1, pd.NaT), (2, "soon")), lots((1, pd.NaT), line="X")])
    plan = replenish(
        lines, events, kit(("P", 1, 1.0), ("Q", 1, 7)), held, None, today=TODAY
    )
    assert plan.lines["line_id"].tolist() == ["L", "odd"]
    found = {(p.table, p.column, p.code) for p in plan.problems.itertuples()}
    assert found == {
        ("stock", "line_id", "duplicate"),
        ("stock", "product_id", "duplicate"),
        ("stock", "lead_days", "out-of-range"),
        ("stock", "service_level", "out-of-range"),
        ("stock", "pack_size", "out-of-range"),
        ("bookings", "date", "no-date"),
        ("bookings", "kit_id", "unknown-kit"),
        ("bookings", "product_id", "no-line"),
        ("kit_lines", "probability", "out-of-range"),
        ("lots", "quantity", "out-of-range"),
        ("lots", "expiry", "bad-date"),
        ("lots", "line_id", "unknown-line"),
    }
    with pytest.raises(ValueError, match="stock: missing column.*par_min"):
        replenish(stock().drop(columns="par_min"), None, None, None, None, today=TODAY)


def test_empty_input():
    plan = replenish(stock().iloc[:0], None, None, None, None, today=TODAY)
    assert len(plan.lines) == 0 and len(plan.waste) == 0 and len(plan.problems) == 0
    plan = replenish(
        stock().iloc[:0], booking(2), kit(), lots((1, pd.NaT)), None, today=TODAY
    )
    assert set(plan.problems["code"]) == {"no-line", "unknown-line"}


@st.composite
def cases(draw):
    n = draw(st.integers(1, 6))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    lines = pd.DataFrame(
        {
            "line_id": np.arange(n) + 100,
            "storeroom_id": np.arange(n) % 2,
            "product_id": np.arange(n),
            "par_min": rng.integers(0, 6, n),
            "par_max": rng.choice([0, 4, 50], n),
            "review_days": rng.integers(0, 15, n),
            "lead_days": rng.integers(0, 9, n),
            "service_level": rng.choice([0.5, 0.9, 0.999], n),
            "pack_size": rng.choice([1, 3, 10], n),
            "min_order": rng.choice([0, 7], n),
            "unit_cost": rng.choice([0.0, 4.0], n),
            "base_rate": rng.choice([0, 0.02, 1.3], n),
            "base_dispersion": rng.choice([1, 2.5], n),
            "shelf_life_days": rng.choice([np.nan, 3, 90], n),
        }
    )
    m = int(rng.integers(0, 12))
    events = pd.DataFrame(
        {
            "event_id": np.arange(m),
            "storeroom_id": rng.integers(0, 2, m),
            "kit_id": rng.integers(0, 3, m),
            "date": [day(int(d)) for d in rng.integers(-2, 30, m)],
            "show_probability": rng.choice([0, 0.8, 1.0], m),
        }
    )
    kits = pd.DataFrame(
        {
            "kit_id": rng.integers(0, 3, 8),
            "product_id": rng.integers(0, n, 8),
            "quantity": rng.choice([1, 2, 12], 8),
            "probability": rng.choice([0.0, 0.3, 1.0], 8),
        }
    )
    k = int(rng.integers(0, 10))
    held = pd.DataFrame(
        {
            "line_id": rng.integers(100, 100 + n, k),
            "lot_id": np.arange(k),
            "quantity": rng.integers(0, 30, k),
            "expiry": pd.to_datetime([day(int(d)) for d in rng.integers(-5, 60, k)]),
        }
    )
    coming = pd.DataFrame(
        {
            "line_id": rng.integers(100, 100 + n, 3),
            "date": [day(int(d)) for d in rng.integers(0, 20, 3)],
            "quantity": rng.integers(1, 9, 3),
        }
    )
    return lines, events, kits, held, coming


@settings(max_examples=40, deadline=None)
@given(case=cases(), seed=st.integers(0, 1000))
def test_what_always_holds(case, seed):
    lines, events, kits, held, coming = case
    plan = replenish(*case, today=TODAY)
    out = plan.lines
    assert out["line_id"].tolist() == lines["line_id"].tolist()
    numeric = out.drop(
        columns=["line_id", "cap", "first_short_date", "safety", "rounding"]
    )
    assert (numeric.astype(float) >= 0).all().all()
    np.testing.assert_allclose(out["usable"], out["on_hand"] - out["expiring"])
    need = (out["order_up_to"] - out["usable"] - out["incoming"]).clip(lower=0)
    np.testing.assert_allclose(out["net_need"], need, atol=1e-9)
    np.testing.assert_allclose(out["order_qty"], out["net_need"] + out["rounding"])
    packs = out["order_qty"] / lines["pack_size"]
    np.testing.assert_allclose(packs, packs.round(), atol=1e-9)
    assert (out["order_up_to"] >= lines["par_min"]).all()
    assert (out["order_qty"] >= out["net_need"] - 1e-9).all()
    on_hand = (
        held.groupby("line_id")["quantity"].sum().reindex(out["line_id"]).fillna(0)
    )
    np.testing.assert_allclose(out["on_hand"], on_hand)
    counted = plan.waste[plan.waste["counted"]].groupby("line_id")["quantity"].sum()
    expiring = counted.reindex(out["line_id"]).fillna(0)
    np.testing.assert_allclose(out["expiring"], expiring, atol=1e-6)
    # any order of rows, and a second run, give the same lines
    again = replenish(
        *(f.sample(frac=1, random_state=seed) for f in case), today=TODAY
    ).lines
    again = again.set_index("line_id").loc[out["line_id"]].reset_index()
    pd.testing.assert_frame_equal(again, out)


@settings(max_examples=20, deadline=None)
@given(case=cases())
def test_more_bookings_and_higher_service_never_lower_the_level(case):
    lines, events, kits, held, coming = case
    lines = lines.assign(par_max=0, shelf_life_days=np.nan)
    base = replenish(lines, events, kits, held, coming, today=TODAY).lines
    fewer = replenish(lines, events.iloc[::2], kits, held, coming, today=TODAY).lines
    assert (fewer["order_up_to"] <= base["order_up_to"]).all()
    higher = lines.assign(service_level=0.9999)
    more = replenish(higher, events, kits, held, coming, today=TODAY).lines
    assert (more["order_up_to"] >= base["order_up_to"]).all()
    later = replenish(
        lines, events.assign(show_probability=0.0), kits, held, coming, today=TODAY
    ).lines
    assert (later["booked_mean"] == 0).all()
