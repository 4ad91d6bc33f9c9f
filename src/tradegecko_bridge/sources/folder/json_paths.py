"""Orders of a shop's own JSON: what a format finds in each by path, as rows of a table with a column for each path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from attrs import define

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder.binding import bind
from tradegecko_bridge.sources.folder.columns import FIELDS
from tradegecko_bridge.sources.folder.csv_orders import TableReader
from tradegecko_bridge.sources.folder.declared import Declared
from tradegecko_bridge.sources.folder.mapping import parts_of
from tradegecko_bridge.sources.folder.packed import at, text_at
from tradegecko_bridge.sources.folder.problems import NOTHING_INGESTED, listed
from tradegecko_bridge.sources.folder.rows import Group, Row
from tradegecko_bridge.sources.folder.shipped import advice

UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_LIST = "@"
"""The path of the list that a line is in."""
_WRAPPERS = ("orders", "order", "data", "results", "items")


@define
class _Paths:
    """The paths that a format looks up: in an order, and in each of its lines."""

    declared: Declared
    order: list[str]
    line: list[str]

    @classmethod
    def of(cls, declared: Declared) -> _Paths:
        found: dict[bool, dict[str, None]] = {False: {}, True: {}}
        for name, spec in declared.specs().items():
            inner = FIELDS[name].per_line and declared.lines is not None
            found[inner] |= dict.fromkeys(parts_of(spec))
        found[False] |= dict.fromkeys([*(one.column for one in declared.split), *declared.skip_rows])
        return cls(declared, list(found[False]), list(found[True]))

    def rows(self, order: Any, faults: list[str]) -> Iterator[tuple[str, ...]]:
        """The order as rows, one for each line; ``faults`` get what no field can take, with its path."""
        cells = tuple(self._text(order, path, faults) for path in self.order)
        lines = [(of, line) for of in parts_of(self.declared.lines or ()) for line in _list(order, of)]
        for of, line in lines:
            texts = tuple(of if path == _LIST else self._text(line, path, faults) for path in self.line)
            if not any(text for path, text in zip(self.line, texts, strict=True) if path != _LIST):
                faults.append(f"{of}: has an entry in which nothing of a line was found")
            yield (*cells, *texts)
        if not lines:
            yield (*cells, *("" for _ in self.line))

    def _text(self, data: Any, path: str, faults: list[str]) -> str:
        try:
            text = text_at(data, path)
        except ValueError as error:
            faults.append(f"{path}: {error}")
            return ""
        if UNSTORABLE.search(text):
            faults.append(f"{path}: holds a NUL or half a character, which cannot be stored")
            return ""
        return text


def _list(order: Any, path: str) -> Iterator[Any]:
    for found in at(order, path):
        yield from found if isinstance(found, list) else [found]


def orders_by_path(
    file: str, documents: Sequence[Any], declared: Declared, note: Callable[[str], None]
) -> list[SourceOrder | UnreadableOrder]:
    """The orders of a file, in its order.

    Raises:
        MalformedData: nothing of it can be taken.
    """
    paths = _Paths.of(declared)
    found = [order for document in documents for order in _orders(file, document, declared)]
    try:
        reader = bind(declared, paths.order, inner=paths.line, word="line", note=note)
    except MalformedData as error:
        raise MalformedData([f"{file}: {problem} {NOTHING_INGESTED}" for problem in error.problems]) from None
    if declared.lines is None:
        return _of_rows(file, paths, reader, found)
    return [_order(f"{file}: order {place}", paths, reader, order) for place, order in enumerate(found, 1)]


def _of_rows(
    file: str, paths: _Paths, reader: TableReader, found: Sequence[Any]
) -> list[SourceOrder | UnreadableOrder]:
    """Orders of objects that are a line each, as rows of a table are."""
    groups: dict[str, Group] = {}
    unread: list[UnreadableOrder] = []
    for line, data in enumerate(found, 1):
        faults: list[str] = []
        cells = next(paths.rows(data, faults))
        reference, number = reader.names(cells)
        if reference or number:
            group = groups.setdefault(reference or number, Group(reference or number))
            group.rows.append(Row(line, cells))
            group.faults += [f"line {line}, {fault}" for fault in faults]
        else:
            said = listed(faults) or _nameless(data, reader)
            problem = f"{file}: line {line}: {said} (the line was left out)"
            unread.append(UnreadableOrder(problem=problem))
    return [*(reader.order(file, group) for group in groups.values()), *unread]


def _orders(file: str, document: Any, declared: Declared) -> Sequence[Any]:
    """The orders of a document."""
    if declared.orders is not None:
        found = list(_list(document, declared.orders))
        if not found:
            raise MalformedData([f"{file}: has nothing at orders = {declared.orders!r} {NOTHING_INGESTED}"])
    else:
        found = document if isinstance(document, list) else [_unwrapped(document)]
        if len(found) == 1 and isinstance(found[0], list):
            found = found[0]
    return found


def _unwrapped(document: Any) -> Any:
    """What is in a document that only wraps it."""
    if isinstance(document, dict):
        for name in _WRAPPERS:
            if isinstance(inner := document.get(name), list | dict) and len(document) <= 3:
                return inner
    return document


def _order(place: str, paths: _Paths, reader: TableReader, order: Any) -> SourceOrder | UnreadableOrder:
    faults: list[str] = []
    rows = list(paths.rows(order, faults))
    reference, number = reader.names(rows[0])
    if not (reference or number):
        said = listed(faults) or _nameless(order, reader)
        return UnreadableOrder(problem=f"{place}: {said} (the order was left out)")
    group = Group(reference or number, [Row(line, row) for line, row in enumerate(rows, 1)], faults)
    return reader.order(place, group)


def _nameless(order: Any, reader: TableReader) -> str:
    said = advice(order) if isinstance(order, dict) else ""
    return said or f"has no {reader.plan.naming[-1].label}"
