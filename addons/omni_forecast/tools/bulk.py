# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Set-based writing for results that come by the hundred thousand.

`create()` writes some thousand records a second; a run of 10,000 series writes ten
times that many lines and scores. These models hold no computed fields, no
constraints in Python and no chatter, so one INSERT … SELECT FROM unnest(…) writes
the same rows. Callers check access first: SQL knows neither ACL nor record rules.
"""

from odoo.tools import SQL


def array_literal(values):
    """A PostgreSQL array as one string.

    psycopg2 would write ARRAY[…], of which the server makes a node of its parse tree for
    each element; a literal is one node, and several times as fast.
    """
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value):
    if value is None:
        return "NULL"
    if isinstance(value, (bool, int, float)):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def bulk_insert(env, model_name, columns, conflict=None, update=None, returning=()):
    """Insert rows given as columns; optionally update the row that is already there.

    :param columns: dict field name -> list of values, all of one length
    :param conflict: SQL for the ON CONFLICT target, e.g. SQL("(plan_id, product_id)")
    :param update: names of the fields to write on conflict
    :param returning: names of the fields to return
    :returns: list of tuples (empty without `returning`)
    """
    model = env[model_name]
    names = list(columns)
    if not names or not columns[names[0]]:
        return []
    now = env.cr.now()
    stamp = (
        {
            "create_uid": env.uid,
            "create_date": now,
            "write_uid": env.uid,
            "write_date": now,
        }
        if model._log_access
        else {}
    )
    casts = [
        SQL(
            "%s::%s[]",
            array_literal(columns[name]),
            SQL(model._fields[name].column_type[1]),
        )
        for name in names
    ]
    query = SQL(
        "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS data",
        SQL.identifier(model._table),
        SQL(", ").join(SQL.identifier(name) for name in (*names, *stamp)),
        SQL(", ").join([SQL("data.*"), *(SQL("%s", one) for one in stamp.values())]),
        SQL(", ").join(casts),
    )
    if conflict is not None:
        changes = [
            SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
            for name in (*update, *(n for n in stamp if n.startswith("write_")))
        ]
        query = SQL(
            "%s ON CONFLICT %s DO UPDATE SET %s",
            query,
            conflict,
            SQL(", ").join(changes),
        )
    if returning:
        fields = SQL(", ").join(SQL.identifier(name) for name in returning)
        rows = env.execute_query(SQL("%s RETURNING %s", query, fields))
    else:
        env.cr.execute(query)
        rows = []
    model.invalidate_model()
    return rows


def bulk_update(env, model_name, ids, columns):
    """Update rows by id, one statement for all of them.

    :param ids: sequence of ids
    :param columns: dict field name -> sequence of values in the order of `ids`
    """
    if not ids:
        return
    model = env[model_name]
    names = list(columns)
    stamp = (
        [SQL("write_uid = %s", env.uid), SQL("write_date = %s", env.cr.now())]
        if model._log_access
        else []
    )
    casts = [
        SQL(
            "%s::%s[]",
            array_literal(columns[name]),
            SQL(model._fields[name].column_type[1]),
        )
        for name in names
    ]
    env.cr.execute(
        SQL(
            "UPDATE %s rec SET %s FROM unnest(%s) AS data (id, %s) WHERE rec.id = data.id",
            SQL.identifier(model._table),
            SQL(", ").join(
                [
                    *(
                        SQL("%s = data.%s", SQL.identifier(name), SQL.identifier(name))
                        for name in names
                    ),
                    *stamp,
                ]
            ),
            SQL(", ").join([SQL("%s::int4[]", array_literal(ids)), *casts]),
            SQL(", ").join(SQL.identifier(name) for name in names),
        )
    )
    model.invalidate_model(names, flush=False)
