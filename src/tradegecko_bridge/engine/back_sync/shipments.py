"""Shipments on their way back: into the ledger first, then to the source, each once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from attrs import evolve, frozen

from tradegecko_bridge.commerce import Shipment, SourceOrder
from tradegecko_bridge.commerce.privacy import anonymous_shipment
from tradegecko_bridge.commerce.remote import RemoteOrder, RemoteShipment
from tradegecko_bridge.engine.back_sync.shipment_lines import completes, to_shipment
from tradegecko_bridge.engine.back_sync.shipment_telling import DAY, KIND, catch_up, said, tell_shipments
from tradegecko_bridge.engine.back_sync.split_orders import parts_of
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.settings.choices import PartialShipments
from tradegecko_bridge.engine.source_calls import in_batches
from tradegecko_bridge.errors import CursorMoved, GatewayError
from tradegecko_bridge.ledger import UNCERTAIN_STATES, LedgerEntry, Wait
from tradegecko_bridge.ports import AcceptsTracking

OPERATION: Final = "sync tracking"
BATCH: Final = 100
STREAM: Final = "shipments"
SLACK: Final = timedelta(hours=1)
"""How long before an order in doubt was last sent it may have left by the system's clock: clocks differ, and an
earlier request under the same key may have made it."""
DAYS_AGAIN: Final = timedelta(days=7)
"""How far back the second reading goes."""
READ_AGAIN: Final = "read again"
WAITS: Final = "waits"
"""Under this key of the values told the ledger keeps by which settings shipments wait."""
WHY: Final[Mapping[Wait, str]] = {
    Wait.NUMBER: "waits for a tracking number (blank_tracking)",
    Wait.REST: "waits for the rest of the order (partial_shipments)",
}


def sync_tracking(context: Context, *, dry_run: bool = False) -> Report:
    """Bring back what was shipped since the last time. A dry run shows what would be, and writes nowhere."""
    with context.report(OPERATION, dry_run=dry_run) as report:
        source = context.source
        if not isinstance(source, AcceptsTracking):
            return report
        kept = context.store.told_values(context.connection, KIND)
        if not dry_run:
            _release(context, kept.get(WAITS))
        held, cursor = False, context.store.cursor(context.connection, STREAM) or ""
        try:
            for batch in in_batches(_listed(context, cursor), BATCH):
                held = _take_in(context, batch, report, after=cursor, held=held)
                cursor = cursor if held else batch[-1].cursor or cursor
            if not dry_run:
                _read_again(context, report, cursor, kept.get(READ_AGAIN))
        except GatewayError as error:
            report.fail(error)
        except CursorMoved as error:
            report.notes.append(str(error))
        if not dry_run:
            tell_shipments(context, source, report, OPERATION)
            catch_up(context)
    return report


def _release(context: Context, before: str | None) -> None:
    """Shipments that waited by settings which are others now wait no longer."""
    settings = context.settings
    now = f"blank_tracking={settings.blank_tracking} partial_shipments={settings.partial_shipments}"
    if before == now:
        return
    for waiting, waits in (
        (Wait.NUMBER, not settings.blank_tracking),
        (Wait.REST, settings.partial_shipments is PartialShipments.WAIT),
    ):
        if not waits:
            context.store.release_shipments(context.connection, waiting)
    context.store.record_told_values(context.connection, KIND, {WAITS: now}, at=context.clock())


# ── what has left ────────────────────────────────────────────────────────────────────────────


def _listed(context: Context, cursor: str) -> Iterable[RemoteShipment]:
    """What was shipped since; where nothing was read so far, since the first order was sent; before that, nothing."""
    if cursor:
        return context.gateway.shipments_since(cursor)
    first = context.store.first_sent(context.connection)
    if first is None:
        context.gateway.account()  # a run that could not have read anything does not end well
        return ()
    return context.gateway.shipments_since(None, not_before=_sent(context, first) - DAY)


def _sent(context: Context, first: LedgerEntry) -> datetime:
    """When the first order was sent. One that was placed before that day may have been sent by an earlier ledger, then;
    and so may those after it, from ``earliest_order`` on."""
    sent = min(first.sent_at or first.ingested_at, first.ingested_at)
    placed = first.order.placed_at if first.order is not None else sent
    if placed > sent - DAY:
        return sent
    return min(placed, context.settings.earliest_order or placed)


def _read_again(context: Context, report: Report, cursor: str, last: str | None) -> None:
    """Once a day, what changed within the last days is read a second time, wherever the cursor stands: a shipment that
    the list showed late, or whose order was found late, is not lost. ``last`` is when that was done last."""
    store, now = context.store, context.clock()
    if last is not None and timedelta(0) <= now - datetime.fromisoformat(last) < DAY:
        return
    if cursor and last is not None:
        for batch in in_batches(context.gateway.shipments_since(None, not_before=now - DAYS_AGAIN), BATCH):
            _take_in(context, batch, report, after=cursor, held=True)
    store.record_told_values(context.connection, KIND, {READ_AGAIN: now.isoformat()}, at=now)


@frozen
class _Known:
    """What the ledger has of the orders of a batch. ``history`` are their shipments by entry id and reference, and what
    the batch changes is changed there; ``stored`` are those as they were."""

    entries: Mapping[str, LedgerEntry]
    stored: Mapping[str, Shipment]
    history: Mapping[int, dict[str, Shipment]]

    @classmethod
    def of(cls, context: Context, batch: Sequence[RemoteShipment]) -> _Known:
        """Read it."""
        entries = context.store.by_remote_ids(context.connection, {remote.order_id for remote in batch})
        rows = context.store.shipments(context.connection, [entry.id for entry in entries.values()])
        history: dict[int, dict[str, Shipment]] = {entry.id: {} for entry in entries.values()}
        for row in rows:
            history[row.entry_id][row.shipment.reference] = row.shipment
        return cls(entries, {row.shipment.reference: row.shipment for row in rows}, history)

    def is_new(self, entry: LedgerEntry, shipment: Shipment) -> bool:
        """Whether the ledger has none like it."""
        expected = anonymous_shipment(shipment) if entry.expired_at is not None else shipment
        return self.stored.get(shipment.reference) not in (shipment, expected)


def _take_in(context: Context, batch: Sequence[RemoteShipment], report: Report, *, after: str, held: bool) -> bool:
    """Write a batch, read from the cursor ``after``; whether the cursor stays before it, or does since an earlier one
    (``held``).

    A shipment of an order the ledger does not know may be one of an order in doubt, and is ours once that is found: so
    while there is doubt, the cursor does not pass it. Most are other people's, and what is read again for their sake is
    limited: only those count that changed since the order longest in doubt was sent, so the cursor follows as soon as
    that one is settled.
    """
    since = _in_doubt_since(context)  # read before the orders are: one found in between is not missed
    known = _Known.of(context, batch)
    rows: list[tuple[LedgerEntry, Shipment]] = []
    for remote in batch:
        entry = known.entries.get(remote.order_id)
        if entry is None:  # made by hand or by somebody else, or in doubt
            held = held or (since is not None and (remote.changed_at is None or remote.changed_at >= since))
        elif entry.order is not None:
            rows += [(entry, one) for one in _seen(remote, entry, entry.order, known.history[entry.id], report)]
    rows = list(_as_fulfilled(context, rows, known))
    complete = _complete(context, rows, known)
    waiting = {one.reference: why for entry, one in rows if (why := _waits(context, one, entry.id in complete))}
    fresh = [(entry, one) for entry, one in rows if known.is_new(entry, one)]
    for _, one in fresh:
        if one.reference in waiting:
            report.add(one.order_number, Outcome.HELD, f"{said(one)}: {WHY[waiting[one.reference]]}")
        elif report.dry_run:
            report.add(one.order_number, Outcome.PLANNED, said(one))
    if not report.dry_run:
        report.ingested += context.store.ingest_shipments(
            context.connection,
            [(entry.id, one) for entry, one in rows],
            cursor=None if held else batch[-1].cursor or None,
            at=context.clock(),
            after=after,
            waiting=waiting,
            complete=complete,
        )
    return held


def _seen(
    remote: RemoteShipment, entry: LedgerEntry, order: SourceOrder, of_order: dict[str, Shipment], report: Report
) -> Iterable[Shipment]:
    """What the ledger is to know of a shipment, and of others of its order because of it. ``of_order`` are the order's
    shipments, and is changed."""
    if remote.withdrawn:
        return list(_withdrawn(remote.id, entry, order, of_order))
    earlier = takewhile(lambda shipment: shipment.reference != remote.id, of_order.values())
    shipment, strange = to_shipment(remote, entry, order, [one for one in earlier if not one.withdrawn])
    before = of_order.get(remote.id)
    if before is not None and before == evolve(shipment, completes_order=before.completes_order):
        shipment = evolve(shipment, completes_order=before.completes_order or shipment.completes_order)
    of_order[remote.id] = shipment
    report.problems.extend(strange)
    return [shipment]


def _withdrawn(
    reference: str, entry: LedgerEntry, order: SourceOrder, of_order: dict[str, Shipment]
) -> Iterator[Shipment]:
    """A shipment that was taken back, as the source is to know it, and those it told as the last of the order which are
    not the last without it. The source knows of no other."""
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


def _as_fulfilled(
    context: Context, rows: Sequence[tuple[LedgerEntry, Shipment]], known: _Known
) -> Iterator[tuple[LedgerEntry, Shipment]]:
    """The same; the last shipment of an order of which the system says that nothing is left to ship completes it,
    whatever was ordered. Asked of orders with new shipments that complete nothing, in one request or a few."""
    open_ = {
        entry.remote_id: entry
        for entry, one in rows
        if entry.remote_id and known.is_new(entry, one) and not one.withdrawn and not _has_all(known, entry)
    }
    show = getattr(context.gateway, "orders_by_id", None)
    remotes: Sequence[RemoteOrder] = show(list(open_)) if open_ and show is not None else ()
    last = {
        live[-1].reference
        for remote in remotes
        if remote.fulfilled and not remote.gone and remote.id in open_
        if set(remote.shipment_ids) <= (of_order := known.history[open_[remote.id].id]).keys()
        if (live := [one for one in of_order.values() if not one.withdrawn])
    }
    for entry, one in rows:
        if one.reference in last:
            of_order = known.history[entry.id]
            of_order[one.reference] = evolve(one, completes_order=True)
            yield entry, of_order[one.reference]
        else:
            yield entry, one


def _has_all(known: _Known, entry: LedgerEntry) -> bool:
    """Whether an order's shipments are all there are."""
    return any(one.completes_order for one in known.history[entry.id].values() if not one.withdrawn)


def _complete(context: Context, rows: Sequence[tuple[LedgerEntry, Shipment]], known: _Known) -> Collection[int]:
    """Ids of the entries of which everything has left; of an order that was split, once that is so of all its parts."""
    if context.settings.partial_shipments is PartialShipments.SEND:
        return ()
    found: set[int] = set()
    for entry in {entry.id: entry for entry, _ in rows}.values():
        if _has_all(known, entry):
            parts = parts_of(context, entry.reference)
            if all(part.is_complete or part.entry_id == entry.id for part in parts):
                found |= {entry.id, *(part.entry_id for part in parts)}
    return found


def _waits(context: Context, shipment: Shipment, complete: bool) -> Wait | None:
    """What a shipment waits for before the source is told of it, if anything."""
    settings = context.settings
    if shipment.withdrawn:
        return None
    if not (settings.blank_tracking or shipment.tracking_numbers):
        return Wait.NUMBER
    return Wait.REST if settings.partial_shipments is PartialShipments.WAIT and not complete else None


def _in_doubt_since(context: Context) -> datetime | None:
    """From when on an order in doubt may have been shipped; None: no order is."""
    doubtful = context.store.entries(context.connection, states=UNCERTAIN_STATES)
    return min(((entry.sent_at or entry.ingested_at) - SLACK for entry in doubtful), default=None)
