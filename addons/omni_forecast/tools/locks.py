# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Locks that belong to a process, not to a row."""

from contextlib import contextmanager

from psycopg2 import DatabaseError

from odoo.tools import SQL


@contextmanager
def advisory_lock(env, kind, number, commit):
    """Yield whether this process alone holds the lock (kind, number).

    A killed process loses its connection, and with it the lock. Without `commit` the lock
    ends with the transaction; else it must outlive commits, and is given back by hand, also
    on a connection whose transaction has failed.
    """
    if not commit:
        lock = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", kind, number)
        yield env.execute_query(lock)[0][0]
        return
    lock = SQL("SELECT pg_try_advisory_lock(%s, %s)", kind, number)
    mine = env.execute_query(lock)[0][0]
    try:
        yield mine
    finally:
        if mine and not env.cr.closed and not env.cr._cnx.closed:
            unlock = SQL("SELECT pg_advisory_unlock(%s, %s)", kind, number)
            try:
                env.cr.execute(unlock)
            except DatabaseError:
                env.cr.rollback()
                env.cr.execute(unlock)
