# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which forecasts are part of which aggregates; not a model."""

ORDER = {
    "total": 0,
    "region": 1,
    "warehouse": 2,
    "category": 3,
    "team": 4,
    "product": 5,
    "channel": 6,
}
KEYS = ("region", "warehouse_id", "categ_id", "product_id", "team_id")


class Tree:
    """Nodes of a plan, found by their keys.

    A node is a tuple (level, region, warehouse id, category id, product id, team id) with ""
    or 0 where it does not apply. `team` 0 on the level of teams is demand without a team.
    """

    def __init__(self, env, warehouses, products):
        """:param warehouses: stock.warehouse of the plan; :param products: product ids"""
        self.region = {one.id: one._forecast_region() or "" for one in warehouses}
        self.several = len(self.region) > 1
        self.regions = any(self.region.values())
        records = env["product.product"].with_context(active_test=False)
        records = records.browse(products)
        self.categ = {one.id: one.categ_id.id for one in records}
        categories = records.categ_id
        self.path = {
            one.id: [int(part) for part in (one.parent_path or "").split("/") if part]
            for one in categories
        }
        for path in list(self.path.values()):
            for depth, categ in enumerate(path):
                self.path.setdefault(categ, path[: depth + 1])

    def above(self, product_id, warehouse_id):
        """Nodes that the forecast of a product in a warehouse is part of."""
        nodes = [("total", "", 0, 0, 0, 0), ("warehouse", "", warehouse_id, 0, 0, 0)]
        if self.regions:
            nodes.append(("region", self.region.get(warehouse_id, ""), 0, 0, 0, 0))
        for categ in self.path.get(self.categ.get(product_id), []):
            nodes.append(("category", "", 0, categ, 0, 0))
        if self.several:
            nodes.append(("product", "", 0, 0, product_id, 0))
        return nodes

    def parent(self, node):
        """The node that this one is part of, or None."""
        level, _region, warehouse, categ, product, team = node
        total = ("total", "", 0, 0, 0, 0)
        if level == "total":
            return None
        if level == "warehouse":
            if self.regions:
                return ("region", self.region.get(warehouse, ""), 0, 0, 0, 0)
            return total
        if level == "category":
            path = self.path.get(categ, [])
            return ("category", "", 0, path[-2], 0, 0) if len(path) > 1 else total
        if level == "product":
            return ("category", "", 0, self.categ.get(product, 0), 0, 0)
        if level == "channel":
            return ("team", "", 0, 0, 0, team)
        return total
