"""Product details into WooCommerce: what a product is called and how it is described, and prices where wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
        return tk.answer_each(products, lambda product: product.reference, self._update)

    def _update(self, product: ProductDetails) -> ItemResult:
        skus = list(dict.fromkeys(variant.sku for variant in product.variants if variant.sku))
        found = {sku: some for sku, some in find(self._api, skus, context="edit").items() if some}
        several = [sku for sku, some in found.items() if len(some) > 1]
        if several:
            return tk.refused(product.reference, f"SKU {several[0]} is there {len(found[several[0]])} times")
        known = {sku: some[0] for sku, some in found.items()}
        if not known:
            return tk.ignored(product.reference, "nothing in the shop has one of its SKUs")
        ids = {str(one["parent_id"] if is_variation(one) else one["id"]) for one in known.values()}
        if len(ids) > 1:
            ids_told = ", ".join(sorted(ids))
            return tk.refused(product.reference, f"its SKUs are on {len(ids)} products in the shop (ids {ids_told})")
        if news := self._news(product, ids.pop(), known):
            self._api.post(f"products/{news[0]}", news[1], repeatable=True)
        if self._push_prices:
            self._write_prices(product, known)
        return tk.accepted(product.reference)

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
