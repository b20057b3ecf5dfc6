# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import NOW
from .isolation import IsolationCase

_logger = logging.getLogger(__name__)

OURS = (
    "odoo.addons.medical_supply_crm",
    "odoo.addons.crm_logistics_bridge",
    "odoo.addons.omni_forecast",
)
#: Says nothing of a record: what every user of the database may know.
HARMLESS_RESULTS = (None, False, True, 0, 1, "", [], {}, ())


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestIsolationModels(IsolationCase):
    """Every model of the database, tried by every role with the ids of others."""

    def _readable(self, user):
        """Models that the access lists open to this user, by operation."""
        access = self.env["ir.model.access"].with_user(user)
        return {
            operation: [
                name
                for name, model in self.env.registry.items()
                if not model._abstract
                and model._auto
                and access.check(name, operation, raise_exception=False)
            ]
            for operation in ("read", "write", "create", "unlink")
        }

    def _refused(self, label, call):
        """Count the attempt; it must be refused."""
        self.attempts += 1
        try:
            with self.env.cr.savepoint(flush=False):
                result = call()
        except (AccessError, UserError, psycopg2.IntegrityError):
            self.env.invalidate_all(flush=False)
            return
        self.leaks.append((label, result))

    def _empty(self, label, result):
        self.attempts += 1
        if result:
            self.leaks.append((label, result))

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_model", "odoo.sql_db")
    def test_every_model_with_the_ids_of_others(self):
        for login, user in self.users.items():
            self.attempts, self.leaks = 0, []
            lists = self._readable(user)
            foreign = self.foreign[login]
            tried = 0
            for name in sorted(self.env.registry):
                model = self.env[name]
                if model._abstract or not model._auto:
                    continue
                ids = sorted(foreign.get(name, ()))
                model = model.with_user(user).with_context(active_test=False)
                if not ids:
                    continue
                tried += 1
                if name in lists["read"]:
                    self._try_readable(model, ids)
                else:
                    self._not_found(model, ids)
                for number in ids[:20]:
                    record = model.browse(number)
                    self._refused((name, "read", number), lambda r=record: r.read())
                record = model.browse(ids[0])
                self._refused(
                    (name, "write"),
                    lambda r=record: r.write({"write_date": "2020-01-01 00:00:00"}),
                )
                self._refused((name, "unlink"), lambda r=record: r.unlink())
                self._refused((name, "copy"), lambda r=record: r.copy())
            self._try_own_records(user, lists["read"], self.marks[login])
            self._try_create(user, lists["create"], foreign)
            _logger.info(
                "Isolation of %s: %s models with foreign records, %s readable, %s "
                "attempts, %s leaks",
                login,
                tried,
                len(lists["read"]),
                self.attempts,
                len(self.leaks),
            )
            self.assertFalse(self.leaks, login)
            self.assertGreater(tried, 40)

    def _not_found(self, model, ids):
        """Without an access list the search is refused, or (attachments, whose access
        follows the record they belong to) finds nothing."""
        try:
            found = model.search([("id", "in", ids)]).ids
        except AccessError:
            found = []
        self._empty((model._name, "search"), found)

    def _try_readable(self, model, ids):
        name = model._name
        mine = [("id", "in", ids)]
        self._empty((name, "search"), model.search(mine).ids)
        self._empty((name, "search_count"), model.search_count(mine))
        self._empty((name, "name_search"), model.name_search("", mine, limit=5))
        counts = model.formatted_read_group(mine, [], ["__count"])
        self._empty((name, "read_group"), sum(row["__count"] for row in counts))
        self._empty(
            (name, "web_search_read"),
            model.web_search_read(mine, {"id": {}})["records"],
        )
        self._refused(
            (name, "export_data"), lambda: model.browse(ids[:1]).export_data(["id"])
        )
        self._refused(
            (name, "web_read"),
            lambda: model.browse(ids[:1]).web_read({"display_name": {}}),
        )

    def _try_own_records(self, user, names, marks):
        """No field of what a user may read shows what is not theirs."""
        for name in names:
            records = self.env[name].with_user(user).search([], limit=50)
            if not records or name in ("ir.attachment",):
                continue
            for field in records._fields:
                self.attempts += 1
                try:
                    text = str(records.read([field]))
                except (AccessError, UserError):
                    self.env.invalidate_all(flush=False)
                    continue
                for mark in marks:
                    if mark in text:
                        self.leaks.append((name, "own records", field, mark))

    def _try_create(self, user, names, foreign):
        """Nothing of one's own below what is another's."""
        threads = [
            (name, sorted(ids)[0])
            for name, ids in foreign.items()
            if "message_ids" in self.env[name]._fields
        ]
        messages = self.env["mail.message"].with_user(user)
        for model, res_id in threads:
            self._refused(
                ("mail.message", "create", model),
                lambda m=model, i=res_id: (
                    messages.create(
                        {
                            "model": m,
                            "res_id": i,
                            "body": "x",
                            "message_type": "comment",
                        }
                    ).ids
                ),
            )
        attachments = self.env["ir.attachment"].with_user(user)
        for model, ids in foreign.items():
            first = min(ids)
            self._refused(
                ("ir.attachment", "create", model),
                lambda m=model, i=first: (
                    attachments.create(
                        {"name": "x", "raw": b"x", "res_model": m, "res_id": i}
                    ).ids
                ),
            )
        for name in names:
            model = self.env[name].with_user(user)
            if name in ("mail.message", "ir.filters"):
                continue
            for field in model._fields.values():
                if (
                    field.type != "many2one"
                    or not field.store
                    or field.name in MAGIC_COLUMNS
                ):
                    continue
                if ids := foreign.get(field.comodel_name):
                    first = min(ids)
                    self._refused(
                        (name, "create", field.name),
                        lambda m=model, f=field.name, i=first: m.create({f: i}).ids,
                    )

    # -- methods over RPC ---------------------------------------------------------------
    def _our_methods(self, name):
        """Public methods that our add-ons bring to a model, as RPC finds them."""
        model = self.env[name]
        names = {
            attribute
            for cls in type(model).mro()
            if (getattr(cls, "__module__", "") or "").startswith(OURS)
            for attribute, value in vars(cls).items()
            if callable(value) and not attribute.startswith("_")
        }
        found = []
        for method in sorted(names):
            try:
                get_public_method(model, method)
            except (AccessError, AttributeError):
                continue
            found.append(method)
        return found

    def _state(self, ids_by_model):
        """Fingerprint of the foreign rows."""
        self.env.flush_all()
        tables = self._tables()
        parts = [
            SQL(
                "SELECT %s AS name, COALESCE(SUM(hashtext(t::text)), 0) AS hash "
                "FROM %s t WHERE id = ANY(%s)",
                name,
                SQL.identifier(tables[name]),
                sorted(ids),
            )
            for name, ids in ids_by_model.items()
        ]
        return sorted(self.env.execute_query(SQL(" UNION ALL ").join(parts)))

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_model", "odoo.sql_db")
    def test_every_method_of_ours_with_the_ids_of_others(self):
        for login, user in self.users.items():
            foreign = self.foreign[login]
            calls, leaks, before = 0, [], self._state(foreign)
            for name in sorted(self.env.registry):
                model = self.env[name]
                if model._transient:
                    ids = [0]
                elif model._abstract:
                    ids = [0]
                else:
                    ids = sorted(foreign.get(name, ()))[:1] or [0]
                for method in self._our_methods(name):
                    calls += 1
                    for result in self._results(
                        model.with_user(user), method, ids, foreign
                    ):
                        if self._tells(result, self.marks[login]):
                            leaks.append((name, method, str(result)[:200]))
                    after = self._state(foreign)
                    if after != before:
                        changed = sorted({row[0] for row in set(after) ^ set(before)})
                        leaks.append((name, method, "changed", changed))
                        before = after
            _logger.info(
                "Isolation of %s: %s public methods of ours, %s leaks",
                login,
                calls,
                len(leaks),
            )
            self.assertEqual(leaks, [], login)
            self.assertGreater(calls, 50)

    def _results(self, model, method, ids, foreign):
        """What the method answers without arguments, and with foreign ids for them."""
        partner = sorted(foreign["res.partner"])[0]
        for args in ((), (partner,), (model._name, ids[0]), ([],)):
            try:
                with self.env.cr.savepoint():
                    records = model.browse(ids if ids != [0] else [])
                    yield getattr(records, method)(*args)
                    raise _Undone
            except Exception:  # pylint: disable=broad-except
                # refused, or not called like this: nothing was answered
                self.env.invalidate_all(flush=False)

    def _tells(self, result, marks):
        text = str(result)
        if hasattr(result, "_name"):
            try:
                text = str(result.read())
            except (AccessError, UserError):
                return False
        return any(mark in text for mark in marks)


class _Undone(Exception):
    """Takes back what a call has changed."""
