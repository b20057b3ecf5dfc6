# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import inspect
import json
import logging
import re
import threading

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import NOW
from .isolation import IsolationCase

_logger = logging.getLogger(__name__)

#: Addresses that concern the session of the browser alone, or never answer.
SESSION_ONLY = (
    "/web/session/logout",
    "/web/session/destroy",
    "/my/deactivate_account",
    "/websocket",
    "/web/become",
    "/web/set_profiling",
    "/web/tests",
    "/web/bundle",
    "/web/assets",
)
BY_ROLE = (
    "/my",
    "/mail/thread",
    "/mail/message",
    "/mail/chatter",
    "/medical",
    "/new",
    "/portal",
    "/report/<converter>/<reportname>/<docids>",
    "/submitted",
    "/ticket",
    "/web/content/<int:id>",
    "/web/dataset",
)
#: Which record a parameter names; one that is not here is tried with all of them.
MODELS_OF = {
    "order_id": ("sale.order", "purchase.order"),
    "sale_order_id": ("sale.order",),
    "picking_id": ("stock.picking",),
    "invoice_id": ("account.move",),
    "ticket_id": ("helpdesk.ticket",),
    "rma_id": ("rma",),
    "partner_id": ("res.partner",),
    "partner_ids": ("res.partner",),
    "proposal_id": ("medical.proposal",),
    "storeroom_id": ("medical.storeroom",),
    "storeroom": ("medical.storeroom",),
    "room": ("medical.storeroom",),
    "delivery": ("stock.picking",),
    "feed_id": ("medical.feed",),
    "notice_id": ("medical.recall.notice",),
    "answer_id": ("medical.recall.answer",),
    "recall_id": ("medical.recall",),
    "event_id": ("medical.event",),
    "line_id": ("medical.proposal.line", "sale.order.line"),
    "consumption_id": ("medical.consumption",),
    "attachment_id": ("ir.attachment",),
    "attachment_ids": ("ir.attachment",),
    "attachments": ("ir.attachment",),
    "document_id": ("ir.attachment",),
    "message_id": ("mail.message",),
    "follower_id": ("mail.followers",),
    "page": (),
    "width": (),
    "height": (),
    "limit": (),
    "offset": (),
    "country": (),
}
#: For an id of which the name does not tell the model.
ANY = ("sale.order", "account.move", "helpdesk.ticket", "ir.attachment", "res.partner")
THREADS = (
    *ANY,
    "stock.picking",
    "rma",
    "medical.proposal",
    "medical.storeroom",
    "medical.consumption",
    "medical.recall.notice",
)
MODEL_PARAMS = ("model", "res_model", "thread_model", "model_name")
TOKEN_PARAMS = ("access_token", "token", "hash", "_hash")
IDS = re.compile(r"(^|_)ids?$|^(invoices|moves|attachments|partner|order|docids)$")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestIsolationRoutes(IsolationCase):
    """Every address that a portal user can reach, with the ids of others."""

    def setUp(self):
        super().setUp()
        self.env.cr.flush()

    def _routes(self):
        """Rules of the routing map open to a portal user (or to anybody)."""
        # the map is made for the database of the thread, which a server has set
        threading.current_thread().dbname = self.env.cr.dbname
        return [
            rule
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if rule.endpoint.routing.get("auth") in ("user", "public")
            and rule.endpoint.routing.get("type") in ("http", "jsonrpc")
            and not rule.rule.startswith(SESSION_ONLY)
        ]

    def _parameters(self, rule):
        """Names of the parameters in the address and of the function's own."""
        function = getattr(rule.endpoint.func, "original_endpoint", rule.endpoint.func)
        signature = inspect.signature(inspect.unwrap(function)).parameters.values()
        names = [
            param.name
            for param in signature
            if param.kind in (param.POSITIONAL_OR_KEYWORD, param.KEYWORD_ONLY)
            and param.name != "self"
        ]
        takes_all = any(param.kind == param.VAR_KEYWORD for param in signature)
        in_path = list(rule.arguments)
        return in_path, [name for name in names if name not in in_path], takes_all

    def _targets(self, login, names):
        """(model, id) pairs of others to try with these parameters."""
        foreign = self.foreign[login]
        models = []
        for name in names:
            if name in MODELS_OF:
                models += MODELS_OF[name]
            elif name in MODEL_PARAMS:
                models += THREADS
            elif IDS.search(name):
                models += ANY
        return [
            (model, sorted(foreign[model])[-1])
            for model in dict.fromkeys(models)
            if foreign.get(model)
        ]

    def _value(self, name, model, number, login):
        if name in MODEL_PARAMS:
            return model
        if name in TOKEN_PARAMS:
            return self.tokens[login].get(model, "guess")
        if name.endswith("ids") or name in ("invoices", "moves", "attachments"):
            return [number]
        if name in MODELS_OF and not MODELS_OF[name]:
            return 1
        if name in MODELS_OF and model not in MODELS_OF[name]:
            return self._one(login, MODELS_OF[name][0])
        if IDS.search(name) or name in MODELS_OF:
            return number
        return {
            "field": "name",
            "subject": "stock",
            "converter": "html",
            "reportname": "sale.report_saleorder",
            "docids": number,
            "report_name": "stock.report_deliveryslip",
            "output_format": "html",
            "filetype": "pdf",
            "emails": ["x@example.com"],
            "post_data": {"body": "<p>x</p>", "message_type": "comment"},
            "update_data": {"body": "x"},
            "fetch_params": {},
            "methods": ["read"],
            "method": "read",
            "args": [[number]],
            "kwargs": {},
            "day": "2026-03-04",
            "data": json.dumps({"model": model, "ids": [number], "fields": []}),
        }.get(name, "1")

    def _requests(self, rule, login):
        """(address, values) of the attempts on one rule."""
        in_path, own, takes_all = self._parameters(rule)
        names = [*in_path, *own]
        if takes_all:
            own = list(
                dict.fromkeys(
                    [*own, "access_token", "ticket_id", "order_id", "picking_id"]
                    + ["invoice_id", "res_model", "res_id", "partner_id", "stage_id"]
                )
            )
        targets = self._targets(login, names)
        seen = set()
        for model, number in targets or [
            ("sale.order", self._one(login, "sale.order"))
        ]:
            path = re.sub(
                r"<(?:([^:<>]+):)?([^<>]+)>",
                lambda match, m=model, n=number: self._in_path(match, m, n, login),
                rule.rule,
            )
            values = {name: self._value(name, model, number, login) for name in own}
            if "stage_id" in values:
                values["stage_id"] = self.closed_stage.id
            key = (path, json.dumps(values, default=str))
            if key not in seen:
                seen.add(key)
                yield path, values

    def _in_path(self, match, model, number, login):
        converter, name = match.groups()
        if converter and converter.startswith("model"):
            return str(number)
        value = self._value(name, model, number, login)
        if converter == "int" and not str(value).isdigit():
            return str(number)
        return str(value[0] if isinstance(value, list) else value)

    def _one(self, login, model):
        return max(self.foreign[login].get(model) or [0])

    # -- what must not change -----------------------------------------------------------
    def _state(self, login):
        """Fingerprint of the others' rows, and of what hangs on them."""
        self.env.flush_all()
        if login not in self.queries:
            tables = self._tables()
            parts = [
                SQL(
                    "SELECT %s AS name, COALESCE(SUM(hashtext(t::text)), 0) AS hash "
                    "FROM %s t WHERE id = ANY(%s)",
                    model,
                    SQL.identifier(tables[model]),
                    sorted(ids),
                )
                for model, ids in self.foreign[login].items()
            ]
            for table, model_column in (
                ("mail_message", "model"),
                ("ir_attachment", "res_model"),
                ("mail_followers", "res_model"),
                ("mail_activity", "res_model"),
            ):
                pairs = [
                    SQL("(%s = %s AND res_id = ANY(%s))", column, model, sorted(ids))
                    for column in (SQL.identifier(model_column),)
                    for model, ids in self.foreign[login].items()
                ]
                parts.append(
                    SQL(
                        "SELECT %s, COUNT(*) FROM %s WHERE %s",
                        f"{table} of others",
                        SQL.identifier(table),
                        SQL(" OR ").join(pairs),
                    )
                )
            self.queries[login] = SQL(" UNION ALL ").join(parts)
        return dict(self.env.execute_query(self.queries[login]))

    def _call(self, rule, path, values):
        """Send one request as the session's user; return the answer's text."""
        if rule.endpoint.routing["type"] == "jsonrpc":
            response = self.url_open(
                path,
                json={"jsonrpc": "2.0", "method": "call", "params": values},
                allow_redirects=False,
            )
        else:
            methods = rule.endpoint.routing.get("methods") or ["GET", "POST"]
            form = {
                name: json.dumps(value) if isinstance(value, dict | list) else value
                for name, value in values.items()
            }
            if "GET" in methods:
                response = self.url_open(path, params=form, allow_redirects=False)
            if "POST" in [name.upper() for name in methods]:
                response = self.url_open(
                    path,
                    data=dict(form, csrf_token=self.csrf()),
                    allow_redirects=False,
                )
        return f"{response.headers.get('Location', '')} {response.text}"

    def _run_routes(self, login, routes):
        self.authenticate(login, login)
        attempts, leaks, before = 0, [], self._state(login)
        for rule in routes:
            for path, values in self._requests(rule, login):
                attempts += 1
                text = self._call(rule, path, values)
                for mark in self.marks[login]:
                    if mark in text:
                        leaks.append((rule.rule, path, values, "shows", mark))
            after = self._state(login)
            if after != before:
                changed = [name for name in after if after[name] != before.get(name)]
                leaks.append((rule.rule, "changes", changed))
                before = after
        _logger.info(
            "Isolation of %s: %s routes, %s attempts, %s leaks",
            login,
            len(routes),
            attempts,
            len(leaks),
        )
        return leaks

    def _own_tokens(self, login):
        """Tokens of the user's own records, to be used for those of others."""
        own = {
            "manager_a": self.made["ward"],
            "nurse_a": self.made["ward"],
            "integration_a": {},
        }[login]
        return {
            model: self.env[model].browse(max(ids)).access_token or "guess"
            for model, ids in own.items()
            if "access_token" in self.env[model]._fields
        }

    def test_every_route_with_the_ids_of_others(self):
        self.queries = {}
        self.tokens = {login: self._own_tokens(login) for login in self.users}
        self.closed_stage = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        routes = self._routes()
        self.assertGreater(len(routes), 200)
        for login in self.users:
            for model in (*THREADS, *sum(MODELS_OF.values(), ())):
                if model not in ("purchase.order", "mail.followers"):
                    self.assertTrue(self.foreign[login].get(model), (login, model))
        # what a role adds or takes away is in these
        named = [rule for rule in routes if rule.rule.startswith(BY_ROLE)]
        with mute_logger(
            "odoo.http",
            "odoo.addons.base.models.ir_model",
            "odoo.addons.base.models.ir_rule",
            "odoo.sql_db",
            "odoo.addons.base.models.ir_qweb",
            "odoo.addons.google_gmail.controllers.main",
            "odoo.addons.mail.controllers.mail",
            "odoo.addons.mail.models.mail_thread",
            "odoo.addons.microsoft_outlook.controllers.main",
            "werkzeug",
        ):
            leaks = self._run_routes("manager_a", routes)
            leaks += self._run_routes("nurse_a", named)
            leaks += self._run_routes("integration_a", named)
        self.assertFalse(leaks)
