"""The real Medusa as the kit for sources takes it: orders are made in its modules, for no API makes one of the past."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import psycopg

from tests.carts.line import Line
from tests.carts.medusa.shop import MedusaShop, money
from tradegecko_bridge.sources import MedusaSource
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.testing import Fault, ShownParcel, Wanted

BROKEN: Final = 4
"""Units of the refused SKU that the database does not take."""


class Driver:
    """One check's shop: without orders, and with a line of its own."""

    skus = ("MUG-BLUE", "TEE-M", "HAT-ONE")
    refused_sku = "TEE-S"

    def __init__(self, shop: MedusaShop) -> None:
        self.shop = shop
        self.line = Line()
        self.secrets = (shop.address.key,)
        shop.clear()
        with suppress(psycopg.errors.DuplicateObject):
            item = shop.ids.items[self.refused_sku]
            shop.sql(
                "ALTER TABLE inventory_level ADD CONSTRAINT of_the_tests "
                f"CHECK (inventory_item_id <> '{item}' OR stocked_quantity <> {BROKEN})"
            )

    def source(self) -> MedusaSource:
        return self.shop.source(transport=self.line, timeout=5.0)

    def place(self, wanted: Wanted) -> str:
        return self._make([wanted])[0]

    def place_together(self, wanted: Sequence[Wanted]) -> Sequence[str]:
        made = self._make(wanted)
        self._sql('UPDATE "order" SET updated_at = (SELECT max(updated_at) FROM "order") WHERE id = ANY(%s)', made)
        return made

    def place_many(self, count: int) -> Sequence[str]:
        return self._make([Wanted()] * count)

    def place_unready(self) -> str:
        return self._make([Wanted()], paid=False)[0]

    def make_ready(self, reference: str) -> None:
        self._pay(reference)

    def place_unreadable(self) -> str:
        made = self.place(Wanted())
        self._sql("""UPDATE "order" SET created_at = 'infinity' WHERE id = %s""", made)
        return made

    def change(self, reference: str) -> None:
        item = self.shop.order(reference)["items"][0]
        self.shop.edit(reference, **{item["variant_sku"]: item["quantity"] + 1})

    def cancel(self, reference: str) -> None:
        self.shop.admin("POST", f"orders/{reference}/cancel")

    def total(self, reference: str) -> Decimal:
        return money(self.shop.order(reference)["total"])

    def break_line(self, fault: Fault, *, after: int = 0) -> None:
        self.line.break_with(fault, after)

    def mend(self) -> None:
        self.line.mend()

    def parcels(self, reference: str) -> Sequence[ShownParcel]:
        return [
            ShownParcel(
                contents={item["line_item_id"]: Decimal(item["quantity"]) for item in one["items"]},
                tracking=tuple(label["tracking_number"] for label in one["labels"]),
            )
            for one in self.shop.order(reference)["fulfillments"]
            if one["shipped_at"]
        ]

    def stock(self, sku: str) -> Decimal:
        stocked, reserved = self.shop.level(sku)
        return Decimal(stocked - reserved)

    def reserve(self, sku: str, units: int) -> None:
        reservation = {"inventory_item_id": self.shop.ids.items[sku], "location_id": self.shop.ids.location}
        self.shop.admin("POST", "reservations", reservation | {"quantity": units})

    def product(self, sku: str) -> tuple[str, str]:
        found = self.shop.admin("GET", f"products/{self.shop.ids.products[sku]}")["product"]
        return found["title"], found["description"] or ""

    def receipts(self, reference: str) -> Sequence[str]:
        noted = (self.shop.order(reference)["metadata"] or {}).get("tradegecko_number")
        return [noted] if noted else []

    def bad_options(self) -> Mapping[str, Callable[[], object]]:
        address, key = self.shop.address.url, self.shop.address.key
        return {
            "no address": lambda: MedusaSource("shop", key=key),
            "a shopper's key": lambda: MedusaSource(address, key=self.shop.address.store_key),
            "no page": lambda: MedusaSource(address, key=key, page_size=0),
            "a negative overlap": lambda: MedusaSource(address, key=key, overlap=timedelta(seconds=-1)),
            "statuses as one text": lambda: MedusaSource(address, key=key, ready_payments="captured"),
            "no time to answer": lambda: MedusaSource(address, key=key, timeout=0),
            "no currency": lambda: MedusaSource(address, key=key, price_currency="dollars"),
        }

    # ── making orders ────────────────────────────────────────────────────────────────────────

    def _make(self, wanted: Sequence[Wanted], *, paid: bool = True) -> list[str]:
        orders = self.shop.call("order", "createOrders", [self._order(one) for one in wanted])
        for one, order in zip(wanted, orders, strict=True):
            if one.at is not None:
                self._sql(
                    'UPDATE "order" SET created_at = %s, updated_at = %s WHERE id = %s', one.at, one.at, order["id"]
                )
            if paid:
                self._pay(order["id"])
            for item in order["items"]:
                self._reserve(item)
            self._sql(
                "UPDATE order_line_item SET created_at = created_at + (metadata->>'place')::int * interval '1 ms' "
                "WHERE id = ANY(%s)",
                [item["id"] for item in order["items"]],
            )
        return [order["id"] for order in orders]

    def _order(self, wanted: Wanted) -> dict[str, Any]:
        inside = wanted.prices_include_tax
        tax = [{"code": "HST", "rate": float(wanted.tax_rate)}]
        amounts = [line.price * line.quantity - line.discount for line in wanted.lines]
        shares = tk.shared(wanted.discount, amounts)
        items = [
            {
                "title": line.sku,
                "variant_id": self.shop.ids.variants[line.sku],
                "variant_sku": line.sku,
                "quantity": line.quantity,
                "unit_price": str(line.price),
                "is_tax_inclusive": inside,
                "requires_shipping": True,
                "tax_lines": tax,
                "metadata": {"place": place},
                "adjustments": [{"code": "LESS", "amount": str(line.discount + share), "is_tax_inclusive": inside}]
                if line.discount + share
                else [],
            }
            for place, (line, share) in enumerate(zip(wanted.lines, shares, strict=True))
        ]
        address = {"first_name": "Ann", "last_name": "Lee", "address_1": "1 King St W", "city": "Toronto"}
        return {
            "region_id": self.shop.ids.regions["ca"],
            "currency_code": "cad",
            "email": "ann@example.com",
            "sales_channel_id": self.shop.ids.channel,
            "status": "pending",
            "shipping_address": address | {"country_code": "ca"},
            "items": items,
            "shipping_methods": [
                {
                    "name": "Flat rate",
                    "amount": str(wanted.shipping),
                    "shipping_option_id": self.shop.ids.shipping,
                    "is_tax_inclusive": inside,
                    "tax_lines": tax,
                }
            ],
        }

    def _pay(self, order: str) -> None:
        """An authorized payment."""
        key, raw = uuid4().hex, '{"value": "1"}'
        self._sql(
            "INSERT INTO payment_collection (id, currency_code, amount, raw_amount, authorized_amount, "
            "raw_authorized_amount, status) VALUES (%s, 'cad', 1, %s, 1, %s, 'authorized')",
            key,
            raw,
            raw,
        )
        self._sql(
            "INSERT INTO order_payment_collection (id, order_id, payment_collection_id) VALUES (%s, %s, %s)",
            key,
            order,
            key,
        )

    def _reserve(self, item: dict[str, Any]) -> None:
        place = (self.shop.ids.items[item["variant_sku"]], self.shop.ids.location)
        units, raw = item["quantity"], f'{{"value": "{item["quantity"]}"}}'
        self._sql(
            "INSERT INTO reservation_item (id, line_item_id, inventory_item_id, location_id, quantity, raw_quantity) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            *(uuid4().hex, item["id"], *place, units, raw),
        )
        self._sql(
            "UPDATE inventory_level SET reserved_quantity = reserved_quantity + %s, raw_reserved_quantity = "
            "jsonb_build_object('value', (reserved_quantity + %s)::text) "
            "WHERE inventory_item_id = %s AND location_id = %s",
            *(units, units, *place),
        )

    def _sql(self, statement: str, *values: object) -> None:
        self.shop.sql(statement, *values)
