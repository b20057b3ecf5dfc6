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
import {eventMarks, holidayMarks} from "./chart_marks.esm";
import {useBus, useService} from "@web/core/utils/hooks";
import {_t} from "@web/core/l10n/translation";
import {cookie} from "@web/core/browser/cookie";
import {formatFloat} from "@web/core/utils/numbers";
import {loadBundle} from "@web/core/assets";
import {localization} from "@web/core/l10n/localization";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

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
const FLAG = "#D55E00";
const GREY = "#9CA3AF";

export class ForecastChart extends Component {
    static template = "omni_forecast.ForecastChart";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.canvas = useRef("canvas");
        this.state = useState({
            data: null,
            shown: {},
            bands: true,
            events: true,
            earlier: false,
            cleaned: false,
        });
        onWillStart(async () => {
            await Promise.all([loadBundle("web.chartjs_lib"), this.load(this.props)]);
        });
        onWillUpdateProps((next) => {
            if (next.record.resId !== this.props.record.resId) {
                this.state.shown = {};
                return this.load(next);
            }
        });
        // an override in the grid below changes the forecast
        useBus(this.env.bus, "FORECAST:CHANGED", ({detail}) => {
            if (detail.seriesId === this.props.record.resId) {
                return this.load(this.props);
            }
        });
        useEffect(
            () => {
                this.draw();
                return () => this.chart?.destroy();
            },
            () => [JSON.stringify(this.state)]
        );
    }

    async load(props) {
        this.state.data = props.record.resId
            ? await this.orm.call(props.record.resModel, "get_chart_data", [
                  props.record.resId,
              ])
            : null;
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

    flip(name) {
        this.state[name] = !this.state[name];
    }

    get hasFlags() {
        return Object.keys(this.state.data.flags).length > 0;
    }

    get hasAdjustments() {
        const {mean, baseline} = this.state.data;
        return mean.some(
            (value, index) => value !== null && Math.abs(value - baseline[index]) > 1e-6
        );
    }

    flagText(flag) {
        return (
            {
                stockout: _t("Out of stock: demand is estimated"),
                outlier: _t("Outlier: limited for the forecast"),
                event: _t("Event: taken out for the forecast"),
            }[flag] || flag
        );
    }

    /** A period clicked in the chart is the one to change in the grid below. */
    edit(index) {
        const day = this.state.data.labels[index];
        const input = document.querySelector(
            `.o_forecast_waterfall .o_forecast_final[data-period="${day}"]`
        );
        if (input) {
            input.scrollIntoView({block: "center", behavior: "smooth"});
            input.focus({preventScroll: true});
            input.select();
        }
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
        if (this.hasAdjustments) {
            sets.push({
                label: _t("Statistical forecast"),
                data: data.baseline,
                borderColor: FORECAST,
                backgroundColor: FORECAST,
                borderDash: [3, 3],
                borderWidth: 1.5,
                pointRadius: 0,
            });
        }
        sets.push(...this.markSets(dark ? "#E4E4E4" : "#374151"));
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

    /** Points on the curves: flags of the past, changes by people, earlier forecasts. */
    markSets(ink) {
        const {data} = this.state;
        const sets = [];
        const at = (indices, curve) =>
            data.labels.map((day, index) => (indices.has(index) ? curve[index] : null));
        const points = (label, indices, curve, style) => ({
            label,
            data: at(indices, curve),
            showLine: false,
            isMark: true,
            pointRadius: 7,
            pointHoverRadius: 8,
            borderWidth: 2,
            ...style,
        });
        const flagged = new Map();
        for (const [index, flags] of Object.entries(data.flags)) {
            for (const flag of flags) {
                flagged.set(flag, (flagged.get(flag) || new Set()).add(Number(index)));
            }
        }
        const styles = {
            stockout: {
                pointStyle: "triangle",
                borderColor: FLAG,
                backgroundColor: "transparent",
            },
            outlier: {pointStyle: "crossRot", borderColor: FLAG, backgroundColor: FLAG},
        };
        for (const [flag, style] of Object.entries(styles)) {
            if (flagged.has(flag)) {
                sets.push(
                    points(this.flagText(flag), flagged.get(flag), data.history, style)
                );
            }
        }
        const changed = new Set(Object.keys(data.overrides).map(Number));
        if (changed.size) {
            sets.push(
                points(_t("Changed by people"), changed, data.mean, {
                    pointStyle: "rectRot",
                    borderColor: ink,
                    backgroundColor: "#E69F00",
                })
            );
        }
        if (this.state.cleaned && data.cleaned.length) {
            sets.push({
                label: _t("Demand as the forecast saw it"),
                data: data.cleaned,
                borderColor: "#CC79A7",
                backgroundColor: "#CC79A7",
                borderDash: [2, 3],
                borderWidth: 2,
                pointRadius: 0,
            });
        }
        if (this.state.earlier) {
            data.earlier.forEach(({start, values}, age) =>
                sets.push({
                    label: _t("Forecast of %s", this.label(start)),
                    data: values,
                    borderColor: GREY,
                    backgroundColor: GREY,
                    borderWidth: age ? 1 : 2,
                    borderDash: age ? [2, 4] : [],
                    pointRadius: age ? 0 : 2,
                })
            );
        }
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
            plugins: this.state.events
                ? [
                      eventMarks(data.events, text),
                      holidayMarks(data.holidays, "#CC79A7"),
                  ]
                : [],
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: {mode: "index", intersect: false},
                onClick: (event, elements) => {
                    const index = elements[0]?.index;
                    if (
                        data.editable &&
                        index !== undefined &&
                        data.mean[index] !== null
                    ) {
                        this.edit(index);
                    }
                },
                plugins: {
                    legend: {display: false},
                    tooltip: {
                        filter: (item) =>
                            !item.dataset.isBand && item.parsed.y !== null,
                        callbacks: {
                            label: (item) =>
                                item.dataset.isMark
                                    ? item.dataset.label
                                    : `${item.dataset.label}: ${this.number(item.parsed.y)} ${data.unit}`,
                            footer: (items) => this.footer(items[0]?.dataIndex),
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

    footer(index) {
        if (index === undefined) {
            return "";
        }
        const {data} = this.state;
        const lines = [...this.bandText(index)];
        if (this.state.events) {
            for (const event of data.events) {
                if (event.first <= index && index <= event.last) {
                    const percent = Math.round(100 * event.uplift);
                    lines.push(`${event.name} (${percent > 0 ? "+" : ""}${percent} %)`);
                }
            }
            for (const holiday of data.holidays) {
                if (holiday.index === index) {
                    lines.push(holiday.name);
                }
            }
        }
        if ((data.flags[index] || []).includes("event")) {
            lines.push(this.flagText("event"));
        }
        for (const {kind, author, reason} of data.overrides[index] || []) {
            lines.push([kind, author, reason].filter(Boolean).join(" – "));
        }
        return lines;
    }

    bandText(index) {
        const {data} = this.state;
        if (index === undefined || data.mean[index] === null) {
            return [];
        }
        const range = (low, high) =>
            `${this.number(data[low][index])} – ${this.number(data[high][index])}`;
        return [`80 %: ${range("lo80", "hi80")}`, `95 %: ${range("lo95", "hi95")}`];
    }
}

export const forecastChart = {component: ForecastChart};
registry.category("view_widgets").add("forecast_chart", forecastChart);
