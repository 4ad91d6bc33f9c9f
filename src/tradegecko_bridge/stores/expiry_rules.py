"""When an order's personal data may go, and what is left then: the rules that every store shares."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce.privacy import anonymous_order, anonymous_shipment
from tradegecko_bridge.ledger import EXPIRABLE_STATES, LedgerEntry, LedgerEvent, OrderState, ShipmentState
from tradegecko_bridge.stores.row import Change, Row
from tradegecko_bridge.stores.shipment_rules import ShipmentRow

WHY: Final = "personal data expired"
TOLD: Final = "shipment "
"""How the text of every event about a shipment begins."""
_QUOTED: Final = re.compile(
    r"(shipment \S+ (?:sent|ignored|refused|waiting))(?=: )|(shipment \S+ was taken over by another worker)(?=; )"
)
"""The beginning of such a text as earlier versions wrote it; behind it are tracking numbers and the source's words."""


def checked(states: Collection[OrderState]) -> list[OrderState]:
    """States whose orders may expire.

    Raises:
        ValueError: orders of one of them may still have to be sent.
    """
    if wrong := sorted(set(states) - EXPIRABLE_STATES):
        raise ValueError(
            f"orders that are {wrong[0]} may still be sent; only {', '.join(sorted(EXPIRABLE_STATES))} can expire"
        )
    return sorted(set(states))


def may_expire(entry: LedgerEntry, states: Collection[OrderState], before: datetime, at: datetime) -> bool:
    """Whether nothing is left to be done with the order, for long enough; that its shipments are told comes on top."""
    worked_on = entry.claim is not None and entry.claim.until > at
    long_ago = entry.in_state_since < before
    return (
        entry.state in states and long_ago and entry.expired_at is None and not entry.pending_actions and not worked_on
    )


def expired(row: Row, at: datetime, who: str) -> Change:
    """An order as it stays for good: known by all it can be known by, and about nobody."""
    entry = row.entry
    event = LedgerEvent(at=at, who=who, was=entry.state, now=entry.state, why=WHY)
    after = evolve(
        entry,
        order=anonymous_order(entry.order) if entry.order else None,
        expired_at=at,
        pending_update=False,
        claim=None,
        serial=entry.serial + 1,
    )
    return evolve(row, entry=after, pending_update=None), (event,)


def expired_why(why: str) -> str:
    """The text of an earlier event of such an order, without what a source or a parcel service may have put in it."""
    quoted = _QUOTED.match(why)
    return f"{quoted[0]} (the rest has expired)" if quoted else why


def expired_shipment(row: ShipmentRow) -> ShipmentRow:
    """A shipment of such an order as it stays once its source knows: known when it is seen again, and no more.

    One the source has yet to be told is left as it is. What the source said of it goes too: it may name somebody.
    """
    if row.entry.state is ShipmentState.PENDING:
        return row
    return evolve(row, entry=evolve(row.entry, shipment=anonymous_shipment(row.entry.shipment), reason=""))
