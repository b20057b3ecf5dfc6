/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {onMounted, onWillUnmount} from "@odoo/owl";
import {FormController} from "@web/views/form/form_controller";
import {browser} from "@web/core/browser/browser";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

const PERIOD = 2000;

/** While a decision on many recommendations is carried out, its form follows it. */
export class ForecastBatchFormController extends FormController {
    setup() {
        super.setup();
        onMounted(() => {
            this.timer = browser.setInterval(() => this.follow(), PERIOD);
        });
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    async follow() {
        const {root} = this.model;
        if (
            this.following ||
            !root?.resId ||
            document.hidden ||
            !["queued", "running"].includes(root.data.state)
        ) {
            return;
        }
        this.following = true;
        try {
            await root.load();
        } catch {
            // the server is restarting or unreachable: the next tick tries again
        } finally {
            this.following = false;
        }
    }
}

registry.category("views").add("forecast_batch_form", {
    ...formView,
    Controller: ForecastBatchFormController,
});
