/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("omni_forecast_judgement", {
    steps: () => [
        {
            content:
                "Right after the first run the staircase is the backtest's, and says so",
            trigger: ".o_forecast_judgement .alert-warning:contains(Backtest)",
        },
        {
            content: "A figure stands on the step",
            trigger: ".o_forecast_step[data-stage=statistical] .fs-4:contains(%)",
        },
        {
            content: "Another measure",
            trigger: "button[name=rmsse]",
            run: "click",
        },
        {
            content: "It is chosen",
            trigger: "button[name=rmsse].active",
        },
        {
            content: "Promises stand below",
            trigger: ".o_forecast_measured td:contains(All)",
        },
        {
            content: "By category",
            trigger: ".o_forecast_group",
            run: "select categ_id",
        },
        {
            content: "The step leads to its records",
            trigger: ".o_forecast_step[data-stage=statistical] .o_forecast_bar",
            run: "click",
        },
        {
            content: "They are there",
            trigger: ".o_list_view .o_data_row:contains(Staircase product)",
        },
    ],
});
