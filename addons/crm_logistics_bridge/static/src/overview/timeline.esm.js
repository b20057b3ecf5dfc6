/* Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component, onMounted, onWillUpdateProps, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {useService} from "@web/core/utils/hooks";

const ICONS = {
    quotation: "fa-file-text-o",
    order: "fa-shopping-cart",
    cancelled: "fa-ban",
    picked: "fa-hand-paper-o",
    packed: "fa-cube",
    shipped: "fa-truck",
    handed_over: "fa-exchange",
    carrier: "fa-map-marker",
    delivered: "fa-check-circle",
    expected: "fa-clock-o",
    return_received: "fa-reply",
    rma: "fa-undo",
    ticket: "fa-life-ring",
    ticket_closed: "fa-check",
    message: "fa-envelope-o",
    rating: "fa-star-o",
    return_inspected: "fa-search",
    refunded: "fa-money",
};

/** The history of a customer, or of one order or ticket, newest first. */
export class LogisticsTimeline extends Component {
    static template = "crm_logistics_bridge.Timeline";
    static props = {
        partnerId: {type: [Number, Boolean]},
        orderId: {type: [Number, Boolean], optional: true},
        pageSize: {type: Number, optional: true},
    };
    static defaultProps = {pageSize: 20};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            status: "loading",
            events: [],
            more: false,
            error: "",
            kind: "",
        });
        onMounted(() => this.load(this.props, true));
        onWillUpdateProps((next) => {
            if (
                next.partnerId !== this.props.partnerId ||
                next.orderId !== this.props.orderId
            ) {
                this.load(next, true);
            }
        });
    }

    async load(props, fresh) {
        if (fresh) {
            Object.assign(this.state, {status: "loading", events: [], more: false});
        }
        if (!props.partnerId) {
            this.state.status = "ready";
            return;
        }
        const {kind} = this.state;
        try {
            const page = await this.orm.silent.call(
                "logistics.timeline.event",
                "get_timeline",
                [props.partnerId],
                {
                    limit: props.pageSize,
                    offset: this.state.events.length,
                    order_id: props.orderId || false,
                    kind: kind || false,
                }
            );
            if (kind !== this.state.kind) {
                // Another filter was chosen meanwhile
                return;
            }
            this.state.events.push(...page.events);
            this.state.more = page.has_more;
            this.state.status = "ready";
        } catch (error) {
            this.state.status = "error";
            this.state.error = error.data?.message || error.message || "";
        }
    }

    get kinds() {
        return [
            {code: "", label: _t("All")},
            {code: "order", label: _t("Orders")},
            {code: "delivery", label: _t("Deliveries")},
            {code: "return", label: _t("Returns")},
            {code: "ticket", label: _t("Tickets and messages")},
        ];
    }

    filter(kind) {
        this.state.kind = kind;
        return this.load(this.props, true);
    }

    showMore() {
        return this.load(this.props, false);
    }

    /** Events under their day, in the user's time zone and language. */
    get days() {
        const days = [];
        for (const event of this.state.events) {
            const date = deserializeDateTime(event.date);
            const key = date.toISODate();
            if (!days.length || days[days.length - 1].key !== key) {
                days.push({
                    key,
                    label: date.toLocaleString({
                        year: "numeric",
                        month: "short",
                        day: "numeric",
                        weekday: "short",
                    }),
                    events: [],
                });
            }
            days[days.length - 1].events.push({
                ...event,
                // Carriers' hand-over is known by its day only
                time:
                    event.type === "handed_over"
                        ? ""
                        : date.toLocaleString({hour: "2-digit", minute: "2-digit"}),
                icon: ICONS[event.type] || "fa-circle-o",
            });
        }
        return days;
    }

    async open(event) {
        const action = await this.orm.call(
            "logistics.timeline.event",
            "action_open_document",
            [[event.id]]
        );
        return this.action.doAction(action);
    }
}
