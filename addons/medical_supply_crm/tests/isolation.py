# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two hospitals with everything, and who may see none of it."""

from odoo.fields import Command
from odoo.tools import SQL

from .common import SNOMED
from .test_schedule_to_order import PortalCase

#: Words that stand in every text of what is foreign, and nowhere else.
MARK_B = "QZXHOSPITALB"
MARK_CATH = "QZXCATHLAB"


class IsolationCase(PortalCase):
    """Hospital A with a catheter laboratory and a ward, and hospital B.

    ``foreign[login]`` is a dict model -> set of ids that this user must never reach:
    all of hospital B for the manager, besides the catheter laboratory for the nurse,
    and the ward as well for the integration engineer. What belongs to whom is found
    by the ids that came into being while it was made, so it holds for models that are
    added later, too.
    """

    @classmethod
    def setUpClass(cls):
        cls.made = {}
        super().setUpClass()
        cls.env["ir.config_parameter"].sudo().set_param("web.base.url", cls.base_url())
        cls.integration = cls._portal_user("integration_a", cls.a.partner)
        cls.a.partner.medical_integration_ids = cls.integration.partner_id
        cls.a.room.name = f"{MARK_CATH} store"
        cls._window("ward", lambda: cls._full_set(cls.a, cls.a.ward_room, "Ward"))
        cls._window("cath", lambda: cls._full_set(cls.a, cls.a.room, MARK_CATH))
        cls._window("b", lambda: cls._full_set(cls.b, cls.b.room, MARK_B))
        # what waits for the end of the transaction (dates of deliveries) happens now
        cls.env.cr.flush()
        cath = cls.made["cath"]
        cath.setdefault("medical.storeroom", set()).add(cls.a.room.id)
        cath.setdefault("medical.storeroom.line", set()).update(cls.a.room.line_ids.ids)
        for name in ("cath", "ward"):
            # a hospital's contacts are colleagues, as in core
            for model in ("res.partner", "res.users"):
                cls.made[name].pop(model, None)
        ward = dict(cls.made["ward"])
        ward["medical.storeroom"] = {cls.a.ward_room.id}
        cls.foreign = {
            "manager_a": cls._joined(cls.made["b"]),
            "nurse_a": cls._joined(cls.made["b"], cath),
            "integration_a": cls._joined(cls.made["b"], cath, ward),
        }
        cls.marks = {
            "manager_a": (MARK_B,),
            "nurse_a": (MARK_B, MARK_CATH),
            "integration_a": (MARK_B, MARK_CATH),
        }
        cls.users = {
            "manager_a": cls.a.manager,
            "nurse_a": cls.a.nurse,
            "integration_a": cls.integration,
        }

    @staticmethod
    def _joined(*parts):
        joined = {}
        for part in parts:
            for model, ids in part.items():
                joined.setdefault(model, set()).update(ids)
        return joined

    # -- what is made while --------------------------------------------------------------
    @classmethod
    def _tables(cls):
        return {
            name: model._table
            for name, model in cls.env.registry.items()
            if model._auto and not model._abstract and not model._transient
        }

    @classmethod
    def _newest(cls):
        cls.env.flush_all()
        tables = cls._tables()
        query = SQL(" UNION ALL ").join(
            SQL("SELECT %s, COALESCE(MAX(id), 0) FROM %s", name, SQL.identifier(table))
            for name, table in tables.items()
        )
        return dict(cls.env.execute_query(query))

    @classmethod
    def _window(cls, name, make):
        """Run ``make`` and note the ids that it brings into being as ``name``'s."""
        before = cls._newest()
        result = make()
        after = cls._newest()
        made = cls.made.setdefault(name, {})
        for model, last in after.items():
            if last > before[model]:
                made.setdefault(model, set()).update(
                    cls.env[model]
                    .with_context(active_test=False)
                    .search([("id", ">", before[model]), ("id", "<=", last)])
                    .ids
                )
        return result

    @classmethod
    def _hospital(cls, name, key):
        def make():
            return super(IsolationCase, cls)._hospital(
                f"{MARK_B} {name}" if key == "b" else name, key
            )

        return cls._window("b", make) if key == "b" else make()

    # -- one of everything --------------------------------------------------------------
    @classmethod
    def _full_set(cls, space, room, mark):
        """Events, two proposals (one ordered and delivered, one open), order, transfer,
        invoice, return, ticket, use, recall, feed problem and code to map; each with
        an attachment and a message."""
        place = room.department_ids[:1].ref
        number = room.id * 1000
        kit = [
            cls.hl7(number + n, cls.day(2 + n % 5, 8 + n), place=place)
            for n in range(8)
        ]
        space.feed.ingest("\r".join(kit))
        space.feed.ingest(
            cls.hl7(number + 90, cls.day(3), code=f"{place}9^X^{SNOMED}", place=place)
        )
        space.feed.ingest(cls.hl7(number + 91, cls.day(3)).replace("RGS|1", "RGX|1"))
        lot = cls._stock(
            room.location_id, cls.stent, 5, f"{mark}-LOT", "2026-04-01 00:00:00"
        )
        run = cls.env["medical.replenishment.run"]
        run._run(room)
        ordered = cls._open_proposal(room)
        ordered.action_send()
        ordered.action_approve()
        order = ordered.sale_order_id
        order.client_order_ref = mark
        picking = ordered.picking_ids[:1]
        picking.carrier_tracking_ref = f"{mark}-TRACK"
        space.feed.ingest(
            "\r".join(
                cls.hl7(number + 20 + n, cls.day(3, 8 + n % 12), place=place)
                for n in range(30)
            )
        )
        run._run(room)
        open_proposal = cls._open_proposal(room)
        open_proposal.action_send()
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": space.partner.id,
                "ref": mark,
                "invoice_line_ids": [
                    Command.create({"name": mark, "quantity": 1, "price_unit": 5})
                ],
            }
        )
        invoice.action_post()
        ticket = cls.env["helpdesk.ticket"]._medical_report(
            cls.env.user, f"{mark} boxes are wet", room, cls.glove, picking
        )
        ticket.partner_id = space.partner
        rma = cls.env["rma"].create(
            {
                "partner_id": space.partner.id,
                "partner_invoice_id": space.partner.id,
                "product_id": cls.glove.id,
                "product_uom_qty": 1,
                "location_id": cls.warehouse.rma_loc_id.id,
                "origin": mark,
                "operation_id": cls.env["rma.operation"].search([], limit=1).id,
            }
        )
        # rma shows a return to whoever follows it
        rma.message_subscribe(partner_ids=space.partner.ids)
        cls._stock(room.location_id, cls.glove, 9)
        use = cls.env["medical.consumption"].create(
            {
                "storeroom_id": room.id,
                "line_ids": [
                    Command.create({"product_id": cls.glove.id, "quantity": 1})
                ],
            }
        )
        use.action_complete()
        records = [ordered, open_proposal, order, picking, invoice, ticket, rma, use]
        records += [room, space.feed, lot, *cls._recall(lot)]
        for record in records:
            cls.env["ir.attachment"].create(
                {
                    "name": f"{mark}.txt",
                    "raw": mark.encode(),
                    "res_model": record._name,
                    "res_id": record.id,
                }
            )
            if "message_ids" in record._fields:
                record.message_post(
                    body=f"{mark} message",
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                )
            if "access_token" in record._fields:
                record._portal_ensure_token()
        return records

    @classmethod
    def _open_proposal(cls, room):
        return cls.env["medical.proposal"].search(
            [("storeroom_id", "=", room.id), ("state", "in", ("draft", "sent"))],
            order="id desc",
            limit=1,
        )

    @classmethod
    def _recall(cls, lot):
        """A running recall of the lot, with its notices and answers."""
        recall = cls.env["medical.recall"].create(
            {
                "title": lot.name,
                "reason": lot.name,
                "instructions": lot.name,
                "product_ids": [Command.set(lot.product_id.ids)],
                "lot_names": lot.name,
                "deadline": "2026-03-06",
            }
        )
        recall.action_trace()
        recall.action_start()
        return [recall, *recall.notice_ids]
