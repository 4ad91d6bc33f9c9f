"""Orders for tests: whole and plausible, with only what matters said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tradegecko_bridge.commerce import Address, Customer, OrderLine, ShippingLine, SourceOrder

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
