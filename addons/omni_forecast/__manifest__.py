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
        "security/omni_forecast_opinion_security.xml",
        "security/omni_forecast_judgement_security.xml",
        "security/ir.model.access.csv",
        "views/forecast_run_views.xml",
        "views/forecast_recommendation_views.xml",
        "views/forecast_series_views.xml",
        "views/forecast_line_views.xml",
        "views/forecast_plan_views.xml",
        "views/forecast_adjustment_views.xml",
        "views/forecast_override_wizard_views.xml",
        "views/stock_warehouse_orderpoint_views.xml",
        "views/res_config_settings_views.xml",
        "views/forecast_event_views.xml",
        "views/forecast_promise_views.xml",
        "views/menus.xml",
        "views/forecast_judgement_views.xml",
        "views/opinion_menus.xml",
        "data/ir_cron.xml",
        "data/ir_cron_opinion.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "omni_forecast/static/src/**/*",
        ],
        "web.assets_tests": [
            "omni_forecast/static/tests/tours/**/*",
        ],
    },
}
