"""Records for tests: whole and plausible, with only what matters said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tradegecko_bridge.commerce import (
    Address,
    Customer,
    DeliveryReceipt,
    OrderLine,
    Package,
    ProductDetails,
    Shipment,
    ShippedItem,
    ShippingLine,
    SourceOrder,
    StockLevel,
    UnreadableOrder,
    VariantDetails,
)

AN_ADDRESS = Address(
    first_name="Ann",
    last_name="Lee",
    address1="1 King St W",
    city="Toronto",
    region="ON",
    postal_code="M5H 1A1",
    country="CA",
)
"""Where Ann Lee lives."""
A_CUSTOMER = Customer(first_name="Ann", last_name="Lee", email="ann@example.com", phone="4165550100")
"""Ann Lee, with an e-mail address and a telephone number."""


def a_line(sku: str = "MUG-BLUE", quantity: int | str = 1, price: str = "19.99", **fields: Any) -> OrderLine:
    """One line at 13 % tax; ``reference`` is the SKU unless given."""
    return OrderLine(
        **{
            "reference": sku,
            "sku": sku,
            "quantity": Decimal(quantity),
            "price": Decimal(price),
            "tax_rate": Decimal(13),
            **fields,
        }
    )


def an_order(number: str = "1001", lines: Sequence[OrderLine] | None = None, **fields: Any) -> SourceOrder:
    """An order in CAD for Ann Lee of Toronto, shipping at 12.50; ``cursor`` and ``reference`` are its number."""
    return SourceOrder(
        **{
            "reference": number,
            "number": number,
            "cursor": number,
            "placed_at": datetime(2026, 11, 2, 15, 30, tzinfo=UTC),
            "currency": "CAD",
            "lines": tuple(lines) if lines is not None else (a_line(),),
            "shipping": (ShippingLine(label="Flat rate", amount=Decimal("12.50"), tax_rate=Decimal(13)),),
            "customer": A_CUSTOMER,
            "shipping_address": AN_ADDRESS,
            **fields,
        }
    )


def an_unreadable_order(number: str = "1002", problem: str = "units are not a number; correct them") -> UnreadableOrder:
    """An order that cannot be given whole; ``cursor`` and ``reference`` are its number."""
    return UnreadableOrder(reference=number, number=number, problem=problem, cursor=number)


def a_shipment(
    order: SourceOrder,
    units: Mapping[str, int] | None = None,
    *,
    reference: str = "S-1",
    tracking: Sequence[str] = ("1Z1",),
    **fields: Any,
) -> Shipment:
    """All of an order in one package for each tracking number, or so many units of its lines, by their references."""
    skus = {line.reference: line.sku for line in order.lines}
    wanted = units if units is not None else {line.reference: line.quantity for line in order.lines if line.shippable}
    items = tuple(
        ShippedItem(line_reference=line, sku=skus.get(line), quantity=Decimal(number))
        for line, number in wanted.items()
    )
    return Shipment(
        **{
            "reference": reference,
            "order_reference": order.reference,
            "order_number": order.number,
            "items": items,
            "packages": tuple(Package(tracking_number=number) for number in tracking),
            "carrier": "UPS",
            "shipped_at": order.placed_at + timedelta(days=1),
            **fields,
        }
    )


def a_stock_level(sku: str = "MUG-BLUE", units: int | str = 10) -> StockLevel:
    """So many units may be sold of a SKU."""
    return StockLevel(sku=sku, available=Decimal(units))


def a_product(reference: str = "P-1", skus: Sequence[str] = ("MUG-BLUE",), **fields: Any) -> ProductDetails:
    """A product called Mug with a variant for each SKU, at 19.99."""
    variants = tuple(VariantDetails(reference=f"V-{sku}", sku=sku, retail_price=Decimal("19.99")) for sku in skus)
    return ProductDetails(**{"reference": reference, "name": "Mug", "variants": variants, **fields})


def a_receipt(order: SourceOrder, number: str = "SO-1001") -> DeliveryReceipt:
    """The order arrived, under this number."""
    return DeliveryReceipt(
        order_reference=order.reference,
        order_number=order.number,
        remote_id=number,
        remote_number=number,
        delivered_at=order.placed_at + timedelta(minutes=5),
    )
