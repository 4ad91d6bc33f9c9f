"""Orders the source cancels after they were delivered: voided over there, where the settings say so.

That an order is to be voided is durable before its cancellation is taken in, so that neither a killed process nor a
system that is down forgets it. Nothing is voided of which something has been shipped: that is a person's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery.actions import VOID
from tradegecko_bridge.engine.keys import idempotency_key
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.settings.choices import OnCancel
from tradegecko_bridge.errors import ClaimLost, GatewayError, OutcomeUnknown, Rejected, Unavailable
from tradegecko_bridge.ledger import DELIVERED_STATES, OPEN_STATES, LedgerEntry, OrderState

KIND: Final = "cancellation"
TO_DO: Final = "to do "
"""Begins what is still to be done; the number of the next try follows."""
DONE: Final = "done"
NOT_THERE: Final = "not there"
"""It was canceled before it was delivered; should the source take that back, it may be canceled again."""
MAY_ARRIVE: Final = OPEN_STATES | {OrderState.FAILED}
"""States in which an order that was sent once may yet be found."""
SHIPPED: Final = "ship"


def note(context: Context, batch: Sequence[SourceOrder | UnreadableOrder]) -> None:
    """Write down which canceled orders are to be voided, should they be there."""
    canceled = {a.reference for a in batch if isinstance(a, SourceOrder) and a.canceled_at is not None}
    if context.settings.on_cancel is not OnCancel.VOID or not canceled:
        return
    known = context.store.acknowledged(context.connection, KIND)
    new = {reference: f"{TO_DO}1" for reference in canceled if known.get(reference, NOT_THERE) == NOT_THERE}
    context.store.record_told_values(context.connection, KIND, new, at=context.clock())


def void_canceled(context: Context, report: Report) -> None:
    """Void what is to be voided; what cannot be done now is tried again with the next run."""
    if context.settings.on_cancel is not OnCancel.VOID:
        return
    noted = context.store.acknowledged(context.connection, KIND)
    for reference, value in noted.items():
        if not value.startswith(TO_DO):
            continue
        entry = next(iter(context.store.entries(context.connection, reference=reference)), None)
        try:
            now = _settled(context, entry, int(value.removeprefix(TO_DO)), report)
        except GatewayError as error:
            report.fail(error)
            return
        if now != value:
            context.store.record_told_values(context.connection, KIND, {reference: now}, at=context.clock())


def _settled(context: Context, entry: LedgerEntry | None, tries: int, report: Report) -> str:
    """What there is to do afterwards.

    Raises:
        AccessDenied: login, plan or permission.
    """
    if entry is not None and entry.generation and entry.state in MAY_ARRIVE:
        return f"{TO_DO}{tries}"
    if entry is None or entry.state not in DELIVERED_STATES:
        return NOT_THERE
    try:
        said = _void(context, entry, tries)
        context.store.override_state(entry.id, entry.state, at=context.clock(), who=context.worker, why=said)
        report.add(entry.number, Outcome.CHANGED, said)
    except Rejected as error:
        report.add(entry.number, Outcome.REFUSED, f"canceled at the source, and could not be voided: {error}")
    except (Unavailable, OutcomeUnknown, ClaimLost) as error:
        report.add(entry.number, Outcome.WAITING, f"canceled at the source; voided with the next run: {error}")
        return f"{TO_DO}{tries + 1}"
    return DONE


def _void(context: Context, entry: LedgerEntry, tries: int) -> str:
    """Look, then void what is not void yet."""
    order_id = str(entry.remote_id)
    done = context.gateway.completed_actions(order_id)
    if VOID in done:
        return "canceled at the source; was void in TradeGecko already"
    if SHIPPED in done:
        raise Rejected("something of it has been shipped; see to it by hand")
    key = idempotency_key(context.connection, f"{entry.reference}\n{VOID}", tries)
    context.gateway.perform_action(order_id, VOID, key=key)
    return "canceled at the source; voided in TradeGecko"
