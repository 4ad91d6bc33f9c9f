"""Which orders' personal data may go, and what is left then."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import clearing
from tradegecko_bridge.commerce.privacy import anonymous_order, anonymous_shipment
from tradegecko_bridge.ledger import EXPIRABLE_STATES, UNREADABLE, LedgerEvent, OrderState, ShipmentState
from tradegecko_bridge.stores.row import Change, Row
from tradegecko_bridge.stores.rules.digests import keyed
from tradegecko_bridge.stores.rules.ingest import GIVEN_IN_PART
from tradegecko_bridge.stores.rules.shipments import ShipmentRow

WHY: Final = "personal data expired"
EXPIRED: Final = "(what it said has expired)"
"""What is left of a text that nobody can tell the values in: of an alert that closed long ago, and of an order that
nobody could read."""
_KEPT: Final = re.compile(
    r"(shipment \S+ (?:sent|ignored|refused|waiting))(?=: )|(shipment \S+ was taken over by another worker)(?=; )"
    rf"|({re.escape(GIVEN_IN_PART)})(?= \()"
)
"""The beginning of a text that goes on with a source's words; and of one about a shipment, as earlier versions wrote
it, which goes on with tracking numbers too."""


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


def expired(
    row: Row, at: datetime, who: str, key: bytes, said: Sequence[tuple[str | None, str]] = ()
) -> tuple[Change, list[str]]:
    """An order without personal data. It can still be recognized when its source gives it again: by a fingerprint that
    is good for nothing without the ledger's ``key``.

    With it comes what is left of the texts of its earlier events (``said``: each with the state before it), without
    what a source, a carrier or anybody else may have put in them. Where nobody knows its values, no text is left.
    """
    entry, reason = row.entry, row.entry.reason
    texts = [reason.text if reason else "", *(expired_why(was, why) for was, why in said)]
    about, *history = [EXPIRED] * len(texts) if entry.order is None else expired_texts(texts, [row])
    if reason is not None:
        reason = evolve(reason, text=EXPIRED if reason.code == UNREADABLE else about)
    event = LedgerEvent(at=at, who=who, was=entry.state, now=entry.state, why=WHY)
    after = evolve(
        entry,
        order=anonymous_order(entry.order) if entry.order else None,
        given=None,
        reason=reason,
        expired_at=at,
        pending_update=None,
        claim=None,
        serial=entry.serial + 1,
    )
    without = evolve(row, entry=after, fingerprint=keyed(row.fingerprint, key), pending_update=None)
    return (without, (event,)), history


def expired_texts(texts: Iterable[str], rows: Iterable[Row]) -> list[str]:
    """Texts of or about orders, without any of their values; ``rows`` are the orders as they still are."""
    return clearing.cleared_of_all(
        texts, *(content for row in rows for content in (row.entry.order, row.entry.given, row.pending_update))
    )


def expired_why(was: str | None, why: str) -> str:
    """The text of an event, with the state before it, without what a source or a carrier may have put in it."""
    if was is None and why:
        return f"{GIVEN_IN_PART} (the rest has expired)"  # why a new order was held: the source's words
    kept = _KEPT.match(why)
    return f"{kept[0]} (the rest has expired)" if kept else why


def expired_shipment(row: ShipmentRow, key: bytes) -> ShipmentRow:
    """A shipment of such an order, without personal data. One its source has yet to be told of is left as it is.

    What the source said of it goes too: it may name somebody.
    """
    if row.entry.state is ShipmentState.PENDING:
        return row
    told = row.entry.told and anonymous_shipment(row.entry.told)
    entry = evolve(row.entry, shipment=anonymous_shipment(row.entry.shipment), told=told, reason="")
    return evolve(row, entry=entry, fingerprint=keyed(row.fingerprint, key))
