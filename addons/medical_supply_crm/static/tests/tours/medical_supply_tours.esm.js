/* Copyright 2026 Omni Suite contributors
   License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("medical_supply_portal_approval", {
    steps: () => [
        {
            content: "the home page names what needs the hospital",
            trigger: ".o_medical_portal a[href='/my/medical/proposals']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "open the proposal",
            trigger: ".o_medical_portal a[href^='/my/medical/proposals/']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the reason of a quantity can be read",
            trigger: ".o_medical_line details summary",
            run: "click",
        },
        {
            content: "sign",
            trigger: "input[name='signed_by']",
            run: "edit Lee Jiwoo",
        },
        {
            content: "approve",
            trigger: ".o_medical_approve_button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "ordered, with a link to the order",
            trigger: ".o_medical_approved",
        },
        {
            content: "the order is linked",
            trigger: ".o_medical_order_link",
        },
    ],
});

registry.category("web_tour.tours").add("medical_supply_backend_proposal", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the app",
            trigger: ".o_app[data-menu-xmlid='medical_supply_crm.menu_root']",
            run: "click",
        },
        {
            content: "open the proposal",
            trigger: ".o_data_row td[name='name'], .o_kanban_record",
            run: "click",
        },
        {
            content: "the reasons are on their own page",
            trigger: ".o_notebook a[name='reasons']",
            run: "click",
        },
        {
            content: "send it to the hospital",
            trigger: "button[name='action_send']:visible",
            run: "click",
        },
        {
            content: "it now waits for the hospital",
            trigger:
                ".o_statusbar_status button[data-value='sent'][aria-checked='true'], .o_statusbar_status button.o_arrow_button_current[data-value='sent']",
        },
    ],
});
