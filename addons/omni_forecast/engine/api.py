# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Entry point of the engine: a panel of demand in, judged forecasts out."""

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import intervals
from .backtest import (
    BLOCK,
    fit_panel,
    leave_unlike,
    plan_cuts,
    run_backtest,
    shortest_training,
)
from .calendars import DEFAULT_SEASON
from .classify import classify, closed_cells, ended_at
from .cluster import open_cluster
from .driven import add_drivers
from .ensemble import ORIGINS, add_models, add_policy
from .frames import (
    backtest_frame,
    choice_frame,
    forecast_frame,
    model_frame,
    score_frame,
    total_frame,
)
from .library import LEAST, SPARSE_NAMES, fit_library
from .models import MODELS
from .panel import Problems, build_panel
from .policy import (
    by_worth,
    champions,
    choose,
    drivers_choice,
    fading,
    keep_if_good,
    unbias,
)
from .request import check_request, lead_times, services_of, values_classes
from .value_added import promise_frame


@dataclass(frozen=True)
class ForecastResult:
    """What `forecast` returns; every field is a DataFrame.

    * forecasts: unique_id, ds, mean, lo80, hi80, lo95, hi95
    * by_model: unique_id, model, ds, mean
    * scores: unique_id, model, mase, rmsse, wape, smape, bias, pinball, coverage80,
      coverage95, n (NaN where not measurable, e.g. under two origins)
    * choice: unique_id, model, reason, demand_class, adi, cv2, season_strength,
      tracking_signal, bias_alarm (see `accuracy.bias_alarm`), recent_bias (mean of
      forecast - actual over the `checked` periods judged), champion_margin
    * lead_time: unique_id, service, quantile
    * promise: unique_id, service, checks, met, met_textbook, textbook, level: how often the
      lead-time total stayed within its quantile, see `value_added.promise_frame`
    * backtest: unique_id, model, cutoff, ds, y, mean
    * problems: unique_id, code, message, figures (dict: the numbers of the message)
    """

    forecasts: pd.DataFrame
    by_model: pd.DataFrame
    scores: pd.DataFrame
    choice: pd.DataFrame
    lead_time: pd.DataFrame
    promise: pd.DataFrame
    backtest: pd.DataFrame
    problems: pd.DataFrame


def forecast(
    panel,
    *,
    freq,
    horizon,
    policy="fast",
    season=None,
    future=None,
    lead_time=None,
    service=None,
    windows=None,
    keep_backtest=False,
    missing="auto",
    check_freq=True,
    value=None,
    abc=None,
    also=(),
    jobs=1,
    cluster=None,
    progress=None,
):
    """Forecast every series of a panel, judge the models, and say why.

    :param panel: DataFrame unique_id, ds, y and optional driver columns; any order
    :param freq: "M", "W" or "D"; :param horizon: periods ahead, 1 or more
    :param policy: "fast" (numpy), "balanced" or "thorough" (statsforecast as well)
    :param season: periods of a season; None takes 12, 52 or 7; 1 means none
    :param future: DataFrame unique_id, ds, driver columns for the periods ahead
    :param lead_time: None, periods, or periods by unique_id (dict or Series)
    :param service: None (0.98), a probability, several, or by unique_id (dict)
    :param windows: origins of the backtest; None decides by the size of the panel
    :param missing: what a period without a row means, see `panel.build_panel`
    :param value: yearly value by unique_id (dict or Series); the dearer policies are asked
        for what it is worth: "balanced" speaks for A and B articles, "thorough" for A (and
        "balanced" for B), the fast combination for the rest. Without it all are A.
    :param abc: the classes themselves, "A", "B" or "C" by unique_id, instead of values
    :param also: further library models to fit and judge, of `library.NAMES`: "lib_arima",
        "lib_mstl", "lib_ets", …; "lib_adida" and "lib_imapa" on intermittent demand
    :param jobs: processes for the library models; 0 = one per processor
    :param cluster: where fits run, see `cluster.open_cluster`: None or "local", the address
        of a Dask scheduler, "spark", "ray"; the numbers are the same everywhere
    :param progress: called with (done, total) series-fits
    :raises EngineError: a request that cannot be answered, naming field and value
    """
    check_request(freq, horizon, policy, season, windows, also)
    problems = Problems()
    table = build_panel(panel, freq, problems, missing, check_freq)
    season = DEFAULT_SEASON[freq] if season is None else int(season)
    periods = lead_times(lead_time, table.ids)
    services = services_of(service, table.ids)
    wish = by_worth(policy, values_classes(value, abc, table.ids))
    ahead = max(horizon, int(periods.max()) if periods is not None else 0)
    classes = classify(table.y, table.n, season)
    wish[classes.sparse | (table.n < LEAST)] = "fast"
    step = _progress(progress, table.n, ahead, season, windows, wish)
    model, reason = choose(classes, table.n)
    margin = np.zeros(len(table.n))
    with open_cluster(cluster, jobs) as runner:
        back = run_backtest(
            table.y,
            table.n,
            ahead,
            season,
            freq,
            classes.sparse,
            windows,
            step,
            table.unit,
            runner,
        )
        mean, sigma, strength, wave = fit_panel(
            table.y, table.n, ahead, season, freq, classes.sparse, step, runner
        )
        leave_unlike(back, table.n, strength > 0, season)
        unbias(mean, back, classes)
        explained = add_drivers(table, future, mean, back, ahead, problems)
        fit_models = functools.partial(
            fit_library, freq=freq, runner=runner, progress=step
        )
        for rare in (False, True):
            names = [name for name in also if (name in SPARSE_NAMES) == rare]
            if names:
                add_models(
                    names,
                    table,
                    mean,
                    back,
                    ahead,
                    season,
                    classes.sparse == rare,
                    fit_models,
                    problems,
                )
        champions(back, classes, model, reason, margin, strength > 0)
        ended = ended_at(table.y, table.n, back.cuts, shortest_training(season), season)
        fading(back, ended, classes, model, reason, margin)
        for name in sorted(set(wish) - {"fast"}):
            rows = add_policy(
                name,
                table,
                mean,
                back,
                ahead,
                season,
                wish == name,
                fit_models,
                problems,
            )
            rows = keep_if_good(name, back, classes, rows)
            model[rows] = name
            reason[rows] = f"{MODELS[name].label}: {MODELS[name].description}"
    if explained is not None:
        drivers_choice(back, explained.rows, classes, model, reason, margin)
    _name_short(table, problems)
    final = _pick(mean, model)
    past = _past_of(model, back)
    group = classes.sparse.astype(int)
    level = np.nanmean(np.abs(table.y[:, -2 * max(season, 12) :]), axis=1)
    scale, past_scale = _scales(table.n, sigma, level, back, group)
    error = back.actual - past
    closed, closed_past = closed_cells(classes.closed, ahead, back.cuts)
    final[closed] = 0.0
    power = intervals.rise(error, past_scale, back.wave)
    scale_ahead = intervals.waved(scale, wave, power)
    scale_then = intervals.waved(past_scale, back.wave, power)
    if explained is not None:
        rows = np.flatnonzero(model == "drivers")
        explained.scales(rows, mean, back, scale_ahead, scale_then)
        scale[rows] = scale_ahead[rows].mean(1)
        past_scale[:, rows] = scale_then[:, rows].mean(2)
    frame = forecast_frame(
        table,
        final[:, :horizon],
        scale_ahead[:, :horizon],
        # what is certain teaches nothing of the uncertain
        np.where(closed_past, np.nan, error)[:, :, :horizon],
        past[:, :, :horizon],
        scale_then[:, :, :horizon],
        group,
        closed[:, :horizon],
    )
    return ForecastResult(
        forecasts=frame,
        by_model=model_frame(table, mean, horizon, classes.sparse),
        scores=score_frame(table, back, season, scale_then, group),
        choice=choice_frame(
            table, classes, model, reason, margin, strength, back, past, past_scale
        ),
        lead_time=total_frame(
            table,
            final,
            scale,
            error,
            past_scale,
            group,
            periods,
            services,
            level,
            back.level,
        ),
        promise=promise_frame(
            table,
            back,
            past,
            past_scale,
            group,
            periods,
            services[0],
            (final, sigma),
            season,
        ),
        backtest=backtest_frame(table, back)
        if keep_backtest
        else backtest_frame(None, None),
        problems=problems.frame(),
    )


def _past_of(model, back):
    """(W, N, H) backtest of the model that speaks for each series.

    Origins at which a dear model was not asked take the combination's forecast.
    """
    past = np.full(back.actual.shape, np.nan)
    for name in np.unique(model.astype(str)):
        rows = model == name
        if name in back.mean:
            known = back.mean[name][:, rows]
            past[:, rows] = np.where(np.isnan(known), back.mean["comb"][:, rows], known)
    return past


def _scales(n, sigma, level, back, group):
    """((N,), (W, N)): one-step error of each series now and at the origins."""
    past = np.full(back.sigma.shape, np.nan)
    for w, cut in enumerate(back.cuts):
        ok = ~np.isnan(back.sigma[w])
        past[w, ok] = intervals.series_scale(
            back.sigma[w, ok], back.level[w, ok], n[ok] - cut, group[ok]
        )
    return intervals.series_scale(sigma, level, n, group), past


def _progress(callback, n, horizon, season, windows, wish):
    if callback is None:
        return None
    origins = len(plan_cuts(n, horizon, season, windows))
    total = len(n) * (1 + origins)
    for name, most in ORIGINS.items():
        total += int((wish == name).sum()) * (1 + min(origins, most))
    done = [0]

    def step(count):
        done[0] += count
        callback(min(done[0], total), total)

    return step


def _name_short(table, problems):
    for i in np.flatnonzero(table.n == 1):
        problems.add(table.ids[i], "one_point", "only one period of history.")
    for i in np.flatnonzero((table.n > 1) & (table.n < 5)):
        problems.add(
            table.ids[i],
            "short",
            f"only {table.n[i]} periods of history; mean forecast.",
            count=int(table.n[i]),
        )
    with np.errstate(invalid="ignore"):
        flat = (np.nanmax(table.y, axis=1) == np.nanmin(table.y, axis=1)) & (
            table.n > 2
        )
    for i in np.flatnonzero(flat):
        zero = table.y[i, -1] == 0
        problems.add(
            table.ids[i],
            "empty" if zero else "constant",
            "no demand in the whole history."
            if zero
            else f"every value is {table.y[i, -1] * table.unit[i]:g}.",
            value=float(table.y[i, -1] * table.unit[i]),
        )


def _pick(mean, model):
    out = np.empty_like(mean["comb"])
    for name in np.unique(model.astype(str)):
        rows = model == name
        out[rows] = mean[name][rows]
    return out


__all__ = ["BLOCK", "ForecastResult", "forecast"]
