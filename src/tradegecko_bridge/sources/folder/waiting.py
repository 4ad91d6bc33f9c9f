"""Orders whose other rows are still to come: few in memory, many on disk."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

import orjson

from tradegecko_bridge.sources.folder.rows import Group, Row

MOST_IN_MEMORY = 20_000
"""Rows of orders that wait."""


class Waiting:
    """Orders by their references. ``close()`` it: what is on disk is in a file without a name, and goes with it."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        self._rows = 0
        self._file: IO[bytes] | None = None
        self._places: dict[str, tuple[int, ...]] = {}

    def close(self) -> None:
        """Let go of everything."""
        if self._file is not None:
            self._file.close()

    def put(self, group: Group) -> None:
        """Keep an order until it goes on."""
        self._groups[group.reference] = group
        self._rows += len(group.rows)
        if self._rows > MOST_IN_MEMORY:
            self._set_down()

    def go_on(self, reference: str) -> Group | None:
        """The order, if it waits, with as many of its rows as are in memory."""
        group = self._groups.pop(reference, None)
        if group is not None:
            self._rows -= len(group.rows)
        return group or (Group(reference) if reference in self._places else None)

    def whole(self, group: Group) -> Group:
        """An order that went on to its end, with all of its rows."""
        rows: list[Row] = []
        faults: list[str] = []
        for place in self._places.pop(group.reference, ()):
            some_faults, some_rows = orjson.loads(self._line(place))
            faults += some_faults
            rows += [Row(number, tuple(cells)) for number, cells in some_rows]
        group.rows[:0], group.faults[:0] = rows, faults
        return group

    def rest(self) -> Iterator[Group]:
        """Whatever still waits."""
        for reference in (*self._groups, *self._places.keys() - self._groups.keys()):
            group = self.go_on(reference)
            if group is not None:
                yield self.whole(group)

    def _line(self, place: int) -> bytes:
        assert self._file is not None  # noqa: S101 (there is a place)
        self._file.seek(place)
        return self._file.readline()

    def _set_down(self) -> None:
        """Write all that is in memory to the file."""
        self._file = file = self._file or TemporaryFile()  # noqa: SIM115 (closed with the rest)
        file.seek(0, 2)
        for reference, group in self._groups.items():
            self._places[reference] = (*self._places.get(reference, ()), file.tell())
            file.write(orjson.dumps([group.faults, [[row.number, row.cells] for row in group.rows]]) + b"\n")
        self._groups.clear()
        self._rows = 0
