"""Which orders' personal data may go, and what is left then."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce.privacy import anonymous_order, anonymous_shipment
from tradegecko_bridge.ledger import EXPIRABLE_STATES, LedgerEvent, OrderState, ShipmentState
from tradegecko_bridge.stores.row import Change, Row
from tradegecko_bridge.stores.rules.shipments import ShipmentRow

WHY: Final = "personal data expired"
SHIPMENT_EVENT: Final = "shipment "
"""How the text of every event about a shipment begins."""
_KEPT: Final = re.compile(
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


def expired(row: Row, at: datetime, who: str) -> Change:
    """An order without personal data. It can still be recognized when its source gives it again."""
    entry = row.entry
    event = LedgerEvent(at=at, who=who, was=entry.state, now=entry.state, why=WHY)
    after = evolve(
        entry,
        order=anonymous_order(entry.order) if entry.order else None,
        expired_at=at,
        pending_update=None,
        claim=None,
        serial=entry.serial + 1,
    )
    return evolve(row, entry=after, pending_update=None), (event,)


def expired_why(why: str) -> str:
    """The text of an earlier event of such an order, without what a source or a carrier may have put in it."""
    kept = _KEPT.match(why)
    return f"{kept[0]} (the rest has expired)" if kept else why


def expired_shipment(row: ShipmentRow) -> ShipmentRow:
    """A shipment of such an order, without personal data. One its source has yet to be told of is left as it is.

    What the source said of it goes too: it may name somebody.
    """
    if row.entry.state is ShipmentState.PENDING:
        return row
    return evolve(row, entry=evolve(row.entry, shipment=anonymous_shipment(row.entry.shipment), reason=""))
