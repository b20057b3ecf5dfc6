# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import csv
import io

from odoo.tools import SQL

NULL = "\\N"


def copy_frame(env, table, frame, types):
    """Put a DataFrame into a temporary table by COPY, to join it in set-based SQL.

    :param str table: name of the temporary table; one of the same name is replaced
    :param frame: DataFrame; NaN, NaT and None become NULL
    :param dict types: column -> PostgreSQL type; these columns, in this order
    :return: SQL identifier of the table, which lives until the transaction ends
    """
    name = SQL.identifier(table)
    columns = SQL(", ").join(
        SQL("%s %s", SQL.identifier(column), SQL(kind))
        for column, kind in types.items()
    )
    env.cr.execute(SQL("DROP TABLE IF EXISTS %s", name))
    env.cr.execute(SQL("CREATE TEMP TABLE %s (%s) ON COMMIT DROP", name, columns))
    if len(frame):
        part = frame[list(types)].copy()
        for column, kind in types.items():
            if kind == "int":
                # ids with gaps came through pandas as floats
                part[column] = part[column].astype("Int64")
        buffer = io.StringIO()
        part.to_csv(
            buffer,
            index=False,
            header=False,
            na_rep=NULL,
            date_format="%Y-%m-%d",
            quoting=csv.QUOTE_MINIMAL,
        )
        buffer.seek(0)
        # the types and the name are ours, the values travel as data of COPY
        env.cr.copy_expert(
            f"COPY \"{table}\" FROM STDIN (FORMAT csv, NULL '{NULL}')", buffer
        )
        env.cr.execute(SQL("ANALYZE %s", name))
    return name
