# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "CRM Logistics Bridge: Sale Channels",
    "summary": "KPIs of customer logistics by sale channel",
    "version": "19.0.1.0.0",
    "category": "Services/Helpdesk",
    "author": "Omni Suite contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["crm_logistics_bridge", "sale_channel"],
    "data": ["views/logistics_kpi_views.xml"],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
}
