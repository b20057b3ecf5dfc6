# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ForecastPlan(models.Model):
    """The plan's own scheduled job."""

    _inherit = "forecast.plan"

    scheduled = fields.Boolean(
        string="Run by Itself", help="The plan runs at the interval below."
    )
    interval_number = fields.Integer(string="Every", default=1, required=True)
    interval_type = fields.Selection(
        [("days", "Days"), ("weeks", "Weeks"), ("months", "Months")],
        default="weeks",
        required=True,
    )
    cron_id = fields.Many2one(
        "ir.cron",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="base.group_system",
    )
    next_run = fields.Datetime(
        compute="_compute_next_run",
        inverse="_inverse_next_run",
        help="When the plan runs next. Later runs keep this time of the day.",
    )

    _interval_positive = models.Constraint(
        "CHECK (interval_number > 0)", "The interval of the schedule must be positive."
    )

    @api.depends("scheduled", "interval_number", "interval_type")
    def _compute_next_run(self):
        for plan in self:
            # ir.cron is readable by administrators only; its date is no secret
            plan.next_run = plan.sudo().cron_id.nextcall if plan.scheduled else False

    def _inverse_next_run(self):
        for plan in self:
            if plan.next_run and plan.sudo().cron_id:
                plan.sudo().cron_id.nextcall = plan.next_run

    @api.constrains("scheduled", "user_id")
    def _check_planner(self):
        for plan in self:
            if plan.scheduled and not plan.user_id.has_group(
                "omni_forecast.group_forecast_planner"
            ):
                raise ValidationError(
                    self.env._(
                        "Plan %(plan)s cannot run by itself: its planner %(user)s is not "
                        "in the group Demand Forecast / Planner.",
                        plan=plan.name,
                        user=plan.user_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        for plan, vals in zip(plans, vals_list, strict=True):
            plan._sync_cron()
            if vals.get("next_run"):
                plan.next_run = vals["next_run"]
        return plans

    def write(self, vals):
        result = super().write(vals)
        fields_of_cron = {
            "name",
            "active",
            "scheduled",
            "interval_number",
            "interval_type",
            "user_id",
        }
        if fields_of_cron & set(vals):
            for plan in self:
                plan._sync_cron()
            if vals.get("next_run"):
                self.next_run = vals["next_run"]
        return result

    def unlink(self):
        crons = self.sudo().cron_id
        result = super().unlink()
        crons.unlink()
        return result

    def copy_data(self, default=None):
        data_list = super().copy_data(default=default)
        for plan, data in zip(self, data_list, strict=True):
            if "name" not in (default or {}):
                data["name"] = self.env._("%s (copy)", plan.name)
            data["scheduled"] = False
        return data_list

    def _sync_cron(self):
        """Make or update the plan's job. sudo: managers may schedule their own plan
        though they may not write ir.cron; the code of the job is fixed here."""
        self.ensure_one()
        values = {
            "name": self.env._("Demand forecast: %s", self.name),
            "active": self.scheduled and self.active,
            "interval_number": self.interval_number,
            "interval_type": self.interval_type,
            "user_id": self.user_id.id,
        }
        plan = self.sudo()
        if plan.cron_id:
            plan.cron_id.write(values)
        elif self.scheduled:
            plan.cron_id = plan.env["ir.cron"].create(
                {
                    **values,
                    "model_id": plan.env["ir.model"]._get_id("forecast.plan"),
                    "state": "code",
                    "code": f"model._cron_run({self.id})",
                    "priority": 6,
                }
            )

    @api.model
    def _cron_run(self, plan_id):
        """Job of one plan: queue a run (or take up the one a kill left) and do it."""
        plan = self.browse(plan_id).exists()
        if not plan or not plan.active:
            return
        plan = plan.with_company(plan.company_id)
        plan._queue_run("schedule", trigger=False)._process(commit=True)
