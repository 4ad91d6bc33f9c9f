"""What binary fractions leave behind the digits of a number, taken off again: 16.666666666666668 is 50 by 3.

Pure functions.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, TypeVar

from attrs import evolve

from tradegecko_bridge.bounds import is_bounded
from tradegecko_bridge.commerce import Component, Discount, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.commerce.values import trimmed
from tradegecko_bridge.engine.mapping.validation import MOST_DIGITS, TOO_MUCH

R = TypeVar("R", OrderLine, ShippingLine, Discount, Component, Totals)

FINEST: Final = 5
"""Digits behind the point of the finest unit price the account is known to take."""
_MONEY: Final = frozenset({"price", "discount", "additional_discount", "amount"})
_FIELDS: Final[dict[type, tuple[str, ...]]] = {
    OrderLine: ("quantity", "price", "discount", "additional_discount", "tax", "tax_rate"),
    ShippingLine: ("amount", "tax", "tax_rate"),
    Discount: ("amount",),
    Component: ("quantity", "price"),
    Totals: ("subtotal", "tax", "shipping", "discount", "grand_total"),
}


def without_noise(order: SourceOrder, digits: int) -> SourceOrder:
    """The order with its numbers as the account can take them; ``digits`` are those of its currency."""
    return evolve(
        order,
        lines=tuple(_line(line, digits) for line in order.lines),
        shipping=tuple(_cleaned(line, digits) for line in order.shipping),
        discounts=tuple(_cleaned(discount, digits) for discount in order.discounts),
        totals=_cleaned(order.totals, digits),
    )


def _line(line: OrderLine, digits: int) -> OrderLine:
    if line.components:
        line = evolve(line, components=tuple(_cleaned(one, digits) for one in line.components))
    return _cleaned(line, digits)


def _cleaned(record: R, digits: int) -> R:
    """A record whose prices are rounded as coarsely as its amount allows, and whose other numbers to what can be
    kept."""
    found = {name: getattr(record, name) for name in _FIELDS[type(record)]}
    noisy = {name: number for name, number in found.items() if number is not None and _is_noisy(number)}
    if not noisy:
        return record
    kept: dict[str, Any] = {name: trimmed(_rounded(n, MOST_DIGITS)) for name, n in noisy.items()}
    units: Decimal = kept.get("quantity", found.get("quantity", Decimal(1)))
    return evolve(record, **kept | {name: _price(noisy[name], units, digits) for name in kept.keys() & _MONEY})


def _is_noisy(number: Decimal) -> bool:
    """Whether it is finer than anything is kept, and otherwise sane."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent < -MOST_DIGITS and is_bounded(number) and abs(number) < TOO_MUCH


def _price(price: Decimal, quantity: Decimal, digits: int) -> Decimal:
    """The roundest price at which so many units come to the same."""
    if abs(quantity) >= TOO_MUCH:
        return price
    amount = _rounded(price * quantity, digits)
    for places in (digits, FINEST, MOST_DIGITS):
        found = _rounded(price, places)
        if _rounded(found * quantity, digits) == amount:
            break
    return found


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
