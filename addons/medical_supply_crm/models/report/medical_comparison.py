# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import math

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...engine import replay


class MedicalComparison(models.Model):
    """A hospital's own history lived through again under plain min/max, par refill and
    booked demand: what the schedule saves, as computed figures."""

    _name = "medical.comparison"
    _description = "Policy Comparison"
    _order = "id desc"
    _rec_name = "hospital_id"

    hospital_id = fields.Many2one(
        "res.partner",
        required=True,
        domain=[("is_hospital", "=", True)],
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    lead_days = fields.Integer(default=7, required=True)
    review_days = fields.Integer(default=7, required=True)
    target = fields.Float(
        string="Fill Rate Compared At (%)", default=99.0, required=True
    )
    computed_on = fields.Datetime(readonly=True, copy=False)
    series = fields.Integer(string="Storeroom × Product", readonly=True, copy=False)
    periods = fields.Integer(string="Weeks", readonly=True, copy=False)
    learned = fields.Integer(
        string="Weeks Only Learned From", readonly=True, copy=False
    )
    estimated = fields.Float(
        string="Demand Estimated (%)",
        readonly=True,
        copy=False,
        help="Share of the weeks in which the shelf was empty or nothing is known: the "
        "demand is then the mean of the weeks around.",
    )
    booked_stock = fields.Monetary(
        string="Stock, Booked Demand", readonly=True, copy=False
    )
    minmax_stock = fields.Monetary(string="Stock, Min/Max", readonly=True, copy=False)
    par_stock = fields.Monetary(string="Stock, Par Refill", readonly=True, copy=False)
    booked_waste = fields.Monetary(
        string="Waste, Booked Demand", readonly=True, copy=False
    )
    minmax_waste = fields.Monetary(string="Waste, Min/Max", readonly=True, copy=False)
    par_waste = fields.Monetary(string="Waste, Par Refill", readonly=True, copy=False)
    stock_saved = fields.Float(
        string="Less Stock (%)",
        readonly=True,
        copy=False,
        help="100 × (1 - stock under booked demand ÷ stock under min/max), both at the "
        "fill rate compared at.",
    )
    waste_saved = fields.Float(
        string="Less Waste (%)",
        readonly=True,
        copy=False,
        help="100 × (1 - waste under booked demand ÷ waste under min/max), both at the "
        "fill rate compared at.",
    )
    shortage_ratio = fields.Float(
        string="Stock-Outs at Equal Stock (%)",
        readonly=True,
        copy=False,
        help="100 × short weeks under booked demand ÷ short weeks under min/max, with "
        "the stock of min/max.",
    )
    point_ids = fields.One2many(
        "medical.comparison.point", "comparison_id", readonly=True
    )

    _times_positive = models.Constraint(
        "CHECK (lead_days >= 0 AND review_days > 0 AND target > 50 AND target < 100)",
        "Lead days are at least 0, review days at least 1, and the fill rate lies "
        "between 50 and 100 %.",
    )

    def action_compute(self):
        """Read the history and compare; the result replaces the one before.

        :raise UserError: the history does not suffice, with the reason
        """
        self.check_access("write")
        for comparison in self:
            try:
                comparison._compute()
            except replay.LedgerError as error:
                raise UserError(
                    self.env._(
                        "%(hospital)s: the history cannot be compared yet: %(reason)s",
                        hospital=comparison.hospital_id.display_name,
                        reason=str(error),
                    )
                ) from error
        return True

    def action_curves(self):
        """Stock and waste against fill rate, policy by policy."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_comparison_point_action"
        )
        action["domain"] = [("comparison_id", "=", self.id)]
        return action

    def action_moves(self):
        """The stock moves that the history was read from."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stock Moves"),
            "res_model": "stock.move",
            "view_mode": "list,form",
            "domain": self._move_domain(),
        }

    def _compute(self):
        ledger = replay.read_ledger(self._read_ledger(), period="week")
        rows = self._read_schedule()
        schedule = replay.read_schedule(rows, ledger) if len(rows) else None
        result = replay.compare(
            ledger,
            schedule,
            lead_days=self.lead_days,
            review_days=self.review_days,
            target=self.target / 100,
        )
        self._store(result)

    def _store(self, result):
        fill = result.equal_fill.set_index(["abc", "policy"]).loc["all"]
        stock = result.equal_stock.set_index(["abc", "policy"]).loc["all"]
        same = stock.loc["minmax"]
        ratio = (
            same["booked_stockout_share"] / same["stockout_share"]
            if same["stockout_share"] > 0
            else math.nan
        )

        def number(value, factor=1.0):
            return 0.0 if value is None or math.isnan(value) else float(value) * factor

        values = {
            "computed_on": fields.Datetime.now(),
            "series": result.facts["series"],
            "periods": result.facts["periods"],
            "learned": result.facts["first"],
            "estimated": 100 * result.facts["estimated"],
            "stock_saved": number(fill.loc["minmax", "stock_saved"], 100),
            "waste_saved": number(fill.loc["minmax", "waste_saved"], 100),
            "shortage_ratio": number(ratio, 100),
            "point_ids": [Command.clear()]
            + [
                Command.create(
                    {
                        "policy": row.policy,
                        "abc": row.abc,
                        "setting": row.setting,
                        "fill_rate": number(row.fill_rate, 100),
                        "stockout_share": number(row.stockout_share, 100),
                        "stock_value": number(row.stock_value),
                        "waste_value": number(row.waste_value),
                    }
                )
                for row in result.curves.itertuples(index=False)
            ],
        }
        for policy in ("booked", "minmax", "par"):
            values[f"{policy}_stock"] = number(fill.loc[policy, "stock_value"])
            values[f"{policy}_waste"] = number(fill.loc[policy, "waste_value"])
        # sudo: results are not written by hand
        self.sudo().write(values)

    @api.model
    def _cron_compare(self):
        """Monthly: the last comparison of every hospital, computed again; hospitals
        whose history does not suffice keep what they have."""
        done = self.env["res.partner"]
        for comparison in self.search([("computed_on", "!=", False)]):
            if comparison.hospital_id in done:
                continue
            done |= comparison.hospital_id
            try:
                with self.env.cr.savepoint():
                    comparison._compute()
            except replay.LedgerError:
                continue
            self.env["ir.cron"]._commit_progress(1)
