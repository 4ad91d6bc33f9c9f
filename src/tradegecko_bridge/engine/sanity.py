"""What cannot be meant: SKUs that are blank, and numbers that no account can hold and no sum survives, found by
comparing before anything computes with them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from tradegecko_bridge.commerce import OrderLine, ShippingLine, SourceOrder

TOO_MUCH: Final = Decimal(10) ** 10
"""No real price or quantity is as high."""
MOST_DIGITS: Final = 10
"""Behind the point; the account keeps no more."""
LONGEST: Final = 28
"""Digits in all with which sums are exact."""
_NAMES: Final = ("quantity", "price", "discount", "additional_discount", "amount", "tax", "tax_rate")


def bare(text: str | None) -> str:
    """Text without the blanks around it; none, and nothing but blanks, is the empty text."""
    return (text or "").strip()


def named(part: OrderLine | ShippingLine) -> str:
    """A line as messages call it."""
    if isinstance(part, ShippingLine):
        return "shipping"
    return f"line {part.reference} (SKU {part.sku})" if bare(part.sku) else f"line {part.reference}"


def absurd_numbers(order: SourceOrder) -> list[str]:
    """What is absurd in an order, named so that whoever entered it finds it."""
    numbers = [(f"{named(part)}: {name}", number) for part in order.priced for name, number in _numbers(part)]
    numbers += [("discount", discount.amount) for discount in order.discounts]
    totals = (("grand total", order.totals.grand_total), ("total tax", order.totals.tax))
    numbers += [(name, number) for name, number in totals if number is not None]
    return [f"{name} {number:.6g}" for name, number in numbers if _is_absurd(number)]


def is_sane(part: OrderLine | ShippingLine) -> bool:
    """Whether a line's numbers can be computed with."""
    return not any(_is_absurd(number) for _, number in _numbers(part))


def _numbers(part: OrderLine | ShippingLine) -> Iterator[tuple[str, Decimal]]:
    for name in _NAMES:
        number: Decimal | None = getattr(part, name, None)
        if number is not None:
            yield name, number
    for component in part.components if isinstance(part, OrderLine) else ():
        yield f"quantity of {component.sku}", component.quantity
        if component.price is not None:
            yield f"price of {component.sku}", component.price


def _is_absurd(number: Decimal) -> bool:
    if not -TOO_MUCH < number < TOO_MUCH or len(number.as_tuple().digits) > LONGEST:
        return True
    if number and number.adjusted() < -MOST_DIGITS:
        return True
    exponent = number.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent < -MOST_DIGITS
