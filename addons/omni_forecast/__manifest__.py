# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Omni Forecast",
    "summary": "Scheduled demand forecasts, judged, explained and turned into "
    "reorder rules",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Inventory",
    "author": "Omni Suite contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "application": True,
    "depends": ["sale_stock", "purchase_stock", "stock_demand_estimate"],
    "external_dependencies": {"python": ["numpy", "pandas"]},
    "data": [
        "security/omni_forecast_security.xml",
    ],
}
