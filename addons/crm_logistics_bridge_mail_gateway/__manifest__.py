# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "CRM Logistics Bridge: Mail Gateway",
    "summary": "Messenger chats of mail_gateway become tickets, answers go back out",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Services/Helpdesk",
    "author": "Omni Suite contributors",
    "license": "AGPL-3",
    "depends": ["crm_logistics_bridge", "mail_gateway"],
    "data": [
        "views/mail_gateway_views.xml",
        "views/logistics_channel_account_views.xml",
        "views/helpdesk_ticket_views.xml",
    ],
    "auto_install": True,
}
