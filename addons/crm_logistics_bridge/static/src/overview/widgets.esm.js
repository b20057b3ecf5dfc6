/* Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {Layout} from "@web/search/layout";
import {LogisticsOverview} from "./overview.esm";
import {LogisticsTimeline} from "./timeline.esm";

/** Customer of a record: the partner itself, or its partner_id. */
function customerOf(record) {
    return record.resModel === "res.partner"
        ? record.resId
        : record.data.partner_id?.id || false;
}

class OverviewWidget extends Component {
    static template = "crm_logistics_bridge.OverviewWidget";
    static components = {LogisticsOverview};
    static props = {...standardWidgetProps};

    get partnerId() {
        return customerOf(this.props.record);
    }
}

class TimelineWidget extends Component {
    static template = "crm_logistics_bridge.TimelineWidget";
    static components = {LogisticsTimeline};
    static props = {...standardWidgetProps};

    get partnerId() {
        return customerOf(this.props.record);
    }

    get orderId() {
        const record = this.props.record;
        return record.resModel === "sale.order" ? record.resId : false;
    }
}

/** Overview and timeline on a page of their own, opened from a partner. */
class OverviewPage extends Component {
    static template = "crm_logistics_bridge.OverviewPage";
    static components = {Layout, LogisticsOverview};
    static props = {...standardActionServiceProps};

    setup() {
        const {params, context} = this.props.action;
        this.partnerId = params?.partner_id || context?.active_id || false;
        this.props.updateActionState?.({active_id: this.partnerId});
        this.env.config.setDisplayName(
            this.props.action.name || _t("Customer overview")
        );
    }
}

const widgets = registry.category("view_widgets");
widgets.add("logistics_overview", {component: OverviewWidget});
widgets.add("logistics_timeline", {component: TimelineWidget});
registry.category("actions").add("crm_logistics_bridge.overview", OverviewPage);
