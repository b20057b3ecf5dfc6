# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821 - runs inside `odoo shell`, which brings `env`
"""Takes samples of a built database and lets Odoo judge them; prints its findings as JSON.

For each model some records, chosen evenly over all ids, are read in full as the administrator
sees them, and every stored computed field is computed anew: a value that changes is a finding.
Products are asked for their quantities, which must be what the moves sum up to.
"""

import json

from odoo.tools import float_compare

SAMPLE = 40
MODELS = (
    "res.partner", "product.product", "sale.order", "sale.order.line", "stock.picking",
    "stock.move", "stock.move.line", "stock.quant", "helpdesk.ticket",
)  # fmt: skip
#: Computed from the clock or from another record's present state, not from stored data.
MOVING = {"write_date", "delay_alert_date"}
findings = []


def sample(model):
    """Records of a model, evenly chosen."""
    ids = model.search([], order="id").ids
    step = max(1, len(ids) // SAMPLE)
    return model.browse(ids[::step][:SAMPLE])


def same(field, before, after):
    """Whether two values of a field are the same to Odoo."""
    if field.type in ("float", "monetary"):
        return float_compare(before or 0, after or 0, precision_digits=4) == 0
    return before == after


counts = {}
for name in MODELS:
    model = env[name]
    counts[name] = model.search_count([])
    records = sample(model)
    records.read()  # every field, computed ones included, can be read
    stored = [
        field
        for field in model._fields.values()
        if field.store
        and field.compute
        and field.readonly  # what people may change is computed once, as a default
        and field.name not in MOVING
        and not field.company_dependent
    ]
    before = {field.name: {record.id: record[field.name] for record in records} for field in stored}
    for field in stored:
        env.add_to_compute(field, records)
    model.flush_model()
    for field in stored:
        for record in records:
            old, new = before[field.name][record.id], record[field.name]
            if not same(field, old, new):
                findings.append(f"{name}({record.id}).{field.name}: {old!r} -> {new!r}")

done_out = env["stock.move"]._read_group(
    [("state", "=", "done")], ["product_id", "location_id", "location_dest_id"], ["product_qty:sum"]
)
balance = {}
for product, source, target, quantity in done_out:
    balance[product.id, source.id] = balance.get((product.id, source.id), 0) - quantity
    balance[product.id, target.id] = balance.get((product.id, target.id), 0) + quantity
for product, location, quantity in env["stock.quant"]._read_group([], ["product_id", "location_id"], ["quantity:sum"]):
    expected = balance.pop((product.id, location.id), 0)
    if float_compare(quantity, expected, precision_digits=4):
        findings.append(f"{product.display_name} in {location.display_name}: {quantity}, moves say {expected}")
findings += [f"no quant for {key}: {value}" for key, value in balance.items() if value]

reserved = dict(
    env["stock.move.line"]._read_group(
        [("state", "in", ("assigned", "partially_available"))], ["product_id"], ["quantity_product_uom:sum"]
    )
)
for product, quantity in env["stock.quant"]._read_group(
    [("location_id.usage", "=", "internal")], ["product_id"], ["reserved_quantity:sum"]
):
    if float_compare(quantity, reserved.get(product, 0), precision_digits=4):
        findings.append(f"{product.display_name}: {quantity} reserved, move lines say {reserved.get(product, 0)}")

# Odoo's own work goes on from here: the next order and an open delivery.
waiting = env["stock.picking"].search([("state", "=", "assigned"), ("origin", "like", "S%")], limit=1)
waiting.move_ids.picked = True
waiting.button_validate()
if waiting.state != "done":
    findings.append(f"{waiting.name} cannot be delivered: {waiting.state}")
copied = env["sale.order"].search([("state", "=", "sale")], limit=1).copy()
if env["sale.order"].search_count([("name", "=", copied.name)]) != 1:
    findings.append(f"the number {copied.name} is given twice")
copied.action_confirm()
if not copied.picking_ids:
    findings.append(f"{copied.name} confirms without a delivery")
env.cr.rollback()
print(json.dumps({"counts": counts, "findings": findings}))
