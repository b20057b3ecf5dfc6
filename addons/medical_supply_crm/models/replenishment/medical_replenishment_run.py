# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import time

from odoo import api, fields, models
from odoo.fields import Command

from ... import engine
from ...tools.locking import lock_rows

_logger = logging.getLogger(__name__)


class MedicalReplenishmentRun(models.Model):
    """One calculation for a set of storerooms: reads, calls the engine, writes.

    No demand is computed here: the model method turns records into tables, and the
    engine's tables into proposal lines.
    """

    _name = "medical.replenishment.run"
    _description = "Replenishment Run"
    _order = "id desc"
    _rec_name = "started_on"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    date = fields.Date(readonly=True)
    started_on = fields.Datetime(readonly=True)
    trigger = fields.Selection(
        [("manual", "By Hand"), ("cron", "Nightly")], readonly=True
    )
    storeroom_ids = fields.Many2many(
        "medical.storeroom", string="Storerooms", readonly=True
    )
    duration = fields.Float(string="Seconds", readonly=True, digits=(10, 2))
    engine_duration = fields.Float(
        string="Engine Seconds", readonly=True, digits=(10, 2)
    )
    line_count = fields.Integer(string="Par Lines", readonly=True)
    event_count = fields.Integer(string="Booked Procedures", readonly=True)
    order_line_count = fields.Integer(string="Lines to Order", readonly=True)
    waste_count = fields.Integer(string="Lots at Risk of Waste", readonly=True)
    proposal_ids = fields.One2many("medical.proposal", "run_id", readonly=True)
    proposal_count = fields.Integer(compute="_compute_proposal_count")
    problems = fields.Text(
        readonly=True, help="What the calculation could not use, and why."
    )

    @api.depends("proposal_ids")
    def _compute_proposal_count(self):
        for run in self:
            run.proposal_count = len(run.proposal_ids)

    def action_proposals(self):
        """Open the proposals of this run."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_proposal_action"
        )
        action["domain"] = [("storeroom_id", "in", self.storeroom_ids.ids)]
        action["context"] = {"search_default_open": 1}
        return action

    @api.model
    def action_run_all(self):
        """Replenish every storeroom of the companies at work."""
        storerooms = self.env["medical.storeroom"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        return self._run(storerooms)._get_records_action()

    @api.model
    def _cron_run(self):
        """Nightly: every storeroom of every company, one run per company."""
        for company, storerooms in (
            self.env["medical.storeroom"]
            .search([("company_id", "!=", False)])
            .grouped("company_id")
            .items()
        ):
            self.with_company(company)._run(storerooms, trigger="cron")
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _run(self, storerooms, trigger="manual"):
        """Calculate and bring the proposals up to date.

        Running again without changes leaves every proposal as it is; ordered
        quantities count as incoming, so only the difference is proposed.

        :param storerooms: medical.storeroom
        :return: medical.replenishment.run, one per company
        """
        runs = self.browse()
        for company, rooms in storerooms.grouped("company_id").items():
            runs |= self.with_company(company)._run_company(company, rooms, trigger)
        return runs

    def _run_company(self, company, rooms, trigger):
        started = time.monotonic()
        # two runs over one storeroom would both open a proposal
        lock_rows(rooms)
        today = fields.Date.context_today(self)
        tables = self._read_tables(rooms, today)
        engine_started = time.monotonic()
        plan = engine.replenish(**tables, today=today)
        engine_seconds = time.monotonic() - engine_started
        # sudo: the medical desk may run the calculation; runs, lines and waste are
        # its result and are not written by hand
        run = self.sudo().create(
            {
                "company_id": company.id,
                "date": today,
                "started_on": fields.Datetime.now(),
                "trigger": trigger,
                "storeroom_ids": [Command.set(rooms.ids)],
                "line_count": len(tables["stock"]),
                "event_count": tables["bookings"]["event_id"].nunique(),
                "waste_count": len(plan.waste),
                "engine_duration": engine_seconds,
                "problems": self._problem_text(plan.problems),
            }
        )
        lines = plan.lines.merge(
            tables["stock"][["line_id", "storeroom_id", "product_id"]], on="line_id"
        )
        threatened = run._threatened(lines, tables)
        to_order = run._write_proposals(lines, threatened)
        run._write_daily_use(plan.lines)
        run._write_waste(plan.waste, tables)
        self.env["medical.supply.fact"]._write_day(
            run, lines, tables["stock"], plan.waste, threatened
        )
        rooms.sudo().write({"last_run_date": fields.Datetime.now()})
        run._raise_tickets(threatened)
        run.write(
            {"order_line_count": to_order, "duration": time.monotonic() - started}
        )
        _logger.info(
            "Replenishment: %s par lines, %s to order, %.2f s (engine %.2f s)",
            run.line_count,
            to_order,
            run.duration,
            engine_seconds,
        )
        return run

    @api.model
    def _problem_text(self, problems):
        """The engine's problems, one line per kind, with the records' names."""
        lines = []
        for (_table, _column, code, message), rows in problems.groupby(
            ["table", "column", "code", "message"], sort=False
        ):
            if code == "no-line":
                names = [
                    self.env._(
                        "%(product)s in %(storeroom)s",
                        product=self.env["product.product"]
                        .browse(int(product))
                        .display_name,
                        storeroom=self.env["medical.storeroom"]
                        .browse(int(room))
                        .display_name,
                    )
                    for room, product in rows["key"][:20]
                ]
                text = self.env._(
                    "Booked kits need a product that the storeroom does not list"
                )
            else:
                names = [str(key) for key in rows["key"][:20]]
                text = message
            more = f" (+{len(rows) - 20})" if len(rows) > 20 else ""
            lines.append(f"{text}: {', '.join(names)}{more}")
        return "\n".join(lines) or False
