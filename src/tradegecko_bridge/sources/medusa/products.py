"""Product details into Medusa: name and description, and retail prices in one currency where wanted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tradegecko_bridge.commerce import ItemResult, ProductDetails, VariantDetails
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.medusa.orders import Json

FIELDS = ",".join(
    (
        "id,sku,product.id,product.title,product.description",
        "prices.id,prices.amount,prices.currency_code,prices.min_quantity,prices.max_quantity,prices.rules",
    )
)
_KEPT = ("id", "currency_code", "min_quantity", "max_quantity", "rules")


class Catalogue:
    """Updates products, matched by the SKUs of their variants. Never creates one."""

    def __init__(self, client: tk.ShopClient, price_currency: str | None) -> None:
        self._client = client
        self._currency = price_currency

    def update(self, products: Sequence[ProductDetails]) -> Iterator[ItemResult]:
        """Each product's own result; only what differs is written."""
        return tk.update_products(products, self._find, lambda one: str(one["product"]["id"]), self._update)

    def _find(self, skus: Collection[str]) -> Mapping[str, Sequence[Json]]:
        params = {"sku[]": list(skus), "fields": FIELDS, "limit": 2 * len(skus)}
        rows = self._client.get("admin/product-variants", **params).rows_in("variants")
        return {sku: [one for one in rows if one["sku"] == sku] for sku in skus}

    def _update(self, product: ProductDetails, found: Mapping[str, Sequence[Json]]) -> None:
        known = {sku: tk.only_one(sku, variants) for sku, variants in found.items()}
        there = next(iter(known.values()))["product"]
        wanted = {"title": product.name or None, "description": product.description}
        news = {name: text for name, text in wanted.items() if text is not None and text != (there[name] or "")}
        if news:
            self._client.post(f"admin/products/{there['id']}", news, repeatable=True)
        if self._currency:
            self._write_prices(there["id"], product.variants, known, self._currency)

    def _write_prices(
        self, product: str, variants: Sequence[VariantDetails], known: Mapping[str, Json], currency: str
    ) -> None:
        for variant in variants:
            there = known.get(variant.sku or "")
            if there is None or variant.retail_price is None:
                continue
            prices = [
                {name: one[name] for name in _KEPT if one.get(name) is not None} | {"amount": float(one["amount"])}
                for one in there["prices"]
            ]
            if _set(prices, currency, variant.retail_price):
                # Those that are not sent would be deleted.
                self._client.post(
                    f"admin/products/{product}/variants/{there['id']}", {"prices": prices}, repeatable=True
                )


def _set(prices: list[dict[str, Any]], currency: str, amount: Decimal) -> bool:
    """Put an amount into the price that holds for everybody; False where it is that already."""
    for one in prices:
        if one["currency_code"] == currency and not one.get("rules") and not one.get("min_quantity"):
            if one["amount"] == float(amount):
                return False
            one["amount"] = float(amount)
            return True
    prices.append({"currency_code": currency, "amount": float(amount)})
    return True
