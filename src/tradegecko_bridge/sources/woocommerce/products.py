"""Product details into WooCommerce: what a product is called and how it is described, and prices where wanted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tradegecko_bridge.commerce import ItemResult, ProductDetails
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.woocommerce.api import Json, WooApi
from tradegecko_bridge.sources.woocommerce.catalogue import find, is_variation, path_of


class Catalogue:
    """Updates the products of one shop, matched by the SKUs of their variants. Never creates one."""

    def __init__(self, api: WooApi, *, push_prices: bool) -> None:
        self._api, self._push_prices = api, push_prices

    def update(self, products: Sequence[ProductDetails]) -> Iterator[ItemResult]:
        """Each product's own result; only what differs is written."""
        return tk.update_products(products, self._find, _product, self._update)

    def _find(self, skus: Collection[str]) -> Mapping[str, Sequence[Json]]:
        return find(self._api, skus, context="edit")

    def _update(self, product: ProductDetails, found: Mapping[str, Sequence[Json]]) -> None:
        known = {sku: tk.only_one(sku, some) for sku, some in found.items()}
        if news := self._news(product, _product(next(iter(known.values()))), known):
            self._api.post(f"products/{news[0]}", news[1], repeatable=True)
        if self._push_prices:
            self._write_prices(product, known)

    def _news(
        self, product: ProductDetails, id: str, known: Mapping[str, Json]
    ) -> tuple[str, Mapping[str, str]] | None:
        """The texts that were given and are not what the shop has, in its own form of them."""
        there = next((one for one in known.values() if str(one["id"]) == id), None)
        if there is None:
            there = self._api.get(f"products/{id}", context="edit").data
        wanted = {"name": product.name or None, "description": product.description}
        news = {name: text for name, text in wanted.items() if text is not None and text != there.get(name)}
        return (id, news) if news else None

    def _write_prices(self, product: ProductDetails, known: Mapping[str, Json]) -> None:
        for variant in product.variants:
            there, price = known.get(variant.sku or ""), variant.retail_price
            if there is not None and price is not None and tk.exact(there.get("regular_price") or "-1") != price:
                self._api.post(path_of(there), {"regular_price": f"{price:f}"}, repeatable=True)


def _product(one: Json) -> str:
    return str(one["parent_id"] if is_variation(one) else one["id"])
