"""The round with a real Medusa shop, for people to watch: `make demo-medusa`."""

from __future__ import annotations

from collections.abc import Mapping

from tests.carts.demo import head
from tests.carts.demo import show as show_round
from tests.carts.medusa.shop import MedusaShop, a_shop, money
from tradegecko_bridge.sources import MedusaSource


class Watched:
    """What is shown of the shop."""

    name = "Medusa"

    def __init__(self, shop: MedusaShop) -> None:
        self._shop = shop
        self._ids: dict[str, str] = {}

    @property
    def address(self) -> str:
        return self._shop.address.url

    def source(self) -> MedusaSource:
        return MedusaSource(self._shop.address.url, key=self._shop.address.key)

    def buy(self, lines: Mapping[str, int], email: str) -> str:
        bought = self._shop.buy(lines, email=email)
        number = str(self._shop.order(bought)["display_id"])
        self._ids[number] = bought
        return number

    def total(self, number: str) -> str:
        return str(money(self._shop.order(self._ids[number])["total"]))

    def shipped(self, number: str) -> tuple[bool, list[str]]:
        order = self._shop.order(self._ids[number])
        labels = [label["tracking_number"] for one in order["fulfillments"] for label in one["labels"]]
        left = [item["quantity"] - item["detail"]["shipped_quantity"] for item in order["items"]]
        return not any(left), labels

    def for_sale(self, sku: str) -> int:
        stocked, reserved = self._shop.level(sku)
        return stocked - reserved


def show() -> bool:
    """See `tests.carts.demo.show`."""
    head("Starting a Medusa shop and TradeGecko's sandbox; this takes half a minute")
    with a_shop() as shop:
        return show_round(Watched(shop))
