# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.bulk import copy_frame

COLUMNS = {
    "lines": "int", "out_lines": "int", "short_lines": "int", "order_lines": "int",
    "stock_value": "numeric", "use_value": "numeric", "risk_value": "numeric",
    "expired_value": "numeric", "booked_value": "numeric", "at_risk": "int",
}  # fmt: skip


class MedicalSupplyFact(models.Model):
    """How a storeroom stood on a day, by criticality: written by the run of that day."""

    _name = "medical.supply.fact"
    _description = "Storeroom Day"
    _order = "date desc, storeroom_id, criticality_id"
    _rec_name = "storeroom_id"
    _log_access = False

    date = fields.Date(required=True, readonly=True, index=True)
    storeroom_id = fields.Many2one(
        "medical.storeroom", required=True, readonly=True, ondelete="cascade"
    )
    criticality_id = fields.Many2one(
        "medical.criticality", required=True, readonly=True, ondelete="cascade"
    )
    hospital_id = fields.Many2one("res.partner", readonly=True, index=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    lines = fields.Integer(string="Par Lines", readonly=True)
    out_lines = fields.Integer(
        string="Stock-Outs",
        readonly=True,
        help="Par lines with expected use and nothing usable on the shelf.",
    )
    short_lines = fields.Integer(
        string="Short Before Delivery",
        readonly=True,
        help="Par lines whose stock runs out before the lead time is over.",
    )
    order_lines = fields.Integer(string="Lines to Order", readonly=True)
    at_risk = fields.Integer(
        string="Procedures at Risk",
        readonly=True,
        help="Booked procedures that no delivery can save, counted once per product.",
    )
    stock_value = fields.Monetary(
        readonly=True, aggregator="avg", help="Units on the shelf × cost."
    )
    use_value = fields.Monetary(
        string="Expected Daily Use",
        readonly=True,
        aggregator="avg",
        help="(Booked + unbooked use) ÷ days of the protection interval × cost.",
    )
    booked_value = fields.Monetary(
        string="Booked Use",
        readonly=True,
        aggregator="avg",
        help="Expected use by booked procedures in the protection interval × cost.",
    )
    risk_value = fields.Monetary(
        string="Waste at Risk",
        readonly=True,
        aggregator="avg",
        help="Units that will expire unused × cost.",
    )
    expired_value = fields.Monetary(
        string="Expired on the Shelf",
        readonly=True,
        aggregator="avg",
        help="Units past their expiration date × cost.",
    )
    fill_rate = fields.Float(
        string="Lines in Stock (%)",
        readonly=True,
        compute="_compute_ratios",
        aggregator="avg",
        store=False,
        help="100 × (par lines - stock-outs) ÷ par lines.",
    )
    inventory_days = fields.Float(
        readonly=True,
        compute="_compute_ratios",
        help="Value on the shelf ÷ value of the expected daily use.",
    )

    _day_uniq = models.Constraint(
        "UNIQUE (date, storeroom_id, criticality_id)", "One row for each day."
    )

    @api.depends("lines", "out_lines", "stock_value", "use_value")
    def _compute_ratios(self):
        for fact in self:
            fact.fill_rate = (
                100 * (fact.lines - fact.out_lines) / fact.lines
                if fact.lines
                else 100.0
            )
            fact.inventory_days = (
                fact.stock_value / fact.use_value if fact.use_value else 0.0
            )

    def _read_group_select(self, aggregate_spec, query):
        """Ratios of groups are ratios of sums, not means of ratios."""
        column = aggregate_spec.split(":")[0]
        if column == "fill_rate":
            return SQL(
                "100.0 * (SUM(%(lines)s) - SUM(%(out)s)) / NULLIF(SUM(%(lines)s), 0)",
                lines=self._field_to_sql(self._table, "lines", query),
                out=self._field_to_sql(self._table, "out_lines", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    def action_open_lines(self):
        """The par lines behind the figures."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_storeroom_line_action"
        )
        action["domain"] = [
            ("storeroom_id", "=", self.storeroom_id.id),
            ("criticality_id", "=", self.criticality_id.id),
        ]
        return action

    @api.model
    def _write_day(self, run, lines, stock, waste, threatened):
        """Facts of a run, one row for each storeroom and class; the last run of a day
        speaks for it.

        :param run: medical.replenishment.run
        :param lines: the plan's lines with storeroom_id; :param stock: its stock table
        :param waste: the plan's waste; :param dict threatened: line id -> event ids
        """
        if not len(lines):
            return
        table = lines.merge(stock[["line_id", "unit_cost", "lead_days"]], on="line_id")
        cost = table["unit_cost"].astype(float)
        days = table["protection_days"].clip(lower=1)
        use = (table["booked_mean"] + table["unbooked_mean"]) / days
        day = pd.Timestamp(run.date)
        soon = day + pd.to_timedelta(table["lead_days"].astype(float), unit="D")
        lost = waste.merge(stock[["line_id", "unit_cost"]], on="line_id")
        worth = lost["quantity"] * lost["unit_cost"].astype(float)
        gone = pd.to_datetime(lost["expiry"]) < day
        by_line = worth.groupby(lost["line_id"]).sum()
        expired = worth[gone].groupby(lost["line_id"][gone]).sum()
        facts = pd.DataFrame(
            {
                "line_id": table["line_id"],
                "lines": 1,
                "out_lines": ((use > 0) & (table["usable"] <= 0)).astype(int),
                "short_lines": (table["first_short_date"] < soon).astype(int),
                "order_lines": (table["order_qty"] > 0).astype(int),
                "stock_value": table["on_hand"] * cost,
                "use_value": use * cost,
                "booked_value": table["booked_mean"] * cost,
                "risk_value": table["line_id"].map(by_line).fillna(0.0),
                "expired_value": table["line_id"].map(expired).fillna(0.0),
                "at_risk": [
                    len(threatened.get(int(row), ())) for row in table["line_id"]
                ],
            }
        )
        source = copy_frame(
            self.env, "medical_new_fact", facts, {"line_id": "int", **COLUMNS}
        )
        self.flush_model()
        names = SQL(", ").join(SQL.identifier(name) for name in COLUMNS)
        sums = SQL(", ").join(
            SQL(
                "SUM(%s)" if kind == "int" else "ROUND(SUM(%s), 2)",
                SQL.identifier("new", name),
            )
            for name, kind in COLUMNS.items()
        )
        updates = SQL(", ").join(
            SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
            for name in COLUMNS
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO medical_supply_fact (
                    date, storeroom_id, criticality_id, hospital_id, company_id, %s)
                SELECT %s, par.storeroom_id, par.criticality_id, par.hospital_id,
                       par.company_id, %s
                  FROM %s new
                  JOIN medical_storeroom_line par ON par.id = new.line_id
              GROUP BY 2, 3, 4, 5
                    ON CONFLICT (date, storeroom_id, criticality_id)
                    DO UPDATE SET %s
                """,
                names,
                run.date,
                sums,
                source,
                updates,
            )
        )
        self.invalidate_model()
