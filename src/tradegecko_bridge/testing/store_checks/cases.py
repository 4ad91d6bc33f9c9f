"""Orders, shipments and ledger entries in every state, for the checks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tradegecko_bridge.commerce import OrderLine, Package, Shipment, ShippedItem, SourceOrder
from tradegecko_bridge.ledger import ALLOWED_TRANSITIONS, LedgerEntry, LedgerEvent, OrderState, Reason, ShipmentEntry
from tradegecko_bridge.ports import Store

S = OrderState
SHOP = "shop"
AT = datetime(2026, 1, 31, 9, 30, 0, 123456, tzinfo=UTC)
SOON = AT + timedelta(minutes=1)
LEASE = AT + timedelta(minutes=10)
"""When the claims made at ``AT`` run out."""
AFTER = LEASE + timedelta(seconds=1)

STATES = tuple(OrderState)
UNSENT = (S.PENDING, S.HELD, S.SKIPPED, S.FAILED, S.CANCELED)
SENT = (S.SENDING, S.UNCERTAIN, S.DELIVERED, S.SHIPPED, S.CONFIRMED)


def an_order(reference: str = "1", **facts: Any) -> SourceOrder:
    """A small order."""
    line = OrderLine(reference="a", sku="TEA", quantity=Decimal(2), price=Decimal("4.90"))
    content = {"number": f"#{reference}", "placed_at": AT, "currency": "EUR", "lines": (line,), **facts}
    return SourceOrder(reference=reference, **content)


def orders(count: int, **facts: Any) -> list[SourceOrder]:
    """Orders ``"1"``, ``"2"``…, each with its number as its cursor."""
    return [an_order(str(n), cursor=str(n), **facts) for n in range(1, count + 1)]


def a_shipment(reference: str = "s1", **facts: Any) -> Shipment:
    """A small shipment of order ``"1"``."""
    items = (ShippedItem(line_reference="a", sku="TEA", quantity=Decimal("2.50")),)
    content = {"order_reference": "1", "order_number": "#1", "items": items, "shipped_at": AT, **facts}
    return Shipment(reference=reference, **content)


TRACKED = (Package(tracking_number="1Z999"),)


def claim(store: Store, at: datetime = AT, worker: str = "ann", limit: int = 100) -> list[LedgerEntry]:
    """What a worker gets for ten minutes."""
    return list(store.claim(SHOP, worker, at=at, until=at + timedelta(minutes=10), limit=limit))


def claim_one(store: Store, at: datetime = AT, worker: str = "ann") -> LedgerEntry:
    """The one order that is due."""
    (entry,) = claim(store, at, worker)
    return entry


def references(entries: Any) -> list[str]:
    """What was found, in order."""
    return [entry.reference for entry in entries]


def entry_of(store: Store, reference: str = "1") -> LedgerEntry:
    """An order as the ledger has it now."""
    (entry,) = store.entries(SHOP, reference=reference)
    return entry


def history_of(store: Store, reference: str = "1") -> list[LedgerEvent]:
    """Its events."""
    return list(store.history(entry_of(store, reference).id))


def in_state(store: Store, state: OrderState, order: SourceOrder | None = None) -> LedgerEntry:
    """Order ``"1"``, brought into a state the way it gets there in life; at ``AT``, claims until ``LEASE``."""
    store.ingest(SHOP, [order or an_order()], at=AT)
    if state is S.PENDING:
        return entry_of(store)
    if state in {S.SKIPPED, S.CANCELED}:
        return store.override_state(entry_of(store).id, state, at=AT, who="bob", why="no longer wanted")
    entry = claim_one(store)
    for step in _WAY[state]:
        entry = store.record(entry.transition_to(step, AT, **_FACTS.get(step, {})), who="ann")
    return entry


_WAY = {
    S.SENDING: (S.SENDING,),
    S.UNCERTAIN: (S.SENDING, S.UNCERTAIN),
    S.DELIVERED: (S.SENDING, S.DELIVERED),
    S.SHIPPED: (S.SENDING, S.DELIVERED, S.SHIPPED),
    S.CONFIRMED: (S.SENDING, S.DELIVERED, S.SHIPPED, S.CONFIRMED),
    S.HELD: (S.HELD,),
    S.FAILED: (S.FAILED,),
}
_FACTS: dict[OrderState, dict[str, Any]] = {
    S.SENDING: {"generation": 1, "sent_at": AT},
    S.DELIVERED: {"remote_id": "901", "remote_number": "SO0901", "line_ids": {"a": "77"}},
    S.HELD: {"reason": Reason(code="unknown_sku", text="nobody carries TEA")},
    S.FAILED: {"reason": Reason(code="horizon", text="tried for 15 days")},
}


def not_after(state: OrderState) -> list[OrderState]:
    """The states that cannot follow."""
    return [to for to in STATES if to not in ALLOWED_TRANSITIONS[state]]


def with_shipments(store: Store, *shipments: Shipment, cursor: str | None = None) -> list[ShipmentEntry]:
    """Order ``"1"``, delivered, with these shipments."""
    entry = in_state(store, S.DELIVERED)
    store.ingest_shipments(SHOP, [(entry.id, shipment) for shipment in shipments], cursor=cursor, at=AT)
    return list(store.shipments(SHOP))


def claim_shipments(store: Store, at: datetime = AT, worker: str = "ann", limit: int = 100) -> list[ShipmentEntry]:
    """What a worker gets for ten minutes."""
    return list(store.claim_shipments(SHOP, worker, at=at, until=at + timedelta(minutes=10), limit=limit))
