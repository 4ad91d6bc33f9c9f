"""The real Vendure as the kit for sources takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tests.carts.line import Line
from tests.carts.vendure.shop import VendureShop
from tests.carts.vendure.shopkeeping import MODIFY, SET_CHANNEL, TRANSITION, begin_modifying, order_notes
from tradegecko_bridge import VendureSource
from tradegecko_bridge.testing import CannotDo, Fault, ShownParcel, Wanted

BROKEN: Final = 4
"""Units of the refused SKU that the database does not take."""
READY: Final = ("PaymentSettled", "PartiallyShipped", "Shipped")
SET_PRICE: Final = "mutation($i: [UpdateProductVariantInput!]!){updateProductVariants(input: $i){id}}"
VARIANTS: Final = "{productVariants{items{id sku price product{name description}}}}"


class Driver:
    """One check's shop: without orders, and with a line of its own."""

    skus = ("MUG-BLUE", "TEE-M", "HAT-ONE")
    refused_sku = "TEE-S"

    def __init__(self, shop: VendureShop) -> None:
        self.shop = shop
        self.line = Line(lambda request: b"mutation" in request.content and b"login(" not in request.content)
        self.secrets = (shop.password,)
        self.variants: dict[str, dict[str, Any]] = {one["sku"]: one for one in self._variants()}
        self.prices: dict[str, int] = {sku: one["price"] for sku, one in self.variants.items()}
        self._inside(False)
        for statement in ("PRAGMA foreign_keys = OFF", 'DELETE FROM "order"', "PRAGMA foreign_keys = ON"):
            shop.sql(statement)
        shop.sql("UPDATE stock_level SET stockOnHand = 1000, stockAllocated = 0")
        shop.sql(
            "CREATE TRIGGER IF NOT EXISTS of_the_tests BEFORE UPDATE ON stock_level "
            f"WHEN NEW.stockOnHand = {BROKEN} AND NEW.productVariantId = {self.variants[self.refused_sku]['id']} "
            "BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )

    def source(self) -> VendureSource:
        url, user = self.shop.admin_url, self.shop.username
        return VendureSource(
            url, username=user, password=self.shop.password, ready_states=READY, page_size=5, transport=self.line
        )

    def place(self, wanted: Wanted) -> str:
        self._check(wanted)
        self._inside(wanted.prices_include_tax)
        for line in wanted.lines:
            self._price(line.sku, int(line.price * 100))
        units: dict[str, int] = {}
        for line in wanted.lines:
            units[line.sku] = units.get(line.sku, 0) + line.quantity
        made = str(self.shop.order(self.shop.place_order(units))["id"])
        if wanted.at is not None:
            self._date(wanted.at, made)
        return made

    def place_together(self, wanted: Sequence[Wanted]) -> Sequence[str]:
        made = [self.place(one) for one in wanted]
        at = datetime.now(UTC)
        for one in made:
            self._date(at, one)
        return made

    def place_unready(self) -> str:
        return str(self.shop.order(self.shop.place_order({"MUG-BLUE": 1}, pay=False))["id"])

    def make_ready(self, reference: str) -> None:
        self.shop.settle_payment(self._code(reference))

    def place_unreadable(self) -> str:
        made = self.place(Wanted())
        self.shop.sql(f"UPDATE \"order\" SET currencyCode = 'none' WHERE id = {made}")
        return made

    def change(self, reference: str) -> None:
        begin_modifying(self.shop, reference)
        address = {"fullName": f"Ann {datetime.now(UTC):%f}"}
        change = {"dryRun": False, "orderId": reference, "updateShippingAddress": address}
        result = self.shop.admin(MODIFY, i=change)["modifyOrder"]
        assert "errorCode" not in result, result
        self.shop.admin(TRANSITION, id=reference, s="PaymentSettled")

    def cancel(self, reference: str) -> None:
        self.shop.cancel_order(self._code(reference))

    def total(self, reference: str) -> Decimal:
        return Decimal(self.shop.order(self._code(reference))["totalWithTax"]) / 100

    def break_line(self, fault: Fault, *, after: int = 0) -> None:
        self.line.break_with(fault, after)

    def mend(self) -> None:
        self.line.mend()

    def parcels(self, reference: str) -> Sequence[ShownParcel]:
        return [
            ShownParcel(
                contents={line["orderLineId"]: Decimal(line["quantity"]) for line in one["lines"]},
                tracking=tuple(filter(None, one["trackingCode"].split(", "))),
            )
            for one in self.shop.order(self._code(reference))["fulfillments"]
            if one["state"] == "Shipped"
        ]

    def stock(self, sku: str) -> Decimal:
        level = self.shop.stock(sku)
        return Decimal(level.on_hand - level.allocated)

    def reserve(self, sku: str, units: int) -> None:
        self.shop.place_order({sku: units})

    def product(self, sku: str) -> tuple[str, str]:
        (found,) = (one["product"] for one in self._variants() if one["sku"] == sku)
        return found["name"], found["description"]

    def receipts(self, reference: str) -> Sequence[str]:
        return [text for text, _ in order_notes(self.shop, reference) if text.startswith("TradeGecko order")]

    def bad_options(self) -> Mapping[str, Callable[[], object]]:
        def bad(**options: Any) -> Callable[[], object]:
            login = {"username": "boss", "password": "secret"}
            return lambda: VendureSource(**{"url": self.shop.admin_url} | login | options)

        return {
            "no address": bad(url="shop"),
            "no page": bad(page_size=0),
            "no overlap": bad(overlap=timedelta(0)),
            "states as one text": bad(ready_states="Shipped"),
            "no time to answer": bad(timeout=0),
        }

    def _check(self, wanted: Wanted) -> None:
        if wanted.discount or any(line.discount for line in wanted.lines):
            raise CannotDo("this shop has no discounts; those of promotions are tested beside the kit")
        if (wanted.tax_rate, wanted.shipping) != (Decimal(13), Decimal("12.50")):
            raise CannotDo("this shop has one tax rate and one price of shipping")

    def _price(self, sku: str, cents: int) -> None:
        if self.prices[sku] != cents:
            self.shop.admin(SET_PRICE, i=[{"id": self.variants[sku]["id"], "price": cents}])
            self.prices[sku] = cents

    def _inside(self, inclusive: bool) -> None:
        channel = self.shop.admin("{activeChannel{id pricesIncludeTax}}")["activeChannel"]
        if channel["pricesIncludeTax"] != inclusive:
            self.shop.admin(SET_CHANNEL, i={"id": channel["id"], "pricesIncludeTax": inclusive})

    def _date(self, at: datetime, reference: str) -> None:
        text = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"
        self.shop.sql(f"UPDATE \"order\" SET orderPlacedAt = '{text}', updatedAt = '{text}' WHERE id = {reference}")

    def _code(self, reference: str) -> str:
        return str(self.shop.admin("query($id: ID!){order(id: $id){code}}", id=reference)["order"]["code"])

    def _variants(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.shop.admin(VARIANTS)["productVariants"]["items"]
        return found
