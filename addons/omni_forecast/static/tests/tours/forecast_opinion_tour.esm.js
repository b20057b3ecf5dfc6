/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("omni_forecast_override", {
    steps: () => [
        {
            content: "The waterfall stands in the first tab",
            trigger: ".o_forecast_waterfall canvas",
            timeout: 60000,
        },
        {
            content: "Another quantity for the second period",
            trigger: "td:nth-child(3) .o_forecast_final",
            timeout: 60000,
            run: "edit 77",
        },
        {
            content: "Saving needs a reason",
            trigger: ".o_forecast_save",
            timeout: 60000,
            run: "click",
        },
        {
            content: "It says so",
            trigger: ".o_forecast_reason.is-invalid",
            timeout: 60000,
            run: "edit Tender won",
        },
        {
            content: "Save",
            trigger: ".o_forecast_save",
            timeout: 60000,
            run: "click",
        },
        {
            content: "The reason stands behind the final forecast",
            trigger: ".o_forecast_notes:contains(Tender won)",
            timeout: 60000,
        },
        {
            content: "Take it back",
            trigger: ".o_forecast_reset",
            timeout: 60000,
            run: "click",
        },
        {
            content: "Nothing is left of it",
            trigger: ".o_forecast_waterfall:not(:has(.o_forecast_notes))",
            timeout: 60000,
        },
    ],
});

registry.category("web_tour.tours").add("omni_forecast_opinion", {
    steps: () => [
        {
            content: "The request stands among the open ones",
            trigger: ".o_data_row:contains(What do you expect) td[name=request_id]",
            timeout: 60000,
            run: "click",
        },
        {
            content: "First figure",
            trigger: ".o_field_one2many .o_data_row:first td[name=quantity]",
            timeout: 60000,
            run: "click",
        },
        {
            content: "A quantity",
            trigger: ".o_selected_row div[name=quantity] input",
            timeout: 60000,
            run: "edit 88",
        },
        {
            content: "A reason",
            trigger: ".o_selected_row div[name=reason] input",
            timeout: 60000,
            run: "edit New ward",
        },
        {
            content: "Hand in",
            trigger: "button[name=action_submit]",
            timeout: 60000,
            run: "click",
        },
        {
            // The newest state stands first in the bar, whatever its language
            content: "Answered",
            trigger:
                ".o_statusbar_status .o_first.o_arrow_button_current:not(.dropdown-toggle)",
            timeout: 60000,
        },
    ],
});
