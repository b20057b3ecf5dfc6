# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC
from zoneinfo import ZoneInfo

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ... import emr

LOCAL = emr.codes.LOCAL


class MedicalEvent(models.Model):
    """A booked procedure, without the patient: what, when, where, and whether."""

    _name = "medical.event"
    _description = "Booked Procedure"
    _order = "start, id"
    _check_company_auto = True

    feed_id = fields.Many2one(
        "medical.feed", required=True, ondelete="cascade", index=True, readonly=True
    )
    hospital_id = fields.Many2one(related="feed_id.hospital_id", store=True, index=True)
    company_id = fields.Many2one(related="feed_id.company_id", store=True, index=True)
    source = fields.Char(readonly=True)
    event_hash = fields.Char(
        required=True,
        readonly=True,
        help="Keyed hash of the visit's own id: recognises the visit when it is moved "
        "or cancelled, and cannot be turned back.",
    )
    kind = fields.Char(readonly=True)
    status = fields.Selection(
        [
            ("proposed", "Suggested"),
            ("pending", "Pending"),
            ("booked", "Booked"),
            ("arrived", "Arrived"),
            ("fulfilled", "Done"),
            ("noshow", "No Show"),
            ("cancelled", "Cancelled"),
            ("entered-in-error", "Entered in Error"),
            ("unknown", "Unknown"),
        ],
        readonly=True,
        index=True,
    )
    line = fields.Integer(
        readonly=True, default=1, help="Number of the service within the visit."
    )
    schedule = fields.Json(
        readonly=True,
        help="The de-identified message content, as merged so far.",
    )
    based_on = fields.Json(
        readonly=True, help="Hashes of the orders this appointment carries out."
    )
    is_demand = fields.Boolean(readonly=True)
    is_carried = fields.Boolean(
        string="Carried Out by Another",
        readonly=True,
        help="An order that has its own appointment: only the appointment counts.",
    )
    is_withdrawn = fields.Boolean(
        string="No Longer Listed",
        readonly=True,
        help="Missing from the newest complete delivery of its feed.",
    )
    is_booked = fields.Boolean(
        string="Takes Place",
        compute="_compute_is_booked",
        store=True,
        help="Still to come and neither cancelled nor missed: will use supplies.",
    )
    start = fields.Datetime(readonly=True, index=True)
    end = fields.Datetime(readonly=True)
    duration_minutes = fields.Float(readonly=True)
    department_code = fields.Char(readonly=True)
    location_code = fields.Char(readonly=True)
    practitioner_code = fields.Char(readonly=True)
    priority = fields.Char(readonly=True)
    version = fields.Char(
        readonly=True,
        help="Sequence or time stamp of the newest message: older ones that arrive "
        "late are recognised by it.",
    )
    procedure_codes = fields.Json(readonly=True)
    procedure_code_text = fields.Char(
        string="Codes", compute="_compute_procedure_code_text"
    )
    procedure_ids = fields.Many2many(
        "medical.procedure",
        "medical_event_procedure_rel",
        "event_id",
        "procedure_id",
        string="Procedures",
        readonly=True,
    )
    kit_ids = fields.Many2many(
        "medical.kit",
        "medical_event_kit_rel",
        "event_id",
        "kit_id",
        string="Kits",
        readonly=True,
    )
    storeroom_id = fields.Many2one("medical.storeroom", index=True, readonly=True)
    mapping_ids = fields.Many2many(
        "medical.code.mapping",
        "medical_event_mapping_rel",
        "event_id",
        "mapping_id",
        string="Codes to Map",
        readonly=True,
    )
    show_probability = fields.Float(compute="_compute_show_probability")
    state = fields.Selection(
        [
            ("ready", "Ready"),
            ("unmapped", "Code to Map"),
            ("no_kit", "No Kit"),
            ("no_date", "No Date"),
            ("ignored", "No Supplies"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="unmapped",
        readonly=True,
        index=True,
        help="Ready: counts as demand of its storeroom. Code to Map: a code of the "
        "message is unknown, see the mapping queue. No Kit: the procedure has no kit "
        "valid on that day. No Supplies: its codes are ignored.",
    )
    ticket_id = fields.Many2one(
        "helpdesk.ticket", readonly=True, copy=False, index="btree_not_null"
    )

    _event_uniq = models.Constraint(
        "UNIQUE (feed_id, event_hash, line)", "The feed already has this event."
    )
    _demand_idx = models.Index("(storeroom_id, start) WHERE state = 'ready'")

    @api.depends("is_demand", "is_carried", "is_withdrawn")
    def _compute_is_booked(self):
        for event in self:
            event.is_booked = (
                event.is_demand and not event.is_carried and not event.is_withdrawn
            )

    @api.depends("procedure_ids", "procedure_codes", "start")
    def _compute_display_name(self):
        for event in self:
            what = ", ".join(event.procedure_ids.mapped("name"))
            event.display_name = (
                what or event.procedure_code_text or self.env._("Booked procedure")
            )

    @api.depends("procedure_codes")
    def _compute_procedure_code_text(self):
        for event in self:
            event.procedure_code_text = ", ".join(
                code if system == LOCAL else f"{system} {code}"
                for system, code in event.procedure_codes or []
            )

    @api.depends("procedure_ids.show_probability")
    def _compute_show_probability(self):
        for event in self:
            event.show_probability = min(
                event.procedure_ids.mapped("show_probability"), default=1.0
            )

    @api.model
    def _store(self, feed, schedule_events):
        """Merge schedule events into what is stored; the result depends only on the
        set of messages, not on the order in which they arrive (see ``emr.merge``).

        :param feed: medical.feed, already locked
        :param schedule_events: list of ``emr.ScheduleEvent``
        :return: dict created, updated, unchanged, removed: numbers of events
        """
        hashes = list({event.event_hash for event in schedule_events})
        known = {
            (record.event_hash, record.line): record
            for record in self.search(
                [("feed_id", "=", feed.id), ("event_hash", "in", hashes)]
            )
        }
        stored = [emr.ScheduleEvent.from_dict(rec.schedule) for rec in known.values()]
        merged = emr.merge(stored + list(schedule_events))
        to_create, touched = [], self.browse()
        for event in merged:
            record = known.pop((event.event_hash, event.line), None)
            if not record:
                to_create.append(dict(self._schedule_values(event), feed_id=feed.id))
            elif self._content(event.to_dict()) != self._content(record.schedule):
                record.write(self._schedule_values(event))
                touched |= record
        # lines of a visit that its newest message no longer has
        gone = self.union(*known.values())
        removed = len(gone)
        gone.unlink()
        created = self.create(to_create)
        changed = created | touched
        if changed or removed:
            changed |= self._mark_carried(feed, changed, hashes)
        changed._resolve()
        return {
            "created": len(created),
            "updated": len(touched),
            "unchanged": len(merged) - len(created) - len(touched),
            "removed": removed,
        }

    @api.model
    def _content(self, schedule):
        """What an event says, without where in the payload it said so."""
        return {key: value for key, value in schedule.items() if key != "position"}

    @api.model
    def _schedule_values(self, event):
        """Field values of one ``emr.ScheduleEvent``."""

        def naive(moment):
            return moment and moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)

        return {
            "schedule": event.to_dict(),
            "event_hash": event.event_hash,
            "line": event.line,
            "source": event.source,
            "kind": event.kind,
            "status": event.status,
            "is_demand": event.is_demand,
            "start": naive(event.start),
            "end": naive(event.end),
            "duration_minutes": event.duration_minutes or 0.0,
            "procedure_codes": [list(pair) for pair in event.procedure_codes],
            "based_on": list(event.based_on),
            "department_code": event.department,
            "location_code": event.location,
            "practitioner_code": event.practitioner,
            "priority": event.priority,
            "version": event.version,
        }

    @api.model
    def _mark_carried(self, feed, changed, hashes):
        """An order that an appointment carries out must not count twice.

        :return: events whose mark has changed
        """
        based_on = {ref for event in changed for ref in event.based_on or []}
        affected = self.search(
            [
                ("feed_id", "=", feed.id),
                ("event_hash", "in", list(based_on | set(hashes))),
            ]
        )
        self.flush_model(["feed_id", "based_on", "status"])
        carried = {
            ref
            for (ref,) in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT ref
                      FROM medical_event event,
                           jsonb_array_elements_text(event.based_on) ref
                     WHERE event.feed_id = %s
                       AND jsonb_typeof(event.based_on) = 'array'
                       AND event.status <> 'entered-in-error'
                       AND ref = ANY(%s)
                    """,
                    feed.id,
                    affected.mapped("event_hash"),
                )
            )
        }
        now_carried = affected.filtered(
            lambda event: event.event_hash in carried and not event.is_carried
        )
        now_free = affected.filtered(
            lambda event: event.event_hash not in carried and event.is_carried
        )
        now_carried.is_carried = True
        now_free.is_carried = False
        return now_carried | now_free

    def _local_date(self):
        """Date of the event where the hospital is."""
        self.ensure_one()
        if not self.start:
            return None
        zone = ZoneInfo(self.feed_id.timezone or "UTC")
        return self.start.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()

    def _threat_ticket_values(self, lines, category):
        """Values of the ticket for a procedure whose kit is short before its date.

        :param lines: medical.storeroom.line that will be short
        """
        self.ensure_one()
        return {
            "name": self.env._(
                "Supplies short for %(procedure)s on %(date)s",
                procedure=self.display_name,
                date=self._local_date(),
            ),
            "description": Markup("<p>%s</p><ul>%s</ul>")
            % (
                self.env._(
                    "Storeroom %(storeroom)s will not cover this booked procedure:",
                    storeroom=self.storeroom_id.display_name,
                ),
                Markup().join(
                    Markup("<li>%s</li>") % line.product_id.display_name
                    for line in lines
                ),
            ),
            "partner_id": self.hospital_id.id,
            "partner_name": self.hospital_id.name,
            "partner_email": self.hospital_id.email,
            "category_id": category.id,
            "priority": "3",
            "company_id": self.company_id.id,
        }
