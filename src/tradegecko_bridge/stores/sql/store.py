"""The ledger store in SQL: each method is one transaction around the statements beside this module."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Self, Unpack

from tradegecko_bridge.commerce import Shipment, SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ledger import (
    FINAL_STATES,
    Alert,
    Filter,
    Finding,
    IngestCounts,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    ShipmentEntry,
    StateCount,
    Transition,
)
from tradegecko_bridge.stores import lookup_rules, work_rules
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.sql import alerts as alert_statements
from tradegecko_bridge.stores.sql import cursors, expiry, health, orders
from tradegecko_bridge.stores.sql import shipments as shipment_statements
from tradegecko_bridge.stores.sql.database import Database
from tradegecko_bridge.stores.sql.health import LedgerHealth
from tradegecko_bridge.stores.sql.mirrors import SqlMirrorStore
from tradegecko_bridge.stores.sql.permits import SqlPermitBook
from tradegecko_bridge.stores.sql.schema import bring_up_to_date, must_be_up_to_date
from tradegecko_bridge.stores.sql.tokens import SqlTokenStore


class SqlStore:
    """A ledger in SQLite or PostgreSQL; any number of threads and processes may share it.

    Args:
        url: ``sqlite:///ledger.db`` (relative), ``sqlite:////var/lib/ledger.db`` (absolute) or
            ``postgresql://user:password@host/database``. A new SQLite file is readable by its owner only.
        busy_timeout: seconds to wait for another process that holds the database.
        read_only: the ledger is neither made nor brought forward, and nothing is written to it, with one exception:
            :attr:`tokens` keeps a login that is refreshed, which would be lost otherwise.

    Raises:
        ConfigError: the address cannot work.
        NoLedger: ``read_only``, and there is none.
        SchemaTooNew: a newer version of this package wrote the ledger; nothing is changed.
        StoreBusy: another process holds the database for longer than ``busy_timeout``.
        StoreError: the database cannot be opened, or as it is not be read; the message says why.
    """

    def __init__(
        self, url: str = "sqlite:///ledger.db", *, busy_timeout: float = 30.0, read_only: bool = False
    ) -> None:
        self._database = self._for_tokens = Database(url, busy_timeout, read_only=read_only)
        try:
            if read_only:
                must_be_up_to_date(self._database)
                self._for_tokens = Database(url, busy_timeout)
            else:
                bring_up_to_date(self._database)
        except BaseException:
            self.close()
            raise
        self.tokens = SqlTokenStore(self._for_tokens)
        """The logins kept beside the ledger, a :class:`~tradegecko_bridge.ports.TokenStore`."""
        self.permits = SqlPermitBook(self._database)
        """What is used of the rate limit, a :class:`~tradegecko_bridge.ports.RateLedger`."""
        self.mirror = SqlMirrorStore(self._database)
        """What is remembered of accounts, a :class:`~tradegecko_bridge.ports.MirrorStore`."""

    def __repr__(self) -> str:
        return f"SqlStore({self._database.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """See :meth:`tradegecko_bridge.ports.Store.close`."""
        self._for_tokens.close()  # first: after the last to close SQLite tidies up, and who only reads must not
        self._database.close()

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def ingest(
        self, connection: str, arrivals: Sequence[SourceOrder | UnreadableOrder], *, at: datetime
    ) -> IngestCounts:
        """See :meth:`tradegecko_bridge.ports.Store.ingest`."""
        at = utc(at)
        with self._database.writing() as tx:
            return orders.ingest(tx, connection, arrivals, at)

    def preview_ingest(
        self, connection: str, arrivals: Sequence[SourceOrder | UnreadableOrder], *, at: datetime
    ) -> tuple[IngestCounts, Sequence[LedgerEntry]]:
        from sqlalchemy import select

        from tradegecko_bridge.stores import ingest_rules
        from tradegecko_bridge.stores.sql.rows import to_full_row
        from tradegecko_bridge.stores.sql.tables import orders as t

        signed = ingest_rules.signed(arrivals)
        with self._database.reading() as tx:
            q = select(t).where(t.c.connection == connection, t.c.reference.in_([s.reference for s in signed]))
            known = {r.reference: to_full_row(r) for r in tx.execute(q)}
        batch = ingest_rules.ingest(connection, signed, known, utc(at))
        return batch.counts, [row.entry for row in batch.rows.values()]

    def cursor(self, connection: str, stream: str) -> str | None:
        """See :meth:`tradegecko_bridge.ports.Store.cursor`."""
        with self._database.reading() as tx:
            return cursors.cursor(tx, connection, stream)

    def claim(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[LedgerEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.claim`."""
        at, until = utc(at), utc(until)
        with self._database.writing() as tx:
            return orders.claim(tx, connection, worker, at, until, limit)

    def record(
        self,
        entry: LedgerEntry,
        *,
        who: str,
        why: str = "",
        detail: Mapping[str, Any] | None = None,
        require_unique_number: bool = False,
    ) -> LedgerEntry:
        """See :meth:`tradegecko_bridge.ports.Store.record`."""
        (answer,) = self.record_all(
            [Transition(entry=entry, who=who, why=why, detail=detail, require_unique_number=require_unique_number)]
        )
        return work_rules.written(answer)

    def record_all(self, steps: Sequence[Transition]) -> Sequence[LedgerEntry | Exception]:
        """See :meth:`tradegecko_bridge.ports.Store.record_all`."""
        try:
            with self._database.writing() as tx:
                return orders.record_all(tx, steps)
        except orders.RemoteTaken as error:
            if len(steps) == 1:
                return [StoreError(str(error))]
        return [answer for step in steps for answer in self.record_all([step])]

    def release_claim(self, entry: LedgerEntry) -> None:
        """See :meth:`tradegecko_bridge.ports.Store.release_claim`."""
        with self._database.writing() as tx:
            orders.release_claim(tx, entry)

    def override_state(
        self, entry_id: int, to: OrderState, *, at: datetime, who: str, why: str, retry: bool = False
    ) -> LedgerEntry:
        """See :meth:`tradegecko_bridge.ports.Store.override_state`."""
        at = utc(at)
        with self._database.writing() as tx:
            return orders.override_state(tx, entry_id, to, at, who, why, retry=retry)

    def entries(
        self,
        connection: str | None = None,
        *,
        limit: int | None = None,
        before: int | None = None,
        **wanted: Unpack[Filter],
    ) -> Sequence[LedgerEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.entries`."""
        wanted = lookup_rules.in_utc(wanted)
        with self._database.reading() as tx:
            return orders.entries(tx, connection, wanted, limit, before)

    def summary(
        self, connection: str | None = None, *, states: Collection[OrderState] | None = None
    ) -> Sequence[StateCount]:
        """See :meth:`tradegecko_bridge.ports.Store.summary`."""
        with self._database.reading() as tx:
            return orders.summary(tx, connection, states)

    def by_remote_ids(self, connection: str, remote_ids: Collection[str]) -> Mapping[str, LedgerEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.by_remote_ids`."""
        with self._database.reading() as tx:
            return orders.by_remote_ids(tx, connection, remote_ids)

    def history(self, entry_id: int) -> Sequence[LedgerEvent]:
        """See :meth:`tradegecko_bridge.ports.Store.history`."""
        with self._database.reading() as tx:
            return orders.history(tx, entry_id)

    # ── shipments ────────────────────────────────────────────────────────────────────────────

    def ingest_shipments(
        self, connection: str, shipments: Sequence[tuple[int, Shipment]], *, cursor: str | None, at: datetime
    ) -> int:
        """See :meth:`tradegecko_bridge.ports.Store.ingest_shipments`."""
        at = utc(at)
        with self._database.writing() as tx:
            return shipment_statements.ingest(tx, connection, shipments, cursor, at)

    def shipments(
        self,
        connection: str,
        entry_ids: Collection[int] | None = None,
        *,
        states: Collection[OrderState] | None = None,
    ) -> Sequence[ShipmentEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.shipments`."""
        with self._database.reading() as tx:
            return shipment_statements.of_entries(tx, connection, entry_ids, states)

    def refused_shipments(self, connection: str) -> Sequence[ShipmentEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.refused_shipments`."""
        with self._database.reading() as tx:
            return shipment_statements.refused(tx, connection)

    def claim_shipments(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[ShipmentEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.claim_shipments`."""
        at, until = utc(at), utc(until)
        with self._database.writing() as tx:
            return shipment_statements.claim(tx, connection, worker, at, until, limit)

    def record_shipment(self, entry: ShipmentEntry, *, at: datetime) -> None:
        """See :meth:`tradegecko_bridge.ports.Store.record_shipment`."""
        at = utc(at)
        with self._database.writing() as tx:
            shipment_statements.record(tx, entry, at)

    # ── what sources acknowledged ────────────────────────────────────────────────────────────

    def told_values(self, connection: str, kind: str) -> Mapping[str, str]:
        """See :meth:`tradegecko_bridge.ports.Store.acknowledged`."""
        with self._database.reading() as tx:
            return cursors.read_acknowledged(tx, connection, kind)

    def record_told_values(self, connection: str, kind: str, values: Mapping[str, str], *, at: datetime) -> None:
        """See :meth:`tradegecko_bridge.ports.Store.record_told_values`."""
        at = utc(at)
        with self._database.writing() as tx:
            cursors.write_acknowledged(tx, connection, kind, values, at)

    # ── expiry ───────────────────────────────────────────────────────────────────────────────

    def expire_personal_data(
        self,
        connection: str,
        *,
        before: datetime,
        at: datetime,
        who: str,
        states: Collection[OrderState] = FINAL_STATES,
        limit: int = 500,
    ) -> int:
        """See :meth:`tradegecko_bridge.ports.Store.expire_personal_data`."""
        before, at = utc(before), utc(at)
        with self._database.writing() as tx:
            return expiry.expire(tx, connection, states, before, at, who, limit)

    def expirable(
        self, connection: str, *, before: datetime, at: datetime, states: Collection[OrderState] = FINAL_STATES
    ) -> int:
        """See :meth:`tradegecko_bridge.ports.Store.expirable`."""
        before, at = utc(before), utc(at)
        with self._database.reading() as tx:
            return expiry.count(tx, connection, states, before, at)

    def scrub(self) -> bool:
        """See :meth:`tradegecko_bridge.ports.Store.scrub`.

        SQLite overwrites what is replaced when it happens, and this empties its log. PostgreSQL keeps old versions of
        rows until they are vacuumed, which this does; its own log (WAL) is the server's affair.
        """
        return self._database.scrub()

    def check(self) -> LedgerHealth:
        """Look the whole ledger over: how much there is, and what is wrong with it. Takes a while on a large one."""
        with self._database.reading() as tx:
            return health.look_over(tx, self._database.is_sqlite)

    # ── alerts ───────────────────────────────────────────────────────────────────────────────

    def update_alerts(
        self, connection: str, found: Sequence[Finding], *, scope: Collection[str], at: datetime
    ) -> Sequence[Alert]:
        """See :meth:`tradegecko_bridge.ports.Store.update_alerts`."""
        at = utc(at)
        if not found and not self.alerts(connection):
            return []  # nearly every time: nobody has to wait for a transaction that writes
        with self._database.writing() as tx:
            return alert_statements.compare(tx, connection, found, scope, at)

    def alerts(self, connection: str | None = None, *, closed: bool = False) -> Sequence[Alert]:
        """See :meth:`tradegecko_bridge.ports.Store.alerts`."""
        with self._database.reading() as tx:
            return alert_statements.listed(tx, connection, closed=closed)
