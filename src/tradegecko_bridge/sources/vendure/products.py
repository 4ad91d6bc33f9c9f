"""Product details into Vendure: what a product is called and how it is described, and prices where wanted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from tradegecko_bridge.commerce import ItemResult, ProductDetails, VariantDetails
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.vendure.api import Json, ShopSettings, VendureApi
from tradegecko_bridge.sources.vendure.catalogue import find_variants

FIELDS = "price priceWithTax product{id name description languageCode}"

WRITE = "mutation Product($input: UpdateProductInput!){updateProduct(input: $input){id}}"

WRITE_PRICES = "mutation Prices($input: [UpdateProductVariantInput!]!){updateProductVariants(input: $input){id}}"


class Catalogue:
    """Updates the products of one shop, matched by the SKUs of their variants. Never creates one."""

    def __init__(self, api: VendureApi, page_size: int, *, push_prices: bool) -> None:
        self._api = api
        self._page_size = page_size
        self._push_prices = push_prices

    def update(self, products: Sequence[ProductDetails]) -> Iterator[ItemResult]:
        """Each product's own result; only what differs is written."""
        return tk.update_products(products, self._find, lambda one: str(one["product"]["id"]), self._update)

    def _find(self, skus: Collection[str]) -> Mapping[str, Sequence[Json]]:
        return find_variants(self._api, skus, FIELDS, self._page_size)

    def _update(self, product: ProductDetails, found: Mapping[str, Sequence[Json]]) -> None:
        known = {sku: tk.only_one(sku, variants) for sku, variants in found.items()}
        there = next(iter(known.values()))["product"]
        if news := difference(product, there):
            translation = {"languageCode": there["languageCode"]} | news
            self._api.ask(WRITE, input={"id": there["id"], "translations": [translation]})
        if self._push_prices and (prices := new_prices(product.variants, known, ShopSettings(self._api))):
            self._api.ask(WRITE_PRICES, input=prices)


def difference(product: ProductDetails, there: Json) -> dict[str, str]:
    """The texts to write: those that were given and are not what the shop has. Its slug stays as it is."""
    wanted = {"name": product.name or None, "description": product.description}
    return {field: text for field, text in wanted.items() if text is not None and text != there[field]}


def new_prices(variants: Sequence[VariantDetails], known: Mapping[str, Json], shop: ShopSettings) -> list[Json]:
    """The retail prices that differ, in Vendure's minor units, on the side of tax the channel's prices are on."""
    field = "priceWithTax" if shop.prices_include_tax else "price"
    prices = []
    for variant in variants:
        there = known.get(variant.sku or "")
        if there is not None and variant.retail_price is not None:
            price = minor(variant.retail_price, shop.digits)
            if price != there[field]:
                prices.append({"id": there["id"], "price": price})
    return prices


def minor(price: Decimal, digits: int) -> int:
    """An amount in whole minor units, halves rounded up."""
    return int(price.scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP))
