# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Words planted in messages, and the search for them in all that was written."""

import logging
import re

from odoo.tools import SQL

from .common import NOW

# Planted wherever a message has room for them. Letters only where a name goes, and
# shapes of real ids where numbers go; none occurs in Odoo's own data.
NAME = "ZEPHYRINECANARY"
GIVEN = "QUILLONCANARY"
KOREAN = "홍길똥카나리"
PHONE = "010-9753-8642"
BIRTH = "19370429"
BIRTH_ISO = "1937-04-29"
SSN = "370429-2468013"
MRN = "MRNCANARY77341"
STREET = "987 Canaryvogel Lane"
MAIL = "canary.patient@example.org"
FREE = "CANARYFREETEXT remark about the patient"
CANARIES = (
    NAME,
    GIVEN,
    KOREAN,
    PHONE,
    BIRTH,
    BIRTH_ISO,
    SSN,
    MRN,
    STREET,
    MAIL,
    "CANARYFREETEXT",
    "VISITCANARY",
)
PERSON = f"{NAME}^{GIVEN}"


class _Capture(logging.Handler):
    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{record.getMessage()} {record.exc_text or ''}")


class CanarySearch:
    """Mixed into test cases: everything the database, the attachments and the log hold."""

    def _capture_log(self):
        """Collect log lines from here on, our own down to debug."""
        capture = _Capture()
        for name in ("", "odoo", "odoo.addons.medical_supply_crm"):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.DEBUG if name.endswith("crm") else logging.INFO)
        own = logging.getLogger("odoo.addons.medical_supply_crm")
        for logger in (logging.getLogger(), own):
            logger.addHandler(capture)
            self.addCleanup(logger.removeHandler, capture)
        return capture

    def _hits_in_tables(self, words=CANARIES):
        """Every text-like column of every table of this database."""
        columns = self.env.execute_query(
            SQL(
                """
                SELECT c.table_name, c.column_name
                  FROM information_schema.columns c
                  JOIN information_schema.tables t USING (table_schema, table_name)
                 WHERE c.table_schema = 'public'
                   AND t.table_type = 'BASE TABLE'
                   AND c.data_type IN
                       ('text', 'character varying', 'jsonb', 'json', 'bytea')
                """
            )
        )
        by_table = {}
        for table, column in columns:
            by_table.setdefault(table, []).append(column)
        pattern = "|".join(re.escape(word) for word in words)
        hits = []
        for table, names in sorted(by_table.items()):
            row = SQL(" || ' ' || ").join(
                SQL("COALESCE(%s::text, '')", SQL.identifier(name)) for name in names
            )
            count = self.env.execute_query(
                SQL(
                    "SELECT COUNT(*) FROM %s WHERE %s ~ %s",
                    SQL.identifier(table),
                    row,
                    pattern,
                )
            )[0][0]
            if count:
                hits.append((table, count))
        self.assertGreater(len(by_table), 200)
        return hits

    def _hits_in_attachments(self, words=CANARIES):
        attachments = self.env["ir.attachment"].search(
            [("create_date", ">=", NOW), ("type", "=", "binary")]
        )
        return [
            (attachment.name, canary)
            for attachment in attachments
            for canary in words
            if canary.encode() in (attachment.raw or b"")
        ]
