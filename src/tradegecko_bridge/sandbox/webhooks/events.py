"""From what a transaction changed to the events it was (reference §3.12).

Events are read off the rows before and after, so that no rule has to remember to announce anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..model.context import Context
from ..model.state import Row

_CREATED = {
    "addresses": "address", "companies": "company", "contacts": "contact", "fulfillments": "fulfillment",
    "fulfillment_returns": "fulfillment_return", "images": "image", "invoices": "invoice", "locations": "location",
    "orders": "order", "payments": "payment", "procurements": "procurement", "products": "product",
    "purchase_orders": "purchase_order", "stock_adjustments": "stock_adjustment",
    "stock_transfers": "stock_transfer", "variants": "variant",
}  # fmt: skip
_UPDATED = {
    "accounts": "account", "addresses": "address", "companies": "company", "contacts": "contact",
    "locations": "location",
}  # fmt: skip
_DESTROYED = {"companies": "company", "invoices": "invoice", "products": "product"}
# Statuses whose beginning is an event, with those it does not begin from.
_REACHED = {
    ("orders", "finalized"): ("order.finalized", {"fulfilled"}),
    ("orders", "fulfilled"): ("order.fulfilled", set[str]()),
    ("fulfillments", "fulfilled"): ("fulfillment.fulfilled", set[str]()),
    ("fulfillment_returns", "received"): ("fulfillment_return.received", set[str]()),
    ("purchase_orders", "received"): ("purchase_order.received", set[str]()),
}
_STOCK = ("on_hand", "committed", "incoming")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a record."""

    name: str
    table: str
    key: int

    @property
    def plural(self) -> str:
        """The name as the documentation's sample of a delivery prints it: `fulfillments.create`."""
        return f"{self.table}.{self.name.partition('.')[2]}"


def events_of(context: Context, before: Mapping[tuple[str, int], Row | None]) -> list[Event]:
    """The events of a transaction, each once, in the order the records were first touched."""
    found: dict[Event, None] = {}
    for (table, key), old in before.items():
        now = context.state[table].rows.get(key)
        if table == "stock_records":
            row = now or old or {}
            if any((old or {}).get(name) != (now or {}).get(name) for name in _STOCK):
                found[Event("variant.stock_level_update", "variants", row["variant_id"])] = None
        else:
            found |= dict.fromkeys(Event(name, table, key) for name in _names(context, table, old, now))
    return list(found)


def _names(context: Context, table: str, old: Row | None, now: Row | None) -> Iterator[str]:
    was, is_ = _status(context, table, old), _status(context, table, now)
    if now is not None and old is None and table in _CREATED:
        yield f"{_CREATED[table]}.create"
    reached, but_not_from = _REACHED.get((table, is_ or ""), ("", set[str]()))
    if reached and was != is_ and was not in but_not_from:
        yield reached
    if old is None:
        return
    gone = now is None or (is_ == "archived" and was != "archived")
    if gone and table in _DESTROYED:
        yield f"{_DESTROYED[table]}.destroy"
    elif now is not None and not gone and table in _UPDATED and _differs(context, table, old, now):
        yield f"{_UPDATED[table]}.update"


def _status(context: Context, table: str, row: Row | None) -> str | None:
    if row is None or "status" not in context.schema[table].fields:
        return None
    status: str | None = context.value(table, row, "status")
    return status


def _differs(context: Context, table: str, old: Row, now: Row) -> bool:
    """Whether anything changed that can be seen; a moved `updated_at` alone is no change."""
    return any(
        old.get(name) != now.get(name)
        for name, field in context.schema[table].fields.items()
        if field.stored and field.access != "hidden" and name != "updated_at"
    )
