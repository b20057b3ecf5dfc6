# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Models of the statsforecast library, one series at a time.

Each series is on its own: one that fails is named and keeps its fast forecast. Importing
statsforecast takes about two seconds and 200 MB, so it happens only here, only when
a policy asks for it, and in Odoo only inside the worker process.
"""

import warnings

import numpy as np

from .cluster import Local
from .errors import EngineError
from .season import LEAST_LONG, LEAST_SEASONS, LONG, YEAR, find_season

NAMES = {
    "lib_dot": "DynamicOptimizedTheta",
    "lib_ces": "AutoCES",
    "lib_ets": "AutoETS",
    "lib_theta": "AutoTheta",
    "lib_arima": "AutoARIMA",
    "lib_mstl": "MSTL",
    "lib_adida": "ADIDA",
    "lib_imapa": "IMAPA",
}
SPARSE_NAMES = ("lib_adida", "lib_imapa")
SIZE = 4096.0  # factor that the series are fitted at
LEAST = 6  # periods of history under which these models are not asked
PART = 64  # series in a part of the work


def load_models(names, season, longer=()):
    """Model objects by name.

    :param longer: further seasons for MSTL, e.g. the year of daily demand
    :raises EngineError: statsforecast is not installed
    """
    try:
        from statsforecast import models as library
    except ImportError as error:
        raise EngineError(
            f"this policy needs the Python package statsforecast ({error}); "
            "use policy 'fast' or install it."
        ) from None
    out = {}
    for name in names:
        kind = getattr(library, NAMES[name])
        if name in SPARSE_NAMES:
            out[name] = kind()
        elif name == "lib_mstl":
            seasons = [s for s in (season, *longer) if s > 1]
            trend = library.AutoETS(model="ZZN")
            # without a season it is the model of its trend
            out[name] = (
                kind(season_length=seasons, trend_forecaster=trend)
                if seasons
                else trend
            )
        else:
            out[name] = kind(season_length=season)
    return out


def fit_one(models, y, horizon, top=1e4):
    """(forecasts (M, H), reasons) of one series; NaN and a reason where a model failed.

    A forecast that is not finite, or further from zero than `top` times the largest value
    ever seen, counts as failed.
    """
    out = np.full((len(models), horizon), np.nan)
    reasons = {}
    limit = top * max(float(np.abs(y).max()), 1e-12)
    for i, (name, model) in enumerate(models.items()):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                mean = np.asarray(model.forecast(y=y, h=horizon)["mean"], float)
        except Exception as error:  # a library fit may fail in any way; isolate it
            reasons[name] = f"{type(error).__name__}: {error}"
            continue
        if mean.shape != (horizon,) or not np.isfinite(mean).all():
            reasons[name] = "the forecast is not finite"
        elif np.abs(mean).max() > limit:
            reasons[name] = "the forecast explodes"
        else:
            out[i] = mean
    return out, reasons


def fit_part(part):
    """[(forecasts (M, H), reasons)] of some series; what a worker is asked.

    :param part: (rows, whole rows, names, season, long season, horizon)
    """
    rows, wholes, names, season, long, horizon = part
    every = {}

    def models(period, longer):
        if (period, longer) not in every:
            own = load_models([n for n in names if n != "lib_mstl"], period)
            if "lib_mstl" in names:
                own |= load_models(["lib_mstl"], *longer)
            every[period, longer] = {name: own[name] for name in names}
        return every[period, longer]

    results = []
    for y, whole in zip(rows, wholes, strict=True):
        # a shorter history comes freed from its season
        period = season if len(y) >= LEAST_SEASONS * season else 1
        known = [s for s in long if len(whole) >= 2 * s + 2] or [1]
        chosen = models(period, (known[0], tuple(known[1:])))
        if "lib_mstl" in chosen:
            out, reasons = fit_one(
                {k: v for k, v in chosen.items() if k != "lib_mstl"}, y, horizon
            )
            more, other = fit_one({"lib_mstl": chosen["lib_mstl"]}, whole, horizon)
            place = list(chosen).index("lib_mstl")
            out, reasons = np.insert(out, place, more[0], axis=0), reasons | other
        else:
            out, reasons = fit_one(chosen, y, horizon)
        results.append((out, reasons))
    return results


def fit_library(y, n, horizon, season, names, freq="M", runner=None, progress=None):
    """Forecasts of several library models.

    Seasons longer than 24 periods slow the library's state-space models to a crawl: there, and
    for days with a year beside the week, the models get the series freed from its season
    (`season.find_season`) and the season is put on their forecasts; so do series of fewer than
    two and a half seasons. MSTL takes such seasons itself. Phases that are always closed are
    filled for the fit and empty in the forecast.

    :param y: (N, T) right-aligned, NaN on the left; :param n: (N,) lengths
    :param runner: where the parts run, see `cluster`
    :returns: ({name: (N, H)}, {row: {name: reason}})
    """
    names = list(names)
    runner = runner or Local()
    if not runner.remote:
        load_models(names, season)  # fail early, and before a fork
    width = y.shape[1]
    order = np.argsort(-n, kind="stable")
    pattern = find_season(y[order], season, freq, horizon)
    back = np.argsort(order, kind="stable")
    bare, factor, period = pattern.x[back], pattern.opened[back], season
    whole = bare
    if season > LONG or (freq == "D" and width >= LEAST_LONG * YEAR["D"]):
        bare, factor, period = bare / pattern.over[back], pattern.ahead[back], 1
    else:
        # fewer seasons than these models can live on, but our own may be known
        few = (n < LEAST_SEASONS * season)[:, None]
        bare = np.where(few, bare / pattern.over[back], bare)
        factor = np.where(few, pattern.ahead[back], factor)
    long = (season, 365) if freq == "D" and season == 7 else (season,)
    # The optimisers stop at absolute tolerances: series near 1 are fitted worse than the
    # same series in the thousands (measured on M3: DOT's MASE 0.859 against 0.850).
    rows, wholes = (
        [np.ascontiguousarray(x[i, width - n[i] :]) * SIZE for i in range(len(n))]
        for x in (bare, whole)
    )
    parts = [
        (rows[i : i + PART], wholes[i : i + PART], names, period, long, horizon)
        for i in range(0, len(rows), PART)
    ]
    out = {name: np.full((len(n), horizon), np.nan) for name in names}
    failed = {}
    for i, results in enumerate(runner.map(fit_part, parts)):
        for place, (mean, reasons) in enumerate(results, i * PART):
            for name, values in zip(names, mean, strict=True):
                shape = (
                    pattern.opened[back[place]] if name == "lib_mstl" else factor[place]
                )
                out[name][place] = values / SIZE * shape
            if reasons:
                failed[place] = reasons
        if progress:
            progress(len(results))
    return out, failed
