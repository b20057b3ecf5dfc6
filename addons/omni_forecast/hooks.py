# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def uninstall_hook(env):
    """The answers of panels lie in a table without a model; nobody else drops it."""
    env.cr.execute("DROP TABLE IF EXISTS forecast_delphi_answer")
