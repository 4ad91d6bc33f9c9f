"""The ledger's words: the states of an order, which change follows which, and the rows a store hands out.

::

    pending ──> sending ──> delivered ──> shipped ──> confirmed
       │           │  └───> uncertain ──> delivered
       │           │            ├───────> pending (certainly not there: next key)
       │           │            └───────> failed  (given up; nobody knows)
       ├──> held <─┘  (released: back to pending)
       ├──> skipped
       ├──> failed     (given up; by hand back to pending)
       └──> canceled
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypedDict

from attrs import Factory, field, frozen

from tradegecko_bridge.commerce import Shipment, SourceOrder
from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.evolving import evolve


class OrderState(StrEnum):
    """What became of a source order so far."""

    PENDING = "pending"
    """Ingested; will be delivered when its turn comes (not before ``next_attempt_at``)."""
    SENDING = "sending"
    """The request is about to leave or has left: durable before it does."""
    UNCERTAIN = "uncertain"
    """Sent, and nobody knows yet what became of it: only looking may settle it."""
    DELIVERED = "delivered"
    """In the order-management system, under ``remote_id``."""
    SHIPPED = "shipped"
    """Every shippable unit has left the warehouse."""
    CONFIRMED = "confirmed"
    """And the source has been told."""
    HELD = "held"
    """Not sent yet, for ``reason``: a person or a mapping can release it."""
    SKIPPED = "skipped"
    """Not to be sent, ever, for ``reason``."""
    FAILED = "failed"
    """Given up after the retry horizon; a person may send it back to pending."""
    CANCELED = "canceled"
    """Canceled before it was sent."""


_S = OrderState
_TAKEN_BACK = frozenset({_S.HELD, _S.SKIPPED, _S.CANCELED})
ALLOWED_TRANSITIONS: dict[OrderState, frozenset[OrderState]] = {
    _S.PENDING: _TAKEN_BACK | {_S.PENDING, _S.SENDING, _S.DELIVERED, _S.FAILED},
    _S.SENDING: frozenset({_S.SENDING, _S.DELIVERED, _S.UNCERTAIN, _S.PENDING, _S.HELD, _S.FAILED}),
    _S.UNCERTAIN: frozenset({_S.UNCERTAIN, _S.SENDING, _S.DELIVERED, _S.PENDING, _S.HELD, _S.FAILED}),
    _S.DELIVERED: frozenset({_S.DELIVERED, _S.SHIPPED, _S.CONFIRMED}),
    _S.SHIPPED: frozenset({_S.SHIPPED, _S.CONFIRMED, _S.DELIVERED}),
    _S.CONFIRMED: frozenset({_S.CONFIRMED, _S.DELIVERED, _S.SHIPPED}),
    _S.HELD: _TAKEN_BACK | {_S.PENDING, _S.SENDING, _S.DELIVERED, _S.FAILED},
    _S.SKIPPED: frozenset({_S.PENDING}),
    _S.FAILED: frozenset({_S.PENDING, _S.SKIPPED, _S.CANCELED}),
    _S.CANCELED: frozenset({_S.PENDING}),
}
"""Which state may follow which; a store refuses everything else with ValueError."""

OPEN_STATES = frozenset({_S.PENDING, _S.SENDING, _S.UNCERTAIN, _S.HELD})
"""States of orders that the order-management system may not know of yet."""
FINAL_STATES = frozenset({_S.CONFIRMED, _S.SKIPPED, _S.CANCELED, _S.FAILED})
"""States of orders that nothing is to be done with any more, unless somebody decides otherwise."""
EXPIRABLE_STATES = FINAL_STATES | {_S.DELIVERED, _S.SHIPPED}
"""States in which personal data may be let go of: it is not needed to send them."""
DELIVERED_STATES = frozenset({_S.DELIVERED, _S.SHIPPED, _S.CONFIRMED})
"""States of orders that are there for sure."""
LONGEST_WAIT = timedelta(hours=2)
"""No claim and no wait lasts longer: a moment further ahead was written by a clock that has been put right since."""
UNCERTAIN_STATES = frozenset({_S.SENDING, _S.UNCERTAIN})
"""States in which the order may be known in the system."""
SENT_STATES = DELIVERED_STATES | UNCERTAIN_STATES
"""States in which an order's content is, or may be, known in the system: it stays as it was sent."""


BY_HAND = "by_hand"
"""The code of a reason that a person gave."""
AT_SOURCE = "differs at source"
"""The kind of told value, by order reference, that holds what a source says differently of an order since it was sent,
as text of a ``Difference``. It is written together with what the source said."""
RECEIPT = "receipt"
"""The kind of told value that holds the receipts a source has still to be told, as JSON, by their keys."""
UNREADABLE = "unreadable"
"""The code of a reason in the words of a source that could not give an order whole."""
NO_CONTENT = "unreadable: correct it at the source and it is ingested when the source gives it again"
"""Of an order the ledger holds nothing of that could be sent."""
CHANGED_TOO_LATE = "changed or canceled at the source while it was on its way; TradeGecko has it as it was sent"
"""What is said of an order that arrived before its source's newest word could be applied."""
KEY_USED = "key_used"
"""The code of a doubt: the idempotency key has made its order, or never will; only a person goes on to the next one."""
GIVEN_OTHERWISE = "given_otherwise"
"""The code of a reason: the order could not be read, was known by its number for want of its reference, and has been
given under that since."""
EDIT_OUTDATED = "edit_outdated"
"""The code of a reason: the source has changed what a person edited."""
ID_IN_USE = "id_in_use"
"""The code of a doubt that only a person settles: two orders of the ledger would be one order in the system."""
REFERENCE_REUSED = "reference_reused"
"""The code of a reason: the order's reference was another order's before."""
GAVE_UP_IN_DOUBT = "gave_up_in_doubt"
"""The code of a failed order's reason: it was sent, and nobody knows whether it arrived."""


@frozen
class Reason:
    """Why an order is not delivered: ``code`` for programs, ``text`` for people (one line).

    ``transient`` marks causes that may go away without anybody touching the order (an unknown SKU is created,
    a currency is added): such an order is looked at again on every run.
    """

    code: str
    text: str
    transient: bool = field(default=False, kw_only=True)


NOT_READY = Reason("not_ready", "not ready yet, its source says; it goes out by itself once it is", transient=True)
"""Why an order waits that its source has given before it may be sent: nobody has to do anything."""
UNPAID = "unpaid"
"""The code of an order that is not paid yet at its source."""
PARTLY_SHIPPED = "partly_shipped_before"
"""The code of an order of which something has been shipped without us."""
TOO_OLD = "before_first_run"
"""The code of an order that was there long before its connection: nobody has said that it is to be sent."""


PROGRESS_FIELDS = ("source_status", "payment_status", "paid")
"""The fields that tell how far an order is at its source. The event of new content for an order that was sent has them
in its ``detail``; that content itself is not applied."""
INGEST = "ingest"
"""Who changes an order because its source said so."""
INGEST_ACTORS = frozenset({INGEST, "intake"})
"""The same, with the name it has in ledgers of earlier versions."""
CANCELED_AT_SOURCE = Reason("canceled_at_source", "canceled at the source before it was sent")
OVER_AT_SOURCE = frozenset({CANCELED_AT_SOURCE.code, "canceled_before", "refunded_before", "shipped_before"})
"""Codes of the reasons why there is nothing left to be done about an order: it is not sent, tried before or not."""
"""Why an order that its source gives as canceled is never sent by itself."""


@frozen(kw_only=True)
class Claim:
    """The leased right of one worker: nobody else touches the row before ``until`` (UTC).

    ``serial`` grows with every claim on the row, so that a worker whose lease ran out cannot write over the
    one who took the row after it.
    """

    worker: str
    until: datetime
    serial: int


class PendingUpdate(StrEnum):
    """What the source has done to an order since it was sent."""

    CHANGED = "changed"
    CANCELED = "canceled"

    @classmethod
    def of(cls, newest: SourceOrder | None) -> PendingUpdate | None:
        """The kind of update this content is; None where there is none."""
        if newest is None:
            return None
        return cls.CHANGED if newest.canceled_at is None else cls.CANCELED


@frozen(kw_only=True)
class LedgerEntry:
    """One source order in the ledger.

    ``order`` is None while the source could not give it whole. ``generation`` numbers the idempotency
    key in use (0: none yet); ``sent_at`` is when the last request under it was let go; all times are UTC.
    ``given`` is the order as its source gives it, where a person has edited ``order`` since.
    ``line_ids`` maps the source's line references to the variant ids they were delivered as, ``remote_lines`` the
    system's ids of the order's lines to those references, where the system told them. ``pending_actions`` are
    still to be carried out on a delivered order (invoice, pay, pack), in this order; the first may have been tried.
    ``pending_update``: the source changed or canceled the order after it was sent; its newest content is stored beside
    the entry and applied when the entry goes back to pending. ``serial`` is the row's claim serial when it
    was read: by it a store knows that another worker has taken the row since. ``in_state_since`` is when it came into
    its present state (sending and uncertain count as one), ``expired_at`` when the customer's data was taken out of
    ``order``; such an order is never sent again. ``basis`` is a digest of what an order was held by for a transient
    reason: while that is the same, the order is left alone until ``next_attempt_at``. None: it is not known.
    """

    id: int
    connection: str
    reference: str
    number: str
    state: OrderState
    order: SourceOrder | None = field(repr=False)
    given: SourceOrder | None = field(default=None, repr=False)
    reason: Reason | None = None
    remote_id: str | None = None
    remote_number: str | None = None
    line_ids: dict[str, str] = field(factory=dict)
    remote_lines: dict[str, str] = field(factory=dict)
    pending_actions: tuple[str, ...] = ()
    generation: int = 0
    attempts: int = 0
    sent_at: datetime | None = None
    next_attempt_at: datetime | None = None
    ingested_at: datetime
    updated_at: datetime
    in_state_since: datetime = Factory(lambda self: self.ingested_at, takes_self=True)
    expired_at: datetime | None = None
    pending_update: PendingUpdate | None = None
    basis: str | None = None
    serial: int = 0
    claim: Claim | None = None

    def claim_runs(self, at: datetime) -> bool:
        """Whether a worker has the order at this moment (UTC)."""
        return self.claim is not None and at < self.claim.until <= at + LONGEST_WAIT

    def is_due(self, at: datetime) -> bool:
        """Whether a worker may claim the order at this moment (UTC).

        Due are orders that are pending, uncertain, held for a transient reason, or delivered (or further) with
        ``pending_actions`` and no reason but a transient one, unless ``next_attempt_at`` is still to come or a claim
        runs; and orders that are sending without a claim that runs. A moment later than :data:`LONGEST_WAIT` from now
        is none to wait for.
        """
        if self.claim_runs(at):
            return False
        if self.state is _S.SENDING:
            return True
        return self._has_work() and not self.waits(at)

    def waits(self, at: datetime) -> bool:
        """Whether its next attempt is still to come at this moment (UTC)."""
        return self.next_attempt_at is not None and at < self.next_attempt_at <= at + LONGEST_WAIT

    def _has_work(self) -> bool:
        transient = self.reason is not None and self.reason.transient
        if self.state in DELIVERED_STATES:
            return bool(self.pending_actions) and (self.reason is None or transient)
        return self.state in {_S.PENDING, _S.UNCERTAIN} or (self.state is _S.HELD and transient)

    def transition_to(self, to: OrderState, at: datetime, **facts: Any) -> LedgerEntry:
        """This entry in its next state; the claim ends unless it is sending or has ``pending_actions``.

        Raises:
            ValueError: ``to`` cannot follow the present state.
        """
        if to not in ALLOWED_TRANSITIONS[self.state]:
            raise ValueError(f"order {self.reference}: {self.state} cannot become {to}")
        claim = self.claim if to is OrderState.SENDING or facts.get("pending_actions") else None
        changes: dict[str, Any] = {"claim": claim, "reason": None, "basis": None, **facts}
        return evolve(self, state=to, updated_at=at, in_state_since=self.since(to, at), **changes)

    def since(self, to: OrderState, at: datetime) -> datetime:
        """``in_state_since`` of this entry in ``to``, where it comes ``at`` a moment or is already."""
        stays = to is self.state or {to, self.state} <= UNCERTAIN_STATES  # one doubt, however many requests
        return self.in_state_since if stays else at


@frozen(kw_only=True)
class NewCustomer:
    """A customer that an order makes; each of the ``digests`` is of an account and something that the customer would be
    known by there.

    No other order that makes one with the same may be on its way, or have been delivered at ``since`` (UTC) or later.
    """

    digests: frozenset[str]
    since: datetime


@frozen(kw_only=True)
class Transition:
    """What a worker did with an order: the entry as it shall be (:meth:`LedgerEntry.transition_to`), who, and why.

    ``detail`` (JSON values) goes with the event. ``require_unique_number``: only if no other entry, of
    whatever connection, is or was sent under its ``remote_number``; entries with ids in ``number_shared_with`` may.
    ``new_customer``: only if no other entry, of whatever connection, is making the same one. ``receipt`` is what the
    source is owed from then on, by its key: a told value of the kind :data:`RECEIPT`, written with the entry.
    """

    entry: LedgerEntry
    who: str
    why: str = ""
    detail: Mapping[str, Any] | None = None
    require_unique_number: bool = False
    number_shared_with: Collection[int] = frozenset()
    new_customer: NewCustomer | None = None
    receipt: tuple[str, str] | None = None


@frozen(kw_only=True)
class LedgerEvent:
    """One change of one order: who did what to it, when (UTC), and why.

    ``detail`` says more, as JSON values: what was sent or answered. Never names, addresses or notes.
    """

    at: datetime
    who: str
    was: OrderState | None
    now: OrderState
    why: str = ""
    detail: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class StateCount:
    """How many of a connection's orders are in ``state`` for a reason (``code``; None: for none), and since when."""

    connection: str
    state: OrderState
    code: str | None
    transient: bool
    count: int
    since: datetime
    """When the first of them came into the state."""


@frozen(kw_only=True)
class DeliveredEntry:
    """An order that is there, without its content. ``said`` is what the system said of it when it was created or found,
    as its history holds it; little of those of earlier versions."""

    reference: str
    number: str
    remote_number: str | None
    state: OrderState = OrderState.DELIVERED
    said: Mapping[str, Any] = field(factory=dict, repr=False)


Span = tuple[datetime | None, datetime | None]
"""From a moment on (None: from the beginning) until just before another (None: until now and further)."""


class Filter(TypedDict, total=False):
    """Which orders are meant: those that match all that is given. None is as good as left out.

    A date follows the state: ``entered`` is when an order came into the state it is in now: for a new order when it
    was ingested or sent back, for a delivered one when it was delivered, for a held one when it was held.
    """

    states: Collection[OrderState] | None
    reasons: Collection[str] | None
    """Codes of reasons."""
    reference: str | None
    number: str | None
    """The source's, or the one the order has in the system."""
    text: str | None
    """Found anywhere in number, reference, or the number or id in the system; capitals do not matter."""
    ingested: Span | None
    entered: Span | None


@frozen(kw_only=True)
class KnownAccount:
    """The account that has a connection's orders, and since when (UTC) the ledger knows that."""

    connection: str
    account: AccountIdentity
    first_seen_at: datetime


@frozen(kw_only=True)
class Restore:
    """That a ledger was restored from a backup, and of which moment the backup is (UTC).

    What was sent after that moment the ledger does not know. ``restored_at`` is None where nobody noted it: somebody
    put the backup into the ledger's place by hand.
    """

    backed_up_at: datetime
    restored_at: datetime | None


@frozen(kw_only=True)
class IngestCounts:
    """What taking a batch in did: rows new, rows known, rows whose content had changed at the source."""

    new: tuple[str, ...] = ()
    known: int = 0
    changed: tuple[str, ...] = ()


class Severity(StrEnum):
    """How much an alert matters."""

    WARNING = "warning"
    """It may pass by itself, or waits for a person without anything getting worse."""
    ERROR = "error"
    """Nothing goes on here until a person acts."""


@frozen(kw_only=True)
class Finding:
    """Something that needs a person, as one run found it. ``key`` names the cause, the same in every run.

    ``text`` is one line without anybody's personal data; ``count`` is how many orders (or shipments) it is about.
    """

    key: str
    severity: Severity
    text: str
    count: int = 1


@frozen(kw_only=True)
class Alert:
    """Something that needs a person, or did: opened once when it begins, closed once when its cause is gone.

    Text and count are as they were last seen. All times are UTC.
    """

    id: int
    connection: str
    key: str
    severity: Severity
    text: str
    count: int
    opened_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still is so, as far as anybody has looked."""
        return self.closed_at is None


class Wait(StrEnum):
    """What a shipment waits for before its source is told."""

    NUMBER = "number"
    """A tracking number."""
    REST = "rest"
    """The rest of its order."""


class ShipmentState(StrEnum):
    """What became of a shipment on its way back to its source."""

    PENDING = "pending"
    SENT = "sent"
    REFUSED = "refused"


@frozen(kw_only=True)
class ShipmentEntry:
    """One shipment in the ledger, belonging to the order entry ``entry_id``."""

    id: int
    connection: str
    entry_id: int
    shipment: Shipment
    state: ShipmentState
    reason: str = ""
    attempts: int = 0
    next_attempt_at: datetime | None = None
    failing_since: datetime | None = None
    """When telling it first failed since the source last answered (UTC)."""
    told: Shipment | None = field(default=None, repr=False)
    """As the source accepted it last; None: it never has, as far as anybody knows."""
    told_at: datetime | None = None
    """When that was (UTC)."""
    waits_for: Wait | None = None
    """What a pending one waits for: it is not due before it changes, or is released."""
    claim: Claim | None = None

    def shipped(self) -> dict[str, Decimal]:
        """Units of this shipment by the source's line reference."""
        units: dict[str, Decimal] = {}
        for item in self.shipment.items:
            units[item.line_reference] = units.get(item.line_reference, Decimal(0)) + item.quantity
        return units
