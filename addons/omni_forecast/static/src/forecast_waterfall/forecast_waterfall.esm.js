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
import {parseFloat as parseNumber} from "@web/views/fields/parsers";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const LEVELS = ["baseline", "final"];
// Okabe and Ito: told apart with every kind of colour vision
const COLOURS = {level: "#0072B2", up: "#009E73", down: "#D55E00"};

export class ForecastWaterfall extends Component {
    static template = "omni_forecast.ForecastWaterfall";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.canvas = useRef("canvas");
        this.state = useState({
            data: null,
            shown: "all",
            edits: {},
            picked: {},
            mode: "percent",
            value: "",
            reason: "",
            missing: false,
            busy: false,
        });
        onWillStart(async () => {
            await Promise.all([loadBundle("web.chartjs_lib"), this.load(this.props)]);
        });
        onWillUpdateProps((next) => this.load(next));
        useEffect(
            () => {
                this.draw();
                return () => this.chart?.destroy();
            },
            () => [this.state.data, this.state.shown]
        );
    }

    async load(props) {
        const id = props.record.resId;
        this.take(
            id ? await this.orm.call("forecast.series", "get_waterfall", [id]) : null
        );
    }

    take(data) {
        Object.assign(this.state, {data, edits: {}, picked: {}, reason: "", value: ""});
        this.state.missing = false;
        if (data && !data.periods.some((one) => one.date === this.state.shown)) {
            this.state.shown = "all";
        }
    }

    get periods() {
        return this.state.data?.periods || [];
    }

    get steps() {
        return this.state.data.steps.filter(
            ([name]) =>
                LEVELS.includes(name) ||
                this.periods.some((one) => Math.abs(one[name]) > 5e-3)
        );
    }

    get isDirty() {
        return Object.keys(this.state.edits).length > 0;
    }

    get hasOverrides() {
        return this.periods.some((one) => one.overridden);
    }

    get pickedDays() {
        const days = this.periods
            .map((one) => one.date)
            .filter((day) => this.state.picked[day]);
        return days.length ? days : this.periods.map((one) => one.date);
    }

    label(day) {
        return this.state.data.grain === "month" ? day.slice(0, 7) : day;
    }

    isChange(name) {
        return !LEVELS.includes(name);
    }

    number(value, sign = false) {
        const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 1;
        const rounded = Number(value.toFixed(digits));
        if (sign && !rounded) {
            return "–";
        }
        const text = formatFloat(rounded, {digits: [16, digits], ...localization});
        return sign && rounded > 0 ? `+${text}` : text;
    }

    total(name) {
        return this.periods.reduce((sum, one) => sum + one[name], 0);
    }

    inputValue(period) {
        const edit = this.state.edits[period.date];
        return edit === undefined
            ? formatFloat(period.final, {digits: [16, 2], trailingZeros: false})
            : edit;
    }

    onInput(period, ev) {
        this.state.edits[period.date] = ev.target.value;
    }

    pick(period, ev) {
        this.state.picked[period.date] = ev.target.checked;
    }

    parse(text) {
        try {
            const value = parseNumber(text);
            return Number.isFinite(value) ? value : null;
        } catch {
            return null;
        }
    }

    current(period) {
        const edit = this.state.edits[period.date];
        return edit === undefined ? period.final : (this.parse(edit) ?? period.final);
    }

    fill() {
        const value = this.parse(this.state.value);
        if (value === null) {
            this.notification.add(_t("Enter a number first."), {type: "warning"});
            return;
        }
        const days = new Set(this.pickedDays);
        for (const period of this.periods.filter((one) => days.has(one.date))) {
            const now = this.current(period);
            const wanted = {
                percent: now * (1 + value / 100),
                add: now + value,
                set: value,
            }[this.state.mode];
            this.state.edits[period.date] = formatFloat(Math.max(0, wanted), {
                digits: [16, 2],
                trailingZeros: false,
            });
        }
    }

    async save() {
        const quantities = [];
        for (const [day, text] of Object.entries(this.state.edits)) {
            const value = this.parse(text);
            if (value === null || value < 0) {
                this.notification.add(
                    _t("%(period)s: “%(text)s” is not a quantity.", {
                        period: this.label(day),
                        text,
                    }),
                    {type: "danger"}
                );
                return;
            }
            quantities.push([day, value]);
        }
        if (!this.state.reason.trim()) {
            this.state.missing = true;
            return;
        }
        await this.call("set_overrides", [quantities, this.state.reason]);
    }

    async call(method, args) {
        this.state.busy = true;
        try {
            const id = this.props.record.resId;
            this.take(await this.orm.call("forecast.series", method, [id, ...args]));
            // the chart above and the figures show the final forecast too
            await this.props.record.load();
            this.env.bus?.trigger("FORECAST:CHANGED", {seriesId: id});
        } finally {
            this.state.busy = false;
        }
    }

    discard() {
        this.take(this.state.data);
    }

    undo(period) {
        return this.call("undo_overrides", [[period.date]]);
    }

    reset() {
        return this.call("reset_overrides", [this.periods.map((one) => one.date)]);
    }

    get chartTitle() {
        return this.state.shown === "all"
            ? _t("All periods together")
            : this.label(this.state.shown);
    }

    bars() {
        const value = (name) =>
            this.state.shown === "all"
                ? this.total(name)
                : this.periods.find((one) => one.date === this.state.shown)[name];
        let level = 0;
        return this.steps.map(([name, label]) => {
            const amount = value(name);
            if (!this.isChange(name)) {
                level = amount;
                return {label, range: [0, amount], amount, colour: COLOURS.level};
            }
            const start = level;
            level += amount;
            return {
                label,
                range: [start, level],
                amount,
                colour: amount < 0 ? COLOURS.down : COLOURS.up,
                change: true,
            };
        });
    }

    draw() {
        this.chart?.destroy();
        if (!this.canvas.el || !this.periods.length) {
            return;
        }
        const bars = this.bars();
        const dark = cookie.get("color_scheme") === "dark";
        const text = dark ? "#E4E4E4" : "#374151";
        const grid = dark ? "#3C3E4B" : "#E5E7EB";
        const {unit} = this.state.data;
        this.chart = new Chart(this.canvas.el, {
            type: "bar",
            data: {
                labels: bars.map((bar) => bar.label),
                datasets: [
                    {
                        data: bars.map((bar) => bar.range),
                        backgroundColor: bars.map((bar) => bar.colour),
                        minBarLength: 2,
                        maxBarThickness: 70,
                    },
                ],
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                plugins: {
                    legend: {display: false},
                    tooltip: {
                        callbacks: {
                            label: ({dataIndex}) => {
                                const bar = bars[dataIndex];
                                return `${this.number(bar.amount, bar.change)} ${unit}`;
                            },
                        },
                    },
                },
                scales: {
                    x: {ticks: {color: text, autoSkip: false}, grid: {display: false}},
                    y: {
                        title: {display: true, text: unit, color: text},
                        ticks: {color: text, callback: (value) => this.number(value)},
                        grid: {color: grid},
                    },
                },
            },
        });
    }
}

export const forecastWaterfall = {component: ForecastWaterfall};
registry.category("view_widgets").add("forecast_waterfall", forecastWaterfall);
