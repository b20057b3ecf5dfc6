# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tools import SQL


def lock_rows(records):
    """Lock the rows of the records, waiting for whoever holds them.

    Core's ``lock_for_update`` refuses at once when a row is taken. Here the second
    caller shall wait: PostgreSQL then tells it that the row has changed, and Odoo runs
    its request again on the new state. A second click finds the proposal ordered, a
    second delivery finds the events stored.

    :param records: recordset of one model; its rows are locked in the order of id, so
        that two callers never wait for each other
    """
    if records:
        records.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR UPDATE",
                SQL.identifier(records._table),
                tuple(records.ids),
            ),
            # to find the row changed is the expected outcome of a second click
            log_exceptions=False,
        )


def claim_rows(records):
    """Lock the rows such that a later caller starts again, even if nothing in them is
    changed.

    ``lock_rows`` makes the second caller wait, but its view of the other tables is still
    that from before the wait: it would not find a record that the first one has added.
    A row that was written, with the values it had, makes PostgreSQL refuse it, and Odoo
    runs the request again on the new state.

    :param records: recordset of one model
    """
    if records:
        lock_rows(records)
        records.env.cr.execute(
            SQL(
                "UPDATE %s SET id = id WHERE id IN %s",
                SQL.identifier(records._table),
                tuple(records.ids),
            )
        )
