# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

#: Looking again within so many minutes is the same look.
SAME_LOOK = 10


class LogisticsAccessLog(models.Model):
    """Who looked at which customer's overview, and what was done from it."""

    _name = "logistics.access.log"
    _description = "Overview Access"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    date = fields.Datetime(required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        [
            ("view", "Looked at"),
            ("resend", "Resent"),
            ("unsend", "Resend taken back"),
            ("return", "Return requested"),
            ("address", "Address changed"),
            ("date", "Date changed"),
            ("notify", "Customer notified"),
        ],
        required=True,
        readonly=True,
    )
    detail = fields.Char(readonly=True)
    company_id = fields.Many2one(
        "res.company",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The company that the user worked in.",
    )

    _look_idx = models.Index("(user_id, partner_id, date DESC)")

    @api.model
    @api.private
    def _note(self, partner, kind, detail=""):
        """Keep one access; looking again within ten minutes is not kept anew.

        One statement, whoever looks: the log is nobody's to write.
        """
        now = fields.Datetime.now()
        self.env.execute_query(
            SQL(
                """
                INSERT INTO logistics_access_log
                       (date, user_id, partner_id, kind, detail, company_id,
                        create_uid, create_date, write_uid, write_date)
                SELECT %(now)s, %(uid)s, %(partner)s, %(kind)s, NULLIF(%(detail)s, ''),
                       %(company)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                 WHERE %(kind)s != 'view' OR NOT EXISTS (
                       SELECT 1 FROM logistics_access_log
                        WHERE user_id = %(uid)s AND partner_id = %(partner)s
                          AND kind = 'view' AND date > %(since)s)
             RETURNING id
                """,
                now=now,
                uid=self.env.uid,
                partner=partner.id,
                kind=kind,
                detail=detail,
                company=self.env.company.id,
                since=fields.Datetime.subtract(now, minutes=SAME_LOOK),
            )
        )

    @api.autovacuum
    def _gc_access(self):
        """Each company keeps its log as long as it says; retention rules may be shorter."""
        now = fields.Datetime.now()
        # All companies, of which a database holds few.
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all
            limit = fields.Datetime.subtract(now, days=company.logistics_access_days)
            self.search(
                [("date", "<", limit), ("company_id", "in", (company.id, False))],
                limit=10000,
            ).unlink()
