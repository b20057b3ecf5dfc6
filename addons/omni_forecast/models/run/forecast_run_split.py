# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from hashlib import blake2b

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..action.forecast_plan import ACTION_FIELDS
from .run_inputs import pack, sign

PART = 2500  # series of a part: enough to learn the spread of errors from
PART_SIZE = "omni_forecast.part_size"  # system parameter that replaces it
PEERS = 500  # series a small part gets company from, for the same reason
# fields of a plan that do not change its forecasts
INDIFFERENT = {
    "name",
    "sequence",
    "active",
    "user_id",
    "cron_id",
    "scheduled",
    "interval_number",
    "interval_type",
    "incremental",
    "full_every",
    "create_uid",
    "create_date",
    "write_uid",
    "write_date",
    *ACTION_FIELDS,
}


class ForecastRun(models.Model):
    """Splitting a run into parts, and leaving out what has not changed."""

    _inherit = "forecast.run"

    part_ids = fields.One2many("forecast.run.part", "run_id", string="Parts")
    takes = fields.Integer(
        string="Taken",
        readonly=True,
        help="How often a worker began or took up the run.",
    )
    settings_hash = fields.Char(
        readonly=True, help="Settings and periods that the parts were made with."
    )
    full = fields.Boolean(
        readonly=True, help="Every series was forecast, not only what had changed."
    )
    todo_count = fields.Integer(
        string="Forecast Anew",
        readonly=True,
        help="Series whose demand or settings had changed.",
    )
    kept_count = fields.Integer(
        string="Unchanged",
        readonly=True,
        help="Series whose forecast still holds, because neither demand nor settings "
        "have changed.",
    )

    def _settings(self, plan):
        """Everything beside the demand that decides on a forecast, as a hash."""
        plan.flush_recordset()
        names = [
            name
            for name, field in plan._fields.items()
            if field.store
            and field.type not in ("one2many", "binary")
            and name not in INDIFFERENT
        ]
        values = plan.sudo().read(names, load=None)[0]
        values["places"] = plan._places()
        values["company"] = plan.company_id.id
        values["version"] = self._engine_version()
        text = json.dumps(values, default=str, sort_keys=True)
        return blake2b(text.encode(), digest_size=12).hexdigest()

    def _engine_version(self):
        # sudo: planners may not read modules; the version is no secret
        module = self.env.ref("base.module_omni_forecast").sudo()
        return module.latest_version

    def _can_go_on(self, plan):
        """Whether the parts of an earlier attempt still fit the plan."""
        if not self.part_ids:
            return False
        stopped = self.part_ids.filtered(lambda part: part.state == "running")
        stopped.write({"state": "waiting"})
        return self.settings_hash == self._settings(plan)

    def _make_parts(self, plan, commit):
        """Read demand and lay the work out in parts."""
        self.part_ids.unlink()
        self.problem_ids.unlink()
        demands = plan.read_demand()
        self._write_problems(self._demand_problems(plan, demands))
        self._step(self.env._("Preparing %s series", len(demands)), 5, commit)
        inputs = self._prepare(plan, demands) if demands else []
        settings = self._settings(plan)
        signatures = sign(inputs, settings)
        for one in inputs:
            one.signature = signatures[one.uid]
        full = self._must_be_full(plan)
        kept = set() if full else {one.uid for one in self._unchanged(plan, inputs)}
        # what this run has written before it was interrupted, and which still holds
        todo = [one for one in self._not_written(inputs) if one.uid not in kept]
        peers = []
        if 0 < len(todo) < PEERS:
            chosen = {one.uid for one in todo}
            others = [one for one in inputs if one.uid not in chosen]
            step = max(1, len(others) // (PEERS - len(todo)))
            peers = others[::step][: PEERS - len(todo)]
        count = max(1, round(len(todo) / self._part_size())) if todo else 0
        bounds = [len(todo) * index // max(count, 1) for index in range(count + 1)]
        self.env["forecast.run.part"].create(
            [
                {
                    "run_id": self.id,
                    "company_id": self.company_id.id,
                    "sequence": index + 1,
                    "series_count": bounds[index + 1] - bounds[index],
                    "inputs": pack(todo[bounds[index] : bounds[index + 1]]),
                    "peers": pack(peers),
                }
                for index in range(count)
            ]
        )
        self._keep(plan, [one for one in inputs if one.uid in kept])
        self.write(
            {
                "settings_hash": settings,
                "full": full,
                "rows_read": sum(demand.moves for demand in demands),
                "series_count": len(demands),
                "todo_count": len(todo),
                "kept_count": len(kept),
                "line_count": 0,
                "recommendation_count": 0,
                "problem_count": 0,
            }
        )
        self._step(self.env._("Forecasting %s series", len(todo)), 10, commit)

    def _part_size(self):
        """Series of a part: the system parameter omni_forecast.part_size, or PART."""
        # sudo: planners may not read system parameters; this one is no secret
        value = self.env["ir.config_parameter"].sudo().get_param(PART_SIZE) or PART
        try:
            size = int(value)
        except ValueError:
            size = 0
        if size < 1:
            raise UserError(
                self.env._(
                    "System parameter %(name)s is “%(value)s”; it must be a whole number "
                    "of series, at least 1.",
                    name=PART_SIZE,
                    value=value,
                )
            )
        return size

    # Only what changed ------------------------------------------------------------

    def _must_be_full(self, plan):
        """Whether this run forecasts every series."""
        if not plan.incremental or not plan.full_every:
            return True
        last = self.search(
            [("plan_id", "=", plan.id), ("state", "=", "done")],
            limit=plan.full_every,
        )
        return not any(run.full for run in last[: plan.full_every - 1])

    def _unchanged(self, plan, inputs):
        """The inputs whose forecast holds: same demand, same settings as then."""
        known = self._signatures([("plan_id", "=", plan.id)])
        return [
            one
            for one in inputs
            if known.get((one.product_id, one.warehouse_id)) == one.signature
        ]

    def _not_written(self, inputs):
        """The inputs whose forecast this run has not written yet."""
        known = self._signatures([("run_id", "=", self.id)])
        return [
            one
            for one in inputs
            if known.get((one.product_id, one.warehouse_id)) != one.signature
        ]

    def _signatures(self, domain):
        """(product, warehouse) -> hash of the input of active series."""
        return {
            (product_id, warehouse_id): signature
            for product_id, warehouse_id, signature in self.env.execute_query(
                self.env["forecast.series"]
                ._search([*domain, ("input_hash", "!=", False)])
                .select(
                    SQL.identifier("forecast_series", "product_id"),
                    SQL.identifier("forecast_series", "warehouse_id"),
                    SQL.identifier("forecast_series", "input_hash"),
                )
            )
        }

    def _keep(self, plan, inputs):
        """The series of these inputs belong to this run as they are."""
        self.env["forecast.series"].flush_model(["run_id"])
        self.env.cr.execute(
            SQL(
                "UPDATE forecast_series SET run_id = %s WHERE plan_id = %s"
                " AND active AND (product_id, warehouse_id) IN"
                " (SELECT * FROM unnest(%s::int[], %s::int[]))",
                self.id,
                plan.id,
                [one.product_id for one in inputs],
                [one.warehouse_id for one in inputs],
            )
        )
        self.env["forecast.series"].invalidate_model(["run_id"])

    def _keep_failed(self, inputs, reason):
        """Series that could not be forecast keep their last forecast, marked."""
        self._keep(self._plan(), inputs)
        keys = {(one.product_id, one.warehouse_id) for one in inputs}
        self.env["forecast.series"].search(
            [
                ("run_id", "=", self.id),
                ("product_id", "in", [product for product, _place in keys]),
            ]
        ).filtered(
            lambda one: (one.product_id.id, one.warehouse_id.id) in keys
        )._mark_failed(reason)

    # Progress ---------------------------------------------------------------------

    def _progress_of_parts(self):
        """Percent of the run, by the progress of its parts."""
        parts = self.part_ids
        total = sum(parts.mapped("series_count"))
        done = sum(part.series_count * part.progress for part in parts)
        return 10 + 85 * done / (100 * total) if total else 95

    @api.depends("state", "step_progress", "part_ids.progress", "part_ids.series_count")
    def _compute_progress(self):
        """The noted progress, or that of the parts where other workers do them.

        They must not write into the run: what they insert refers to it, and PostgreSQL
        would make whoever inserts at that moment begin again.
        """
        for run in self:
            run.progress = run.step_progress
            if run.state == "running" and run.part_ids:
                run.progress = max(run.step_progress, run._progress_of_parts())
