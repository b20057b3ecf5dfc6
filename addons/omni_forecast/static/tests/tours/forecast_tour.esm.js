/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

// One story, wide and narrow: lists are kanban cards on a phone.
const openPlan = {
    desktop: ".o_data_row .o_data_cell[name=name]:contains(Tour plan)",
    phone: ".o_kanban_record:contains(Tour plan)",
};
const openSeries = {
    desktop: ".o_data_row .o_data_cell[name=product_id]:contains(Tour product)",
    phone: ".o_kanban_record:contains(Tour product)",
};
const apply = {
    desktop: ".o_data_row:contains(Tour product) button[name=action_apply]",
    phone: ".o_kanban_record:contains(Tour product) button[name=action_apply]",
};

function steps(size) {
    return [
        {
            content: "Open the plan",
            trigger: openPlan[size],
            run: "click",
        },
        {
            content: "Run it",
            trigger: "button[name=action_run]",
            run: "click",
        },
        {
            content: "The run waits for a worker, and can be cancelled",
            trigger: "button[name=action_cancel]",
        },
    ];
}

registry.category("web_tour.tours").add("omni_forecast_run_desktop", {
    steps: () => steps("desktop"),
});
registry.category("web_tour.tours").add("omni_forecast_run_phone", {
    steps: () => steps("phone"),
});

function decide(size) {
    return [
        {
            content: "Open the forecast",
            trigger: openSeries[size],
            run: "click",
        },
        {
            content: "The chart is drawn",
            // the chart library's bundle is built on its first use
            trigger: ".o_forecast_chart canvas[role=img]",
            timeout: 60000,
        },
        {
            content: "Other models can be compared",
            trigger: ".o_forecast_models summary",
            run: "click",
        },
        {
            content: "Show one of them",
            trigger: ".o_forecast_models button[aria-pressed=false]",
            run: "click",
        },
        {
            content: "It is shown",
            trigger: ".o_forecast_models button[aria-pressed=true]",
        },
    ];
}

registry.category("web_tour.tours").add("omni_forecast_chart_desktop", {
    steps: () => decide("desktop"),
});
registry.category("web_tour.tours").add("omni_forecast_chart_phone", {
    steps: () => decide("phone"),
});

function applySteps(size) {
    return [
        {
            content: "Apply the recommendation",
            trigger: apply[size],
            run: "click",
        },
        {
            content: "The outcome is told",
            trigger: ".o_notification:contains(1 recommendation)",
            timeout: 60000,
        },
    ];
}

registry.category("web_tour.tours").add("omni_forecast_apply_desktop", {
    steps: () => applySteps("desktop"),
});
registry.category("web_tour.tours").add("omni_forecast_apply_phone", {
    steps: () => applySteps("phone"),
});
