# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_link_auto_score = fields.Float(
        string="Confirm links from",
        default=0.9,
        help="A reference written in a ticket and found in that customer's own "
        "records is linked without asking when its score reaches this value "
        "(0 to 1). Weaker ones wait as proposals. 1.1 never confirms by itself.",
    )
    logistics_link_recent_days = fields.Integer(
        string="Recently delivered (days)",
        default=30,
        help="A ticket that names no reference gets the sender's open orders and "
        "those delivered in the last days proposed.",
    )
    logistics_eta_history_days = fields.Integer(
        string="Delivery history (days)",
        default=540,
        help="Deliveries completed within this window teach the delivery dates. "
        "One and a half years sees every season once and forgets old carriers.",
    )
    logistics_eta_min_obs = fields.Integer(
        string="Deliveries per lane",
        default=10,
        help="A lane (warehouse, carrier, region, weekday) with fewer completed "
        "deliveries uses the figures of its parent lane.",
    )
    logistics_eta_cutoff_hour = fields.Float(
        string="Daily cut-off",
        default=15.0,
        help="An order confirmed after this hour (company time zone) starts its "
        "way the next day.",
    )
    logistics_eta_grace_hours = fields.Float(
        string="Late after (hours)",
        default=4.0,
        help="A delivery is late once its expected arrival passes the promised "
        "one by more than this.",
    )
    logistics_eta_holidays = fields.Boolean(
        string="Public holidays",
        default=True,
        help="Public holidays of the company's country, and the days off of its working "
        "calendar that hold for everybody, do not count as days of a delivery.",
    )
    logistics_eta_closed_weekdays = fields.Char(
        string="Weekdays without arrivals",
        readonly=True,
        help="Learned from history (0 = Monday): days on which as good as nothing "
        "arrives do not count as days of a delivery.",
    )
    logistics_delay_notice = fields.Boolean(
        string="Tell customers of delays",
        default=True,
        help="One message when the expected arrival passes the promised one, and a "
        "further one only when the date told then passes as well. Deliveries that are "
        "late when this is switched on are left alone.",
    )
    logistics_delay_notice_sms = fields.Boolean(
        string="Also by SMS",
        help="Needs Odoo's SMS application and a phone number of the customer.",
    )
    logistics_delay_notice_hours = fields.Integer(
        string="Hours between two notices",
        default=24,
        help="Least time between two notices about the same delivery.",
    )
    logistics_quiet_from = fields.Float(
        string="Quiet from",
        default=21.0,
        help="No message about a delay goes out between these hours, in the time zone of "
        "the customer, or else of the company. The same hour twice: at any time.",
    )
    logistics_quiet_to = fields.Float(string="Quiet until", default=8.0)
    logistics_segment_field_id = fields.Many2one(
        "ir.model.fields",
        string="Segment of a customer",
        ondelete="set null",
        domain=[
            ("model", "=", "res.partner"),
            ("store", "=", True),
            ("ttype", "in", ("char", "selection", "many2one", "many2many")),
        ],
        help="The field of the contact that the customer overview shows as its segment. "
        "Empty: the contact's tags.",
    )
    logistics_tracking_days = fields.Integer(
        string="Tracking links valid (days)",
        default=90,
        help="How long a customer may follow an order by its signed link.",
    )

    @api.constrains("logistics_quiet_from", "logistics_quiet_to")
    def _check_logistics_quiet(self):
        for company in self:
            for value in (company.logistics_quiet_from, company.logistics_quiet_to):
                if not 0 <= value <= 24:
                    raise ValidationError(
                        self.env._(
                            "Quiet hours of %(company)s: %(value)s is no hour between "
                            "0 and 24.",
                            company=company.name,
                            value=value,
                        )
                    )

    def write(self, vals):
        switched = self.browse()
        if vals.get("logistics_delay_notice"):
            switched = self.filtered(lambda c: not c.logistics_delay_notice)
        result = super().write(vals)
        if switched:
            self.env["stock.picking"].sudo()._logistics_mark_told(switched)
        return result
