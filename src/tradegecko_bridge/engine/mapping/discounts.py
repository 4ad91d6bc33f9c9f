"""Discounts taken off before tax: as shares of what they are taken off, each with its tax rate. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import product

from attrs import evolve, frozen

from tradegecko_bridge.commerce import Discount, ItemKind, OrderLine, ShippingLine, SourceOrder
from tradegecko_bridge.engine.mapping.kits import shares
from tradegecko_bridge.engine.mapping.tax import (
    ZERO,
    Part,
    TaxedDiscount,
    amount_of,
    roundest,
    with_parts,
)
from tradegecko_bridge.engine.settings.choices import DiscountTax

NO_GOODS = (ItemKind.FEE, ItemKind.TIP)


@frozen
class _Way:
    """Which discounts are taken off before tax: of the order, of whole lines; and whether off shipping as well."""

    order: bool
    lines: bool
    shipping: bool = False


def ways(order: SourceOrder, digits: int, how: DiscountTax) -> list[SourceOrder]:
    """The order with its discounts taken off after tax, and before it, as far as nobody says which."""
    of_order = any(one.amount > 0 for one in order.discounts)
    of_lines = any(line.additional_discount > 0 for line in order.lines)
    if not (of_order or of_lines) or sum(map(amount_of, order.lines), ZERO) <= 0:
        return [order]
    may_be = {DiscountTax.SOURCE: (False, True), DiscountTax.BEFORE: (True,), DiscountTax.AFTER: (False,)}[how]
    open_ = any(one.before_tax is None and one.amount for one in order.discounts)
    found = [_Way(*way) for way in product(may_be if open_ else (False,), may_be if of_lines else (False,))]
    has_shares = any(way.order or any(one.before_tax for one in order.discounts) for way in found)
    if has_shares and any(line.amount > 0 for line in order.shipping) and has_rates(order):
        found += [evolve(way, shipping=True) for way in found if way.order or not open_]
    return [_taken(order, way, digits) for way in found]


def has_rates(order: SourceOrder) -> bool:
    """Whether the source gives the rate of all that costs something."""
    return all(part.tax_rate is not None for part in order.priced if amount_of(part))


def _taken(order: SourceOrder, way: _Way, digits: int) -> SourceOrder:
    """The order with its discounts this way."""
    before = [one for one in order.discounts if (way.order if one.before_tax is None else one.before_tax)]
    if not before and not way.lines:
        return order
    parts: list[Part] = list(order.priced)
    taken = list(_shares(parts, before, digits, off_shipping=way.shipping))
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
    parts: Sequence[Part], discounts: Iterable[Discount], digits: int, *, off_shipping: bool
) -> Iterator[tuple[int, TaxedDiscount]]:
    """Each discount shared out over the goods in proportion, in the currency's smallest unit: by their place."""
    lines = [n for n, part in enumerate(parts) if isinstance(part, OrderLine) and amount_of(part) > 0]
    goods = [n for n in lines if getattr(parts[n], "kind", None) not in NO_GOODS]
    shipping = [n for n, part in enumerate(parts) if isinstance(part, ShippingLine) and part.amount > 0]
    off = [*(goods or lines), *(shipping if off_shipping else ())]
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
