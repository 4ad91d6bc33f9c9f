"""Discounts taken off before tax: as shares of what they are taken off, each with its tax rate. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from enum import Enum
from itertools import product

from attrs import evolve, frozen

from tradegecko_bridge.commerce import Discount, OrderLine, SourceOrder
from tradegecko_bridge.engine.mapping.kits import shares
from tradegecko_bridge.engine.mapping.rules import is_fee
from tradegecko_bridge.engine.mapping.tax import (
    ZERO,
    Part,
    TaxedDiscount,
    amount_of,
    roundest,
    with_parts,
)
from tradegecko_bridge.engine.settings.choices import DiscountTax
from tradegecko_bridge.engine.settings.connection import ConnectionSettings


class _Off(Enum):
    """What an order's discount before tax may be taken off."""

    GOODS = "goods"
    LINES = "lines"
    ALL = "all"


@frozen
class _Way:
    """Which discounts are taken off before tax: of the order, of whole lines; and what the former are taken off."""

    order: bool
    lines: bool
    off: _Off = _Off.GOODS


def ways(order: SourceOrder, digits: int, settings: ConnectionSettings) -> list[SourceOrder]:
    """The order with its discounts taken off after tax, and before it, as far as nobody says which."""
    if not order.discounts and not any(line.additional_discount for line in order.lines):
        return [order]
    how = settings.discount_tax
    of_order = any(one.amount > 0 for one in order.discounts)
    of_lines = any(line.additional_discount > 0 for line in order.lines)
    if not (of_order or of_lines) or sum(map(amount_of, order.lines), ZERO) <= 0:
        return [order]
    may_be = {DiscountTax.SOURCE: (False, True), DiscountTax.BEFORE: (True,), DiscountTax.AFTER: (False,)}[how]
    open_ = any(one.before_tax is None and one.amount for one in order.discounts)
    found = [_Way(*way) for way in product(may_be if open_ else (False,), may_be if of_lines else (False,))]
    if has_rates(order):
        shared = [way for way in found if way.order or any(one.before_tax for one in order.discounts)]
        found += [evolve(way, off=off) for off in (_Off.LINES, _Off.ALL) for way in shared]
    fees = {line.reference for line in order.lines if is_fee(line, settings)}
    taken = [_taken(order, way, fees, digits) for way in found]
    return list({(one.lines, one.discounts): one for one in reversed(taken)}.values())[::-1]


def has_rates(order: SourceOrder) -> bool:
    """Whether the source gives the rate of all that costs something."""
    return all(part.tax_rate is not None for part in order.priced if amount_of(part))


def _taken(order: SourceOrder, way: _Way, fees: Collection[str], digits: int) -> SourceOrder:
    """The order with its discounts this way."""
    before = [one for one in order.discounts if (way.order if one.before_tax is None else one.before_tax)]
    if not before and not way.lines:
        return order
    parts: list[Part] = list(order.priced)
    lines = [n for n, part in enumerate(parts) if isinstance(part, OrderLine) and amount_of(part) > 0]
    goods = [n for n in lines if getattr(parts[n], "reference", "") not in fees]
    off = {
        _Off.GOODS: goods or lines,
        _Off.LINES: lines,
        _Off.ALL: [n for n, p in enumerate(parts) if amount_of(p) > 0],
    }
    taken = list(_shares(parts, off[way.off], before, digits))
    if way.lines:
        for place, part in enumerate(parts):
            if isinstance(part, OrderLine) and part.additional_discount:
                taken.append((place, TaxedDiscount(amount=part.additional_discount)))
                parts[place] = evolve(part, additional_discount=ZERO)
    for place, part in enumerate(parts):
        mine = [evolve(one, price_includes_tax=part.price_includes_tax) for at, one in taken if at == place]
        if mine and part.tax_rate is None and part.tax is not None:
            rate = roundest([part, *mine], part.tax, digits) if part.tax else ZERO
            parts[place] = evolve(part, tax_rate=rate)
    after = tuple(one for one in order.discounts if one not in before)
    merged = _merged((one, parts[place]) for place, one in taken)
    return with_parts(evolve(order, discounts=(*merged, *after)), [*parts, *merged])


def _shares(
    parts: Sequence[Part], off: Sequence[int], discounts: Iterable[Discount], digits: int
) -> Iterator[tuple[int, TaxedDiscount]]:
    """Each discount shared out in proportion over the parts at these places, in the currency's smallest unit."""
    step = Decimal(1).scaleb(-digits)
    for one in discounts:
        for place, share in zip(off, shares(one.amount, [amount_of(parts[n]) for n in off], step), strict=True):
            yield place, TaxedDiscount(label=one.label, code=one.code, amount=share)


def _merged(taken: Iterable[tuple[TaxedDiscount, Part]]) -> list[TaxedDiscount]:
    """One for each discount and rate."""
    sums: dict[TaxedDiscount, Decimal] = {}
    for one, part in taken:
        kind = evolve(one, amount=ZERO, price_includes_tax=part.price_includes_tax, tax_rate=part.tax_rate)
        sums[kind] = sums.get(kind, ZERO) + one.amount
    return [evolve(kind, amount=amount) for kind, amount in sums.items() if amount]


# ── which of them it was ─────────────────────────────────────────────────────────────────────


def before(order: SourceOrder) -> bool:
    """Whether something is taken off before tax."""
    return any(isinstance(one, TaxedDiscount) for one in order.discounts)


def subtotal_is_net(order: SourceOrder) -> bool:
    """Whether the source's subtotal has the order's discounts taken off already."""
    said, goods = order.totals.subtotal, sum(map(amount_of, order.lines), ZERO)
    return said is not None and said != goods and said == goods - (order.computed_totals.discount or ZERO)
