# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A ledger is read, lived through again under other policies, and compared."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from medical_supply_crm.engine import replay

from suite import replay_cli

HEAD = "site,product,date,opening,received,distributed,adjusted,closing".split(",")


def rows(used, site="A", product="P", start="2024-01-01", freq="7D", **more):
    """Ledger rows of a shelf that is never empty."""
    dates = pd.date_range(start, periods=len(used), freq=freq)
    frame = pd.DataFrame(
        {"site": site, "product": product, "date": dates.strftime("%Y-%m-%d")}
    )
    frame["opening"], frame["received"], frame["distributed"] = 50, used, used
    frame["adjusted"], frame["closing"] = 0, 50
    return frame.assign(**more)


def test_an_order_up_to_policy_by_hand():
    # lead 1, review 1, level 10, initial 4: order 6; 4 of 5 served, 6 arrive, order 4 …
    out = replay.simulate(
        np.array([[5.0, 3.0, 3.0]]), np.full((1, 3), 10.0), np.full((1, 3), 10.0),
        lead=1, review=1, initial=np.array([4.0]),
    )  # fmt: skip
    # start 4 → serve 4 (1 lost), end 0; +6 → serve 3, end 3; position 3 + 0 due → see below
    assert out.demand[0] == 11
    assert out.served[0] == 10
    assert out.short_periods[0] == 1
    # ordered: 10-4=6, then at (6 on the shelf) 4, then at (3+4=7) 3
    assert out.ordered[0] == 13
    assert out.stock[0] == pytest.approx(((4 + 0) / 2 + (6 + 3) / 2 + (7 + 4) / 2) / 3)


def test_goods_expire_oldest_first_and_count_as_waste():
    # 6 units live 2 periods, 1 is used in each: 4 expire after the second
    out = replay.simulate(
        np.ones((1, 3)), np.zeros((1, 3)), np.full((1, 3), -1.0),
        lead=0, review=1, initial=np.array([6.0]), life=np.array([2.0]),
    )  # fmt: skip
    assert out.wasted[0] == 4
    assert out.served[0] == 2


def test_what_will_expire_unused_is_ordered_again_in_time():
    # 10 on the shelf, all gone after this period of 1: only a policy that foresees it orders now
    def lived(use):
        return replay.simulate(
            np.ones((1, 2)), np.full((1, 2), 3.0), np.full((1, 2), 3.0), lead=1, review=1,
            initial=np.array([10.0]), life=np.array([1.0]), use=use,
        )  # fmt: skip

    assert lived(None).served[0] == 1
    assert lived(np.ones((1, 2))).served[0] == 2


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_appears_and_nothing_is_lost(data):
    count = data.draw(st.integers(1, 4))
    width = data.draw(st.integers(2, 12))
    whole = st.integers(0, 9)

    def matrix():
        return np.array(
            data.draw(
                st.lists(
                    st.lists(whole, min_size=width, max_size=width),
                    min_size=count,
                    max_size=count,
                )
            ),
            float,
        )

    demand, upto = matrix(), matrix() * 2
    lead, review = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 3))
    life = np.array(
        data.draw(
            st.lists(st.sampled_from([1, 2, 5, np.nan]), min_size=count, max_size=count)
        )
    )
    initial = np.array(
        data.draw(st.lists(whole, min_size=count, max_size=count)), float
    )

    def lived(length):
        return replay.simulate(
            demand[:, :length], upto[:, :length], upto[:, :length],
            lead=lead, review=review, initial=initial, life=life,
        )  # fmt: skip

    out = lived(width)
    assert (out.served <= out.demand + 1e-9).all()
    assert (out.served + out.wasted <= initial + out.ordered + 1e-9).all()
    assert (out.short_periods <= width).all()
    keeps = np.isnan(life)
    assert (out.wasted[keeps] == 0).all()
    # alone or among others, a row fares the same
    alone = replay.simulate(
        demand[:1],
        upto[:1],
        upto[:1],
        lead=lead,
        review=review,
        initial=initial[:1],
        life=life[:1],
    )
    assert alone.served[0] == out.served[0]
    assert alone.wasted[0] == out.wasted[0]


def test_each_bad_row_is_named_and_the_rest_goes_on():
    frame = rows([4] * 12)
    for column in HEAD[3:]:
        frame[column] = frame[column].astype(object)
    frame.loc[1, "distributed"] = "many"
    frame.loc[2, "distributed"] = "-3"
    frame.loc[3, "date"] = "soon"
    frame.loc[4, "closing"] = "7"
    frame.loc[5, "received"] = "1,004"
    frame.loc[6, "site"] = " "
    ledger = replay.read_ledger(frame)
    found = ledger.problems[["line", "field", "value"]].values.tolist()
    assert [3, "distributed", "many"] in found
    assert [4, "distributed", "-3"] in found
    assert [5, "date", "soon"] in found
    assert [6, "closing", "7"] in found  # off balance, still used
    assert [8, "site", ""] in found or [8, "site", " "] in found
    assert [7, "received", "1,004"] not in found
    assert ledger.demand.shape == (1, 12)
    assert (
        ledger.estimated[0].tolist()
        == [False, True, True, True, False, False, True] + [False] * 5
    )
    assert (ledger.demand == 4).all()


def test_a_missing_column_is_named():
    with pytest.raises(replay.LedgerError, match="received, closing"):
        replay.read_ledger(rows([1] * 9).drop(columns=["received", "closing"]))


def test_an_empty_shelf_hides_demand():
    frame = rows([10, 10, 10, 2, 10, 10, 10, 10, 10])
    frame.loc[3, "closing"] = 0
    assert replay.read_ledger(frame).demand[0, 3] == 10
    assert replay.read_ledger(frame).estimated[0, 3]
    assert replay.read_ledger(frame, unmet="ignore").demand[0, 3] == 2


@pytest.mark.parametrize(
    ("freq", "period"), [("D", "day"), ("7D", "week"), ("MS", "month"), ("ME", "month")]
)
def test_the_period_is_seen_in_the_dates(freq, period):
    assert replay.read_ledger(rows([1] * 12, freq=freq)).period == period


def test_too_short_series_are_left_out_by_name():
    frame = pd.concat([rows([1] * 12), rows([1] * 3, product="Q")])
    ledger = replay.read_ledger(frame)
    assert ledger.series["product"].tolist() == ["P"]
    assert "A, Q" in ledger.problems["value"].tolist()


def test_a_schedule_knows_only_what_was_known():
    ledger = replay.read_ledger(rows([5] * 12))
    schedule = replay.read_schedule(
        pd.DataFrame(
            {
                "site": ["A"] * 4,
                "product": ["P", "P", "P", "other"],
                "event": ["e1", "e2", "e3", "e4"],
                "date": ["2024-02-05"] * 4,
                "known_from": ["2024-01-08", "2024-01-10", "2024-01-01", "2024-01-01"],
                "quantity": [2, 3, 4, 5],
                "cancelled_on": ["", "", "2024-01-20", ""],
            }
        ),
        ledger,
    )
    assert len(schedule.series) == 3  # the product without a ledger is not ours
    known = [schedule.quantity[schedule.known_at(week, 12)].sum() for week in range(7)]
    # e3 from week 0, e1 from the Monday of week 1, e2 after it; e3 cancelled in week 2; past in week 6
    assert known == [4, 6, 9, 5, 5, 5, 0]


def test_a_wrong_schedule_is_named():
    ledger = replay.read_ledger(rows([5] * 12))
    good = {
        "site": "A",
        "product": "P",
        "event": "e",
        "date": "2024-02-05",
        "known_from": "2024-01-08",
        "quantity": 1,
    }
    bad = [good | {"quantity": "0"}, good | {"date": "x"}, good | {"show": "1.5"}]
    schedule = replay.read_schedule(
        pd.DataFrame([good | {"show": 1}, *bad]).fillna({"show": 1}), ledger
    )
    assert schedule.problems[["line", "field"]].values.tolist() == [
        [3, "quantity"],
        [4, "date"],
        [5, "show"],
    ]
    with pytest.raises(replay.LedgerError, match="known_from"):
        replay.read_schedule(pd.DataFrame([good]).drop(columns="known_from"), ledger)


@pytest.fixture(scope="module")
def lumpy():
    """Use that is booked three weeks ahead and looks random without the schedule."""
    rng = np.random.default_rng(3)
    used = rng.choice([0, 0, 0, 8], (6, 80))
    frames, plan = [], []
    for number, line in enumerate(used):
        product = f"P{number}"
        frames.append(rows(line, product=product, unit_cost=10, shelf_life_days=70))
        for week in np.flatnonzero(line):
            day = pd.Timestamp("2024-01-01") + pd.Timedelta(weeks=int(week), days=1)
            plan.append(
                (product, f"{number}-{week}", day, day - pd.Timedelta(days=21), 8)
            )
    schedule = pd.DataFrame(
        plan, columns=["product", "event", "date", "known_from", "quantity"]
    )
    return pd.concat(frames, ignore_index=True), schedule.assign(site="A")


def test_who_reads_the_schedule_needs_less_for_the_same_service(lumpy):
    frame, plan = lumpy
    ledger = replay.read_ledger(frame)
    schedule = replay.read_schedule(plan, ledger)
    result = replay.compare(ledger, schedule, lead_days=7, review_days=7, target=0.95)
    saved = result.equal_fill[result.equal_fill["abc"] == "all"].set_index("policy")
    assert saved.loc["minmax", "stock_saved"] > 0.3
    assert saved.loc["par", "stock_saved"] > 0.3
    blind = replay.compare(
        ledger, None, lead_days=7, review_days=7, target=0.95
    ).equal_fill
    blind = blind[blind["abc"] == "all"].set_index("policy")
    assert blind.loc["booked", "stock_value"] > 1.3 * saved.loc["booked", "stock_value"]


def test_no_policy_sees_the_future(lumpy):
    """Changing demand after a moment changes no level set before it."""
    from medical_supply_crm.engine.replay.policies import MAKE, Spans

    frame, plan = lumpy
    other = frame.copy()
    late = pd.to_datetime(other["date"]) >= "2025-01-01"
    other.loc[late, "distributed"] = 99
    spans = Spans(first=20, lead=1, review=1)
    week = int((pd.Timestamp("2025-01-01") - pd.Timestamp("2024-01-01")).days / 7) - 20
    for name, make in MAKE.items():
        both = []
        for one in (frame, other):
            ledger = replay.read_ledger(one)
            schedule = replay.read_schedule(plan, ledger)
            both.append(make(ledger, schedule, spans, (0.9,))[1][:, :, : week + 1])
        np.testing.assert_allclose(*both, err_msg=name)


def test_times_that_do_not_fit_are_refused_with_words(lumpy):
    ledger = replay.read_ledger(lumpy[0])
    with pytest.raises(replay.LedgerError, match="too few"):
        replay.compare(ledger, lead_days=400, review_days=7)
    with pytest.raises(replay.LedgerError, match="lead_days -1"):
        replay.compare(ledger, lead_days=-1, review_days=7)
    with pytest.raises(replay.LedgerError, match="'magic'"):
        replay.compare(ledger, lead_days=7, review_days=7, policies=["magic"])


def test_the_command_line(tmp_path, lumpy, capsys):
    path, plan, out = (
        tmp_path / "ledger.csv.gz",
        tmp_path / "plan.csv",
        tmp_path / "out.json",
    )
    lumpy[0].to_csv(path, index=False)
    lumpy[1].to_csv(plan, index=False)
    arguments = [
        str(path),
        "--lead-time",
        "1w",
        "--schedule",
        str(plan),
        "--json",
        str(out),
    ]
    assert replay_cli.main(arguments) == 0
    text = capsys.readouterr().out
    assert "6 series" in text
    assert "min/max" in text
    result = json.loads(out.read_text())
    assert {row["policy"] for row in result["curves"]} == {"minmax", "par", "booked"}
    assert result["facts"]["lead"] == 1
    # one policy alone is a result, too
    assert replay_cli.main([str(path), "--lead-time", "7", "--policy", "par"]) == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read as CSV"),
        (b"\xff\xfe\x00\x01", "cannot be read as CSV"),
        (b"a,b\n1,2\n", "column(s) missing"),
        ((",".join(HEAD) + "\n").encode(), "no usable row"),
    ],
)
def test_a_file_that_is_no_ledger(tmp_path, capsys, content, words):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert replay_cli.main([str(path), "--lead-time", "7"]) == 2
    assert words in capsys.readouterr().err
    assert replay_cli.main([str(tmp_path / "absent.csv"), "--lead-time", "7"]) == 2


def test_a_wrong_lead_time_is_named(capsys):
    with pytest.raises(SystemExit):
        replay_cli.main(["x.csv", "--lead-time", "soon"])
    assert "'soon' is no time" in capsys.readouterr().err


@pytest.mark.parametrize("empty", [None, "", float("nan")])
@pytest.mark.parametrize(
    "column", ["shelf_life_days", "opening", "unit_cost", "expiry"]
)
def test_an_empty_cell_costs_no_row(column, empty, recwarn):
    frame = pd.DataFrame(
        {
            "site": "A", "product": "P", "date": pd.date_range("2024-01-01", periods=12, freq="7D"),
            "opening": 5, "received": 5, "distributed": 5, "adjusted": 0, "closing": 5,
        }
    )  # fmt: skip
    frame[column] = empty
    ledger = replay.read_ledger(frame)
    assert ledger.demand.shape == (1, 12)
