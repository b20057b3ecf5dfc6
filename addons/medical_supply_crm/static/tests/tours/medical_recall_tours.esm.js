/* Copyright 2026 Omni Suite contributors
   License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("medical_supply_recall_answer", {
    steps: () => [
        {
            content: "open the recall",
            trigger: ".o_medical_recall_link",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "counts that do not add up",
            trigger: ".o_medical_recall_answer form input[name='found_qty']",
            run: "edit 1",
        },
        {
            content: "of these quarantined",
            trigger: ".o_medical_recall_answer form input[name='quarantined_qty']",
            run: "edit 1",
        },
        {
            content: "sign",
            trigger: ".o_medical_recall_answer form input[name='signed_by']",
            run: "edit Choi Yuna",
        },
        {
            content: "send",
            trigger: ".o_medical_recall_send",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the difference is named, what was typed is kept",
            trigger: ".o_medical_error:contains('the other 3')",
        },
        {
            content: "say what became of them",
            trigger: ".o_medical_recall_answer form input[name='missing_qty']",
            run: "edit 3",
        },
        {
            content: "send again",
            trigger: ".o_medical_recall_send",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "taken",
            trigger: ".o_medical_notice",
        },
        {
            content: "signed by",
            trigger: ".o_medical_recall_answer:contains('Choi Yuna')",
        },
    ],
});

registry.category("web_tour.tours").add("medical_supply_expiry_board", {
    steps: () => [
        {
            content: "do the best thing",
            trigger: ".o_data_row .o_medical_do_it",
            run: "click",
        },
        {
            content: "the action with its transfer",
            trigger: ".o_form_view button[name='action_view_pickings']",
        },
        {
            content: "undo it",
            trigger: ".o_form_view button[name='action_undo']",
            run: "click",
        },
        {
            content: "undone",
            trigger:
                ".o_statusbar_status button[data-value='undone'][aria-checked='true'], .o_statusbar_status button.o_arrow_button_current[data-value='undone']",
        },
    ],
});

registry.category("web_tour.tours").add("medical_supply_portal_expiry", {
    steps: () => [
        {
            content: "start the transfer",
            trigger: ".o_medical_risk .o_medical_apply",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it is under way",
            trigger: ".o_medical_notice",
        },
    ],
});
