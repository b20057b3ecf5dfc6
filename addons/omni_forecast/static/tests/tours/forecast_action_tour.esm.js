/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

const open = {
    desktop:
        ".o_data_row:contains(Tour article) .o_data_cell[name=kind]:contains(Purchase)",
    phone: ".o_kanban_record:contains(Tour article):contains(Order by)",
};

function steps(size) {
    return [
        {
            content: "Open the purchase",
            trigger: open[size],
            run: "click",
        },
        {
            content: "The reason has figures",
            trigger: ".o_form_view [name=reason]:contains(below the reorder point)",
            timeout: 60000,
        },
        {
            content: "Apply",
            trigger: ".o_form_view button[name=action_apply]:not(:disabled)",
            run: "click",
        },
        {
            content: "The outcome is told",
            trigger: ".o_notification:contains(1 recommendation(s) applied)",
            timeout: 60000,
        },
        {
            content: "There is an order to look at",
            trigger: "button[name=action_open_purchase]",
            timeout: 60000,
        },
        {
            content: "Take it back",
            trigger: ".o_form_view button[name=action_undo]:not(:disabled)",
            run: "click",
        },
        {
            content: "It is undone",
            trigger: ".o_form_view button[name=action_apply]",
            timeout: 60000,
        },
    ];
}

registry.category("web_tour.tours").add("omni_forecast_purchase_desktop", {
    steps: () => steps("desktop"),
});
registry.category("web_tour.tours").add("omni_forecast_purchase_phone", {
    steps: () => steps("phone"),
});
