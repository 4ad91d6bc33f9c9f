"""Tax rates, and prices with tax made prices without and the other way round. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Final, TypeAlias

from attrs import evolve, frozen

from tradegecko_bridge.commerce import Discount, OrderLine, ShippingLine, SourceOrder
from tradegecko_bridge.engine.mapping.validation import absurd_numbers, named
from tradegecko_bridge.engine.settings.choices import TaxTreatment
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ledger import Reason

ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)
FINEST: Final = Decimal("0.00001")
"""The finest unit price the account is known to take."""

HIGHEST: Final = HUNDRED
"""The highest rate, in percent, that is worked out from a tax; what would need a higher one has another cause."""


@frozen(kw_only=True)
class TaxedDiscount(Discount):
    """A discount before tax, or the share of one that is taken off what has this rate and these prices."""

    price_includes_tax: bool = False
    tax: Decimal | None = None
    tax_rate: Decimal | None = None


Part: TypeAlias = OrderLine | ShippingLine | TaxedDiscount


def parts_of(order: SourceOrder) -> Sequence[Part]:
    """Everything of an order with a price and a tax of its own."""
    if not order.discounts:
        return order.priced
    return (*order.priced, *(one for one in order.discounts if isinstance(one, TaxedDiscount)))


def after_tax(order: SourceOrder) -> Decimal:
    """What is taken off an order after tax."""
    off = sum((one.amount for one in order.discounts if not isinstance(one, TaxedDiscount)), ZERO)
    return off + sum((line.additional_discount for line in order.lines), ZERO)


def tax_rate(part: Part, digits: int = 2) -> Decimal | None:
    """The part's rate in percent: as given, or the roundest one that gives its tax to the currency's last digit; None
    if unknown."""
    if part.tax_rate is not None:
        return part.tax_rate
    if part.tax is None:
        return None
    if not amount_of(part) - (part.tax if part.price_includes_tax else ZERO):
        return ZERO if not part.tax else None
    return roundest([part], part.tax, digits)


def rated(order: SourceOrder, digits: int) -> SourceOrder:
    """The order with the rate of each part that gives one or from whose tax, or the order's, one can be worked out;
    with absurd numbers as it is.

    Either every taxed part carries its tax, so that one without has none, or only the order's total does: then all
    other parts have one rate, or all goods have and shipping none, whichever is the rounder rate.
    """
    parts = parts_of(order)
    if all(part.tax_rate is not None for part in parts) or absurd_numbers(order):
        return order
    own = [tax_rate(part, digits) for part in parts]
    if None not in own:
        return with_rates(order, own)
    goods, shipping = _rates_of_the_rest(order, own, digits)
    rest = [shipping if isinstance(part, ShippingLine) else goods for part in parts]
    kept = zip(parts, own, rest, strict=True)
    return with_rates(order, [other if rate is None and part.tax is None else rate for part, rate, other in kept])


def with_rates(order: SourceOrder, rates: Sequence[Decimal | None]) -> SourceOrder:
    """The order with these rates, one for each of its parts."""
    parts = [evolve(part, tax_rate=rate) for part, rate in zip(parts_of(order), rates, strict=True)]
    return with_parts(order, parts)


def with_parts(order: SourceOrder, parts: Sequence[Part]) -> SourceOrder:
    """The order with these lines of goods and of shipping, and these discounts before tax."""
    return evolve(
        order,
        lines=tuple(part for part in parts if isinstance(part, OrderLine)),
        shipping=tuple(part for part in parts if isinstance(part, ShippingLine)),
        discounts=order.discounts
        and (
            *(part for part in parts if isinstance(part, TaxedDiscount)),
            *(one for one in order.discounts if not isinstance(one, TaxedDiscount)),
        ),
    )


def amount_of(part: Part) -> Decimal:
    """What a line comes to by its price, unrounded."""
    if isinstance(part, OrderLine):
        return part.extended_amount
    return part.amount if isinstance(part, ShippingLine) else -part.amount


def tax_in(part: Part, rate: Decimal) -> Decimal:
    """The tax on a line at this rate, unrounded."""
    return amount_of(part) * rate / (HUNDRED + rate if part.price_includes_tax else HUNDRED)


def _rates_of_the_rest(
    order: SourceOrder, own: Sequence[Decimal | None], digits: int
) -> tuple[Decimal | None, Decimal | None]:
    """The rate of goods and that of shipping, where they have none of their own."""
    if any(part.tax is not None for part in order.priced):
        return ZERO, ZERO
    if order.totals.tax is None:
        return None, None
    parts = parts_of(order)
    known = (tax_in(part, rate) for part, rate in zip(parts, own, strict=True) if rate is not None)
    left = order.totals.tax - sum(known, ZERO)
    if abs(left) <= _half(digits) * len(parts):
        return ZERO, ZERO
    rest = [part for part, rate in zip(parts, own, strict=True) if rate is None]
    everywhere = roundest(rest, left, digits)
    on_goods = roundest([part for part in rest if not isinstance(part, ShippingLine)], left, digits)
    if on_goods is not None and (everywhere is None or places(on_goods) < places(everywhere)):
        return on_goods, ZERO
    return everywhere, everywhere


def roundest(parts: Sequence[Part], tax: Decimal, digits: int) -> Decimal | None:
    """The roundest rate at which these have this tax, give or take what each of them was rounded by, or was cut off
    where nothing else fits; None for none."""
    exact = _exact_rate(parts, tax)
    if exact is None:
        return None
    for least, finest in product((_half(digits), 2 * _half(digits)), range(5)):
        rate = exact.quantize(Decimal(1).scaleb(-finest))
        off = abs(sum((tax_in(part, rate) for part in parts), ZERO) - tax) if rate > -HUNDRED else None
        if off is not None and off <= least * len(parts):
            return rate if rate <= HIGHEST else None
    return None


def _exact_rate(parts: Sequence[Part], tax: Decimal) -> Decimal | None:
    """The rate x at which gross · x / (100 + x) + net · x / 100 is this tax: of prices with it, and without it."""
    gross = sum((amount_of(part) for part in parts if part.price_includes_tax), ZERO)
    net = sum((amount_of(part) for part in parts if not part.price_includes_tax), ZERO)
    both = gross + net - tax
    if gross + net <= 0 or (not net and both <= 0):
        return None
    if not net or not gross:
        return tax / (net or both) * HUNDRED
    within = both * both + 4 * net * tax
    return None if within < 0 else (within.sqrt() - both) / (2 * net) * HUNDRED


def _half(digits: int) -> Decimal:
    """Half of a currency's smallest unit."""
    return Decimal(5).scaleb(-digits - 1)


def places(rate: Decimal) -> int:
    """Digits behind the point."""
    return -int(rate.as_tuple().exponent)


def prices_to_send(order: SourceOrder, settings: ConnectionSettings, account_includes_tax: bool) -> bool:
    """Whether the order's prices are to include tax in the system."""
    match settings.tax_treatment:
        case TaxTreatment.INCLUSIVE:
            return True
        case TaxTreatment.EXCLUSIVE:
            return False
        case TaxTreatment.DEFAULT:
            return account_includes_tax
    return bool(order.prices_include_tax)


def on_one_tax_basis(order: SourceOrder, inclusive: bool, digits: int) -> SourceOrder | Reason:
    """The order with all of its prices with tax, or all without, each line coming to the same amount as before."""
    found = parts_of(order)
    if all(part.price_includes_tax is inclusive for part in found):
        return order
    parts = [_moved(part, order, inclusive, digits) for part in found]
    for part in parts:
        if isinstance(part, Reason):
            return part
    return with_parts(order, [part for part in parts if not isinstance(part, Reason)])


def _moved(part: Part, order: SourceOrder, inclusive: bool, digits: int) -> Part | Reason:
    price, quantity = (part.unit_price, part.quantity) if isinstance(part, OrderLine) else (part.amount, Decimal(1))
    if part.price_includes_tax is inclusive or not price:
        return evolve(part, price_includes_tax=inclusive)
    rate = part.tax_rate
    if rate is None or rate < 0:
        return _unknown_rate(part, order, inclusive)
    factor = 1 + rate / HUNDRED
    moved = (price * factor if inclusive else price / factor).quantize(FINEST, ROUND_HALF_UP)
    gross = rounded(quantity * (price if part.price_includes_tax else price * factor), digits)
    becomes = rounded(quantity * (moved if inclusive else moved * factor), digits)
    if gross != becomes:
        said = (
            f"{named(part)} would come to {becomes} instead of {gross} {_way(inclusive)}; set tax_treatment otherwise"
        )
        return Reason("tax_treatment", said, transient=True)
    footed = evolve(part, price_includes_tax=inclusive, tax=None)
    if isinstance(footed, OrderLine):
        return evolve(footed, price=moved, discount=ZERO)
    return evolve(footed, amount=moved)


def _unknown_rate(part: Part, order: SourceOrder, inclusive: bool) -> Reason:
    if order.prices_include_tax is None:
        return Reason("mixed_tax", "some prices include tax, some do not, and not every tax rate is given")
    return Reason(
        "tax_treatment",
        f"{named(part)}: its tax rate is not known, so it cannot be sent {_way(inclusive)}; have the source give "
        "rates, or set tax_treatment otherwise",
        transient=True,
    )


def _way(inclusive: bool) -> str:
    return "with tax in its price" if inclusive else "with tax on top of its price"


def rounded(amount: Decimal, digits: int) -> Decimal:
    """Half up to so many digits, as TradeGecko rounds each line (reference §7)."""
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
