# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What recorded use teaches about kits, and past events about bookings.

A kit line says that a case uses the product with probability p and then in quantity q. With prior
strength m (the catalogue counts as m cases), n cases of which k used the product, u units in all:

    p | data ~ Beta(m·p + k, m·(1 - p) + n - k),   mean (m·p + k) / (m + n)
    q | data ~ Gamma(m·q + u, m + k),              mean (m·q + u) / (m + k)

(conjugate updates of the Bernoulli and the Poisson rate; Gelman et al., "Bayesian Data Analysis",
3rd ed., ch. 2). A booking known d days before its date takes place with a probability learned in
the same way for each range of d, shrunk to the procedure's own share and that to the catalogue's.
All kit lines, all procedures at once.
"""

import numpy as np
import pandas as pd
from scipy import stats

#: Ranges of days ahead, first to last day.
LEADS = ((0, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, 3660))


def learn_kits(kit_lines, cases, uses, *, strength=10.0, level=0.9):
    """Posterior of every kit line for which there are cases.

    :param kit_lines: DataFrame kit_line_id, kit_id, product_id, quantity, probability
    :param cases: DataFrame event_id, kit_id: recorded cases and their kits
    :param uses: DataFrame event_id, product_id, quantity: what they used (≥ 0)
    :param strength: cases that the catalogue's figures count as (> 0)
    :param level: of the interval given with the probability
    :return: DataFrame kit_line_id, cases, used_cases, used_quantity, probability, low, high,
        quantity; products that two kits of a case share are left out of that case
    :raises ValueError: a strength that is not positive
    """
    if not strength > 0:
        raise ValueError(f"strength {strength!r}: must be above 0")
    pairs = cases.drop_duplicates().merge(kit_lines, on="kit_id")
    shared = pairs.duplicated(["event_id", "product_id"], keep=False)
    pairs = pairs[~shared]
    used = uses.groupby(["event_id", "product_id"], as_index=False)["quantity"].sum()
    pairs = pairs.merge(
        used.rename(columns={"quantity": "used"}),
        on=["event_id", "product_id"],
        how="left",
    )
    pairs["used"] = pairs["used"].fillna(0.0).clip(lower=0)
    pairs["hit"] = pairs["used"] > 0
    table = pairs.groupby("kit_line_id", as_index=False).agg(
        cases=("hit", "size"),
        used_cases=("hit", "sum"),
        used_quantity=("used", "sum"),
        old=("probability", "first"),
        old_quantity=("quantity", "first"),
    )
    n, k = table["cases"].to_numpy(float), table["used_cases"].to_numpy(float)
    a = strength * table["old"].to_numpy(float) + k
    b = strength * (1 - table["old"].to_numpy(float)) + n - k
    table["probability"] = a / (a + b)
    tail = (1 - level) / 2
    # a Beta with one parameter 0 is a point
    table["low"] = np.where(b > 0, stats.beta.ppf(tail, a, np.maximum(b, 1e-9)), 1.0)
    table["high"] = np.where(
        b > 0, stats.beta.ppf(1 - tail, a, np.maximum(b, 1e-9)), 1.0
    )
    units = strength * table["old_quantity"] + table["used_quantity"]
    table["quantity"] = units / (strength + k)
    return table.drop(columns=["old", "old_quantity"])


def show_rates(events, priors, *, strength=10.0, leads=LEADS):
    """Probability that a booking takes place, by procedure and days ahead.

    :param events: DataFrame procedure_id, known (days before its date that it was first known, ≥ 0),
        gone (days before its date that it was cancelled; 0: did not show up; NaN: took place)
    :param priors: DataFrame procedure_id, probability: the catalogue's
    :param strength: bookings that a prior counts as (> 0)
    :return: DataFrame procedure_id, lead_from, lead_to, cases, shown, probability
    """
    if not strength > 0:
        raise ValueError(f"strength {strength!r}: must be above 0")
    rows = []
    for first, last in leads:
        # alive at the nearest day of the range: known by then and not yet cancelled
        alive = events[
            (events["known"] >= first)
            & (events["gone"].isna() | (events["gone"] < max(first, 0.5)))
        ]
        count = alive.groupby("procedure_id").agg(
            cases=("known", "size"), shown=("gone", lambda gone: gone.isna().sum())
        )
        rows.append(count.assign(lead_from=first, lead_to=last))
    table = pd.concat(rows).reset_index()
    if not len(table):
        return pd.DataFrame(
            columns=[
                "procedure_id",
                "lead_from",
                "lead_to",
                "cases",
                "shown",
                "probability",
            ]
        )
    table = table.merge(
        priors.rename(columns={"probability": "prior"}), on="procedure_id"
    )
    whole = events.assign(shown=events["gone"].isna()).groupby("procedure_id")["shown"]
    whole = whole.agg(["size", "sum"]).reset_index()
    table = table.merge(whole, on="procedure_id")
    own = (strength * table["prior"] + table["sum"]) / (strength + table["size"])
    table["probability"] = (strength * own + table["shown"]) / (
        strength + table["cases"]
    )
    names = ["procedure_id", "lead_from", "lead_to", "cases", "shown", "probability"]
    return table[names].astype({"shown": int, "cases": int})


def unbooked(weekly, forecast):
    """Rate and dispersion of what the schedule does not explain.

    :param weekly: DataFrame unique_id, ds (Monday), y: weekly unexplained use, gaps are 0
    :param forecast: `omni_forecast.engine.forecast`, handed in: this package stands alone
    :return: DataFrame unique_id, rate (units a day), dispersion (variance ÷ mean, ≥ 1), weeks
    """
    if not len(weekly):
        return pd.DataFrame(columns=["unique_id", "rate", "dispersion", "weeks"])
    ahead = forecast(
        weekly, freq="W", horizon=4, policy="fast", missing="zero"
    ).forecasts
    mean = ahead.groupby("unique_id")["mean"].mean().clip(lower=0)
    group = weekly.groupby("unique_id")["y"]
    average, variance, weeks = group.mean(), group.var(ddof=1), group.size()
    ratio = (variance / average.where(average > 0)).fillna(1.0)
    # few weeks say little about a variance: eight weeks of Poisson use are laid beside
    ratio = (ratio * weeks + 8) / (weeks + 8)
    out = pd.DataFrame(
        {"rate": mean / 7, "dispersion": ratio.clip(1, 50), "weeks": weeks}
    )
    return out.dropna(subset=["rate"]).rename_axis("unique_id").reset_index()
