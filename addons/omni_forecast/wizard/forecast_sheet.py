# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64
import binascii
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.sheet import COLUMNS, MAX_ROWS, read_sheet, write_sheet

SHOWN = 200  # lines of the preview, and errors listed
MAX_BYTES = 50_000_000


class ForecastSheet(models.TransientModel):
    """Forecasts to a workbook and overrides back out of it."""

    _name = "forecast.sheet"
    _description = "Forecasts in a Workbook"

    plan_id = fields.Many2one("forecast.plan", required=True, ondelete="cascade")
    mode = fields.Selection(
        [("export", "Export"), ("import", "Import")], required=True, default="export"
    )
    category_ids = fields.Many2many(
        "product.category", string="Categories", help="Empty: all."
    )
    warehouse_ids = fields.Many2many(
        "stock.warehouse", string="Warehouses", help="Empty: all."
    )
    only_exceptions = fields.Boolean(
        help="Only forecasts that a planner should look at first."
    )
    row_count = fields.Integer(string="Rows", compute="_compute_row_count")
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    state = fields.Selection(
        [
            ("draft", "Choose"),
            ("ready", "Exported"),
            ("refused", "Refused"),
            ("checked", "Checked"),
        ],
        default="draft",
        readonly=True,
    )
    faults = fields.Text(string="What Is Wrong", readonly=True)
    change_count = fields.Integer(readonly=True)
    same_count = fields.Integer(readonly=True)
    line_ids = fields.One2many("forecast.sheet.line", "sheet_id", readonly=True)

    def _series_domain(self):
        self.ensure_one()
        # in a dialog not saved yet the plan is a draft copy of itself
        domain = self.plan_id._origin._place_domain()
        if self.category_ids:
            domain &= fields.Domain("categ_id", "child_of", self.category_ids.ids)
        if self.warehouse_ids:
            domain &= fields.Domain("warehouse_id", "in", self.warehouse_ids.ids)
        if self.only_exceptions:
            domain &= fields.Domain("exception", "!=", "none")
        return domain

    @api.depends("plan_id", "category_ids", "warehouse_ids", "only_exceptions")
    def _compute_row_count(self):
        for sheet in self:
            sheet.row_count = (
                self.env["forecast.line"].search_count(
                    [("series_id", "any", sheet._series_domain())]
                )
                if sheet.plan_id
                else 0
            )

    # Out

    def _headers(self):
        words = {
            "id": self.env._("ID"),
            "code": self.env._("Reference"),
            "product": self.env._("Product"),
            "warehouse": self.env._("Warehouse"),
            "period": self.env._("Period"),
            "unit": self.env._("Unit"),
            "baseline": self.env._("Statistical forecast"),
            "final": self.env._("Final forecast"),
            "override": self.env._("Override"),
            "reason": self.env._("Reason"),
        }
        return [words[name] for name in COLUMNS]

    def _file_origin(self):
        return {
            "plan": self.plan_id.id,
            # sudo: only system users read parameters; the database's id is no secret
            "database": self.env["ir.config_parameter"]
            .sudo()
            .get_param("database.uuid", ""),
            "made": fields.Datetime.to_string(fields.Datetime.now()),
        }

    def action_export(self):
        """Make the workbook; the dialog then offers it for download."""
        self.ensure_one()
        if not self.row_count:
            raise UserError(
                self.env._(
                    "Plan %s has no forecast to export with these filters: run it first, "
                    "or widen the filters.",
                    self.plan_id.name,
                )
            )
        if self.row_count >= MAX_ROWS:
            raise UserError(
                self.env._(
                    "%(count)s rows do not fit into a sheet of %(limit)s: choose "
                    "categories or warehouses.",
                    count=self.row_count,
                    limit=MAX_ROWS,
                )
            )
        content = write_sheet(
            self._rows(),
            title=self.env._("Forecast"),
            headers=self._headers(),
            hint=(
                self.env._("Not a quantity"),
                self.env._(
                    "Enter the quantity you expect in this period, zero or more, and your "
                    "reason beside it."
                ),
            ),
            origin=self._file_origin(),
        )
        day = fields.Date.context_today(self)
        self.write(
            {
                "file": base64.b64encode(content),
                "file_name": f"forecast-{self.plan_id.id}-{day}.xlsx",
                "state": "ready",
            }
        )
        return self._reopen()

    def _rows(self):
        series = self.env["forecast.series"].search(self._series_domain())
        targets = {
            (one.series_id.id, one.date): one
            for one in self.env["forecast.adjustment"].search(
                [
                    ("series_id", "in", series.ids),
                    ("kind", "=", "override"),
                    ("state", "=", "active"),
                ]
            )
        }
        lines = series.line_ids.sorted("date").grouped("series_id")
        for one in series:
            for line in lines.get(one, ()):
                override = targets.get((one.id, line.date))
                yield (
                    one.id,
                    one.product_id.default_code or "",
                    one.product_id.with_context(
                        display_default_code=False
                    ).display_name,
                    one.warehouse_id.name,
                    line.date,
                    one.uom_id.name,
                    line.baseline,
                    line.mean,
                    override.target if override else None,
                    override.reason if override else None,
                )

    # In

    def action_check(self):
        """Read the file; show what would change, or everything that is wrong with it."""
        self.ensure_one()
        self.env["forecast.adjustment"].check_access("create")
        self.line_ids.unlink()
        rows, faults, origin = read_sheet(self._content())
        texts = [self._fault_text(fault) for fault in faults]
        if origin and not faults:
            texts += self._foreign(origin)
        if not texts:
            lines, more, same = self._compare(rows, origin.get("sheet", ""))
            texts += more
        if texts:
            count = len(texts)
            if count > SHOWN:
                texts = texts[:SHOWN] + [self.env._("… and %s more.", count - SHOWN)]
            self.write({"state": "refused", "faults": "\n".join(texts)})
            return self._reopen()
        self.write(
            {
                "state": "checked",
                "faults": False,
                "change_count": len(lines),
                "same_count": same,
                "line_ids": [fields.Command.create(values) for values in lines],
            }
        )
        return self._reopen()

    def _content(self):
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            content = base64.b64decode(self.file, validate=False)
        except (binascii.Error, ValueError) as error:
            raise UserError(self.env._("The file could not be read.")) from error
        if len(content) > MAX_BYTES:
            raise UserError(
                self.env._(
                    "The file %(name)s has %(size)s MB; more than %(limit)s are not read.",
                    name=self.file_name,
                    size=len(content) // 1_000_000,
                    limit=MAX_BYTES // 1_000_000,
                )
            )
        return content

    def _foreign(self, origin):
        """Why a well-formed file belongs elsewhere."""
        mine = self._file_origin()
        if origin.get("database") != mine["database"]:
            return [self.env._("The file was exported from another database.")]
        if origin.get("plan") != str(self.plan_id.id):
            other = self.env["forecast.plan"].browse(int(origin.get("plan") or 0))
            return [
                self.env._(
                    "The file was exported from plan %(other)s, not from %(plan)s.",
                    other=other.exists().name or origin.get("plan"),
                    plan=self.plan_id.name,
                )
            ]
        return []

    def _compare(self, rows, sheet):
        """(values of the lines that change, faults, number of rows as they are)"""
        ids = list({row.id for row in rows})
        series = self.env["forecast.series"].search(
            self.plan_id._place_domain() & fields.Domain("id", "in", ids)
        )
        known = set(series.ids)
        means = {(line.series_id.id, line.date): line.mean for line in series.line_ids}
        active = {
            (one.series_id.id, one.date): one
            for one in self.env["forecast.adjustment"].search(
                [
                    ("series_id", "in", series.ids),
                    ("kind", "=", "override"),
                    ("state", "=", "active"),
                ]
            )
        }
        lines, faults, same = [], [], 0
        for row in rows:
            where = {"sheet": sheet, "cell": row.cell}
            if row.id not in known:
                faults.append(
                    self.env._(
                        "Sheet %(sheet)s, row of cell %(cell)s: the plan has no forecast "
                        "with the ID %(id)s (any more).",
                        id=row.id,
                        **where,
                    )
                )
            elif (row.id, row.period) not in means:
                faults.append(
                    self.env._(
                        "Sheet %(sheet)s, row of cell %(cell)s: period %(period)s is not "
                        "forecast (any more). Export anew.",
                        period=row.period,
                        **where,
                    )
                )
            else:
                old = active.get((row.id, row.period))
                if (
                    old
                    and abs(old.target - row.quantity) < 1e-6
                    and (old.reason == row.reason)
                ):
                    same += 1
                    continue
                lines.append(
                    {
                        "series_id": row.id,
                        "date": row.period,
                        "before": means[row.id, row.period],
                        "after": row.quantity,
                        "reason": row.reason,
                    }
                )
        return lines, faults, same

    def _fault_text(self, fault):
        values = {
            "sheet": fault.sheet,
            "cell": fault.cell,
            "value": fault.value,
            **fault.figures,
        }
        texts = {
            "no_workbook": lambda: self.env._(
                "The file is no XLSX workbook: %s", fault.value
            ),
            "no_key": lambda: self.env._(
                "Sheet %s: the file was not exported from here (its hidden sheet is "
                "missing). Export the forecasts and fill in that file.",
                fault.sheet,
            ),
            "format": lambda: self.env._(
                "Sheet %(sheet)s, cell %(cell)s: “%(value)s” is no format of this program.",
                **values,
            ),
            "no_sheet": lambda: self.env._("Sheet %s is missing.", fault.sheet),
            "header": lambda: self.env._(
                "Sheet %(sheet)s, cell %(cell)s: “%(value)s” stands where the column "
                "“%(wanted)s” belongs.",
                **values,
            ),
            "too_long": lambda: self.env._(
                "Sheet %(sheet)s: more rows than can be read, from cell %(cell)s on.",
                **values,
            ),
            "twice": lambda: self.env._(
                "Sheet %(sheet)s, cell %(cell)s: %(value)s – the same forecast and period "
                "stand in %(first)s already.",
                **values,
            ),
            "reason_only": lambda: self.env._(
                "Sheet %(sheet)s, cell %(cell)s: empty, though a reason is given.",
                **values,
            ),
            "no_number": lambda: self.env._(
                "Sheet %(sheet)s, cell %(cell)s: “%(value)s” is not a quantity.",
                **values,
            ),
            "negative": lambda: self.env._(
                "Sheet %(sheet)s, cell %(cell)s: %(value)s is negative.", **values
            ),
            "no_reason": lambda: self.env._(
                "Sheet %(sheet)s, cell %(cell)s: the reason is missing.", **values
            ),
            "no_id": lambda: self.env._(
                "Sheet %(sheet)s, cell %(cell)s: “%(value)s” is not the ID of a forecast.",
                **values,
            ),
            "no_date": lambda: self.env._(
                "Sheet %(sheet)s, cell %(cell)s: “%(value)s” is not a date.", **values
            ),
        }
        return texts[fault.code]()

    def action_apply(self):
        """Apply the checked changes as overrides.

        The file is compared once more: what a colleague changed meanwhile is compared
        with, and what stands already is left alone.
        """
        self.ensure_one()
        rows, faults, origin = read_sheet(self._content())
        if faults or self._foreign(origin):
            return self.action_check()
        lines, more, _same = self._compare(rows, origin.get("sheet", ""))
        if more:
            return self.action_check()
        by_reason = defaultdict(dict)
        for line in lines:
            series = self.env["forecast.series"].browse(line["series_id"])
            by_reason[line["reason"]][series, line["date"]] = line["after"]
        for reason, wanted in by_reason.items():
            self.env["forecast.adjustment"]._override(wanted, reason)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s period(s) overridden.", len(lines)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_again(self):
        """Choose another file."""
        self.ensure_one()
        self.line_ids.unlink()
        self.write({"state": "draft", "file": False, "faults": False})
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export")
            if self.mode == "export"
            else self.env._("Import"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


class ForecastSheetLine(models.TransientModel):
    _name = "forecast.sheet.line"
    _description = "Change out of a Workbook"
    _order = "id"

    sheet_id = fields.Many2one("forecast.sheet", required=True, ondelete="cascade")
    series_id = fields.Many2one(
        "forecast.series", string="Forecast", required=True, ondelete="cascade"
    )
    date = fields.Date(string="Period")
    before = fields.Float(string="Now", digits="Product Unit")
    after = fields.Float(string="New", digits="Product Unit")
    change = fields.Float(digits="Product Unit", compute="_compute_change")
    reason = fields.Char()

    @api.depends("before", "after")
    def _compute_change(self):
        for line in self:
            line.change = line.after - line.before
