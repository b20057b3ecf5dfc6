# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import logging

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL, file_open, html2plaintext

from ...engine import triage as engine

_logger = logging.getLogger(__name__)

SEED_MODEL = "crm_logistics_bridge/data/triage/seed_model.npz"
SEED = "crm_logistics_bridge/data/triage/seed.txt"
#: Fewer labelled tickets of the company teach nothing that the first messages do not.
MIN_OWN = 20
MAX_OWN = 8_000
#: From so many of its own on, the first messages count less and less.
ENOUGH_OWN = 300
#: How much a message counts: (a person decided, nobody objected until it was closed).
WEIGHT_PERSON, WEIGHT_CLOSED = 3.0, 0.7


class LogisticsTriageModel(models.Model):
    """A learned classifier, what it was learned from and how well it does."""

    _name = "logistics.triage.model"
    _inherit = "logistics.cached.mixin"
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
    judged_count = fields.Integer(
        string="Judged",
        readonly=True,
        help="Messages the figures were made of, each judged by a model that had not "
        "read it: your own tickets alone from 100 on, before that the first "
        "messages as well.",
    )
    calibration_error = fields.Float(
        readonly=True,
        aggregator=False,
        help="Mean gap between confidence and share classed rightly, by tenths of "
        "confidence: 0.05 means that 80 % sure is right 75 to 85 times of 100.",
    )
    threshold = fields.Float(
        aggregator=False,
        digits=(4, 3),
        help="From this confidence on the class is set without asking; below it is "
        "proposed. Found in cross-validation as the lowest with 92 % right; may be "
        "changed. 1.1 never decides by itself.",
    )
    table = fields.Json(readonly=True)
    confusion = fields.Json(readonly=True)
    content = fields.Binary(readonly=True, attachment=True)

    @api.depends("active")
    def _compute_in_use(self):
        current = self._current_id()
        for model in self:
            model.in_use = model.id == current

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
        shipped = self.env["logistics.issue.type"].sudo()._shipped_codes()
        model.issues = [shipped.get(code, code) for code in model.issues]
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
                        "calibration_error",
                    )
                },
                "judged_count": meta.get("judged", 0),
                "table": meta.get("table"),
                "confusion": meta.get("confusion"),
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
        """Labelled tickets and replies, newest first: [(text, issue code, weight, ticket id)].

        A reply that a person let change the type teaches that type; the ticket's own
        text goes on teaching the one it had before.
        """
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
                          AND d.message_id IS NULL
                        ORDER BY d.id DESC LIMIT 1) d ON TRUE
                  LEFT JOIN LATERAL (
                       SELECT MIN(c.logistics_issue_type_id) AS issue
                         FROM helpdesk_ticket_category_logistics_issue_type_rel c
                        WHERE c.helpdesk_ticket_category_id = t.category_id
                       HAVING COUNT(*) = 1) c ON TRUE
                  JOIN logistics_issue_type i ON i.id = COALESCE(d.issue, c.issue)
                 WHERE i.active AND (d.person OR s.closed)
             UNION ALL
                SELECT NULL, m.body, i.code, %(person)s, d.ticket_id
                  FROM logistics_triage_decision d
                  JOIN mail_message m ON m.id = d.message_id
                  JOIN logistics_issue_type i ON i.id = d.final_issue_type_id
                 WHERE i.active AND d.state IN ('confirmed', 'corrected')
                 ORDER BY 5 DESC LIMIT %(limit)s
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
        shipped = self.env["logistics.issue.type"]._shipped_codes()
        templates = [
            (shipped[issue], *rest) for issue, *rest in templates if issue in shipped
        ]
        texts, labels, groups = engine.messages(templates, each=2)
        weights = [min(1.0, ENOUGH_OWN / len(own))] * len(texts)
        is_own = [False] * len(texts) + [True] * len(own)
        for text, code, weight, ticket in own:
            texts.append(text)
            labels.append(code)
            weights.append(weight)
            # The same words in several tickets are one lesson, not a proof.
            groups.append(f"text {engine.essence(text) or ticket}")
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
                own=is_own,
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
