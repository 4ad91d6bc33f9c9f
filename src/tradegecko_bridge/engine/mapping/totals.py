"""The check of totals: an order goes out when its total in the system will be the source's own, to the last digit.

TradeGecko rounds each line, tax included, half up to the currency's digits, and adds (reference §7, appendix a 33).
Pure functions.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import DraftLine, LineKind, OrderDraft
from tradegecko_bridge.engine.mapping.rules import left_out
from tradegecko_bridge.engine.mapping.tax import HUNDRED, ZERO, Part, amount_of, rated, rounded, with_rates
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
    if said is None or absurd_numbers(order) or all(part.tax_rate is not None for part in known.priced):
        return known
    rates = [part.tax_rate if part.price_includes_tax else part.tax_rate or ZERO for part in known.priced]
    untaxed = with_rates(known, rates)
    return untaxed if _comes_to(untaxed, digits) == rounded(said, digits) else known


def check_total(
    draft: OrderDraft, order: SourceOrder, digits: int, settings: ConnectionSettings, default_rate: Decimal | None
) -> tuple[OrderDraft, Decimal | None] | Reason:
    """The draft as it may go out and what it comes to: as it is, with a rounding line, or not, for a difference nobody
    explained.

    What the settings leave out is taken off the source's total first. Without that total, or where the settings leave
    tax to the account, there is nothing to compare with; a difference is then reported after delivery.
    """
    expected, total = order.totals.grand_total, predicted_total(draft, digits, default_rate)
    off = _left_out(order, digits, settings)
    if expected is None or total is None or off is None or settings.line_tax is LineTax.ACCOUNT:
        return draft, total
    difference = rounded(expected, digits) - off - total
    if not difference:
        return draft, total
    if abs(difference) <= settings.total_tolerance:
        rounding = DraftLine(
            kind=LineKind.ROUNDING, label=ROUNDING_LABEL, quantity=Decimal(1), price=difference, tax_rate=ZERO
        )
        return evolve(draft, lines=(*draft.lines, rounding)), total + difference
    without = f", {off} of it left out by the settings" if off else ""
    guessed = any(line.tax_rate is None for line in draft.lines) and not draft.prices_include_tax
    tax = f" with the account's tax of {default_rate} % where the source gives none" if guessed else ""
    return Reason(
        "total_differs",
        f"the order would come to {total} in TradeGecko{tax} and is {expected} at the source{without}; correct its "
        f"prices, taxes or discounts there, or raise total_tolerance (now {settings.total_tolerance})",
        transient=True,
    )


def _comes_to(order: SourceOrder, digits: int) -> Decimal:
    """What an order comes to whose rates are all known."""
    parts = sum((_gross(part, digits) or ZERO for part in order.priced), ZERO)
    return parts - (order.computed_totals.discount or ZERO)


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
