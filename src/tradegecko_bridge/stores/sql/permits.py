"""Rate-limit windows in the ledger's database: all who share the ledger share them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from tradegecko_bridge.ports.limits import KEPT, Permits, RateLedger, WindowUse
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.sql.database import InDatabase, insert
from tradegecko_bridge.stores.sql.tables import permits


class SqlPermits(InDatabase, RateLedger):
    """The windows of all accounts. Those who take from one window take turns at its row."""

    def take(self, account: str, window: datetime, want: int, *, up_to: int, seen: int = 0) -> Permits:
        window = utc(window)
        with self._database.writing() as tx:
            use = _locked(tx, account, window)
            permits = use.at_least(seen).take(want, up_to)
            _write(tx, account, window, use, permits.use)
            return permits

    def note(self, account: str, window: datetime, used: int) -> None:
        window = utc(window)
        with self._database.writing() as tx:
            use = _locked(tx, account, window)
            _write(tx, account, window, use, use.at_least(used))


def _locked(tx: Connection, account: str, window: datetime) -> WindowUse:
    """A window's use as it is now; nobody else changes it until the transaction ends."""
    mine = (permits.c.account == account, permits.c.began_at == window)
    query = select(permits.c.taken, permits.c.others).where(*mine).with_for_update()
    row = tx.execute(query).one_or_none()
    if row is None:
        new = insert(tx, permits).values(account=account, began_at=window, taken=0, others=0)
        tx.execute(new.on_conflict_do_nothing())
        tx.execute(delete(permits).where(permits.c.account == account, permits.c.began_at < window - KEPT))
        row = tx.execute(query).one()
    return WindowUse(row.taken, row.others)


def _write(tx: Connection, account: str, window: datetime, before: WindowUse, after: WindowUse) -> None:
    if after == before:
        return
    mine = (permits.c.account == account, permits.c.began_at == window)
    tx.execute(update(permits).where(*mine).values(taken=after.taken, others=after.others))
