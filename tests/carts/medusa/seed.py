"""Fills an empty Medusa shop through its admin API: prices before tax in Canada, with tax in Germany."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from attrs import frozen

Json = dict[str, Any]
Ask = Callable[..., Json]


class Product(NamedTuple):
    """A product, and its variants: SKU and price by what tells them apart."""

    title: str
    variants: dict[str, tuple[str, float]]


CATALOGUE: Final = (
    Product("Mug", {"Blue": ("MUG-BLUE", 19.99), "Red": ("MUG-RED", 19.99)}),
    Product("T-Shirt", {"S": ("TEE-S", 25), "M": ("TEE-M", 25), "L": ("TEE-L", 25)}),
    Product("Hat", {"One": ("HAT-ONE", 30)}),  # TradeGecko is not to know this SKU
)
STOCK: Final = 1000
CURRENCIES: Final = {"cad": 1.0, "eur": 1.0, "jpy": 100.0, "kwd": 0.25}
"""And what a price is in each."""
COUNTRIES: Final = {"ca": ("cad", 13), "de": ("eur", 19), "jp": ("jpy", 10), "kw": ("kwd", 5)}
"""Currency and percent of tax."""


@frozen(kw_only=True)
class Ids:
    """What the shop calls its parts."""

    regions: dict[str, str]
    variants: dict[str, str]
    products: dict[str, str]
    items: dict[str, str]
    channel: str
    location: str
    shipping: str


def seed(ask: Ask, store_key_id: str) -> Ids:
    """Make the shop ready to sell. ``ask`` asks its admin API: method, path, body."""
    store = ask("GET", "stores")["stores"][0]
    currencies = [{"currency_code": code, "is_default": code == "cad"} for code in CURRENCIES]
    ask("POST", f"stores/{store['id']}", {"supported_currencies": currencies})
    channel = store["default_sales_channel_id"]
    regions = {country: _region(ask, country) for country in COUNTRIES}
    location = _location(ask, channel)
    profile, shipping = _shipping(ask, location)
    products = [_product(ask, product, profile, channel) for product in CATALOGUE]
    items = {one["sku"]: one["id"] for one in ask("GET", "inventory-items?limit=100")["inventory_items"]}
    levels = [
        {"inventory_item_id": item, "location_id": location, "stocked_quantity": STOCK} for item in items.values()
    ]
    ask("POST", "inventory-items/location-levels/batch", {"create": levels})
    ask("POST", f"api-keys/{store_key_id}/sales-channels", {"add": [channel]})
    _tax_inside(ask, "eur")
    variants = [(one["sku"], one["id"], product["id"]) for product in products for one in product["variants"]]
    return Ids(
        regions=regions,
        variants={sku: variant for sku, variant, _ in variants},
        products={sku: product for sku, _, product in variants},
        items=items,
        channel=channel,
        location=location,
        shipping=shipping,
    )


def _region(ask: Ask, country: str) -> str:
    currency, percent = COUNTRIES[country]
    region = {"name": country, "currency_code": currency, "countries": [country], "automatic_taxes": True}
    made = ask("POST", "regions", region | {"payment_providers": ["pp_system_default"]})["region"]["id"]
    rate = {"rate": percent, "name": "HST", "code": "HST"}
    ask("POST", "tax-regions", {"country_code": country, "provider_id": "tp_system", "default_tax_rate": rate})
    return str(made)


def _tax_inside(ask: Ask, currency: str) -> None:
    for one in ask("GET", "price-preferences?limit=100")["price_preferences"]:
        if one["value"] == currency:
            ask("POST", f"price-preferences/{one['id']}", {"is_tax_inclusive": True})


def _location(ask: Ask, channel: str) -> str:
    address = {"address_1": "1 King St W", "country_code": "ca"}
    made = str(ask("POST", "stock-locations", {"name": "Main", "address": address})["stock_location"]["id"])
    ask("POST", f"stock-locations/{made}/sales-channels", {"add": [channel]})
    ask("POST", f"stock-locations/{made}/fulfillment-providers", {"add": ["manual_manual"]})
    return made


def _shipping(ask: Ask, location: str) -> tuple[str, str]:
    """A profile, and a shipping option at a flat rate."""
    path = f"stock-locations/{location}/fulfillment-sets?fields=*fulfillment_sets"
    sets = ask("POST", path, {"name": "parcels", "type": "shipping"})["stock_location"]["fulfillment_sets"]
    countries = [{"type": "country", "country_code": country} for country in COUNTRIES]
    zone = ask("POST", f"fulfillment-sets/{sets[0]['id']}/service-zones", {"name": "all", "geo_zones": countries})
    profiles = ask("GET", "shipping-profiles")["shipping_profiles"]
    profile = profiles or [ask("POST", "shipping-profiles", {"name": "all", "type": "default"})["shipping_profile"]]
    option = {
        "name": "Flat rate",
        "service_zone_id": zone["fulfillment_set"]["service_zones"][0]["id"],
        "shipping_profile_id": profile[0]["id"],
        "provider_id": "manual_manual",
        "price_type": "flat",
        "type": {"label": "Flat", "description": "flat", "code": "flat"},
        "prices": _prices(12.5),
    }
    return profile[0]["id"], ask("POST", "shipping-options", option)["shipping_option"]["id"]


def _product(ask: Ask, product: Product, profile: str, channel: str) -> Json:
    variants = [
        {"title": kind, "sku": sku, "manage_inventory": True, "options": {"Kind": kind}, "prices": _prices(price)}
        for kind, (sku, price) in product.variants.items()
    ]
    whole = {
        "title": product.title,
        "status": "published",
        "shipping_profile_id": profile,
        "sales_channels": [{"id": channel}],
        "options": [{"title": "Kind", "values": list(product.variants)}],
        "variants": variants,
    }
    made: Json = ask("POST", "products", whole)["product"]
    return made


def _prices(amount: float) -> list[Json]:
    return [{"currency_code": code, "amount": round(amount * factor, 4)} for code, factor in CURRENCIES.items()]
