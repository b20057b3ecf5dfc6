# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
    "skip_sms": True,
    "lang": "en_US",
}


class LogisticsData:
    """Records of a small shop; for TransactionCase and HttpCase alike."""

    @classmethod
    def set_up_shop(cls):
        # the texts below are English, whatever languages the database has
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env = cls.env(context={**cls.env.context, **QUIET})
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        # holidays have tests of their own
        cls.company.logistics_eta_holidays = False
        Partner = cls.env["res.partner"]
        korea = cls.env.ref("base.kr")
        cls.customer = Partner.create(
            {
                "name": "Hanbit Trading",
                "is_company": True,
                "country_id": korea.id,
                # whatever the database gives new contacts
                "lang": "en_US",
            }
        )
        cls.contact = Partner.create(
            {
                "name": "Kim Minji",
                "parent_id": cls.customer.id,
                "email": "minji@example.com",
                "lang": "en_US",
            }
        )
        cls.other = Partner.create({"name": "Another Customer", "country_id": korea.id})
        cls.product, cls.scarce = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "is_storable": True,
                    "list_price": 10.0,
                    "standard_price": 4.25,
                    "taxes_id": [Command.clear()],
                }
                for name in ("Sterile Gloves", "Scarce Gauze")
            ]
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, cls.warehouse.lot_stock_id, 100000
        )

    @classmethod
    def make_order(cls, partner=None, product=None, quantity=2, confirm=True, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or cls.product).id,
                            "product_uom_qty": quantity,
                        }
                    )
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
            cls.settle()
        return order

    @classmethod
    def settle(cls):
        """What the end of a request does: refresh the dates that were touched."""
        cls.env.cr.precommit.run()

    @classmethod
    def deliver(cls, order):
        ready = order.picking_ids.filtered(lambda p: p.state == "assigned")
        ready.move_ids.picked = True
        ready._action_done()
        cls.settle()

    @classmethod
    def make_ticket(cls, name, partner=None, description="", **values):
        return cls.env["helpdesk.ticket"].create(
            {
                "name": name,
                "description": f"<p>{description}</p>",
                "partner_id": (partner or cls.contact).id,
                **values,
            }
        )

    @classmethod
    def make_history(cls, leads, start="2026-01-05 08:00:00"):
        """Completed deliveries with these lead times in days, one order a day."""
        orders = cls.env["sale.order"]
        for _lead in leads:
            orders |= cls.make_order(cls.other, confirm=False)
        orders.action_confirm()
        for picking in orders.picking_ids:
            picking.move_ids.picked = True
        orders.picking_ids._action_done()
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                """
                UPDATE sale_order o
                   SET date_order = %(start)s::timestamp + v.day * INTERVAL '1 day'
                  FROM unnest(%(ids)s::int[]) WITH ORDINALITY AS v(id, day)
                 WHERE o.id = v.id;
                UPDATE stock_picking p
                   SET date_done = o.date_order + v.lead * INTERVAL '1 day'
                  FROM unnest(%(ids)s::int[], %(leads)s::float[]) AS v(id, lead),
                       sale_order o
                 WHERE o.id = v.id AND p.sale_id = o.id
                """,
                start=start,
                ids=orders.ids,
                leads=[float(lead) for lead in leads],
            )
        )
        cls.env.invalidate_all()
        return orders

    @classmethod
    def make_user(cls, login, groups, **values):
        return new_test_user(
            cls.env, login, groups=groups, tz="UTC", lang="en_US", **values
        )

    @classmethod
    def make_channel(cls, login, code):
        """What delivers over HTTP: ``(user, API key, account)``."""
        user = cls.make_user(login, "base.group_user")
        expires = fields.Datetime.add(fields.Datetime.now(), days=1)
        keys = cls.env["res.users.apikeys"].with_user(user)
        account = cls.env["logistics.channel.account"].create(
            {"name": "Shop", "kind": "api", "code": code, "user_ids": [(4, user.id)]}
        )
        return user, keys._generate("rpc", login, expires), account

    @classmethod
    def make_agent(cls, login="logistics_agent"):
        """Helpdesk rights and nothing else."""
        return cls.make_user(login, "base.group_user,helpdesk_mgmt.group_helpdesk_user")


class LogisticsCase(LogisticsData, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
