/* Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component, onWillStart, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

/**
 * What an agent does for an order from the overview: send again, change address or
 * date before shipping, notify. Choices and limits come from the server.
 */
export class LogisticsQuickAction extends Component {
    static template = "crm_logistics_bridge.QuickAction";
    static components = {Dialog};
    static props = {
        close: Function,
        partnerId: Number,
        orderId: Number,
        done: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({
            choices: null,
            kind: "",
            address: 0,
            date: "",
            text: "",
            quantities: {},
            back: {},
            reason: 0,
            condition: "",
            operation: 0,
            error: "",
            busy: false,
        });
        onWillStart(async () => {
            const choices = await this.orm.call(
                "res.partner",
                "get_logistics_quick_action",
                [this.props.partnerId, this.props.orderId]
            );
            this.state.choices = choices;
            this.state.address = choices.address;
            this.state.condition = choices.conditions[0]?.code || "";
            this.state.operation = choices.operations[0]?.id || 0;
            this.state.date = choices.date || choices.today;
            this.state.kind = this.kinds.length ? this.kinds[0].code : "";
        });
    }

    get kinds() {
        const labels = {
            date: _t("Change date"),
            address: _t("Change address"),
            resend: _t("Send again"),
            unsend: _t("Take resend back"),
            return: _t("Return"),
            notify: _t("Notify"),
        };
        return Object.keys(labels)
            .filter((code) => this.state.choices.can[code])
            .map((code) => ({code, label: labels[code]}));
    }

    get confirmLabel() {
        return this.kinds.find((kind) => kind.code === this.state.kind)?.label || "";
    }

    /** Everything that was delivered, again. */
    everything() {
        for (const line of this.state.choices.lines) {
            this.state.quantities[line.id] = line.quantity;
        }
    }

    get title() {
        return this.state.choices.name;
    }

    get values() {
        const {kind, address, date, text, quantities} = this.state;
        if (kind === "address") {
            return {address: Number(address)};
        }
        if (kind === "date") {
            return {date};
        }
        if (kind === "notify") {
            return {text};
        }
        if (kind === "unsend") {
            return {};
        }
        const lines = {};
        const chosen = kind === "return" ? this.state.back : quantities;
        for (const [line, quantity] of Object.entries(chosen)) {
            lines[line] = Number(quantity) || 0;
        }
        if (kind === "return") {
            const {reason, condition, operation} = this.state;
            return {
                lines,
                text,
                condition,
                reason: Number(reason),
                operation: Number(operation),
            };
        }
        return {lines};
    }

    choose(kind) {
        this.state.kind = kind;
        this.state.error = "";
    }

    async confirm() {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        this.state.error = "";
        try {
            const told = await this.orm.silent.call(
                "res.partner",
                "do_logistics_quick_action",
                [this.props.partnerId, this.props.orderId, this.state.kind, this.values]
            );
            this.notification.add(told, {type: "success"});
            this.props.close();
            this.props.done();
        } catch (error) {
            this.state.error = error.data?.message || error.message || "";
        } finally {
            this.state.busy = false;
        }
    }
}
