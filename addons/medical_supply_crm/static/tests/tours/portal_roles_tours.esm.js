/* Copyright 2026 Omni Suite contributors
   License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

function follow(content, trigger) {
    return {content, trigger, run: "click", expectUnloadPage: true};
}

registry.category("web_tour.tours").add("medical_supply_portal_manager", {
    steps: () => [
        follow(
            "what will be short leads to the schedule",
            ".o_medical_tile[data-key='shortages']"
        ),
        follow("a day with a shortage", ".o_medical_day.border-danger"),
        {content: "its products, the short ones first", trigger: ".o_medical_need"},
        {content: "its procedures, without a patient", trigger: ".o_medical_event"},
        follow("back by the path", ".breadcrumb a[href='/my/medical']"),
        follow("what is short on the shelf", ".o_medical_tile[data-key='low_stock']"),
        follow("one storeroom", ".o_medical_room"),
        {content: "next delivery day", trigger: ".o_medical_next_delivery"},
        {
            content: "look for a product",
            trigger: "#medical_search",
            run: "edit stent",
        },
        follow("search", "form[role='search'] button[type='submit']"),
        {
            content: "its lots",
            trigger: ".o_medical_stock_line details summary:contains('Lots')",
            run: "click",
        },
        {content: "lot by name", trigger: ".o_medical_stock_line:contains('LOT-TOUR')"},
    ],
});

registry.category("web_tour.tours").add("medical_supply_portal_nurse", {
    steps: () => [
        follow("my own storeroom", ".o_medical_room"),
        follow("report from the storeroom", "#medical_room_actions .o_medical_report"),
        {
            content: "the storeroom is filled in",
            trigger: "select#storeroom:has(option:checked:contains('Ward 5'))",
        },
        {
            content: "what is wrong",
            trigger: "textarea#text",
            run: "edit All boxes are wet",
        },
        {content: "urgent", trigger: "input#urgent", run: "click"},
        follow("send", ".o_medical_send"),
        {
            content: "it says what was done",
            trigger: ".o_medical_notice:contains('We have your report')",
        },
        follow("a mistake is undone", ".o_medical_undo"),
        {
            content: "and that is said, too",
            trigger: ".o_medical_notice:contains('withdrawn')",
        },
    ],
});

registry.category("web_tour.tours").add("medical_supply_portal_integration", {
    steps: () => [
        follow("the feed needs attention", ".o_medical_tile[data-key='feeds']"),
        {content: "its health", trigger: ".o_medical_feed .badge"},
        {
            content: "the code that nobody knows yet",
            trigger: ".o_medical_feed:contains('XYZ99')",
        },
        {
            content: "messages that could not be read",
            trigger: ".o_medical_feed summary:contains('could not read')",
            run: "click",
        },
        {
            content: "nothing of the wards here",
            trigger: ".o_medical_nav:not(:contains('Storerooms'))",
        },
    ],
});
