# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def uninstall_hook(env):
    """Leave core data as they were: published estimates go, rows made by hand stay. The
    answers of panels lie in a table without a model; nobody else drops it."""
    env["stock.demand.estimate"].with_context(active_test=False).search(
        [("forecast_plan_id", "!=", False)]
    ).unlink()
    env.cr.execute("DROP TABLE IF EXISTS forecast_delphi_answer")
