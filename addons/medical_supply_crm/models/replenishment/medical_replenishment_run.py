# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import time

import pandas as pd

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

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
        threatened = run._threatened(plan.lines, tables)
        to_order = run._write_proposals(plan.lines, threatened)
        run._write_daily_use(plan.lines)
        run._write_waste(plan.waste)
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

    # -- writing: batched -----------------------------------------------------------
    def _threatened(self, plan_lines, tables):
        """Booked procedures whose goods cannot be there in time: they lie between
        the day the stock runs out and the storeroom's next delivery.

        :return: dict storeroom line id -> list of event ids
        """
        short = plan_lines[plan_lines["first_short_date"].notna()][
            ["line_id", "first_short_date"]
        ].merge(tables["stock"][["line_id", "storeroom_id", "product_id"]])
        next_delivery = {
            room.id: pd.Timestamp(room.next_delivery_date(self.date))
            for room in self.storeroom_ids
        }
        uses = (
            tables["bookings"]
            .merge(tables["kit_lines"], on="kit_id")
            .merge(short, on=["storeroom_id", "product_id"])
        )
        day = pd.to_datetime(uses["date"])
        hit = (day >= uses["first_short_date"]) & (
            day < pd.to_datetime(uses["storeroom_id"].map(next_delivery))
        )
        return {
            int(line_id): sorted({int(event) for event in events})
            for line_id, events in uses[hit].groupby("line_id")["event_id"]
        }

    def _write_proposals(self, plan_lines, threatened):
        """Update the open proposals, open missing ones, close needless ones.

        :return: number of lines to order
        """
        self.ensure_one()
        line_model = self.env["medical.proposal.line"]
        room_of_line = dict(
            self.env["medical.storeroom.line"]
            .search([("storeroom_id", "in", self.storeroom_ids.ids)])
            .mapped(lambda line: (line.id, line.storeroom_id.id))
        )
        wanted = {}
        count = 0
        for row in plan_lines[plan_lines["order_qty"] > 0].itertuples(index=False):
            values = line_model._values_from_plan(row, threatened.get(row.line_id, []))
            wanted.setdefault(room_of_line[row.line_id], {})[int(row.line_id)] = values
            count += 1
        open_proposals = {
            proposal.storeroom_id: proposal
            for proposal in self.env["medical.proposal"].search(
                [
                    ("storeroom_id", "in", self.storeroom_ids.ids),
                    ("state", "in", ("draft", "sent")),
                ]
            )
        }
        to_create = []
        for room in self.storeroom_ids:
            values_by_line = wanted.get(room.id)
            proposal = open_proposals.get(room)
            if proposal and values_by_line:
                proposal._update_lines(self, values_by_line)
            elif proposal:
                proposal._supersede(
                    self.env._(
                        "The run of %s found nothing to order any more: stock, "
                        "deliveries on their way and the present schedule cover the "
                        "expected use.",
                        fields.Date.to_string(self.date),
                    )
                )
            elif values_by_line:
                to_create.append(
                    {
                        "storeroom_id": room.id,
                        "run_id": self.id,
                        "date": self.date,
                        "line_ids": [
                            Command.create(
                                dict(
                                    values,
                                    storeroom_line_id=line_id,
                                    approved_qty=values["order_qty"],
                                )
                            )
                            for line_id, values in values_by_line.items()
                        ],
                    }
                )
        self.env["medical.proposal"].create(to_create)
        return count

    def _write_daily_use(self, plan_lines):
        """Expected daily use of every par line, for the days of cover; one UPDATE."""
        days = plan_lines["protection_days"].clip(lower=1)
        rate = ((plan_lines["booked_mean"] + plan_lines["unbooked_mean"]) / days).round(
            4
        )
        if not len(plan_lines):
            return
        self.env["medical.storeroom.line"].flush_model(["daily_use"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE medical_storeroom_line line
                   SET daily_use = new.rate
                  FROM unnest(%s::int[], %s::float[]) AS new(id, rate)
                 WHERE line.id = new.id
                   AND line.daily_use IS DISTINCT FROM new.rate::numeric
                """,
                [int(line) for line in plan_lines["line_id"]],
                [float(value) for value in rate],
            )
        )
        self.env["medical.storeroom.line"].invalidate_model(["daily_use"])

    def _write_waste(self, waste):
        """Replace what is known about waste at risk in these storerooms."""
        model = self.env["medical.waste.risk"]
        model.search([("storeroom_id", "in", self.storeroom_ids.ids)]).unlink()
        model.create(
            [
                {
                    "storeroom_line_id": int(row.line_id),
                    "lot_id": int(row.lot_id) if pd.notna(row.lot_id) else False,
                    "quantity": row.quantity,
                    "expiry": fields.Date.to_date(row.expiry),
                }
                for row in waste.itertuples(index=False)
            ]
        )

    def _raise_tickets(self, threatened):
        """An urgent ticket for each booked procedure that the stock will not cover."""
        at_risk = {}
        for line_id, event_ids in threatened.items():
            for event_id in event_ids:
                at_risk.setdefault(event_id, []).append(line_id)
        events = self.env["medical.event"].browse(at_risk).exists()
        lines = self.env["medical.storeroom.line"].browse(
            {line for line_ids in at_risk.values() for line in line_ids}
        )
        urgent = set(lines.filtered("criticality_id.raise_ticket").ids)
        events = events.filtered(
            lambda event: not event.ticket_id and urgent & set(at_risk[event.id])
        )
        category = self.env.ref("medical_supply_crm.ticket_category_medical_urgent")
        tickets = self.env["helpdesk.ticket"].create(
            [
                event._threat_ticket_values(
                    lines.browse([li for li in at_risk[event.id] if li in urgent]),
                    category,
                )
                for event in events
            ]
        )
        for event, ticket in zip(events, tickets, strict=True):
            event.ticket_id = ticket
