"""Kits the source tells the components of: sent as these, and brought back as the kit. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import Component, OrderLine

ZERO: Final = Decimal(0)
FINEST: Final = Decimal("0.00001")
"""The step of a unit price that cannot be exact."""


def part_reference(line: OrderLine, number: int) -> str:
    """By what a component of a kit is known in the ledger; ``number`` counts from 1."""
    return f"{line.reference} part {number}"


def exploded(line: OrderLine, digits: int) -> Iterator[OrderLine]:
    """The lines of a kit's components, whose prices add up to the kit's; a line that is no kit, as it is.

    What one kit costs is shared out in the currency's smallest unit. A component of which a kit holds several, and
    whose share does not divide evenly, is two lines: one unit takes the rest.
    """
    if not line.components:
        yield line
        return
    worth = shares(line.unit_price, _weights(line.components), Decimal(1).scaleb(-digits))
    first = True
    for number, (component, share) in enumerate(zip(line.components, worth, strict=True), 1):
        for units, price in _units(component.quantity, share, Decimal(1).scaleb(-digits)):
            yield evolve(
                line,
                reference=part_reference(line, number),
                sku=component.sku,
                barcode=component.barcode,
                name=component.name or line.name,
                quantity=line.quantity * units,
                price=price,
                discount=ZERO,
                additional_discount=line.additional_discount if first else ZERO,
                tax=None,
                components=(),
            )
            first = False


def _weights(components: Sequence[Component]) -> list[Decimal]:
    """What the components cost alone where all of them say; else how many units they are."""
    worth = [(c.price or ZERO) * c.quantity for c in components]
    return worth if all(w > 0 for w in worth) else [max(c.quantity, ZERO) for c in components]


def shares(amount: Decimal, weights: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """``amount`` in whole steps by weight, the largest remainders rounded up; what is no whole step is the first's."""
    total = sum(weights, ZERO)
    if not total:
        return [amount, *(ZERO for _ in weights[1:])]
    exact = [amount * weight / total for weight in weights]
    shares = [share.quantize(step, ROUND_DOWN) for share in exact]
    step = step.copy_sign(amount)
    whole = int((amount - sum(shares, ZERO)) / step)
    by_remainder = sorted(range(len(weights)), key=lambda i: -abs(exact[i] - shares[i]))
    for i in by_remainder[:whole]:
        shares[i] += step
    shares[0] += amount - sum(shares, ZERO)
    return shares


def _units(quantity: Decimal, share: Decimal, step: Decimal) -> list[tuple[Decimal, Decimal]]:
    """Units of a component in one kit, with their prices."""
    if quantity <= 0:
        return [(quantity, share)]
    even = (share / quantity).quantize(step, ROUND_FLOOR)
    if even * quantity == share:
        return [(quantity, even)]
    if quantity == 1:
        return [(quantity, share)]
    if quantity != quantity.to_integral_value():
        return [(quantity, (share / quantity).quantize(FINEST))]
    return [(quantity - 1, even), (Decimal(1), share - even * (quantity - 1))]


def whole_kits(line: OrderLine, units: Mapping[str, Decimal]) -> Decimal:
    """How many kits so many units of each of its components (by part reference) make."""
    made = [
        (units.get(part_reference(line, number), ZERO) / component.quantity).to_integral_value(ROUND_FLOOR)
        for number, component in enumerate(line.components, 1)
        if component.quantity > 0
    ]
    return min(made, default=ZERO)
