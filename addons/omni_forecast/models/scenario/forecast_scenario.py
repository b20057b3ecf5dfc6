# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..plan.forecast_plan import GRAINS

FIGURES = (
    "demand",
    "revenue",
    "margin",
    "stock_value",
    "purchase_value",
    "shortage",
    "shortage_value",
    "fill",
)
INPUTS = {
    "demand_change",
    "off_event_ids",
    "on_event_ids",
    "own_service",
    "service_level",
    "lead_change",
    "price_change",
    "elasticity",
    "plan_id",
}


class ForecastScenario(models.Model):
    _name = "forecast.scenario"
    _description = "Forecast Scenario"
    _order = "plan_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env._("New scenario"))
    sequence = fields.Integer(default=10)
    plan_id = fields.Many2one(
        "forecast.plan",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: (
            self.env["forecast.plan"]
            .search([("company_id", "=", self.env.company.id)])
            .filtered("last_run_id")[:1]
        ),
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "What if"), ("taken", "Taken Over")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )

    # What is different
    demand_change = fields.Float(digits=(16, 4), help="10 %: a tenth more demand.")
    off_event_ids = fields.Many2many(
        "forecast.event",
        "forecast_scenario_off_event_rel",
        string="Without Events",
        check_company=True,
        domain="[('state', '=', 'confirmed'), ('company_id', '=', company_id),"
        " ('date_end', '>=', 'today')]",
    )
    on_event_ids = fields.Many2many(
        "forecast.event",
        "forecast_scenario_on_event_rel",
        string="With Draft Events",
        check_company=True,
        domain="[('state', '=', 'draft'), ('company_id', '=', company_id),"
        " ('date_end', '>=', 'today')]",
    )
    own_service = fields.Boolean(string="Another Service Level")
    service_level = fields.Float(digits=(6, 4), default=0.95)
    lead_change = fields.Integer(
        string="Lead Time ±", help="Days added to every lead time; negative: taken off."
    )
    price_change = fields.Float(
        digits=(16, 4), help="Change of the sales prices; 10 %: dearer by a tenth."
    )
    elasticity = fields.Float(
        digits=(16, 2),
        default=-1.0,
        help="By how many per cent demand changes when prices rise by one per cent. "
        "-1: by one per cent less. Used only with a change of price.",
    )

    # What it comes to
    calculated_at = fields.Datetime(string="Calculated", readonly=True, copy=False)
    run_id = fields.Many2one(
        "forecast.run",
        string="From Run",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    demand = fields.Float(digits="Product Unit", readonly=True, copy=False)
    revenue = fields.Monetary(readonly=True, copy=False)
    margin = fields.Monetary(readonly=True, copy=False)
    stock_value = fields.Monetary(
        readonly=True, copy=False, help="Average stock at cost."
    )
    purchase_value = fields.Monetary(
        string="Purchases",
        readonly=True,
        copy=False,
        help="Goods to order within the horizon, less what is on hand or on its way.",
    )
    shortage = fields.Float(
        string="Expected Shortage",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Units that stock cannot serve when they are wanted.",
    )
    shortage_value = fields.Monetary(
        readonly=True, copy=False, help="The same at sales price."
    )
    fill = fields.Float(
        string="Fill Rate",
        digits=(16, 4),
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Share of demand served from stock at once.",
    )
    present = fields.Json(readonly=True, copy=False, help="The plan's own figures.")
    taken_text = fields.Text(string="What Was Taken Over", readonly=True, copy=False)

    _ranges = models.Constraint(
        "CHECK (demand_change >= -1 AND demand_change <= 100 AND price_change > -1 AND"
        " price_change <= 10 AND elasticity BETWEEN -20 AND 20 AND lead_change BETWEEN"
        " -365 AND 365 AND (NOT own_service OR (service_level > 0.5 AND"
        " service_level < 1)))",
        "A change of demand lies between -100 % and +10,000 %, of price above -100 % and up "
        "to +1,000 %, the elasticity between -20 and 20, the lead time ± between -365 and "
        "365 days, a service level between 50 % and 100 % (exclusive).",
    )

    @api.model_create_multi
    def create(self, vals_list):
        scenarios = super().create(vals_list)
        scenarios.filtered("plan_id.last_run_id").action_calculate()
        return scenarios

    def write(self, vals):
        result = super().write(vals)
        if INPUTS & set(vals):
            self.filtered("plan_id.last_run_id").action_calculate()
        return result

    def copy_data(self, default=None):
        data_list = super().copy_data(default=default)
        for scenario, data in zip(self, data_list, strict=True):
            if "name" not in (default or {}):
                data["name"] = self.env._("%s (copy)", scenario.name)
        return data_list

    def action_calculate(self):
        """Compute the figures from the plan's stored results; nothing live changes."""
        self.check_access("write")
        from ...engine.scenarios import evaluate

        for plan, scenarios in self.grouped("plan_id").items():
            if not plan.last_run_id:
                raise UserError(
                    self.env._(
                        "Plan %s has not run yet: a scenario starts from its results.",
                        plan.name,
                    )
                )
            series, base = self._base(plan)
            common = {
                "freq": GRAINS[plan.grain][0],
                "horizon": plan.horizon,
                "review_days": plan.review_days,
            }
            present = evaluate(base, **common)
            for one in scenarios:
                outcome = evaluate(
                    base,
                    demand=one._demand(plan, series, base),
                    factor=1.0 + one.demand_change,
                    service=one.service_level if one.own_service else None,
                    lead_change=one.lead_change,
                    price_change=one.price_change,
                    elasticity=one.elasticity,
                    **common,
                )
                one.write(
                    {
                        **{name: getattr(outcome, name) for name in FIGURES},
                        "present": {name: getattr(present, name) for name in FIGURES},
                        "calculated_at": fields.Datetime.now(),
                        "run_id": plan.last_run_id.id,
                    }
                )
        return True

    def _base(self, plan):
        """(forecast.series, engine.scenarios.Base) of the plan's stored results."""
        import numpy as np

        from ...engine.scenarios import Base

        series = self.env["forecast.series"].search_fetch(
            plan._place_domain(),
            [
                "product_id",
                "warehouse_id",
                "lead_mean",
                "lead_quantile",
                "lead_periods",
                "service_level",
                "lead_days",
            ],
        )
        demand = {
            one.id: total or 0.0
            for one, total in self.env["forecast.line"]._read_group(
                [("series_id", "in", series.ids)], ["series_id"], ["mean:sum"]
            )
        }
        products = series.product_id.ids
        costs = plan.read_costs(products)
        stock = plan._read_stock(products)
        supply = [
            stock[key].supply if key in stock else 0.0
            for key in ((one.product_id.id, one.warehouse_id.id) for one in series)
        ]

        def column(values):
            return np.array(list(values), dtype=float)

        return series, Base(
            demand=column(max(demand.get(one.id, 0.0), 0.0) for one in series),
            lead_mean=column(series.mapped("lead_mean")),
            lead_quantile=column(series.mapped("lead_quantile")),
            periods=column(series.mapped("lead_periods")),
            service=column(one.service_level or plan.service_level for one in series),
            lead_days=column(series.mapped("lead_days")),
            cost=column(costs[one.product_id.id][0] for one in series),
            price=column(costs[one.product_id.id][1] for one in series),
            supply=column(supply),
        )

    def _demand(self, plan, series, base):
        """Demand of the horizon with the scenario's events, before its other changes."""
        if not self.off_event_ids and not self.on_event_ids:
            return None
        demand = base.demand.copy()
        position = {one.id: index for index, one in enumerate(series)}
        rows = self.off_event_ids._rows().filtered(
            lambda row: row.plan_id == plan and row.state == "active"
        )
        for row in rows:
            if row.series_id.id in position:
                demand[position[row.series_id.id]] -= row.effect
        places = {(one.product_id.id, one.warehouse_id.id): one.id for one in series}
        asked = self.on_event_ids._asked_rows(plan, list(places))
        if asked:
            usual = defaultdict(float)
            for line in self.env["forecast.line"].search_fetch(
                [("series_id", "in", series.ids)],
                ["series_id", "date", "baseline", "mean"],
            ):
                usual[line.series_id.id, line.date] = line.baseline or line.mean
            for (_event, product, warehouse, day), (
                basis,
                value,
                _name,
            ) in asked.items():
                one = places[product, warehouse]
                if basis == "percent":
                    value = usual[one, day] * value / 100.0
                demand[position[one]] += value
        return demand

    def action_take_over(self):
        """Make the scenario's settings the plan's own, and run the plan.

        Service level and lead time margin go to the plan; events are confirmed or
        cancelled; a change of demand or price becomes a confirmed event over the whole
        horizon, which anybody can see and cancel.
        """
        self.ensure_one()
        self.plan_id.check_access("write")
        plan = self.plan_id
        notes, vals = [], {}
        if self.own_service:
            notes.append(
                self.env._(
                    "Service level: %(old).1f %% → %(new).1f %%",
                    old=100 * plan.service_level,
                    new=100 * self.service_level,
                )
            )
            vals.update(service_level=self.service_level, service_by_abc=False)
        if self.lead_change:
            margin = plan.lead_margin_days + self.lead_change
            notes.append(
                self.env._(
                    "Lead time margin: %(old)s → %(new)s days",
                    old=plan.lead_margin_days,
                    new=margin,
                )
            )
            vals["lead_margin_days"] = margin
        if vals:
            plan.write(vals)
        if self.off_event_ids:
            self.off_event_ids.action_cancel()
            notes += [
                self.env._("Event cancelled: %s", event.name)
                for event in self.off_event_ids
            ]
        if self.on_event_ids:
            self.on_event_ids.action_confirm()
            notes += [
                self.env._("Event confirmed: %s", event.name)
                for event in self.on_event_ids
            ]
        change = (1.0 + self.demand_change) * (
            1.0 + self.price_change
        ) ** self.elasticity - 1.0
        if abs(change) > 1e-9:
            event = self._demand_event(change)
            notes.append(
                self.env._(
                    "Demand %(change)+.1f %% as event “%(event)s”",
                    change=100 * change,
                    event=event.name,
                )
            )
        if not notes:
            raise UserError(
                self.env._(
                    "Scenario %s changes nothing: set something first.", self.name
                )
            )
        self.write({"state": "taken", "taken_text": "\n".join(notes)})
        plan.action_run()
        return True

    def _demand_event(self, change):
        plan = self.plan_id
        lines = plan.series_ids.line_ids
        last = max(lines.mapped("date"), default=fields.Date.context_today(self))
        event = self.env["forecast.event"].create(
            {
                "name": self.name,
                "kind": "other",
                "company_id": plan.company_id.id,
                "plan_id": plan.id,
                "warehouse_ids": [fields.Command.set(plan.warehouse_ids.ids)],
                "product_ids": [fields.Command.set(plan.series_ids.product_id.ids)],
                "date_start": fields.Date.context_today(self),
                "date_end": fields.Date.subtract(plan._next_period(last), days=1),
                "mode": "own",
                "own_uplift": change,
            }
        )
        event.action_confirm()
        return event
