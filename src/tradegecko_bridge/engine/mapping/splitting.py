"""An order whose lines go to several addresses, as one order for each of them. Pure functions.

Everything that the lines do not carry themselves is shared out in proportion, to the last digit: what the parts come to
is what the order comes to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import Address, Discount, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.engine.keys import split_reference
from tradegecko_bridge.engine.mapping.addresses import addresses_of, goes_to

ZERO: Final = Decimal(0)
FINEST: Final = -4
"""Digits behind the point to which money is shared out; the last share has what is left."""


def parts_of(order: SourceOrder) -> list[SourceOrder]:
    """One order for each address, in the order of the lines; the last one has the cursor."""
    addresses = addresses_of(order)
    lines = [tuple(line for line in order.lines if goes_to(line, order, addresses) == place) for place in addresses]
    return _shared_out(order, addresses, lines)


def _shared_out(
    order: SourceOrder, addresses: Sequence[Address], groups: Sequence[tuple[OrderLine, ...]]
) -> list[SourceOrder]:
    weights = _weights([_goods(lines) for lines in groups])
    shipping = list(zip(*(_shipping_shares(one, weights) for one in order.shipping), strict=True))
    discounts = list(zip(*(_discount_shares(one, weights) for one in order.discounts), strict=True))
    parts = [
        evolve(
            order,
            reference=split_reference(order.reference, number),
            number=f"{order.number}-{number}",
            lines=tuple(evolve(line, ship_to=None) for line in lines),
            shipping=shipping[number - 1] if shipping else (),
            discounts=discounts[number - 1] if discounts else (),
            shipping_address=address,
            totals=Totals(),
            cursor=order.cursor if number == len(groups) else "",
        )
        for number, (address, lines) in enumerate(zip(addresses, groups, strict=True), 1)
    ]
    taxes = _shares(order.totals.tax, _weights([_tax(part, inside=True) for part in parts], weights))
    worth = [part.computed_totals.subtotal or ZERO for part in parts]
    worth = [
        amount + sum((one.amount for one in part.shipping), ZERO) - _taken_off(part) + _tax(part, inside=False)
        for amount, part in zip(worth, parts, strict=True)
    ]
    if not any(_tax(part, inside=True) for part in parts) and not order.prices_include_tax:
        worth = [amount + (tax or ZERO) for amount, tax in zip(worth, taxes, strict=True)]
    totals = _shares(order.totals.grand_total, _weights(worth, weights))
    return [
        evolve(part, totals=Totals(tax=tax, grand_total=total))
        for part, tax, total in zip(parts, taxes, totals, strict=True)
    ]


def _goods(lines: Iterable[OrderLine]) -> Decimal:
    return sum((max(line.extended_amount, ZERO) for line in lines), ZERO)


def _taken_off(order: SourceOrder) -> Decimal:
    off = sum((one.amount for one in order.discounts), ZERO)
    return off + sum((line.additional_discount for line in order.lines), ZERO)


def _tax(order: SourceOrder, *, inside: bool) -> Decimal:
    """What its lines say of tax, in amounts or rates; with that ``inside`` prices."""
    tax = ZERO
    for one in order.priced:
        amount = one.extended_amount if isinstance(one, OrderLine) else one.amount
        rate = one.tax_rate or ZERO
        if inside or not one.price_includes_tax:
            part = amount * rate / (100 + rate if one.price_includes_tax else 100)
            tax += part if one.tax is None else one.tax
    return tax


def _weights(amounts: Sequence[Decimal], otherwise: Sequence[Decimal] = ()) -> Sequence[Decimal]:
    """In which proportion is shared out: as these amounts are, ``otherwise``, or evenly."""
    positive = [max(amount, ZERO) for amount in amounts]
    return positive if any(positive) else otherwise or [Decimal(1)] * len(amounts)


def _shares(amount: Decimal | None, weights: Sequence[Decimal]) -> Sequence[Decimal | None]:
    return [None] * len(weights) if amount is None else shares(amount, weights)


def shares(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """An amount in this proportion, each share with as many digits as the amount has, at least two; they add up."""
    exponent = amount.as_tuple().exponent
    digits = max(min(exponent, -2) if isinstance(exponent, int) else -2, FINEST)
    whole, so_far, given = sum(weights, ZERO), ZERO, ZERO
    found = []
    for weight in weights[:-1]:
        so_far += weight
        upto = (amount * so_far / whole).quantize(Decimal(1).scaleb(digits), ROUND_HALF_UP)
        found.append(upto - given)
        given = upto
    return [*found, amount - given]


def _shipping_shares(line: ShippingLine, weights: Sequence[Decimal]) -> list[ShippingLine]:
    taxes = _shares(line.tax, weights)
    return [
        evolve(line, amount=amount, tax=tax) for amount, tax in zip(shares(line.amount, weights), taxes, strict=True)
    ]


def _discount_shares(discount: Discount, weights: Sequence[Decimal]) -> list[Discount]:
    return [evolve(discount, amount=amount) for amount in shares(discount.amount, weights)]
