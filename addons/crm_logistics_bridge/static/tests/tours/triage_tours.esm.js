/* Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

const BANNER = "div[name='logistics_triage']";
const TYPE = "div[name='logistics_issue_type_id']";

registry.category("web_tour.tours").add("logistics_triage_ticket", {
    steps: () => [
        {
            content: "The customer turned to something else: the words are shown",
            trigger: `${BANNER}:contains('Refund'):contains('환불')`,
        },
        {
            content: "Accept what the reply speaks for",
            trigger: `${BANNER} button[name='action_logistics_accept_type']`,
            run: "click",
        },
        {trigger: `body:not(:has(${BANNER}))`},
        {
            content: "Take it back: the type before returns",
            trigger: "button[name='action_logistics_undo_triage']",
            run: "click",
        },
        {trigger: `${TYPE}:has(input:value(Damaged or defective))`},
    ],
});

registry.category("web_tour.tours").add("logistics_triage_correct", {
    steps: () => [
        {trigger: `${TYPE}:has(input:value(Damaged or defective))`},
        {
            content: "Choose another type by hand",
            trigger: `${TYPE} input`,
            run: "edit Change or cancel",
        },
        {
            trigger:
                ".o-autocomplete--dropdown-item:contains('Change or cancel the order')",
            run: "click",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:visible",
            run: "click",
        },
        {
            trigger:
                ".o_form_saved, .o_form_status_indicator_buttons.invisible:not(:visible)",
        },
    ],
});

registry.category("web_tour.tours").add("logistics_triage_learn", {
    steps: () => [
        {
            content: "Learn from what was decided since",
            trigger: "button[name='action_learn']",
            run: "click",
        },
        {
            content: "The run says what became of it",
            trigger: ".o_data_row:contains('Learn the issue types')",
        },
    ],
});
