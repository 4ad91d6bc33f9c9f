"""Telling a source of shipments: claimed, offered, judged one by one, and the order's own state after them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import ItemResult, Shipment, Verdict
from tradegecko_bridge.commerce.values import trimmed
from tradegecko_bridge.engine.back_sync.carriers import named_carrier, named_service
from tradegecko_bridge.engine.back_sync.split_orders import as_sold
from tradegecko_bridge.engine.back_sync.telling import SEARCHES, by_halves, stream_of
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import OUTCOME_OF, Report
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.source_calls import SourceFailed, offered
from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import OrderState, ShipmentEntry, ShipmentState
from tradegecko_bridge.ports import AcceptsTracking, WithdrawsTracking

BATCH: Final = 100
KIND: Final = "tracking"
BY_HAND: Final = "TradeGecko has taken this shipment back, and this source cannot be told so: correct it there by hand"
CAUGHT_UP: Final = "caught up"
"""Under this kind and key of the values told the ledger keeps until when no order was behind its shipments."""
ZERO: Final = Decimal(0)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
"""More than workers' clocks differ."""
BEHIND: Final[dict[OrderState, tuple[OrderState, ...]]] = {
    OrderState.DELIVERED: (OrderState.SHIPPED, OrderState.CONFIRMED),
    OrderState.SHIPPED: (OrderState.CONFIRMED,),
}
"""States of orders whose shipments may say more than they do, and what that would be."""


def tell_shipments(context: Context, source: AcceptsTracking, report: Report, operation: str) -> None:
    """Offer every shipment that is due to the source; a failure is offered again on a later run.

    A source that is down, or needs a login, ends it at once.
    """
    started = context.clock()
    done: set[int] = set()
    searches = iter(range(SEARCHES))
    with stream_of(context, KIND, report) as stream:
        while stream is not None and (rows := _claim(context, started, done)):
            results, ended = _offered(source, context, rows, searches)
            said: dict[int, list[str]] = {}
            for row in rows:
                result = results.get(row.shipment.reference)
                if result is None:
                    _give_back(context, row)
                    continue
                said.setdefault(row.entry_id, []).append(_record(context, row, result, report))
                done.add(row.id)
            for entry_id, whats in said.items():
                to = _state(context.store.shipments(context.connection, [entry_id]))
                _advance(context, entry_id, to, "; ".join(whats))
            context.progress(operation, len(done))
            if ended is not None:
                report.fail(ended)
                return
            context.store.renew_stream(stream, until=context.lease_end())


def _claim(context: Context, started: datetime, done: set[int]) -> Sequence[ShipmentEntry]:
    """The next shipments, each at most once a run, whatever the clock does meanwhile."""
    until = context.lease_end()
    rows = context.store.claim_shipments(context.connection, context.worker, at=started, until=until, limit=BATCH)
    for row in rows:
        if row.id in done:
            _give_back(context, row)
    return [row for row in rows if row.id not in done]


def _give_back(context: Context, row: ShipmentEntry) -> None:
    """Leave a claimed shipment as it was."""
    with suppress(ClaimLost):
        context.store.record_shipment(row, at=context.clock())


def _offered(
    source: AcceptsTracking, context: Context, rows: Sequence[ShipmentEntry], searches: Iterator[int]
) -> tuple[dict[str, ItemResult], SourceFailed | None]:
    """What the source says of each, and why it cannot be asked any more, if that is so."""
    shipments = [_as_offered(context, row) for row in rows]
    results = {key: ItemResult(key=key, verdict=Verdict.IGNORED) for key in map(_of_no_interest, shipments) if key}
    gone = [one for one in shipments if one.withdrawn and one.reference not in results]
    there = [one for one in shipments if not one.withdrawn and one.reference not in results]
    if gone and not isinstance(source, WithdrawsTracking):
        results |= {
            one.reference: ItemResult(key=one.reference, verdict=Verdict.REFUSED, message=BY_HAND) for one in gone
        }
        gone = []
    ways: Sequence[tuple[Sequence[Shipment], Callable[[Sequence[Shipment]], Iterable[object]] | None, str]] = (
        (there, source.accept_tracking, "accepting tracking"),
        (gone, getattr(source, "withdraw_tracking", None), "withdrawing tracking"),
    )
    for batch, accept, doing in ways:
        if batch and accept is not None:
            hand_over = partial(_hand_over, context, accept, doing)
            more, ended = by_halves(hand_over, batch, _reference, searches)
            results |= more
            if ended is not None:
                return results, ended
    return results, None


def _hand_over(
    context: Context,
    accept: Callable[[Sequence[Shipment]], Iterable[object]],
    doing: str,
    shipments: Sequence[Shipment],
) -> tuple[dict[str, ItemResult], SourceFailed | None]:
    return offered(context.source, accept, shipments, _reference, doing)


def _reference(shipment: Shipment) -> str:
    return shipment.reference


def _of_no_interest(shipment: Shipment) -> str:
    """The reference of a shipment that completes nothing the source sold: not its business yet."""
    return shipment.reference if shipment.parts and not shipment.items else ""


def _as_offered(context: Context, row: ShipmentEntry) -> Shipment:
    """A shipment as the source is to know it; where it has it otherwise, with how it has it."""
    now = as_told(as_sold(context, row.shipment), context.settings)
    if row.told is None or row.told == row.shipment or row.told.withdrawn:
        return now
    return evolve(now, before=as_told(as_sold(context, row.told), context.settings))


def as_told(shipment: Shipment, settings: ConnectionSettings) -> Shipment:
    """A shipment as the settings let the source know of it."""
    return evolve(
        shipment,
        carrier=named_carrier(shipment.carrier, shipment.tracking_numbers, settings.carriers),
        service=named_service(shipment.service, settings.ship_methods),
        notify_customer=settings.notify_customer,
    )


def _record(context: Context, row: ShipmentEntry, result: ItemResult, report: Report) -> str:
    """Write what the source said; given is what the order's history is to say of it.

    That stays for good: no tracking number is in it and no word of the source's. Those are in the shipment's row.
    """
    now = context.clock()
    attempts = row.attempts + 1
    changed = _judged(context, evolve(row, reason=result.message, attempts=attempts), result, now)
    state = changed.state
    shipment = row.shipment
    try:
        context.store.record_shipment(changed, at=now)
    except ClaimLost:
        return f"shipment {shipment.reference} was taken over by another worker"
    outcome = OUTCOME_OF[result.verdict]
    sent = state is ShipmentState.SENT
    report.add(shipment.order_number, outcome, said(shipment) if sent else result.message)
    return _told(shipment, str(outcome), sent=sent)


def _judged(context: Context, row: ShipmentEntry, result: ItemResult, now: datetime) -> ShipmentEntry:
    """A shipment as it is after the source's answer; failures wait longer and longer, and end at the horizon."""
    if result.verdict is not Verdict.FAILED:
        state = ShipmentState.REFUSED if result.verdict is Verdict.REFUSED else ShipmentState.SENT
        row = evolve(row, state=state, next_attempt_at=None, failing_since=None)
        return evolve(row, told=row.shipment, told_at=now) if result.verdict is Verdict.ACCEPTED else row
    since = row.failing_since or now
    if now - since >= context.timing.horizon:
        reason = f"given up after {row.attempts} attempts since {since:%Y-%m-%d %H:%M} UTC: {row.reason}"
        return evolve(row, state=ShipmentState.REFUSED, reason=reason, next_attempt_at=None, failing_since=since)
    return evolve(row, next_attempt_at=context.timing.retry_at(now, row.attempts), failing_since=since)


def _told(shipment: Shipment, became: str, *, sent: bool) -> str:
    """A shipment in an order's history."""
    goods = f" ({_goods(shipment)}, {_rest(shipment)})" if sent else ""
    return f"shipment {shipment.reference} {became}{goods}"


def _state(rows: Sequence[ShipmentEntry]) -> OrderState:
    """What an order's shipments say of it: all goods have left, then the source knows of all of them."""
    live = [row for row in rows if not row.shipment.withdrawn]
    if not any(row.shipment.completes_order for row in live):
        return OrderState.DELIVERED
    taken_back = all(row.state is not ShipmentState.REFUSED for row in rows if row.shipment.withdrawn)
    told = taken_back and all(row.state is ShipmentState.SENT for row in live)
    return OrderState.CONFIRMED if told else OrderState.SHIPPED


def _advance(context: Context, entry_id: int, to: OrderState, why: str) -> bool:
    """The order's own state follows its shipments; where somebody is working on the order, with a later run."""
    try:
        context.store.override_state(entry_id, to, at=context.clock(), who=context.worker, why=why)
    except ClaimLost:
        return False
    return True


def catch_up(context: Context) -> None:
    """Orders whose shipments say more than their state: somebody was working on them, or a run broke off.

    Such a shipment was recorded since the last time that no order was behind, so only those are looked at.
    """
    store, connection, now = context.store, context.connection, context.clock()
    last = store.told_values(connection, CAUGHT_UP).get(CAUGHT_UP)
    until = min(datetime.fromisoformat(last), now) if last else None
    since = until - DAY if until else None
    behind = {
        row.entry_id: further
        for state, further in BEHIND.items()
        for row in store.shipments(connection, states=[state], since=since)
    }
    shipments: dict[int, list[ShipmentEntry]] = {}
    for row in store.shipments(connection, list(behind)) if behind else ():
        shipments.setdefault(row.entry_id, []).append(row)
    stuck = False
    for entry_id, rows in shipments.items():
        if (to := _state(rows)) in behind[entry_id]:
            told = (_told(row.shipment, row.state, sent=row.state is ShipmentState.SENT) for row in rows)
            stuck |= not _advance(context, entry_id, to, "; ".join(told))
    if not stuck and (until is None or now - until > HOUR):
        store.record_told_values(connection, CAUGHT_UP, {CAUGHT_UP: now.isoformat()}, at=now)


def said(shipment: Shipment) -> str:
    """A shipment in a report."""
    if shipment.withdrawn:
        return f"{_goods(shipment)}, taken back"
    numbers = ", ".join(shipment.tracking_numbers) or "no tracking number"
    parcel = f"{shipment.carrier} {numbers}" if shipment.carrier else numbers
    return f"{_goods(shipment)}, {parcel}, {_rest(shipment)}"


def _goods(shipment: Shipment) -> str:
    if shipment.parts and not shipment.items:
        return "parts of a kit, told with the rest of it"
    units = sum((item.quantity for item in shipment.items), ZERO)
    return f"{trimmed(units)} {'unit' if units == 1 else 'units'}"


def _rest(shipment: Shipment) -> str:
    if shipment.withdrawn:
        return "taken back"
    return "complete" if shipment.completes_order else "more to come"
