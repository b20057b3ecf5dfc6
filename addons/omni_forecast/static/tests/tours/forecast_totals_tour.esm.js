/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("omni_forecast_totals", {
    steps: () => [
        {
            content: "The total of the plan",
            trigger:
                ".o_data_row .o_data_cell[name=display_name]:contains(Total – Tour plan)",
            run: "click",
        },
        {
            content: "Its chart is drawn",
            trigger: ".o_forecast_chart canvas",
        },
        {
            content: "Its parts",
            trigger: "button[name=action_open_parts]",
            run: "click",
        },
        {
            content: "The category is a part",
            trigger:
                ".o_data_row .o_data_cell[name=display_name]:contains(Tour category)",
            run: "click",
        },
        {
            content: "The parts of a category without sub-categories are forecasts",
            trigger: "button[name=action_open_parts]",
            run: "click",
        },
        {
            content: "The forecast of the product",
            trigger: ".o_data_row .o_data_cell[name=product_id]:contains(Tour part)",
            run: "click",
        },
        {
            content: "Its class by variability is shown",
            trigger: ".o_field_widget[name=xyz]",
        },
    ],
});
