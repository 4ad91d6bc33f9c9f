"""Orders as sources give them, held to the bounds of what comes from outside: nothing else gets into the ledger.

Our sources read what they are given by the same bounds (:mod:`tradegecko_bridge.bounds`); a source of somebody else's
may build an order of anything.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, Final, cast

import attrs
from attrs import evolve

from tradegecko_bridge.bounds import LONGEST_NAME, LONGEST_TEXT, MOST_PARTS, brief, findable, is_bounded
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.engine.mapping.validation import SHOWN, unbounded_numbers

_TOLD: Final = "subtotal", "shipping", "discount"
"""Totals that nothing is computed with: an absurd one is as good as none."""
_SMALL: Final = (bool, datetime, date)
_FEW: Final = 5
"""So many faults of one order are told."""


def within_bounds(arrival: SourceOrder | UnreadableOrder) -> SourceOrder | UnreadableOrder:
    """The same; of an order beyond the bounds what is wrong with it."""
    if isinstance(arrival, SourceOrder):
        if len(arrival.reference) <= LONGEST_NAME and len(arrival.number) <= LONGEST_NAME and _is_fine(arrival):
            return arrival
        faults = list(_faults(arrival))
        if not faults:
            return _told(arrival)
        more = f"; and {len(faults) - _FEW} more" if len(faults) > _FEW else ""
        said = f"{'; '.join(faults[:_FEW])}{more}; correct it at the source"
        named = {"reference": arrival.reference, "number": arrival.number, "cursor": arrival.cursor}
        arrival = UnreadableOrder(problem=said, **named)
    return _unreadable_within_bounds(arrival)


def _unreadable_within_bounds(order: UnreadableOrder) -> UnreadableOrder:
    problem, number = order.problem, order.number
    if number is not None and len(number) > LONGEST_NAME:
        number = f"{number[:SHOWN]}…"
    return UnreadableOrder(
        problem=brief(problem),
        reference=order.reference and findable(order.reference),
        number=number,
        cursor=order.cursor if len(order.cursor) <= LONGEST_TEXT else "",
    )


def _faults(order: SourceOrder) -> Iterator[str]:
    yield from (f"{number}: beyond what can be sent" for number in unbounded_numbers(order))
    for what, name in (("order number", order.number), ("reference", order.reference)):
        if len(name) > LONGEST_NAME:
            yield f"the {what} has {len(name)} characters ({name[:SHOWN]!r}…), more than {LONGEST_NAME}"
    yield from _too_long("", order)


def _told(order: SourceOrder) -> SourceOrder:
    totals = order.totals
    absurd = [name for name in _TOLD if (number := getattr(totals, name)) is not None and not is_bounded(number)]
    return evolve(order, totals=evolve(totals, **dict.fromkeys(absurd))) if absurd else order


def _is_fine(record: Any) -> bool:
    """Whether every number, text and list in a record is within bounds: nearly all are, so no name is made for any."""
    for value in _values(record):
        if value is None:
            continue
        if isinstance(value, str):
            fine = len(value) <= LONGEST_TEXT
        elif isinstance(value, Decimal):
            fine = is_bounded(value)
        elif isinstance(value, tuple):
            fine = len(value) <= MOST_PARTS and (not value or all(map(_is_fine, value)))
        else:
            fine = isinstance(value, _SMALL) or _is_fine(value)
        if not fine:
            return False
    return True


def _values(record: Any) -> Iterable[Any]:
    if isinstance(record, str):
        return (record,)
    if isinstance(record, Mapping):
        return ((*record, *record.values()),) if record else ()
    return _getter(record.__class__)(record)


@cache
def _getter(kind: Hashable) -> Callable[[Any], Iterable[Any]]:
    return attrgetter(*attrs.fields_dict(cast("type", kind)))


def _too_long(path: str, value: Any) -> Iterator[str]:
    """Every text and list in a record that is too long, by its path; what it holds is not shown."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            yield f"{path} has {len(value)} characters, more than {LONGEST_TEXT}"
    elif isinstance(value, tuple | Mapping):
        if len(value) > MOST_PARTS:
            yield f"{path} has {len(value)} entries, more than {MOST_PARTS}"
            return
        parts = (*value, *value.values()) if isinstance(value, Mapping) else value
        for n, part in enumerate(parts):
            yield from _too_long(path if isinstance(value, Mapping) else f"{path}[{n}]", part)
    elif names := _names(value.__class__):
        for name in names:
            yield from _too_long(f"{path}.{name}" if path else name, getattr(value, name))


def _names(kind: type) -> tuple[str, ...]:
    return tuple(attrs.fields_dict(kind)) if attrs.has(kind) else ()
