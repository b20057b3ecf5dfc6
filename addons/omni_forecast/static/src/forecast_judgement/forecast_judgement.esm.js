// Copyright 2026 Omni Suite contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import {Component, onWillStart, useState} from "@odoo/owl";
import {formatFloat, formatPercentage} from "@web/views/fields/formatters";
import {Layout} from "@web/search/layout";
import {MeasuredTable} from "./measured_table.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const SHARES = ["wape", "bias"];

/** The staircase of forecast value added: naive → statistical → override → consensus. */
export class ForecastJudgement extends Component {
    static template = "omni_forecast.Judgement";
    static components = {Layout, MeasuredTable};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const {params = {}, context = {}} = this.props.action;
        this.state = useState({
            plans: [],
            planId: params.plan_id || context.active_plan_id || false,
            basis: false,
            group: "abc",
            measure: "wape",
            data: {stages: [], total: {}, groups: [], counts: {}},
            ready: false,
        });
        onWillStart(async () => {
            this.state.plans = await this.orm.searchRead(
                "forecast.plan",
                [],
                ["display_name"]
            );
            if (this.state.plans.length === 1) {
                this.state.planId = this.state.plans[0].id;
            }
            await this.load();
        });
    }

    get display() {
        return {controlPanel: {}};
    }

    get bases() {
        return [
            ["lead", _t("Measured, at lead time")],
            ["first", _t("Measured, next period")],
            ["backtest", _t("Backtest")],
        ];
    }

    get groups() {
        return [
            ["abc", _t("ABC class")],
            ["demand_class", _t("Demand class")],
            ["categ_id", _t("Category")],
            ["author_id", _t("Author")],
            ["warehouse_id", _t("Warehouse")],
        ];
    }

    get measures() {
        return [
            ["wape", "WAPE"],
            ["mase", "MASE"],
            ["rmsse", "RMSSE"],
            ["bias", _t("Bias")],
        ];
    }

    get explanation() {
        return {
            wape: _t(
                "Sum of absolute errors over the sum of demand; smaller is better."
            ),
            mase: _t(
                "Mean absolute error over that of the seasonal naive forecast inside the history; smaller is better, under 1 beats it."
            ),
            rmsse: _t(
                "Root mean squared error, scaled; smaller is better. The measure for intermittent demand."
            ),
            bias: _t(
                "Sum of forecast − actual over the sum of demand: + means forecast too high, − too low; nearer to zero is better."
            ),
        }[this.state.measure];
    }

    get basisExplanation() {
        return {
            lead: _t(
                "Forecasts of earlier runs, made one lead time ahead: the last ones that could still change what was ordered."
            ),
            first: _t("Forecasts of earlier runs for the period that ran then."),
            backtest: _t(
                "Not measured but tried out: what the engine would have said in the past. People's changes cannot be judged this way."
            ),
        }[this.state.basis];
    }

    async load() {
        const {planId, group} = this.state;
        const ask = (basis) =>
            this.orm.call("forecast.value.added", "get_staircase", [
                planId,
                basis,
                group,
            ]);
        let data = await ask(this.state.basis || "lead");
        if (!this.state.basis) {
            // What has been measured is worth more than what was tried out
            this.state.basis = data.counts.lead
                ? "lead"
                : data.counts.first
                  ? "first"
                  : "backtest";
            if (this.state.basis !== "lead") {
                data = await ask(this.state.basis);
            }
        }
        this.state.data = data;
        this.state.ready = true;
    }

    async set(name, value) {
        this.state[name] = value;
        if (name === "planId") {
            this.state.basis = false;
        }
        if (name !== "measure") {
            await this.load();
        }
    }

    onPlan(ev) {
        return this.set("planId", parseInt(ev.target.value, 10) || false);
    }

    onGroup(ev) {
        return this.set("group", ev.target.value);
    }

    value(stages, stage) {
        const found = stages[stage];
        const value = found && found[this.state.measure];
        return value === undefined || value === null ? null : value;
    }

    format(value, signed = false) {
        if (value === null) {
            return "–";
        }
        const sign = signed && value > 0 ? "+" : "";
        return SHARES.includes(this.state.measure)
            ? sign + formatPercentage(value, {digits: [16, 1]})
            : sign + formatFloat(value, {digits: [16, 3]});
    }

    /** A difference of two values: of shares in percentage points. */
    difference(value, signed = false) {
        if (value === null || !SHARES.includes(this.state.measure)) {
            return this.format(value, signed);
        }
        const sign = signed && value > 0 ? "+" : "";
        return _t("%s points", sign + formatFloat(100 * value, {digits: [16, 1]}));
    }

    show(value) {
        return this.format(value, this.state.measure === "bias");
    }

    /** How much better a stage is than the one before; positive is better. */
    added(stages, from, to) {
        const [before, after] = [this.value(stages, from), this.value(stages, to)];
        return before === null || after === null
            ? null
            : Math.abs(before) - Math.abs(after);
    }

    tone(added) {
        if (added === null || Math.abs(added) < 0.0005) {
            return "text-muted";
        }
        return added > 0 ? "text-success" : "text-danger";
    }

    /** The steps of the staircase, with heights in percent. */
    get steps() {
        const {stages, total} = this.state.data;
        const shown = stages.filter(([name]) => this.value(total, name) !== null);
        const top = Math.max(
            ...shown.map(([name]) => Math.abs(this.value(total, name))),
            1e-9
        );
        return shown.map(([name, label], index) => {
            const value = this.value(total, name);
            const before = index ? shown[index - 1][0] : null;
            return {
                name,
                label,
                value,
                height: Math.max(2, (100 * Math.abs(value)) / top),
                ...this.change(before ? this.added(total, before, name) : null),
                units: total[name].bias_units,
                periods: total[name].periods,
            };
        });
    }

    /** What a step changed, in words. */
    change(added) {
        const size = this.difference(Math.abs(added));
        if (added === null || Math.abs(added) < 0.0005) {
            return {added, change: added === null ? "" : _t("no change"), title: ""};
        }
        return added > 0
            ? {
                  added,
                  change: _t("▼ %s better", size),
                  title: _t("Better than the step before"),
              }
            : {
                  added,
                  change: _t("▲ %s worse", size),
                  title: _t("Worse than the step before"),
              };
    }

    get summary() {
        const size = this.difference(Math.abs(this.best));
        return this.best > 0
            ? _t(
                  "Altogether the steps take %s of error away from the naive forecast.",
                  size
              )
            : _t("Altogether the steps add %s of error to the naive forecast.", size);
    }

    get best() {
        const steps = this.steps;
        return steps.length > 1
            ? this.added(this.state.data.total, steps[0].name, steps.at(-1).name)
            : null;
    }

    open(group = null) {
        const {planId, basis} = this.state;
        const domain = planId ? [["plan_id", "=", planId]] : [];
        if (group) {
            const name =
                basis === "backtest" && this.state.group === "categ_id"
                    ? "product_id.categ_id"
                    : this.state.group;
            domain.push([name, "=", group.value]);
        }
        if (basis === "backtest") {
            return this.openList("forecast.series", _t("Forecasts"), domain);
        }
        domain.push(basis === "lead" ? ["is_lead", "=", true] : ["lag", "=", 1]);
        return this.openList("forecast.outcome", _t("Forecast against Actual"), domain);
    }

    openList(model, name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            name,
            domain,
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }

    openFigures() {
        return this.action.doAction("omni_forecast.action_forecast_value_added", {
            additionalContext: {
                search_default_backtest: this.state.basis === "backtest" ? 1 : 0,
                search_default_lead: this.state.basis === "lead" ? 1 : 0,
                search_default_first: this.state.basis === "first" ? 1 : 0,
            },
        });
    }
}

registry.category("actions").add("omni_forecast.judgement", ForecastJudgement);
