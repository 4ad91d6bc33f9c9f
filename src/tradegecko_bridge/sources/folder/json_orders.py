"""Orders from a JSON file in the canonical form: one order, a list of them, or ``{"orders": [...]}``."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import Factory, define

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.codec import from_plain
from tradegecko_bridge.commerce.formatting import is_name, shown_name
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder.problems import NOTHING_TAKEN, held, listed, one_line

# Numbers stay decimal: 19.99 read as a binary fraction would no longer be 19.99.
_NUMBERS: dict[str, Any] = dict.fromkeys(("parse_float", "parse_int", "parse_constant"), Decimal)
_PLACED = re.compile(r"[\w.\[\]']+: ")
_PERSONAL = re.compile(r"(customer|shipping_address|billing_address|note|extra|url)\b")
_HARMLESS = ("is missing", "unknown field")
_LISTS = ("lines", "shipping", "discounts", "tags")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def read_json(name: str, text: str) -> list[SourceOrder | UnreadableOrder]:
    """The orders of one file, in its order; cursors are left blank.

    Raises:
        MalformedData: nothing of the file can be taken.
    """
    entries = [_read_entry(place, data) for place, data in _entries(name, _parse(name, text))]
    _hold_contradictions(entries)
    good = sum(not entry.faults for entry in entries)
    bad = len(entries) - good
    return [entry.order or _unreadable(name, entry, bad=bad, good=good) for entry in entries]


# ── the file ─────────────────────────────────────────────────────────────────────────────────


def _parse(name: str, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, **_NUMBERS)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedData(
            [f"{name}, {place}: is not JSON from here on or was cut short ({error.msg}) {NOTHING_TAKEN}"]
        ) from None
    except (ArithmeticError, RecursionError) as error:
        what = "is nested too deeply" if isinstance(error, RecursionError) else "holds a number that is too large"
        raise MalformedData([f"{name}: {what} {NOTHING_TAKEN}"]) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose repeated names hold something no field takes: the last one must not win silently."""
    values = dict(pairs)
    if len(values) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        values |= {name: _GivenTwice() for name, count in counts.items() if count > 1}
    return values


class _GivenTwice:
    """What a name given twice in one object stands for."""


_GivenTwice.__name__ = "value given twice"  # as a fault calls it: "a value given twice is not a number"


def _entries(name: str, data: Any) -> list[tuple[str, Any]]:
    """Each order of the file with its place; an order that is a file of its own has none."""
    if isinstance(data, dict) and "orders" not in data:
        return [("", data)]
    orders = data
    if isinstance(data, dict):
        if others := [(field, place) for place, field in enumerate(data, 1) if field != "orders"]:
            raise MalformedData([f"{name}: unknown field {shown_name(*min(others))} beside 'orders' {NOTHING_TAKEN}"])
        orders = data["orders"]
    if not isinstance(orders, list):
        raise MalformedData([f"{name}: holds neither an order nor a list of orders {NOTHING_TAKEN}"])
    if not orders:
        raise MalformedData([f"{name}: holds an empty list of orders; delete the file {NOTHING_TAKEN}"])
    return [(f"orders[{index}]", order) for index, order in enumerate(orders)]


# ── one order ────────────────────────────────────────────────────────────────────────────────


@define(eq=False)
class _Entry:
    """One order of the file: read, or with what is wrong with it."""

    place: str
    reference: str | None = None
    number: str | None = None
    order: SourceOrder | None = None
    faults: list[str] = Factory(list)


def _read_entry(place: str, data: Any) -> _Entry:
    if not isinstance(data, dict):
        return _Entry(place, faults=[f"{place}: is not an order, an object with named fields"])
    entry = _Entry(place, reference=_label(data, "reference"), number=_label(data, "number"))
    faults = [*_wrong_lists(data), *_unstorable("", data)]
    try:
        entry.order = from_plain({**data, "cursor": ""}, SourceOrder, strict=True)
    except MalformedData as error:
        faults += error.problems
    if faults:
        entry.order = None
        entry.faults = [_placed(place, _discreet(fault)) for fault in dict.fromkeys(faults)]
    return entry


def _label(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if isinstance(value, Decimal):  # a number that should have been in quotes, but tells which order it is
        return str(value)
    usable = isinstance(value, str) and value.strip() and not _UNSTORABLE.search(value)
    return value if usable else None


def _wrong_lists(data: Mapping[str, Any]) -> Iterator[str]:
    """A word in place of a list would be taken letter by letter."""
    for name in _LISTS:
        if name in data and not isinstance(data[name], list):
            yield f"{name}: is not a list; put it in square brackets"


def _unstorable(place: str, value: Any) -> Iterator[str]:
    r"""Text that no database takes, such as ``"\u0000"``: it must not reach the ledger."""
    if isinstance(value, str) and _UNSTORABLE.search(value):
        yield f"{place}: holds a NUL or half a character, which cannot be stored"
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _unstorable(f"{place}.{name}".removeprefix(".") if is_name(name) else place or "a field", inner)
            yield from _unstorable(place or "field name", name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unstorable(f"{place}[{index}]", inner)


def _discreet(fault: str) -> str:
    """The fault without the value where that may be personal."""
    place, colon, reason = fault.partition(": ")
    if not colon or not _PERSONAL.match(place) or reason.startswith(_HARMLESS) or "cannot be stored" in reason:
        return one_line(fault)
    return f"{place}: is not what belongs there; text stands in quotes (the value may be personal and is not shown)"


def _placed(place: str, fault: str) -> str:
    if not place:
        return fault
    return f"{place}.{fault}" if _PLACED.match(fault) else f"{place}: {fault}"


def _hold_contradictions(entries: list[_Entry]) -> None:
    """Two different orders under one reference: neither may go, we cannot know which is right."""
    by_reference: dict[str, list[_Entry]] = {}
    for entry in entries:
        if entry.reference is not None:
            by_reference.setdefault(entry.reference, []).append(entry)
    for same in by_reference.values():
        first = same[0]
        for other in same[1:]:
            if other.order is None or other.order != first.order:
                first.faults.append(f"{other.place}: has the reference of {first.place} and another content; keep one")
                first.order = None
                first.faults += [fault for entry in same[1:] for fault in entry.faults]
                entries[:] = [entry for entry in entries if entry is first or entry not in same]
                break


def _unreadable(name: str, entry: _Entry, *, bad: int, good: int) -> UnreadableOrder:
    placed = ", " if _PLACED.match(entry.faults[0]) else ": "
    known_as = entry.number or entry.reference
    fate = f" {held(known_as, held_orders=bad, good_orders=good)}" if known_as else " (the order was left out)"
    return UnreadableOrder(
        problem=f"{name}{placed}{listed(entry.faults)}{fate}", reference=entry.reference, number=entry.number
    )
