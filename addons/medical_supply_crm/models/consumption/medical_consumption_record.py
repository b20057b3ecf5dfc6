# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ...tools.locking import claim_rows, lock_rows


class MedicalConsumptionRecord(models.Model):
    """Recording from a phone, once, and correcting without losing what was recorded."""

    _inherit = "medical.consumption"

    partner_id = fields.Many2one(
        "res.partner",
        string="Recorded By",
        readonly=True,
        copy=False,
        default=lambda self: self.env.user.partner_id,
    )
    note = fields.Char(copy=False)
    submit_key = fields.Char(
        readonly=True,
        copy=False,
        help="Made by the page that recorded it: the same submission sent twice is "
        "recorded once.",
    )
    correction_of_id = fields.Many2one(
        "medical.consumption",
        string="Corrects",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    correction_ids = fields.One2many(
        "medical.consumption",
        "correction_of_id",
        string="Corrected By",
        readonly=True,
    )
    reason = fields.Char(
        string="Reason of the Correction", copy=False, help="Why it was wrong."
    )

    _submit_uniq = models.UniqueIndex(
        "(storeroom_id, submit_key) WHERE submit_key IS NOT NULL",
        "This was recorded already.",
    )
    _correction_uniq = models.UniqueIndex(
        "(correction_of_id) WHERE state = 'done' AND correction_of_id IS NOT NULL",
        "A record is corrected once; correct its correction.",
    )

    @api.constrains("event_id", "storeroom_id", "mode")
    def _check_case(self):
        for record in self.filtered("event_id"):
            if record.event_id.hospital_id != record.hospital_id:
                raise ValidationError(
                    self.env._(
                        "The case belongs to another hospital than %s.",
                        record.storeroom_id.display_name,
                    )
                )

    @api.model
    def _submit(self, room, key, mode, lines, **values):
        """Record and complete use at once; the same key records once.

        :param room: medical.storeroom; the caller has checked that the user may
            record use there
        :param str key: made by the page, new for each form it shows
        :param str mode: case, use or count
        :param list lines: dicts ``product_id``, ``quantity`` and optionally ``lot_id``
            or ``lot`` (its name)
        :param values: ``event_id``, ``note``, ``partner_id``, ``correction_of_id``,
            ``reason``
        :return: (the record, whether it is new)
        :raise UserError: nothing to record, not enough on hand, unknown lot
        """
        # sudo: recording use in this storeroom is the right that was checked
        model = self.sudo().with_company(room.company_id)
        room = room.sudo()
        key = (key or "").strip()[:64]
        if not key:
            raise UserError(
                self.env._("The form is incomplete. Please open the page again.")
            )
        # the second of two submissions waits here, and then finds the first
        claim_rows(room)
        known = model.search(
            [("storeroom_id", "=", room.id), ("submit_key", "=", key)], limit=1
        )
        if known:
            return known, False
        record = model.create(
            dict(
                values,
                storeroom_id=room.id,
                submit_key=key,
                mode=mode,
                line_ids=[
                    Command.create(model._line_values(room, row)) for row in lines
                ],
            )
        )
        record.action_complete()
        return record, True

    @api.model
    def _line_values(self, room, row):
        """Values of a line; the lot by id or by name, of the product it belongs to."""
        product = self.env["product.product"].browse(int(row["product_id"])).exists()
        if not product or not product.is_storable:
            raise UserError(self.env._("One of the products does not exist any more."))
        lot = self.env["stock.lot"].browse(int(row.get("lot_id") or 0)).exists()
        name = (row.get("lot") or "").strip()
        if not lot and name and product.tracking != "none":
            lot = lot.search(
                [
                    ("product_id", "=", product.id),
                    ("name", "=", name),
                    ("company_id", "in", [False, room.company_id.id]),
                ],
                limit=1,
            )
            if not lot:
                raise UserError(
                    self.env._(
                        "%(product)s: there is no lot %(lot)s.",
                        product=product.display_name,
                        lot=name,
                    )
                )
        if lot and lot.product_id != product:
            raise UserError(
                self.env._(
                    "Lot %(lot)s is not a lot of %(product)s.",
                    lot=lot.name,
                    product=product.display_name,
                )
            )
        return {
            "product_id": product.id,
            "lot_id": lot.id,
            "quantity": float(row.get("quantity") or 0.0),
        }

    def action_complete(self):
        for record in self:
            lock_rows(record.correction_of_id or record)
            record.invalidate_recordset(["state"])
            if record.correction_of_id and record.state == "draft":
                record.correction_of_id._reverse()
        return super().action_complete()

    def action_correct(self):
        """A draft with the same lines, to be put right and completed; completing it
        takes this record back."""
        self.ensure_one()
        self.check_access("write")
        self._check_correctable()
        draft = self.copy(
            {
                "correction_of_id": self.id,
                "mode": "use" if self.mode == "bin" else self.mode,
                "event_id": self.event_id.id,
                "date": self.date,
            }
        )
        return draft._get_records_action()

    def action_withdraw(self):
        """Take the whole record back: nothing was used."""
        self.check_access("write")
        for record in self:
            record._withdraw(record.reason or "")

    def _withdraw(self, reason):
        """Take a record back without another in its place.

        :raise UserError: not completed, or already corrected
        """
        self.ensure_one()
        lock_rows(self)
        self.invalidate_recordset(["state"])
        self._check_correctable()
        self._reverse()
        if reason:
            self.reason = reason

    def _check_correctable(self):
        self.ensure_one()
        if self.state != "done":
            raise UserError(
                self.env._(
                    "%(number)s is %(state)s: only completed records are corrected.",
                    number=self.name,
                    state=dict(self._fields["state"]._description_selection(self.env))[
                        self.state
                    ],
                )
            )

    def _reverse(self):
        """Move back what was moved. The record and its moves stay as they were; what
        was invoiced is owed back on the same order line."""
        self.ensure_one()
        self._check_correctable()
        # sudo: correcting is the right that was checked; moves need an inventory user
        moves = self.sudo().move_ids.filtered(
            lambda move: move.state == "done" and not move.origin_returned_move_id
        )
        back = moves.create(
            [self._reverse_values(line) for line in moves.move_line_ids]
        )
        back._action_done()
        if any(move.state != "done" for move in back):
            raise UserError(
                self.env._("%s: the stock could not be moved back.", self.name)
            )
        self.sudo().state = "corrected"
        orders = back.sale_line_id
        for line in orders:
            # what is ordered follows what was used, so that products invoiced by
            # ordered quantity are credited as well
            line.product_uom_qty = line.qty_delivered

    def _reverse_values(self, line):
        move = line.move_id
        place = {
            "location_id": line.location_dest_id.id,
            "location_dest_id": line.location_id.id,
        }
        return dict(
            place,
            product_id=line.product_id.id,
            product_uom=line.product_uom_id.id,
            product_uom_qty=line.quantity,
            company_id=line.company_id.id,
            origin=self.env._("Correction of %s", self.name),
            picked=True,
            to_refund=True,
            origin_returned_move_id=move.id,
            sale_line_id=move.sale_line_id.id,
            medical_consumption_id=self.id,
            move_line_ids=[
                Command.create(
                    dict(
                        place,
                        product_id=line.product_id.id,
                        product_uom_id=line.product_uom_id.id,
                        quantity=line.quantity,
                        lot_id=line.lot_id.id,
                        owner_id=line.owner_id.id,
                        company_id=line.company_id.id,
                        picked=True,
                    )
                )
            ],
        )
