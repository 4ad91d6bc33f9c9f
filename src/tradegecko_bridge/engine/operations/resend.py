"""Telling a source once more what it was told, or would not take."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.outbox import OutboxState
from tradegecko_bridge.ports import Store

TAKES: Final = timedelta(minutes=1)
PAGE: Final = 1_000


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
