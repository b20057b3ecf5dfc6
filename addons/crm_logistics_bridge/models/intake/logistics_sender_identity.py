# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsSenderIdentity(models.Model):
    """An address, number or handle that wrote to us, and whose it is.

    Each arrival touches the rows of its sender. Two arrivals of one sender at the same
    moment therefore meet on a row, one of them starts again and sees the other's ticket.
    """

    _name = "logistics.sender.identity"
    _description = "Sender Identity"
    _order = "last_date desc, id desc"
    _rec_name = "value"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("email", "E-mail"),
            ("phone", "Phone"),
            ("handle", "Channel handle"),
            ("contact", "Contact"),
        ],
        required=True,
        readonly=True,
    )
    account_id = fields.Many2one(
        "logistics.channel.account",
        readonly=True,
        ondelete="cascade",
        help="A handle means somebody only within its channel.",
    )
    value = fields.Char(required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        index="btree_not_null",
        ondelete="set null",
        help="Whose it is. Kept from the first message whose sender was certain; "
        "change it where it is wrong.",
    )
    last_date = fields.Datetime(string="Last message", readonly=True)
    message_count = fields.Integer(string="Messages", readonly=True)

    _value_uniq = models.UniqueIndex(
        "(company_id, kind, value, COALESCE(account_id, 0))",
        "This identity is known already.",
    )

    @api.model
    @api.private
    def _touch(self, company, keys, partner, arrivals=1):
        """Note that these identities wrote now; one statement.

        :param keys: list of (kind, account id or None, value)
        :param partner: whose they are, empty when not certain
        :param arrivals: messages to count; 0 when only the owner became known
        """
        keys = sorted(keys, key=lambda key: (key[0], key[2]))
        if not keys:
            return
        # A row changed since our snapshot ends in a serialisation error, which the
        # caller's retry answers; it is expected, so it is not logged with its values.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO logistics_sender_identity AS known
                       (company_id, kind, account_id, value, partner_id, last_date,
                        message_count, create_uid, write_uid, create_date, write_date)
                SELECT %(company)s, k.kind, k.account, k.value, %(partner)s,
                       %(now)s, %(arrivals)s, %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM unnest(%(kinds)s::varchar[], %(accounts)s::int[],
                              %(values)s::varchar[]) AS k(kind, account, value)
                    ON CONFLICT (company_id, kind, value, COALESCE(account_id, 0))
                    DO UPDATE SET last_date = EXCLUDED.last_date,
                        message_count = known.message_count + %(arrivals)s,
                        partner_id = COALESCE(known.partner_id, EXCLUDED.partner_id)
                """,
                company=company.id,
                partner=partner.id or None,
                now=fields.Datetime.now(),
                arrivals=arrivals,
                uid=self.env.uid,
                kinds=[key[0] for key in keys],
                accounts=[key[1] for key in keys],
                values=[key[2] for key in keys],
            ),
            log_exceptions=False,
        )
