# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A thin client of a running Odoo, for scripts that load or replay data.

It adds to odoorpc what loaders need: keyed creation in batches (Odoo's own import
method `load`, which writes the record and its external id in one transaction, so
that a killed loader never doubles a record) and one clear error per failed call.
"""

import time
from urllib.parse import urlsplit

import odoorpc

MODULE = "__import__"
# written without notes, mails and followers: these records are history
QUIET = {
    "tz": "UTC",
    "lang": "en_US",
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
}


class RpcError(Exception):
    """A call that the server refused, with what was asked."""


class NoAnswer(RpcError):
    """Nobody answers at the address, or not as an Odoo does; it may later."""


class Client:
    """One logged-in user of one database.

    :param url: http(s)://host[:port] of the Odoo server
    :param db: database name
    :param login: user's login
    :param password: user's password or API key
    :param timeout: seconds one call may take
    """

    def __init__(self, url, db, login, password, timeout=900):
        parts = urlsplit(url if "//" in url else f"http://{url}")
        secure = parts.scheme == "https"
        self.url = f"{parts.scheme}://{parts.netloc}"
        self.db = db
        self.login = login
        try:
            self._odoo = odoorpc.ODOO(
                parts.hostname,
                protocol="jsonrpc+ssl" if secure else "jsonrpc",
                port=parts.port or (443 if secure else 80),
                timeout=timeout,
            )
            self._odoo.login(db, login, password)
        except odoorpc.error.Error as error:
            raise RpcError(f"login of {login!r} to database {db!r} at {self.url} failed: {error}") from error
        except OSError as error:
            raise NoAnswer(f"no Odoo answers at {self.url}: {error}") from error
        self.uid = self._odoo.env.uid
        self.calls = 0

    def call(self, model, method, *args, context=None, **kwargs):
        """Call a public model method and return its value.

        :param context: extra context keys, on top of :data:`QUIET`
        :raise RpcError: with model, method and the server's message
        """
        kwargs["context"] = {**QUIET, **(context or {})}
        self.calls += 1
        try:
            return self._odoo.execute_kw(model, method, list(args), kwargs)
        except odoorpc.error.RPCError as error:
            raise RpcError(f"{model}.{method}: {error}") from error

    def search_read(self, model, domain, fields, **kwargs):
        """Return matching records as a list of dicts."""
        return self.call(model, "search_read", domain, fields, **kwargs)

    def search(self, model, domain, **kwargs):
        """Return the ids of matching records."""
        return self.call(model, "search", domain, **kwargs)

    def create(self, model, values, **kwargs):
        """Create one record (dict -> id) or several (list -> ids)."""
        result = self.call(model, "create", values, **kwargs)
        if isinstance(values, dict) and isinstance(result, list):
            return result[0]
        return result

    def create_keyed(self, model, key, values, domain):
        """Create one record and its external id, or key the record that is there; return its id.

        For records that Odoo's import cannot make. The two calls are two transactions: a
        record whose creator was killed between them is found by *domain* and keyed.

        :param key: external id, without the module; not in use yet
        :param domain: what tells the record from all others
        """
        found = self.search(model, domain, limit=1, context={"active_test": False})
        record = found[0] if found else self.create(model, values)
        self.create("ir.model.data", {"module": MODULE, "name": key, "model": model, "res_id": record})
        return record

    def write(self, model, ids, values, **kwargs):
        """Write the same values to some records."""
        return self.call(model, "write", ids, values, **kwargs)

    def ref(self, xml_id, default=None):
        """Return the database id of an external id, or *default*."""
        module, name = xml_id.split(".", 1)
        found = self.search_read("ir.model.data", [("module", "=", module), ("name", "=", name)], ["res_id"])
        return found[0]["res_id"] if found else default

    def known(self, model, prefix):
        """Return {external name: database id} of imported records of a model.

        :param prefix: only names starting with this
        """
        rows = self.search_read(
            "ir.model.data",
            [
                ("module", "=", MODULE),
                ("model", "=", model),
                ("name", "=like", prefix.replace("_", r"\_") + "%"),
            ],
            ["name", "res_id"],
        )
        return {row["name"]: row["res_id"] for row in rows}

    def load(self, model, fields, rows, context=None):
        """Create or update records through Odoo's import; all rows or none.

        :param fields: column names as on Odoo's import screen (`id`, `.id`,
            `partner_id/id`, `order_line/product_id/id`, ...)
        :param rows: list of lists of text
        :return: list of database ids
        :raise RpcError: naming row, field and reason of what was refused
        """
        if not rows:
            return []
        result = self.call(model, "load", fields, rows, context=context)
        if not result["ids"]:
            problems = "; ".join(
                f"row {message.get('record', '?')} field {message.get('field', '?')}: {message.get('message')}"
                for message in result["messages"][:5]
            )
            raise RpcError(f"{model}: import refused: {problems}")
        return result["ids"]

    def load_new(self, model, prefix, records, context=None):
        """Create the records of *records* that are not there yet.

        :param prefix: common start of all keys, used to look up what exists
        :param records: {key: {column: text}}; the key becomes the external id
        :return: {key: database id} of all records of *prefix*
        """
        known = self.known(model, prefix)
        missing = {key: row for key, row in records.items() if key not in known}
        columns = list(dict.fromkeys(name for row in missing.values() for name in row))
        ids = self.load(
            model,
            ["id", *columns],
            [[f"{MODULE}.{key}", *(str(row.get(name, "")) for name in columns)] for key, row in missing.items()],
            context=context,
        )
        known.update(zip(missing, ids, strict=True))
        return known


def retrying(action, attempts=3, pause=3.0):
    """Run *action* again when the server refused it, e.g. because the call of a
    loader killed a moment ago was still being carried out.

    *action* must look at the present state each time and do only what is missing.
    """
    for attempt in range(1, attempts + 1):
        try:
            return action()
        except RpcError:
            if attempt == attempts:
                raise
            time.sleep(pause * attempt)
