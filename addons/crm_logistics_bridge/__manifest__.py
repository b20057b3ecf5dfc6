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
    "external_dependencies": {"python": ["numpy", "pandas"]},
    "data": [
        "security/crm_logistics_bridge_groups.xml",
        "security/ir.model.access.csv",
        "security/crm_logistics_bridge_rules.xml",
    ],
}
