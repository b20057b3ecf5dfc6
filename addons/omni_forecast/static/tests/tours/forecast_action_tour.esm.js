/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

// Words are left to other tests: the same in every language.
const steps = () => [
    {
        content: "The purchase says what it changes",
        trigger: ".o_form_view [name=change_text]:contains(→)",
        timeout: 60000,
    },
    {
        content: "Apply it",
        trigger: ".o_form_view button[name=action_apply]:not(:disabled)",
        run: "click",
    },
    {
        content: "It is applied; take it back",
        trigger: ".o_form_view button[name=action_undo]:not(:disabled)",
        timeout: 60000,
        run: "click",
    },
    {
        content: "It is undone, and can be applied again",
        trigger: ".o_form_view button[name=action_apply]",
        timeout: 60000,
    },
];

registry.category("web_tour.tours").add("omni_forecast_purchase_desktop", {steps});
registry.category("web_tour.tours").add("omni_forecast_purchase_phone", {steps});
