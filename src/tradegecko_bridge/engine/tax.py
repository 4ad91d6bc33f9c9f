"""Tax rates, and prices with tax made prices without and the other way round. Pure functions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeAlias

from attrs import evolve

from tradegecko_bridge.commerce import OrderLine, ShippingLine, SourceOrder
from tradegecko_bridge.engine.sanity import named
from tradegecko_bridge.engine.settings import ConnectionSettings, TaxTreatment
from tradegecko_bridge.ledger import Reason

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)
FINEST: Final = Decimal("0.00001")
"""The finest unit price the account is known to take."""

Part: TypeAlias = OrderLine | ShippingLine


def tax_rate(part: Part) -> Decimal | None:
    """The part's rate in percent: as given, or the roundest one that gives its tax to the cent; None if unknown."""
    if part.tax_rate is not None:
        return part.tax_rate
    if part.tax is None:
        return None
    amount = part.extended_amount if isinstance(part, OrderLine) else part.amount
    net = amount - part.tax if part.price_includes_tax else amount
    if not net:
        return ZERO if not part.tax else None
    exact = part.tax / net * HUNDRED
    candidates = (exact.quantize(Decimal(1).scaleb(-digits)) for digits in range(5))
    return next((rate for rate in candidates if abs(net * rate / HUNDRED - part.tax) <= CENT / 2), None)


def rate_in(part: Part, order: SourceOrder) -> Decimal | None:
    """The same, and none at all where the source says that the whole order has no tax."""
    rate = tax_rate(part)
    untaxed = order.totals.tax == 0 and not any(p.tax for p in order.priced)
    return ZERO if rate is None and untaxed else rate


def prices_to_send(order: SourceOrder, settings: ConnectionSettings, account_includes_tax: bool) -> bool:
    """Whether the order's prices are to include tax over there."""
    match settings.tax_treatment:
        case TaxTreatment.INCLUSIVE:
            return True
        case TaxTreatment.EXCLUSIVE:
            return False
        case TaxTreatment.DEFAULT:
            return account_includes_tax
    return bool(order.prices_include_tax)


def on_one_footing(order: SourceOrder, inclusive: bool, digits: int) -> SourceOrder | Reason:
    """The order with all of its prices with tax, or all without, each line coming to the same amount as before."""
    parts = [_moved(part, order, inclusive, digits) for part in order.priced]
    for part in parts:
        if isinstance(part, Reason):
            return part
    return evolve(
        order,
        lines=tuple(part for part in parts if isinstance(part, OrderLine)),
        shipping=tuple(part for part in parts if isinstance(part, ShippingLine)),
    )


def _moved(part: Part, order: SourceOrder, inclusive: bool, digits: int) -> Part | Reason:
    price, quantity = (
        (part.price - part.discount, part.quantity) if isinstance(part, OrderLine) else (part.amount, Decimal(1))
    )
    if part.price_includes_tax is inclusive or not price:
        return evolve(part, price_includes_tax=inclusive)
    rate = rate_in(part, order)
    if rate is None or rate < 0:
        return _unknown_rate(part, order, inclusive)
    factor = 1 + rate / HUNDRED
    moved = (price * factor if inclusive else price / factor).quantize(FINEST, ROUND_HALF_UP)
    gross = rounded(quantity * (price if part.price_includes_tax else price * factor), digits)
    becomes = rounded(quantity * (moved if inclusive else moved * factor), digits)
    if gross != becomes:
        return Reason("tax_treatment", f"{named(part)} would come to {becomes} instead of {gross} {_way(inclusive)}")
    said = evolve(part, price_includes_tax=inclusive, tax=None, tax_rate=rate)
    if isinstance(said, OrderLine):
        return evolve(said, price=moved, discount=ZERO)
    return evolve(said, amount=moved)


def _unknown_rate(part: Part, order: SourceOrder, inclusive: bool) -> Reason:
    if order.prices_include_tax is None:
        return Reason("mixed_tax", "some prices include tax, some do not, and not every tax rate is given")
    return Reason(
        "tax_treatment",
        f"{named(part)}: its tax rate is not known, so it cannot be sent {_way(inclusive)}; have the source give "
        "rates, or set tax_treatment otherwise",
        passing=True,
    )


def _way(inclusive: bool) -> str:
    return "with tax in its price" if inclusive else "with tax on top of its price"


def rounded(amount: Decimal, digits: int) -> Decimal:
    """Half up to so many digits, as TradeGecko rounds each line (reference §7)."""
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
