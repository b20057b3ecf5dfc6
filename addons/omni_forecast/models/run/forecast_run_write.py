# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dataclasses import dataclass
from datetime import date

from odoo import models
from odoo.tools import SQL

from ...tools.bulk import bulk_insert
from ..plan.forecast_plan import GRAINS
from .run_results import Results, as_json, number

YEAR = {"D": 365, "W": 52, "M": 12}
# problems that do not make a forecast an exception: it is as good as it can be
HARMLESS = {"constant", "duplicate", "gap"}
NAIVE = ("snaive", "seasonal_naive", "naive")


@dataclass(slots=True)
class SeriesInput:
    """One series on its way through a run."""

    uid: str
    product_id: int
    warehouse_id: int
    start: date
    history: list
    lead_days: float
    moq: float
    cost: float
    yearly_demand: float
    yearly_value: float
    abc: str = "C"
    service: float = 0.95
    periods: int = 1
    series_id: int = 0
    # what cleaning found, see `forecast_run_clean.py`
    cleaned: list | None = None
    flags: dict | None = None
    prefix: dict | None = None
    ahead: list | None = None  # factors of the periods ahead
    xyz: str = "Z"
    cv: float | None = None
    signature: str = ""  # hash of all the above and of the plan's settings

    @property
    def seen(self):
        """Demand as the engine is to see it: a like product's before its own, cleaned."""
        own = self.history if self.cleaned is None else self.cleaned
        return self.prefix["y"] + own if self.prefix else own

    @property
    def seen_start(self):
        """First day of the first period of `seen`."""
        return date.fromisoformat(self.prefix["start"]) if self.prefix else self.start


class ForecastRun(models.Model):
    """Between demand and engine, and between engine and tables."""

    _inherit = "forecast.run"

    def _prepare(self, plan, demands):
        """Series with their lead time, class and service level (list of SeriesInput)."""
        from ...engine.reorder import abc_classes, protection_periods

        freq = GRAINS[plan.grain][0]
        product_ids = list({demand.product_id for demand in demands})
        supplies = plan.read_supply(product_ids)
        costs = plan.read_costs(product_ids)
        inputs = []
        for demand in demands:
            supply, (cost, price) = (
                supplies[demand.product_id],
                costs[demand.product_id],
            )
            yearly = sum(demand.quantity[-YEAR[freq] :])
            inputs.append(
                SeriesInput(
                    uid=f"{demand.product_id}-{demand.warehouse_id}",
                    product_id=demand.product_id,
                    warehouse_id=demand.warehouse_id,
                    start=demand.start,
                    history=demand.quantity,
                    lead_days=supply.lead_days,
                    moq=supply.moq,
                    cost=cost,
                    yearly_demand=yearly,
                    yearly_value=yearly * (cost or price),
                )
            )
        classes = abc_classes([one.yearly_value for one in inputs])
        periods = protection_periods(
            [one.lead_days for one in inputs], plan.review_days, freq
        )
        for one, abc, length in zip(inputs, classes, periods.tolist(), strict=True):
            one.abc, one.periods = abc, length
            one.service = plan._service(abc)
        return inputs

    def _panel(self, freq, inputs):
        """DataFrame unique_id, ds, y of all series."""
        import numpy as np
        import pandas as pd

        unit = {"D": "D", "W": "D", "M": "M"}[freq]
        step = 7 if freq == "W" else 1
        lengths = [len(one.seen) for one in inputs]
        days = [
            (
                np.datetime64(one.seen_start, unit) + step * np.arange(len(one.seen))
            ).astype("datetime64[D]")
            for one in inputs
        ]
        return pd.DataFrame(
            {
                "unique_id": np.repeat([one.uid for one in inputs], lengths),
                "ds": np.concatenate(days).astype("datetime64[ns]"),
                "y": np.concatenate([one.seen for one in inputs]),
            }
        )

    def _cluster(self):
        """The engine's `cluster` argument from the settings; None is this machine."""
        # sudo: planners may not read system parameters; this one holds no secret
        return (
            self.env["ir.config_parameter"].sudo().get_param("omni_forecast.cluster")
            or None
        )

    def _forecast(self, plan, inputs, follow=None):
        """Let the engine, in a process of its own, forecast and judge the series.

        :param follow: called about twice a second, now and then with (done, total); raises
            Cancelled to stop
        """
        from ...engine import run_in_process
        from ...engine.worker import Cancelled as EngineCancelled
        from .run_cancel import Cancelled

        freq = GRAINS[plan.grain][0]
        try:
            result = run_in_process(
                self._panel(freq, inputs),
                freq=freq,
                horizon=plan.horizon,
                policy=plan.policy,
                lead_time={one.uid: one.periods for one in inputs},
                service={one.uid: one.service for one in inputs},
                abc={one.uid: one.abc for one in inputs},
                missing="zero",
                cluster=self._cluster(),
                progress=follow,
                cancel=follow,
            )
        except EngineCancelled as stop:
            raise Cancelled() from stop
        return Results(result)

    def _write_chunk(self, plan, chunk, results):
        """Replace the results of some series; all of them or, after a crash, none.

        :returns: (forecast lines written, recommendations proposed)
        """
        chunk = [one for one in chunk if one.uid in results.choice]
        self._scale_ahead(chunk, results)
        self._adjust(plan, chunk, results)
        rows = bulk_insert(
            self.env,
            "forecast.series",
            self._series_columns(plan, chunk, results),
            conflict=SQL("(plan_id, product_id, warehouse_id)"),
            update=self._series_update,
            returning=("id", "product_id", "warehouse_id"),
        )
        found = {(product, warehouse): id_ for id_, product, warehouse in rows}
        for one in chunk:
            one.series_id = found[one.product_id, one.warehouse_id]
        ids = list(found.values())
        for table in ("forecast_line", "forecast_score"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE series_id = ANY(%s)",
                    SQL.identifier(table),
                    ids,
                )
            )
        lines = self._line_columns(plan, chunk, results)
        bulk_insert(self.env, "forecast.line", lines)
        bulk_insert(self.env, "forecast.score", self._score_columns(chunk, results))
        proposed = self.env["forecast.recommendation"]._propose(
            self, plan, self._orderable(plan, chunk), results
        )
        return len(lines["date"]), proposed

    _series_update = (
        "active",
        "company_id",
        "run_id",
        "input_hash",
        "abc",
        "xyz",
        "abc_xyz",
        "cv",
        "demand_class",
        "adi",
        "cv2",
        "season_strength",
        "model",
        "reason",
        "tracking_signal",
        "mase",
        "rmsse",
        "wape",
        "smape",
        "bias",
        "coverage80",
        "coverage95",
        "check_count",
        "check_level",
        "scale",
        "scale_square",
        "lead_checks",
        "lead_met",
        "lead_met_textbook",
        "lead_textbook",
        "next_mean",
        "yearly_demand",
        "yearly_value",
        "lead_days",
        "lead_periods",
        "service_level",
        "lead_quantile",
        "lead_mean",
        "exception",
        "exception_value",
        "problem",
        "problem_notes",
        "recent_bias",
        "checked_periods",
        "history",
        "model_means",
    )

    def _series_columns(self, plan, chunk, results):
        columns = {name: [] for name in ("plan_id", "product_id", "warehouse_id")} | {
            name: [] for name in self._series_update
        }
        for one in chunk:
            choice = results.choice[one.uid]
            scores = results.scores.get(one.uid, {})
            score = scores.get(choice["model"], {})
            means = results.means(one.uid)
            exception = self._exception(one, choice, scores, results)
            notes = results.problem(one.uid)
            promise = results.promise.get(one.uid, {})
            row = {
                "plan_id": plan.id,
                "product_id": one.product_id,
                "warehouse_id": one.warehouse_id,
                "active": True,
                "company_id": plan.company_id.id,
                "run_id": self.id,
                "input_hash": one.signature,
                "abc": one.abc,
                "xyz": one.xyz,
                "abc_xyz": one.abc + one.xyz,
                "cv": one.cv,
                "demand_class": choice["demand_class"],
                "adi": number(choice["adi"]),
                "cv2": number(choice["cv2"]),
                "season_strength": number(choice["season_strength"]),
                "model": choice["model"],
                "reason": choice["reason"],
                "tracking_signal": number(choice["tracking_signal"]),
                **{
                    name: number(score.get(name))
                    for name in (
                        "mase",
                        "rmsse",
                        "wape",
                        "smape",
                        "bias",
                        "coverage80",
                        "coverage95",
                    )
                },
                "check_count": int(score.get("n") or 0),
                "check_level": number(promise.get("level")),
                "scale": number(promise.get("scale")),
                "scale_square": number(promise.get("scale_square")),
                "lead_checks": promise.get("checks", 0),
                "lead_met": promise.get("met", 0),
                "lead_met_textbook": promise.get("met_textbook", 0),
                "lead_textbook": number(promise.get("textbook")),
                "next_mean": number(means[0]),
                "yearly_demand": one.yearly_demand,
                "yearly_value": one.yearly_value,
                "lead_days": one.lead_days,
                "lead_periods": one.periods,
                "service_level": one.service,
                "lead_quantile": number(results.quantile.get(one.uid)),
                "lead_mean": results.total(one.uid, one.periods),
                "exception": exception,
                "exception_value": 0.0 if exception == "none" else one.yearly_value,
                "problem": "\n".join(note[2] for note in notes) or None,
                "problem_notes": as_json(notes) if notes else None,
                "recent_bias": number(choice["recent_bias"]),
                "checked_periods": int(choice["checked"]),
                "history": as_json(self._history(one)),
                "model_means": as_json(results.by_model.get(one.uid, {})),
            }
            for name, value in row.items():
                columns[name].append(value)
        return columns

    def _exception(self, one, choice, scores, results):
        """Why a planner should look at this series first."""
        if any(code not in HARMLESS for code, *_rest in results.problem(one.uid)):
            return "problem"
        if choice["bias_alarm"]:
            return "bias"
        naive = next((scores[name] for name in NAIVE if name in scores), {})
        mine = number(scores.get(choice["model"], {}).get("rmsse"))
        theirs = number(naive.get("rmsse"))
        if mine is not None and theirs is not None and mine > 1.05 * theirs:
            return "naive"
        return "none"

    def _line_columns(self, plan, chunk, results):
        columns = {
            name: []
            for name in (
                "series_id",
                "plan_id",
                "company_id",
                "product_id",
                "warehouse_id",
                "date",
                "baseline",
                "base_bands",
                *Results.BANDS,
            )
        }
        for one in chunk:
            block = results.block(one.uid)
            size = block.stop - block.start
            columns["series_id"] += [one.series_id] * size
            columns["plan_id"] += [plan.id] * size
            columns["company_id"] += [plan.company_id.id] * size
            columns["product_id"] += [one.product_id] * size
            columns["warehouse_id"] += [one.warehouse_id] * size
            columns["date"] += results.dates[block]
            columns["baseline"] += results.baseline[block]
            columns["base_bands"] += [
                as_json(bands) if bands else None
                for bands in map(results.base_bands.get, range(block.start, block.stop))
            ]
            for band in Results.BANDS:
                columns[band] += results.bands[band][block]
        if not any(columns["base_bands"]):
            del columns["base_bands"]
        return columns

    def _score_columns(self, chunk, results):
        names = ("series_id", "company_id", "model", "chosen", *Results.SCORES)
        columns = {name: [] for name in names}
        for one in chunk:
            chosen = results.choice[one.uid]["model"]
            for model, score in results.scores.get(one.uid, {}).items():
                columns["series_id"].append(one.series_id)
                columns["company_id"].append(self.company_id.id)
                columns["model"].append(model)
                columns["chosen"].append(model == chosen)
                for name in Results.SCORES:
                    value = number(score[name])
                    columns[name].append(int(value or 0) if name == "n" else value)
        return columns
