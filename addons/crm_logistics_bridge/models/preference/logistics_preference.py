# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine import eta

#: Deliveries that a preference is read from, and the fewest that make one.
LAST_DELIVERIES, FEWEST = 50, 3


class LogisticsPreference(models.AbstractModel):
    """What a customer usually chose and what went well; where goods come from soonest."""

    _name = "logistics.preference"
    _description = "Delivery Preference"

    @api.model
    @api.private
    def _habits(self, partner, company):
        """Carrier, warehouse, pickup place and time of day of the last deliveries;
        one query.

        A choice counts by how often it was made, times the share that came by its
        promise (each choice with one good and one bad delivery on top, so that a
        single lucky one does not win).

        :return: {kind: dict with id or key, count, total, kept (share on time)}
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.carrier_id, t.warehouse_id,
                       CASE WHEN s.is_pickup_location THEN s.id END,
                       EXTRACT(hour FROM COALESCE(p.date_delivered, p.date_done)
                               AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::int,
                       p.date_delivered IS NOT NULL,
                       COALESCE(p.date_delivered, p.date_done)
                           <= COALESCE(p.logistics_promise_date, 'infinity')
                  FROM stock_picking p
                  JOIN stock_picking_type t ON t.id = p.picking_type_id
                  JOIN sale_order o ON o.id = p.sale_id
                  JOIN res_partner c ON c.id = o.partner_id
             LEFT JOIN res_partner s ON s.id = o.partner_shipping_id
                 WHERE c.commercial_partner_id = %(customer)s
                   AND p.company_id = %(company)s
                   AND p.state = 'done' AND t.code = 'outgoing'
              ORDER BY p.date_done DESC LIMIT %(limit)s
                """,
                zone=company.partner_id.tz or "UTC",
                customer=partner.commercial_partner_id.id,
                company=company.id,
                limit=LAST_DELIVERIES,
            )
        )
        tallies = {"carrier": {}, "warehouse": {}, "pickup": {}, "window": {}}
        for carrier, warehouse, pickup, hour, reported, kept in rows:
            window = None
            if reported:
                window = "am" if hour < 12 else "pm" if hour < 18 else "evening"
            keys = (carrier, warehouse, pickup, window)
            for kind, key in zip(tallies, keys, strict=True):
                if key:
                    good, count = tallies[kind].get(key, (0, 0))
                    tallies[kind][key] = (good + bool(kept), count + 1)
        result = {}
        for kind, tally in tallies.items():
            if sum(count for _good, count in tally.values()) < FEWEST:
                continue
            key, (good, count) = max(
                tally.items(),
                key=lambda item: (
                    item[1][1] * (item[1][0] + 1) / (item[1][1] + 2),
                    str(item[0]),
                ),
            )
            result[kind] = {
                "key": key,
                "count": count,
                "total": sum(n for _good, n in tally.values()),
                "kept": good / count,
            }
        return result

    @api.model
    @api.private
    def _window_labels(self):
        """Parts of the day in words."""
        return {
            "am": self.env._("in the morning"),
            "pm": self.env._("in the afternoon"),
            "evening": self.env._("in the evening"),
        }

    @api.model
    @api.private
    def _warehouse_options(self, order, carrier):
        """When each warehouse would deliver this order, were it confirmed now.

        The comparison only: choosing the best split is another add-on's work.

        :return: list of dicts with warehouse, expected and latest (UTC), short (names
            of articles that are not there), price (of the carrier from there, None where
            only the carrier itself could say) and near (how far, see :meth:`_near`);
            soonest first, then cheapest, complete ones before others
        """
        Lane = self.env["logistics.eta.lane"].sudo()
        company = order.company_id
        warehouses = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=20
        )
        if not warehouses:
            return []
        target = order.partner_shipping_id
        region = eta.region_key(
            target.country_id.code, target.state_id.code, target.zip
        )
        now = pd.Timestamp(fields.Datetime.now())
        frame = pd.DataFrame(
            {
                "warehouse": warehouses.ids,
                "carrier": carrier.id or 0,
                "region": region,
                "cutoff": warehouses.mapped("logistics_cutoff_hour"),
            }
        )
        start = pd.Series([now] * len(frame))
        ticker = Lane._clock(company, [start])
        queries = Lane._lane_keys(frame, start, company, ticker)
        queries["stage"], queries["elapsed"] = "order", 0.0
        given = eta.predict(Lane._load_lanes(company), queries)
        short = self._short_goods(order, warehouses)
        options = []
        for index, warehouse in enumerate(warehouses):
            dates = {}
            for name, column in (("expected", "expected"), ("latest", "promise")):
                days = given[column].iloc[index]
                dates[name] = (
                    False
                    if pd.isna(days)
                    else self._utc(
                        ticker.from_open(
                            pd.Series([queries["start"].iloc[index] + days])
                        ),
                        company,
                    )
                )
            options.append(
                {
                    "warehouse": warehouse,
                    "short": short[warehouse],
                    "price": self._carrier_price(order, carrier, warehouse),
                    "near": self._near(warehouse.partner_id, target),
                    **dates,
                }
            )
        return sorted(
            options,
            key=lambda o: (
                bool(o["short"]),
                o["expected"] or fields.Datetime.now().max,
                o["price"] if o["price"] is not None else float("inf"),
                o["near"],
            ),
        )

    def _carrier_price(self, order, carrier, warehouse):
        """What the carrier asks for the order from a warehouse, in the order's currency.

        Only carriers that Odoo prices itself: others would be asked over the network,
        once per warehouse, while a form is drawn. None: not known here.
        """
        if not carrier or carrier.delivery_type not in ("fixed", "base_on_rule"):
            return None
        # The order as it would be from there; nothing of it is kept.
        probe = order.new({"warehouse_id": warehouse.id}, origin=order)
        try:
            rate = carrier.sudo().rate_shipment(probe)
        except UserError:
            return None
        return rate["price"] if rate.get("success") else None

    @staticmethod
    def _near(place, target):
        """How near a warehouse is to an address: 0 same district (start of the
        postcode), 1 same state, 2 same country, 3 abroad, 4 not known."""
        if not place.country_id or not target.country_id:
            return 4
        if place.country_id != target.country_id:
            return 3
        if place.zip and target.zip and place.zip[:2] == target.zip[:2]:
            return 0
        return 1 if place.state_id and place.state_id == target.state_id else 2

    @api.model
    @api.private
    def _near_labels(self):
        """Distances of :meth:`_near` in words."""
        return {
            0: self.env._("same district"),
            1: self.env._("same state"),
            2: self.env._("same country"),
            3: self.env._("abroad"),
            4: self.env._("distance not known"),
        }

    def _utc(self, local, company):
        zone = company.partner_id.tz or "UTC"
        moment = local.dt.tz_localize(
            zone, ambiguous=False, nonexistent="shift_forward"
        )
        return moment.dt.tz_convert("UTC").dt.tz_localize(None).iloc[0].to_pydatetime()

    def _short_goods(self, order, warehouses):
        """Names of the order's articles that each warehouse has not enough of."""
        wanted = {}
        for line in order.order_line:
            if line.product_id.is_storable:
                wanted.setdefault(line.product_id, 0.0)
                wanted[line.product_id] += line.product_uom_id._compute_quantity(
                    line.product_uom_qty, line.product_id.uom_id
                )
        result = {}
        for warehouse in warehouses:
            products = self.env["product.product"].union(*wanted)
            free = {
                product.id: product.free_qty
                for product in products.with_context(warehouse_id=warehouse.id)
            }
            result[warehouse] = [
                product.name
                for product, quantity in wanted.items()
                if free[product.id] < quantity
            ]
        return result
