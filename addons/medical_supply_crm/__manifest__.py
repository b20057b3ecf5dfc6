# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Medical Supply CRM",
    "summary": "Hospital schedules become supply kits, replenishment proposals and "
    "deliveries",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Supply Chain/Inventory",
    "author": "Omni Suite contributors",
    "license": "AGPL-3",
    "application": True,
    "depends": [
        "barcodes_gs1_nomenclature",
        "crm_logistics_bridge",
        "edi_core_oca",
        "omni_forecast",
        "portal",
        "product_expiry",
        "sale_stock",
    ],
    "external_dependencies": {
        "python": [
            "icalendar",
            "numpy",
            "pandas",
            "recurring-ical-events",
            "scipy",
        ]
    },
    "data": [
        "security/medical_supply_crm_groups.xml",
        "security/ir.model.access.csv",
        "security/medical_supply_crm_rules.xml",
        "data/medical_criticality.xml",
        "data/medical_supply_data.xml",
        "data/barcode_rule.xml",
        "wizards/medical_feed_delivery_views.xml",
        "views/medical_criticality_views.xml",
        "views/medical_storeroom_views.xml",
        "views/medical_procedure_views.xml",
        "views/medical_feed_views.xml",
        "views/medical_event_views.xml",
        "views/medical_proposal_views.xml",
        "views/medical_consumption_views.xml",
        "views/res_partner_views.xml",
        "views/sale_order_views.xml",
        "views/portal_proposal_templates.xml",
        "views/portal_stock_templates.xml",
        "views/portal_templates.xml",
        "views/medical_supply_menus.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "medical_supply_crm/static/src/portal/*.scss",
        ],
        "web.assets_tests": [
            "medical_supply_crm/static/tests/tours/*.esm.js",
        ],
    },
}
