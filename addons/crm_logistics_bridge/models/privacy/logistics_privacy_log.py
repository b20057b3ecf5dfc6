# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import hmac

SCOPE = "crm_logistics_bridge.privacy"
HASH_LENGTH = 24


class LogisticsPrivacyLog(models.Model):
    """What was deleted or anonymised: how much, by whom, by which rule. Never changed.

    It names no person and no record: of each record it keeps a keyed hash, by which one
    can ask whether a known number was among them.
    """

    _name = "logistics.privacy.log"
    _description = "Privacy Log"
    _order = "id desc"
    _rec_name = "rule_name"

    date = fields.Datetime(
        required=True, readonly=True, index=True, default=fields.Datetime.now
    )
    user_id = fields.Many2one(
        "res.users",
        string="Decided by",
        required=True,
        readonly=True,
        ondelete="restrict",
        help="Who activated the rule, or who forgot the person.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    rule_id = fields.Many2one(
        "logistics.privacy.rule",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    rule_name = fields.Char(string="By", required=True, readonly=True)
    action = fields.Selection(
        [
            ("delete", "Deleted"),
            ("anonymise", "Anonymised"),
            ("attachments", "Files removed"),
            ("forget", "Person forgotten"),
            ("activate", "Rule activated"),
            ("pause", "Rule paused"),
            ("hold", "Legal hold set"),
            ("unhold", "Legal hold lifted"),
        ],
        required=True,
        readonly=True,
    )
    model_name = fields.Char(string="Data", readonly=True)
    record_count = fields.Integer(string="Records", readonly=True)
    attachment_count = fields.Integer(string="Files", readonly=True)
    kept_count = fields.Integer(string="Kept", readonly=True)
    detail = fields.Text(readonly=True)
    hashes = fields.Text(
        readonly=True, help="One keyed hash per record, in place of its number."
    )

    @api.model
    @api.private
    def _hash(self, model, record_id):
        """Hash that stands for a record; another database's differ."""
        return hmac(self.env(su=True), SCOPE, (model, record_id))[:HASH_LENGTH]

    @api.model
    @api.private
    def _note(self, action, company, name, model="", ids=(), **values):
        """Keep what was done.

        :param ids: of the records it was done to; only their hashes are kept
        """
        # sudo: the log is nobody's to write; every caller has checked who asks
        return self.sudo().create(
            {
                "action": action,
                "company_id": company.id,
                "rule_name": name,
                "model_name": model,
                "record_count": len(ids),
                "hashes": "\n".join(self._hash(model, number) for number in ids),
                "user_id": self.env.uid,
                **values,
            }
        )

    @api.model
    @api.private
    def _note_hold(self, records, hold):
        """Keep that legal holds were set or lifted.

        :param records: of one model with a company; those whose hold has changed
        :param hold: whether they are held now
        """
        for company, some in records.grouped("company_id").items():
            self._note(
                "hold" if hold else "unhold",
                company or self.env.company,
                self.env._("Legal hold"),
                records._name,
                some.ids,
            )

    @api.model
    def find_record(self, model, record_id):
        """Ids of the log's lines that a record is in.

        :param str model: such as "helpdesk.ticket"
        :param int record_id: the number it had
        """
        self.check_access("read")
        return self.search(
            [
                ("model_name", "=", model),
                ("hashes", "like", self._hash(model, int(record_id))),
            ]
        ).ids

    def write(self, vals):
        self._refuse_change()
        return super().write(vals)

    def _refuse_change(self):
        raise UserError(self.env._("The privacy log cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The privacy log cannot be deleted."))
