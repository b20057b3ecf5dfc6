# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

CLASSES = [("a", "A"), ("b", "B"), ("c", "C")]
#: Shares of all sales up to which a customer is A, and B.
SHARES = (0.8, 0.95)


class ResPartner(models.Model):
    _inherit = "res.partner"

    logistics_class = fields.Selection(
        CLASSES,
        string="Customer class",
        readonly=True,
        copy=False,
        help="By sales of the last 365 days, made anew each month: A are the customers "
        "of the first 80 % of all sales, B those up to 95 %, C the others. None bought "
        "nothing.",
    )

    @api.model
    @api.private
    def _logistics_classify(self):
        """Class of every customer by sales; one statement, changes only what changed."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH sales AS (
                    SELECT c.commercial_partner_id AS id,
                           SUM(o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1))
                               AS total
                      FROM sale_order o JOIN res_partner c ON c.id = o.partner_id
                     WHERE o.state = 'sale' AND o.date_order >= %(since)s
                  GROUP BY 1
                ), ranked AS (
                    SELECT id, SUM(total) OVER (ORDER BY total DESC, id) - total AS before,
                           SUM(total) OVER () AS whole
                      FROM sales WHERE total > 0
                ), classes AS (
                    SELECT id, CASE WHEN before < %(a)s * whole THEN 'a'
                                    WHEN before < %(b)s * whole THEN 'b'
                                    ELSE 'c' END AS class
                      FROM ranked
                )
                UPDATE res_partner p SET logistics_class = n.class
                  FROM (SELECT q.id, k.class
                          FROM res_partner q LEFT JOIN classes k ON k.id = q.id
                         WHERE q.logistics_class IS DISTINCT FROM k.class) n
                 WHERE p.id = n.id
                """,
                since=fields.Datetime.now() - timedelta(days=365),
                a=SHARES[0],
                b=SHARES[1],
            )
        )
        self.invalidate_model(["logistics_class"])
