/* Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("logistics_privacy_rule", {
    steps: () => [
        {
            content: "A rule that nobody has checked yet",
            trigger: ".o_form_view button[name='action_dry_run']",
            run: "click",
        },
        {
            content: "The dry run says what would be done",
            trigger: ".o_form_view [name='act_count']:contains('1')",
        },
        {
            content: "and what would be kept, and why",
            trigger:
                ".o_form_view [name='keep_text']:contains('Open ticket or return: 1')",
        },
        {
            content: "with examples",
            trigger: "[name='example_ids']:contains('Tour ticket')",
        },
        {
            content: "Read: activate the rule",
            trigger: "button[name='action_seen_and_activate']",
            run: "click",
        },
        {
            content: "Really",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The rule is active",
            trigger: ".o_form_view button[name='action_pause']",
        },
        {
            content: "Its log",
            trigger: "button[name='action_open_log']",
            run: "click",
        },
        {
            content: "says who activated it",
            trigger: ".o_list_view .o_data_row:contains('Rule activated')",
        },
    ],
});
