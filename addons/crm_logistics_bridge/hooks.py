# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def post_init_hook(env):
    """Useful at once: learn from the history that is there, date what is under way."""
    companies = env["res.company"].search([])
    env["logistics.eta.lane"]._learn_and_refresh(companies)
    # News of old delays would come as a storm.
    env["stock.picking"]._logistics_mark_told(companies)
    env["logistics.triage.model"]._first()
