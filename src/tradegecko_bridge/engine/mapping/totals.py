"""The check of totals: an order goes out when its total in the system will be the source's own, to the last digit.

TradeGecko rounds each line, tax included, half up to the currency's digits, and adds (reference §7, appendix a 33).
Pure functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from attrs import evolve, frozen

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import DraftLine, LineKind, OrderDraft
from tradegecko_bridge.engine.mapping.rules import left_out
from tradegecko_bridge.engine.mapping.tax import (
    HUNDRED,
    ZERO,
    Part,
    after_tax,
    amount_of,
    parts_of,
    rated,
    rounded,
    with_rates,
)
from tradegecko_bridge.engine.mapping.validation import absurd_numbers
from tradegecko_bridge.engine.settings.choices import LineTax
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ledger import Reason

ROUNDING_LABEL: Final = "Rounding"


def predicted_total(draft: OrderDraft, digits: int, default_rate: Decimal | None = None) -> Decimal | None:
    """What the order will come to in a currency of so many digits; None where a tax rate nobody knows decides that.

    ``default_rate`` is that of lines without one of their own.
    """
    rates = [default_rate if line.tax_rate is None else line.tax_rate for line in draft.lines]
    if draft.prices_include_tax:
        rates = [ZERO for _ in rates]
    known = [(line, rate) for line, rate in zip(draft.lines, rates, strict=True) if rate is not None]
    if len(known) < len(rates):
        return None
    return sum((rounded(line.quantity * line.price * (1 + rate / HUNDRED), digits) for line, rate in known), ZERO)


def rates_for_check(order: SourceOrder, digits: int) -> SourceOrder:
    """The order with all rates that are known; without any tax where its total says so and nothing else does."""
    known = rated(order, digits)
    said = order.totals.grand_total
    if said is None or all(part.tax_rate is not None for part in parts_of(known)) or absurd_numbers(order):
        return known
    rates = [part.tax_rate if part.price_includes_tax else part.tax_rate or ZERO for part in parts_of(known)]
    untaxed = with_rates(known, rates)
    return untaxed if _comes_to(untaxed, digits) == rounded(said, digits) else known


@frozen
class Compared:
    """What a draft will come to (None where a tax rate nobody knows decides that), the source's own total, of which
    the settings leave ``left_out`` out, and the difference; None where there is nothing to compare with."""

    total: Decimal | None
    expected: Decimal | None
    left_out: Decimal
    difference: Decimal | None


def compared(
    draft: OrderDraft, order: SourceOrder, digits: int, settings: ConnectionSettings, default_rate: Decimal | None
) -> Compared:
    """A draft's total beside the source's. What the settings leave out is taken off the source's total first.

    Without that total, or where the settings leave tax to the account, there is nothing to compare with; a difference
    is then reported after delivery.
    """
    expected, total = order.totals.grand_total, predicted_total(draft, digits, default_rate)
    off = _left_out(order, digits, settings)
    if expected is None or total is None or off is None or settings.line_tax is LineTax.ACCOUNT:
        return Compared(total, expected, off or ZERO, None)
    return Compared(total, expected, off, rounded(expected, digits) - off - total)


def with_untaxed_shipping(draft: OrderDraft) -> OrderDraft:
    """The draft without tax on shipping of which nobody said what its tax is."""
    lines = (
        evolve(line, tax_rate=ZERO) if line.kind is LineKind.SHIPPING and line.tax_rate is None else line
        for line in draft.lines
    )
    return evolve(draft, lines=tuple(lines))


def is_within(difference: Decimal | None, draft: OrderDraft, digits: int, settings: ConnectionSettings) -> bool:
    """Whether the settings let a difference pass."""
    return not difference or abs(difference) <= settings.tolerance(draft.currency, digits, len(draft.lines))


def with_rounding(draft: OrderDraft, difference: Decimal) -> OrderDraft:
    """The draft with a difference as a line of its own."""
    rounding = DraftLine(
        kind=LineKind.ROUNDING, label=ROUNDING_LABEL, quantity=Decimal(1), price=difference, tax_rate=ZERO
    )
    return evolve(draft, lines=(*draft.lines, rounding))


def total_differs(
    draft: OrderDraft,
    found: Compared,
    digits: int,
    settings: ConnectionSettings,
    default_rate: Decimal | None,
    otherwise: Sequence[Decimal | None] = (),
) -> Reason:
    """The reason why a draft does not go out that comes to something else; ``otherwise`` is what it would come to with
    its discounts taken off before tax instead of after it, or the other way round."""
    without = f", {found.left_out} of it left out by the settings" if found.left_out else ""
    guessed = any(line.tax_rate is None for line in draft.lines) and not draft.prices_include_tax
    tax = f" with the account's tax of {default_rate} % where the source gives none" if guessed else ""
    totals = sorted({str(total) for total in otherwise if total is not None and total != found.total})
    other = f", or to {' or '.join(totals)} as its discounts may be before tax or after it," if totals else ""
    return Reason(
        "total_differs",
        f"the order would come to {found.total} in TradeGecko{tax}{other} and is {found.expected} at the source"
        f"{without}; "
        "correct its prices, taxes or discounts there, or raise total_tolerance "
        f"(now {settings.tolerance(draft.currency, digits, len(draft.lines))})",
        transient=True,
    )


def _comes_to(order: SourceOrder, digits: int) -> Decimal:
    """What an order comes to whose rates are all known."""
    return sum((_gross(part, digits) or ZERO for part in parts_of(order)), ZERO) - after_tax(order)


def _left_out(order: SourceOrder, digits: int, settings: ConnectionSettings) -> Decimal | None:
    """What the settings leave out of the order comes to; None where that cannot be known."""
    parts, discounts = left_out(order, settings)
    amounts = [_gross(part, digits) for part in parts]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) - sum(discounts, ZERO) if len(known) == len(amounts) else None


def _gross(part: Part, digits: int) -> Decimal | None:
    """What one part comes to, tax included; None where its tax is not known."""
    amount = amount_of(part)
    if part.price_includes_tax or not amount:
        return rounded(amount, digits)
    return None if part.tax_rate is None else rounded(amount * (1 + part.tax_rate / HUNDRED), digits)
