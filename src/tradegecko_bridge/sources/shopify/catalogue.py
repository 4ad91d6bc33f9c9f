"""Variants of a shop by SKU: their stock, and the products they belong to. Shopify does not keep SKUs unique."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from uuid import uuid4

from tradegecko_bridge.commerce import ItemResult, ProductDetails, StockLevel
from tradegecko_bridge.errors import SourceRefused
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import Json, ShopifyApi, tail

AT_ONCE = 50
"""SKUs of one question; a search for more is too long for some shops."""
REASON = "correction"


def find_variants(api: ShopifyApi, query: str, skus: Collection[str], **variables: str) -> Mapping[str, list[Json]]:
    """The variants with exactly these SKUs: the shop's search takes upper and lower case, and parts, for the same."""
    found: dict[str, list[Json]] = defaultdict(list)
    for some in tk.in_chunks(skus, AT_ONCE):
        wanted = queries.searched("sku", *some)
        for rows in api.pages(query, "productVariants", query=wanted, first=AT_ONCE, **variables):
            for row in rows:
                if row["sku"] in some:
                    found[row["sku"]].append(row)
    return found


# ── stock ────────────────────────────────────────────────────────────────────────────────────


class ShopifyShelves:
    """What may be sold at one location. Shopify takes what is promised to orders off by itself."""

    def __init__(self, api: ShopifyApi, location: str | None) -> None:
        self._api, self._wanted = api, location
        self._location = ""

    def find(self, skus: Collection[str]) -> Mapping[str, Sequence[tk.Shelf]]:
        """By SKU.

        Raises:
            SourceRefused: the location needs choosing.
        """
        location = self._chosen()
        found = find_variants(self._api, queries.STOCK, skus, location=location)
        return {sku: [_shelf(one["inventoryItem"]) for one in variants] for sku, variants in found.items()}

    def write(self, counts: Sequence[tk.Count]) -> Mapping[str, str]:
        """All in one call, which Shopify takes or refuses whole, if nothing was sold since they were looked at.

        Raises:
            ShopFault: something was; the next run has a level that knows of it.
        """
        absent = {one.sku: f"it is not stocked at location {tail(self._location)}" for one in counts if _is_absent(one)}
        rows = [
            {
                "inventoryItemId": one.shelf.id,
                "locationId": self._location,
                "quantity": one.units,
                "changeFromQuantity": one.shelf.units,
            }
            for one in counts
            if one.sku not in absent
        ]
        if rows:
            try:
                given = {"name": "available", "reason": REASON, "quantities": rows}
                self._api.do(queries.SET_STOCK, repeatable=True, input=given, key=str(uuid4()))
            except tk.Refusal as error:
                if error.code in ("CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"):
                    raise tk.ShopFault("its stock changed while it was set: the next run sets it") from None
                raise
        return absent

    def _chosen(self) -> str:
        """The location's global id."""
        if not self._location:
            pages = self._api.pages(queries.LOCATIONS, "locations")
            self._location = choose([one for page in pages for one in page], self._wanted)
        return self._location


def choose(locations: Sequence[Json], wanted: str | None) -> str:
    """The location with this id or name, or the only one.

    Raises:
        SourceRefused: it takes a choice.
    """
    fitting = [one for one in locations if wanted is None or wanted in (tail(one["id"]), one["name"])]
    if len(fitting) == 1:
        return str(fitting[0]["id"])
    known = ", ".join(f"{tail(one['id'])} ({one['name']})" for one in locations) or "none"
    wrong = "stock_location is not set" if wanted is None else f"stock_location {wanted!r} is not exactly one of them"
    raise SourceRefused(f"{wrong}; Shopify's active locations are: {known}")


def _shelf(item: Json) -> tk.Shelf:
    level = item["inventoryLevel"]
    units = next((int(one["quantity"]) for one in level["quantities"]), 0) if level else None
    return tk.Shelf(id=item["id"], units=units, tracked=bool(item["tracked"]))


def _is_absent(count: tk.Count) -> bool:
    return count.shelf.units is None


# ── products ─────────────────────────────────────────────────────────────────────────────────


class ShopifyProducts:
    """Products by the SKUs of their variants. None is created, and no option, image or variant is touched."""

    def __init__(self, api: ShopifyApi, *, push_prices: bool) -> None:
        self._api, self._push_prices = api, push_prices

    def update(self, products: Sequence[ProductDetails]) -> Iterator[ItemResult]:
        """Each product's own result; only what differs is written."""
        return tk.update_products(products, self._find, lambda one: tail(one["product"]["id"]), self._update)

    def _find(self, skus: Collection[str]) -> Mapping[str, Sequence[Json]]:
        return find_variants(self._api, queries.VARIANTS, skus)

    def _update(self, product: ProductDetails, found: Mapping[str, Sequence[Json]]) -> None:
        there = next(iter(found.values()))[0]["product"]
        wanted = {"title": product.name or None, "descriptionHtml": product.description}
        if news := {name: text for name, text in wanted.items() if text is not None and text != there[name]}:
            self._api.do(queries.SET_PRODUCT, repeatable=True, identifier={"id": there["id"]}, input=news)
        if self._push_prices and (prices := list(_prices(product, found))):
            self._api.do(queries.SET_PRICES, repeatable=True, product=there["id"], variants=prices)


def _prices(product: ProductDetails, found: Mapping[str, Sequence[Json]]) -> Iterator[Json]:
    """The retail prices that differ, of SKUs that are on one variant only."""
    for variant in product.variants:
        there = found.get(variant.sku or "", ())
        if len(there) == 1 and variant.retail_price is not None and variant.retail_price != Decimal(there[0]["price"]):
            yield {"id": there[0]["id"], "price": format(variant.retail_price, "f")}


def set_stock(api: ShopifyApi, levels: Sequence[StockLevel], location: str | None) -> Iterator[ItemResult]:
    """Each level's own result."""
    return tk.set_levels(levels, ShopifyShelves(api, location), chunk=AT_ONCE)
