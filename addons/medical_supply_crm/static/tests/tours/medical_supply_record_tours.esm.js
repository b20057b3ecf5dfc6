/* Copyright 2026 Omni Suite contributors
   License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("medical_supply_record_use", {
    steps: () => [
        {
            content: "record use at the storeroom",
            trigger: ".o_medical_record_room a[href*='mode=use']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "a device label as a scanner types it",
            trigger: ".o_medical_ready .o_medical_scan_input",
            run: "edit 01088012345678931125010117270331#10LOT7#21S1",
        },
        {
            content: "read it",
            trigger: ".o_medical_scan_button",
            run: "click",
        },
        {
            content: "its lot is chosen",
            trigger: ".o_medical_scan_message.alert-success:contains(LOT7)",
        },
        {
            content: "one more of it",
            trigger: ".o_medical_last .o_medical_more",
            run: "click",
        },
        {
            content: "a label that nobody knows",
            trigger: ".o_medical_scan_input",
            run: "edit MRN00012345",
        },
        {
            content: "read it",
            trigger: ".o_medical_scan_button",
            run: "click",
        },
        {
            content: "it is said, and nothing is kept",
            trigger: ".o_medical_scan_message.alert-danger",
        },
        {
            content: "record",
            trigger: ".o_medical_record_button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "recorded",
            trigger: ".o_medical_notice",
        },
        {
            content: "correct it",
            trigger: ".o_medical_correct_button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it was only one",
            trigger: ".o_medical_ready .o_medical_chosen .o_medical_quantity",
            run: "edit 1",
        },
        {
            content: "say why",
            trigger: "input[name='reason']",
            run: "edit pressed once too often",
        },
        {
            content: "record the correction",
            trigger: ".o_medical_record_button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "recorded",
            trigger: ".o_medical_notice",
        },
    ],
});

registry.category("web_tour.tours").add("medical_supply_empty_bin", {
    steps: () => [
        {
            content: "what the card's code opens",
            trigger: ".o_medical_empty_button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "once",
            trigger: ".o_medical_bin_empty",
        },
    ],
});

registry.category("web_tour.tours").add("medical_supply_part_of_a_proposal", {
    steps: () => [
        {
            content: "one product is not wanted now",
            trigger: ".o_medical_line:contains(stent) details:has(select) summary",
            run: "click",
        },
        {
            content: "not now",
            trigger: ".o_medical_line:contains(stent) .o_medical_decision",
            run: "select later",
        },
        {
            content: "sign",
            trigger: "input[name='signed_by']",
            run: "edit Lee Jiwoo",
        },
        {
            content: "approve the rest",
            trigger: ".o_medical_approve_button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "ordered",
            trigger: ".o_medical_approved",
        },
    ],
});
