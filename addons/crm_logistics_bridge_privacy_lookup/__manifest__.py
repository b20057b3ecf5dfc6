# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "CRM Logistics Bridge: Privacy Lookup",
    "summary": "Odoo's privacy lookup finds messages, senders and looks at customers",
    "version": "19.0.1.0.0",
    "category": "Services/Helpdesk",
    "author": "Omni Suite contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["crm_logistics_bridge", "privacy_lookup"],
    "auto_install": True,
}
