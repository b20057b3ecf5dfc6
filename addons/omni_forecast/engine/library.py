# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Models of the statsforecast library, one series at a time.

Each series is on its own: one that fails is named and keeps its fast forecast. Importing
statsforecast takes about two seconds and 200 MB, so it happens only here, only when
a policy asks for it, and in Odoo only inside the worker process.
"""

import multiprocessing
import os
import warnings

import numpy as np

from .errors import EngineError

NAMES = {
    "lib_dot": ("DynamicOptimizedTheta", {}),
    "lib_ces": ("AutoCES", {}),
    "lib_ets": ("AutoETS", {}),
    "lib_theta": ("AutoTheta", {}),
}
SIZE = 4096.0  # factor that the series are fitted at
LEAST = 6  # periods of history under which these models are not asked


def load_models(names, season):
    """Model objects by name.

    :raises EngineError: statsforecast is not installed
    """
    try:
        from statsforecast import models as library
    except ImportError as error:
        raise EngineError(
            f"this policy needs the Python package statsforecast ({error}); "
            "use policy 'fast' or install it."
        ) from None
    return {
        name: getattr(library, NAMES[name][0])(season_length=season, **NAMES[name][1])
        for name in names
    }


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


def _part(arguments):
    rows, names, season, horizon = arguments
    full = load_models(names, season)
    plain = load_models(names, 1)
    results = []
    for y in rows:
        # two seasons and a bit are the least a seasonal fit can live on
        models = full if len(y) >= 2 * season + 2 else plain
        results.append(fit_one(models, y, horizon))
    return results


def fit_library(y, n, horizon, season, names, jobs=1, progress=None):
    """Forecasts of several library models.

    :param y: (N, T) right-aligned, NaN on the left; :param n: (N,) lengths
    :param jobs: processes; 0 = one per processor
    :returns: ({name: (N, H)}, {row: {name: reason}})
    """
    names = list(names)
    load_models(names, season)  # fail early, and before a fork
    width = y.shape[1]
    # The optimisers stop at absolute tolerances: series near 1 are fitted worse than the
    # same series in the thousands (measured on M3: DOT's MASE 0.859 against 0.850).
    rows = [np.ascontiguousarray(y[i, width - n[i] :]) * SIZE for i in range(len(n))]
    # seasons too long for the library's state-space models (weeks) slow them to a crawl
    period = season if season <= 24 else 1
    jobs = jobs or os.cpu_count() or 1
    size = 64
    parts = [
        (rows[i : i + size], names, period, horizon) for i in range(0, len(rows), size)
    ]
    out = {name: np.full((len(n), horizon), np.nan) for name in names}
    failed = {}

    def take(start, results):
        for offset, (mean, reasons) in enumerate(results):
            for name, values in zip(names, mean, strict=True):
                out[name][start + offset] = values / SIZE
            if reasons:
                failed[start + offset] = reasons
        if progress:
            progress(len(results))

    if jobs > 1 and len(parts) > 1:
        context = multiprocessing.get_context("fork")
        with context.Pool(min(jobs, len(parts))) as pool:
            for i, results in enumerate(pool.imap(_part, parts)):
                take(i * size, results)
    else:
        for i, part in enumerate(parts):
            take(i * size, _part(part))
    return out, failed
