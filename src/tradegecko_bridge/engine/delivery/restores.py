"""After a ledger was restored from a backup: what it missed is asked for again, and looked for before it is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve

from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery.ingest import BATCH, checked_arrivals, ingest_batch
from tradegecko_bridge.engine.report import Report
from tradegecko_bridge.engine.source_calls import SourceFailed, in_batches
from tradegecko_bridge.ledger import Restore
from tradegecko_bridge.ports import AcknowledgesIngest, GivesOrdersSince

KIND: Final = "restore"
"""The told values that say which restores a connection has dealt with, and when."""
MARGIN: Final = timedelta(days=1)
"""How long before the backup the source is asked from: clocks differ, and orders come late."""


def not_known_since(context: Context) -> tuple[datetime, datetime] | None:
    """Between which moments (UTC) orders may have been sent that the ledger does not know of."""
    restore = context.store.restored()
    if restore is None:
        return None
    dealt_with = context.store.told_values(context.connection, KIND).get(_key(restore))
    noticed_at = datetime.fromisoformat(dealt_with) if dealt_with else context.clock()
    return restore.backed_up_at - MARGIN, min(restore.restored_at or noticed_at, noticed_at)


def after_restore(context: Context, report: Report) -> None:
    """In the first run after a restore: say what cannot be known, and ask the source again from before the backup."""
    store, connection, source = context.store, context.connection, context.source
    restore = store.restored()
    if restore is None or _key(restore) in store.told_values(connection, KIND):
        return
    moment = restore.backed_up_at - MARGIN
    report.notes.append(
        f"this ledger was restored from a backup of {restore.backed_up_at:%Y-%m-%d %H:%M} UTC; what was decided or sent"
        " since then it does not know, so orders are looked for by their markers before they are sent"
    )
    if report.dry_run:
        return
    if isinstance(source, GivesOrdersSince):
        report.notes.append(f"{source.name} is asked again for everything placed since {moment:%Y-%m-%d %H:%M} UTC")
        try:
            arrivals = checked_arrivals(context, lambda: source.fetch_since(moment), "fetching orders again")
            for batch in in_batches(arrivals, BATCH):
                ingest_batch(context, [evolve(arrival, cursor="") for arrival in batch], report)
        except SourceFailed as error:
            report.fail(error)
            return
    elif isinstance(source, AcknowledgesIngest):
        report.notes.append(
            f"{source.name} may not give again what it has been told is safe: put in again what it has given since then"
        )
    store.record_told_values(connection, KIND, {_key(restore): context.clock().isoformat()}, at=context.clock())


def _key(restore: Restore) -> str:
    return (
        f"{restore.backed_up_at.isoformat()} {restore.restored_at.isoformat() if restore.restored_at else ''}".strip()
    )
