# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL, format_date, formatLang

from ..models.plan.forecast_plan import GRAINS

BUSY = 10  # deliveries per period that an article needs for its grain
ENOUGH = {"day": 180, "week": 365}  # days of history that a finer grain needs


class ForecastStart(models.TransientModel):
    """First plan: looks at the database and says what it would do."""

    _name = "forecast.start"
    _description = "Start Forecasting"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    name = fields.Char(required=True)
    grain = fields.Selection(
        [("day", "Day"), ("week", "Week"), ("month", "Month")], required=True
    )
    warehouse_ids = fields.Many2many(
        "stock.warehouse", domain="[('company_id', '=', company_id)]"
    )
    service_level = fields.Float(
        digits=(6, 4), default=lambda self: self.env.company.forecast_service_level
    )
    lead_days = fields.Integer(
        string="Lead Time without Vendor",
        default=lambda self: self.env.company.forecast_lead_days,
    )
    scheduled = fields.Boolean(
        string="Every Monday Morning",
        default=True,
        help="The plan runs by itself each Monday at 05:00.",
    )
    first_day = fields.Date(readonly=True)
    move_count = fields.Integer(readonly=True)
    pair_count = fields.Integer(readonly=True)
    busy_rate = fields.Float(readonly=True)
    no_vendor_count = fields.Integer(readonly=True)
    no_lead_count = fields.Integer(readonly=True)
    found = fields.Text(compute="_compute_texts")
    plan_text = fields.Text(string="What Will Happen", compute="_compute_texts")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        facts = self._facts(self.env.company)
        values.update(
            {name: value for name, value in facts.items() if name in self._fields}
        )
        names = {
            "day": self.env._("Daily demand forecast"),
            "week": self.env._("Weekly demand forecast"),
            "month": self.env._("Monthly demand forecast"),
        }
        values["name"] = names[values["grain"]]
        return values

    @api.onchange("grain")
    def _onchange_grain(self):
        names = {
            "day": self.env._("Daily demand forecast"),
            "week": self.env._("Weekly demand forecast"),
            "month": self.env._("Monthly demand forecast"),
        }
        if not self.name or self.name in names.values():
            self.name = names.get(self.grain)

    @api.model
    def _facts(self, company):
        """What the company's deliveries suggest, by one query.

        :returns: dict of default values
        """
        self.env["stock.warehouse"].check_access("read")
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
SELECT source.warehouse_id, move.product_id, COUNT(*), MIN(move.date)::date,
       COUNT(*) FILTER (WHERE move.date >= %(recent)s)
  FROM stock_move move
  JOIN stock_location source ON source.id = move.location_id
  JOIN stock_location target ON target.id = move.location_dest_id
  JOIN product_product product ON product.id = move.product_id AND product.active
  JOIN product_template template ON template.id = product.product_tmpl_id
   AND template.is_storable
 WHERE move.state = 'done' AND move.company_id = %(company)s
   AND target.usage = 'customer' AND source.warehouse_id IS NOT NULL
GROUP BY source.warehouse_id, move.product_id
""",
                company=company.id,
                recent=fields.Datetime.now() - timedelta(days=182),
            )
        )
        today = fields.Date.context_today(self)
        first = min((row[3] for row in rows), default=None)
        # the busiest fifth makes most of the business: its rhythm is the plan's
        recent = sorted((row[4] for row in rows), reverse=True)
        recent = recent[: max(len(recent) // 5, 1)]
        rate = sorted(recent)[len(recent) // 2] / 26 if recent else 0.0
        age = (today - first).days if first else 0
        grain = "month"
        if rate >= 7 * BUSY and age >= ENOUGH["day"]:
            grain = "day"
        elif rate >= BUSY and age >= ENOUGH["week"]:
            grain = "week"
        active = {row[0] for row in rows if row[4]} or {row[0] for row in rows}
        products = self.env["product.product"].browse({row[1] for row in rows}).exists()
        offers = products.with_company(company).seller_ids.filtered(
            lambda seller: seller.company_id in (company, company.browse())
        )
        sold = offers.product_tmpl_id
        return {
            "grain": grain,
            "first_day": first or False,
            "move_count": sum(row[2] for row in rows),
            "pair_count": len(rows),
            "busy_rate": rate,
            "warehouse_ids": [
                fields.Command.set(
                    self.env["stock.warehouse"]
                    .search(
                        [("id", "in", list(active)), ("company_id", "=", company.id)]
                    )
                    .ids
                )
            ],
            "no_vendor_count": len(
                products.filtered(lambda one: one.product_tmpl_id not in sold)
            ),
            # Odoo's own default is one day: nobody has thought about it yet
            "no_lead_count": len(
                offers.filtered(lambda seller: seller.delay <= 1).partner_id
            ),
        }

    @api.depends(
        "grain",
        "warehouse_ids",
        "scheduled",
        "service_level",
        "lead_days",
        "first_day",
        "move_count",
    )
    @api.depends_context("lang")
    def _compute_texts(self):
        for start in self:
            start.found = "\n".join(start._found())
            start.plan_text = "\n".join(start._plan_text())

    def _found(self):
        def number(value, digits=0):
            return formatLang(self.env, value, digits=digits)

        if not self.move_count:
            return [
                self.env._(
                    "No delivery to a customer has been done yet in %s. A plan can be made "
                    "now; it forecasts as soon as a complete period holds deliveries.",
                    self.company_id.name,
                )
            ]
        months = (fields.Date.context_today(self) - self.first_day).days / 30.4
        lines = [
            self.env._(
                "%(moves)s deliveries since %(date)s (%(months)s months), of %(pairs)s "
                "products × warehouses.",
                moves=number(self.move_count),
                date=format_date(self.env, self.first_day),
                months=number(months),
                pairs=number(self.pair_count),
            ),
            self.env._(
                "The busiest articles leave %s times a week.", number(self.busy_rate, 1)
            ),
        ]
        if months < 24:
            lines.append(
                self.env._(
                    "Less than two years: a yearly season cannot be learned yet."
                )
            )
        if self.no_vendor_count:
            lines.append(
                self.env._(
                    "%(count)s product(s) have no vendor: %(days)s days are taken as their "
                    "lead time.",
                    count=self.no_vendor_count,
                    days=self.lead_days,
                )
            )
        if self.no_lead_count:
            lines.append(
                self.env._(
                    "%s vendor(s) state a lead time of one day or none. Check them: reorder "
                    "points hang on it.",
                    self.no_lead_count,
                )
            )
        return lines

    def _plan_text(self):
        if not self.grain:
            return []
        _freq, history, horizon = GRAINS[self.grain]
        units = {
            "day": self.env._("days"),
            "week": self.env._("weeks"),
            "month": self.env._("months"),
        }
        lines = [
            self.env._(
                "Reads up to %(history)s complete %(unit)s of deliveries and returns.",
                history=history,
                unit=units[self.grain],
            ),
            self.env._(
                "Forecasts %(horizon)s %(unit)s ahead in %(warehouses)s, and judges itself "
                "against the past.",
                horizon=horizon,
                unit=units[self.grain],
                warehouses=", ".join(self.warehouse_ids.mapped("name"))
                or self.env._("all warehouses"),
            ),
            self.env._(
                "Proposes minimum and maximum for a service level of %.1f %%. Nothing is "
                "ordered or changed until you apply it.",
                100 * self.service_level,
            ),
        ]
        if self.scheduled:
            lines.append(self.env._("Runs again each Monday at 05:00."))
        return lines

    def action_start(self):
        """Make the plan, queue its run and show it."""
        self.ensure_one()
        plan = self.env["forecast.plan"].create(
            {
                "name": self.name,
                "company_id": self.company_id.id,
                "grain": self.grain,
                "warehouse_ids": [fields.Command.set(self.warehouse_ids.ids)],
                "service_level": self.service_level,
                "lead_days": self.lead_days,
                "scheduled": self.scheduled,
                "interval_number": 1,
                "interval_type": "weeks",
                **({"next_run": self._monday()} if self.scheduled else {}),
            }
        )
        plan.action_run()
        return {
            "type": "ir.actions.act_window",
            "res_model": "forecast.plan",
            "res_id": plan.id,
            "views": [(False, "form")],
        }

    def _monday(self):
        """Next Monday, 05:00 where the planner is, in UTC."""
        zone = ZoneInfo(self.env.user.tz or "UTC")
        here = fields.Datetime.now().replace(tzinfo=UTC).astimezone(zone)
        day = here.date() + timedelta(days=7 - here.weekday())
        when = datetime.combine(day, time(5), tzinfo=zone)
        return when.astimezone(UTC).replace(tzinfo=None)
