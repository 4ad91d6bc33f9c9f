"""Product details into Vendure: what a product is called and how it is described, and prices where wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from tradegecko_bridge.commerce import ItemResult, ProductDetails, VariantDetails, Verdict
from tradegecko_bridge.errors import SourceRefused
from tradegecko_bridge.sources.toolkit.batch import answer_each
from tradegecko_bridge.sources.vendure.api import Json, ShopSettings, VendureApi
from tradegecko_bridge.sources.vendure.catalogue import find_variants, one_of

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
        return answer_each(products, lambda product: product.reference, self._update)

    def _update(self, product: ProductDetails) -> ItemResult:
        skus = list(dict.fromkeys(variant.sku for variant in product.variants if variant.sku))
        found = find_variants(self._api, skus, FIELDS, self._page_size) if skus else {}
        known = {sku: one_of(sku, variants) for sku, variants in found.items() if variants}
        if not known:
            return ItemResult(
                key=product.reference, verdict=Verdict.IGNORED, message="no variant in Vendure has one of its SKUs"
            )
        if not product.update:
            return ItemResult(
                key=product.reference, verdict=Verdict.IGNORED, message="Vendure has it, and it may only be created"
            )
        there = the_product(known)
        if news := difference(product, there):
            translation = {"languageCode": there["languageCode"]} | news
            self._api.ask(WRITE, input={"id": there["id"], "translations": [translation]})
        if self._push_prices and (prices := new_prices(product.variants, known, ShopSettings(self._api))):
            self._api.ask(WRITE_PRICES, input=prices)
        return ItemResult(key=product.reference, verdict=Verdict.ACCEPTED)


def the_product(variants: Mapping[str, Json]) -> Json:
    """The product all these variants belong to.

    Raises:
        SourceRefused: they belong to several, and which of them is meant is anybody's guess.
    """
    products: dict[str, Json] = {str(variant["product"]["id"]): variant["product"] for variant in variants.values()}
    if len(products) > 1:
        raise SourceRefused(f"its SKUs are on {len(products)} products in Vendure (ids {', '.join(products)})")
    return next(iter(products.values()))


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
