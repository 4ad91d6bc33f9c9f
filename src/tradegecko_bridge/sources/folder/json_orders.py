"""Orders from a JSON file in the canonical form: one order, a list of them, or ``{"orders": [...]}``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import Factory, define

from tradegecko_bridge.bounds import parse_json
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.codec import format_private_fault, from_plain
from tradegecko_bridge.commerce.formatting import shown_name
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder.chosen import for_json
from tradegecko_bridge.sources.folder.format import OWN, Format
from tradegecko_bridge.sources.folder.json_paths import UNSTORABLE, orders_by_path
from tradegecko_bridge.sources.folder.problems import NOTHING_INGESTED, fate, listed
from tradegecko_bridge.sources.folder.shipped import advice
from tradegecko_bridge.structuring import KeyPath, dotted


def read_json(
    name: str, text: str, format: Format = OWN, *, note: Callable[[str], None] = lambda _: None
) -> list[SourceOrder | UnreadableOrder]:
    """The orders of one file, in its order; cursors are left blank. The file may be JSON, or JSON Lines: a document in
    each line.

    Raises:
        MalformedData: nothing of the file can be taken.
    """
    documents, faults = _documents(name, text)
    if not format.own:
        entries = _entries_of(orders_by_path(name, documents, for_json(format), note))
    else:
        entries = [_read_entry(path, data) for one in documents for path, data in _entries(name, one)]
    _hold_contradictions(entries)
    return [*(entry.order or entry.unreadable or _unreadable(name, entry) for entry in entries), *faults]


def _entries_of(given: Sequence[SourceOrder | UnreadableOrder]) -> list[_Entry]:
    """Orders that were read by path, to be compared."""
    return [
        _Entry(
            f"order {place}",
            reference=one.reference,
            number=one.number,
            order=one if isinstance(one, SourceOrder) else None,
            unreadable=one if isinstance(one, UnreadableOrder) else None,
        )
        for place, one in enumerate(given, 1)
    ]


# ── the file ─────────────────────────────────────────────────────────────────────────────────


def _documents(name: str, text: str) -> tuple[list[Any], list[UnreadableOrder]]:
    """What the file holds: one document, or one in each line, of which a faulty one leaves the others alone."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) < 2 or not _is_object(lines[0][1]):
        return [_parse(name, text)], []
    documents: list[Any] = []
    faults: list[UnreadableOrder] = []
    for number, line in lines:
        try:
            documents.append(_parse(f"{name}, line {number}", line))
        except MalformedData as error:
            problem = str(error).replace(f", line {number}, line 1,", f", line {number},")
            problem = problem.replace(NOTHING_INGESTED, "(the line was left out)")
            faults.append(UnreadableOrder(problem=problem))
    return documents, faults


def _is_object(line: str) -> bool:
    try:
        return line.lstrip()[:1] == "{" and isinstance(parse_json(line), dict)
    except ValueError:
        return False


def _parse(name: str, text: str) -> Any:
    try:
        return parse_json(
            text, object_pairs_hook=_object, parse_float=_number, parse_int=_number, parse_constant=_number
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedData(
            [f"{name}, {place}: is not JSON from here on or was cut short ({error.msg}) {NOTHING_INGESTED}"]
        ) from None
    except ValueError as error:
        raise MalformedData([f"{name}: {error} {NOTHING_INGESTED}"]) from None


def _number(text: str) -> Decimal | _TooLarge:
    """Numbers stay decimal: 19.99 read as a binary fraction would no longer be 19.99."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return _TooLarge()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose repeated names hold something no field takes: the last one must not win silently."""
    values = dict(pairs)
    if len(values) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        values |= {name: _GivenTwice() for name, count in counts.items() if count > 1}
    return values


class _GivenTwice:
    """What a name given twice in one object stands for."""


class _TooLarge:
    """What a number stands for that not even a Decimal can be: no field takes it."""


_TooLarge.__name__ = "number that is too large"
_GivenTwice.__name__ = "value given twice"  # as a fault calls it: "must be a number, not a value given twice"


def _entries(name: str, data: Any) -> list[tuple[KeyPath, Any]]:
    """Each order of the file with its path; that of an order that is a file of its own is empty."""
    if isinstance(data, dict) and "orders" not in data:
        return [((), data)]
    orders = data
    if isinstance(data, dict):
        if others := [(field, place) for place, field in enumerate(data, 1) if field != "orders"]:
            raise MalformedData(
                [f"{name}: unknown field {shown_name(*min(others))} beside 'orders' {NOTHING_INGESTED}"]
            )
        orders = data["orders"]
    if not isinstance(orders, list):
        raise MalformedData([f"{name}: holds neither an order nor a list of orders {NOTHING_INGESTED}"])
    return [(("orders", index), order) for index, order in enumerate(orders)]


def _foreign(data: Any) -> str:
    """What to set where an order is in a shop's own form; blank where it is in ours."""
    if not isinstance(data, dict) or "reference" in data:
        return ""
    inner = data.get("order")
    return advice(inner if isinstance(inner, dict) else data)


# ── one order ────────────────────────────────────────────────────────────────────────────────


@define(eq=False)
class _Entry:
    """One order of the file: read, or with what is wrong with it."""

    place: str
    reference: str | None = None
    number: str | None = None
    order: SourceOrder | None = None
    unreadable: UnreadableOrder | None = None
    faults: list[str] = Factory(list)


def _read_entry(path: KeyPath, data: Any) -> _Entry:
    fields = data if isinstance(data, dict) else {}
    entry = _Entry(dotted(path), reference=_label(fields, "reference"), number=_label(fields, "number"))
    faults = [
        format_private_fault(where, "holds a NUL or half a character, which cannot be stored")
        for where in _unstorable(path, data)
    ]
    if said := _foreign(data):
        entry.faults = [said]
        return entry
    try:
        order = from_plain({**data, "cursor": ""} if fields else data, SourceOrder, strict=True, within=path)
        entry.order = None if faults else order
    except MalformedData as error:
        faults += error.problems
    entry.faults = list(dict.fromkeys(faults))
    return entry


def _label(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if (
        isinstance(value, Decimal) and value.is_finite()
    ):  # a number that should have been in quotes, but tells which order it is
        return str(value)
    usable = isinstance(value, str) and value.strip() and not UNSTORABLE.search(value)
    return value if usable else None


def _unstorable(path: KeyPath, value: Any) -> Iterator[KeyPath]:
    r"""Where there is text that no database takes, such as ``"\u0000"``: it must not reach the ledger."""
    if isinstance(value, str) and UNSTORABLE.search(value):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _unstorable(path, name)
            yield from _unstorable((*path, name), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unstorable((*path, index), inner)


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
                first.faults.append(f"{other.place} has the reference of {first.place} and another content; keep one")
                first.order = first.unreadable = None
                first.faults += [fault for entry in same[1:] for fault in entry.faults]
                entries[:] = [entry for entry in entries if entry is first or entry not in same]
                break


def _unreadable(name: str, entry: _Entry) -> UnreadableOrder:
    known_as, held = entry.number or entry.reference, entry.reference is not None
    became = fate(known_as, held=held) if known_as else "(the order was left out)"
    return UnreadableOrder(
        problem=f"{name}: {listed(entry.faults)} {became}", reference=entry.reference, number=entry.number
    )
