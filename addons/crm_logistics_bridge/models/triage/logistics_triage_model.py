# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import logging

from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL, file_open, html2plaintext

from ...engine import triage as engine

_logger = logging.getLogger(__name__)

SEED_MODEL = "crm_logistics_bridge/data/triage/seed_model.npz"
SEED = "crm_logistics_bridge/data/triage/seed.txt"
#: Fewer labelled tickets of the company teach nothing that the first messages do not.
MIN_OWN = 20
MAX_OWN = 20_000
#: How much a message counts: (a person decided, nobody objected until it was closed).
WEIGHT_PERSON, WEIGHT_CLOSED = 3.0, 0.7


class LogisticsTriageModel(models.Model):
    """A learned classifier, what it was learned from and how well it does."""

    _name = "logistics.triage.model"
    _description = "Triage Model"
    _order = "trained_date desc, id desc"
    _rec_name = "trained_date"

    trained_date = fields.Datetime(
        string="Learned on", required=True, readonly=True, default=fields.Datetime.now
    )
    active = fields.Boolean(default=True, readonly=True)
    in_use = fields.Boolean(compute="_compute_in_use")
    row_count = fields.Integer(string="Messages", readonly=True)
    own_count = fields.Integer(
        string="Own tickets", readonly=True, help="Labelled tickets of this database."
    )
    accuracy = fields.Float(
        readonly=True,
        aggregator=False,
        help="Share of messages classed rightly in cross-validation, decided or not.",
    )
    macro_f1 = fields.Float(
        readonly=True,
        aggregator=False,
        help="Mean over the issue types of 2 × precision × recall / (precision + recall).",
    )
    coverage = fields.Float(
        string="Decided by itself",
        readonly=True,
        aggregator=False,
        help="Share of messages at or above the threshold; the rest goes to a person.",
    )
    decided_precision = fields.Float(
        string="Right of those",
        readonly=True,
        aggregator=False,
        help="Share of the decided messages that were classed rightly.",
    )
    threshold = fields.Float(
        aggregator=False,
        digits=(4, 3),
        help="From this confidence on the class is set without asking; below it is "
        "proposed. Found in cross-validation as the lowest with 95 % right; may be "
        "changed. 1.1 never decides by itself.",
    )
    table = fields.Json(readonly=True)
    table_html = fields.Html(
        string="By issue type", compute="_compute_table_html", sanitize=False
    )
    content = fields.Binary(readonly=True, attachment=True)

    @api.depends("active")
    def _compute_in_use(self):
        current = self._current_id()
        for model in self:
            model.in_use = model.id == current

    @api.depends("table")
    @api.depends_context("lang")
    def _compute_table_html(self):
        names = {
            issue.code: issue.name
            for issue in self.env["logistics.issue.type"]
            .with_context(active_test=False)
            .search([])
        }
        head = Markup("").join(
            Markup("<th>%s</th>") % title
            for title in (
                self.env._("Issue type"),
                self.env._("Messages"),
                self.env._("Precision"),
                self.env._("Recall"),
                "F1",
            )
        )
        for model in self:
            rows = Markup("").join(
                Markup(
                    "<tr><td>%s</td><td>%s</td><td>%.2f</td><td>%.2f</td><td>%.2f</td></tr>"
                )
                % (
                    names.get(code, code),
                    row["rows"],
                    row["precision"],
                    row["recall"],
                    row["f1"],
                )
                for code, row in (model.table or {}).items()
            )
            model.table_html = (
                Markup(
                    "<table class='table table-sm'><thead><tr>%s</tr></thead>"
                    "<tbody>%s</tbody></table>"
                )
                % (head, rows)
                if rows
                else False
            )

    @api.model_create_multi
    def create(self, vals_list):
        result = super().create(vals_list)
        self.env.registry.clear_cache()
        return result

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    @api.private
    @tools.ormcache()
    def _current_id(self):
        return self.search([], limit=1).id

    @api.model
    @api.private
    @tools.ormcache()
    def _current(self):
        """(engine model, threshold, record id) in use; the shipped one before any."""
        record = self.browse(self._current_id()).sudo()
        # The shipped model is read from where it was shipped: an update may bring a new one.
        if record.own_count and record.content:
            try:
                model = engine.Model.load(base64.b64decode(record.content))
                return model, record.threshold, record.id
            except ValueError:
                # A ticket must not be lost for a model that cannot be read.
                _logger.error("Triage model %s cannot be read", record.id)
        with file_open(SEED_MODEL, "rb") as source:
            model = engine.Model.load(source.read())
        if record and not record.own_count:
            return model, record.threshold, record.id
        return model, model.meta["threshold"], False

    @api.model
    @api.private
    def _keep(self, model, own_count):
        """Store a learned model and take it into use."""
        meta = model.meta
        return self.create(
            {
                "row_count": meta["rows"],
                "own_count": own_count,
                "content": base64.b64encode(model.dump()),
                **{
                    name: meta.get(name, 0.0)
                    for name in (
                        "accuracy",
                        "macro_f1",
                        "coverage",
                        "decided_precision",
                        "threshold",
                    )
                },
                "table": meta.get("table"),
            }
        )

    @api.model
    @api.private
    def _first(self):
        """The record of the shipped model, so that its figures can be read."""
        if not self.with_context(active_test=False).search_count([], limit=1):
            with file_open(SEED_MODEL, "rb") as source:
                self._keep(engine.Model.load(source.read()), 0)

    # -- learning ---------------------------------------------------------
    @api.model
    @api.private
    def _own_messages(self):
        """Labelled tickets, newest first: [(text, issue code, weight, ticket id)]."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.name, t.description, i.code,
                       CASE WHEN d.person THEN %(person)s ELSE %(closed)s END, t.id
                  FROM helpdesk_ticket t
                  LEFT JOIN helpdesk_ticket_stage s ON s.id = t.stage_id
                  LEFT JOIN LATERAL (
                       SELECT d.state IN ('confirmed', 'corrected') AS person,
                              d.final_issue_type_id AS issue
                         FROM logistics_triage_decision d
                        WHERE d.ticket_id = t.id AND d.final_issue_type_id IS NOT NULL
                        ORDER BY d.id DESC LIMIT 1) d ON TRUE
                  LEFT JOIN LATERAL (
                       SELECT MIN(c.logistics_issue_type_id) AS issue
                         FROM helpdesk_ticket_category_logistics_issue_type_rel c
                        WHERE c.helpdesk_ticket_category_id = t.category_id
                       HAVING COUNT(*) = 1) c ON TRUE
                  JOIN logistics_issue_type i ON i.id = COALESCE(d.issue, c.issue)
                 WHERE i.active AND (d.person OR s.closed)
                 ORDER BY t.id DESC LIMIT %(limit)s
                """,
                person=WEIGHT_PERSON,
                closed=WEIGHT_CLOSED,
                limit=MAX_OWN,
            )
        )
        return [
            (
                engine.message(name, html2plaintext(body or "")),
                code,
                float(weight),
                ticket,
            )
            for name, body, code, weight, ticket in rows
        ]

    @api.private
    def _learn(self):
        """Learn from the first messages and the company's own tickets.

        :return: the new model, or an empty one when there is too little of its own
        """
        self.env.flush_all()
        own = self._own_messages()
        if len(own) < MIN_OWN:
            return self.browse()
        with file_open(SEED, "r") as source:
            templates = engine.read_templates(source.read())
        known = set(self.env["logistics.issue.type"]._ids_by_code())
        templates = [row for row in templates if row[0] in known]
        texts, labels, groups = engine.messages(templates, each=2)
        weights = [1.0] * len(texts)
        for text, code, weight, ticket in own:
            texts.append(text)
            labels.append(code)
            weights.append(weight)
            groups.append(f"ticket {ticket}")
        names = {
            name: place for place, name in enumerate(dict.fromkeys(map(str, groups)))
        }
        try:
            model = engine.learn(
                texts,
                labels,
                self.env["logistics.triage.rule"]._compiled(),
                groups=[names[str(group)] for group in groups],
                weights=weights,
            )
        except ImportError as error:
            raise UserError(
                self.env._("Learning needs the Python package scikit-learn.")
            ) from error
        return self._keep(model, len(own))

    @api.model
    def _cron_learn(self):
        """Learn anew from what was decided since; the scheduled job."""
        company = self.env.company
        with self.env["logistics.job.run"].track("triage", company) as figures:
            model = self._learn()
            figures["rows"] = model.row_count
            figures["message"] = (
                self.env._(
                    "Macro F1 %(f1).3f, decides %(share).0f %% of the messages",
                    f1=model.macro_f1,
                    share=100 * model.coverage,
                )
                if model
                else self.env._("Fewer than %s labelled tickets", MIN_OWN)
            )

    def action_learn(self):
        """The manager's button; the same as the scheduled job."""
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_manager"):
            raise UserError(
                self.env._("Only managers of customer logistics may do this.")
            )
        # sudo: all tickets teach, not only those the manager may read
        self.sudo()._cron_learn()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_logistics_bridge.logistics_job_run_action"
        )

    def action_use(self):
        """Go back to an earlier model: it becomes the newest one."""
        self.ensure_one()
        self.check_access("write")
        self.write({"trained_date": fields.Datetime.now(), "active": True})
