"""The ledger store in SQL, put together from its parts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import func, select

from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.ports import Store
from tradegecko_bridge.ports.logins import Secret, as_secret
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.sql import copies
from tradegecko_bridge.stores.sql.alerts import SqlAlerts
from tradegecko_bridge.stores.sql.cursors import SqlToldValues
from tradegecko_bridge.stores.sql.database import Database
from tradegecko_bridge.stores.sql.health import LedgerHealth, check
from tradegecko_bridge.stores.sql.mirrors import SqlMirror
from tradegecko_bridge.stores.sql.orders import SqlOrders
from tradegecko_bridge.stores.sql.outbox import SqlOutbox
from tradegecko_bridge.stores.sql.permits import SqlPermits
from tradegecko_bridge.stores.sql.places import SqlPlaces
from tradegecko_bridge.stores.sql.privacy import SqlPrivacy
from tradegecko_bridge.stores.sql.runs import SqlRuns
from tradegecko_bridge.stores.sql.schema import bring_up_to_date, must_be_up_to_date
from tradegecko_bridge.stores.sql.shipments import SqlShipments
from tradegecko_bridge.stores.sql.storage import Storage, storage_of
from tradegecko_bridge.stores.sql.tokens import SqlTokenStore


class DatabaseStore(
    SqlOrders, SqlShipments, SqlToldValues, SqlOutbox, SqlAlerts, SqlRuns, SqlPlaces, SqlPrivacy, Store
):
    """A ledger in a database that is open and has its tables."""

    def __init__(self, database: Database, for_tokens: Database | None = None) -> None:
        super().__init__(database)
        self._for_tokens = for_tokens or database
        self.tokens: SqlTokenStore = SqlTokenStore(self._for_tokens)
        """The logins kept beside the ledger, a :class:`~tradegecko_bridge.ports.TokenStore`."""
        self.permits: SqlPermits = SqlPermits(database)
        """What is used of the rate limit, a :class:`~tradegecko_bridge.ports.RateLedger`."""
        self.mirror: SqlMirror = SqlMirror(database)
        """What is remembered of accounts, a :class:`~tradegecko_bridge.ports.MirrorStore`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def now(self) -> datetime | None:
        """The database server's clock; a file has none."""
        if self._database.is_sqlite:
            return None
        with self._database.reading() as tx:
            return utc(tx.execute(select(func.clock_timestamp())).scalar_one())

    def close(self) -> None:
        self._for_tokens.close()  # first: the last to close tidies up after SQLite, and who only reads must not
        self._database.close()

    def storage(self) -> Storage:
        """Where and how the ledger is stored, and what is unsafe about it."""
        return storage_of(self._database)

    def check(self) -> LedgerHealth:
        """Look the whole ledger over: how much there is, and what is wrong with it. Takes a while on a large one."""
        with self._database.reading() as tx:
            return check(tx, self._database.is_sqlite)


class SqlStore(DatabaseStore):
    """A ledger in SQLite or PostgreSQL; any number of threads and processes may share it.

    Args:
        url: ``sqlite:///ledger.db`` (relative), ``sqlite:////var/lib/ledger.db`` (absolute) or
            ``postgresql://user:password@host/database``. A new SQLite file is readable by its owner only.
        busy_timeout: seconds to wait for another process that holds the database.
        read_only: the ledger is neither created nor migrated, and nothing is written to it, with one exception:
            :attr:`tokens` keeps a login that is refreshed, which would be lost otherwise.

    Raises:
        ConfigError: the address cannot work.
        NoLedger: ``read_only``, and there is none.
        SchemaTooNew: a newer version of this package wrote the ledger; nothing is changed.
        StoreBusy: another process holds the database for longer than ``busy_timeout``.
        StoreError: the database cannot be opened, or cannot be read as it is; the message says why.
    """

    @discreet
    def __init__(
        self, url: Secret | str = "sqlite:///ledger.db", *, busy_timeout: float = 30.0, read_only: bool = False
    ) -> None:
        url = as_secret(url)
        database = Database.at(url, busy_timeout, read_only=read_only)
        try:
            if read_only:
                must_be_up_to_date(database)
            else:
                bring_up_to_date(database)
            super().__init__(database, Database.at(url, busy_timeout) if read_only else None)
        except BaseException:
            database.close()
            raise

    def back_up(self, path: Path, *, at: datetime, replace: bool = False) -> copies.LedgerCopy:
        """See :func:`~tradegecko_bridge.stores.sql.copies.back_up`."""
        return copies.back_up(self._database, path, at=at, replace=replace)

    def restore(self, path: Path, *, at: datetime, set_aside: Path | None = None) -> copies.LedgerCopy:
        """See :func:`~tradegecko_bridge.stores.sql.copies.restore`."""
        return copies.restore(self._database, path, at=at, set_aside=set_aside)

    def copy_to(self, target: SqlStore, *, at: datetime) -> copies.LedgerCopy:
        """See :func:`~tradegecko_bridge.stores.sql.copies.copy`."""
        return copies.copy(self._database, target._database, at=at)
