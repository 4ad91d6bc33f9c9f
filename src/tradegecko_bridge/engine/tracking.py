"""Shipments on their way back: into the ledger first, then to the source, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import takewhile
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import ItemResult, Package, Shipment, ShippedItem, SourceOrder, Verdict
from tradegecko_bridge.commerce.numbers import trimmed
from tradegecko_bridge.commerce.remote import RemoteItem, RemoteShipment
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.wiring import OUTCOME_OF, Wiring, in_batches, offer
from tradegecko_bridge.errors import ClaimLost, GatewayError
from tradegecko_bridge.ledger import LedgerEntry, OrderState, ShipmentEntry, ShipmentState
from tradegecko_bridge.ports import AcceptsTracking

OPERATION: Final = "sync tracking"
BATCH: Final = 100
STREAM: Final = "shipments"
ZERO: Final = Decimal(0)


def sync_tracking(wiring: Wiring, *, dry_run: bool = False) -> Report:
    """Bring back what was shipped since the last time. A dry run shows what would be, and writes nowhere."""
    with wiring.report(OPERATION, dry_run=dry_run) as report:
        source = wiring.source
        if not isinstance(source, AcceptsTracking):
            return report
        try:
            for batch in in_batches(_shipments(wiring), BATCH):
                _take_in(wiring, batch, report)
        except GatewayError as error:
            report.fail(error)
        if not dry_run:
            _send(wiring, source, report)
    return report


def _shipments(wiring: Wiring) -> Iterable[RemoteShipment]:
    return wiring.gateway.shipments_since(wiring.store.cursor(wiring.connection, STREAM))


def _take_in(wiring: Wiring, batch: Sequence[RemoteShipment], report: Report) -> None:
    entries = wiring.store.by_remote_ids(wiring.connection, {remote.order_id for remote in batch})
    known = wiring.store.shipments(wiring.connection, [entry.id for entry in entries.values()])
    history: dict[int, dict[str, Shipment]] = {}
    for row in known:
        history.setdefault(row.entry_id, {})[row.shipment.reference] = row.shipment
    rows: list[tuple[int, Shipment]] = []
    for remote in batch:
        entry = entries.get(remote.order_id)
        if entry is None or entry.order is None:
            continue  # made by hand or by somebody else
        of_order = history.setdefault(entry.id, {})
        earlier = list(takewhile(lambda shipment: shipment.reference != remote.id, of_order.values()))  # noqa: B023
        shipment, strange = to_shipment(remote, entry, entry.order, earlier)
        of_order[remote.id] = shipment
        rows.append((entry.id, shipment))
        report.problems.extend(strange)
    if report.dry_run:
        told = [row.shipment for row in known]
        for shipment in (shipment for _, shipment in rows if shipment not in told):
            report.add(shipment.order_number, Outcome.PLANNED, _said(shipment))
        return
    report.taken_in += wiring.store.take_in_shipments(
        wiring.connection, rows, cursor=batch[-1].cursor or None, at=wiring.clock()
    )


def to_shipment(
    remote: RemoteShipment, entry: LedgerEntry, order: SourceOrder, earlier: Sequence[Shipment]
) -> tuple[Shipment, list[str]]:
    """The shipment in the source's own lines, and a line for each item that belongs to none of them.

    Units go to the lines that were delivered as the shipped variant (by id, so that a replaced line over there does
    not matter; by SKU where the id is unknown), first to those that still lack some after the ``earlier`` shipments.
    Later ones do not count: the same shipment must come out the same whenever it is seen.
    """
    left = _left_to_ship(order, earlier)
    items: list[ShippedItem] = []
    strange: list[str] = []
    for item in remote.items:
        lines = [line for line in order.lines if _is_of(item, line.reference, line.sku, entry)]
        if not lines:
            if item.variant_id is not None:
                name = item.sku or f"variant {item.variant_id}"
                strange.append(f"shipment {remote.id} of order {order.number}: {item.quantity} × {name} not ordered")
            continue
        rest = item.quantity
        for line in lines:
            units = min(rest, left[line.reference]) if line is not lines[-1] else rest
            if units > 0:
                items.append(ShippedItem(line_reference=line.reference, sku=line.sku, quantity=trimmed(units)))
                left[line.reference] -= units
                rest -= units
    sent = [line for line in order.lines if line.shippable and line.reference in (entry.line_ids or left)]
    complete = all(left[line.reference] <= 0 for line in sent)
    return _shipment(remote, order, tuple(items), complete=complete), strange


def _left_to_ship(order: SourceOrder, earlier: Sequence[Shipment]) -> dict[str, Decimal]:
    left = {line.reference: line.quantity for line in order.lines}
    for shipment in earlier:
        for item in shipment.items:
            left[item.line_reference] = left.get(item.line_reference, ZERO) - item.quantity
    return left


def _is_of(item: RemoteItem, reference: str, sku: str | None, entry: LedgerEntry) -> bool:
    if item.variant_id is not None and reference in entry.line_ids:
        return entry.line_ids[reference] == item.variant_id
    return item.sku is not None and item.sku == sku


def _shipment(
    remote: RemoteShipment, order: SourceOrder, items: tuple[ShippedItem, ...], *, complete: bool
) -> Shipment:
    numbers: Sequence[str | None] = remote.tracking_numbers or (None,)
    only = len(numbers) == 1
    return Shipment(
        reference=remote.id,
        order_reference=order.reference,
        order_number=order.number,
        items=items,
        packages=tuple(
            Package(tracking_number=number, tracking_url=remote.tracking_url, items=items if only else ())
            for number in numbers
        ),
        carrier=remote.carrier,
        service=remote.service,
        shipped_at=remote.shipped_at,
        completes_order=complete,
    )


def _send(wiring: Wiring, source: AcceptsTracking, report: Report) -> None:
    """Offer every shipment that is due to the source; a failure is offered again on a later run."""
    started = wiring.clock()
    done = 0
    while True:
        until = wiring.until(wiring.clock())
        rows = wiring.store.claim_shipments(wiring.connection, wiring.worker, at=started, until=until, limit=BATCH)
        if not rows:
            return
        results = offer(
            wiring.source,
            source.accept_tracking,
            [row.shipment for row in rows],
            lambda shipment: shipment.reference,
            "accepting tracking",
        )
        said: dict[int, list[str]] = {}
        for row in rows:
            what = _record(wiring, row, results[row.shipment.reference], report)
            said.setdefault(row.entry_id, []).append(what)
        for entry_id, whats in said.items():
            _advance(wiring, entry_id, "; ".join(whats))
        done += len(rows)
        wiring.progress(OPERATION, done)


def _record(wiring: Wiring, row: ShipmentEntry, result: ItemResult, report: Report) -> str:
    now = wiring.clock()
    attempts = row.attempts + 1
    retry_at = wiring.timing.retry_at(now, attempts)
    state, next_attempt_at = {
        Verdict.FAILED: (ShipmentState.PENDING, retry_at),
        Verdict.REFUSED: (ShipmentState.REFUSED, None),
    }.get(result.verdict, (ShipmentState.SENT, None))
    changed = evolve(row, state=state, reason=result.message, attempts=attempts, next_attempt_at=next_attempt_at)
    try:
        wiring.store.record_shipment(changed, at=now)
    except ClaimLost:
        return f"shipment {row.shipment.reference} was taken over by another worker"
    outcome = OUTCOME_OF[result.verdict]
    detail = result.message if state is not ShipmentState.SENT else _said(row.shipment)
    report.add(row.shipment.order_number, outcome, detail)
    return f"shipment {row.shipment.reference} {outcome}: {detail}"


def _advance(wiring: Wiring, entry_id: int, why: str) -> None:
    """The order's own state follows its shipments: all goods have left, then the source knows of all of them."""
    rows = wiring.store.shipments(wiring.connection, [entry_id])
    if not any(row.shipment.completes_order for row in rows):
        to = OrderState.DELIVERED
    elif all(row.state is ShipmentState.SENT for row in rows):
        to = OrderState.CONFIRMED
    else:
        to = OrderState.SHIPPED
    wiring.store.amend(entry_id, to, at=wiring.clock(), who=wiring.worker, why=why)


def _said(shipment: Shipment) -> str:
    units = sum((item.quantity for item in shipment.items), ZERO)
    goods = f"{trimmed(units)} {'unit' if units == 1 else 'units'}"
    numbers = ", ".join(shipment.tracking_numbers) or "no tracking number"
    parcel = f"{shipment.carrier} {numbers}" if shipment.carrier else numbers
    return f"{goods}, {parcel}, {'complete' if shipment.completes_order else 'more to come'}"
