"""Telling a source once more what it was told, or would not take."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import LedgerEntry, ShipmentState
from tradegecko_bridge.outbox import OutboxState
from tradegecko_bridge.ports import Store

TAKES: Final = timedelta(minutes=1)
PAGE: Final = 1_000
AGAIN: Final = "its shipments are told again"


def resend(
    store: Store,
    connection: str,
    kind: str,
    *,
    keys: Collection[str] = (),
    states: Collection[OutboxState] | None = None,
    who: str,
    at: datetime,
) -> int:
    """Have the next run tell a source these things (``keys``; none: all in these ``states``) again, whatever it said.

    ``kind`` is ``"stock"`` or ``"products"``, ``at`` aware. Given is how many there are.

    Raises:
        ClaimLost: a worker is telling the source just now.
    """
    stream = store.claim_stream(connection, kind, who, at=at, until=at + TAKES)
    if stream is None:
        raise ClaimLost(f"{connection}: a worker is telling the source its {kind} just now; try again when it is done")
    count, last = 0, 0
    try:
        while entries := store.outbox(connection, kind, states=states, after=last, limit=PAGE):
            last = entries[-1].id
            wanted = [entry.as_wanted for entry in entries if not keys or entry.key in keys]
            store.want(stream, wanted, at=at, again=True)
            count += len(wanted)
    finally:
        store.release_stream(stream)
    return count


def resend_tracking(
    store: Store,
    entry: LedgerEntry,
    *,
    states: Collection[ShipmentState] | None = None,
    who: str,
    at: datetime,
) -> int:
    """Have the next run tell the source of an order's shipments (in these ``states``) again, whatever it said.

    Given is how many there are; none of an order whose personal data has expired: their numbers are gone. Who did it
    is in the order's history.
    """
    rows = store.shipments(entry.connection, [entry.id]) if entry.expired_at is None else ()
    ids = [row.id for row in rows if states is None or row.state in states]
    count = store.resend_shipments(entry.connection, ids, at=at) if ids else 0
    if count:
        with suppress(ClaimLost):  # somebody is working on the order: it is done all the same
            store.override_state(entry.id, entry.state, at=at, who=who, why=AGAIN)
    return count
