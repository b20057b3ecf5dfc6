# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "CRM Logistics Bridge: Dashboard",
    "summary": "The KPIs of customer logistics as a dashboard",
    "version": "19.0.1.0.0",
    "category": "Services/Helpdesk",
    "author": "Omni Suite contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["crm_logistics_bridge", "spreadsheet_dashboard"],
    "data": ["data/dashboards.xml"],
    "auto_install": True,
}
