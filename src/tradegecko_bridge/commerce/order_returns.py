"""Goods that a customer sends back, as the source tells it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from attrs import field, frozen

from tradegecko_bridge.commerce.validators import aware, filled, typed


@frozen(kw_only=True)
@typed
class ReturnedLine:
    """Units of one line of an order; ``line_reference`` is the source's own line id."""

    line_reference: str = field(validator=filled)
    quantity: Decimal


@frozen(kw_only=True)
@typed
class OrderReturn:
    """A return. ``reference`` is the source's own id of it, which never changes and is unique within the connection;
    ``cursor`` resumes fetching *after* it. ``refunded`` is money in the order's currency; ``reason`` is in the
    customer's or the source's words, and is not kept."""

    reference: str = field(validator=filled)
    order_reference: str = field(validator=filled)
    lines: tuple[ReturnedLine, ...] = ()
    reason: str = field(default="", repr=False)
    refunded: Decimal | None = None
    returned_at: datetime | None = field(default=None, validator=aware)
    cursor: str = field(default="", eq=False)
