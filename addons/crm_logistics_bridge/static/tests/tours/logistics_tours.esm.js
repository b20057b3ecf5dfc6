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

const QUICK = ".o_logistics_quick";
const CONFIRM_QUICK = ".o_logistics_quick_confirm";
// A date field takes no typing that is the same in all languages.
const setDate = (value) => () => {
    const input = document.querySelector(`${QUICK} input[type='date']`);
    input.value = value;
    input.dispatchEvent(new Event("input", {bubbles: true}));
};
const inQuick = (kind) => `${QUICK} [data-kind='${kind}']`;

registry.category("web_tour.tours").add("logistics_quick_actions", {
    steps: () => [
        {trigger: "a[name='logistics_overview']", run: "click"},
        {
            content: "Whom to call, which segment, when to deliver",
            trigger: ".o_logistics_head .o_logistics_segment:contains('Key account')",
        },
        {trigger: ".o_logistics_call[href^='tel:']"},
        {
            content: "An order that has not left: another date",
            trigger: ".o_logistics_order .o_logistics_act:first",
            run: "click",
        },
        {trigger: inQuick("date"), run: "click"},
        {
            content: "A day in the past is refused in words",
            trigger: `${QUICK} input[type='date']`,
            run: setDate("2020-01-02"),
        },
        {trigger: CONFIRM_QUICK, run: "click"},
        {trigger: `${QUICK} .alert:contains('passed')`},
        {trigger: `${QUICK} input[type='date']`, run: setDate("2099-01-02")},
        {trigger: CONFIRM_QUICK, run: "click"},
        {trigger: `body:not(:has(${QUICK}))`},
        {
            content: "Tell the customer",
            trigger: ".o_logistics_order .o_logistics_act:first",
            run: "click",
        },
        {trigger: inQuick("notify"), run: "click"},
        {trigger: `${QUICK} textarea`, run: "edit It comes on Friday"},
        {trigger: CONFIRM_QUICK, run: "click"},
        {trigger: `body:not(:has(${QUICK}))`},
        {
            content: "A delivered order: send everything again",
            trigger: ".o_logistics_delivered .o_logistics_act:first",
            run: "click",
        },
        {trigger: inQuick("resend"), run: "click"},
        {trigger: ".o_logistics_everything", run: "click"},
        {trigger: CONFIRM_QUICK, run: "click"},
        {
            content: "It is among the next arrivals",
            trigger: ".o_logistics_arrival:contains('Sent again')",
        },
        {
            content: "A mistake: take it back",
            trigger: ".o_logistics_delivered .o_logistics_act:first",
            run: "click",
        },
        {trigger: inQuick("unsend"), run: "click"},
        {trigger: CONFIRM_QUICK, run: "click"},
        {
            trigger:
                ".o_logistics_overview:not(:has(.o_logistics_arrival:contains('Sent again')))",
        },
        {
            content: "Timeline of one kind",
            trigger: ".o_logistics_show_history",
            run: "click",
        },
        {trigger: ".o_logistics_event_ticket"},
        {trigger: ".o_logistics_timeline [data-kind='delivery']", run: "click"},
        {trigger: ".o_logistics_timeline:not(:has(.o_logistics_event_ticket))"},
        {trigger: ".o_logistics_event_shipped"},
    ],
});

registry.category("web_tour.tours").add("logistics_tower", {
    steps: () => [
        {
            content: "Something is overdue and blocked",
            trigger: "[data-cell='overdue-blocked']:not(:contains('0'))",
            run: "click",
        },
        {
            content: "The transfers behind the number",
            trigger: ".o_list_view .o_data_row",
        },
    ],
});

registry.category("web_tour.tours").add("logistics_return_inspection", {
    steps: () => [
        {
            content: "Goods came in: what did the inspection find?",
            trigger: "a[name='logistics_inspection']",
            run: "click",
        },
        {
            trigger: "[name='logistics_inspection_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: "[name='logistics_inspection_ids'] [name='grade_id'] input",
            run: "edit A",
        },
        {
            trigger: ".o-autocomplete--dropdown-menu a:contains('as new')",
            run: "click",
        },
        {
            content: "The grade says where the goods go",
            trigger:
                "[name='logistics_inspection_ids'] [name='disposition']:contains('Back into stock')",
        },
        {trigger: "button[name='action_logistics_book']", run: "click"},
        {
            content: "Booked",
            trigger: "[name='logistics_inspection_ids'] .o_data_row:contains('Booked')",
        },
    ],
});

registry.category("web_tour.tours").add("logistics_portal_return", {
    steps: () => [
        {
            content: "All my orders at once",
            trigger: "a.o_logistics_returns_new",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Used: the policy refuses it in words",
            trigger: ".o_logistics_return_line input[type='number']:first",
            run: "edit 1",
        },
        {
            trigger: ".o_logistics_return_line select[name^='reason-']:first",
            run: "selectByIndex 1",
        },
        {
            trigger: ".o_logistics_return_line select[name^='condition-']:first",
            run: "select used",
        },
        {trigger: "input[name='operation']:first", run: "click"},
        {
            trigger: ".o_logistics_return_form button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Unopened, after all, with a picture",
            trigger:
                ".o_logistics_refusals:contains('only be returned in this condition')",
        },
        {
            trigger: ".o_logistics_return_line select[name^='condition-']:first",
            run: "select sealed",
        },
        {
            trigger: "input[name='pictures']",
            run: () => {
                const data = new DataTransfer();
                const head = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0];
                data.items.add(
                    new File([new Uint8Array(head)], "box.png", {type: "image/png"})
                );
                document.querySelector("input[name='pictures']").files = data.files;
            },
        },
        {
            trigger: ".o_logistics_return_form button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {trigger: ".o_logistics_return_done"},
        {trigger: "a.o_logistics_label_link"},
    ],
});

registry.category("web_tour.tours").add("logistics_track_problem", {
    steps: () => [
        {
            content: "The steps, without login",
            trigger: ".o_logistics_tracking .o_logistics_steps li.done",
        },
        {trigger: "#problem-kind", run: "select not_arrived"},
        {trigger: "#problem-text", run: "edit Nobody came"},
        {
            trigger: "#problem button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "The number of the ticket", trigger: ".o_logistics_reported b"},
    ],
});
