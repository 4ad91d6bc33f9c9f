"""Ledger rows as database rows, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from operator import attrgetter
from typing import Any, Final

import orjson
from attrs import evolve
from sqlalchemy import Row as DatabaseRow

from tradegecko_bridge.bounds import parse_json
from tradegecko_bridge.commerce import Shipment, SourceOrder
from tradegecko_bridge.commerce.codec import from_plain, to_plain
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.ledger import (
    Claim,
    DeliveredEntry,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    PendingUpdate,
    Reason,
    ShipmentEntry,
    ShipmentState,
    StateCount,
    Wait,
)
from tradegecko_bridge.stores.row import Row
from tradegecko_bridge.stores.rules.lookups import search_key
from tradegecko_bridge.stores.rules.shipments import ShipmentRow

_UNREADABLE = Reason(code="unreadable", text="what the ledger holds of this order cannot be read; have it given again")
UNREADABLE_SHIPMENT = "what the ledger holds of this shipment cannot be read"
_GIVEN: Final = "given_by_source"
"""Beside the fields of an order that a person has edited: the order as its source gives it."""
Stored = DatabaseRow[Any]
Values = dict[str, Any]


def to_json(record: object) -> str | None:
    """A canonical record as text; None stays None."""
    return None if record is None else as_json(to_plain(record))


def as_json(value: object) -> str:
    """As text; NULs, and lone surrogates, of which orjson wants to know nothing, survive as escapes."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


def from_json(text: str) -> Any:
    """What texts :func:`as_json` wrote: lone surrogates, too."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def to_order(content: str | None) -> SourceOrder | None:
    """The order in a content column; None when it cannot be read, which must not stop the orders beside it."""
    if content is None:
        return None
    try:
        return from_plain(parse_json(content), SourceOrder)
    except (MalformedData, ValueError):
        return None


def to_orders(content: str | None) -> tuple[SourceOrder | None, SourceOrder | None]:
    """The order in a content column, and where a person has edited it, the order as its source gives it."""
    order = to_order(content)
    if order is None or content is None or _GIVEN not in content:
        return order, None
    given = parse_json(content).get(_GIVEN)
    return order, None if given is None else to_order(as_json(given))


def _content(entry: LedgerEntry) -> str | None:
    if entry.order is None or entry.given is None:
        return to_json(entry.order)
    return as_json({**to_plain(entry.order), _GIVEN: to_plain(entry.given)})


def to_row(stored: Stored, order: SourceOrder | None, given: SourceOrder | None = None) -> Row:
    """An order's row; its content is read by whoever needs it (it takes longer than all the rest)."""
    reason = stored.reason_code and Reason(
        code=stored.reason_code, text=stored.reason_text, transient=stored.reason_passing
    )
    update = to_order(stored.newer)
    entry = LedgerEntry(
        id=stored.id,
        connection=stored.connection,
        reference=stored.reference,
        number=stored.number,
        state=OrderState(stored.state),
        order=order,
        given=given,
        reason=reason or None,
        remote_id=stored.remote_id,
        remote_number=stored.remote_number,
        line_ids=from_json(stored.line_ids),
        remote_lines=from_json(stored.remote_lines) if stored.remote_lines else {},
        pending_actions=tuple(stored.todo.split()),
        generation=stored.generation,
        attempts=stored.attempts,
        sent_at=stored.sent_at,
        next_attempt_at=stored.next_attempt_at,
        ingested_at=stored.taken_in_at,
        updated_at=stored.updated_at,
        in_state_since=stored.in_state_since or stored.updated_at,
        expired_at=stored.expired_at,
        pending_update=PendingUpdate.of(update),
        basis=stored.basis,
        serial=stored.serial,
        claim=_claim(stored),
    )
    return Row(entry=entry, fingerprint=stored.fingerprint, pending_update=update)


def to_full_row(stored: Stored) -> Row:
    """An order's row with its content."""
    row = to_row(stored, *to_orders(stored.content))
    if row.entry.order is not None or row.entry.reason is not None or stored.content is None:
        return row
    return evolve(row, entry=evolve(row.entry, reason=_UNREADABLE))


_KEPT_AS_THEY_ARE: Final = (
    *("generation", "attempts", "sent_at", "next_attempt_at", "updated_at", "serial", "in_state_since", "expired_at"),
    "basis",
)
_WORK: Final[Mapping[str, Mapping[str, Callable[[LedgerEntry], Any]]]] = {
    "state": {"state": lambda entry: entry.state.value},
    "reason": {
        "reason_code": lambda entry: entry.reason and entry.reason.code,
        "reason_text": lambda entry: entry.reason and entry.reason.text,
        "reason_passing": lambda entry: entry.reason and entry.reason.transient,
    },
    "remote_id": {"remote_id": attrgetter("remote_id"), "names": search_key},
    "remote_number": {"remote_number": attrgetter("remote_number"), "names": search_key},
    "line_ids": {"line_ids": lambda entry: as_json(entry.line_ids)},
    "remote_lines": {"remote_lines": lambda entry: as_json(entry.remote_lines) if entry.remote_lines else None},
    "pending_actions": {"todo": lambda entry: " ".join(entry.pending_actions)},
    "claim": {
        "claim_worker": lambda entry: entry.claim and entry.claim.worker,
        "claim_until": lambda entry: entry.claim and entry.claim.until,
    },
    **{name: {name: attrgetter(name)} for name in _KEPT_AS_THEY_ARE},
}
"""By the attribute of an entry: the columns that it is kept in, and how their values are made."""
_WORK_COLUMNS: Final = {column: make for columns in _WORK.values() for column, make in columns.items()}


def order_values(row: Row, plain: Mapping[str, Any] | None = None) -> Values:
    """All columns of an order except its id; ``plain`` is the order as JSON values, where they were made already."""
    entry = row.entry
    return {
        "connection": entry.connection,
        "reference": entry.reference,
        "taken_in_at": entry.ingested_at,
        "number": entry.number,
        "content": _content(entry) if plain is None else as_json(plain),
        "fingerprint": row.fingerprint,
        **work_values(row),
    }


def work_values(row: Row) -> Values:
    """The columns of an order that work on it changes: all but what its source gave."""
    made = {column: make(row.entry) for column, make in _WORK_COLUMNS.items()}
    return {**made, "newer": to_json(row.pending_update)}


def changed_values(before: Row, after: Row) -> Values:
    """Those of them that have changed: an index is written anew even where its column is set to what it was."""
    old, new = before.entry, after.entry
    changed = (columns for name, columns in _WORK.items() if getattr(old, name) != getattr(new, name))
    values = {column: make(new) for columns in changed for column, make in columns.items()}
    if before.pending_update is not after.pending_update:
        values["newer"] = to_json(after.pending_update)
    return values


def to_event(stored: Stored) -> LedgerEvent:
    """One line of an order's history."""
    was = OrderState(stored.was) if stored.was else None
    detail = json.loads(stored.detail) if stored.detail else {}
    now = OrderState(stored.now)
    return LedgerEvent(at=stored.at, who=stored.who, was=was, now=now, why=stored.why, detail=detail)


def to_delivered(stored: Stored) -> DeliveredEntry:
    """An order that is there, with what one event says of it."""
    said = from_json(stored.detail) if stored.detail else {}
    return DeliveredEntry(
        reference=stored.reference,
        number=stored.number,
        remote_number=stored.remote_number,
        state=OrderState(stored.state),
        said=said if said.get("remote_id") == stored.remote_id else {},
    )


def event_values(order_id: int, event: LedgerEvent) -> Values:
    """All columns of an event except its id."""
    was = event.was and event.was.value
    return {
        "order_id": order_id,
        "at": event.at,
        "who": event.who,
        "was": was,
        "now": event.now.value,
        "why": event.why,
        "detail": as_json(event.detail) if event.detail else None,
    }


def to_count(stored: Stored) -> StateCount:
    """One group of a summary."""
    return StateCount(
        connection=stored.connection,
        state=OrderState(stored.state),
        code=stored.reason_code,
        transient=bool(stored.reason_passing),
        count=stored.number,
        since=stored.since,
    )


def to_shipment_row(stored: Stored) -> ShipmentRow:
    """A shipment's row. One that cannot be read is without its goods, and never due: it must not stop those beside it,
    and nobody could be told of it."""
    became, reason = ShipmentState(stored.state), stored.reason
    try:
        shipment = from_plain(parse_json(stored.content), Shipment)
    except (MalformedData, ValueError):
        shipment = _without_goods(stored)
        if became is ShipmentState.PENDING:
            became, reason = ShipmentState.REFUSED, UNREADABLE_SHIPMENT
    entry = ShipmentEntry(
        id=stored.id,
        connection=stored.connection,
        entry_id=stored.order_id,
        shipment=shipment,
        state=became,
        reason=reason,
        attempts=stored.attempts,
        next_attempt_at=stored.next_attempt_at,
        failing_since=stored.failing_since,
        told=_told(stored, shipment),
        told_at=stored.told_at,
        waits_for=stored.waits_for and Wait(stored.waits_for),
        claim=_claim(stored),
    )
    return ShipmentRow(entry=entry, fingerprint=stored.fingerprint, serial=stored.serial)


def _told(stored: Stored, shipment: Shipment) -> Shipment | None:
    """What the source accepted last: the content itself, where nothing else is kept."""
    if stored.told is None or stored.told_at is None:
        return shipment if stored.told_at else None
    try:
        return from_plain(parse_json(stored.told), Shipment)
    except (MalformedData, ValueError):
        return None


def _without_goods(stored: Stored) -> Shipment:
    content: Any = None
    with suppress(ValueError):
        content = parse_json(stored.content)
    given = content if isinstance(content, dict) else {}
    return Shipment(
        reference=stored.reference,
        order_reference=str(given.get("order_reference", "")),
        order_number=str(given.get("order_number", "")),
        items=(),
        completes_order=given.get("completes_order") is True,
    )


def shipment_values(row: ShipmentRow) -> Values:
    """All columns of a shipment except its id and when it was updated."""
    entry = row.entry
    return {
        "connection": entry.connection,
        "reference": entry.shipment.reference,
        "order_id": entry.entry_id,
        "content": to_json(entry.shipment),
        "fingerprint": row.fingerprint,
        "state": entry.state.value,
        "reason": entry.reason,
        "attempts": entry.attempts,
        "next_attempt_at": entry.next_attempt_at,
        "failing_since": entry.failing_since,
        "told": None if entry.told == entry.shipment else to_json(entry.told),
        "told_at": entry.told_at,
        "waits_for": entry.waits_for and entry.waits_for.value,
        "serial": row.serial,
        **_claim_values(entry.claim),
    }


def _claim(stored: Stored) -> Claim | None:
    if stored.claim_worker is None:
        return None
    return Claim(worker=stored.claim_worker, until=stored.claim_until, serial=stored.serial)


def _claim_values(claim: Claim | None) -> Values:
    return {"claim_worker": claim and claim.worker, "claim_until": claim and claim.until}
