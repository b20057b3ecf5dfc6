# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsIntakeHit(models.Model):
    """Deliveries of the last minutes, one row each: rows never wait for one another."""

    _name = "logistics.intake.hit"
    _description = "Intake Delivery"
    _log_access = False

    account_id = fields.Many2one(
        "logistics.channel.account", required=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True)

    _account_date_idx = models.Index("(account_id, date)")

    @api.model
    @api.private
    def _count(self, account):
        """Deliveries to the account in the last minute, this one noted and included."""
        now = fields.Datetime.now()
        ((count,),) = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*) FROM logistics_intake_hit
                 WHERE account_id = %s AND date > %s
                """,
                account.id,
                now - timedelta(minutes=1),
            )
        )
        if count < account.rate_limit:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO logistics_intake_hit (account_id, date) VALUES (%s, %s)",
                    account.id,
                    now,
                )
            )
        return count + 1

    @api.autovacuum
    def _gc_hits(self):
        limit = fields.Datetime.now() - timedelta(minutes=10)
        self.env.cr.execute(
            SQL("DELETE FROM logistics_intake_hit WHERE date < %s", limit)
        )
