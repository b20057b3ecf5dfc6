# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL, split_every

LATE_REASONS = [
    ("out_of_stock", "Out of stock"),
    ("not_picked", "Not picked"),
    ("carrier", "Carrier"),
]
ETA_SOURCES = [
    ("learned", "Learned from past deliveries"),
    ("scheduled", "Scheduled date (no history yet)"),
    ("restock", "Incoming goods, then as past deliveries"),
    ("vendor", "Vendor's lead time (nothing ordered yet)"),
    ("nothing", "No date: nothing has been ordered"),
    ("beyond", "Longer than any past delivery"),
    ("delivered", "Delivered"),
]
#: Bases on which no date can be told.
UNDATED = ("beyond", "nothing")
#: Carrier states that mean: handed over, not arrived.
UNDER_WAY = ("shipping_recorded_in_carrier", "in_transit", "incident")
#: Odoo sets the first of them for every carrier, also for those that never report.
HANDED_OVER = "shipping_recorded_in_carrier"
#: A parcel nobody has heard of for so many days counts as arrived.
SILENT_DAYS = 30
_TRIGGERS = {
    "carrier_id",
    "scheduled_date",
    "delivery_state",
    "date_done",
    "date_delivered",
    "partner_id",
}
BATCH = 5000


class StockPicking(models.Model):
    _inherit = "stock.picking"

    logistics_eta_date = fields.Datetime(
        string="Expected arrival",
        readonly=True,
        copy=False,
        help="Half of comparable deliveries arrive by then, given how long this one "
        "is already under way.",
    )
    logistics_eta_latest_date = fields.Datetime(
        string="Latest likely arrival",
        readonly=True,
        copy=False,
        help="Nine of ten comparable deliveries arrive by then.",
    )
    logistics_promise_date = fields.Datetime(
        string="Promised arrival",
        readonly=True,
        copy=False,
        help="The date asked for on the order, or else the date that nine of ten "
        "comparable deliveries meet, fixed when the order was confirmed.",
    )
    logistics_told_date = fields.Datetime(
        string="Date last told",
        readonly=True,
        copy=False,
        help="The latest date that the customer was told for this delivery after the "
        "promise could not be kept. A later notice needs a further slip past it.",
    )
    logistics_late = fields.Boolean(
        string="Late",
        readonly=True,
        copy=False,
        help="Not delivered, and expected later than promised.",
    )
    logistics_late_reason = fields.Selection(
        LATE_REASONS, string="Reason for delay", readonly=True, copy=False
    )
    logistics_eta_source = fields.Selection(
        ETA_SOURCES, string="Basis of expected arrival", readonly=True, copy=False
    )
    logistics_eta_observations = fields.Integer(
        string="Comparable deliveries", readonly=True, copy=False
    )
    logistics_under_way = fields.Boolean(
        string="With the carrier",
        readonly=True,
        copy=False,
        help="Shipped, and its carrier has yet to report the arrival. Deliveries by "
        "carriers that report nothing count as arrived when they are shipped.",
    )

    _logistics_late_idx = models.Index("(company_id) WHERE logistics_late")
    _logistics_open_out_idx = models.Index(
        "(picking_type_id) WHERE state NOT IN ('done', 'cancel')"
    )
    _logistics_under_way_idx = models.Index("(company_id) WHERE logistics_under_way")
    _logistics_reported_idx = models.Index(
        "(carrier_id) WHERE date_delivered IS NOT NULL"
    )
    _logistics_tracking_idx = models.Index(
        "(carrier_tracking_ref) WHERE carrier_tracking_ref IS NOT NULL"
    )

    # -- when ---------------------------------------------------------------
    def write(self, vals):
        result = super().write(vals)
        if _TRIGGERS & vals.keys():
            self._logistics_schedule_refresh()
        return result

    def _action_done(self):
        result = super()._action_done()
        self._logistics_schedule_refresh()
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self._logistics_schedule_refresh()
        return result

    @api.model
    def _cron_logistics_refresh(self):
        # All companies, of which a database holds few.
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        count = self._logistics_refresh_open(companies)
        self._logistics_send_notices(companies)
        self.env["ir.cron"]._commit_progress(count, remaining=0)

    @api.model
    @api.private
    def _logistics_refresh_open(self, companies):
        """Refresh every delivery under way of the companies; returns how many."""
        Run, total = self.env["logistics.job.run"], 0
        for company in companies:
            with Run.track("refresh", company) as figures:
                pickings = self.sudo().search(
                    [
                        ("company_id", "=", company.id),
                        "|",
                        ("picking_type_code", "=", "outgoing"),
                        "&",
                        ("picking_type_code", "=", "internal"),
                        ("sale_id", "!=", False),
                        "|",
                        ("state", "not in", ("draft", "done", "cancel")),
                        ("logistics_under_way", "=", True),
                    ],
                    order="id",
                )
                for ids in split_every(BATCH, pickings.ids):
                    self.browse(ids)._logistics_refresh_eta()
                figures["rows"] = len(pickings)
                total += len(pickings)
        return total

    # -- how ----------------------------------------------------------------
    @api.private
    def _logistics_schedule_refresh(self, new_promise=False):
        """Refresh these deliveries once, when the transaction is about to commit.

        Confirming or validating an order touches its deliveries many times; one
        refresh at the end is enough.

        :param bool new_promise: the order itself was re-dated: promise anew
        """
        if not self:
            return
        precommit = self.env.cr.precommit
        key = "crm_logistics_bridge.eta"
        if key not in precommit.data:
            precommit.data[key] = {"refresh": set(), "promise": set()}
            # Dates follow from any user's work, portal users' included.
            env = self.sudo().env

            @precommit.add
            def refresh():
                noted = precommit.data.pop(key, None)
                if not noted:
                    return
                pickings = env["stock.picking"]
                pickings._logistics_forget_promise(sorted(noted["promise"]))
                pickings.browse(sorted(noted["refresh"]))._logistics_refresh_eta()

        precommit.data[key]["refresh"].update(self.ids)
        if new_promise:
            precommit.data[key]["promise"].update(self.ids)

    @api.model
    @api.private
    def _logistics_forget_promise(self, ids):
        if ids:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "UPDATE stock_picking SET logistics_promise_date = NULL, "
                    "logistics_told_date = NULL WHERE id = ANY(%s)",
                    ids,
                )
            )
