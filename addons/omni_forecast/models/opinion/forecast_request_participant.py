# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class ForecastRequestParticipant(models.Model):
    _name = "forecast.request.participant"
    _description = "Contributor of an Opinion Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state, id"
    _rec_name = "request_id"

    request_id = fields.Many2one(
        "forecast.request", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    kind = fields.Selection(related="request_id.kind")
    request_state = fields.Selection(related="request_id.state", string="Request State")
    deadline = fields.Date(related="request_id.deadline", store=True)
    note = fields.Text(related="request_id.note")
    show_forecast = fields.Boolean(related="request_id.show_forecast")
    user_id = fields.Many2one(
        "res.users",
        string="Contributor",
        required=True,
        index=True,
        domain="[('share', '=', False)]",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Territory",
        help="The sales team whose customers this person speaks for. Empty: his or her "
        "own sales orders.",
    )
    state = fields.Selection(
        [("asked", "Asked"), ("answered", "Answered")],
        required=True,
        default="asked",
        readonly=True,
    )
    opinion_ids = fields.One2many(
        "forecast.opinion", "participant_id", string="Your Figures"
    )
    share = fields.Float(
        digits=(6, 4),
        readonly=True,
        aggregator=None,
        groups="omni_forecast.group_forecast_reader",
        help="Share of this territory in last year's demand for the products asked about.",
    )
    factor = fields.Float(
        string="Bias Correction",
        digits=(6, 3),
        default=1.0,
        readonly=True,
        aggregator=None,
        groups="omni_forecast.group_forecast_reader",
        help="The figures are multiplied by it: actual over forecast of earlier requests, "
        "ratio of sums, drawn towards 1 while the record is short.",
    )
    scored_count = fields.Integer(
        string="Scored",
        readonly=True,
        aggregator=None,
        groups="omni_forecast.group_forecast_reader",
    )

    _once = models.UniqueIndex(
        "(request_id, user_id, team_id) NULLS NOT DISTINCT",
        "A contributor is asked once per territory.",
    )

    @api.depends("request_id", "user_id")
    def _compute_display_name(self):
        for one in self:
            one.display_name = one.request_id.name

    @api.constrains("user_id")
    def _check_user(self):
        for one in self:
            if not one.user_id.has_group("omni_forecast.group_forecast_contributor"):
                raise UserError(
                    self.env._(
                        "%s is not in the group Demand Forecast / Contributor.",
                        one.user_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        late = records.filtered(lambda one: one.request_id.state == "open")
        late._make_rows()
        late._learn()
        late._remind()
        return records

    def write(self, vals):
        """Contributors change nothing here but the rows of their own grid."""
        if (
            not self.env.su
            and set(vals) - {"opinion_ids"}
            and not self.env.user.has_group("omni_forecast.group_forecast_planner")
        ):
            raise AccessError(
                self.env._("Only the figures of your own grid can be changed.")
            )
        return super().write(vals)

    def _make_rows(self):
        """One empty row per product or category and period, for each contributor."""
        values = []
        for one in self.sudo():
            request = one.request_id
            if one.opinion_ids:
                continue
            items = [{"product_id": product.id} for product in request.product_ids]
            items += [{"categ_id": category.id} for category in request.categ_ids]
            values += [
                {
                    **item,
                    "participant_id": one.id,
                    "request_id": request.id,
                    "kind": request.kind,
                    "author_id": one.user_id.id,
                    "plan_id": request.plan_id.id,
                    "company_id": request.company_id.id,
                    "warehouse_id": request.warehouse_id.id,
                    "date": day,
                }
                for item in items
                for day in request._periods()
            ]
        rows = self.env["forecast.opinion"].sudo().create(values)
        rows._note_statistical()
        for row in rows.filtered("request_id.show_forecast"):
            if row.kind == "expert":
                row.hint = row.statistical

    def _learn(self):
        """Share of each territory, and the correction its record asks for."""
        from ...engine.opinion_records import bias_factor

        sales = self.sudo().filtered(lambda one: one.kind == "sales")
        for request in sales.request_id:
            parts = sales.filtered(lambda one, r=request: one.request_id == r)
            demand = request._territory_demand(request._history_dates())
            whole = sum(demand["all"].values())
            for one in parts:
                own = sum(demand[one._territory()].values())
                record = one.env["forecast.opinion"].search(
                    [
                        ("kind", "=", "sales"),
                        ("author_id", "=", one.user_id.id),
                        ("participant_id.team_id", "=", one.team_id.id),
                        ("scored", "=", True),
                        ("company_id", "=", one.company_id.id),
                    ]
                )
                one.write(
                    {
                        "share": own / whole if whole > 0 else 0.0,
                        "factor": bias_factor(
                            [(row.expected, row.actual) for row in record]
                        ),
                        "scored_count": len(record),
                    }
                )

    def _territory(self):
        """Key of the territory in `_territory_demand`."""
        self.ensure_one()
        if self.team_id:
            return ("team", self.team_id.id)
        return ("user", self.user_id.id)

    def _remind(self, mail=False):
        """Leave a To-Do with each contributor, once; optionally write a mail too."""
        for one in self.sudo():
            if not one.activity_ids:
                one.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=one.deadline,
                    user_id=one.user_id.id,
                    summary=one.with_context(lang=one.user_id.lang).env._(
                        "Your figures: %s", one.request_id.name
                    ),
                )
            if mail:
                record = one.with_context(lang=one.user_id.lang)
                one.message_notify(
                    partner_ids=one.user_id.partner_id.ids,
                    subject=record.env._("Your figures: %s", one.request_id.name),
                    body=record.env._(
                        "Please enter your figures until %(date)s.", date=one.deadline
                    ),
                )

    def _done_reminding(self):
        """sudo: the To-Do was made by the planner."""
        self.sudo().activity_ids.unlink()

    def action_submit(self):
        """Hand in the grid; it may be changed until the deadline."""
        for one in self:
            if not self.env.su and one.user_id != self.env.user:
                raise AccessError(self.env._("Only the contributor hands in figures."))
            if one.request_state != "open":
                raise UserError(self.env._("This request is closed."))
            given = one.opinion_ids.filtered("answered")
            if not given:
                raise UserError(self.env._("Enter at least one figure first."))
            if one.kind == "expert":
                for row in given:
                    if not (row.reason or "").strip():
                        raise UserError(
                            self.env._(
                                "%(item)s, %(date)s: give a reason for your figure.",
                                item=row.item,
                                date=row.date,
                            )
                        )
            one.sudo().state = "answered"
            one._done_reminding()
            one.request_id._publish()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Thank you. You can change your figures until the deadline."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
