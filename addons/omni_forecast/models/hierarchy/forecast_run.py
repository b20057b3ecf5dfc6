# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging

from odoo import fields, models
from odoo.tools import SQL

from ...tools.bulk import bulk_insert
from ..plan.forecast_plan import GRAINS
from ..run.run_results import as_json
from .aggregation import Aggregation
from .hierarchy import KEYS, ORDER

_logger = logging.getLogger(__name__)
BANDS = ("lo80", "hi80", "lo95", "hi95")


class ForecastRun(models.Model):
    """Aggregates, when all series of a run are written."""

    _inherit = "forecast.run"

    reconciliation = fields.Char(
        readonly=True, help="Method that made totals and parts agree, and why."
    )

    def _retire(self, plan):
        result = super()._retire(plan)
        self._build_nodes(plan)
        return result

    def _build_nodes(self, plan):
        """Sum the plan's forecasts up, forecast the sums themselves, make both agree."""
        try:
            with self.env.cr.savepoint():
                self._write_nodes(plan)
        except Exception as problem:
            # the forecasts are good without their totals, and the reason must be visible
            _logger.warning("Totals of forecast run %s", self.id, exc_info=True)
            self.reconciliation = self.env._("No totals: %s", self._explain(problem))

    def _write_nodes(self, plan):
        from ...engine.reconcile import run_in_process

        every = Aggregation(plan)
        if not every:
            # rows come by SQL and go by SQL: readers may not delete them
            self.env.cr.execute(
                SQL("DELETE FROM forecast_node WHERE plan_id = %s", plan.id)
            )
            self._forget_nodes(plan)
            return
        options = {
            "freq": GRAINS[plan.grain][0],
            "horizon": len(every.dates),
            "missing": "zero",
        }
        found = run_in_process(
            every.panel(),
            options,
            (every.summing.rows, every.summing.cols, every.summing.shape),
            every.base,
            plan.reconciliation,
            len(every.nodes),
        )
        if found["method"] != "bottom_up":
            self._write_reconciled(every, found["bottom"])
            every.read_lines()
        label = dict(plan._fields["reconciliation"]._description_selection(self.env))
        self.reconciliation = label[found["method"]]
        if found["note"]:
            self.reconciliation = self.env._(
                "%(used)s instead of %(wanted)s: %(reason)s",
                used=label[found["method"]],
                wanted=label[plan.reconciliation],
                reason=found["note"],
            )
        every.settle(found)
        ids = self._write_node_rows(plan, every)
        self._write_node_lines(plan, every, ids)
        self._forget_nodes(plan)

    def _forget_nodes(self, plan):
        """Cached values of what SQL has written."""
        self.env["forecast.node"].invalidate_model()
        self.env["forecast.node.line"].invalidate_model()
        plan.invalidate_recordset(["node_ids", "node_count"])

    def _write_reconciled(self, every, bottom):
        """Bring the coherent forecasts into the lines, on top of all adjustments."""
        delta = (bottom - every.base) / every.factor[:, None]
        rows, columns = every.line_ids.nonzero()
        self.env.cr.execute(
            SQL(
                "UPDATE forecast_line line SET reconciled = data.delta"
                " FROM unnest(%s::int[], %s::float8[]) AS data (id, delta)"
                " WHERE line.id = data.id",
                every.line_ids[rows, columns].tolist(),
                delta[rows, columns].round(6).tolist(),
            )
        )
        self.env["forecast.line"].invalidate_model(["reconciled"])
        series = self.env["forecast.series"].browse(every.series_ids)
        series.with_context(forecast_no_nodes=True)._apply_adjustments()

    def _write_node_rows(self, plan, every):
        """Insert or update the nodes; returns their ids in the order of `every.nodes`."""
        columns = {
            name: []
            for name in (
                "plan_id",
                "company_id",
                "level",
                "level_order",
                *KEYS,
                "uom_id",
                "mixed_units",
                "series_count",
                "yearly_demand",
                "yearly_value",
                "next_mean",
                "model",
                "wape",
                "bias",
                "gap",
                "history",
            )
        }
        for number, node in enumerate(every.nodes):
            row = {
                "plan_id": plan.id,
                "company_id": plan.company_id.id,
                "level": node[0],
                "level_order": ORDER[node[0]],
                **dict(zip(KEYS, (value or None for value in node[1:]), strict=True)),
                **every.facts(number),
            }
            row["history"] = as_json(row["history"])
            for name, value in row.items():
                columns[name].append(value)
        rows = bulk_insert(
            self.env,
            "forecast.node",
            columns,
            conflict=SQL(
                "(plan_id, level, COALESCE(region, ''), COALESCE(warehouse_id, 0),"
                " COALESCE(categ_id, 0), COALESCE(product_id, 0), COALESCE(team_id, 0))"
            ),
            update=[
                name for name in columns if name not in ("plan_id", "level", *KEYS)
            ],
            returning=("id", "level", *KEYS),
        )
        found = {
            (level, region or "", *(key or 0 for key in keys)): id_
            for id_, level, region, *keys in rows
        }
        ids = [found[node] for node in every.nodes]
        self.env.cr.execute(
            SQL(
                "DELETE FROM forecast_node WHERE plan_id = %s AND id != ALL(%s)",
                plan.id,
                ids,
            )
        )
        parents = [found.get(every.tree.parent(node)) for node in every.nodes]
        self.env.cr.execute(
            SQL(
                "UPDATE forecast_node node SET parent_id = data.parent"
                " FROM unnest(%s::int[], %s::int[]) AS data (id, parent)"
                " WHERE node.id = data.id",
                ids,
                parents,
            )
        )
        return ids

    def _write_node_lines(self, plan, every, ids):
        count, width = len(ids), len(every.dates)
        self.env.cr.execute(
            SQL("DELETE FROM forecast_node_line WHERE plan_id = %s", plan.id)
        )
        base = every.bands["mean"]
        columns = {
            "node_id": [one for one in ids for _date in every.dates],
            "plan_id": [plan.id] * (count * width),
            "company_id": [plan.company_id.id] * (count * width),
            "level": [node[0] for node in every.nodes for _date in every.dates],
            "date": every.dates * count,
            "mean": every.mean.ravel().tolist(),
            "value": every.value.ravel().round(2).tolist(),
            "has_base": (base == base).ravel().tolist(),
            "base": [None if one != one else one for one in base.ravel().tolist()],
        }
        for name in BANDS:
            columns[name] = every.band(name).ravel().tolist()
        bulk_insert(self.env, "forecast.node.line", columns)
