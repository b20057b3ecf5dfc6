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
    "external_dependencies": {"python": ["numpy", "pandas"]},
    "data": [
        "security/medical_supply_crm_groups.xml",
    ],
}
