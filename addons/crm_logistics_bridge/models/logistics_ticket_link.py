# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

KINDS = [
    ("order", "Order"),
    ("picking", "Delivery"),
    ("rma", "Return"),
    ("invoice", "Invoice"),
]
#: kind -> (field of the link, model linked to)
TARGETS = {
    "order": ("order_id", "sale.order"),
    "picking": ("picking_id", "stock.picking"),
    "rma": ("rma_id", "rma"),
    "invoice": ("invoice_id", "account.move"),
}
MODEL_KINDS = {model: kind for kind, (_field, model) in TARGETS.items()}


class LogisticsTicketLink(models.Model):
    """Why a ticket belongs to a document: a decision that can be read and undone."""

    _name = "logistics.ticket.link"
    _description = "Ticket Link"
    _order = "ticket_id desc, state, score desc, id"
    _rec_name = "name"

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="ticket_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    rma_id = fields.Many2one(
        "rma",
        string="Return",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    invoice_id = fields.Many2one(
        "account.move",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    res_model = fields.Char(
        string="Document Model", compute="_compute_resource", store=True
    )
    res_id = fields.Many2oneReference(
        string="Document",
        model_field="res_model",
        compute="_compute_resource",
        store=True,
    )
    # Kept as text: an agent may read the number without rights on the document.
    name = fields.Char(string="Reference", required=True, readonly=True)
    score = fields.Float(
        readonly=True,
        digits=(3, 2),
        aggregator=False,
        help="How sure the reading of the text is, from 0 to 1.",
    )
    source = fields.Selection(
        [
            ("text", "Written in the ticket"),
            ("derived", "Follows from another link"),
            ("suggestion", "Customer's recent orders"),
            ("manual", "Added by hand"),
        ],
        required=True,
        readonly=True,
        default="manual",
    )
    # What was found, not a sentence: each reader gets it in their own language.
    reason_code = fields.Char(readonly=True)
    reason_value = fields.Char(
        readonly=True, help="What the reason names; the whole reason without a code."
    )
    reason = fields.Char(string="Why", compute="_compute_reason")
    can_open = fields.Boolean(
        compute="_compute_can_open", help="The reader may open the document itself."
    )
    snippet = fields.Char(
        string="Text",
        readonly=True,
        help="The words around the reference, as the customer wrote them.",
    )
    message_id = fields.Many2one("mail.message", readonly=True, ondelete="set null")
    state = fields.Selection(
        [
            ("confirmed", "Confirmed"),
            ("proposed", "Proposed"),
            ("rejected", "Rejected"),
        ],
        required=True,
        readonly=True,
        default="proposed",
    )
    decided_by_id = fields.Many2one(
        "res.users",
        string="Decided by",
        readonly=True,
        help="Empty when the software confirmed it by its score.",
    )
    decided_date = fields.Datetime(string="Decided on", readonly=True)

    _order_uniq = models.UniqueIndex(
        "(ticket_id, order_id) WHERE order_id IS NOT NULL",
        "This order is already linked to the ticket.",
    )
    _picking_uniq = models.UniqueIndex(
        "(ticket_id, picking_id) WHERE picking_id IS NOT NULL",
        "This delivery is already linked to the ticket.",
    )
    _rma_uniq = models.UniqueIndex(
        "(ticket_id, rma_id) WHERE rma_id IS NOT NULL",
        "This return is already linked to the ticket.",
    )
    _invoice_uniq = models.UniqueIndex(
        "(ticket_id, invoice_id) WHERE invoice_id IS NOT NULL",
        "This invoice is already linked to the ticket.",
    )
    _one_target = models.Constraint(
        "CHECK (num_nonnulls(order_id, picking_id, rma_id, invoice_id) = 1)",
        "A link points to exactly one document.",
    )

    @api.depends("kind", "order_id", "picking_id", "rma_id", "invoice_id")
    def _compute_resource(self):
        for link in self:
            field, model = TARGETS[link.kind]
            link.res_model, link.res_id = model, link[field].id

    @api.depends("reason_code", "reason_value", "source")
    @api.depends_context("lang")
    def _compute_reason(self):
        texts = self._reason_texts()
        sources = dict(self._fields["source"]._description_selection(self.env))
        for link in self:
            if link.reason_code in texts:
                link.reason = texts[link.reason_code].replace(
                    "%s", link.reason_value or ""
                )
            else:
                link.reason = link.reason_value or sources.get(link.source)

    @api.model
    @api.private
    def _reason_texts(self):
        """Reasons in the reader's language; %s stands for the value."""
        return {
            "exact": self.env._("Number %s written in full"),
            "variant": self.env._("%s in another spelling"),
            "listed": self.env._("Said in short with another number: %s"),
            "labelled": self.env._("Number after a word that names it: %s"),
            "loose": self.env._("Number near a word such as order: %s"),
            "tracking": self.env._("Tracking number %s"),
            "tracking_format": self.env._("Looks like tracking number %s"),
            "lot": self.env._("Lot or serial number %s in this delivery"),
            "customer_ref": self.env._("Customer's own reference %s"),
            "of_order": self.env._("Delivery of order %s"),
            "of_picking": self.env._("Order of delivery %s"),
            "open": self.env._("No reference in the text; open order of this customer"),
            "recent": self.env._("No reference in the text; recently delivered order"),
            "manual": self.env._("Added by %s"),
        }

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_can_open(self):
        self.can_open = False
        for kind, links in self.grouped("kind").items():
            field, model = TARGETS[kind]
            # sudo: the id only; whether it may be read is asked as the user
            targets = self.env[model].browse(links.sudo()[field].ids)
            readable = set(targets._filtered_access("read").ids)
            for link in links:
                link.can_open = link.sudo()[field].id in readable

    # -- decisions --------------------------------------------------------
    def action_confirm(self):
        """The agent says: yes, this is what the ticket is about."""
        self._decide("confirmed")

    def action_reject(self):
        """The agent says: no; the same reference is not proposed again."""
        self._decide("rejected")

    def action_undo(self):
        """Take a decision back, also one made by the software."""
        self._decide("proposed")

    def _decide(self, state):
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_agent"):
            raise AccessError(
                self.env._("Only agents of customer logistics may decide about links.")
            )
        self.ticket_id.check_access("write")
        # Agents have no write access to the table itself, so that reason, score and
        # text stay as found; what they may change is this decision.
        self.sudo()._set_state(state, self.env.user)

    @api.private
    def _set_state(self, state, user):
        """Write the state and keep the ticket's orders (helpdesk_mgmt_sale) in step."""
        decided = state != "proposed"
        self.write(
            {
                "state": state,
                "decided_by_id": user.id if decided and user else False,
                "decided_date": fields.Datetime.now() if decided else False,
            }
        )
        self._sync_ticket_orders()

    @api.private
    def _sync_ticket_orders(self):
        """Make sale_order_ids of the tickets hold the confirmed orders; two statements."""
        links = self.filtered("order_id")
        if not links:
            return
        links.flush_recordset()
        field = self.env["helpdesk.ticket"]._fields["sale_order_ids"]
        names = {
            "relation": SQL.identifier(field.relation),
            "ticket": SQL.identifier(field.column1),
            "order": SQL.identifier(field.column2),
        }
        self.env["helpdesk.ticket"].flush_model(["sale_order_ids"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(relation)s (%(ticket)s, %(order)s)
                SELECT ticket_id, order_id FROM logistics_ticket_link
                 WHERE id = ANY(%(ids)s) AND state = 'confirmed'
                    ON CONFLICT DO NOTHING
                """,
                ids=links.ids,
                **names,
            )
        )
        dropped = links.filtered(lambda link: link.state != "confirmed")
        if not dropped:
            links.ticket_id.invalidate_recordset(["sale_order_ids", "so_count"])
            links.order_id.invalidate_recordset(["ticket_ids", "ticket_count"])
            return
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM %(relation)s r USING logistics_ticket_link l
                 WHERE l.id = ANY(%(ids)s) AND l.state != 'confirmed'
                   AND r.%(ticket)s = l.ticket_id AND r.%(order)s = l.order_id
                """,
                ids=links.ids,
                **names,
            )
        )
        links.ticket_id.invalidate_recordset(["sale_order_ids", "so_count"])
        links.order_id.invalidate_recordset(["ticket_ids", "ticket_count"])

    def action_open_document(self):
        """Open the linked document, if the user may read it."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        if not record.has_access("read"):
            raise UserError(
                self.env._(
                    "You may not open %(name)s itself. What you may see of it is in the "
                    "customer overview.",
                    name=self.name,
                )
            )
        return record.get_formview_action()
