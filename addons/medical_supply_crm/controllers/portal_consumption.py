# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from uuid import uuid4

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from .common import HOME, MedicalPortal

CONSUMPTION = f"{HOME}/consumption"
BINS = f"{HOME}/bins"
MODES = ("use", "case", "count")
# Cases to choose from: operated lately, or about to start
CASE_DAYS_BACK, CASE_DAYS_AHEAD = 7, 1


class MedicalPortalConsumption(MedicalPortal):
    """Recording use from a phone: by scanning, by case, by count, by empty bin."""

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope.sees_stock:
            entries.append(
                {
                    "key": "medical_consumption",
                    "label": request.env._("Record use"),
                    "url": CONSUMPTION,
                    "icon": "fa-barcode",
                    "sequence": 20,
                }
            )
        return entries

    # -- overview ----------------------------------------------------------------------
    @http.route(
        [CONSUMPTION, f"{CONSUMPTION}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_consumptions(self, page=1, **_kwargs):
        """Storerooms to record for, and what was recorded last."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        domain = [("state", "!=", "draft")]
        pager = self._medical_pager(
            CONSUMPTION, scope.count("medical.consumption", domain), page, step=20
        )
        return self._medical_render(
            "portal_consumptions",
            "medical_consumptions",
            request.env._("Record use"),
            rooms=scope.storerooms(),
            records=scope.search(
                "medical.consumption", domain, limit=20, offset=pager["offset"]
            ),
            pager=pager,
        )

    @http.route(
        f"{CONSUMPTION}/<int:record_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_consumption(self, record_id, done=None, **_kwargs):
        """One record, with what corrected it."""
        try:
            record = self._medical_record("medical.consumption", record_id)
        except (AccessError, MissingError):
            return self._medical_away()
        return self._render_record(record, done=done)

    def _render_record(self, record, done=None, error=None):
        notices = {
            "recorded": request.env._("Recorded. The stock is up to date."),
            "already": request.env._(
                "This was recorded already; nothing was recorded a second time."
            ),
            "withdrawn": request.env._("Taken back. The stock is as before."),
        }
        return self._medical_render(
            "portal_consumption",
            "medical_consumption",
            record.name,
            crumbs=[(request.env._("Record use"), CONSUMPTION)],
            record=record,
            notice=notices.get(done),
            error=error,
        )

    # -- the form ----------------------------------------------------------------------
    @http.route(
        f"{CONSUMPTION}/new", type="http", auth="user", website=True, readonly=True
    )
    def medical_consumption_new(self, room=None, mode="use", event=None, **_kwargs):
        """The form: by scan or quantity, by case, or by count."""
        try:
            storeroom = self._medical_record("medical.storeroom", _number(room))
            case = self._case(storeroom, event)
        except (AccessError, MissingError):
            return self._medical_away()
        return self._render_form(storeroom, mode if mode in MODES else "use", case)

    @http.route(
        f"{CONSUMPTION}/<int:record_id>/correct",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_consumption_correct(self, record_id, **_kwargs):
        """The form with what was recorded, to put right."""
        try:
            record = self._medical_record("medical.consumption", record_id)
        except (AccessError, MissingError):
            return self._medical_away()
        if record.state != "done" or record.mode == "count":
            return request.redirect(f"{CONSUMPTION}/{record.id}")
        mode = "case" if record.event_id else "use"
        return self._render_form(
            record.storeroom_id, mode, record.event_id, corrected=record
        )

    def _case(self, room, event):
        """The case of the address, or none.

        :raise AccessError, MissingError: not of this storeroom, or not there
        """
        if not event:
            return request.env["medical.event"].sudo()
        case = self._medical_record("medical.event", _number(event))
        if case.storeroom_id != room:
            raise AccessError(
                request.env._("The case does not belong to this storeroom.")
            )
        return case

    def _cases(self, room):
        """Cases of the storeroom that may just have used something."""
        now = fields.Datetime.now()
        return self._medical_scope().search(
            "medical.event",
            [
                ("storeroom_id", "=", room.id),
                ("status", "not in", ("cancelled", "entered-in-error", "noshow")),
                ("start", ">=", now - timedelta(days=CASE_DAYS_BACK)),
                ("start", "<=", now + timedelta(days=CASE_DAYS_AHEAD)),
            ],
            order="start desc, id",
            limit=100,
        )

    def _render_form(self, room, mode, case, corrected=None, error=None, form=None):
        corrected = corrected or request.env["medical.consumption"].sudo()
        titles = {
            "use": request.env._("Use at %s", room.name),
            "case": request.env._("Case at %s", room.name),
            "count": request.env._("Count of %s", room.name),
        }
        form = form or {}
        return self._medical_render(
            "portal_consumption_form",
            "medical_consumption",
            request.env._("Correction of %s", corrected.name)
            if corrected
            else titles[mode],
            crumbs=[(request.env._("Record use"), CONSUMPTION)],
            room=room,
            mode=mode,
            case=case,
            cases=self._cases(room)
            if mode == "case" and not case and not corrected
            else case,
            rows=room._portal_rows(mode, case, corrected),
            corrected=corrected,
            form=form,
            key=form.get("key") or uuid4().hex,
            error=error,
        )

    @http.route(
        f"{CONSUMPTION}/submit",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def medical_consumption_submit(self, **form):
        """Record what the form says, once."""
        self._speak_users_language()
        try:
            room = self._medical_record("medical.storeroom", _number(form.get("room")))
            case = self._case(room, form.get("event"))
            corrected = request.env["medical.consumption"].sudo()
            if form.get("corrects"):
                corrected = self._medical_record(
                    "medical.consumption", _number(form["corrects"])
                )
                if corrected.storeroom_id != room:
                    raise AccessError(request.env._("Another storeroom's record."))
        except (AccessError, MissingError):
            return self._medical_away()
        mode = form.get("mode") if form.get("mode") in MODES else "use"
        try:
            with request.env.cr.savepoint():
                record, new = request.env["medical.consumption"]._submit(
                    room,
                    form.get("key"),
                    mode,
                    self._form_lines(form, mode),
                    event_id=case.id,
                    note=(form.get("note") or "").strip()[:200],
                    partner_id=request.env.user.partner_id.id,
                    correction_of_id=corrected.id,
                    reason=(form.get("reason") or "").strip()[:200],
                )
        except (UserError, ValidationError) as error:
            room.invalidate_recordset()
            return self._render_form(
                room, mode, case, corrected, error=error.args[0], form=form
            )
        done = "recorded" if new else "already"
        return request.redirect(f"{CONSUMPTION}/{record.id}?done={done}")

    def _form_lines(self, form, mode):
        """Lines of the form: fields ``qty-<product>-<lot>``, and for a count the lot
        that was found and is not on the books.

        :raise ValidationError: not a quantity, naming the value
        """
        lines = []
        for name, text in form.items():
            parts = name.split("-")
            if len(parts) != 3 or parts[0] != "qty" or not (text or "").strip():
                continue
            quantity = self._quantity(text)
            if quantity or mode == "count":
                lines.append(
                    {
                        "product_id": _number(parts[1]),
                        "lot_id": _number(parts[2]),
                        "quantity": quantity,
                    }
                )
        if (form.get("found_quantity") or "").strip():
            lines.append(
                {
                    "product_id": _number(form.get("found_product")),
                    "lot": form.get("found_lot"),
                    "quantity": self._quantity(form["found_quantity"]),
                }
            )
        return lines

    def _quantity(self, text):
        try:
            quantity = float(text.strip().replace(",", "."))
        except ValueError:
            quantity = -1.0
        if not 0 <= quantity < 1e9:
            raise ValidationError(request.env._("“%s” is not a quantity.", text))
        return quantity

    @http.route(
        f"{CONSUMPTION}/<int:record_id>/withdraw",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def medical_consumption_withdraw(self, record_id, **form):
        """Take a record back."""
        self._speak_users_language()
        try:
            record = self._medical_record("medical.consumption", record_id)
        except (AccessError, MissingError):
            return self._medical_away()
        if record.state == "corrected":
            return request.redirect(f"{CONSUMPTION}/{record.id}?done=withdrawn")
        try:
            with request.env.cr.savepoint():
                record._withdraw((form.get("reason") or "").strip()[:200])
        except UserError as error:
            record.invalidate_recordset()
            return self._render_record(record, error=error.args[0])
        return request.redirect(f"{CONSUMPTION}/{record.id}?done=withdrawn")

    # -- scanning --------------------------------------------------------------------
    @http.route(f"{CONSUMPTION}/scan", type="jsonrpc", auth="user", website=True)
    def medical_consumption_scan(self, room, text):
        """What a scanned label stands for, see ``medical.scan._read_label``."""
        try:
            storeroom = self._medical_record("medical.storeroom", _number(room))
        except (AccessError, MissingError):
            return {"error": request.env._("This storeroom is not yours.")}
        return request.env["medical.scan"]._read_label(storeroom, str(text))

    # -- bins ------------------------------------------------------------------------
    def _bin(self, code):
        """The bin of a card.

        :raise AccessError, MissingError: not of the user's storerooms, or not there
        """
        # sudo: found by what the card says, then checked as any other record
        card = request.env["medical.bin"].sudo().search([("code", "=", code)], limit=1)
        if not card:
            raise MissingError(request.env._("This bin does not exist any more."))
        return self._check(card)

    @http.route(
        f"{BINS}/<string:code>", type="http", auth="user", website=True, readonly=True
    )
    def medical_bin(self, code, done=None, **_kwargs):
        """What the scan of a card opens: the bin, and one button."""
        try:
            card = self._bin(code)
        except (AccessError, MissingError):
            return self._medical_away()
        notices = {
            "empty": request.env._(
                "Thank you. The use is recorded and the refill asked for."
            ),
            "already": request.env._(
                "This bin was reported empty already; nothing was asked for twice."
            ),
        }
        return self._medical_render(
            "portal_bin",
            "medical_consumption_bin",
            card.product_id.display_name,
            crumbs=[(request.env._("Record use"), CONSUMPTION)],
            card=card,
            notice=notices.get(done),
        )

    @http.route(
        f"{BINS}/<string:code>/empty",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def medical_bin_empty(self, code, **_form):
        """The bin is empty: record it and ask for its refill, once."""
        self._speak_users_language()
        try:
            card = self._bin(code)
        except (AccessError, MissingError):
            return self._medical_away()
        first = card._empty(request.env.user.partner_id)
        done = "empty" if first else "already"
        return request.redirect(f"{BINS}/{card.code}?done={done}")


def _number(text):
    """An id of an address or a form; 0, which is nobody's, for anything else."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
