# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tools import SQL

from .models.eta.stock_picking import UNDER_WAY


def post_init_hook(env):
    """Useful at once: learn from the history that is there, date what is under way."""
    companies = env["res.company"].search([])
    # What may be with a carrier; the refresh says which of them really is.
    env.cr.execute(
        SQL(
            "UPDATE stock_picking SET logistics_under_way = TRUE WHERE state = 'done' "
            "AND date_delivered IS NULL AND delivery_state = ANY(%s)",
            list(UNDER_WAY),
        )
    )
    env["logistics.eta.lane"]._learn_and_refresh(companies)
    # News of old delays would come as a storm.
    env["stock.picking"]._logistics_mark_told(companies)
    env["logistics.triage.model"]._first()
