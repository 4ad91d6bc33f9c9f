"""The round with a real Vendure shop, for people to watch: `make demo-vendure`."""

from __future__ import annotations

from collections.abc import Mapping

from tests.carts.demo import head
from tests.carts.demo import show as show_round
from tests.carts.vendure.shop import VendureShop
from tradegecko_bridge import VendureSource


class Watched:
    """What is shown of the shop."""

    name = "Vendure"

    def __init__(self, shop: VendureShop) -> None:
        self._shop = shop

    @property
    def address(self) -> str:
        return self._shop.admin_url

    def source(self) -> VendureSource:
        return VendureSource(self._shop.admin_url, username=self._shop.username, password=self._shop.password)

    def buy(self, lines: Mapping[str, int], email: str) -> str:
        return self._shop.place_order(lines, email)

    def total(self, number: str) -> str:
        return f"{self._shop.order(number)['totalWithTax'] / 100:.2f}"

    def shipped(self, number: str) -> tuple[bool, list[str]]:
        order = self._shop.order(number)
        return order["state"] == "Shipped", [parcel["trackingCode"] for parcel in order["fulfillments"]]

    def for_sale(self, sku: str) -> int:
        stock = self._shop.stock(sku)
        return stock.on_hand - stock.allocated


def show() -> bool:
    """See `tests.carts.demo.show`."""
    head("Starting a Vendure shop and TradeGecko's sandbox")
    with VendureShop() as shop:
        return show_round(Watched(shop))
