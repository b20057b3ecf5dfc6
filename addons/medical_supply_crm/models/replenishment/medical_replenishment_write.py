# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import numpy as np
import pandas as pd

from odoo import fields, models
from odoo.tools import SQL

from ...tools.bulk import copy_frame
from ..proposal.medical_proposal_line import FIGURES

#: Figures that differ by less are the same figure: they are stored with two decimals.
SAME = 1e-2


class MedicalReplenishmentWrite(models.Model):
    """What a run found, written in sets: lines of new proposals by one INSERT, proposals
    whose figures have not changed not at all, and only the others record by record."""

    _inherit = "medical.replenishment.run"

    def _write_proposals(self, plan_lines, threatened):
        """Update the open proposals, open missing ones, close needless ones.

        :param plan_lines: the plan's lines, with storeroom_id
        :param dict threatened: storeroom line id -> ids of threatened events
        :return: number of lines to order
        """
        self.ensure_one()
        wanted = self._wanted(plan_lines, threatened)
        proposals = self.env["medical.proposal"].search(
            [
                ("storeroom_id", "in", self.storeroom_ids.ids),
                ("state", "in", ("draft", "sent")),
            ]
        )
        rooms_wanted = set(wanted["storeroom_id"])
        gone = proposals.filtered(
            lambda proposal: proposal.storeroom_id.id not in rooms_wanted
        )
        if gone:
            gone._supersede(
                self.env._(
                    "The run of %s found nothing to order any more: stock, "
                    "deliveries on their way and the present schedule cover the "
                    "expected use.",
                    fields.Date.to_string(self.date),
                )
            )
        staying = proposals - gone
        changed = self._changed_rooms(staying, wanted)
        by_room = dict(tuple(wanted[wanted["storeroom_id"].isin(changed)].groupby(
            "storeroom_id"
        )))  # fmt: skip
        line_model = self.env["medical.proposal.line"]
        for proposal in staying:
            room = proposal.storeroom_id.id
            if room in changed:
                proposal._update_lines(
                    self,
                    {
                        int(row.line_id): line_model._values_from_plan(
                            row, threatened.get(int(row.line_id), [])
                        )
                        for row in by_room[room].itertuples(index=False)
                    },
                )
        same = staying.filtered(lambda proposal: proposal.date != self.date)
        if same:
            same.write({"run_id": self.id, "date": self.date})
        self._open_proposals(wanted, staying, threatened)
        return len(wanted)

    def _wanted(self, plan_lines, threatened):
        """Lines to order, figures as they will be stored."""
        wanted = plan_lines[plan_lines["order_qty"] > 0].copy()
        figures = list(FIGURES)
        wanted[figures] = wanted[figures].astype(float).round(6)
        wanted["risk"] = [
            ",".join(map(str, sorted(threatened.get(int(line), ()))))
            for line in wanted["line_id"]
        ]
        return wanted

    def _changed_rooms(self, proposals, wanted):
        """Ids of the storerooms whose open proposal says something else now."""
        rooms = proposals.storeroom_id.ids
        if not rooms:
            return set()
        line_model = self.env["medical.proposal.line"]
        line_model.flush_model()
        columns = [*FIGURES, "capped", "first_short_date"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT proposal.storeroom_id, line.storeroom_line_id, %s,
                       COALESCE((SELECT STRING_AGG(rel.event_id::text, ','
                                                   ORDER BY rel.event_id)
                                   FROM medical_proposal_line_event_rel rel
                                  WHERE rel.line_id = line.id), '')
                  FROM medical_proposal_line line
                  JOIN medical_proposal proposal ON proposal.id = line.proposal_id
                 WHERE proposal.id IN %s
                """,
                SQL(", ").join(
                    SQL(
                        "%s::float" if name in FIGURES else "%s",
                        SQL.identifier("line", name),
                    )
                    for name in columns
                ),
                tuple(proposals.ids),
            )
        )
        known = pd.DataFrame(
            rows, columns=["storeroom_id", "line_id", *columns, "risk"]
        )
        new = wanted.loc[
            wanted["storeroom_id"].isin(rooms),
            ["storeroom_id", "line_id", *columns, "risk"],
        ]
        both = known.merge(
            new, on=["storeroom_id", "line_id"], how="outer", suffixes=("", "_new"),
            indicator=True,
        )  # fmt: skip
        off = (both["_merge"] != "both").to_numpy()
        for name in FIGURES:
            old = both[name].fillna(0).to_numpy(float)
            now = both[f"{name}_new"].fillna(0).to_numpy(float)
            off |= np.abs(old - now) > SAME
        off |= (
            both["capped"].eq(True).to_numpy() != both["capped_new"].eq(True).to_numpy()
        )
        old_day = pd.to_datetime(both["first_short_date"])
        new_day = pd.to_datetime(both["first_short_date_new"])
        off |= (
            old_day.fillna(pd.Timestamp(0)) != new_day.fillna(pd.Timestamp(0))
        ).to_numpy()
        off |= (both["risk"].fillna("") != both["risk_new"].fillna("")).to_numpy()
        return set(both.loc[off, "storeroom_id"].astype(int))

    def _open_proposals(self, wanted, staying, threatened):
        """New proposals, and all of their lines by one INSERT."""
        rooms = [
            int(room)
            for room in wanted["storeroom_id"].unique()
            if int(room) not in set(staying.storeroom_id.ids)
        ]
        # no note "created" on hundreds of proposals: the run itself is the record
        model = self.env["medical.proposal"].with_context(mail_create_nolog=True)
        proposals = model.create(
            [
                {"storeroom_id": room, "run_id": self.id, "date": self.date}
                for room in rooms
            ]
        )
        if not proposals:
            return
        proposals.flush_recordset()
        by_room = dict(zip(rooms, proposals.ids, strict=True))
        lines = wanted[wanted["storeroom_id"].isin(rooms)].copy()
        lines["proposal_id"] = lines["storeroom_id"].map(by_room)
        self._insert_lines(lines, threatened)
        proposals.invalidate_recordset(["line_ids"])

    def _insert_lines(self, lines, threatened):
        line_model = self.env["medical.proposal.line"]
        line_model.flush_model()
        self.env["medical.storeroom.line"].flush_model()
        types = {"line_id": "int", "proposal_id": "int", "capped": "boolean",
                 "first_short_date": "date", **dict.fromkeys(FIGURES, "numeric")}  # fmt: skip
        source = copy_frame(self.env, "medical_new_line", lines, types)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        values = {
            "proposal_id": SQL("new.proposal_id"),
            "hospital_id": SQL("par.hospital_id"),
            "company_id": SQL("par.company_id"),
            "storeroom_line_id": SQL("par.id"),
            "product_id": SQL("par.product_id"),
            "capped": SQL("new.capped"),
            "first_short_date": SQL("new.first_short_date"),
            "approved_qty": SQL("ROUND(new.order_qty, %s)", digits),
            **{
                name: SQL("ROUND(%s, %s)", SQL.identifier("new", name), digits)
                for name in FIGURES
            },
            "create_uid": SQL("%s", self.env.uid),
            "write_uid": SQL("%s", self.env.uid),
            "create_date": SQL("NOW() AT TIME ZONE 'UTC'"),
            "write_date": SQL("NOW() AT TIME ZONE 'UTC'"),
        }
        # what other rooms of the add-on keep on a line starts at its default
        for name, value in line_model.default_get(list(line_model._fields)).items():
            field = line_model._fields[name]
            if name not in values and field.store and field.column_type:
                values[name] = SQL("%s", field.convert_to_column(value, line_model))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO medical_proposal_line (%s)
                SELECT %s
                  FROM %s new
                  JOIN medical_storeroom_line par ON par.id = new.line_id
              ORDER BY new.proposal_id, new.first_short_date, par.id
                """,
                SQL(", ").join(SQL.identifier(name) for name in values),
                SQL(", ").join(values.values()),
                source,
            )
        )
        pairs = [
            (line, event)
            for line in lines["line_id"]
            for event in threatened.get(int(line), ())
        ]
        if pairs:
            risk = copy_frame(
                self.env,
                "medical_new_risk",
                pd.DataFrame(pairs, columns=["line_id", "event_id"]),
                {"line_id": "int", "event_id": "int"},
            )
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO medical_proposal_line_event_rel (line_id, event_id)
                    SELECT line.id, risk.event_id
                      FROM %s risk
                      JOIN medical_proposal_line line
                        ON line.storeroom_line_id = risk.line_id
                     WHERE line.proposal_id = ANY(%s)
                    """,
                    risk,
                    [int(proposal) for proposal in lines["proposal_id"].unique()],
                )
            )
        line_model.invalidate_model()

    def _write_daily_use(self, plan_lines):
        """Expected daily use of every par line, for the days of cover; one UPDATE."""
        if not len(plan_lines):
            return
        days = plan_lines["protection_days"].clip(lower=1)
        rate = (plan_lines["booked_mean"] + plan_lines["unbooked_mean"]) / days
        model = self.env["medical.storeroom.line"]
        model.flush_model(["daily_use"])
        source = copy_frame(
            self.env,
            "medical_new_use",
            pd.DataFrame({"line_id": plan_lines["line_id"], "rate": rate.round(4)}),
            {"line_id": "int", "rate": "numeric"},
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE medical_storeroom_line line
                   SET daily_use = new.rate
                  FROM %s new
                 WHERE line.id = new.line_id
                   AND line.daily_use IS DISTINCT FROM new.rate
                """,
                source,
            )
        )
        model.invalidate_model(["daily_use"])

    def _write_waste(self, waste, tables=None):
        """Bring what is known about waste at risk in these storerooms up to date; a
        lot whose risk is the same keeps its record."""
        model = self.env["medical.waste.risk"]
        model.flush_model()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        source = copy_frame(
            self.env,
            "medical_new_waste",
            waste,
            {
                "line_id": "int",
                "lot_id": "int",
                "quantity": "numeric",
                "expiry": "date",
            },
        )
        rooms = self.storeroom_ids.ids
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM medical_waste_risk old
                 WHERE old.storeroom_id = ANY(%(rooms)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM %(source)s new
                        WHERE new.line_id = old.storeroom_line_id
                          AND new.lot_id IS NOT DISTINCT FROM old.lot_id)
                """,
                rooms=rooms,
                source=source,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE medical_waste_risk old
                   SET quantity = ROUND(new.quantity, %(digits)s), expiry = new.expiry,
                       write_date = NOW() AT TIME ZONE 'UTC'
                  FROM %(source)s new
                 WHERE new.line_id = old.storeroom_line_id
                   AND new.lot_id IS NOT DISTINCT FROM old.lot_id
                   AND (old.quantity, old.expiry)
                       IS DISTINCT FROM (ROUND(new.quantity, %(digits)s), new.expiry)
                """,
                digits=digits,
                source=source,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO medical_waste_risk (
                    storeroom_line_id, storeroom_id, hospital_id, company_id, product_id,
                    lot_id, quantity, expiry, create_uid, write_uid, create_date, write_date)
                SELECT par.id, par.storeroom_id, par.hospital_id, par.company_id,
                       par.product_id, new.lot_id, ROUND(new.quantity, %(digits)s),
                       new.expiry, %(uid)s, %(uid)s, NOW() AT TIME ZONE 'UTC',
                       NOW() AT TIME ZONE 'UTC'
                  FROM %(source)s new
                  JOIN medical_storeroom_line par ON par.id = new.line_id
                 WHERE NOT EXISTS (
                       SELECT 1 FROM medical_waste_risk old
                        WHERE old.storeroom_line_id = new.line_id
                          AND old.lot_id IS NOT DISTINCT FROM new.lot_id)
                """,
                digits=digits,
                source=source,
                uid=self.env.uid,
            )
        )
        model.invalidate_model()
        self.env["medical.expiry.action"]._finish()
        model._judge(self.storeroom_ids, tables)
