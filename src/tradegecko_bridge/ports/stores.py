"""What the engine needs from a ledger: one small protocol each for orders, shipments, told values, what is to be told,
alerts, accounts and privacy.

Every method is atomic, and what it wrote is durable when it returns. All times are aware UTC. Any method raises
StoreBusy when another process holds the database for too long, and StoreError when the database fails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, Unpack

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.ledger import (
    FINAL_STATES,
    Alert,
    DeliveredEntry,
    Filter,
    Finding,
    IngestCounts,
    KnownAccount,
    LedgerEntry,
    LedgerEvent,
    NewCustomer,
    OrderState,
    Restore,
    StateCount,
    Transition,
)
from tradegecko_bridge.outbox import OutboxCount, OutboxEntry, OutboxState, Stream, Wanted
from tradegecko_bridge.ports.runs import RunStore
from tradegecko_bridge.ports.shipments import ShipmentStore


class OrderStore(Protocol):
    """Orders, their histories, and how far each source has been read."""

    def ingest(
        self,
        connection: str,
        arrivals: Sequence[SourceOrder | UnreadableOrder],
        *,
        at: datetime,
        after: str | None = None,
    ) -> IngestCounts:
        """Write a batch and, in the same transaction, the cursor of its last arrival (unless that is blank).

        ``after`` is the cursor from which the batch was read (blank: from the beginning); None: whatever that is now.

        A new order becomes pending, also where its source has canceled it: an earlier ledger may have delivered it. An
        unreadable order becomes held (``unreadable``); without a reference it is not written. A known order is never
        duplicated. Another order under a known reference (``commerce.reuse``) is a new one, under a reference of its
        own. New content of an order that is

        - pending, held, skipped by a setting, or canceled at the source: is applied, and the order becomes pending
          again, or held as unreadable (its last readable content stays); whoever has claimed it loses the claim;
        - held, skipped or canceled by a person, held because its key is used up, or failed: is applied, and the state
          stays, except that a failed order becomes canceled with its source;
        - sending or uncertain: waits as ``pending_update`` and is applied when the order goes back to pending;
        - delivered or further: is only an event, once per new content; what it says differently from what was sent is
          a told value of the kind :data:`~tradegecko_bridge.ledger.AT_SOURCE` from then on, as it is of an order that
          is delivered after its source said something else.

        What a person has edited (:meth:`edit`) stays as it is; where the source has changed that too, the order is held
        (``edit_outdated``).

        The counts' ``new`` and ``changed`` hold references; ``known`` includes the changed ones.

        Raises:
            CursorMoved: the ledger's cursor is another one than ``after``; nothing is written.
        """

    def preview_ingest(
        self, connection: str, arrivals: Sequence[SourceOrder | UnreadableOrder], *, at: datetime
    ) -> tuple[IngestCounts, Sequence[LedgerEntry]]:
        """What :meth:`ingest` would do with this batch; nothing is written or locked, and a read-only store can do it.

        Given are the counts, and the new or changed entries as they would be, each once, in the order in which they
        first arrive. New entries have the id 0.
        """

    def cursor(self, connection: str, stream: str) -> str | None:
        """How far ``stream`` (``"orders"``, ``"shipments"``) of this connection has been read."""

    def claim(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[LedgerEntry]:
        """Claim up to ``limit`` orders that are due, oldest ingest first; nobody else gets them before ``until``.

        :meth:`~tradegecko_bridge.ledger.LedgerEntry.is_due` says which orders are due. An order that is sending with
        a claim that ran out becomes uncertain, with an event that names the worker that did not report back.
        """

    def look_again(self, connection: str, bases: Mapping[str, str | None]) -> None:
        """Make held orders due whose cause may have gone: those held for a transient reason with one of these codes,
        on another basis than the one given for the code; where that is None, on any. Orders without a basis are due by
        themselves, and those that somebody writes just now may be left out.
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
            NumberInUse: ``require_unique_number``, and another entry is or was sent under the number.
            CustomerInUse: :meth:`record_all` only; another entry is making the transition's new customer.
            ClaimLost: the row was claimed or changed after it was read, or is not there (any more), or the entry is to
                be sending and its claim has run out.
            RemoteIdInUse: the connection has another order with this ``remote_id``.
            ValueError: the new state cannot follow the present one.
        """

    def record_all(self, transitions: Sequence[Transition]) -> Sequence[LedgerEntry | Exception]:
        """Several transitions in one durable write, in their order; one that is refused does not stop the others.

        The answer to each is the entry as it is now, or what :meth:`record` would raise: then nothing of it is written.
        """

    def customer_makers(self, new: NewCustomer) -> Collection[int]:
        """Ids of the entries that are making this customer, or have just made it: what another one would wait for."""

    def release_claim(self, entry: LedgerEntry) -> None:
        """Give a claim back without changing anything; harmless when it was lost."""

    def override_state(
        self, entry_id: int, to: OrderState, *, at: datetime, who: str, why: str, retry: bool = False
    ) -> LedgerEntry:
        """A person's decision (hold, release, skip, cancel, retry, shipped) on an order nobody is working on.

        A state that needs a reason gets ``by_hand`` with ``why`` as its text. An order that goes back to pending is due
        at once, and its attempts are counted anew. The ``pending_actions`` of a delivered order keep their next
        attempt; with ``retry`` they are due at once.

        Raises:
            KeyError: no such entry.
            ValueError: ``to`` cannot follow the present state, or is sending.
            ClaimLost: a worker has the order right now.
        """

    def edit(self, entry: LedgerEntry, *, at: datetime, who: str, why: str, fields: Sequence[str] = ()) -> LedgerEntry:
        """A person's correction of a held order: ``entry.order`` is planned from now on, ``entry.given`` is what its
        source gives. It becomes pending, unless a person holds it or its content is not why it is held. ``fields`` name
        what was edited, for the event.

        Raises:
            KeyError: no such entry.
            ClaimLost: the order was claimed or changed after it was read.
            ValueError: it is not held, or its content has expired or cannot be read.
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

        ``before`` is the id of the last entry of the previous page.

        Raises:
            KeyError: there is no entry ``before``.
        """

    def summary(
        self,
        connection: str | None = None,
        *,
        states: Collection[OrderState] | None = None,
        with_reason: bool = False,
    ) -> Sequence[StateCount]:
        """How many orders are in each of these states (None: any), and for what reason; by connection, state, code.

        ``with_reason``: only those that have one; the others, of which there may be very many, are not even counted.
        """

    def by_remote_ids(self, connection: str, remote_ids: Collection[str]) -> Mapping[str, LedgerEntry]:
        """This connection's entries by the ids they were delivered as."""

    def first_sent(self, connection: str) -> LedgerEntry | None:
        """Of this connection's entries that were ever sent, or are known as an order in TradeGecko, the one that was
        ingested first."""

    def delivered(self, connection: str, remote_ids: Collection[str]) -> Mapping[str, DeliveredEntry]:
        """Those of them that are delivered, or further, without their content: of many at a time."""

    def history(self, entry_id: int) -> Sequence[LedgerEvent]:
        """Every event of one entry, oldest first."""


class ToldValueStore(Protocol):
    """The values that sources were last told and have acknowledged."""

    def told_values(self, connection: str, kind: str) -> Mapping[str, str]:
        """What the source last acknowledged of ``kind``: value by item key."""

    def record_told_values(self, connection: str, kind: str, values: Mapping[str, str], *, at: datetime) -> None:
        """The source acknowledged these values; the others stay. A blank one is forgotten."""


class Spool(Protocol):
    """A long list, kept elsewhere than in memory while it is gathered, and given back sorted. Nothing of it lasts."""

    def add(self, rows: Iterable[tuple[str, str]], /) -> None:
        """Add rows: a key and a text each; neither may hold half characters."""

    def groups(self) -> Iterator[tuple[str, list[str]]]:
        """Each key with its texts, as they were added; keys in one order, whatever the machine."""


class OutboxStore(Protocol):
    """What sources are to be told, written before they are, and what they were told."""

    def claim_stream(self, connection: str, kind: str, worker: str, *, at: datetime, until: datetime) -> Stream | None:
        """The right to tell a connection things of this kind, until ``until``; None while another worker has it.

        What a worker that was lost was just telling is pending again, and nobody knows what its source has.
        """

    def renew_stream(self, stream: Stream, *, until: datetime) -> None:
        """Keep the right for longer.

        Raises:
            ClaimLost: it ran out, and somebody else has taken it.
        """

    def release_stream(self, stream: Stream) -> None:
        """Give the right back; harmless when it was lost."""

    def want(self, stream: Stream, wanted: Sequence[Wanted], *, at: datetime, again: bool = False) -> int:
        """Write what a source is to be told; how many entries are new or have another value.

        What is known with the same value stays as it is. A new value is pending, unless it is what the source is known
        to have; ``again``: whatever the source has or has said.

        Raises:
            ClaimLost: somebody else tells this stream now; nothing is written.
        """

    def take_to_tell(self, stream: Stream, *, at: datetime, limit: int, after: int = 0) -> Sequence[OutboxEntry]:
        """Up to ``limit`` entries that are to be told now, longest known first; they are being told from here on.

        ``after`` is the id of the last one of those before.

        Raises:
            ClaimLost: somebody else tells this stream now.
        """

    def record_told(self, stream: Stream, entries: Sequence[OutboxEntry], *, at: datetime) -> None:
        """Write what became of entries that were told: their state, ``told``, reason, attempts and times.

        One that got another value meanwhile is still to be told that. Where somebody else tells the stream by now, all
        of them are to be told again: which of the two the source heard last is not known.

        Raises:
            ClaimLost: so it is.
        """

    def outbox(
        self,
        connection: str,
        kind: str,
        *,
        key: str | None = None,
        states: Collection[OutboxState] | None = None,
        after: int = 0,
        limit: int = 1_000,
    ) -> Sequence[OutboxEntry]:
        """Entries of a stream, those known longest first; ``after`` is the id of the last one of the page before."""

    def spool(self) -> AbstractContextManager[Spool]:
        """Room for a long list."""

    def outbox_counts(self, connection: str) -> Sequence[OutboxCount]:
        """How many entries are in each state but accepted, by kind."""


class AlertStore(Protocol):
    """What needs a person, from the moment it began until its cause is gone."""

    def update_alerts(
        self, connection: str, found: Sequence[Finding], *, scope: Collection[str], at: datetime
    ) -> Sequence[Alert]:
        """Open an alert for each new finding, and close those whose finding is gone.

        ``scope`` holds the prefixes of the keys that were looked at: an open alert whose key has none of them stays as
        it is. Returned are the alerts that opened or closed now; of all callers who report the same, only one gets it.
        """

    def alerts(self, connection: str | None = None, *, closed: bool = False) -> Sequence[Alert]:
        """The open alerts, newest first; with ``closed`` the closed ones too."""


class AccountStore(Protocol):
    """Which account has each connection's orders, and which source they are from."""

    def known_account(self, connection: str) -> KnownAccount | None:
        """The account of this connection; None until a run has reached it."""

    def remember_account(
        self, connection: str, account: AccountIdentity, *, at: datetime, replace: bool = False
    ) -> KnownAccount:
        """Remember the connection's account, unless there is one and it is not to be replaced; the one there is now.

        Of several callers at the same moment, one's account is remembered, and all get that one.
        """

    def known_source(self, connection: str) -> str | None:
        """The identity of this connection's source; None until a run has used one."""

    def remember_source(self, connection: str, identity: str, *, at: datetime, replace: bool = False) -> str:
        """Remember the connection's source; as :meth:`remember_account`."""


class PrivacyStore(Protocol):
    """Removing personal data once it is no longer needed."""

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
        """Remove the personal data of up to ``limit`` orders that came into one of these states before ``before``.

        Connection, reference, number, fingerprint and remote id stay, so that an order its source gives again is not
        sent again; lines, SKUs, money and history stay too. Shipments lose their personal data with their order; later
        ones lose it as soon as their source knows of them. New content of such an order is only an event, and the order
        can never be sent again. Orders with something to do, or with a shipment its source has yet to be told of, are
        left out. Returns how many orders it changed: call it until that is 0, then :meth:`scrub`.

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
        """Erase what was replaced from the store's own files, as far as it can.

        False when somebody is in the way right now: then try again later. Backups are not touched.
        """


class Store(
    OrderStore, ShipmentStore, ToldValueStore, OutboxStore, AlertStore, RunStore, AccountStore, PrivacyStore, Protocol
):
    """The durable ledger: all of the above."""

    def restored(self) -> Restore | None:
        """The last time this ledger was restored from a backup; None if it never was.

        It stays for good. What a restore asks of a run (ask the source again for what came since the backup, look
        before sending) it asks of each connection once; whoever has done it remembers that beside it, e.g. as a told
        value with both moments as its key.
        """

    def now(self) -> datetime | None:
        """The present moment by the clock that all who share the ledger see; None where each has only its own."""

    def close(self) -> None:
        """Close connections and files; the store is not used afterwards."""
