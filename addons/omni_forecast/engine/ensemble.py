# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The policies `balanced` and `thorough`: library models joined to the fast ones.

Which members, and mean or trimmed mean, was chosen on the training parts of M3 monthly and
of hospital demand, never on their test parts.
"""

import numpy as np

from .library import LEAST, fit_library

LIBRARY = {
    "balanced": ("lib_dot",),
    "thorough": ("lib_dot", "lib_ces", "lib_ets", "lib_theta"),
}
FAST_MEMBERS = {
    "balanced": ("comb",),
    "thorough": ("theta", "dynamic_theta", "damped"),
}
# The dearer policy is judged at the latest origin only; its intervals take the errors of
# the fast combination at the others, which are a little larger.
ORIGINS = {"balanced": 3, "thorough": 1}


def join(policy, mean, rows):
    """(rows, H) forecast of the policy; members that failed (NaN) are left out.

    balanced: mean of the library's Theta and Comb. thorough: mean of the four library and
    three fast models without the highest and the lowest of them in each period.
    """
    names = LIBRARY[policy] + FAST_MEMBERS[policy]
    stack = np.stack([np.asarray(mean[name][rows], float) for name in names])
    if policy == "balanced":
        return np.nanmean(stack, axis=0)
    count = (~np.isnan(stack)).sum(0)
    ordered = np.sort(stack, axis=0)  # NaN last
    rank = np.arange(len(names))[:, None, None]
    trim = (count >= 5).astype(int)
    inside = (rank >= trim) & (rank < count - trim)
    return np.where(inside, ordered, 0.0).sum(0) / inside.sum(0)


def add_policy(policy, table, mean, back, ahead, season, classes, jobs, problems, step):
    """Adds the library models and the joined one to forecasts and backtest.

    :returns: (N,) bool, series that got the policy's own forecast
    """
    wanted = ~classes.sparse & (table.n >= LEAST)
    rows = np.flatnonzero(wanted)
    if not rows.size:
        return wanted
    never_negative = ~(np.nan_to_num(table.y).min(1) < 0)

    def fit(y, n, take):
        out, failed = fit_library(y, n, ahead, season, LIBRARY[policy], jobs, step)
        floor = never_negative[take][:, None]
        return {
            k: np.where(floor, np.maximum(v, 0.0), v) for k, v in out.items()
        }, failed

    size = len(table.n)
    out, failed = fit(table.y[rows], table.n[rows], rows)
    for name, values in out.items():
        mean[name] = np.full((size, ahead), np.nan)
        mean[name][rows] = values
    for i, reasons in sorted(failed.items()):
        for name, reason in reasons.items():
            problems.add(
                table.ids[rows[i]],
                "model_failed",
                f"{name}: {reason}; the other models speak for it.",
                model=name,
                reason=str(reason),
            )
    mean[policy] = np.full((size, ahead), np.nan)
    mean[policy][rows] = join(policy, mean, rows)
    count = len(back.cuts)
    for name in LIBRARY[policy] + (policy,):
        if count:
            back.mean[name] = np.full((count, size, ahead), np.nan, np.float32)
    for w in back.whole()[: ORIGINS[policy]]:
        some = np.flatnonzero(wanted & ~np.isnan(back.sigma[w]))
        some = some[table.n[some] - back.cuts[w] >= LEAST]
        if not some.size:
            continue
        past = table.y[some, : table.y.shape[1] - back.cuts[w]]
        out, _failed = fit(past, table.n[some] - back.cuts[w], some)
        for name, values in out.items():
            back.mean[name][w, some] = values
        then = {name: values[w] for name, values in back.mean.items()}
        back.mean[policy][w, some] = join(policy, then, some)
    return wanted
