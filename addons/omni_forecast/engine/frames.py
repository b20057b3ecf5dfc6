# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The DataFrames of a forecast: from matrices of a panel to rows by series."""

import numpy as np
import pandas as pd

from . import accuracy, intervals, leadtime
from .backtest import nearest_errors
from .models.fast import SPARSE

SCORES = ["mase", "rmsse", "wape", "smape", "bias"]
MEASURED = ["pinball", "coverage80", "coverage95"]
WATCHED = 12  # newest periods judged that the tracking signal looks at


def _long(table, horizon):
    return (
        np.repeat(table.ids, horizon),
        table.dates(horizon).ravel(),
    )


def never_negative(table):
    """(N,) bool, series without a negative value."""
    return ~(np.nan_to_num(table.y).min(1) < 0)


def forecast_frame(table, mean, scale, error, past, past_scale, group, closed):
    """The forecasts with their intervals, in the order of the ids.

    :param error: (W, N, H) actual - forecast of the chosen models; :param past: their
        forecasts; :param closed: (N, H) bool, periods that are certain to be empty
    """
    horizon = mean.shape[1]
    unit = table.unit[:, None]
    floor = never_negative(table)
    known = intervals.learn(error, past_scale, group, np.unique(group), past, floor)
    lo95, lo80, hi80, hi95 = known.bounds(mean, scale, group, floor)
    for bound in (lo95, lo80, hi80, hi95):
        bound[closed] = mean[closed]
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


def model_frame(table, mean, horizon, sparse):
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


def score_frame(table, back, season, past_scale, group):
    """Measures of every model on every series, over all origins."""
    names = list(back.mean)
    columns = ["unique_id", "model"] + SCORES + MEASURED + ["n"]
    parts = []
    floor = never_negative(table)
    actual = back.actual.astype(np.float32)
    past_scale = past_scale.astype(np.float32)
    scales = accuracy.scales_of(table.y, season)
    for code, name in enumerate(names):
        mean = back.mean[name]
        error = mean - actual
        rows = np.flatnonzero(~np.isnan(error).all((0, 2)))
        if not len(rows):
            continue
        if len(rows) == len(table.n):
            rows = slice(None)
        error = error[:, rows]
        values = accuracy.panel_scores(
            actual[:, rows], mean[:, rows], error, *(scale[rows] for scale in scales)
        )
        values.update(
            intervals.measure(
                -error, past_scale[:, rows], group[rows], mean[:, rows], floor[rows]
            )
        )
        for column in ("bias", "pinball"):
            values[column] = values[column] * table.unit[rows]
        part = {column: values[column] for column in SCORES + MEASURED + ["n"]}
        part["unique_id"] = table.ids[rows]
        part["model"] = np.full(len(part["n"]), code)
        parts.append(part)
    if not parts:
        return pd.DataFrame(columns=columns)
    frame = pd.DataFrame(
        {column: np.concatenate([part[column] for part in parts]) for column in columns}
    )
    frame["model"] = pd.Categorical.from_codes(frame["model"].astype(int), names)
    return frame


def choice_frame(
    table, classes, model, reason, margin, strength, back, past, past_scale
):
    """Model and reason of every series, and whether its errors lean to one side.

    :param past: (W, N, H) backtest of the chosen model; :param past_scale: (W, N)
    """
    error, scale = nearest_errors(past - back.actual, past_scale, back.cuts)
    # what was wrong longer ago has been learnt since
    error, scale = error[:, -WATCHED:], scale[:, -WATCHED:]
    signal = accuracy.tracking_signal(np.zeros_like(error), error)
    alarm = accuracy.bias_alarm(error, scale)
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
            "bias_alarm": alarm,
            "recent_bias": accuracy.bias(np.zeros_like(error), error) * table.unit,
            "checked": (~np.isnan(error)).sum(1),
            "champion_margin": margin,
        }
    )
    return _in_order(frame, table, 1)


def total_frame(
    table, mean, scale, error, past_scale, group, periods, services, level, past_level
):
    columns = ["unique_id", "service", "quantile"]
    if periods is None:
        return pd.DataFrame(columns=columns)
    floor = never_negative(table)
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
                level * table.unit,
                past_level * table.unit,
            )
            for service, answer in zip(asked, answers, strict=True):
                rows = (periods == length) & (wanted == service)
                quantile[rows] = answer[rows]
        quantile = np.where(floor, np.maximum(quantile, 0.0), quantile)
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


def backtest_frame(table, back):
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
