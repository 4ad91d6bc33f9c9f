"""What a ledger store promises, said a second time and as simply as can be, to compare random use with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import Factory, define, field, frozen

from tradegecko_bridge.errors import ClaimLost, StoreError
from tradegecko_bridge.ledger import (
    ALLOWED_TRANSITIONS,
    DELIVERED_STATES,
    LedgerEntry,
    OrderState,
    PendingUpdate,
    ShipmentEntry,
    ShipmentState,
)

S = OrderState
UNCERTAIN_STATES = {S.SENDING, S.UNCERTAIN}
SENT_STATES = UNCERTAIN_STATES | DELIVERED_STATES
REASONED = {S.HELD, S.SKIPPED, S.FAILED, S.CANCELED}


@frozen
class Word:
    """What a source says of an order: a version of it, perhaps canceled, or (version None) nothing readable."""

    version: int | None
    canceled: bool = False


@define
class Known:
    """One order as the ledger should have it; ``lease`` is the end of the claim that holds it."""

    reference: str
    ingested_at: datetime
    state: OrderState
    seen: Word
    content: Word | None
    lease: datetime | None = None
    serial: int = 0
    transient: bool = False
    by_hand: bool = False
    next_at: datetime | None = None
    remote_id: str | None = None
    newer: Word | None = None
    history: list[tuple[OrderState | None, OrderState]] = field(factory=list)
    since: datetime = field(default=Factory(lambda self: self.ingested_at, takes_self=True))

    def become(self, to: OrderState, at: datetime) -> None:
        """A step of its history."""
        self.history.append((self.state, to))
        if to is not self.state and not (to in UNCERTAIN_STATES and self.state in UNCERTAIN_STATES):
            self.since = at
        self.state = to

    def let_go(self) -> None:
        """The claim ends, and with it the word of whoever had it."""
        self.lease = None
        self.serial += 1

    def is_due(self, at: datetime) -> bool:
        """Whether somebody may have it."""
        if self.lease is not None and self.lease > at:
            return False
        if self.state is S.SENDING:
            return True
        wanted = self.state in {S.PENDING, S.UNCERTAIN} or (self.state is S.HELD and self.transient)
        return wanted and (self.next_at is None or self.next_at <= at)

    def hear(self, word: Word, at: datetime) -> bool:
        """The source says something: whether that is news."""
        if word == self.seen:
            return False
        self.seen = word
        if self.state not in SENT_STATES:
            self.take_up(word, at)
            return True
        self.history.append((self.state, self.state))
        if self.state in UNCERTAIN_STATES and word.version is not None:
            self.newer = word
        return True

    def take_up(self, word: Word, at: datetime, *, known_absent: bool = False) -> None:
        """New content for an order that is not out."""
        before, to = self.state, self._after(word, known_absent=known_absent)
        self.newer = None
        if word.version is not None:
            self.content = word
        if to is not before or not self._stays(word):
            self.transient = self.by_hand = False
        if to is S.PENDING and (word.canceled or before is not S.PENDING):
            self.next_at = None
        self.become(to, at)
        self.let_go()

    def _stays(self, word: Word) -> bool:
        """Whether what was decided before outlives the word."""
        if self.by_hand:
            return True
        if word.version is None:
            return self.state not in {S.PENDING, S.HELD}
        return self.state is S.FAILED and not word.canceled

    def _after(self, word: Word, *, known_absent: bool) -> OrderState:
        if self._stays(word):
            return self.state
        if word.canceled and (known_absent or self.state is S.FAILED):
            return S.CANCELED
        return S.HELD if word.version is None else S.PENDING

    def settle(self, at: datetime) -> None:
        """Its fate is known: what the source said meanwhile is applied, or comes too late."""
        if self.newer is None or self.state in UNCERTAIN_STATES:
            return
        if self.state in DELIVERED_STATES:
            self.newer = None
            self.history.append((self.state, self.state))
        else:
            self.take_up(self.newer, at, known_absent=True)


@define
class KnownShipment:
    """One shipment as the ledger should have it."""

    reference: str
    owner: str
    version: int
    state: ShipmentState = ShipmentState.PENDING
    lease: datetime | None = None
    serial: int = 0
    next_at: datetime | None = None

    def is_due(self, at: datetime) -> bool:
        """Whether somebody may have it."""
        free = self.lease is None or self.lease <= at
        return self.state is ShipmentState.PENDING and free and (self.next_at is None or self.next_at <= at)


class Model:
    """One connection's ledger. What must be refused raises what the store must raise, and changes nothing."""

    def __init__(self) -> None:
        self.orders: dict[str, Known] = {}
        self.shipments: dict[str, KnownShipment] = {}
        self.cursors: dict[str, str] = {}

    def ingest(
        self, said: Sequence[tuple[str | None, Word]], cursor: str, at: datetime
    ) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
        """New references, how many were known, changed references."""
        new, known, changed = [], 0, []
        for reference, word in said:
            if reference is None:
                continue
            if reference in self.orders:
                known += 1
                if self.orders[reference].hear(word, at):
                    changed.append(reference)
            else:
                new.append(reference)
                self.orders[reference] = _first(reference, word, at)
        if cursor:
            self.cursors["orders"] = cursor
        return tuple(new), known, tuple(changed)

    def claim(self, at: datetime, until: datetime, limit: int) -> list[str]:
        """Who is handed out, oldest first."""
        due = sorted((k for k in self.orders.values() if k.is_due(at)), key=lambda k: k.ingested_at)[:limit]
        for known in due:
            if known.state is S.SENDING:
                known.become(S.UNCERTAIN, at)
            known.lease = until
            known.serial += 1
        return [known.reference for known in due]

    def record(self, entry: LedgerEntry, why: str) -> None:
        """A worker's report."""
        known = self.orders[entry.reference]
        if entry.serial != known.serial:
            raise ClaimLost
        if entry.state not in ALLOWED_TRANSITIONS[known.state]:
            raise ValueError
        leases = (known.lease, entry.claim and entry.claim.until)
        if entry.state is S.SENDING and not all(until and until > entry.updated_at for until in leases):
            raise ClaimLost
        others = {k.remote_id for k in self.orders.values() if k is not known and k.remote_id}
        if entry.remote_id in others:
            raise StoreError
        if why or entry.state is not known.state:
            known.become(entry.state, entry.updated_at)
        known.transient = entry.reason is not None and entry.reason.transient
        known.by_hand = False
        known.remote_id = entry.remote_id
        known.next_at = entry.next_attempt_at
        if entry.state is S.SENDING:
            known.lease = entry.claim.until if entry.claim else None
        else:
            known.let_go()
        known.settle(entry.updated_at)

    def release_claim(self, entry: LedgerEntry) -> None:
        """A worker gives up."""
        known = self.orders[entry.reference]
        if known.lease is not None and known.serial == entry.serial:
            known.let_go()

    def override_state(self, reference: str, to: OrderState, at: datetime, *, retry: bool) -> None:
        """A person's decision."""
        known = self.orders[reference]
        if known.lease is not None and known.lease > at:
            raise ClaimLost
        if to not in ALLOWED_TRANSITIONS[known.state] or to is S.SENDING:
            raise ValueError
        if known.state in {S.SENDING, S.UNCERTAIN} and to in REASONED:
            raise ValueError
        if known.state not in DELIVERED_STATES or retry:
            known.by_hand, known.transient, known.next_at = to in REASONED, False, None
        known.become(to, at)
        known.let_go()
        known.settle(at)

    def ingest_shipments(self, said: Sequence[tuple[str, str, int]], cursor: str | None) -> int:
        """Reference, order and version of each: how many were news."""
        news = set()
        for reference, owner, version in said:
            known = self.shipments.get(reference)
            if known is None:
                self.shipments[reference] = KnownShipment(reference, owner, version)
            elif known.version != version:
                fresh = KnownShipment(reference, owner, version, serial=known.serial + 1)
                self.shipments[reference] = fresh
            else:
                continue
            news.add(reference)
        if cursor is not None:
            self.cursors["shipments"] = cursor
        return len(news)

    def claim_shipments(self, at: datetime, until: datetime, limit: int) -> list[str]:
        """Who is handed out, oldest first."""
        due = [known for known in self.shipments.values() if known.is_due(at)][:limit]
        for known in due:
            known.lease = until
            known.serial += 1
        return [known.reference for known in due]

    def record_shipment(self, entry: ShipmentEntry) -> None:
        """A worker's report."""
        known = self.shipments[entry.shipment.reference]
        if entry.claim is None or entry.claim.serial != known.serial:
            raise ClaimLost
        known.state, known.next_at = entry.state, entry.next_attempt_at
        known.lease = None
        known.serial += 1


def _first(reference: str, word: Word, at: datetime) -> Known:
    state = S.HELD if word.version is None else S.PENDING
    content = None if word.version is None else word
    made = Known(reference, at, state, seen=word, content=content)
    made.history.append((None, state))
    return made


def _update(known: Known) -> PendingUpdate | None:
    if known.newer is None:
        return None
    return PendingUpdate.CANCELED if known.newer.canceled else PendingUpdate.CHANGED


def same(found: LedgerEntry, known: Known) -> dict[str, tuple[Any, Any]]:
    """Where an entry is not as it should be: what is found, and what should be, by field."""
    lease = found.claim.until if found.claim else None
    content = None
    if found.order is not None:
        content = Word(int(found.order.lines[0].quantity), found.order.canceled_at is not None)
    pairs = {
        "state": (found.state, known.state),
        "content": (content, known.content),
        "lease": (lease, known.lease),
        "serial": (found.serial, known.serial),
        "pending_update": (found.pending_update, _update(known)),
        "remote_id": (found.remote_id, known.remote_id),
        "since": (found.in_state_since, known.since),
        "next_attempt_at": (found.next_attempt_at, known.next_at),
        "reasoned": (found.reason is not None, known.state in REASONED),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
