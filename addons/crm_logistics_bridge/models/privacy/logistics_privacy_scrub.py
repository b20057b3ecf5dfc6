# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

import psycopg2

from odoo import api, models
from odoo.tools import SQL, email_normalize

from .logistics_privacy_act import REMOVED

#: Tables that no text is replaced in: the system's own, and the books.
LEFT_OUT = re.compile(
    r"(account_|ir_(model|module|ui|act|config|cron|rule|access|exports|sequence)"
    r"|res_(country|lang|currency|groups|company)|logistics_legal_copy$"
    r"|logistics_privacy_|l10n_)"
)
#: Tables of which only these columns are free text; the others say who others are.
ONLY = {"res_partner": ("comment",), "res_users": ("signature",)}
#: Between the digits of a phone number as people write it.
GAP = r"[[:space:]().-]{0,2}"


class LogisticsPrivacyForget(models.AbstractModel):
    """Name, address and number of a person in any text of the database."""

    _inherit = "logistics.privacy.forget"

    @api.model
    @api.private
    def _person(self, partner):
        """What a person is known by, as regular expressions of PostgreSQL.

        An address, number or name that another contact has too is replaced only where it
        is about this person: "alone" holds those that nobody else has.

        :return: dict with "all" and "alone", each empty or (expression, quick LIKE
            patterns of which each match has one)
        """
        Partner = self.env["res.partner"].with_context(active_test=False)
        names = {name for name in (partner.name or "",) if len(name.strip()) > 1}
        emails, phones, handles = self._senders(partner)
        own = {
            value
            for value in (
                email_normalize(partner.email or ""),
                *map(email_normalize, partner.user_ids.mapped("login")),
            )
            if value
        }
        numbers = {partner.phone_sanitized or partner.phone or ""} | set(phones)
        patterns = {
            **{self._name_pattern(name): name for name in names},
            **{self._email_pattern(value): value for value in own | set(emails)},
            **{self._phone_pattern(value): value for value in numbers},
        }
        patterns.pop("", None)
        others = {
            "name": {
                other.name
                for other in Partner.search(
                    [("name", "=ilike", partner.name), ("id", "!=", partner.id)]
                )
            }
            if names
            else set()
        }
        taken = {name.lower() for name in others["name"] if name}
        alone = [
            pattern
            for pattern, value in patterns.items()
            if (value in emails or value in phones)
            or (value in names and value.lower() not in taken and self._distinct(value))
        ]
        return {
            "all": self._both(patterns, patterns),
            "alone": self._both(patterns, alone),
            "handles": handles,
        }

    def _both(self, patterns, wanted):
        """The patterns as one expression, and words that each match is sure to hold."""
        pieces = []
        for pattern in wanted:
            value = patterns[pattern]
            if re.fullmatch(r"[+\d\s().-]+", value):
                value = re.sub(r"\D", "", value)[-4:]
            elif "@" not in value:
                value = max(value.split(), key=len)
            pieces.append("%" + re.sub(r"([\\%_])", r"\\\1", value) + "%")
        return ("|".join(wanted), pieces) if pieces else ()

    def _distinct(self, name):
        """A name that is hardly a part of other words."""
        korean = re.findall(r"[가-힣]", name)
        return (
            len(korean) >= 3 or len(name.split()) > 1 or len(name) >= 6 and not korean
        )

    def _name_pattern(self, name):
        words = r"[[:space:]]+".join(map(re.escape, name.split()))
        # Korean particles follow a name without a gap; letters before it do not.
        if re.search(r"[가-힣]", name):
            return rf"(?<![가-힣]){words}"
        return rf"\m{words}\M"

    def _email_pattern(self, email):
        return rf"(?<![[:alnum:]._+-]){re.escape(email)}(?![[:alnum:]]|\.[[:alnum:]])"

    def _phone_pattern(self, number):
        """The number with country code, with the national 0, and with gaps."""
        digits = re.sub(r"\D", "", number or "")
        if len(digits) < 8:
            return ""
        if not number.startswith("+"):
            return rf"(?<![0-9]){GAP.join(digits)}(?![0-9])"
        for length in (2, 3, 1):
            code, rest = digits[:length], digits[length:]
            if code in ("82", "81", "86", "44", "49", "33", "1") or length == 1:
                break
        head = rf"(\+?{GAP.join(code)}{GAP}0?|0)?"
        return rf"(?<![0-9]){head}{GAP}{GAP.join(rest)}(?![0-9])"

    # -- where -------------------------------------------------------------------
    def _text_columns(self):
        """Columns that hold text, of all tables of models: {table: [(column, type)]}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.table_name, c.column_name, c.data_type
                  FROM information_schema.columns c
                  JOIN information_schema.tables t USING (table_schema, table_name)
                 WHERE c.table_schema = current_schema AND t.table_type = 'BASE TABLE'
                   AND c.data_type IN ('character varying', 'text', 'jsonb')
                   AND c.is_generated = 'NEVER'
                   AND EXISTS (SELECT 1 FROM information_schema.columns i
                                WHERE i.table_schema = c.table_schema
                                  AND i.table_name = c.table_name AND i.column_name = 'id')
              ORDER BY 1, 2
                """
            )
        )
        # A selection holds one of its words, never a person's.
        words = {
            (model._table, name)
            for model in self.env.values()
            for name, field in model._fields.items()
            if field.type == "selection"
        }
        tables = {}
        for table, column, kind in rows:
            if (
                LEFT_OUT.match(table)
                or column not in ONLY.get(table, (column,))
                or (table, column) in words
            ):
                continue
            tables.setdefault(table, []).append((column, kind))
        return tables

    def _condition(self, columns, pattern):
        """Rows with a match in any column; the expression is slow, so LIKE goes first."""
        expression, pieces = pattern
        text = SQL(
            "CONCAT_WS('|', %s)",
            SQL(", ").join(
                SQL("%s::text", SQL.identifier(column)) for column, _kind in columns
            ),
        )
        return SQL("%s ILIKE ANY(%s) AND %s ~* %s", text, pieces, text, expression)

    def _spared(self, table, legal_orders):
        """Rows of a table that belong to documents kept by law."""
        if table == "sale_order":
            return SQL("NOT id = ANY(%s)", legal_orders)
        if table == "ir_attachment":
            return SQL(
                "res_model IS DISTINCT FROM 'account.move' AND NOT (res_model = 'sale.order' "
                "AND res_id = ANY(%s) AND res_model IS NOT NULL) "
                "AND COALESCE(res_model, '') NOT LIKE 'ir.%%' AND res_field IS NULL",
                legal_orders,
            )
        return SQL("TRUE")

    def _legal_orders(self, found):
        """Orders of a person with posted invoices within the legal period."""
        legal = set()
        Target = self.env["logistics.privacy.target"]
        orders = self.env["sale.order"].browse(found["order"])
        rows = SQL(
            "SELECT r.id, NULL::int AS ticket_id, r.id AS order_id, NULL::int AS rma_id, "
            "r.partner_id FROM sale_order r"
        )
        for company, some in orders.grouped("company_id").items():
            legal |= set(
                Target._kept_rows(rows, some.ids, company, ("invoice",), hold=False)
            )
        return sorted(legal)

    @api.model
    @api.private
    def _hits(self, person, legal_orders):
        """How many rows of which table name a person whom only they name."""
        if not person["alone"]:
            return {}
        self.env.flush_all()
        hits = {}
        for table, columns in self._text_columns().items():
            ((count,),) = self.env.execute_query(
                SQL(
                    "SELECT COUNT(*) FROM %s WHERE (%s) AND %s",
                    SQL.identifier(table),
                    self._condition(columns, person["alone"]),
                    self._spared(table, legal_orders),
                )
            )
            if count:
                hits[table] = count
        return hits

    @api.model
    @api.private
    def _scrub(self, person, found, kept):
        """Replace what names the person; returns how many rows of which table."""
        self.env.flush_all()
        legal_orders = self._legal_orders(found)
        tables = self._text_columns()
        hits = {}
        if person["alone"]:
            for table, columns in tables.items():
                count = self._replace(
                    table, columns, person["alone"], self._spared(table, legal_orders)
                )
                if count:
                    hits[table] = count
        # Where it is about this person, what others are called too is replaced as well.
        orders = [number for number in found["order"] if number not in legal_orders]
        own = {
            "helpdesk_ticket": SQL("id = ANY(%s)", list(kept)),
            "sale_order": SQL("id = ANY(%s)", orders),
            "rma": SQL("id = ANY(%s)", found["return"]),
            "stock_picking": SQL("sale_id = ANY(%s)", found["order"]),
            "mail_message": SQL(
                "(model = 'helpdesk.ticket' AND res_id = ANY(%s) "
                "OR model = 'sale.order' AND res_id = ANY(%s) "
                "OR model = 'rma' AND res_id = ANY(%s))",
                list(kept),
                found["order"],
                found["return"],
            ),
        }
        for table, where in own.items():
            if person["all"]:
                count = self._replace(table, tables[table], person["all"], where)
                hits[table] = hits.get(table, 0) + count
        return {table: count for table, count in hits.items() if count}

    def _replace(self, table, columns, pattern, where):
        """Replace matches of a pattern in these columns; one statement per table."""
        condition = self._condition(columns, pattern)

        def statement(word):
            return SQL(
                "UPDATE %s SET %s WHERE (%s) AND %s",
                SQL.identifier(table),
                SQL(", ").join(
                    SQL(
                        "%s = REGEXP_REPLACE(%s::text, %s, %s, 'gi')%s",
                        SQL.identifier(column),
                        SQL.identifier(column),
                        pattern[0],
                        word,
                        SQL("::jsonb") if kind == "jsonb" else SQL(),
                    )
                    for column, kind in columns
                ),
                condition,
                where,
            )

        try:
            with self.env.cr.savepoint(flush=False):
                # not logged: an error would quote the person
                self.env.cr.execute(statement(REMOVED), log_exceptions=False)
        except psycopg2.IntegrityError:
            # a column that must be unique: each row its own word
            word = SQL("'[removed ' || id || ']'")
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(statement(word), log_exceptions=False)
        return self.env.cr.rowcount
