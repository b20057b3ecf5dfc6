/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component, onWillStart, useEffect, useRef} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {cookie} from "@web/core/browser/cookie";
import {formatFloat} from "@web/core/utils/numbers";
import {loadBundle} from "@web/core/assets";
import {localization} from "@web/core/l10n/localization";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const ON_TIME = "#0072B2";
const LATE = "#D55E00";

/** Units wanted by day: what goes on time, what is late, and the stock left. */
export class ForecastPromiseChart extends Component {
    static template = "omni_forecast.ForecastPromiseChart";
    static props = {...standardWidgetProps};

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                this.draw();
                return () => this.chart?.destroy();
            },
            () => [JSON.stringify(this.daily)]
        );
    }

    get daily() {
        return this.props.record.data.daily || {days: []};
    }

    get isEmpty() {
        return !this.daily.days.length;
    }

    get description() {
        return _t(
            "Chart: units wanted on each day, split into those delivered on time and late, and the stock left."
        );
    }

    label(day) {
        return luxon.DateTime.fromISO(day).toFormat("MM-dd");
    }

    number(value) {
        const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 1;
        return formatFloat(value, {digits: [16, digits], ...localization});
    }

    draw() {
        if (!this.canvas.el || this.isEmpty) {
            return;
        }
        const {days, demand, on_time: onTime, stock} = this.daily;
        const dark = cookie.get("color_scheme") === "dark";
        const text = dark ? "#E4E4E4" : "#374151";
        const grid = dark ? "#3C3E4B" : "#E5E7EB";
        const late = demand.map((value, index) => Math.max(value - onTime[index], 0));
        this.chart?.destroy();
        this.chart = new Chart(this.canvas.el, {
            data: {
                labels: days.map((day) => this.label(day)),
                datasets: [
                    {
                        type: "line",
                        label: _t("Stock"),
                        data: stock,
                        yAxisID: "stock",
                        borderColor: text,
                        backgroundColor: text,
                        borderDash: [5, 3],
                        borderWidth: 2,
                        pointRadius: 0,
                        stepped: true,
                    },
                    {
                        type: "bar",
                        label: _t("On time"),
                        data: onTime,
                        stack: "demand",
                        backgroundColor: ON_TIME,
                    },
                    {
                        type: "bar",
                        label: _t("Late"),
                        data: late,
                        stack: "demand",
                        backgroundColor: LATE,
                    },
                ],
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: {mode: "index", intersect: false},
                plugins: {
                    legend: {labels: {color: text, boxWidth: 14}},
                    tooltip: {
                        callbacks: {
                            label: (item) =>
                                `${item.dataset.label}: ${this.number(item.parsed.y)}`,
                        },
                    },
                },
                scales: {
                    x: {
                        stacked: true,
                        ticks: {color: text, maxRotation: 0, autoSkipPadding: 12},
                        grid: {display: false},
                    },
                    y: {
                        stacked: true,
                        beginAtZero: true,
                        title: {display: true, text: _t("Units a day"), color: text},
                        ticks: {color: text, callback: (value) => this.number(value)},
                        grid: {color: grid},
                    },
                    stock: {
                        position: "right",
                        beginAtZero: true,
                        title: {display: true, text: _t("Stock"), color: text},
                        ticks: {color: text, callback: (value) => this.number(value)},
                        grid: {display: false},
                    },
                },
            },
        });
    }
}

export const forecastPromiseChart = {
    component: ForecastPromiseChart,
    fieldDependencies: [{name: "daily", type: "json"}],
};
registry.category("view_widgets").add("forecast_promise_chart", forecastPromiseChart);
