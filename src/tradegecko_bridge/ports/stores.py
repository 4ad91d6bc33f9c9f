"""What the engine needs from a ledger: one small protocol each for orders, shipments, told values, alerts and privacy.

Every method is atomic and durable when it returns; all times are aware UTC. Any method raises StoreBusy when another
process holds the database for too long, and StoreError when the database fails.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, Unpack

from tradegecko_bridge.commerce import Shipment, SourceOrder, UnreadableOrder
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


class Store(Protocol):
    """The durable ledger. Every method is atomic and durable when it returns; all times are aware UTC.

    Raises (any method): StoreBusy when another process holds the database too long, StoreError when the
    database fails.
    """

    def ingest(
        self, connection: str, arrivals: Sequence[SourceOrder | UnreadableOrder], *, at: datetime
    ) -> IngestCounts:
        """Write a batch and, in the same transaction, the cursor of its last arrival (when not blank).

        New orders become pending (canceled when already canceled at the source), unreadable ones with a
        reference held (``unreadable``), unreadable ones without are not written. A known order is never
        duplicated. New content of one that is

        - pending, held, skipped by a setting, or canceled at the source: is taken up, and the order is pending again,
          or canceled, or held as unreadable (what it was before stays readable); whoever has it claimed loses the
          claim;
        - held, skipped or canceled by a person, or failed: is taken up, and the order stays where it is;
        - sending or uncertain: waits (``pending_update``) and is taken up when the order goes back to pending;
        - delivered or further: is only an event, once per new content.

        The counts' ``new`` and ``changed`` hold references; ``known`` includes the changed ones.
        """

    def preview_ingest(
        self, connection: str, arrivals: Sequence[SourceOrder | UnreadableOrder], *, at: datetime
    ) -> tuple[IngestCounts, Sequence[LedgerEntry]]:
        """What :meth:`ingest` would do with this batch, with nothing written or locked.

        Given are the counts, and the entries that would be new (with the id 0) or changed, as they would be.
        """

    def cursor(self, connection: str, stream: str) -> str | None:
        """How far ``stream`` (``"orders"``, ``"shipments"``) of this connection has been read."""

    def claim(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[LedgerEntry]:
        """Take up to ``limit`` orders to work on, oldest ingest first; nobody else gets them before ``until``.

        Due are: pending, uncertain, held for a transient reason, and delivered (or further) with ``pending_actions``
        and no reason but a transient one, each unless ``next_attempt_at`` lies after ``at`` or a claim runs; and
        sending with a claim that ran out, which becomes uncertain with an event naming the worker that did not report
        back.
        """

    def record(
        self,
        entry: LedgerEntry,
        *,
        who: str,
        why: str = "",
        detail: Mapping[str, Any] | None = None,
        require_unique_number: bool = False,
    ) -> LedgerEntry:
        """Write one :class:`~tradegecko_bridge.ledger.Transition` under its entry's claim, and its event.

        The event is written when the state changed or ``why`` is given. The claim stays while the entry is sending or
        has ``pending_actions``.

        Raises:
            NumberInUse: as ``require_unique_number`` asks for.
            ClaimLost: the row has been claimed or changed since it was read, or it is to be sending and its claim
                has run out.
            StoreError: the connection has another order with this ``remote_id``.
            KeyError: no such entry. ValueError: the new state cannot follow the present one.
        """

    def record_all(self, steps: Sequence[Transition]) -> Sequence[LedgerEntry | Exception]:
        """Several steps in one durable write, each scope by itself, in their order.

        For each the entry as it is now, or what :meth:`record` would raise, in which case nothing is written of it.
        """

    def release_claim(self, entry: LedgerEntry) -> None:
        """Give a claim back without changing anything; harmless when it was lost."""

    def override_state(
        self, entry_id: int, to: OrderState, *, at: datetime, who: str, why: str, retry: bool = False
    ) -> LedgerEntry:
        """A decision (hold, release, skip, cancel, retry, shipped) on an order nobody is working on.

        What needs a reason gets ``by_hand`` with ``why`` as its text. Back to pending means now, with all patience
        anew. The ``pending_actions`` of a delivered order wait as they did; with ``retry`` they are tried again now.

        Raises:
            KeyError: no such entry.
            ValueError: ``to`` cannot follow the present state, or is sending.
            ClaimLost: a worker has the order right now.
        """

    def entries(
        self,
        connection: str | None = None,
        *,
        limit: int | None = None,
        before: int | None = None,
        **wanted: Unpack[Filter],
    ) -> Sequence[LedgerEntry]:
        """Entries that match all that is given, newest ingest first.

        ``before`` is the id of the last entry of one page: what is given is the next page.

        Raises:
            KeyError: there is no entry ``before``.
        """

    def summary(
        self, connection: str | None = None, *, states: Collection[OrderState] | None = None
    ) -> Sequence[StateCount]:
        """How many orders are in each of these states (None: any), and for what reason; by connection, state, code."""

    def by_remote_ids(self, connection: str, remote_ids: Collection[str]) -> Mapping[str, LedgerEntry]:
        """This connection's entries delivered as these ids."""

    def history(self, entry_id: int) -> Sequence[LedgerEvent]:
        """Every event of one entry, oldest first."""

    def ingest_shipments(
        self, connection: str, shipments: Sequence[tuple[int, Shipment]], *, cursor: str | None, at: datetime
    ) -> int:
        """Write shipments of entries (by entry id) and the cursor of stream ``"shipments"`` in one transaction.

        A shipment whose reference is known is left as it is, unless its content changed: then it is pending
        again. Returns how many are new or changed.

        Raises:
            KeyError: an entry is unknown or another connection's; nothing is written.
        """

    def shipments(
        self,
        connection: str,
        entry_ids: Collection[int] | None = None,
        *,
        states: Collection[OrderState] | None = None,
    ) -> Sequence[ShipmentEntry]:
        """The connection's shipments (of these entries, of orders in these states), oldest first."""

    def refused_shipments(self, connection: str) -> Sequence[ShipmentEntry]:
        """Shipments that the source has refused, of orders that are not confirmed, oldest first."""

    def claim_shipments(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[ShipmentEntry]:
        """Take up to ``limit`` pending shipments that are due and claim_released, oldest first."""

    def record_shipment(self, entry: ShipmentEntry, *, at: datetime) -> None:
        """Write what became of a claimed shipment and give the claim back.

        If its order's personal data has expired, the shipment's goes as soon as it is not pending any more.

        Raises:
            ClaimLost: another worker has claimed the row since.
        """

    def told_values(self, connection: str, kind: str) -> Mapping[str, str]:
        """What the source last acknowledged of ``kind`` (``"stock"``, ``"product"``): value by item key."""

    def record_told_values(self, connection: str, kind: str, values: Mapping[str, str], *, at: datetime) -> None:
        """The source acknowledged these values."""

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
        """Take the personal data out of up to ``limit`` orders that came into one of these states before ``before``.

        What is left is known by connection, reference, number, fingerprint and remote id, so that the source may give
        it again and it is not sent again; lines, SKUs and money stay, and what happened to it. Their shipments lose
        theirs with them, those that come later as soon as their source knows. New content of such an order is only an
        event, and it cannot be sent any more. Left out are orders with something to do or with a shipment its source
        has yet to be told. Returns how many it were: call again until none are left, then :meth:`scrub`.

        Raises:
            ValueError: orders in one of the states may still be sent.
        """

    def expirable(
        self, connection: str, *, before: datetime, at: datetime, states: Collection[OrderState] = FINAL_STATES
    ) -> int:
        """How many orders :meth:`expire_personal_data` would change in all.

        Raises:
            ValueError: orders in one of the states may still be sent.
        """

    def scrub(self) -> bool:
        """Leave no trace of what was replaced in the store's own files, as far as it can; False if somebody is in
        the way right now, then try again later. Backups are not its business."""

    def update_alerts(
        self, connection: str, found: Sequence[Finding], *, scope: Collection[str], at: datetime
    ) -> Sequence[Alert]:
        """What was found is open from now on, or still; what was not, and could have been, is closed.

        ``scope`` are the beginnings of the keys that were looked at: an open alert whose key begins with none of
        them is left as it is. Given are the alerts that opened or closed just now: of all who report the same,
        exactly one is told.
        """

    def alerts(self, connection: str | None = None, *, closed: bool = False) -> Sequence[Alert]:
        """The open alerts, newest first; ``closed``: those that are over too."""

    def close(self) -> None:
        """Let go of connections and files; the store is not used afterwards."""
