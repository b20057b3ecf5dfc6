/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {
    Component,
    onWillStart,
    onWillUpdateProps,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {cookie} from "@web/core/browser/cookie";
import {formatFloat} from "@web/core/utils/numbers";
import {loadBundle} from "@web/core/assets";
import {localization} from "@web/core/l10n/localization";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

// Okabe and Ito's palette: told apart with every kind of colour vision.
const PALETTE = ["#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8A6D00"];
const DASHES = [
    [6, 3],
    [2, 2],
    [8, 3, 2, 3],
    [4, 4],
    [10, 4],
    [1, 3],
];
const FORECAST = "#0072B2";

export class ForecastChart extends Component {
    static template = "omni_forecast.ForecastChart";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.canvas = useRef("canvas");
        this.state = useState({data: null, shown: {}, bands: true, error: ""});
        onWillStart(async () => {
            await Promise.all([loadBundle("web.chartjs_lib"), this.load(this.props)]);
        });
        onWillUpdateProps((next) => {
            if (next.record.resId !== this.props.record.resId) {
                return this.load(next);
            }
        });
        useEffect(
            () => {
                this.draw();
                return () => this.chart?.destroy();
            },
            () => [this.state.data, this.state.bands, JSON.stringify(this.state.shown)]
        );
    }

    async load(props) {
        this.state.data = props.record.resId
            ? await this.orm.call("forecast.series", "get_chart_data", [
                  props.record.resId,
              ])
            : null;
        this.state.shown = {};
    }

    get isEmpty() {
        return !this.state.data?.labels.length;
    }

    get models() {
        const {models, chosen, labels_of_models} = this.state.data;
        return Object.keys(models)
            .filter((name) => name !== chosen)
            .map((name) => ({name, label: labels_of_models[name] || name}));
    }

    get chosenLabel() {
        const {labels_of_models, chosen} = this.state.data;
        return labels_of_models[chosen] || chosen;
    }

    get description() {
        const {data} = this.state;
        const ahead = data.mean.filter((value) => value !== null);
        return _t(
            "Chart: %(past)s periods of demand, then %(ahead)s periods of forecast with 80 and 95 percent bands.",
            {past: data.labels.length - ahead.length, ahead: ahead.length}
        );
    }

    colorOf(name) {
        const index = this.models.findIndex((model) => model.name === name);
        return PALETTE[index % PALETTE.length];
    }

    toggle(name) {
        this.state.shown[name] = !this.state.shown[name];
    }

    toggleBands() {
        this.state.bands = !this.state.bands;
    }

    label(day) {
        const date = luxon.DateTime.fromISO(day);
        return this.state.data.grain === "month"
            ? date.toFormat("yyyy-MM")
            : date.toFormat("yyyy-MM-dd");
    }

    number(value) {
        const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 1;
        return formatFloat(value, {digits: [16, digits], ...localization});
    }

    band(label, data, alpha, fill) {
        return {
            label,
            data,
            fill,
            borderWidth: 0,
            pointRadius: 0,
            pointHitRadius: 0,
            backgroundColor: `rgba(0, 114, 178, ${alpha})`,
            isBand: true,
        };
    }

    datasets() {
        const {data} = this.state;
        const dark = cookie.get("color_scheme") === "dark";
        const sets = [
            {
                label: _t("Demand"),
                data: data.history,
                borderColor: dark ? "#E4E4E4" : "#374151",
                backgroundColor: dark ? "#E4E4E4" : "#374151",
                borderWidth: 2,
                pointRadius: data.labels.length > 80 ? 0 : 2,
                tension: 0,
            },
            {
                label: _t("Forecast"),
                data: data.mean,
                borderColor: FORECAST,
                backgroundColor: FORECAST,
                borderWidth: 3,
                pointRadius: data.labels.length > 80 ? 0 : 3,
                tension: 0,
            },
        ];
        if (this.state.bands) {
            sets.push(
                this.band("hi80", data.hi80, 0.28, "+1"),
                this.band("lo80", data.lo80, 0.28, false),
                this.band("hi95", data.hi95, 0.14, "+1"),
                this.band("lo95", data.lo95, 0.14, false)
            );
        }
        this.models.forEach(({name, label}, index) => {
            if (this.state.shown[name]) {
                sets.push({
                    label,
                    data: data.models[name],
                    borderColor: this.colorOf(name),
                    backgroundColor: this.colorOf(name),
                    borderDash: DASHES[index % DASHES.length],
                    borderWidth: 2,
                    pointRadius: 0,
                });
            }
        });
        return sets;
    }

    draw() {
        if (!this.canvas.el || this.isEmpty) {
            return;
        }
        const {data} = this.state;
        const dark = cookie.get("color_scheme") === "dark";
        const text = dark ? "#E4E4E4" : "#374151";
        const grid = dark ? "#3C3E4B" : "#E5E7EB";
        this.chart?.destroy();
        this.chart = new Chart(this.canvas.el, {
            type: "line",
            data: {
                labels: data.labels.map((day) => this.label(day)),
                datasets: this.datasets(),
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: {mode: "index", intersect: false},
                plugins: {
                    legend: {display: false},
                    tooltip: {
                        filter: (item) =>
                            !item.dataset.isBand && item.parsed.y !== null,
                        callbacks: {
                            label: (item) =>
                                `${item.dataset.label}: ${this.number(item.parsed.y)} ${data.unit}`,
                            footer: (items) => this.bandText(items[0]?.dataIndex),
                        },
                    },
                },
                scales: {
                    x: {
                        ticks: {color: text, maxRotation: 0, autoSkipPadding: 12},
                        grid: {display: false},
                    },
                    y: {
                        beginAtZero: true,
                        title: {display: true, text: data.unit, color: text},
                        ticks: {color: text, callback: (value) => this.number(value)},
                        grid: {color: grid},
                    },
                },
            },
        });
    }

    bandText(index) {
        const {data} = this.state;
        if (index === undefined || data.mean[index] === null) {
            return "";
        }
        const range = (low, high) =>
            `${this.number(data[low][index])} – ${this.number(data[high][index])}`;
        return [`80 %: ${range("lo80", "hi80")}`, `95 %: ${range("lo95", "hi95")}`];
    }
}

export const forecastChart = {component: ForecastChart};
registry.category("view_widgets").add("forecast_chart", forecastChart);
