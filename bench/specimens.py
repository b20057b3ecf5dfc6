# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821 - runs inside `odoo shell`, which brings `env`
"""One specimen of each record, made by Odoo itself; prints their ids as JSON."""

import json

from odoo import Command

company = env.company
warehouse = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
partner = env["res.partner"].create({"name": "Specimen", "email": "specimen@bench.example.com"})
product = env["product.product"].create(
    {
        "name": "Specimen",
        "default_code": "SPECIMEN",
        "type": "consu",
        "is_storable": True,
        "list_price": 10,
        "taxes_id": [Command.clear()],
        "supplier_taxes_id": [Command.clear()],
    }
)
quant = (
    env["stock.quant"]
    .with_context(inventory_mode=True)
    .create(
        {
            "product_id": product.id,
            "location_id": warehouse.lot_stock_id.id,
            "inventory_quantity": 100,
        }
    )
)
quant.action_apply_inventory()
inventory_move = env["stock.move"].search([("product_id", "=", product.id)])


def order():
    """A confirmed order of one piece."""
    record = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 1})],
        }
    )
    record.action_confirm()
    record.picking_ids.action_assign()
    assert record.picking_ids.state == "assigned", record.picking_ids.state
    return record


done, waiting = order(), order()
done.picking_ids.move_ids.write({"quantity": 1, "picked": True})
done.picking_ids.button_validate()
assert done.picking_ids.state == "done", done.picking_ids.state

stages = env["helpdesk.ticket.stage"].search([])
team = env["helpdesk.ticket.team"].search([], limit=1)
values = {
    "name": "Specimen",
    "description": "<p>Specimen</p>",
    "partner_id": partner.id,
    "team_id": team.id,
}
open_ticket, closed_ticket = env["helpdesk.ticket"].create([dict(values), dict(values)])
closed_ticket.stage_id = stages.filtered("closed")[:1]
env.flush_all()
env.cr.commit()


def quant_in(location):
    """The specimen's quant in a location."""
    return env["stock.quant"].search([("product_id", "=", product.id), ("location_id", "=", location.id)])


found = {
    "partner": partner,
    "product": product,
    "template": product.product_tmpl_id,
    "done_order": done,
    "open_order": waiting,
    "done_line": done.order_line,
    "open_line": waiting.order_line,
    "done_picking": done.picking_ids,
    "open_picking": waiting.picking_ids,
    "done_move": done.picking_ids.move_ids,
    "open_move": waiting.picking_ids.move_ids,
    "done_move_line": done.picking_ids.move_line_ids,
    "open_move_line": waiting.picking_ids.move_line_ids,
    "reference": done.stock_reference_ids,
    "inventory_move": inventory_move,
    "inventory_move_line": inventory_move.move_line_ids,
    "stock_quant": quant_in(warehouse.lot_stock_id),
    "customer_quant": quant_in(done.picking_ids.location_dest_id),
    "inventory_quant": quant_in(inventory_move.location_id),
    "open_ticket": open_ticket,
    "closed_ticket": closed_ticket,
    "out_sequence": warehouse.out_type_id.sequence_id,
}
for name, record in found.items():
    assert len(record) == 1, f"{name}: {record}"
print(json.dumps({name: record.id for name, record in found.items()}))
