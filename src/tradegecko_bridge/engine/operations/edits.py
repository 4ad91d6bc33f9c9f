"""A person's corrections of a held order, as they write them, applied to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from attrs import evolve, fields

from tradegecko_bridge.commerce.orders import (
    ZERO,
    Address,
    Customer,
    OrderLine,
    ShippingLine,
    SourceOrder,
    Totals,
)
from tradegecko_bridge.ledger import NO_CONTENT, LedgerEntry
from tradegecko_bridge.structuring import did_you_mean

_ADDRESS: Final = tuple(field.name for field in fields(Address))
_CUSTOMER: Final = tuple(field.name for field in fields(Customer))
_LINE: Final = ("sku", "quantity")
_WHOLE: Final = ("ship_method", "ship_date", "note")
NAMES: Final = (
    *(f"{part}.{name}" for part in ("ship", "bill") for name in _ADDRESS),
    *(f"customer.{name}" for name in _CUSTOMER),
    *_WHOLE,
)
"""What can be edited, beside ``line.NUMBER.sku`` and ``line.NUMBER.quantity``."""


def edited(entry: LedgerEntry, changes: Mapping[str, str]) -> LedgerEntry:
    """The entry with its order edited; ``given`` is then what its source gives.

    Raises:
        ValueError: something cannot be edited so, or nothing would change; one line.
    """
    order = entry.order
    if entry.expired_at is not None:
        raise ValueError("its personal data has expired, so it cannot be sent")
    if order is None:
        raise ValueError(NO_CONTENT)
    if not changes:
        raise ValueError("say what to change, e.g. --set ship.city=Toronto or --line 1 --sku MUG-BLUE")
    for name, value in changes.items():
        order = _changed(order, name, value.strip())
    if order == entry.order:
        raise ValueError("it says so already, so nothing would change")
    given = entry.given or entry.order
    return evolve(entry, order=order, given=None if order == given else given)


def _changed(order: SourceOrder, name: str, value: str) -> SourceOrder:
    part, _, rest = name.partition(".")
    if part == "line":
        return _with_line(order, rest, value)
    if name not in NAMES:
        raise ValueError(f"{name!r} cannot be edited{did_you_mean(name, NAMES)}")
    if part == "ship":
        return evolve(order, shipping_address=evolve(order.shipping_address or Address(), **{rest: value or None}))
    if part == "bill":
        return evolve(order, billing_address=evolve(order.billing_address or Address(), **{rest: value or None}))
    if part == "customer":
        return evolve(order, customer=evolve(order.customer, **{rest: value or None}))
    return _WHOLE_FIELDS[name](order, value)


def _with_method(order: SourceOrder, value: str) -> SourceOrder:
    if not value:
        raise ValueError("ship_method must not be blank")
    first = order.shipping[0] if order.shipping else ShippingLine(amount=ZERO)
    return evolve(order, shipping=(evolve(first, label=value, code=value), *order.shipping[1:]))


def _with_date(order: SourceOrder, value: str) -> SourceOrder:
    try:
        return evolve(order, requested_ship_date=date.fromisoformat(value) if value else None)
    except ValueError:
        raise ValueError(f"ship_date must be a date such as 2026-01-31, not {value!r}") from None


_WHOLE_FIELDS: Final[Mapping[str, Callable[[SourceOrder, str], SourceOrder]]] = {
    "ship_method": _with_method,
    "ship_date": _with_date,
    "note": lambda order, value: evolve(order, note=value or None),
}


def _with_line(order: SourceOrder, name: str, value: str) -> SourceOrder:
    which, _, field = name.rpartition(".")
    if field not in _LINE:
        raise ValueError(f"of a line only sku and quantity can be edited, e.g. line.1.sku, not {f'line.{name}'!r}")
    position = _position(order, which)
    line = order.lines[position]
    if field == "sku":
        if not value:
            raise ValueError(f"line.{name} must not be blank")
        return _with(order, position, evolve(line, sku=value, barcode=None))
    # What the source says of the whole order's money was of another quantity.
    return evolve(_with(order, position, _of_quantity(line, value, f"line.{name}")), totals=Totals())


def _position(order: SourceOrder, which: str) -> int:
    for position, line in enumerate(order.lines):
        if line.reference == which:
            return position
    if which.isdecimal() and len(which) < 9 and 1 <= int(which) <= len(order.lines):
        return int(which) - 1
    count = len(order.lines)
    raise ValueError(f"there is no line {which!r}; the order has {count} {'line' if count == 1 else 'lines'}")


def _of_quantity(line: OrderLine, value: str, name: str) -> OrderLine:
    """The line with another quantity: tax and discount of the whole line are in proportion."""
    try:
        quantity = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{name} must be a number, not {value!r}") from None
    if not (quantity.is_finite() and 0 < quantity < 10**9):
        raise ValueError(f"{name} must be more than 0, not {value!r}; an order without a line is entered anew")
    if line.quantity <= 0:
        return evolve(line, quantity=quantity)
    share = quantity / line.quantity
    tax = None if line.tax is None else (line.tax * share).quantize(Decimal("0.0001")).normalize()
    less = (line.additional_discount * share).quantize(Decimal("0.0001")).normalize()
    return evolve(line, quantity=quantity, tax=tax, additional_discount=less)


def _with(order: SourceOrder, position: int, line: OrderLine) -> SourceOrder:
    return evolve(order, lines=(*order.lines[:position], line, *order.lines[position + 1 :]))
