/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

// No words of the interface in here: it may be read in any language.

// On a phone all but the first button of a form stand behind three dots.
const more = {
    desktop: [],
    phone: [
        {
            content: "Show the other buttons",
            trigger: ".o_statusbar_buttons .dropdown-toggle",
            run: "click",
        },
    ],
};
const button = {
    desktop: (name) => `.o_statusbar_buttons button[name=${name}]`,
    phone: (name) => `button[name=${name}]`,
};

function event(size) {
    return [
        ...more[size],
        {
            content: "Ask what earlier events say",
            trigger: button[size]("action_learn"),
            run: "click",
        },
        {
            content: "The uplift is learned",
            trigger: ".o_field_widget[name=learned_text]:contains(1)",
            timeout: 60000,
        },
        {
            content: "Confirm",
            trigger: ".o_statusbar_buttons button[name=action_confirm]",
            run: "click",
        },
        {
            content: "It is confirmed, and can be checked",
            trigger: ".o_statusbar_buttons button[name=action_check_promise]:first",
            run: "click",
            timeout: 60000,
        },
        {
            content: "The answer is given in words",
            trigger: ".o_field_widget[name=answer]:contains(Tour sale)",
            timeout: 60000,
        },
        {
            content: "and drawn",
            trigger: ".o_widget_forecast_promise_chart canvas[role=img]",
            timeout: 60000,
        },
    ];
}

function scenario(size) {
    return [
        {
            content: "A new scenario",
            trigger: {
                desktop: ".o_list_button_add",
                phone: ".o-kanban-button-new",
            }[size],
            run: "click",
        },
        {
            content: "with a tenth more demand",
            trigger: ".o_field_widget[name=demand_change] input",
            run: "edit 10",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:not(:visible), .o_form_button_save",
            run: "click",
        },
        {
            content: "It stands beside the present settings",
            trigger: ".o_field_widget[name=comparison] td",
            timeout: 60000,
        },
    ];
}

function start() {
    return [
        {
            content: "What was found is told",
            trigger: ".modal .o_field_widget[name=found]:contains(24)",
            timeout: 60000,
        },
        {
            content: "Start",
            trigger: ".modal button[name=action_start]",
            run: "click",
        },
        {
            content: "The plan shows its run",
            trigger: "button[name=action_cancel]",
            timeout: 60000,
        },
    ];
}

function sheet(size) {
    return [
        ...more[size],
        {
            content: "Export",
            trigger: ".o_forecast_export",
            run: "click",
        },
        {
            content: "Make the workbook",
            trigger: ".modal button[name=action_export]",
            run: "click",
            timeout: 60000,
        },
        {
            content: "It can be downloaded",
            trigger: ".modal .o_field_widget[name=file]:contains(forecast-)",
            timeout: 60000,
        },
    ];
}

for (const size of ["desktop", "phone"]) {
    for (const [name, steps] of Object.entries({event, scenario, start, sheet})) {
        registry
            .category("web_tour.tours")
            .add(`omni_forecast_${name}_${size}`, {steps: () => steps(size)});
    }
}
