# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What to do with goods that will probably expire where they lie, by expected saved value.

Candidates of a lot with `quantity` units at risk, worth `unit_cost` each:

* move: to a storeroom whose expected use until the expiry is not covered by its own stock and
  what is on its way: min(quantity, uncovered use) · cost - cost of a transfer. Within the
  hospital; to another hospital only while the goods are the distributor's (consignment).
* swap: to a storeroom that would use it in time but is covered by fresher goods, which come back
  in its place: min(quantity, use until expiry, fresher stock there) · cost - two transfers.
* return: while the days left are at least those of the return policy: quantity · cost · credit -
  transfer.
* use_first: people do not always take the lot that expires first. Of the units that would be used
  in time if they did, the share of uses that skip the oldest lot is saved by saying so: skip ·
  min(units not at risk, use until expiry) · cost.

Several lots may want the same receiver: each round gives every lot its best candidate, a receiver
takes the earliest expiry first up to what it can use, and who did not fit chooses again (deferred
acceptance; Gale and Shapley, 1962, with divisible places). Set-based: a few rounds of sorts and
running sums, no loop over lots.
"""

import numpy as np
import pandas as pd

COLUMNS = ["risk_id", "action", "target_line_id", "quantity", "saved_value"]
ROUNDS = 12
RECEIVERS = 12  # of each product and hospital are looked at


def best_actions(risks, rooms, *, move_days=1.0, move_cost=0.0, horizon=3660):
    """Best action for each lot at risk.

    :param risks: DataFrame risk_id, line_id, product_id, hospital_id, consigned (bool), quantity
        (at risk, > 0), lot_quantity (on hand of the lot), days_left (whole days it can still be
        used), unit_cost; return_days (NaN: not taken back), return_credit (0..1); skip (share of
        uses that leave the oldest lot, 0..1)
    :param rooms: DataFrame of par lines that may receive or use: line_id, product_id,
        hospital_id, consigned, daily_use, covered (own usable stock and what is on its way),
        fresh (units with a later expiry than any lot at risk of the product, for swaps)
    :param move_days: days a transfer takes
    :param move_cost: of one transfer, in money
    :return: (best, all): DataFrames with `COLUMNS`; best has one row per risk_id, action "none"
        with 0 where nothing saves money; all holds every candidate before the receivers' places
        were shared out
    """
    risks = risks.reset_index(drop=True)
    parts = [
        _moves(risks, rooms, move_days, move_cost, horizon),
        _swaps(risks, rooms, move_days, move_cost, horizon),
        _returns(risks, move_cost),
        _first(risks, rooms),
    ]
    found = pd.concat(parts, ignore_index=True)
    found = found[(found["saved_value"] > 1e-9) & (found["quantity"] > 1e-9)]
    best = _share_out(risks, found, move_cost)
    return best[COLUMNS], found[COLUMNS].reset_index(drop=True)


def _receivers(rooms):
    """Rooms worth asking: of each product and hospital those that use most beyond what they have,
    and those that use most of what they could give back. A hundred others change nothing."""
    place = ["product_id", "hospital_id", "consigned"]
    lack = (30 * rooms["daily_use"] - rooms["covered"]).rename("lack")
    give = np.minimum(30 * rooms["daily_use"], rooms["fresh"]).rename("give")
    ranked = rooms.assign(lack=lack, give=give)
    some = [
        ranked[ranked[by] > 0]
        .sort_values([by, "line_id"], ascending=[False, True], kind="stable")
        .groupby(place, sort=False)
        .head(RECEIVERS)
        for by in ("lack", "give")
    ]
    chosen = pd.concat(some).drop_duplicates("line_id")
    return chosen.drop(columns=["lack", "give"])


def _pairs(risks, rooms, move_days, horizon):
    """Lots × receivers of the same product that may have them, with use until expiry."""
    rooms = _receivers(rooms)
    left = risks.merge(rooms, on="product_id", suffixes=("", "_to"))
    left = left[left["line_id"] != left["line_id_to"]]
    same_owner = left["consigned"] == left["consigned_to"]
    reachable = left["hospital_id"] == left["hospital_id_to"]
    left = left[same_owner & (reachable | left["consigned"])]
    days = np.clip(left["days_left"] - move_days + 1, 0, horizon)
    return left.assign(use=days * left["daily_use"])


def _moves(risks, rooms, move_days, move_cost, horizon):
    pairs = _pairs(risks, rooms, move_days, horizon)
    room = np.floor(np.maximum(pairs["use"] - pairs["covered"], 0) + 1e-9)
    return _candidates(pairs, "move", room, move_cost)


def _swaps(risks, rooms, move_days, move_cost, horizon):
    pairs = _pairs(risks, rooms, move_days, horizon)
    covered = pairs["use"] <= pairs["covered"] + 1
    room = np.floor(np.minimum(pairs["use"], pairs["fresh"]) + 1e-9)
    return _candidates(pairs[covered], "swap", room[covered], 2 * move_cost)


def _candidates(pairs, action, room, cost):
    quantity = np.minimum(pairs["quantity"], room)
    return pd.DataFrame(
        {
            "risk_id": pairs["risk_id"],
            "action": action,
            "target_line_id": pairs["line_id_to"],
            "quantity": quantity,
            "saved_value": quantity * pairs["unit_cost"] - cost,
            "room": room,
        }
    )


def _returns(risks, move_cost):
    with np.errstate(invalid="ignore"):
        taken = risks["days_left"] >= risks["return_days"].astype(float)
    some = risks[taken]
    return pd.DataFrame(
        {
            "risk_id": some["risk_id"],
            "action": "return",
            "target_line_id": np.nan,
            "quantity": some["quantity"],
            "saved_value": some["quantity"] * some["unit_cost"] * some["return_credit"]
            - move_cost,
            "room": np.inf,
        }
    )


def _first(risks, rooms):
    use = risks.merge(rooms[["line_id", "daily_use"]], on="line_id", how="left")
    until = np.clip(use["days_left"] + 1, 0, None) * use["daily_use"].fillna(0)
    safe = np.maximum(use["lot_quantity"] - use["quantity"], 0)
    units = np.minimum(safe, until) * use["skip"]
    return pd.DataFrame(
        {
            "risk_id": use["risk_id"],
            "action": "use_first",
            "target_line_id": use["line_id"],
            "quantity": np.minimum(use["lot_quantity"], np.ceil(until - 1e-9)),
            "saved_value": units * use["unit_cost"],
            "room": np.inf,
        }
    )


def _share_out(risks, found, move_cost):
    """One action per lot; receivers take no more than they can use."""
    order = risks[["risk_id", "days_left", "unit_cost"]]
    open_ = found.merge(order, on="risk_id")
    taken = pd.Series(dtype=float)
    chosen = []
    for _round in range(ROUNDS):
        if not len(open_):
            break
        open_ = open_.sort_values(
            ["risk_id", "saved_value", "target_line_id"],
            ascending=[True, False, True],
            kind="stable",
        )
        top = open_.drop_duplicates("risk_id").sort_values(
            ["target_line_id", "days_left", "risk_id"], kind="stable"
        )
        needs = top["action"].isin(["move", "swap"])
        wish = top["quantity"].where(needs, 0.0)
        before = wish.groupby(top["target_line_id"]).cumsum() - wish
        fits = ~needs | (before + top["quantity"] <= top["room"] + 1e-9)
        done = top[fits]
        chosen.append(done)
        used = done[done["action"].isin(["move", "swap"])]
        taken = used.groupby("target_line_id")["quantity"].sum()
        open_ = open_[~open_["risk_id"].isin(done["risk_id"])].copy()
        # what a receiver has taken is no longer there for the others
        less = open_["target_line_id"].map(taken).fillna(0)
        moving = open_["action"].isin(["move", "swap"])
        open_["room"] = np.where(moving, open_["room"] - less, open_["room"])
        quantity = np.minimum(open_["quantity"], np.maximum(open_["room"], 0))
        trips = np.where(open_["action"] == "swap", 2, 1)
        value = quantity * open_["unit_cost"] - move_cost * trips
        open_["quantity"] = np.where(moving, quantity, open_["quantity"])
        open_["saved_value"] = np.where(moving, value, open_["saved_value"])
        open_ = open_[(open_["quantity"] > 1e-9) & (open_["saved_value"] > 1e-9)]
    best = pd.concat(chosen) if chosen else found.iloc[:0]
    rest = risks.loc[~risks["risk_id"].isin(best["risk_id"]), ["risk_id"]]
    nothing = rest.assign(
        action="none", target_line_id=np.nan, quantity=0.0, saved_value=0.0
    )
    parts = [part for part in (best[COLUMNS], nothing[COLUMNS]) if len(part)]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(parts).sort_values("risk_id", ignore_index=True)
