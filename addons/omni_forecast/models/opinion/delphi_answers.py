# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The answers of a Delphi round; deliberately not a model.

No RPC, export, grouping, access right or developer screen reaches a table that no model
stands for, so answers cannot be looked at while a round is open, by nobody. What the table
holds cannot be traced to a person either:

- an answer is kept under SHA-256(code, round). The code is made in the participant's browser
  and stays there; the server uses it for the moment of a request and stores it nowhere. Two
  rounds give two tokens that cannot be connected without the code.
- no ids, no times, no users. After each answer the whole round is written anew in random
  order, and so are the participants' rows: PostgreSQL's own row versions (xmin, ctid) tell
  the last transaction of the panel, not who wrote which row.
- when the panel closes, tokens and single answers are deleted.

Not protected: somebody who can run code or SQL on the server *while* answers come in, reads
the traffic, or compares copies of the database taken between two answers (as the write-ahead
log is), can connect an answer with the moment it came.
"""

import hashlib
import json
import secrets

from odoo.tools import SQL


class Answers:
    """Answers of one round.

    :param round_record: forecast.delphi.round
    """

    def __init__(self, round_record):
        self.env = round_record.env
        self.round_id = round_record.id

    @staticmethod
    def create_table(cr):
        """Make the table; called when the module is installed or updated."""
        cr.execute(
            """
CREATE TABLE IF NOT EXISTS forecast_delphi_answer (
    round_id int4 NOT NULL REFERENCES forecast_delphi_round ON DELETE CASCADE,
    token varchar NOT NULL,
    quantities jsonb NOT NULL,
    argument text,
    participant_id int4,
    UNIQUE (round_id, token)
)
            """
        )
        cr.execute(
            "COMMENT ON TABLE forecast_delphi_answer IS"
            " 'Anonymous answers of open Delphi rounds; no model on purpose'"
        )

    def token(self, code):
        return hashlib.sha256(f"{self.round_id}:{code}".encode()).hexdigest()

    def _all(self):
        return self.env.execute_query(
            SQL(
                "SELECT token, quantities, argument, participant_id"
                " FROM forecast_delphi_answer WHERE round_id = %s",
                self.round_id,
            )
        )

    def lock(self):
        """One answer of a panel at a time."""
        self.env.execute_query(
            SQL(
                "SELECT id FROM forecast_delphi_round WHERE id = %s FOR UPDATE",
                self.round_id,
            )
        )

    def get(self, code):
        """(quantities, argument) given under the code, or None."""
        token = self.token(code)
        for row in self._all():
            if row[0] == token:
                return row[1], row[2] or ""
        return None

    def put(self, code, quantities, argument, participant_id=None):
        """Store or replace the answer given under the code.

        :param participant_id: only in a panel whose members know that names will be shown
        """
        token = self.token(code)
        rows = [row for row in self._all() if row[0] != token]
        rows.append((token, quantities, argument, participant_id))
        secrets.SystemRandom().shuffle(rows)
        self.delete()
        self.env.cr.execute(
            SQL(
                "INSERT INTO forecast_delphi_answer"
                " (round_id, token, quantities, argument, participant_id) VALUES %s",
                SQL(", ").join(
                    SQL(
                        "(%s, %s, %s::jsonb, %s, %s)",
                        self.round_id,
                        row[0],
                        json.dumps(row[1]),
                        row[2] or None,
                        row[3],
                    )
                    for row in rows
                ),
            ),
            # a failing statement is logged with its values
            log_exceptions=False,
        )

    def delete(self):
        self.env.cr.execute(
            SQL("DELETE FROM forecast_delphi_answer WHERE round_id = %s", self.round_id)
        )

    def count(self):
        return self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM forecast_delphi_answer WHERE round_id = %s",
                self.round_id,
            )
        )[0][0]

    def columns(self):
        """(answers of each period, sorted; arguments in random order): nothing that
        holds one person's answers together."""
        rows = self._all()
        periods = [
            sorted(values) for values in zip(*(row[1] for row in rows), strict=True)
        ]
        arguments = [row[2] for row in rows if row[2]]
        secrets.SystemRandom().shuffle(arguments)
        return periods, arguments

    def named(self):
        """{participant id: (quantities, argument)} of a panel that shows names."""
        return {row[3]: (row[1], row[2] or "") for row in self._all() if row[3]}
