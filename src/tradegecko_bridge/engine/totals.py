"""The totals gate: an order goes out when its total over there will be the source's own, to the last digit.

TradeGecko rounds each line, tax included, half up to the currency's digits, and adds (reference §7, appendix a 33).
Pure functions.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import DraftLine, LineKind, OrderDraft
from tradegecko_bridge.engine.rules import leaves_out_lines
from tradegecko_bridge.engine.settings import ConnectionSettings
from tradegecko_bridge.engine.tax import rounded
from tradegecko_bridge.ledger import Reason

ROUNDING_LABEL: Final = "Rounding"


def predicted_total(draft: OrderDraft, digits: int) -> Decimal | None:
    """What the order will come to in a currency of so many digits; None where a tax rate is the account's affair."""
    if any(line.tax_rate is None for line in draft.lines):
        return None
    return sum((_amount(line, draft, digits) for line in draft.lines), Decimal(0))


def through_the_gate(
    draft: OrderDraft, order: SourceOrder, digits: int, settings: ConnectionSettings
) -> OrderDraft | Reason:
    """The draft as it may go out: as it is, with a rounding line, or not, for a difference nobody explained.

    Without the source's own grand total, or where the settings left something out or to the account, there is
    nothing to compare with; what came out different is then told after delivery.
    """
    said, ours = order.totals.grand_total, predicted_total(draft, digits)
    if said is None or ours is None or said == ours or not _all_sent(draft, order, settings):
        return draft
    difference = said - ours
    if abs(difference) <= settings.total_tolerance:
        rounding = DraftLine(
            kind=LineKind.ROUNDING, label=ROUNDING_LABEL, quantity=Decimal(1), price=difference, tax_rate=Decimal(0)
        )
        return evolve(draft, lines=(*draft.lines, rounding))
    return Reason(
        "total_differs",
        f"the order would come to {ours} in TradeGecko and is {said} at the source; correct its prices, taxes or "
        f"discounts there, or raise total_tolerance (now {settings.total_tolerance})",
        passing=True,
    )


def _amount(line: DraftLine, draft: OrderDraft, digits: int) -> Decimal:
    amount = line.quantity * line.price
    if not draft.prices_include_tax:
        amount *= 1 + (line.tax_rate or Decimal(0)) / 100
    return rounded(amount, digits)


def _all_sent(draft: OrderDraft, order: SourceOrder, settings: ConnectionSettings) -> bool:
    """Whether everything with a price at the source is in the draft."""
    shipping = sum(1 for line in order.shipping if line.amount)
    off = sum(1 for discount in order.discounts if discount.amount)
    off += sum(1 for line in order.lines if line.additional_discount)
    there = [line.kind for line in draft.lines if line.price]
    return (
        not leaves_out_lines(order, settings)
        and there.count(LineKind.SHIPPING) == shipping
        and there.count(LineKind.DISCOUNT) == off
    )
