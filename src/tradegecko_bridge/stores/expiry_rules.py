"""When an order's personal data may go, and what is left then: the rules that every store shares."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from attrs import evolve

from tradegecko_bridge.commerce.privacy import anonymous_order, anonymous_shipment
from tradegecko_bridge.ledger import EXPIRABLE, LedgerEntry, LedgerEvent, OrderState
from tradegecko_bridge.stores.row import Change, Row
from tradegecko_bridge.stores.shipment_rules import ShipmentRow

WHY = "personal data expired"


def checked(states: Collection[OrderState]) -> list[OrderState]:
    """States whose orders may expire.

    Raises:
        ValueError: orders of one of them may still have to be sent.
    """
    if wrong := sorted(set(states) - EXPIRABLE):
        raise ValueError(
            f"orders that are {wrong[0]} may still be sent; only {', '.join(sorted(EXPIRABLE))} can expire"
        )
    return sorted(set(states))


def may_expire(entry: LedgerEntry, states: Collection[OrderState], before: datetime, at: datetime) -> bool:
    """Whether nothing is left to be done with the order, for long enough; that its shipments are told comes on top."""
    worked_on = entry.claim is not None and entry.claim.until > at
    long_ago = entry.in_state_since < before
    return entry.state in states and long_ago and entry.expired_at is None and not entry.todo and not worked_on


def expired(row: Row, at: datetime, who: str) -> Change:
    """An order as it stays for good: known by all it can be known by, and about nobody."""
    entry = row.entry
    event = LedgerEvent(at=at, who=who, was=entry.state, now=entry.state, why=WHY)
    after = evolve(
        entry,
        order=anonymous_order(entry.order) if entry.order else None,
        expired_at=at,
        superseded=False,
        claim=None,
        serial=entry.serial + 1,
    )
    return evolve(row, entry=after, newer=None), (event,)


def expired_shipment(row: ShipmentRow) -> ShipmentRow:
    """A shipment of such an order; it is still known when it is seen again."""
    return evolve(row, entry=evolve(row.entry, shipment=anonymous_shipment(row.entry.shipment)))
