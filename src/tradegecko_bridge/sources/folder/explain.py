"""What a file gives by a format, and what became of each of its columns: for a person who tries it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from attrs import Factory, define

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.sources.folder.chosen import for_json
from tradegecko_bridge.sources.folder.format import Format
from tradegecko_bridge.sources.folder.json_orders import read_json
from tradegecko_bridge.sources.folder.mapping import Given, parts_of
from tradegecko_bridge.sources.folder.reading import is_json, table_of, text_of
from tradegecko_bridge.sources.folder.survey import orders_of


@define
class Explained:
    """``columns``: each column of the file, or path of its JSON, with the fields of ours it fills, which are none where
    it is not read. ``constants`` are what the format adds. ``notes`` are what was passed over, and the like."""

    orders: list[SourceOrder] = Factory(list)
    problems: list[UnreadableOrder] = Factory(list)
    columns: list[tuple[str, tuple[str, ...]]] = Factory(list)
    constants: dict[str, str] = Factory(dict)
    notes: list[str] = Factory(list)

    def take(self, given: Iterable[SourceOrder | UnreadableOrder]) -> None:
        """Note what the file gave."""
        for one in given:
            if isinstance(one, SourceOrder):
                self.orders.append(one)
            else:
                self.problems.append(one)


def explain(name: str, opened: BinaryIO, format: Format) -> Explained:
    """Read a file to its end.

    Raises:
        MalformedData: nothing of it can be taken.
    """
    found = Explained(constants=dict(format.constants))
    if is_json(name):
        found.columns = [(path, tuple(names)) for path, names in _paths(for_json(format)).items()]
        found.take(read_json(name, text_of(name, opened), format, note=found.notes.append))
        return found
    table = table_of(name, opened, format, found.notes.append)
    reader = format.reader(table.header, note=found.notes.append)
    plan = reader.plan
    found.columns = _columns(table.header, (*plan.naming, *plan.order, *(one for line in plan.lines for one in line)))
    found.take(orders_of(table, reader, found.notes.append))
    return found


def _columns(header: Sequence[str], fields: Iterable[Given]) -> list[tuple[str, tuple[str, ...]]]:
    used: dict[int, dict[str, None]] = {}
    for one in fields:
        for place in one.places:
            used.setdefault(place, {})[one.column.name] = None
    return [(name, tuple(used.get(place, ()))) for place, name in enumerate(header)]


def _paths(format: Format) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if format.own:
        return found
    for name, spec in format.specs().items():
        for path in parts_of(spec):
            found.setdefault(path, []).append(name)
    return found
