/* Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component, onMounted, onWillUpdateProps, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {useService} from "@web/core/utils/hooks";
import {LogisticsQuickAction} from "./quick_action.esm";
import {LogisticsTimeline} from "./timeline.esm";

/**
 * What is going on with a customer, from one call of
 * res.partner.get_logistics_overview.
 */
export class LogisticsOverview extends Component {
    static template = "crm_logistics_bridge.Overview";
    static components = {LogisticsTimeline};
    static props = {
        partnerId: {type: [Number, Boolean]},
        withTimeline: {type: Boolean, optional: true},
        withHeader: {type: Boolean, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({
            status: "loading",
            data: null,
            error: "",
            history: false,
        });
        onMounted(() => this.load(this.props.partnerId));
        onWillUpdateProps((next) => {
            if (next.partnerId !== this.props.partnerId) {
                this.load(next.partnerId);
            }
        });
    }

    async load(partnerId) {
        this.state.status = partnerId ? "loading" : "nobody";
        this.state.data = null;
        if (!partnerId) {
            return;
        }
        try {
            const data = await this.orm.silent.call(
                "res.partner",
                "get_logistics_overview",
                [partnerId]
            );
            if (partnerId === this.props.partnerId || !this.state.data) {
                this.state.data = data;
                this.state.status = data ? "ready" : "nobody";
            }
        } catch (error) {
            this.state.status = "error";
            this.state.error = error.data?.message || error.message || "";
        }
    }

    get nothing() {
        const data = this.state.data;
        return (
            !data.orders.length &&
            !data.arrivals.length &&
            !data.returns.length &&
            !data.tickets.length &&
            !data.value.length
        );
    }

    day(value) {
        return value
            ? deserializeDateTime(value).toLocaleString({
                  month: "short",
                  day: "numeric",
                  weekday: "short",
              })
            : "";
    }

    year(value) {
        return value
            ? deserializeDateTime(value).toLocaleString({
                  year: "numeric",
                  month: "short",
              })
            : "";
    }

    /** Expected to latest, as one range when they fall on different days. */
    range(row) {
        const first = this.day(row.eta);
        const last = this.day(row.latest);
        return last && last !== first ? `${first} – ${last}` : first;
    }

    open(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
            target: "current",
        });
    }

    async createReturn(orderId) {
        const action = await this.orm.call("sale.order", "action_create_rma", [
            [orderId],
        ]);
        return this.action.doAction(action, {
            onClose: () => this.load(this.props.partnerId),
        });
    }

    quickAction(orderId) {
        this.dialog.add(LogisticsQuickAction, {
            partnerId: this.props.partnerId,
            orderId,
            done: () => this.load(this.props.partnerId),
        });
    }

    async copyTracking(tracking) {
        try {
            await browser.navigator.clipboard.writeText(tracking);
            this.notification.add(_t("Tracking number %s copied", tracking), {
                type: "success",
            });
        } catch {
            // Browsers refuse the clipboard outside of https: show it for copying by hand
            this.notification.add(tracking, {
                title: _t("Tracking number"),
                type: "info",
                sticky: true,
            });
        }
    }
}
