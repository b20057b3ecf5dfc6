/* Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component, onMounted, useState} from "@odoo/owl";
import {Layout} from "@web/search/layout";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

/** Today's screen for operations, from one call of get_tower. */
export class LogisticsTower extends Component {
    static template = "crm_logistics_bridge.Tower";
    static components = {Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({data: null, error: "", warehouse: 0});
        onMounted(() => this.load());
    }

    async load() {
        try {
            this.state.data = await this.orm.silent.call(
                "logistics.control.tower",
                "get_tower",
                [this.state.warehouse]
            );
            this.state.error = "";
        } catch (error) {
            this.state.error = error.data?.message || error.message || "";
        }
    }

    choose(warehouse) {
        this.state.warehouse = Number(warehouse);
        return this.load();
    }

    ids(bucket, availability) {
        return this.state.data.grid[bucket][availability];
    }

    open(name, ids) {
        if (!ids.length || !this.state.data.can_open) {
            return;
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "stock.picking",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [["id", "in", ids]],
        });
    }
}

registry.category("actions").add("crm_logistics_bridge.tower", LogisticsTower);
