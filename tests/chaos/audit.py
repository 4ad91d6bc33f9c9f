"""The promise, checked: every order is in TradeGecko exactly once, or in the ledger with the reason why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

from attrs import frozen

from tests.chaos.cases import to_be_held
from tests.chaos.ground import EVERY_STATUS, Ground, account
from tests.chaos.victim import CONNECTION
from tradegecko_bridge import SqlStore, TradeGeckoClient
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.engine import ConnectionSettings
from tradegecko_bridge.ledger import ALLOWED_TRANSITIONS, LedgerEntry, LedgerEvent, OrderState
from tradegecko_bridge.tradegecko.records import Order


@frozen(kw_only=True)
class Verdict:
    """What an audit found: orders the source gave, those of them that have to be held, orders in the account;
    ``deviations`` are one line each."""

    given: int
    held: int
    created: int
    doubles: int
    missing: int
    deviations: tuple[str, ...]


def audit(ground: Ground, orders: Sequence[SourceOrder], settings: ConnectionSettings | None = None) -> Verdict:
    """Compare what the source gave with the account and the ledger, both as they are now.

    With ``settings`` that ask for actions, each order has been invoiced, paid and packed once.
    """
    with account(ground) as client:
        there = list(client.orders.list(status=EVERY_STATUS))
        undone = list(_of_actions(client, there)) if settings and settings.create_invoice else []
    numbers = [order.order_number for order in there]
    due = [order.number for order in orders if not to_be_held(order)]
    return Verdict(
        given=len(orders),
        held=len(orders) - len(due),
        created=len(there),
        doubles=len(numbers) - len(set(numbers)),
        missing=len(set(due) - set(numbers)),
        deviations=(*_deviations(ground, orders, there), *undone),
    )


def check(ground: Ground, orders: Sequence[SourceOrder], settings: ConnectionSettings | None = None) -> Verdict:
    """An audit that has to find nothing."""
    verdict = audit(ground, orders, settings)
    assert not verdict.deviations, "\n".join(verdict.deviations)
    return verdict


def _deviations(ground: Ground, orders: Sequence[SourceOrder], there: Sequence[Order]) -> Iterator[str]:
    ours = {order.number for order in orders}
    yield from (f"{order.order_number}: nobody sent this order" for order in there if order.order_number not in ours)
    with closing(SqlStore(ground.ledger)) as store:
        entries = store.entries(CONNECTION)
        for order in orders:
            mine = [entry for entry in entries if entry.reference == order.reference]
            remote = [found for found in there if found.order_number == order.number]
            if len(mine) != 1:
                yield f"{order.number}: {len(mine)} times in the ledger"
                continue
            history = store.history(mine[0].id)
            problems = [*_of_order(order, mine[0], remote), *_of_history(mine[0], history)]
            yield from (f"{order.number}: {problem}; {_told(history)}" for problem in problems)


def _of_actions(client: TradeGeckoClient, there: Sequence[Order]) -> Iterator[str]:
    """Each order has one invoice over all of it, is paid once, and is in one parcel."""
    invoices, payments = list(client.invoices.list()), list(client.payments.list())
    parcels = list(client.fulfillments.list())
    for order in there:
        mine = [invoice for invoice in invoices if invoice.order_id == order.id]
        paid = [payment for payment in payments if payment.invoice_id in {invoice.id for invoice in mine}]
        packed = [parcel for parcel in parcels if parcel.order_id == order.id]
        if (len(mine), len(paid), len(packed)) != (1, 1, 1):
            yield f"{order.order_number}: {len(mine)} invoices, {len(paid)} payments, {len(packed)} parcels"
        stands = (order.invoice_status, order.payment_status, order.packed_status)
        if stands != ("invoiced", "paid", "packed"):
            yield f"{order.order_number}: {stands}"


def _of_order(order: SourceOrder, entry: LedgerEntry, remote: Sequence[Order]) -> Iterator[str]:
    times = 0 if to_be_held(order) else 1
    state = OrderState.DELIVERED if times else OrderState.HELD
    if len(remote) != times:
        yield f"{len(remote)} times in TradeGecko instead of {times}"
    if entry.state is not state:
        yield f"{entry.state} in the ledger instead of {state}"
    if entry.state is OrderState.HELD and entry.reason is None:
        yield "held without a reason"
    if entry.pending_actions and entry.state is not OrderState.HELD:
        yield f"still to do: {entry.pending_actions}"
    if entry.claim is not None:
        yield f"still claimed by {entry.claim.worker}"
    if len(remote) == times == 1:
        if entry.remote_id != str(remote[0].id):
            yield f"delivered as {entry.remote_id} by the ledger, but it is {remote[0].id}"
        if len(remote[0].order_line_item_ids) < len(order.lines):
            yield f"{len(remote[0].order_line_item_ids)} lines instead of {len(order.lines)}"


def _of_history(entry: LedgerEntry, history: Sequence[LedgerEvent]) -> Iterator[str]:
    """Complete: each event begins where the one before it ended, and the last one is how things stand."""
    states = [event.now for event in history]
    if [event.was for event in history] != [None, *states[:-1]] or states[-1:] != [entry.state]:
        yield "its history has a gap"
    if any(event.was is not None and event.now not in ALLOWED_TRANSITIONS[event.was] for event in history):
        yield "its history has a step that cannot be"
    if sum(event.now is OrderState.DELIVERED is not event.was for event in history) > 1:
        yield "it was delivered more than once"
    if OrderState.DELIVERED in states and OrderState.SENDING not in states:
        yield "it was delivered without being sent"


def _told(history: Sequence[LedgerEvent]) -> str:
    return " > ".join(f"{event.now} ({event.who}: {event.why})" for event in history)
