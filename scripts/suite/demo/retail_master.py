# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Master data around the real orders: customers, articles, suppliers, carriers.

The source names no customer and weighs no article. Trading names, towns, weights,
costs and suppliers are invented here, the same every time; numbers, countries,
descriptions and prices are the source's.
"""

from .online_retail import COLLECTIVE
from .retail_plan import LANES, SUPPLIER_LEAD_DAYS, lane_of, stable_number, supplier_of

COUNTRY_CODES = {
    "United Kingdom": "uk",
    "EIRE": "ie",
    "RSA": "za",
    "USA": "us",
    "Australia": "au",
    "Austria": "at",
    "Bahrain": "bh",
    "Belgium": "be",
    "Brazil": "br",
    "Canada": "ca",
    "Cyprus": "cy",
    "Czech Republic": "cz",
    "Denmark": "dk",
    "Finland": "fi",
    "France": "fr",
    "Germany": "de",
    "Greece": "gr",
    "Hong Kong": "hk",
    "Iceland": "is",
    "Israel": "il",
    "Italy": "it",
    "Japan": "jp",
    "Lebanon": "lb",
    "Lithuania": "lt",
    "Malta": "mt",
    "Netherlands": "nl",
    "Norway": "no",
    "Poland": "pl",
    "Portugal": "pt",
    "Saudi Arabia": "sa",
    "Singapore": "sg",
    "Spain": "es",
    "Sweden": "se",
    "Switzerland": "ch",
    "United Arab Emirates": "ae",
}
TOWNS = {
    "uk": ["Leeds", "Bristol", "York", "Norwich", "Bath", "Glasgow", "Cardiff"]
    + ["Exeter", "Durham", "Brighton", "Oxford", "Chester"],
    "fr": ["Lyon", "Nantes"],
    "de": ["Köln", "Leipzig"],
    "au": ["Melbourne", "Perth"],
    "be": ["Gent", "Liège"],
    "es": ["Sevilla", "Bilbao"],
    "pt": ["Porto", "Coimbra"],
    "it": ["Torino", "Bologna"],
    "no": ["Bergen", "Oslo"],
    "se": ["Malmö", "Uppsala"],
    "fi": ["Turku", "Oulu"],
    "pl": ["Kraków", "Gdańsk"],
    "is": ["Reykjavík"],
}
FIRST = ["Bramble", "Copper", "Harbour", "Larkspur", "Maple", "Orchard", "Pebble"]
FIRST += ["Quill", "Rosehip", "Saffron", "Thistle", "Willow", "Acorn", "Juniper"]
SECOND = ["& Daughters", "Gifts", "Home", "Interiors", "Lane", "Market", "Mercantile"]
SECOND += ["Parlour", "Stores", "Trading", "Village Shop"]
SUPPLIERS = ["Kettering Ceramics", "Porto Papel", "Jaipur Textiles", "Ningbo Housewares"]
CARRIERS = {
    "home": ("Island Parcel (UK)", "IP", 4.5),
    "europe": ("EuroLink Parcel", "EL", 12.0),
    "world": ("Meridian Air Freight", "MA", 38.0),
}
CATEGORIES = [
    (
        "kitchen",
        "Kitchen & Table",
        ["TEACUP", "CAKE", "JAM", "LUNCH", "TEA ", "SUGAR"]
        + ["CUTLERY", "RECIPE", "SNACK", "NAPKIN", "POPCORN", "APRON", "BOWL"],
    ),
    ("bags", "Bags & Storage", ["BAG", "BOX", "STORAGE"]),
    ("lights", "Lights & Clocks", ["LIGHT", "CLOCK", "T-LIGHT", "HOLDER"]),
    ("party", "Party & Paper", ["BUNTING", "PAPER", "CHAIN", "CHRISTMAS"]),
    ("home", "Home & Garden", []),
]


def customers(orders):
    """Return {external id: columns of res.partner} of all customers.

    :param orders: :attr:`Plan.orders`
    """
    rows = {}
    seen = set()
    for number, country in orders.groupby("customer")["country"].first().sort_index().items():
        seed = stable_number(number)
        name = None
        while name is None or name in seen:
            first = FIRST[seed % len(FIRST)]
            name = f"{first} {SECOND[seed // len(FIRST) % len(SECOND)]}"
            seed += 1
        if number == COLLECTIVE:
            name = "Online Shop (all other customers)"
        seen.add(name)
        code = COUNTRY_CODES.get(country, "")
        towns = TOWNS.get(code, [""])
        rows[f"retail_customer_{number}"] = {
            "name": name,
            "ref": number,
            "is_company": "True",
            "customer_rank": "1",
            "city": towns[seed % len(towns)],
            "country_id/id": f"base.{code}" if code else "",
            "email": f"buyer.{number}@shop.example",
            "comment": "Customer number, country and orders: UCI Online Retail "
            "(CC BY 4.0). Name and town are invented.",
        }
    return rows


def suppliers():
    """Return {external id: columns of res.partner} of the suppliers."""
    return {
        f"retail_supplier_{index}": {
            "name": name,
            "is_company": "True",
            "supplier_rank": "1",
            "email": f"orders@supplier{index}.example",
        }
        for index, name in enumerate(SUPPLIERS)
    }


def categories():
    """Return {external id: columns of product.category}."""
    return {f"retail_category_{key}": {"name": name} for key, name, _words in CATEGORIES}


def category_of(description):
    """Return the key of the category whose word comes first in the list."""
    for key, _name, words in CATEGORIES:
        if any(word in description.upper() for word in words):
            return key
    return CATEGORIES[-1][0]


def articles(table):
    """Return {external id: columns of product.product} of all articles.

    Costs are 55 % of the median price; weights follow the price (0.1 kg + 80 g
    per currency unit): invented, the source has neither.

    :param table: :attr:`Retail.articles`
    """
    rows = {}
    for article, row in table.iterrows():
        supplier = supplier_of(article)
        name = row["description"].capitalize()
        rows[f"retail_article_{article}"] = {
            "name": " ".join(name.split()),
            "default_code": article,
            "type": "Goods",
            "is_storable": "True",
            "categ_id/id": f"__import__.retail_category_{category_of(row['description'])}",
            "list_price": f"{row['price']:.2f}",
            "standard_price": f"{row['price'] * 0.55:.2f}",
            "weight": f"{0.1 + 0.08 * row['price']:.2f}",
            "seller_ids/partner_id/id": f"__import__.retail_supplier_{supplier}",
            "seller_ids/delay": str(SUPPLIER_LEAD_DAYS[supplier]),
            "seller_ids/price": f"{row['price'] * 0.55:.2f}",
            "seller_ids/min_qty": "12",
        }
    return rows


def carrier_products():
    """Return {external id: columns of product.product} of the delivery services."""
    return {
        f"retail_carrier_product_{lane}": {
            "name": name,
            "type": "Service",
            "sale_ok": "False",
            "purchase_ok": "False",
            "list_price": str(price),
        }
        for lane, (name, _prefix, price) in CARRIERS.items()
    }


def carriers():
    """Return {external id: columns of delivery.carrier}, one per lane."""
    return {
        f"retail_carrier_{lane}": {
            "name": name,
            "delivery_type": "Fixed Price",
            "fixed_price": str(price),
            "product_id/id": f"__import__.retail_carrier_product_{lane}",
            "tracking_url": "https://tracking.example/<shipmenttrackingnumber>",
        }
        for lane, (name, _prefix, price) in CARRIERS.items()
    }


def tracking_number(order, country):
    """Return the (invented) carrier's tracking number of an order."""
    prefix = CARRIERS[lane_of(country)][1]
    return f"{prefix}{stable_number('track' + order) % 10**9:09d}"


assert set(CARRIERS) == set(LANES)
