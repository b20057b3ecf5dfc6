/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("omni_forecast_panel", {
    steps: () => [
        {
            content: "The browser has made a code",
            trigger: ".o_forecast_panel_code:value(-)",
            timeout: 60000,
        },
        {
            content: "First period",
            trigger: "#o_forecast_q0",
            timeout: 60000,
            run: "edit 120",
        },
        {
            content: "Second period",
            trigger: "#o_forecast_q1",
            timeout: 60000,
            run: "edit 130",
        },
        {
            content: "An argument",
            trigger: "#o_forecast_argument",
            timeout: 60000,
            run: "edit Two tenders are running",
        },
        {
            content: "Send",
            trigger: ".o_forecast_panel_form button[type=submit]",
            timeout: 60000,
            run: "click",
        },
        {
            content: "It is in",
            trigger: ".o_forecast_panel_message.alert-success",
            timeout: 60000,
            run() {
                window.location.reload();
            },
            expectUnloadPage: true,
        },
        {
            content: "The same browser finds the own answer again",
            trigger: ".o_forecast_panel_message.alert-success",
        },
        {
            content: "With its figures",
            trigger: "#o_forecast_q1:value(130)",
            timeout: 60000,
        },
    ],
});
