# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Entry point of the engine: a panel of demand in, judged forecasts out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import drivers, intervals, leadtime
from .backtest import BLOCK, fit_panel, plan_cuts, run_backtest, score
from .calendars import DEFAULT_SEASON, FREQUENCIES
from .classify import classify
from .ensemble import LIBRARY, ORIGINS, add_policy
from .errors import EngineError
from .models import MODELS
from .models.fast import SPARSE
from .panel import Problems, build_panel
from .policy import POLICIES, choose, drivers_choice, unbias

SCORES = ["mase", "rmsse", "wape", "smape", "bias"]
MEASURED = ["pinball", "coverage80", "coverage95"]


@dataclass(frozen=True)
class ForecastResult:
    """What `forecast` returns; every field is a DataFrame.

    * forecasts: unique_id, ds, mean, lo80, hi80, lo95, hi95
    * by_model: unique_id, model, ds, mean
    * scores: unique_id, model, mase, rmsse, wape, smape, bias, pinball, coverage80,
      coverage95, n (NaN where not measurable, e.g. under two origins)
    * choice: unique_id, model, reason, demand_class, adi, cv2, season_strength,
      tracking_signal, champion_margin
    * lead_time: unique_id, service, quantile
    * backtest: unique_id, model, cutoff, ds, y, mean
    * problems: unique_id, code, message
    """

    forecasts: pd.DataFrame
    by_model: pd.DataFrame
    scores: pd.DataFrame
    choice: pd.DataFrame
    lead_time: pd.DataFrame
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
    jobs=1,
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
    :param jobs: processes for the library models; 0 = one per processor
    :param progress: called with (done, total) series-fits
    :raises EngineError: a request that cannot be answered, naming field and value
    """
    _check(freq, horizon, policy, season, windows)
    problems = Problems()
    table = build_panel(panel, freq, problems, missing, check_freq)
    season = DEFAULT_SEASON[freq] if season is None else int(season)
    periods = _lead_times(lead_time, table.ids)
    services = _services(service, table.ids)
    ahead = max(horizon, int(periods.max()) if periods is not None else 0)
    classes = classify(table.y, table.n, season)
    step = _progress(progress, table.n, ahead, season, windows, policy)
    back = run_backtest(
        table.y, table.n, ahead, season, freq, classes.sparse, windows, step, table.unit
    )
    mean, sigma, strength, _seasonal = fit_panel(
        table.y, table.n, ahead, season, freq, classes.sparse, step
    )
    unbias(mean, back, classes)
    mean, explained = _with_drivers(table, future, mean, back, ahead, problems)
    model, reason = choose(classes, table.n)
    margin = np.zeros(len(table.n))
    if policy != "fast":
        rows = add_policy(
            policy, table, mean, back, ahead, season, classes, jobs, problems, step
        )
        rows &= table.n >= 5
        model[rows] = policy
        reason[rows] = f"{MODELS[policy].label}: {MODELS[policy].description}"
    if explained is not None:
        drivers_choice(back, explained, classes, model, reason, margin)
    _name_short(table, season, problems)
    final = _pick(mean, model)
    past = np.full(back.actual.shape, np.nan)
    for name in np.unique(model.astype(str)):
        rows = model == name
        if name in back.mean:
            known = back.mean[name][:, rows]
            # origins at which a dear model was not asked: the combination's errors
            past[:, rows] = np.where(np.isnan(known), back.mean["comb"][:, rows], known)
    group = classes.sparse.astype(int)
    level = np.nanmean(np.abs(table.y[:, -2 * max(season, 12) :]), axis=1)
    scale = intervals.series_scale(sigma, level, table.n, group)
    past_scale = np.full(back.sigma.shape, np.nan)
    for w in range(len(back.cuts)):
        ok = ~np.isnan(back.sigma[w])
        past_scale[w, ok] = intervals.series_scale(
            back.sigma[w, ok], back.level[w, ok], table.n[ok] - back.cuts[w], group[ok]
        )
    error = back.actual - past
    frame = _frame(
        table, final[:, :horizon], scale, error[:, :, :horizon], past_scale, group
    )
    return ForecastResult(
        forecasts=frame,
        by_model=_by_model(table, mean, horizon, classes.sparse),
        scores=_scores(table, back, season, past_scale, group, horizon),
        choice=_choice(table, classes, model, reason, margin, strength, back, past),
        lead_time=_totals(
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
        backtest=_kept(table, back) if keep_backtest else _kept(None, None),
        problems=problems.frame(),
    )


def _with_drivers(table, future, mean, back, ahead, problems):
    """Adds the model "drivers" to forecasts and backtest where columns are known ahead.

    :returns: (mean, (N,) bool rows with a drivers forecast, or None)
    """
    if table.drivers is None:
        return mean, None
    cube = None
    if future is not None:
        cube = drivers.future_cube(future, table, ahead, problems)
    keep = drivers.usable(table.driver_names, table.drivers, cube, problems)
    if not keep:
        return mean, None
    history, cube = table.drivers[:, :, keep], cube[:, :, keep]
    values = drivers.forecast_drivers(table.y, table.given, table.n, history, cube)
    explained = ~np.isnan(values).all(1)
    lacking = np.isnan(cube).any((1, 2))
    for i in np.flatnonzero(lacking):
        gaps = np.isnan(cube[i])
        name = table.driver_names[keep[int(np.argmax(gaps.any(0)))]]
        problems.add(
            table.ids[i],
            "driver_missing",
            f"{int(gaps.any(1).sum())} period(s) ahead without {name}; "
            "those are forecast without drivers.",
        )
    mean["drivers"] = np.where(np.isnan(values), mean["comb"], values)
    mean["drivers"][~explained] = np.nan
    past = np.full(back.actual.shape, np.nan, np.float32)
    width = table.y.shape[1]
    for w, cut in enumerate(back.cuts):
        rows = ~np.isnan(back.sigma[w])
        stop = width - cut
        past[w, rows] = drivers.forecast_drivers(
            table.y[rows, :stop],
            table.given[rows, :stop],
            table.n[rows] - cut,
            history[rows, :stop],
            _pad(history[rows, stop : stop + ahead], ahead),
        )
    if len(back.cuts):
        back.mean["drivers"] = past
    return mean, explained


def _pad(cube, ahead):
    """(N, ahead, K): periods not yet known are NaN."""
    lack = ahead - cube.shape[1]
    return np.pad(cube, ((0, 0), (0, lack), (0, 0)), constant_values=np.nan)


def _check(freq, horizon, policy, season, windows):
    if freq not in FREQUENCIES:
        raise EngineError(f"freq is {freq!r}; it must be one of M, W, D.")
    if policy not in POLICIES:
        raise EngineError(
            f"policy is {policy!r}; it must be one of {', '.join(POLICIES)}."
        )
    for name, value in (("horizon", horizon), ("season", season), ("windows", windows)):
        if value is None and name != "horizon":
            continue
        if isinstance(value, bool) or value != int(value) or value < 1:
            raise EngineError(
                f"{name} is {value!r}; it must be a whole number of at least 1."
            )


def _lead_times(lead_time, ids):
    """(N,) int, 0 = no lead time asked; None when none at all."""
    if lead_time is None:
        return None
    if isinstance(lead_time, pd.Series):
        lead_time = lead_time.to_dict()
    if isinstance(lead_time, dict):
        values = np.array([lead_time.get(i, 0) or 0 for i in ids], dtype=float)
    else:
        values = np.full(len(ids), lead_time, dtype=float)
    if not np.isfinite(values).all() or (values < 0).any() or (values > 1000).any():
        raise EngineError("lead_time must be between 0 and 1000 periods.")
    return np.ceil(values).astype(int)


def _services(service, ids):
    """List of (N,) arrays of probabilities."""
    if service is None:
        service = 0.98
    if isinstance(service, pd.Series):
        service = service.to_dict()
    if isinstance(service, dict):
        columns = [np.array([service.get(i) or 0.98 for i in ids], dtype=float)]
    else:
        columns = [np.full(len(ids), float(s)) for s in np.atleast_1d(service)]
    for column in columns:
        if ((column <= 0) | (column >= 1)).any():
            raise EngineError("service must lie between 0 and 1, e.g. 0.98.")
    return columns


def _progress(callback, n, horizon, season, windows, policy):
    if callback is None:
        return None
    origins = len(plan_cuts(n, horizon, season, windows))
    total = len(n) * (1 + origins)
    if policy in LIBRARY:
        total += len(n) * (1 + min(origins, ORIGINS[policy]))
    done = [0]

    def step(count):
        done[0] += count
        callback(min(done[0], total), total)

    return step


def _name_short(table, season, problems):
    for i in np.flatnonzero(table.n == 1):
        problems.add(table.ids[i], "one_point", "only one period of history.")
    for i in np.flatnonzero((table.n > 1) & (table.n < 5)):
        problems.add(
            table.ids[i],
            "short",
            f"only {table.n[i]} periods of history; mean forecast.",
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
        )


def _pick(mean, model):
    out = np.empty_like(mean["comb"])
    for name in np.unique(model.astype(str)):
        rows = model == name
        out[rows] = mean[name][rows]
    return out


def _long(table, horizon):
    return (
        np.repeat(table.ids, horizon),
        table.dates(horizon).ravel(),
    )


def _frame(table, mean, scale, error, past_scale, group):
    """The forecasts with their intervals, in the order of the ids."""
    horizon = mean.shape[1]
    unit = table.unit[:, None]
    known = intervals.learn(error, past_scale, group, np.unique(group))
    lo95, lo80, hi80, hi95 = known.bounds(mean, scale, group)
    never_negative = ~(np.nan_to_num(table.y).min(1) < 0)[:, None]
    for bound in (lo95, lo80):
        np.maximum(
            bound, 0.0, out=bound, where=np.broadcast_to(never_negative, bound.shape)
        )
    lo80, hi80 = np.minimum(lo80, mean), np.maximum(hi80, mean)
    lo95, hi95 = np.minimum(lo95, lo80), np.maximum(hi95, hi80)
    ids, ds = _long(table, horizon)
    frame = pd.DataFrame(
        {
            "unique_id": ids,
            "ds": ds,
            "mean": (mean * unit).ravel(),
            "lo80": (lo80 * unit).ravel(),
            "hi80": (hi80 * unit).ravel(),
            "lo95": (lo95 * unit).ravel(),
            "hi95": (hi95 * unit).ravel(),
        }
    )
    return _in_order(frame, table, horizon)


def _in_order(frame, table, repeat):
    """Rows by unique_id (blocks of `repeat` rows per series keep their inner order)."""
    rank = np.argsort(_order_key(table.ids), kind="stable")
    take = (rank[:, None] * repeat + np.arange(repeat)).ravel()
    return frame.take(take).reset_index(drop=True)


def _order_key(ids):
    try:
        return pd.factorize(ids, sort=True)[0]
    except TypeError:
        return pd.factorize(ids.astype(str), sort=True)[0]


def _by_model(table, mean, horizon, sparse):
    ids, ds = _long(table, horizon)
    names = list(mean)
    rows = np.repeat(sparse, horizon)
    parts = []
    for name in names:
        take = rows if name in SPARSE else ~np.isnan(mean[name][:, :horizon]).ravel()
        values = (mean[name][:, :horizon] * table.unit[:, None]).ravel()[take]
        parts.append(
            (ids[take], np.full(len(values), names.index(name)), ds[take], values)
        )
    return pd.DataFrame(
        {
            "unique_id": np.concatenate([p[0] for p in parts]),
            "model": pd.Categorical.from_codes(
                np.concatenate([p[1] for p in parts]), names
            ),
            "ds": np.concatenate([p[2] for p in parts]),
            "mean": np.concatenate([p[3] for p in parts]),
        }
    )


def _scores(table, back, season, past_scale, group, horizon):
    names = list(back.mean)
    columns = ["unique_id", "model"] + SCORES + MEASURED + ["n"]
    parts = []
    for code, name in enumerate(names):
        values = score(back, name, table.y, season)
        keep = values["n"] > 0
        values.update(
            intervals.measure(-back.error(name).astype(float), past_scale, group)
        )
        for column in ("bias", "pinball"):
            values[column] = values[column] * table.unit
        part = {column: values[column][keep] for column in SCORES + MEASURED + ["n"]}
        part["unique_id"] = table.ids[keep]
        part["model"] = np.full(int(keep.sum()), code)
        parts.append(part)
    if not parts:
        return pd.DataFrame(columns=columns)
    frame = pd.DataFrame(
        {column: np.concatenate([part[column] for part in parts]) for column in columns}
    )
    frame["model"] = pd.Categorical.from_codes(frame["model"].astype(int), names)
    return frame


def _choice(table, classes, model, reason, margin, strength, back, past):
    from .accuracy import tracking_signal

    if len(back.cuts):
        # the latest origin with the whole horizon: what would have been seen go wrong
        w = back.whole()[0]
        signal = tracking_signal(back.actual[w], past[w])
    else:
        signal = np.full(len(model), np.nan)
    frame = pd.DataFrame(
        {
            "unique_id": table.ids,
            "model": model,
            "reason": reason,
            "demand_class": classes.name,
            "adi": classes.adi,
            "cv2": classes.cv2,
            "season_strength": strength,
            "tracking_signal": signal,
            "champion_margin": margin,
        }
    )
    return _in_order(frame, table, 1)


def _totals(
    table, mean, scale, error, past_scale, group, periods, services, level, past_level
):
    columns = ["unique_id", "service", "quantile"]
    if periods is None:
        return pd.DataFrame(columns=columns)
    never_negative = ~(np.nan_to_num(table.y).min(1) < 0)
    parts = []
    for wanted in services:
        quantile = np.full(len(table.n), np.nan)
        for length in np.unique(periods[periods > 0]):
            asked = np.unique(wanted[periods == length])
            answers = leadtime.total_quantile(
                mean,
                scale,
                error,
                past_scale,
                group,
                int(length),
                asked,
                level,
                past_level,
            )
            for service, answer in zip(asked, answers, strict=True):
                rows = (periods == length) & (wanted == service)
                quantile[rows] = answer[rows]
        quantile = np.where(never_negative, np.maximum(quantile, 0.0), quantile)
        part = pd.DataFrame(
            {
                "unique_id": table.ids,
                "service": wanted,
                "quantile": quantile * table.unit,
            }
        )
        parts.append(_in_order(part, table, 1))
    frame = pd.concat(parts, ignore_index=True)
    return frame[frame["quantile"].notna()].reset_index(drop=True)


def _kept(table, back):
    """Every forecast of the backtest as rows."""
    columns = ["unique_id", "model", "cutoff", "ds", "y", "mean"]
    if back is None or not back.mean:
        return pd.DataFrame(columns=columns)
    horizon = back.actual.shape[2]
    unit = table.unit[:, None]
    parts = []
    for name, values in back.mean.items():
        for w, cut in enumerate(back.cuts):
            cutoff = table.end - cut
            keep = ~np.isnan(values[w, :, 0])
            size = int(keep.sum())
            if not size:
                continue
            dates = table.calendar.date(cutoff[keep, None] + np.arange(1, horizon + 1))
            parts.append(
                pd.DataFrame(
                    {
                        "unique_id": np.repeat(table.ids[keep], horizon),
                        "model": name,
                        "cutoff": np.repeat(table.calendar.date(cutoff[keep]), horizon),
                        "ds": dates.ravel(),
                        "y": (back.actual[w][keep] * unit[keep]).ravel(),
                        "mean": (values[w][keep].astype(float) * unit[keep]).ravel(),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


__all__ = ["BLOCK", "ForecastResult", "forecast"]
