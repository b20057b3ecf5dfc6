/* Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("logistics_intake_note", {
    steps: () => [
        {
            content: "Type what was said on the phone",
            trigger: ".modal div[name='text'] textarea",
            run: "edit Tour: the box was empty",
        },
        {
            content: "File it",
            trigger: ".modal button[name='action_file']",
            run: "click",
        },
        {
            content: "The ticket is open",
            trigger:
                ".o_form_view div[name='description']:contains('the box was empty')",
        },
    ],
});

tours.add("logistics_intake_retry", {
    steps: () => [
        {
            content: "It says why it failed",
            trigger: ".alert-danger:contains('no team')",
        },
        {
            content: "Try again",
            trigger: "button[name='action_retry']",
            run: "click",
        },
        {
            content: "It has a ticket now",
            trigger: "div[name='ticket_id'] a, button[name='action_open_ticket']",
        },
        {trigger: ".o_form_view:not(:has(.alert-danger))"},
    ],
});

tours.add("logistics_merge_reject", {
    steps: () => [
        {
            content: "They are different people",
            trigger: ".o_data_row:contains('Tour Twin') button[name='action_reject']",
            run: "click",
        },
        {
            content: "Nothing is left to decide",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('Tour Twin')))",
        },
    ],
});

tours.add("logistics_merge_accept", {
    steps: () => [
        {
            content: "They are one",
            trigger: ".o_data_row:contains('Tour Twin') button[name='action_merge']",
            run: "click",
        },
        {
            content: "Odoo's own dialog asks once more",
            trigger: ".modal button[name='action_merge']",
            run: "click",
        },
        {
            content: "Merged",
            trigger: "body:not(:has(.modal button[name='action_merge']))",
        },
    ],
});

tours.add("logistics_create_contact", {
    steps: () => [
        {
            content: "The sender is unknown: make a contact",
            trigger:
                "div[name='logistics_unknown_sender']:contains('tour@example.org') button",
            run: "click",
        },
        {
            content: "Take it back",
            trigger: "button[name='action_logistics_undo_contact']",
            run: "click",
        },
        {
            content: "And make it again",
            trigger: "button[name='action_logistics_create_contact']",
            run: "click",
        },
        {trigger: "div[name='logistics_contact_made']:contains('made from this')"},
    ],
});
