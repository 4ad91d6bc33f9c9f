"""`demo`: a small shop with something of every kind.

Stock comes in through adjustments, never by setting a number, so that the books add up from the first moment.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from ..model.formats import datetime_text
from ..model.state import Row
from ..rules.base import RulesContext
from .empty import PASSWORD, Keys, fill_empty

_Spec = dict[str, Any]

_PRODUCTS: list[tuple[_Spec, list[_Spec]]] = [
    (
        {"name": "Stoneware Mug", "product_type": "Kitchen", "brand": "Northern Clay", "opt1": "Colour",
         "description": "<p>A 350 ml mug, fired twice.</p>", "supplier": "Northern Clay Ltd",
         "tags": "mug,stoneware,kitchen"},
        [
            {"sku": "MUG-BLUE", "name": "Blue", "opt1": "Blue", "retail_price": "19.99", "wholesale_price": "12.0",
             "buy_price": "6.5", "upc": "0628000000017", "weight": "0.4", "weight_unit": "kg", "stock": (120, 30)},
            {"sku": "MUG-RED", "name": "Red", "opt1": "Red", "retail_price": "19.99", "wholesale_price": "12.0",
             "buy_price": "6.5", "upc": "0628000000024", "weight": "0.4", "weight_unit": "kg", "stock": (80, 15)},
            {"sku": "MUG-SET", "name": "Set of four", "opt1": "Blue and red", "retail_price": "69.99",
             "wholesale_price": "44.0", "composite": True},
        ],
    ),
    (
        {"name": "Crew Neck Tee", "product_type": "Apparel", "brand": "Maple & Loom", "opt1": "Size",
         "description": "<p>Organic cotton, cut in Montréal.</p>", "supplier": "Maple & Loom Inc.",
         "tags": "tee,cotton,apparel"},
        [
            {"sku": f"TEE-{size}", "name": size, "opt1": size, "retail_price": "25.0", "wholesale_price": "14.0",
             "buy_price": "8.25", "upc": f"06280000001{number}", "weight": "180", "weight_unit": "g",
             "stock": (60, 20)}
            for number, size in enumerate(("S", "M", "L"), start=10)
        ],
    ),
    (
        {"name": "Wool Scarf", "product_type": "Apparel", "brand": "Maple & Loom", "opt1": "Colour", "opt2": "Size",
         "tags": "scarf,wool"},
        [
            {"sku": f"SCARF-{colour[:3].upper()}-{size[0]}", "name": f"{colour} / {size}", "opt1": colour, "opt2": size,
             "retail_price": price, "wholesale_price": "21.0", "buy_price": "11.0", "weight": "220",
             "weight_unit": "g", "stock": (25, 5)}
            for colour in ("Grey", "Navy")
            for size, price in (("Short", "38.5"), ("Long", "45.0"))
        ],
    ),
    (
        {"name": "Gift Card", "product_type": "Gift Card", "description": "<p>Sent by e-mail.</p>"},
        [{"sku": "GIFT-50", "name": "50", "retail_price": "50.0", "taxable": False, "manage_stock": False}],
    ),
    (
        {"name": "Enamel Pin", "product_type": "Accessories", "brand": "Northern Clay", "tags": "pin"},
        [
            {"sku": "PIN-FOX", "name": "Fox", "retail_price": "7.5", "buy_price": "1.9", "keep_selling": True,
             "stock": (3, 0)},
            {"sku": "PIN-OWL", "name": "Owl", "retail_price": "7.5", "buy_price": "1.9", "max_online": "10",
             "stock": (200, 0)},
        ],
    ),
    (
        {"name": "Field Guide to Mosses", "product_type": "Books", "description": "<p>Second edition.</p>"},
        [{"sku": "BOOK-MOSS", "name": "Paperback", "retail_price": "32.0", "buy_price": "15.0", "taxable": False,
          "upc": "9780000000002", "weight": "1.2", "weight_unit": "lb", "stock": (40, 0)}],
    ),
    (
        {"name": "Candle", "product_type": "Home", "opt1": "Scent"},
        # Nothing stops two variants from sharing a SKU, so some shops have such pairs.
        [{"sku": "DUP-SKU", "name": scent, "opt1": scent, "retail_price": price, "buy_price": "4.0",
          "stock": (10, 0)} for scent, price in (("Cedar", "18.0"), ("Birch", "18.5"))],
    ),
]  # fmt: skip

_COMPANIES: list[_Spec] = [
    {"name": "Walk-in Customer", "company_type": "consumer", "email": "walkin@demo.example"},
    {"name": "Harbour Gift Shop", "company_type": "business", "email": "orders@harbourgifts.example",
     "company_code": "HARBOUR", "phone_number": "+1 902 555 0117", "default_price_list_id": "wholesale",
     "tags": ["wholesale", "east"], "default_discount_rate": 5.0,
     "address": {"label": "Shop", "address1": "12 Water Street", "city": "Halifax", "state": "NS",
                 "country": "Canada", "zip_code": "B3J 1A1"},
     "contact": {"first_name": "Ines", "last_name": "Okafor", "email": "ines@harbourgifts.example",
                 "position": "Buyer"}},
    {"name": "Robin Tremblay", "company_type": "consumer", "email": "robin@shopper.example",
     "address": {"label": "Home", "address1": "45 Rue Saint-Paul", "address2": "App. 3", "city": "Montréal",
                 "state": "QC", "country": "CA", "zip_code": "H2Y 1G9", "first_name": "Robin",
                 "last_name": "Tremblay"},
     "contact": {"first_name": "Robin", "last_name": "Tremblay", "email": "robin@shopper.example"}},
    {"name": "Lake Supply Co.", "company_type": "business", "email": "ap@lakesupply.example",
     "company_code": "LAKE", "address": {"label": "Office", "address1": "9 Lakeshore Drive", "city": "Chicago",
                                         "state": "IL", "country": "US", "zip_code": "60601"},
     "contact": {"first_name": "Sam", "last_name": "Ortiz", "email": "sam@lakesupply.example"}},
    {"name": "Northern Clay Ltd", "company_type": "supplier", "email": "sales@northernclay.example",
     "address": {"label": "Studio", "address1": "3 Kiln Road", "city": "Guelph", "state": "ON", "country": "CA",
                 "zip_code": "N1H 2T2"}},
]  # fmt: skip


# Who else works here, and what each may do. Sasha sells and sees products; may not touch products, stock, companies or
# settings, nor see buying prices.
_COLLEAGUES: list[tuple[str, str, list[str]]] = [
    ("Sasha", "Seller", ["read_products", "write_orders"]),
    ("Amira", "Haddad", ["read_products", "write_orders", "write_companies"]),
    ("Ben", "Achebe", ["read_products", "write_stocks"]),
    ("Chloe", "Gagnon", ["write_products", "read_buy_prices"]),
    ("Elif", "Kaya", ["read_reports", "read_buy_prices"]),
    ("Femi", "Okoye", ["read_products", "write_orders"]),
    ("Grace", "Lindqvist", ["write_products", "write_stocks", "read_buy_prices"]),
    ("Hiro", "Tanaka", ["read_products"]),
    ("Iris", "Novak", ["read_reports", "write_settings"]),
    ("Jamal", "Reid", ["read_products", "write_stocks", "write_orders"]),
    ("Kasia", "Wójcik", []),
]


def fill_demo(context: RulesContext, keys: Keys) -> None:
    """Fill the shop."""
    fill_empty(context, keys)
    for login_id, (first_name, last_name, permissions) in enumerate(_COLLEAGUES, start=2):
        name = {"first_name": first_name, "last_name": last_name, "email": f"{first_name.lower()}@demo.example"}
        login = {"password": PASSWORD, "login_id": login_id, "account_id": 1, "permissions": permissions}
        context.state.insert("users", {**name, **login})
    second = second_settings(context)
    variants = _products(context, second["id"])
    _bundle(context, variants)
    _custom_prices(context, variants)
    _images(context, variants)
    _companies(context)


def second_settings(context: RulesContext) -> Row:
    """A second currency and more ways to pay; the second warehouse."""
    create = {name: rules.create for name, rules in context.rules.items()}
    create["currencies"]({"iso": "USD", "name": "US Dollar", "symbol": "US$", "rate": "0.735"})
    create["payment_terms"]({"name": "NET15 EOM", "due_in_days": 15, "from": "eom"})
    create["payment_methods"]({"name": "Bank Transfer"})
    return create["locations"](
        {"label": "Second Warehouse", "address1": "2200 Dundas Street", "city": "Mississauga", "state": "ON",
         "country": "CA", "zip_code": "L5A 1V9", "holds_stock": True}
    )  # fmt: skip


def _products(context: RulesContext, second: int) -> dict[str, Row]:
    variants: dict[str, Row] = {}
    elsewhere: list[_Spec] = []
    for product_spec, specs in _PRODUCTS:
        product = context.rules["products"].create(product_spec)
        for spec in specs:
            here, there = spec.get("stock", (0, 0))
            given = {**spec, "product_id": product["id"], "initial_stock_level": here}
            variant = context.rules["variants"].create({**given, "initial_cost_price": spec.get("buy_price")})
            variants.setdefault(spec["sku"], variant)
            if there:
                cost = spec.get("buy_price")
                elsewhere.append({"variant_id": variant["id"], "quantity": there, "price": cost})
    context.rules["stock_adjustments"].create(
        {"stock_location_id": second, "reason": "supplier", "notes": "Opening stock",
         "stock_adjustment_line_items": elsewhere}
    )  # fmt: skip
    return variants


def _bundle(context: RulesContext, variants: dict[str, Row]) -> None:
    for sku in ("MUG-BLUE", "MUG-RED"):
        part = {"bundle_id": variants["MUG-SET"]["id"], "component_id": variants[sku]["id"]}
        context.state.insert("composition", {**part, "quantity": Decimal(2)})


def _custom_prices(context: RulesContext, variants: dict[str, Row]) -> None:
    currency = context.state["currencies"].where("iso", "USD")[0]
    price_list = context.rules["price_lists"].create(
        {"name": "US Retail", "code": "US-RETAIL", "currency_id": currency["id"]}
    )
    for sku, price in (("MUG-BLUE", "15.5"), ("MUG-RED", "15.5"), ("TEE-M", "19.5")):
        prices = [{"price_list_id": str(price_list["id"]), "value": price}]
        context.rules["variants"].update(variants[sku], {"variant_prices": prices})


def _images(context: RulesContext, variants: dict[str, Row]) -> None:
    """Pictures that were processed long ago."""
    earlier = {"created_at": datetime_text(context.clock() - timedelta(hours=1))}
    for sku, name in (("MUG-BLUE", "mug-blue.jpg"), ("MUG-RED", "mug-red.jpg"), ("TEE-M", "tee.jpg")):
        variant = variants[sku]
        image = {"product_id": variant["product_id"], "variant_ids": [variant["id"]]}
        made = context.rules["images"].create({**image, "url": f"https://pictures.demo.example/{name}", "name": name})
        context.state.update("images", made, earlier)


def _companies(context: RulesContext) -> None:
    for spec in _COMPANIES:
        company = context.rules["companies"].create(spec)
        own = {"company_id": company["id"]}
        if "address" in spec:
            context.rules["addresses"].create({**spec["address"], **own})
        if "contact" in spec:
            context.rules["contacts"].create({**spec["contact"], **own})
    context.rules["notes"].create({"company_id": 2, "body": "Prefers deliveries before noon."})
