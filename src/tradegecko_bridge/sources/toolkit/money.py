"""Money as shops write it, in exact decimals: minor units, texts, noisy floats; with or without tax; discounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from attrs import evolve

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.toolkit.reading import exact

ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
FINER = 2
"""Decimal places a discount per unit may have beyond the currency's."""


def currency_digits(currency: str) -> int:
    """Decimal places of a currency (ISO 4217), 2 for those not known."""
    return _DIGITS.get(currency.upper(), 2)


def from_minor(units: object, digits: int = 2) -> Decimal:
    """Whole minor units (cents) as a decimal: ``from_minor(1999)`` is 19.99.

    Raises:
        MalformedData: it is no whole number.
    """
    try:
        number = exact(units)
    except (TypeError, ValueError):
        number = Decimal("0.5")
    if number != number.to_integral_value():
        raise MalformedData(["an amount in minor units is not a whole number"])
    return Decimal(int(number)).scaleb(-digits)


def rounded(amount: Decimal, digits: int = 2) -> Decimal:
    """Rounded half up, as shops and tax offices do."""
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def tax_on(net: Decimal, rate: Decimal, digits: int = 2) -> Decimal:
    """The tax on top of a price without it; ``rate`` is percent."""
    return rounded(net * rate / _HUNDRED, digits)


def tax_within(gross: Decimal, rate: Decimal, digits: int = 2) -> Decimal:
    """The tax inside a price that contains it; ``rate`` is percent."""
    return rounded(gross * rate / (_HUNDRED + rate), digits)


def rate_between(net: Decimal, gross: Decimal, rates: Iterable[Decimal], digits: int = 2) -> Decimal | None:
    """The one of these rates (percent) that makes this gross of this net, to one minor unit; None where none does."""
    if net == gross:
        return ZERO
    unit = Decimal(1).scaleb(-digits)
    return next((rate for rate in rates if abs(net * (1 + rate / _HUNDRED) - gross) < unit), None)


def per_unit(total: Decimal, quantity: Decimal, digits: int = 2) -> tuple[Decimal, Decimal]:
    """A discount of ``total`` on a line as so much per unit, exactly, and what does not divide.

    The rest is below a minor unit per unit.
    """
    for finer in range(FINER + 1):
        each = round(total / quantity, digits + finer)
        if each * quantity == total:
            return each, round(ZERO, digits)
    whole = (total / quantity).quantize(Decimal(1).scaleb(-digits), rounding="ROUND_DOWN")
    return whole, total - whole * quantity


def shared(total: Decimal, weights: Sequence[Decimal], digits: int = 2) -> list[Decimal]:
    """A total shared out in proportion to ``weights`` (evenly where all are 0), which adds up to the last minor unit.

    What is left by rounding down goes to those that lost most by it. So a discount on a whole order is spread over its
    lines, before tax.
    """
    if not weights:
        return []
    parts = [max(weight, ZERO) for weight in weights]
    whole = sum(parts, ZERO)
    if not whole:
        parts, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    unit = Decimal(1).scaleb(-digits)
    wanted = [total * part / whole for part in parts]
    given = [one.quantize(unit, rounding="ROUND_FLOOR") for one in wanted]
    rest = total - sum(given, ZERO)
    by_loss = sorted(range(len(parts)), key=lambda place: given[place] - wanted[place])
    for place in by_loss:
        step = min(unit, rest)
        given[place] += step
        rest -= step
    return given


def balanced(order: SourceOrder, digits: int = 2) -> SourceOrder:
    """The order with a rounding difference to the shop's own grand total put into the tax of the line with the most.

    Up to one minor unit for each line; what differs by more is no rounding, and is left for people to see.
    """
    computed, total = order.computed_totals.grand_total, order.totals.grand_total
    taxed = [line for line in order.lines if line.tax and not line.price_includes_tax]
    if computed is None or total is None or computed == total or not taxed:
        return order
    if abs(total - computed) > len(order.priced) * Decimal(1).scaleb(-digits):
        return order
    most = max(taxed, key=lambda line: line.tax or ZERO)
    mended = evolve(most, tax=(most.tax or ZERO) + total - computed)
    return evolve(order, lines=tuple(mended if line is most else line for line in order.lines))
