# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def post_init_hook(env):
    """Facts made before know no channel: make them anew."""
    # All companies, of which a database holds few.
    for company in env["res.company"].search([]):
        env["logistics.kpi.day"]._refresh_company(company, whole=True)
