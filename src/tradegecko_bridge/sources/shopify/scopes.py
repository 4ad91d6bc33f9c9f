"""The access scopes an app needs, by what it is to do."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import ShopifyApi

READING: Final = ("read_orders", "read_customers")
ALL_ORDERS: Final = "read_all_orders"
SCOPES: Final = {
    "orders": READING,
    "tracking": (
        "write_orders",
        "read_merchant_managed_fulfillment_orders",
        "write_merchant_managed_fulfillment_orders",
        "read_locations",
    ),
    "receipts": ("write_orders",),
    "stock": ("read_products", "read_locations", "read_inventory", "write_inventory"),
    "products": ("read_products", "write_products"),
}
"""By capability. ``write_…`` grants ``read_…`` of the same."""


def check(api: ShopifyApi) -> Iterator[str]:
    """What the app may not do and would need for writing back, one note each.

    Raises:
        Forbidden: it may not read orders.
    """
    held = {one["handle"] for one in api.ask(queries.SCOPES)["currentAppInstallation"]["accessScopes"]}
    if missing := list(_missing(READING, held)):
        raise tk.Forbidden(
            f"the app at Shopify lacks the access scopes {', '.join(missing)}: give it these, and install it anew"
        )
    for what, wanted in SCOPES.items():
        if missing := list(_missing(wanted, held)):
            yield f"without the access scopes {', '.join(missing)} Shopify takes no {what} from the app"
    if ALL_ORDERS not in held:
        yield f"without the access scope {ALL_ORDERS} Shopify shows the app no order older than 60 days"


def _missing(wanted: Collection[str], held: Collection[str]) -> Iterator[str]:
    for scope in wanted:
        if scope not in held and scope.replace("read_", "write_", 1) not in held:
            yield scope
