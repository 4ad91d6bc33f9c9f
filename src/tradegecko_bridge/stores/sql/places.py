"""Where a ledger belongs, the account and the source of each connection; and the backup it was restored from."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, update

from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.ledger import KnownAccount, Restore
from tradegecko_bridge.ports import AccountStore
from tradegecko_bridge.stores.row import utc, utc_or_none
from tradegecko_bridge.stores.rules import work
from tradegecko_bridge.stores.sql.cursors import advance, read_cursor
from tradegecko_bridge.stores.sql.database import InDatabase, insert
from tradegecko_bridge.stores.sql.tables import accounts, cursors, orders, restores, shipments

_SOURCE: Final = "source"
"""Beside the streams of a connection, which source they are from."""


class SqlPlaces(InDatabase, AccountStore):
    """Accounts and backups."""

    def known_account(self, connection: str) -> KnownAccount | None:
        with self._database.reading() as tx:
            return _known(tx, connection)

    def remember_account(
        self, connection: str, account: AccountIdentity, *, at: datetime, replace: bool = False
    ) -> KnownAccount:
        facts = {
            "id": account.id,
            "name": account.name,
            "base_url": account.base_url,
            "created_at": utc_or_none(account.created_at),
            "first_seen_at": utc(at),
        }
        with self._database.writing() as tx:
            new = insert(tx, accounts).values(connection=connection, **facts)
            keep = new.on_conflict_do_nothing()
            tx.execute(new.on_conflict_do_update(index_elements=["connection"], set_=facts) if replace else keep)
            known = _known(tx, connection)
        assert known is not None  # noqa: S101
        return known

    def known_source(self, connection: str) -> str | None:
        with self._database.reading() as tx:
            return read_cursor(tx, connection, _SOURCE)

    def remember_source(self, connection: str, identity: str, *, at: datetime, replace: bool = False) -> str:
        with self._database.writing() as tx:
            if replace:
                advance(tx, connection, _SOURCE, identity, utc(at))
            else:
                new = insert(tx, cursors).values(connection=connection, stream=_SOURCE, cursor=identity, at=utc(at))
                tx.execute(new.on_conflict_do_nothing())
            known = read_cursor(tx, connection, _SOURCE)
        assert known is not None  # noqa: S101
        return known

    def restored(self) -> Restore | None:
        noted, of = restores.c.restored_at, restores.c.backed_up_at
        newest = select(restores).order_by(noted.is_not(None), noted.desc(), of.desc()).limit(1)
        with self._database.reading() as tx:
            row = tx.execute(newest).one_or_none()
        return None if row is None else Restore(backed_up_at=row.backed_up_at, restored_at=row.restored_at)

    def note_restore(self, backed_up_at: datetime, *, at: datetime) -> None:
        """Note that this ledger was restored by other means, from a backup of that moment."""
        with self._database.writing() as tx:
            earlier = update(restores).where(restores.c.restored_at.is_(None))
            tx.execute(earlier.values(restored_at=restores.c.backed_up_at))  # so that this one is the newest
            new = insert(tx, restores).values(backed_up_at=utc(backed_up_at), restored_at=utc(at))
            again = {"restored_at": new.excluded.restored_at}
            tx.execute(new.on_conflict_do_update(index_elements=["backed_up_at"], set_=again))
            outdate_claims(tx, utc(backed_up_at), utc(at))


def outdate_claims(tx: Connection, backed_up_at: datetime, restored_at: datetime) -> None:
    """Whoever has claimed something of the ledger that was there before has lost it."""
    gap = work.serial_gap(backed_up_at, restored_at)
    for table in (orders, shipments):
        tx.execute(update(table).values(serial=table.c.serial + gap))


def _known(tx: Connection, connection: str) -> KnownAccount | None:
    row = tx.execute(select(accounts).where(accounts.c.connection == connection)).one_or_none()
    if row is None:
        return None
    account = AccountIdentity(id=row.id, name=row.name, base_url=row.base_url, created_at=row.created_at)
    return KnownAccount(connection=connection, account=account, first_seen_at=row.first_seen_at)
