"""What happens to a shipment in the ledger, as pure functions that every store shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import evolve, frozen

from tradegecko_bridge.commerce import Shipment
from tradegecko_bridge.commerce.codec import fingerprint
from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import Claim, ShipmentEntry, ShipmentState
from tradegecko_bridge.stores.row import utc_or_none

STREAM = "shipments"
"""Whose cursor goes with shipments."""


@frozen(kw_only=True)
class ShipmentRow:
    """An entry, its content's fingerprint, and the serial of its newest claim."""

    entry: ShipmentEntry
    seen: str
    serial: int = 0


def ingest(
    connection: str, shipments: Iterable[tuple[int, Shipment]], known: Mapping[str, ShipmentRow]
) -> dict[str, ShipmentRow]:
    """The rows to write, by reference; ``known`` holds those the ledger has."""
    rows: dict[str, ShipmentRow] = {}
    for entry_id, shipment in shipments:
        seen = fingerprint(shipment)
        row = rows.get(shipment.reference) or known.get(shipment.reference)
        if row is None:
            rows[shipment.reference] = first(connection, entry_id, shipment, seen)
        elif row.seen != seen:
            rows[shipment.reference] = again(row, entry_id, shipment, seen)
    return rows


def must_belong(connection: str, entry_ids: Iterable[int], owners: Mapping[int, str]) -> None:
    """Shipments belong to orders of their own connection.

    Raises:
        KeyError: no such entry.
    """
    for entry_id in entry_ids:
        if owners.get(entry_id) != connection:
            raise KeyError(f"{connection} has no order entry {entry_id}")


def first(connection: str, entry_id: int, shipment: Shipment, seen: str) -> ShipmentRow:
    """A new shipment's row. Its id is 0 until the store gives it one."""
    entry = ShipmentEntry(
        id=0, connection=connection, entry_id=entry_id, shipment=shipment, state=ShipmentState.PENDING
    )
    return ShipmentRow(entry=entry, seen=seen)


def again(row: ShipmentRow, entry_id: int, shipment: Shipment, seen: str) -> ShipmentRow:
    """A known shipment whose content changed: to be told again; who is telling the old content loses its claim."""
    fresh = first(row.entry.connection, entry_id, shipment, seen)
    return evolve(fresh, entry=evolve(fresh.entry, id=row.entry.id), serial=row.serial + 1)


def is_due(entry: ShipmentEntry, at: datetime) -> bool:
    """Whether a worker may claim it now."""
    claimed = entry.claim is not None and entry.claim.until > at
    waits = entry.next_attempt_at is not None and entry.next_attempt_at > at
    return entry.state is ShipmentState.PENDING and not claimed and not waits


def claimed(row: ShipmentRow, worker: str, until: datetime) -> ShipmentRow:
    """A due shipment, claimed."""
    claim = Claim(worker=worker, until=until, serial=row.serial + 1)
    return evolve(row, entry=evolve(row.entry, claim=claim), serial=claim.serial)


def recorded(row: ShipmentRow, entry: ShipmentEntry) -> ShipmentRow:
    """What a worker reports; the claim is given back.

    Raises:
        ClaimLost: the row has passed into other hands since it was claimed.
    """
    if entry.claim is None or entry.claim.serial != row.serial:
        raise ClaimLost(f"shipment {row.entry.shipment.reference}: somebody else has taken or changed it since")
    after = evolve(
        row.entry,
        state=entry.state,
        reason=entry.reason,
        attempts=entry.attempts,
        next_attempt_at=utc_or_none(entry.next_attempt_at),
        claim=None,
    )
    return evolve(row, entry=after, serial=row.serial + 1)
