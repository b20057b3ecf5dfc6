/* Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

const LINKS = "div[name='logistics_links']";
// Desk: a row of the list with icons; phone: a card with words.
const UNDO = `${LINKS} [name='action_undo']:first`;
const CONFIRM = `${LINKS} [name='action_confirm']:first`;

registry.category("web_tour.tours").add("logistics_ticket_panel", {
    steps: () => [
        {
            content: "The banner says that the delivery is late",
            trigger: "div[name='logistics_delay']:contains('is late')",
        },
        {content: "Take the software's decision back", trigger: UNDO, run: "click"},
        {
            content: "It is a proposal now: confirm it",
            trigger: `${LINKS}:contains('Proposed')`,
        },
        {content: "Confirm", trigger: CONFIRM, run: "click"},
        {trigger: `${LINKS}:not(:contains('Proposed'))`},
        {
            content: "Open the overview",
            trigger: "a[name='logistics_overview']",
            run: "click",
        },
        {
            content: "The late delivery and what it waits for",
            trigger: ".o_logistics_arrival.o_logistics_late:contains('Scarce Gauze')",
        },
        {
            content: "The open order",
            trigger: ".o_logistics_order:contains('0%')",
        },
        {
            content: "What happened so far",
            trigger: ".o_logistics_show_history",
            run: "click",
        },
        {trigger: ".o_logistics_timeline .o_logistics_event_ticket"},
    ],
});

registry.category("web_tour.tours").add("logistics_portal_tracking", {
    steps: () => [
        {
            content: "The steps of the delivery",
            trigger: ".o_logistics_tracking .o_logistics_steps li.done",
        },
        {
            content: "The customer reads that it is late",
            trigger: ".o_logistics_late_note",
        },
    ],
});
