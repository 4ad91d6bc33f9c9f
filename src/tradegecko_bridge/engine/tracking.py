"""Shipments on their way back: into the ledger first, then to the source, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import takewhile
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import ItemResult, Shipment, Verdict
from tradegecko_bridge.commerce.numbers import trimmed
from tradegecko_bridge.commerce.privacy import anonymous_shipment
from tradegecko_bridge.commerce.remote import RemoteShipment
from tradegecko_bridge.engine.parcels import to_shipment
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.wiring import OUTCOME_OF, Wiring, in_batches, offer
from tradegecko_bridge.errors import ClaimLost, GatewayError
from tradegecko_bridge.ledger import OrderState, ShipmentEntry, ShipmentState
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
        expired = {entry.id for entry in entries.values() if entry.expired_at is not None}
        for entry_id, shipment in rows:
            if shipment not in told and (entry_id not in expired or anonymous_shipment(shipment) not in told):
                report.add(shipment.order_number, Outcome.PLANNED, _said(shipment))
        return
    report.taken_in += wiring.store.take_in_shipments(
        wiring.connection, rows, cursor=batch[-1].cursor or None, at=wiring.clock()
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
        results = _offered(source, wiring, [row.shipment for row in rows])
        said: dict[int, list[str]] = {}
        for row in rows:
            what = _record(wiring, row, results[row.shipment.reference], report)
            said.setdefault(row.entry_id, []).append(what)
        for entry_id, whats in said.items():
            _advance(wiring, entry_id, "; ".join(whats))
        done += len(rows)
        wiring.progress(OPERATION, done)


def _offered(source: AcceptsTracking, wiring: Wiring, shipments: Sequence[Shipment]) -> Mapping[str, ItemResult]:
    """What the source says of each; one that completes nothing it sold is not its business yet."""
    keys = [shipment.reference for shipment in shipments if shipment.parts and not shipment.items]
    kept = {key: ItemResult(key=key, verdict=Verdict.IGNORED) for key in keys}
    told = [shipment for shipment in shipments if shipment.reference not in kept]
    if not told:
        return kept
    return kept | offer(wiring.source, source.accept_tracking, told, lambda s: s.reference, "accepting tracking")


def _record(wiring: Wiring, row: ShipmentEntry, result: ItemResult, report: Report) -> str:
    """Write what the source said; given is what the order's history is to say of it.

    That stays for good: no tracking number is in it and no word of the source's. Those are in the shipment's row.
    """
    now = wiring.clock()
    attempts = row.attempts + 1
    retry_at = wiring.timing.retry_at(now, attempts)
    state, next_attempt_at = {
        Verdict.FAILED: (ShipmentState.PENDING, retry_at),
        Verdict.REFUSED: (ShipmentState.REFUSED, None),
    }.get(result.verdict, (ShipmentState.SENT, None))
    changed = evolve(row, state=state, reason=result.message, attempts=attempts, next_attempt_at=next_attempt_at)
    shipment = row.shipment
    try:
        wiring.store.record_shipment(changed, at=now)
    except ClaimLost:
        return f"shipment {shipment.reference} was taken over by another worker"
    outcome = OUTCOME_OF[result.verdict]
    sent = state is ShipmentState.SENT
    report.add(shipment.order_number, outcome, _said(shipment) if sent else result.message)
    told = f" ({_goods(shipment)}, {_rest(shipment)})" if sent else ""
    return f"shipment {shipment.reference} {outcome}{told}"


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
    """A shipment in a report."""
    numbers = ", ".join(shipment.tracking_numbers) or "no tracking number"
    parcel = f"{shipment.carrier} {numbers}" if shipment.carrier else numbers
    return f"{_goods(shipment)}, {parcel}, {_rest(shipment)}"


def _goods(shipment: Shipment) -> str:
    if shipment.parts and not shipment.items:
        return "parts of a kit, told with the rest of it"
    units = sum((item.quantity for item in shipment.items), ZERO)
    return f"{trimmed(units)} {'unit' if units == 1 else 'units'}"


def _rest(shipment: Shipment) -> str:
    return "complete" if shipment.completes_order else "more to come"
