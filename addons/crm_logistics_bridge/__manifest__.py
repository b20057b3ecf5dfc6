# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "CRM Logistics Bridge",
    "summary": "Tickets linked to orders and deliveries, one customer timeline, "
    "calibrated delivery dates",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Services/Helpdesk",
    "author": "Omni Suite contributors",
    "license": "AGPL-3",
    "depends": [
        "sale_stock",
        "stock_delivery",
        "portal",
        "helpdesk_mgmt_sale",
        "helpdesk_mgmt_sla",
        "helpdesk_mgmt_rating",
        "rma_sale",
        "delivery_state",
    ],
    "external_dependencies": {"python": ["holidays", "numpy", "pandas"]},
    "data": [
        "security/crm_logistics_bridge_groups.xml",
        "security/ir.model.access.csv",
        "security/crm_logistics_bridge_rules.xml",
        "data/ir_cron.xml",
        "data/mail_template.xml",
        "views/logistics_ticket_link_views.xml",
        "views/logistics_timeline_event_views.xml",
        "views/logistics_eta_lane_views.xml",
        "views/logistics_job_run_views.xml",
        "views/logistics_delay_notice_views.xml",
        "views/helpdesk_ticket_views.xml",
        "views/res_partner_views.xml",
        "views/sale_order_views.xml",
        "views/stock_picking_views.xml",
        "views/res_config_settings_views.xml",
        "views/portal_templates.xml",
        "views/menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "crm_logistics_bridge/static/src/overview/*.esm.js",
            "crm_logistics_bridge/static/src/overview/overview.xml",
            "crm_logistics_bridge/static/src/overview/overview.scss",
        ],
        "web.assets_frontend": [
            "crm_logistics_bridge/static/src/overview/portal.scss",
        ],
        "web.assets_tests": [
            "crm_logistics_bridge/static/tests/tours/**/*",
        ],
    },
    "post_init_hook": "post_init_hook",
}
