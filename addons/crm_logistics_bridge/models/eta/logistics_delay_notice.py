# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_date


class LogisticsDelayNotice(models.Model):
    """A slip of a delivery past the date its customer counted on, told once.

    The baseline is the promise, and after a notice the date told in it. A pair of
    delivery and baseline is told once: the database refuses a second.
    """

    _name = "logistics.delay.notice"
    _description = "Delay Notice"
    _order = "date desc, id desc"
    _rec_name = "picking_id"

    date = fields.Datetime(
        string="Told on", required=True, readonly=True, default=fields.Datetime.now
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    baseline_date = fields.Datetime(
        string="Date missed",
        required=True,
        readonly=True,
        help="The date that can no longer be met: the promise, or the date told last.",
    )
    eta_date = fields.Datetime(string="Expected arrival", readonly=True)
    told_date = fields.Datetime(
        string="Date told", readonly=True, help="Latest likely arrival as told."
    )
    dated = fields.Boolean(
        readonly=True, help="Unset: no new date could be given with this notice."
    )
    reason = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("mail", "Message and portal"),
            ("sms", "Message, SMS and portal"),
            ("portal", "Portal only (no e-mail address)"),
        ],
        required=True,
        readonly=True,
        default="portal",
    )
    parent_id = fields.Many2one(
        "logistics.delay.notice",
        string="Told together with",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    child_ids = fields.One2many("logistics.delay.notice", "parent_id", readonly=True)

    _slip_uniq = models.Constraint(
        "UNIQUE (picking_id, baseline_date)",
        "This slip of the delivery has been told already.",
    )

    @api.private
    def _slips(self):
        """This notice and those told with it; for the template."""
        return self | self.child_ids

    @api.private
    def _day(self, value):
        """A date as the customer reads it, in the company's time zone; for the template."""
        lang = self.partner_id.lang or self.env.lang
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=self.company_id.partner_id.tz or "UTC"), value
        )
        return format_date(self.env, local.date(), lang_code=lang)

    @api.private
    def _range(self):
        """Expected to latest arrival as the customer reads it."""
        first, last = self._day(self.eta_date), self._day(self.told_date)
        return first if first == last else f"{first} – {last}"

    @api.private
    def _url(self):
        """Where the customer follows the order without logging in; empty without order."""
        return self.order_id._logistics_tracking_url() if self.order_id else ""

    @api.private
    def _send(self):
        """Tell the customers of these notices (each the first of its order).

        Message on the order, which the portal shows too; by SMS as well where the
        company asks for it and Odoo's SMS application is there. Extend to tell through
        other channels.
        """
        template = self.env.ref("crm_logistics_bridge.mail_template_delay_notice")
        for notice in self:
            partner = notice.partner_id
            record = notice.order_id or notice.picking_id
            values = {
                name: template._render_field(name, notice.ids, compute_lang=True)[
                    notice.id
                ]
                for name in ("subject", "body_html")
            }
            record.with_context(lang=partner.lang).message_post(
                subject=values["subject"],
                body=values["body_html"],
                author_id=notice.company_id.partner_id.id,
                email_from=notice.company_id.email_formatted or None,
                partner_ids=partner.ids if partner.email else [],
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                email_layout_xmlid="mail.mail_notification_light",
            )
            state = "mail" if partner.email else "portal"
            if notice._send_sms(record, values["subject"]):
                state = "sms"
            notice._slips().state = state

    @api.private
    def _send_sms(self, record, text):
        """Send the subject as SMS; whether one was sent."""
        self.ensure_one()
        if not self.company_id.logistics_delay_notice_sms or not self.partner_id.phone:
            return False
        # From Odoo's SMS application, which this add-on does not need otherwise.
        if "sms.sms" not in self.env:
            return False
        url = self._url()
        record._message_sms(
            f"{text} {url}".strip(), partner_ids=self.partner_id.ids, put_in_queue=True
        )
        return True
