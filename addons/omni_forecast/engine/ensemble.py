# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The policies `balanced` and `thorough`: library models joined to the fast ones.

Which members, and mean or trimmed mean, was chosen on the training parts of M3 monthly and
of hospital demand, never on their test parts.
"""

import numpy as np

from .library import LEAST

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


def add_models(names, table, mean, back, ahead, season, rows, fit_models, problems):
    """Adds single library models to forecasts and to the three latest origins, in place.

    :param names: of `library.NAMES`; :param rows: (N,) bool, series to fit them to
    """
    _add(names, None, 3, table, mean, back, ahead, season, rows, fit_models, problems)


def add_policy(policy, table, mean, back, ahead, season, wanted, fit_models, problems):
    """Adds the library models and the joined one to forecasts and backtest, in place.

    :param wanted: (N,) bool, series to ask the policy for
    :param fit_models: as `library.fit_library`, with cluster and progress bound
    :returns: (N,) bool, series that got the policy's own forecast
    """
    return _add(
        LIBRARY[policy],
        policy,
        ORIGINS[policy],
        table,
        mean,
        back,
        ahead,
        season,
        wanted,
        fit_models,
        problems,
    )


def _add(
    names,
    policy,
    origins,
    table,
    mean,
    back,
    ahead,
    season,
    wanted,
    fit_models,
    problems,
):
    wanted = wanted & (table.n >= LEAST)
    rows = np.flatnonzero(wanted)
    if not rows.size:
        return wanted
    floor = ~(np.nan_to_num(table.y).min(1) < 0)

    def fit(y, n, take):
        out, failed = fit_models(y, n, ahead, season, names)
        return {
            name: np.where(floor[take, None], np.maximum(values, 0.0), values)
            for name, values in out.items()
        }, failed

    size = len(table.n)
    out, failed = fit(table.y[rows], table.n[rows], rows)
    for name, values in out.items():
        mean.setdefault(name, np.full((size, ahead), np.nan))[rows] = values
    for i, reasons in sorted(failed.items()):
        for name, reason in reasons.items():
            problems.add(
                table.ids[rows[i]],
                "model_failed",
                f"{name}: {reason}; the other models speak for it.",
                model=name,
                reason=str(reason),
            )
    if policy:
        mean.setdefault(policy, np.full((size, ahead), np.nan))
        mean[policy][rows] = join(policy, mean, rows)
    count = len(back.cuts)
    for name in (*names, policy) if policy else names:
        if count and name not in back.mean:
            back.mean[name] = np.full((count, size, ahead), np.nan, np.float32)
    for w in back.whole()[:origins]:
        some = np.flatnonzero(wanted & ~np.isnan(back.sigma[w]))
        some = some[table.n[some] - back.cuts[w] >= LEAST]
        if not some.size:
            continue
        past = table.y[some, : table.y.shape[1] - back.cuts[w]]
        out, _failed = fit(past, table.n[some] - back.cuts[w], some)
        for name, values in out.items():
            back.mean[name][w, some] = values
        if policy:
            then = {name: values[w] for name, values in back.mean.items()}
            back.mean[policy][w, some] = join(policy, then, some)
    return wanted
