// Copyright 2026 Omni Suite contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatPercentage} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

// Shares may miss the promise by this much before they are marked; it is what the
// intervals are built to keep.
const TOLERANCE = 0.03;

/** What a plan promises beside what was measured, by ABC class. */
export class MeasuredTable extends Component {
    static template = "omni_forecast.MeasuredTable";
    static props = {planId: Number, runKey: {optional: true}};

    setup() {
        this.orm = useService("orm");
        this.state = useState({rows: []});
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((props) => this.load(props));
    }

    async load({planId}) {
        this.state.rows = await this.orm.call("forecast.plan", "get_measured", [
            [planId],
        ]);
    }

    /** One table per basis. */
    get tables() {
        return [
            {
                basis: "outcome",
                title: _t("Measured on the demand that came"),
                hint: _t(
                    "What earlier runs promised against the demand of the periods since."
                ),
            },
            {
                basis: "backtest",
                title: _t("Measured in the backtest"),
                hint: _t(
                    "What the same method would have promised in the past, against the demand that is known today."
                ),
            },
        ]
            .map((table) => ({
                ...table,
                rows: this.state.rows.filter((row) => row.basis === table.basis),
            }))
            .filter((table) => table.rows.length);
    }

    label(row) {
        return row.abc || _t("All");
    }

    percent(value) {
        return value === null || value === undefined || value === false
            ? "–"
            : formatPercentage(value, {digits: [16, 1]});
    }

    /** Colour of a measured share: only where enough was judged to say so. */
    tone({promised, checks}, measured) {
        if (measured === null || checks < 30) {
            return "text-muted";
        }
        return measured < promised - TOLERANCE ? "text-danger fw-bold" : "text-success";
    }
}

/** The same table on the plan's form. */
export class MeasuredWidget extends Component {
    static template = "omni_forecast.MeasuredWidget";
    static components = {MeasuredTable};
    static props = {...standardWidgetProps};
}

registry.category("view_widgets").add("forecast_measured", {
    component: MeasuredWidget,
    fieldDependencies: [{name: "run_date", type: "datetime"}],
});
