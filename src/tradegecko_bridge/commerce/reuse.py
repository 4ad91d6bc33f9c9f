"""Whether what a source gives under a known reference is that order, or another one.

A till that begins at 1 every morning gives another order under yesterday's reference. When an order was placed never
changes: what was placed at another moment is another order, whatever else is alike. So is what was placed at the same
moment by another customer for other goods. Everything else is an edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Final

from attrs import evolve

from tradegecko_bridge.bounds import LONGEST_NAME, findable
from tradegecko_bridge.commerce.customers import identity
from tradegecko_bridge.commerce.orders import SourceOrder
from tradegecko_bridge.commerce.values import bare, phone_digits

SAME_MOMENT: Final = timedelta(minutes=10)
"""By so much at most a source tells the moment of an order otherwise than before."""
QUARTER: Final = timedelta(minutes=15)
"""Zones are apart by so much, or several times that,"""
FARTHEST: Final = timedelta(hours=26)
"""at most so much."""
_DAY: Final = timedelta(days=1)
_BEHIND: Final = " @ "


def is_another(known: SourceOrder, newest: SourceOrder) -> bool:
    """Whether the second is another order than the one that is known by its reference."""
    apart = abs(newest.placed_at - known.placed_at)
    if apart <= SAME_MOMENT:
        return _are_others(known, newest) and _goods(known).isdisjoint(_goods(newest)) and bool(known.lines)
    put_right = apart <= FARTHEST and not apart % QUARTER and apart % _DAY and bool(_contacts(known))
    return not (put_right and evolve(newest, placed_at=known.placed_at) == known)


def references(order: SourceOrder) -> Iterator[str]:
    """What the order is known by in the ledger: its reference, or, of those that had the same before it, the first of
    these that is not another order's."""
    yield order.reference
    moment = order.placed_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    name = findable(f"{order.reference[: LONGEST_NAME - 60]}{_BEHIND}{moment}")
    yield name
    number = 2
    while True:
        yield f"{name} #{number}"
        number += 1


def is_reused(reference: str, order: SourceOrder) -> bool:
    """Whether the ledger knows this order by another reference, because its own was another order's before."""
    return reference != order.reference and reference.startswith(f"{order.reference[: LONGEST_NAME - 60]}{_BEHIND}")


def _are_others(known: SourceOrder, newest: SourceOrder) -> bool:
    """Whether two customers have nothing in common."""
    one, other = _contacts(known), _contacts(newest)
    both = one.keys() & other.keys()
    return bool(both) and all(one[key] != other[key] for key in both)


def _contacts(order: SourceOrder) -> dict[str, str]:
    known = identity(order.customer, order.billing_address or order.shipping_address)
    said = {"code": known.code, "email": known.email, "phone": phone_digits(known.phone), "name": known.name}
    return {key: " ".join(text.casefold().split()) for key, text in said.items() if text}


def _goods(order: SourceOrder) -> set[str]:
    return {bare(line.sku) or bare(line.barcode) or line.name for line in order.lines}
