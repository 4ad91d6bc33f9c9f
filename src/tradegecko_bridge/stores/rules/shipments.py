"""What happens to a shipment in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import evolve, frozen

from tradegecko_bridge.commerce import Shipment
from tradegecko_bridge.commerce.codec import fingerprint
from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import Claim, ShipmentEntry, ShipmentState, Wait
from tradegecko_bridge.ports.shipments import NOTHING
from tradegecko_bridge.stores.row import utc_or_none
from tradegecko_bridge.stores.rules.digests import like

STREAM = "shipments"
"""The stream whose cursor goes with shipments."""
NEVER_TOLD = "taken back before the source was told of it"


@frozen(kw_only=True)
class ShipmentRow:
    """An entry, its content's fingerprint, and the serial of its newest claim."""

    entry: ShipmentEntry
    fingerprint: str
    serial: int = 0


def ingest(
    connection: str,
    shipments: Iterable[tuple[int, Shipment]],
    known: Mapping[str, ShipmentRow],
    key: bytes | None = None,
    waiting: Mapping[str, Wait] = NOTHING,
) -> dict[str, ShipmentRow]:
    """The rows to write, by reference; ``known`` holds those the ledger has, ``key`` is the ledger's, ``waiting`` what
    each waits for.

    A known shipment whose content changed is to be told again; who is telling the old content loses its claim.
    """
    rows: dict[str, ShipmentRow] = {}
    for entry_id, shipment in shipments:
        row = rows.get(shipment.reference) or known.get(shipment.reference)
        new = _new_row(connection, entry_id, shipment, waiting.get(shipment.reference))
        if row is None:
            rows[shipment.reference] = new
        elif row.fingerprint != like(new.fingerprint, row.fingerprint, key):
            entry = evolve(new.entry, id=row.entry.id, told=row.entry.told, told_at=row.entry.told_at)
            if shipment.withdrawn and row.entry.waits_for and row.entry.told_at is None:
                entry = evolve(entry, state=ShipmentState.SENT, reason=NEVER_TOLD)
            rows[shipment.reference] = evolve(new, entry=entry, serial=row.serial + 1)
    return rows


def _new_row(connection: str, entry_id: int, shipment: Shipment, waits_for: Wait | None) -> ShipmentRow:
    """A new shipment. Its id is 0 until the store gives it one."""
    entry = ShipmentEntry(
        id=0,
        connection=connection,
        entry_id=entry_id,
        shipment=shipment,
        state=ShipmentState.PENDING,
        waits_for=waits_for,
    )
    return ShipmentRow(entry=entry, fingerprint=fingerprint(shipment))


def check_owners(connection: str, entry_ids: Iterable[int], owners: Mapping[int, str]) -> None:
    """Shipments belong to orders of their own connection.

    Raises:
        KeyError: no such entry.
    """
    for entry_id in entry_ids:
        if owners.get(entry_id) != connection:
            raise KeyError(f"{connection} has no order entry {entry_id}")


def claimed(row: ShipmentRow, worker: str, until: datetime) -> ShipmentRow:
    """A due shipment, claimed."""
    claim = Claim(worker=worker, until=until, serial=row.serial + 1)
    return evolve(row, entry=evolve(row.entry, claim=claim), serial=claim.serial)


def recorded(row: ShipmentRow, entry: ShipmentEntry) -> ShipmentRow:
    """What a worker reports; the claim is given back.

    Raises:
        ClaimLost: the row was claimed or changed after it was read.
    """
    if entry.claim is None or entry.claim.serial != row.serial:
        raise ClaimLost(f"shipment {row.entry.shipment.reference}: somebody else has taken or changed it since")
    after = evolve(
        row.entry,
        state=entry.state,
        reason=entry.reason,
        attempts=entry.attempts,
        next_attempt_at=utc_or_none(entry.next_attempt_at),
        failing_since=utc_or_none(entry.failing_since),
        told=entry.told,
        told_at=utc_or_none(entry.told_at),
        waits_for=entry.waits_for,
        claim=None,
    )
    return evolve(row, entry=after, serial=row.serial + 1)


def to_resend(row: ShipmentRow) -> ShipmentRow:
    """A shipment that is told once more; who is telling it loses its claim."""
    entry = evolve(
        row.entry,
        state=ShipmentState.PENDING,
        reason="",
        attempts=0,
        next_attempt_at=None,
        failing_since=None,
        waits_for=None,
        claim=None,
    )
    return evolve(row, entry=entry, serial=row.serial + 1)
