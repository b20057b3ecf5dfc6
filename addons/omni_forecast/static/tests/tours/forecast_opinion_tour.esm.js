/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("omni_forecast_override", {
    steps: () => [
        {
            content: "The waterfall stands in the first tab",
            trigger: ".o_forecast_waterfall canvas",
        },
        {
            content: "Another quantity for the second period",
            trigger: "td:nth-child(3) .o_forecast_final",
            run: "edit 77",
        },
        {
            content: "Saving needs a reason",
            trigger: ".o_forecast_save",
            run: "click",
        },
        {
            content: "It says so",
            trigger: ".o_forecast_reason.is-invalid",
            run: "edit Tender won",
        },
        {
            content: "Save",
            trigger: ".o_forecast_save",
            run: "click",
        },
        {
            content: "The reason stands behind the final forecast",
            trigger: ".o_forecast_notes:contains(Tender won)",
        },
        {
            content: "Take it back",
            trigger: ".o_forecast_reset",
            run: "click",
        },
        {
            content: "Nothing is left of it",
            trigger: ".o_forecast_waterfall:not(:has(.o_forecast_notes))",
        },
    ],
});

registry.category("web_tour.tours").add("omni_forecast_opinion", {
    steps: () => [
        {
            content: "The request stands among the open ones",
            trigger: ".o_data_row:contains(What do you expect) td[name=request_id]",
            run: "click",
        },
        {
            content: "First figure",
            trigger: ".o_field_one2many .o_data_row:first td[name=quantity]",
            run: "click",
        },
        {
            content: "A quantity",
            trigger: ".o_selected_row div[name=quantity] input",
            run: "edit 88",
        },
        {
            content: "A reason",
            trigger: ".o_selected_row div[name=reason] input",
            run: "edit New ward",
        },
        {
            content: "Hand in",
            trigger: "button[name=action_submit]",
            run: "click",
        },
        {
            content: "Thanks",
            trigger: ".o_notification:contains(Thank you)",
        },
        {
            content: "Answered",
            trigger: ".o_statusbar_status [data-value=answered].o_arrow_button_current",
        },
    ],
});
