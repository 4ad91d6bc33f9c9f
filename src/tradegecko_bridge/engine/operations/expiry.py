"""Letting go of personal data that is no longer needed, without forgetting the orders it belonged to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from attrs import frozen

from tradegecko_bridge.ledger import EXPIRABLE_STATES, FINAL_STATES
from tradegecko_bridge.ports import Clock, Store


@frozen(kw_only=True)
class Expired:
    """How many orders lost their personal data (or would), and whether the store's files have lost it too.

    ``scrubbed`` is False when another process was in the way: expire again later.
    """

    orders: int
    scrubbed: bool


def expire_personal_data(
    store: Store,
    connection: str,
    *,
    older_than: timedelta,
    who: str,
    also_delivered: bool = False,
    dry_run: bool = False,
    clock: Clock = lambda: datetime.now(UTC),
    on_progress: Callable[[int], None] = lambda _: None,
) -> Expired:
    """Take the personal data out of orders that came to their end longer ago than this; batch by batch.

    Confirmed, skipped, canceled and failed orders; with ``also_delivered`` those too that were delivered or shipped
    and never confirmed. They cannot be sent any more, and are still known when their source gives them again.

    Raises:
        StoreError: the ledger failed; what was done so far stays done.
    """
    at = clock()
    states = EXPIRABLE_STATES if also_delivered else FINAL_STATES
    if dry_run:
        return Expired(orders=store.expirable(connection, before=at - older_than, at=at, states=states), scrubbed=False)
    count = 0
    while some := store.expire_personal_data(connection, before=at - older_than, at=at, who=who, states=states):
        count += some
        on_progress(count)
    return Expired(orders=count, scrubbed=store.scrub())
