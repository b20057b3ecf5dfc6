# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Omni Forecast: Job Queue",
    "summary": "Forecast runs spread over several workers and Odoo nodes",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Inventory",
    "author": "Omni Suite contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["omni_forecast", "queue_job"],
    "data": [
        "data/queue_job_function.xml",
        "views/forecast_run_views.xml",
    ],
    "auto_install": True,
}
