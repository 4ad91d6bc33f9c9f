"""The doors of the house: what the engine needs from order sources, an order-management system and a ledger.

Nothing here is inherited from; a class that has the methods fits. What a source can do beyond giving orders is
found with ``isinstance`` on the small capability protocols.

Errors: sources raise :class:`~tradegecko_bridge.errors.SourceError` and its kinds, gateways
:class:`~tradegecko_bridge.errors.GatewayError`, stores :class:`~tradegecko_bridge.errors.StoreError`. Batch calls
answer item by item instead of raising for one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, Unpack, runtime_checkable

from tradegecko_bridge.commerce import (
    DeliveryReceipt,
    ItemResult,
    ProductDetails,
    Shipment,
    SourceOrder,
    StockLevel,
    UnreadableOrder,
    VariantStock,
)
from tradegecko_bridge.commerce.orders import Address, Customer
from tradegecko_bridge.commerce.remote import (
    Access,
    CustomerMatch,
    Named,
    OrderDraft,
    RemoteOrder,
    RemoteShipment,
    RemoteVariant,
)
from tradegecko_bridge.ledger import (
    FINISHED,
    Alert,
    Filter,
    Finding,
    IntakeCounts,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    ShipmentEntry,
    StateCount,
    Step,
)
from tradegecko_bridge.mirrors import MirrorProgress, MirrorRow
from tradegecko_bridge.permits import Permits
from tradegecko_bridge.tokens import RefreshNote, StoredToken, TokenPair

Clock = Callable[[], datetime]
"""Tells the present moment, aware and in UTC."""

# ── order sources ────────────────────────────────────────────────────────────────────────────


class OrderSource(Protocol):
    """Where orders come from. This is all a plugin must have."""

    @property
    def name(self) -> str:
        """What people call this source, e.g. ``"vendure"``; shown in reports."""

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
        """Every order not yet given up to the cursor ``after`` (None: from the beginning), oldest first.

        Each order carries the cursor that resumes *after* it. Giving an order again is harmless, the ledger
        knows it; leaving one out is not. An order that cannot be given whole is an
        :class:`~tradegecko_bridge.commerce.UnreadableOrder` and never stops the ones behind it.

        Raises:
            SourceUnavailable: try again later; what was given before it counts.
            SourceNeedsLogin: the credentials no longer work.
            SourceRefused: it will not work until a person changes something.
        """


@runtime_checkable
class AcknowledgesIntake(Protocol):
    """A source that lets go of orders (moves files, deletes messages) once they are safe in the ledger."""

    def acknowledge_intake(self, cursor: str) -> None:
        """Everything given up to and including ``cursor`` is durable in the ledger."""


@runtime_checkable
class GivesOrderAgain(Protocol):
    """A source that can be asked for one order, wherever its cursor stands."""

    def fetch_order(self, name: str) -> Iterable[SourceOrder | UnreadableOrder]:
        """The order (orders, should several share the number) with this number or reference; none if there is none.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as :meth:`OrderSource.fetch_orders`.
        """


@runtime_checkable
class GivesOrdersSince(Protocol):
    """A source that can give everything from a date on once more, wherever its cursor stands."""

    def fetch_since(self, moment: datetime) -> Iterable[SourceOrder | UnreadableOrder]:
        """Every order placed at ``moment`` (UTC) or later, each once, as it is now.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as :meth:`OrderSource.fetch_orders`.
        """


@runtime_checkable
class AcceptsReceipts(Protocol):
    """A source that wants to know where its orders went."""

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterable[ItemResult]:
        """Note that orders arrived; keys are order references. May be told the same thing twice."""


@runtime_checkable
class AcceptsTracking(Protocol):
    """A source that takes shipments with their tracking numbers."""

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:
        """Record shipments; keys are shipment references.

        The same shipment may come twice (an answer was lost, a tracking number was added later) and must not
        ship twice: the source recognises it by its reference, or by what it already shows as shipped.
        """


@runtime_checkable
class AcceptsStock(Protocol):
    """A source that takes stock levels."""

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        """Set what may be sold of each SKU (absolute, in units); keys are SKUs.

        ``available`` is what can still be sold. A source that counts physical stock adds what it has reserved
        itself before setting it.
        """


@runtime_checkable
class AcceptsProducts(Protocol):
    """A source that takes product details."""

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterable[ItemResult]:
        """Create or update products; keys are product references."""


# ── the order-management system ──────────────────────────────────────────────────────────────


class Gateway(Protocol):
    """What the engine needs from an order-management system."""

    @property
    def calls(self) -> int:
        """Requests sent so far, for the report."""

    def begin_run(self, *, dry_run: bool = False) -> None:
        """A run begins: what is remembered of the account must be brought up to date before it is used again.

        In a dry run nothing is written, so nothing is remembered either.
        """

    def remember(self) -> None:
        """Make what was learned since (new orders, customers) durable, where other processes find it.

        Raises:
            StoreError: where it is kept fails.
        """

    def check_access(self) -> Access:
        """One authenticated call that changes nothing.

        Raises:
            AccessDenied: login, plan or permission; the message says what to do.
            Unavailable: no answer; try again later.
        """

    def expect(self, numbers: Collection[str], customers: Collection[tuple[Customer, Address | None]]) -> None:
        """Orders with these numbers, of these customers (with whom their bill goes to), are looked for next.

        A gateway that remembers may look all of them up at once.

        Raises:
            AccessDenied, Unavailable: as the looks themselves.
        """

    def find_orders(self, number: str, *, certain: bool = True) -> Sequence[RemoteOrder]:
        """Orders with exactly this number, void and deleted ones too.

        ``certain`` asks the account itself. Otherwise that nobody has the number may be taken from what was remembered
        a few minutes ago; an order that is found was seen just now in any case.
        """

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """The active variants with exactly these SKUs; a SKU nobody carries is absent."""

    def find_barcodes(self, barcodes: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """The active variants with exactly these barcodes; a barcode nobody carries is absent."""

    def find_customer(self, customer: Customer, *, billing: Address | None, match: CustomerMatch) -> str | None:
        """The id of the customer record that is this person or company, if there is one.

        ``billing`` is whom the bill goes to, else the parcel, for what the customer does not say.
        """

    def find_named(self, kind: Named, name: str) -> str:
        """The id of a record settings name, by its name or id.

        Raises:
            Rejected: there is none; the message never names a person.
        """

    def prices_include_tax(self) -> bool:
        """Whether the prices of an order include tax when it does not say."""

    def default_tax_rate(self) -> Decimal | None:
        """The rate, in percent, of a line that does not say one, where nothing else is set; None if there is none."""

    def find_currency(self, name: str) -> str:
        """The ISO code of a currency by its ISO code or its name over there, whatever the case.

        Raises:
            Rejected: there is none.
        """

    def currencies(self, wanted: Collection[str] = ()) -> Mapping[str, int]:
        """The currencies the account knows: digits after the point, by ISO code.

        Where one of the ``wanted`` is missing in what is remembered, the account is asked.
        """

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None) -> RemoteOrder:
        """Create one order, all of it or nothing, under an idempotency key; no retry inside.

        Raises:
            Rejected: refused; nothing was written.
            Unavailable: not carried out (rate limit, could not connect).
            OutcomeUnknown: no or a broken answer; it may exist. ``AlreadySent``: this key was used before.
            AccessDenied: nothing was written.
        """

    def is_stale(self, draft: OrderDraft, customer_id: str | None) -> bool:
        """After a refusal: whether something the draft refers to is no longer so over there.

        It was then remembered wrongly: until the next run the account itself is asked, and what is not there any more
        is forgotten for good.
        """

    def act(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
        """Carry out ``invoice``, ``pay`` (by a payment method of this name), ``pack`` or ``void`` on a whole order.

        Once, no retry inside.

        Raises:
            Rejected, Unavailable, OutcomeUnknown, AlreadySent, AccessDenied: as :meth:`create_order`.
        """

    def acted(self, order_id: str) -> Collection[str]:
        """Which of these actions the order has behind it; and ``ship`` once something of it has left."""

    def shipments_since(self, cursor: str | None) -> Iterable[RemoteShipment]:
        """Shipments that left since ``cursor`` (None: all), oldest change first.

        Some that were seen before come again: listing resumes a little before the cursor.
        """

    def stock(self) -> Iterable[VariantStock]:
        """The stock of every active variant that has a SKU."""

    def products(self) -> Iterable[ProductDetails]:
        """Every active product with its active variants."""


# ── the ledger ───────────────────────────────────────────────────────────────────────────────


class Store(Protocol):
    """The durable ledger. Every method is atomic and durable when it returns; all times are aware UTC.

    Raises (any method): StoreBusy when another process holds the database too long, StoreError when the
    database fails.
    """

    def take_in(
        self, connection: str, arrivals: Sequence[SourceOrder | UnreadableOrder], *, at: datetime
    ) -> IntakeCounts:
        """Write a batch and, in the same transaction, the cursor of its last arrival (when not blank).

        New orders become pending (canceled when already canceled at the source), unreadable ones with a
        reference held (``unreadable``), unreadable ones without are not written. A known order is never
        duplicated. New content of one that is

        - pending, held, skipped by a setting, or canceled at the source: is taken up, and the order is pending again,
          or canceled, or held as unreadable (what it was before stays readable); whoever has it claimed loses the
          claim;
        - held, skipped or canceled by a person, or failed: is taken up, and the order stays where it is;
        - sending or uncertain: waits (``superseded``) and is taken up when the order goes back to pending;
        - delivered or further: is only an event, once per new content.

        The counts' ``new`` and ``changed`` hold references; ``known`` includes the changed ones.
        """

    def cursor(self, connection: str, stream: str) -> str | None:
        """How far ``stream`` (``"orders"``, ``"shipments"``) of this connection has been read."""

    def claim(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[LedgerEntry]:
        """Take up to ``limit`` orders to work on, oldest intake first; nobody else gets them before ``until``.

        Due are: pending, uncertain, held for a passing reason, and delivered (or further) with something ``todo`` and
        no reason but a passing one, each unless ``next_attempt_at`` lies after ``at`` or somebody's claim runs; and
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
        sole: bool = False,
    ) -> LedgerEntry:
        """Write one :class:`~tradegecko_bridge.ledger.Step` under the claim its entry was read with, and its event.

        The event is written when the state changed or ``why`` is given. The claim stays while the entry is sending or
        has something ``todo``.

        Raises:
            NumberInUse: as ``sole`` asks for.
            ClaimLost: the row has been claimed or changed since it was read, or it is to be sending and its claim
                has run out.
            StoreError: the connection has another order with this ``remote_id``.
            KeyError: no such entry. ValueError: the new state cannot follow the present one.
        """

    def record_all(self, steps: Sequence[Step]) -> Sequence[LedgerEntry | Exception]:
        """Several steps in one durable write, each judged by itself, in their order.

        For each the entry as it is now, or what :meth:`record` would raise, in which case nothing is written of it.
        """

    def unclaim(self, entry: LedgerEntry) -> None:
        """Give a claim back without changing anything; harmless when it was lost."""

    def amend(
        self, entry_id: int, to: OrderState, *, at: datetime, who: str, why: str, retry: bool = False
    ) -> LedgerEntry:
        """A decision (hold, release, skip, cancel, retry, shipped) on an order nobody is working on.

        What needs a reason gets ``by_hand`` with ``why`` as its text. Back to pending means now, with all patience
        anew. What is ``todo`` with an order that is there waits as it did; with ``retry`` it is tried again now.

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
        """Entries that match all that is given, newest intake first.

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

    def take_in_shipments(
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
        """Take up to ``limit`` pending shipments that are due and unclaimed, oldest first."""

    def record_shipment(self, entry: ShipmentEntry, *, at: datetime) -> None:
        """Write what became of a claimed shipment and give the claim back.

        If its order's personal data has expired, the shipment's goes as soon as it is not pending any more.

        Raises:
            ClaimLost: another worker has claimed the row since.
        """

    def acknowledged(self, connection: str, kind: str) -> Mapping[str, str]:
        """What the source last acknowledged of ``kind`` (``"stock"``, ``"product"``): value by item key."""

    def record_acknowledged(self, connection: str, kind: str, values: Mapping[str, str], *, at: datetime) -> None:
        """The source acknowledged these values."""

    def expire_personal_data(
        self,
        connection: str,
        *,
        before: datetime,
        at: datetime,
        who: str,
        states: Collection[OrderState] = FINISHED,
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
        self, connection: str, *, before: datetime, at: datetime, states: Collection[OrderState] = FINISHED
    ) -> int:
        """How many orders :meth:`expire_personal_data` would change in all.

        Raises:
            ValueError: orders in one of the states may still be sent.
        """

    def scrub(self) -> bool:
        """Leave no trace of what was replaced in the store's own files, as far as it can; False if somebody is in
        the way right now, then try again later. Backups are not its business."""

    def update_alerts(
        self, connection: str, found: Sequence[Finding], *, judged: Collection[str], at: datetime
    ) -> Sequence[Alert]:
        """What was found is open from now on, or still; what was not, and could have been, is closed.

        ``judged`` are the beginnings of the keys that were looked at: an open alert whose key begins with none of
        them is left as it is. Given are the alerts that opened or closed just now: of all who report the same,
        exactly one is told.
        """

    def alerts(self, connection: str | None = None, *, closed: bool = False) -> Sequence[Alert]:
        """The open alerts, newest first; ``closed``: those that are over too."""

    def close(self) -> None:
        """Let go of connections and files; the store is not used afterwards."""


# ── logins ───────────────────────────────────────────────────────────────────────────────────


class TokenStore(Protocol):
    """Where logins are kept, each under a name of its own. Every method is atomic and durable when it returns.

    A refresh token works once, so of all threads and processes exactly one may refresh a pair: the one whose
    :meth:`claim_refresh` was answered. All times are aware UTC.

    Raises (any method): StoreBusy when another process holds the store too long, StoreError when it fails.
    Neither tells a token.
    """

    def load(self, name: str) -> StoredToken | None:
        """The login of this name, or None."""

    def claim_refresh(
        self, name: str, generation: int, worker: str, *, at: datetime, until: datetime
    ) -> StoredToken | None:
        """Take the right to refresh this generation; nobody else gets it before ``until``.

        None when there is nothing to take: another generation is stored (or no login), somebody's lease runs
        (it has run out at its ``until``), the pair has no refresh token, or TradeGecko has refused it. A lease that
        ran out leaves a note ``lost`` that names its worker.
        """

    def save(self, name: str, pair: TokenPair, *, at: datetime, after: StoredToken | None = None) -> StoredToken:
        """Write a pair: a new login, or with ``after`` what refreshing that one gave. Lease and note are over.

        With ``after`` the generation counts and not the lease, so that an answer which came late is not lost.

        Raises:
            ClaimLost: ``after`` is no longer the stored generation; nothing is written.
        """

    def release(self, claimed: StoredToken, *, note: RefreshNote | None = None) -> None:
        """Give a lease back without a new pair, and note why; harmless when the lease was lost."""

    def delete(self, name: str) -> None:
        """Forget a login and its tokens; harmless when there is none. Its generations go on counting."""

    def holders(self, fingerprint: str) -> Sequence[str]:
        """The names of the logins that hold this pair, or one that came from it by refreshing, in order."""


# ── the rate limit ───────────────────────────────────────────────────────────────────────────


class RateLedger(Protocol):
    """How much of each account's rate-limit window is used, shared by all who call the account.

    ``account`` names application and account, ``window`` is the moment the window begins (aware UTC). A permit is
    good for one request in its window and is never given back: one that is not used, because its process was
    killed or had nothing more to send, ends with the window. What is older than an hour may be forgotten.

    Raises (any method): StoreBusy when another process holds the store too long, StoreError when it fails.
    """

    def take(self, account: str, window: datetime, want: int, *, up_to: int, seen: int = 0) -> Permits:
        """Up to ``want`` permits, none beyond ``up_to`` used in the window by everybody together.

        ``seen`` is the largest use the server has told of for this window. What of it nobody here took counts as used
        by somebody else, from now on and for all.
        """

    def note(self, account: str, window: datetime, used: int) -> None:
        """The server has told that ``used`` requests of this window are used; after a 429, all of them."""


# ── what an account holds ────────────────────────────────────────────────────────────────────


class MirrorStore(Protocol):
    """What is remembered of accounts, by kind of record, so that most look-ups cost no request.

    Every method is atomic and durable when it returns. Processes may share it.

    Raises (any method): StoreBusy when another process holds the store too long, StoreError when it fails.
    """

    def progress(self, account: str, kind: str) -> MirrorProgress:
        """How far this kind has been read; the beginning when nobody has read any."""

    def write(
        self, account: str, kind: str, rows: Sequence[MirrorRow], *, progress: MirrorProgress | None = None
    ) -> None:
        """Remember rows, each in place of an older version of it, and how far that is, in one transaction.

        Whoever is late changes nothing: a row with an older stamp is passed over, progress never goes back.
        """

    def find(self, account: str, kind: str, key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        """The rows that have one of the values under this key, by id (as text)."""

    def drop(self, account: str, kind: str, ids: Collection[str]) -> None:
        """Forget these rows, which are there no more; harmless for those nobody remembers. Progress stays."""

    def forget(self, account: str) -> None:
        """Forget all that is remembered of an account; it is read again from the beginning."""
