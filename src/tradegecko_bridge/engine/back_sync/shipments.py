"""Shipments on their way back: into the ledger first, then to the source, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import takewhile
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import ItemResult, Shipment, SourceOrder, Verdict
from tradegecko_bridge.commerce.privacy import anonymous_shipment
from tradegecko_bridge.commerce.remote import RemoteShipment
from tradegecko_bridge.commerce.values import trimmed
from tradegecko_bridge.engine.back_sync.carriers import named_carrier
from tradegecko_bridge.engine.back_sync.shipment_lines import completes, to_shipment
from tradegecko_bridge.engine.back_sync.split_orders import as_sold
from tradegecko_bridge.engine.back_sync.telling import SEARCHES, by_halves, stream_of
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import OUTCOME_OF, Outcome, Report
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.source_calls import SourceFailed, in_batches, offered
from tradegecko_bridge.errors import ClaimLost, CursorMoved, GatewayError
from tradegecko_bridge.ledger import (
    UNCERTAIN_STATES,
    LedgerEntry,
    OrderState,
    ShipmentEntry,
    ShipmentState,
)
from tradegecko_bridge.ports import AcceptsTracking, WithdrawsTracking

OPERATION: Final = "sync tracking"
BATCH: Final = 100
STREAM: Final = "shipments"
KIND: Final = "tracking"
NO_NUMBER: Final = "waits for a tracking number (blank_tracking)"
BY_HAND: Final = "TradeGecko has taken this shipment back, and this source cannot be told so: correct it there by hand"
CAUGHT_UP: Final = "caught up"
"""Under this kind and key of the values told the ledger keeps until when no order was behind its shipments."""
ZERO: Final = Decimal(0)
HOUR: Final = timedelta(hours=1)
SLACK: Final = HOUR
"""How long before an order in doubt was last sent it may have left by the system's clock: clocks differ, and an
earlier request under the same key may have made it."""
DAY: Final = timedelta(days=1)
"""More than workers' clocks differ."""
DAYS_AGAIN: Final = timedelta(days=7)
"""How far back the second reading goes."""
MONTH: Final = timedelta(days=30)
READ_AGAIN: Final = "read again"
BEHIND: Final[dict[OrderState, tuple[OrderState, ...]]] = {
    OrderState.DELIVERED: (OrderState.SHIPPED, OrderState.CONFIRMED),
    OrderState.SHIPPED: (OrderState.CONFIRMED,),
}
"""States of orders whose shipments may say more than they do, and what that would be."""


def sync_tracking(context: Context, *, dry_run: bool = False) -> Report:
    """Bring back what was shipped since the last time. A dry run shows what would be, and writes nowhere."""
    with context.report(OPERATION, dry_run=dry_run) as report:
        source = context.source
        if not isinstance(source, AcceptsTracking):
            return report
        held, cursor = False, context.store.cursor(context.connection, STREAM) or ""
        try:
            for batch in in_batches(_listed(context, cursor), BATCH):
                held = _take_in(context, batch, report, after=cursor, held=held)
                cursor = cursor if held else batch[-1].cursor or cursor
            if not dry_run:
                _read_again(context, report, cursor)
        except GatewayError as error:
            report.fail(error)
        except CursorMoved as error:
            report.notes.append(str(error))
        if not dry_run:
            _send(context, source, report)
            _catch_up(context)
    return report


def _listed(context: Context, cursor: str) -> Iterable[RemoteShipment]:
    """What was shipped since; where nothing was read so far, since a month before the connection began: an order that
    an earlier ledger sent may have left then. With ``earliest_order``, since that, if it is earlier."""
    if cursor:
        return context.gateway.shipments_since(cursor)
    known = context.store.known_account(context.connection)
    began = (known.first_seen_at if known else context.clock()) - MONTH
    return context.gateway.shipments_since(None, not_before=min(began, context.settings.earliest_order or began))


def _read_again(context: Context, report: Report, cursor: str) -> None:
    """Once a day, what changed within the last days is read a second time, wherever the cursor stands: a shipment that
    the list showed late, or whose order was found late, is not lost."""
    store, now = context.store, context.clock()
    last = store.told_values(context.connection, KIND).get(READ_AGAIN)
    if last is not None and timedelta(0) <= now - datetime.fromisoformat(last) < DAY:
        return
    if cursor and last is not None:
        for batch in in_batches(context.gateway.shipments_since(None, not_before=now - DAYS_AGAIN), BATCH):
            _take_in(context, batch, report, after=cursor, held=True)
    store.record_told_values(context.connection, KIND, {READ_AGAIN: now.isoformat()}, at=now)


def _take_in(context: Context, batch: Sequence[RemoteShipment], report: Report, *, after: str, held: bool) -> bool:
    """Write a batch, read from the cursor ``after``; whether the cursor stays before it, or does since an earlier one
    (``held``).

    A shipment of an order the ledger does not know may be one of an order in doubt, and is ours once that is found: so
    while there is doubt, the cursor does not pass it. Most are other people's, and what is read again for their sake is
    limited: only those count that changed since the order longest in doubt was sent, so the cursor follows as soon as
    that one is settled.
    """
    since = _in_doubt_since(context)  # read before the orders are: one found in between is not missed
    entries = context.store.by_remote_ids(context.connection, {remote.order_id for remote in batch})
    known = context.store.shipments(context.connection, [entry.id for entry in entries.values()])
    history: dict[int, dict[str, Shipment]] = {}
    for row in known:
        history.setdefault(row.entry_id, {})[row.shipment.reference] = row.shipment
    rows: list[tuple[int, Shipment]] = []
    for remote in batch:
        entry = entries.get(remote.order_id)
        if entry is None:  # made by hand or by somebody else, or in doubt
            held = held or (since is not None and (remote.changed_at is None or remote.changed_at >= since))
            continue
        if entry.order is None:
            continue
        of_order = history.setdefault(entry.id, {})
        if remote.withdrawn:
            rows += [(entry.id, shipment) for shipment in _withdrawn(remote.id, entry, entry.order, of_order)]
            continue
        earlier = takewhile(lambda shipment: shipment.reference != remote.id, of_order.values())  # noqa: B023
        live = [shipment for shipment in earlier if not shipment.withdrawn]
        shipment, strange = to_shipment(remote, entry, entry.order, live)
        of_order[remote.id] = shipment
        rows.append((entry.id, shipment))
        report.problems.extend(strange)
    if report.dry_run:
        told = [row.shipment for row in known]
        expired = {entry.id for entry in entries.values() if entry.expired_at is not None}
        for entry_id, shipment in rows:
            if shipment not in told and (entry_id not in expired or anonymous_shipment(shipment) not in told):
                report.add(shipment.order_number, Outcome.PLANNED, _said(shipment))
        return held
    cursor = None if held else batch[-1].cursor or None
    report.ingested += context.store.ingest_shipments(
        context.connection, rows, cursor=cursor, at=context.clock(), after=after
    )
    return held


def _withdrawn(
    reference: str, entry: LedgerEntry, order: SourceOrder, of_order: dict[str, Shipment]
) -> Iterator[Shipment]:
    """A shipment that was taken back, as the source is to know it, and those it told as the last of the order which are
    not the last without it. ``of_order`` are the order's shipments, and is changed; the source knows of no other."""
    shipment = of_order.get(reference)
    if shipment is None or shipment.withdrawn:
        return
    of_order[reference] = evolve(shipment, withdrawn=True, completes_order=False)
    yield of_order[reference]
    live = [one for one in of_order.values() if not one.withdrawn]
    for count, one in enumerate(live, 1):
        if one.completes_order and not completes(entry, order, live[:count]):
            of_order[one.reference] = evolve(one, completes_order=False)
            yield of_order[one.reference]


def _in_doubt_since(context: Context) -> datetime | None:
    """From when on an order in doubt may have been shipped; None: no order is."""
    doubtful = context.store.entries(context.connection, states=UNCERTAIN_STATES)
    return min(((entry.sent_at or entry.ingested_at) - SLACK for entry in doubtful), default=None)


def _send(context: Context, source: AcceptsTracking, report: Report) -> None:
    """Offer every shipment that is due to the source; a failure is offered again on a later run.

    A source that is down, or needs a login, ends it at once.
    """
    started = context.clock()
    done: set[int] = set()
    searches = iter(range(SEARCHES))
    with stream_of(context, KIND, report) as stream:
        while stream is not None and (rows := _claim(context, started, done)):
            results, ended = _offered(source, context, [row.shipment for row in rows], searches)
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
            context.progress(OPERATION, len(done))
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
    source: AcceptsTracking, context: Context, shipments: Sequence[Shipment], searches: Iterator[int]
) -> tuple[dict[str, ItemResult], SourceFailed | None]:
    """What the source says of each, and why it cannot be asked any more, if that is so."""
    shipments = [as_sold(context, one) for one in shipments]
    results = {key: ItemResult(key=key, verdict=Verdict.IGNORED) for key in map(_of_no_interest, shipments) if key}
    gone = [one for one in shipments if one.withdrawn and one.reference not in results]
    there = [one for one in shipments if not one.withdrawn and one.reference not in results]
    if not context.settings.blank_tracking:
        waiting = [one.reference for one in there if not one.tracking_numbers]
        results |= {key: ItemResult(key=key, verdict=Verdict.FAILED, message=NO_NUMBER) for key in waiting}
        there = [one for one in there if one.tracking_numbers]
    if gone and not isinstance(source, WithdrawsTracking):
        results |= {
            one.reference: ItemResult(key=one.reference, verdict=Verdict.REFUSED, message=BY_HAND) for one in gone
        }
        gone = []
    told = [as_told(one, context.settings) for one in there]
    ways: Sequence[tuple[Sequence[Shipment], Callable[[Sequence[Shipment]], Iterable[object]] | None, str]] = (
        (told, source.accept_tracking, "accepting tracking"),
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


def as_told(shipment: Shipment, settings: ConnectionSettings) -> Shipment:
    """A shipment as the settings let the source know of it."""
    carrier = named_carrier(shipment.carrier, shipment.tracking_numbers, settings.carriers)
    if (carrier, settings.notify_customer) == (shipment.carrier, None):
        return shipment
    return evolve(shipment, carrier=carrier, notify_customer=settings.notify_customer)


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
    report.add(shipment.order_number, outcome, _said(shipment) if sent else result.message)
    return _told(shipment, str(outcome), sent=sent)


def _judged(context: Context, row: ShipmentEntry, result: ItemResult, now: datetime) -> ShipmentEntry:
    """A shipment as it is after the source's answer; failures wait longer and longer, and end at the horizon."""
    if result.verdict is not Verdict.FAILED:
        state = ShipmentState.REFUSED if result.verdict is Verdict.REFUSED else ShipmentState.SENT
        return evolve(row, state=state, next_attempt_at=None, failing_since=None)
    if result.message == NO_NUMBER:
        return evolve(row, next_attempt_at=now + HOUR, failing_since=None)
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


def _catch_up(context: Context) -> None:
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


def _said(shipment: Shipment) -> str:
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
